"""Guardrails: a measure is held only when the whole range of its worsening is inside the margin."""

from __future__ import annotations

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.effect import NotAvailable
from pitcairn.reading.effects import MeasureEffects, Outcome
from pitcairn.reading.numbers import display_for, written
from pitcairn.reading.result import GuardrailRow, Mark

STATES: dict[str, tuple[str, Mark]] = {
    "held": ("Held", "good"),
    "not_shown_safe": ("Not shown safe", "watch"),
    "broken": ("Broken", "bad"),
    "withheld": ("Not shown safe", "watch"),
}


def guardrail_rows(plan: Plan, found: tuple[MeasureEffects, ...]) -> tuple[GuardrailRow, ...]:
    """One row for every guardrail and treatment arm, in the plan's order."""
    return tuple(
        _row(plan, item, arm, outcome)
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


def _row(plan: Plan, item: MeasureEffects, arm: str, outcome: Outcome) -> GuardrailRow:
    measure = item.measure
    used = worsening(measure, outcome)
    state = _state(used)
    word, mark = STATES[state]
    margin = measure.margin or 0.0
    direction = 1 if measure.better == "down" else -1
    return GuardrailRow(
        measure=measure.id,
        arm=arm,
        margin=margin,
        margin_text=written(measure, direction * margin, plan.currency),
        state=state,  # type: ignore[arg-type]
        word=word,
        mark=mark,
        effect=display_for(plan, measure, list(item.by_arm.values())).shown(outcome),
        used_low=used[0] if used else None,
        used_estimate=used[1] if used else None,
        used_high=used[2] if used else None,
    )


def _state(used: tuple[float, float, float] | None) -> str:
    if used is None:
        return "withheld"
    if used[2] <= 1:
        return "held"
    return "broken" if used[0] > 1 else "not_shown_safe"
