"""What was expected, in writing, before the launch, beside what happened."""

from __future__ import annotations

from typing import Literal

from pitcairn.design.plan import Plan, PredictionPlan
from pitcairn.estimate.effect import NotAvailable
from pitcairn.reading.effects import MeasureEffects
from pitcairn.reading.numbers import display_for, written
from pitcairn.reading.result import PredictionRow

Match = Literal["inside", "higher", "lower", "withheld"]
_WORDS: dict[Match, str] = {
    "inside": "As predicted",
    "higher": "Higher",
    "lower": "Lower",
    "withheld": "Cannot be compared",
}


def prediction_rows(plan: Plan, found: tuple[MeasureEffects, ...]) -> tuple[PredictionRow, ...]:
    """One row a prediction: matched when the estimate, as shown, falls into the range written."""
    return tuple(_row(plan, found, prediction) for prediction in plan.predictions)


def _row(plan: Plan, found: tuple[MeasureEffects, ...], prediction: PredictionPlan) -> PredictionRow:
    item = next(item for item in found if item.measure.id == prediction.measure)
    outcome = item.by_arm[prediction.arm]
    low, high = (written(item.measure, value, plan.currency) for value in (prediction.low, prediction.high))
    display = display_for(plan, item.measure, list(item.by_arm.values()))
    match: Match = "withheld"
    happened = outcome.why if isinstance(outcome, NotAvailable) else ""
    if not isinstance(outcome, NotAvailable):
        happened = f"{display.change(outcome.estimate)} ({display.range(outcome.low, outcome.high)})"
        match = (
            "lower"
            if outcome.estimate < prediction.low
            else "higher"
            if outcome.estimate > prediction.high
            else "inside"
        )
    return PredictionRow(
        arm=prediction.arm,
        measure=prediction.measure,
        written=f"{low.split(' ')[0]} to {high}",
        happened=happened,
        match=match,
        word=_WORDS[match],
    )
