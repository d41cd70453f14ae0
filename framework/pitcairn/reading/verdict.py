"""The rules: from effects, guardrails and health to one of eight verdicts an arm. They recommend; people decide.

At the planned end, with L..H the deciding measure's range and W the worth-it line (gains counted as positive):

    H < 0                          harm            it makes things worse
    L > 0 and H < W                not_worth_it    it helps, but less than it must
    L > 0 and estimate >= W        a pass:         promote where every promotion test is met, adapt where one is open
    L > 0, otherwise               cannot_tell     it helps; whether enough is open
    L <= 0 <= H and H >= W         cannot_tell     nothing and enough are both possible
    L <= 0 <= H < W and L > -W     no_difference   no difference that matters, either way
    L <= 0 <= H < W, otherwise     not_worth_it    even at its best it gains less than it must

A guardrail that is broken is harm. Before the planned end there is `too_early`, or `harm` judged at a level so
strict that looking every day does not matter. A failed health check is `unsafe_to_read`, whatever else is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pitcairn.design.plan import MeasurePlan
from pitcairn.estimate.effect import NotAvailable
from pitcairn.evidence.facts import Check
from pitcairn.reading.effects import Outcome
from pitcairn.reading.result import Code

INTERIM_CONFIDENCE = 0.9973
"""Three standard errors: harm seen before the planned end (Haybittle 1971; Peto et al. 1976)."""

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


def verdict(
    *,
    unsafe: bool,
    complete: bool,
    interim_harm: bool,
    stands: Standing,
    guardrail_broken: bool,
    tests_met: bool,
) -> Code:
    """The one function that every page's verdict comes from; all its inputs are facts, its output is exhaustive."""
    if unsafe:
        return "unsafe_to_read"
    if not complete:
        return "harm" if interim_harm else "too_early"
    if guardrail_broken or stands == "harm":
        return "harm"
    if stands == "pass":
        return "promote" if tests_met else "adapt"
    return stands
