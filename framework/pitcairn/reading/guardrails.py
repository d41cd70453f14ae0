"""Guardrails: a measure is held only when it is sure that its worsening is inside the margin.

In a confirmation that is a gate of its own, passed at whichever look (`reading.courses`); in an exploration, the whole
range inside the margin at the planned end. Broken is the opposite: its alarm rang, or at the planned end the whole
range is over the margin.
"""

from __future__ import annotations

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.effect import NotAvailable
from pitcairn.reading.courses import Course, Courses
from pitcairn.reading.effects import MeasureEffects, Outcome
from pitcairn.reading.numbers import display_for, written
from pitcairn.reading.result import GuardrailRow, Mark

STATES: dict[str, tuple[str, Mark]] = {
    "held": ("Held", "good"),
    "not_shown_safe": ("Not shown safe", "watch"),
    "broken": ("Broken", "bad"),
    "withheld": ("Not shown safe", "watch"),
}
_NOT_YET = "Not yet shown safe"


def guardrail_rows(
    plan: Plan, found: tuple[MeasureEffects, ...], courses: Courses, *, complete: bool
) -> tuple[GuardrailRow, ...]:
    """One row for every guardrail and treatment arm, in the plan's order; `complete` at the planned end."""
    return tuple(
        _row(plan, item, arm, outcome, courses[item.measure.id, arm], complete=complete)
        for item in found
        if item.measure.role == "guardrail"
        for arm, outcome in item.by_arm.items()
    )


def worsening(measure: MeasurePlan, outcome: Outcome) -> tuple[float, float, float] | None:
    """(low, estimate, high) of how much worse it got, as a share of the margin; None where there is no number."""
    if isinstance(outcome, NotAvailable) or measure.margin is None:
        return None
    if measure.better == "down":
        ends = outcome.low, outcome.estimate, outcome.high
    else:
        ends = -outcome.high, -outcome.estimate, -outcome.low
    return ends[0] / measure.margin, ends[1] / measure.margin, ends[2] / measure.margin


def _row(
    plan: Plan, item: MeasureEffects, arm: str, outcome: Outcome, course: Course, *, complete: bool
) -> GuardrailRow:
    measure = item.measure
    used = worsening(measure, outcome)
    state = _state(used, course, complete=complete)
    word, mark = STATES[state]
    margin = measure.margin or 0.0
    direction = 1 if measure.better == "down" else -1
    return GuardrailRow(
        measure=measure.id,
        arm=arm,
        margin=margin,
        margin_text=written(measure, direction * margin, plan.currency),
        state=state,  # type: ignore[arg-type]
        word=word if complete or mark != "watch" else _NOT_YET,
        mark=mark,
        effect=display_for(plan, measure, list(item.by_arm.values())).shown(outcome),
        used_low=used[0] if used else None,
        used_estimate=used[1] if used else None,
        used_high=used[2] if used else None,
    )


def _state(used: tuple[float, float, float] | None, course: Course, *, complete: bool) -> str:
    if course.is_harmed:
        return "broken"
    if used is None:
        return "withheld"
    if complete and used[0] > 1:
        return "broken"
    is_held = course.passed_early is not None or (complete and used[2] <= 1)
    return "held" if is_held else "not_shown_safe"
