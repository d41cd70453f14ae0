"""If 100,000 customers got it: the same numbers as on the cards, for people who plan and pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pitcairn.design.plan import ArmPlan, MeasurePlan
from pitcairn.estimate.effect import Effect
from pitcairn.phrases import several
from pitcairn.reading.effects import MeasureEffects
from pitcairn.reading.following import PromisedRow, ScaleRow
from pitcairn.reading.numbers import Display, display_for
from pitcairn.reading.result import WORTHY, ArmVerdict
from pitcairn.reading.told import Told

CUSTOMERS = 100_000


def scale_rows(told: Told, verdicts: Sequence[ArmVerdict], promised: Sequence[PromisedRow]) -> tuple[ScaleRow, ...]:
    """One sentence for every arm worth going on with: what to expect of 100,000 such customers, with ranges.

    The deciding measure with the number to promise where there is one, everything else as measured; every number is
    the one that is shown elsewhere, so many times. Guardrails are always told; of the others only money.
    """
    worthy = {verdict.arm for verdict in verdicts if verdict.code in WORTHY}
    drawn_in = {row.arm: row for row in promised}
    found = ((arm, list(_parts(told, arm, drawn_in.get(arm.id)))) for arm in told.plan.treatments if arm.id in worthy)
    return tuple(
        ScaleRow(
            arm=arm.id, sentence=f"If {CUSTOMERS:,} such customers got “{arm.label}”, expect about {several(parts)}."
        )
        for arm, parts in found
        if parts
    )


def _parts(told: Told, arm: ArmPlan, promised: PromisedRow | None) -> Iterator[str]:
    for item in told.effects:
        measure, outcome = item.measure, item.by_arm[arm.id]
        if not isinstance(outcome, Effect) or not _is_told(told, measure):
            continue
        values = (outcome.estimate, outcome.low, outcome.high)
        if measure.role == "deciding" and promised is not None:
            sign = 1 if measure.better == "up" else -1
            shares = (promised.estimate, promised.low, promised.high)
            values = tuple(sign * share * outcome.control for share in shares)  # type: ignore[assignment]
        yield _part(measure, _display(told, item), *values)


def _is_told(told: Told, measure: MeasurePlan) -> bool:
    """Only what adds over customers can be multiplied; money that is measured twice is told without its cap."""
    if measure.kind not in ("any", "sum", "count") or measure.change:
        return False
    if measure.role in ("deciding", "guardrail"):
        return True
    same = [one for one in told.plan.measures if (one.source, one.column) == (measure.source, measure.column)]
    return measure.money and (measure.cap is None or all(one.cap is not None for one in same))


def _display(told: Told, item: MeasureEffects) -> Display:
    return display_for(told.plan, item.measure, list(item.by_arm.values()))


def _part(measure: MeasurePlan, display: Display, estimate: float, one: float, other: float) -> str:
    """`7,300 more visitors (6,500 to 8,200)`"""
    low, high = sorted((one, other))
    sized = [_amount(display, value) for value in (low, high)]
    if low < 0 < high and sized[0].strip(display.symbol) != "0":
        ends = f"{sized[0]} {_way(measure, low)} to {sized[1]} {_way(measure, high)}"
    else:
        ends = " to ".join(sized if high > 0 else reversed(sized))
    what = f"in “{measure.label}”" if measure.money else measure.unit
    return f"{_amount(display, estimate)} {_way(measure, estimate)} {what} ({ends})"


def _amount(display: Display, value: float) -> str:
    """As it is rounded elsewhere, times the customers."""
    shown = round(abs(value) * display.scale, display.decimals) / display.scale
    return f"{display.symbol}{round(shown * CUSTOMERS):,}"


def _way(measure: MeasurePlan, value: float) -> str:
    return "more" if value >= 0 else "less" if measure.money else "fewer"
