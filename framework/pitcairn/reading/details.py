"""The exact figures behind the page, for the people who check it."""

from __future__ import annotations

import math

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.means import two_sided_p
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.cube import Cube
from pitcairn.reading.effects import MeasureEffects, Outcome
from pitcairn.reading.groups import SMALLEST_CELL, Slice
from pitcairn.reading.result import DetailRow

ALL = "All customers"


def detail_rows(
    plan: Plan, cube: Cube, found: tuple[MeasureEffects, ...], slices: tuple[Slice, ...]
) -> tuple[DetailRow, ...]:
    """Every measure by arm, then the deciding measure by group; levels with a small cell stay out."""
    rows: list[DetailRow] = []
    for item in found:
        moments = cube.moments(item.measure.id)
        nobody = Moments.none(item.measure.size)
        rows.append(_row(item.measure, ALL, plan.comparison.id, moments.get((plan.comparison.id,), nobody), None))
        rows += [
            _row(item.measure, ALL, arm.id, moments.get((arm.id,), nobody), item.by_arm[arm.id])
            for arm in plan.treatments
        ]
    return tuple(rows + _group_rows(plan, slices))


def _group_rows(plan: Plan, slices: tuple[Slice, ...]) -> list[DetailRow]:
    rows: list[DetailRow] = []
    labels = {group.id: group.label for group in plan.groups}
    for cell in slices:
        if min(cell.control.count, cell.treated.count) < SMALLEST_CELL:
            continue
        where = f"{labels[cell.group]}: {cell.level}"
        if not any(row.where == where for row in rows):
            rows.append(_row(plan.deciding, where, plan.comparison.id, cell.control, None))
        rows.append(_row(plan.deciding, where, cell.arm, cell.treated, cell.outcome))
    return rows


def _row(measure: MeasurePlan, where: str, arm: str, moments: Moments, outcome: Outcome | None) -> DetailRow:
    effect = outcome if isinstance(outcome, Effect) else None
    with_p = effect is not None and effect.standard_error > 0 and effect.method.startswith("Welch")
    return DetailRow(
        measure=measure.id,
        where=where,
        arm=arm,
        customers=moments.count,
        mean=_mean(measure, moments),
        deviation=_deviation(measure, moments),
        difference=_figure(effect.estimate) if effect else "",
        low=_figure(effect.low) if effect else "",
        high=_figure(effect.high) if effect else "",
        p=_figure(two_sided_p(effect), 3) if effect and with_p else "",
        method=effect.method if effect else "",
    )


def _mean(measure: MeasurePlan, moments: Moments) -> str:
    if moments.count == 0:
        return ""
    if measure.kind == "ratio":
        return _figure(float(moments.mean[0] / moments.mean[1])) if moments.mean[1] else ""
    return _figure(float(moments.mean[0]))


def _deviation(measure: MeasurePlan, moments: Moments) -> str:
    if measure.kind == "ratio" or moments.count < 2:
        return ""
    return _figure(math.sqrt(max(0.0, float(moments.covariance[0, 0]))))


def _figure(value: float, digits: int = 6) -> str:
    """Six significant digits, never an exponent for readable sizes.

    >>> _figure(0.182757), _figure(11.58824), _figure(1.16e-7, 3)
    ('0.182757', '11.5882', '1.16e-07')
    """
    return f"{value:.{digits}g}"
