"""The rules: from effects, guardrails and health to one of eight verdicts an arm. They recommend; people decide.

On any day, first of these that is true:

    a health check that gates failed                    unsafe_to_read
    an alarm rang: a loss, or a guardrail over its limit harm
    a pass, and every promotion test is met             promote        (only a confirmation meets them all)
    the planned end is not there yet                    too_early

At the planned end, with L..H the deciding measure's range and W the worth-it line (gains counted as positive):

    H < 0                          harm            it makes things worse
    a guardrail wholly over limit  harm            it costs more than it may
    a pass                         adapt           worth having, and a promotion test is open
    L > 0 and H < W                not_worth_it    it helps, but less than it must
    L > 0, otherwise               cannot_tell     it helps; whether enough is open
    L <= 0 <= H and H >= W         cannot_tell     nothing and enough are both possible
    L <= 0 <= H < W and L > -W     no_difference   no difference that matters, either way
    L <= 0 <= H < W, otherwise     not_worth_it    even at its best it gains less than it must

A pass is a gain above zero for sure, and worth having: in an exploration L > 0 and the estimate at or above W at the
planned end; in a confirmation the gate of `reading.courses` is passed, at whichever look, and the estimate is at or
above W: the one that allows for the early stop, or the one at the planned end. A gate once passed stays passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pitcairn.design.plan import MeasurePlan
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.stopping import StoppedEstimate
from pitcairn.evidence.facts import Check
from pitcairn.reading.courses import Course
from pitcairn.reading.effects import Outcome
from pitcairn.reading.result import Code

CONFIRMED = "Confirmed on fresh customers"
"""The promotion test that an exploration can never meet."""

Standing = Literal["harm", "pass", "not_worth_it", "no_difference", "cannot_tell"]


def is_unsafe(checks: Sequence[Check]) -> bool:
    """Whether a check that gates the verdict failed."""
    return any(check.gating and check.state == "fail" for check in checks)


def gain(measure: MeasurePlan, outcome: Outcome) -> tuple[float, float, float] | None:
    """(low, estimate, high) counted so that more is better; None where there is no number."""
    if isinstance(outcome, NotAvailable):
        return None
    if measure.better == "up":
        return outcome.low, outcome.estimate, outcome.high
    return -outcome.high, -outcome.estimate, -outcome.low


def standing(found: tuple[float, float, float] | None, line: float) -> Standing:
    """Where a gain's range stands against zero and the worth-it line. No number can tell nothing."""
    if found is None:
        return "cannot_tell"
    low, estimate, high = found
    if high < 0:
        return "harm"
    if low > 0:
        if high < line:
            return "not_worth_it"
        return "pass" if estimate >= line else "cannot_tell"
    if high >= line:
        return "cannot_tell"
    return "no_difference" if low > -line else "not_worth_it"


def is_passed(
    course: Course,
    stop: StoppedEstimate | None,
    found: tuple[float, float, float] | None,
    line: float,
    *,
    complete: bool,
) -> bool:
    """Whether the gain, `found` from all customers so far, is sure and worth having."""
    if course.passed_early is None or stop is None or found is None:
        return complete and standing(found, line) == "pass"
    return stop.estimate >= line or (complete and found[1] >= line)


def verdict(
    *,
    unsafe: bool,
    alarm: bool,
    passed: bool,
    tests_met: bool,
    complete: bool,
    guardrail_broken: bool,
    stands: Standing,
) -> Code:
    """The one function that every page's verdict comes from; all its inputs are facts, its output is exhaustive.

    `stands` is where the range of the planned end stands; a `pass` of it without `passed` helps, and no more is sure.
    """
    if unsafe:
        return "unsafe_to_read"
    if alarm:
        return "harm"
    if passed and tests_met:
        return "promote"
    if not complete:
        return "too_early"
    if guardrail_broken or (stands == "harm" and not passed):
        return "harm"
    if passed:
        return "adapt"
    return "cannot_tell" if stands == "pass" else stands
