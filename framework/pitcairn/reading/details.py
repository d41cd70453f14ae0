"""The exact figures behind the page, for the people who check it."""

from __future__ import annotations

import math

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.means import two_sided_p
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.proportions import NEWCOMBE
from pitcairn.estimate.quantiles import RANKS
from pitcairn.evidence import previous
from pitcairn.evidence.cube import Cube
from pitcairn.reading.cost_row import CostRow
from pitcairn.reading.effects import MeasureEffects, Outcome, effect, level_of, relative
from pitcairn.reading.groups import DRAWN_IN, SMALLEST_CELL, Slice
from pitcairn.reading.result import DetailRow
from pitcairn.reading.twins import Twin

ALL = "All customers"
LAST_TIME = "Last time: "


def detail_rows(
    plan: Plan,
    cube: Cube,
    found: tuple[MeasureEffects, ...],
    twins: tuple[Twin, ...],
    slices: tuple[Slice, ...],
    costs: tuple[CostRow, ...],
) -> tuple[DetailRow, ...]:
    """Every measure by arm, its twins, what it costs or brings back; then the deciding measure by group and by what
    customers had last time.

    Levels with a small cell stay out.
    """
    rows: list[DetailRow] = []
    for item in found:
        moments = cube.moments(item.measure.id)
        nobody = Moments.none(item.measure.size)
        rows.append(_row(item.measure, ALL, plan.comparison.id, moments.get((plan.comparison.id,), nobody), None))
        control = moments.get((plan.comparison.id,), nobody)
        for arm in plan.treatments:
            treated = moments.get((arm.id,), nobody)
            outcome = item.by_arm[arm.id]
            confidence = outcome.confidence if isinstance(outcome, Effect) else plan.confidence
            share = relative(item.measure, control, treated, confidence)
            rows.append(_row(item.measure, ALL, arm.id, treated, outcome, share))
        rows += [
            _row(twin.measure, twin.where, twin.arm, twin.treated, twin.outcome, twin.share)
            for twin in twins
            if twin.of.id == item.measure.id and isinstance(twin.outcome, Effect)
        ]
        rows += [_cost(plan, cube, row) for row in costs if row.measure == item.measure.id and row.method]
    return tuple(rows + _group_rows(plan, slices) + _previous_rows(plan, cube))


def _cost(plan: Plan, cube: Cube, row: CostRow) -> DetailRow:
    """A price or a return; of a set without ends, what fits stands with the method."""
    spent = plan.measure(row.spent).label if row.spent else "cost"
    fits = {
        "outside": f"; fits: at most {_end(row.at_most)}, or at least {_end(row.at_least)}",
        "anything": "; fits: anything",
    }
    return DetailRow(
        measure=row.measure,
        where=f"For each {plan.currency} of {spent}" if row.kind == "return" else f"{spent}, of each extra one",
        arm=row.arm,
        customers=cube.sizes().get((row.arm,), 0),
        mean="",
        deviation="",
        difference=_end(row.estimate),
        low=_end(row.low),
        high=_end(row.high),
        relative="",
        p="",
        method=row.method + fits.get(row.fits or "", ""),
    )


def _end(value: float | None) -> str:
    return "" if value is None else _figure(value)


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
        if isinstance(cell.shrunk, Effect) and cell.shrunk.method == DRAWN_IN:
            rows.append(_row(plan.deciding, f"{where}, drawn in", cell.arm, cell.treated, cell.shrunk))
    return rows


def _previous_rows(plan: Plan, cube: Cube) -> list[DetailRow]:
    """Where customers were drawn again: the same among those who were drawn to one arm last time, and the fresh."""
    found = previous.levels(cube)
    if plan.deciding.kind == "quantile" or set(found) <= {previous.FRESH}:
        return []
    rows: list[DetailRow] = []
    moments, nobody = cube.moments(plan.deciding.id, previous.DIMENSION), Moments.none(plan.deciding.size)
    for level in found:
        control = moments.get((plan.comparison.id, level), nobody)
        pairs = [(arm.id, moments.get((arm.id, level), nobody)) for arm in plan.treatments]
        large = [pair for pair in pairs if min(control.count, pair[1].count) >= SMALLEST_CELL]
        where = f"{LAST_TIME}{level}"
        rows += [_row(plan.deciding, where, plan.comparison.id, control, None)] if large else []
        for arm, treated in large:
            outcome = effect(plan.deciding, control, treated, plan.confidence)
            rows.append(_row(plan.deciding, where, arm, treated, outcome))
    return rows


def _row(
    measure: MeasurePlan, where: str, arm: str, moments: Moments, outcome: Outcome | None, share: Outcome | None = None
) -> DetailRow:
    effect = outcome if isinstance(outcome, Effect) else None
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
        relative=_share(share) if isinstance(share, Effect) else "",
        p=_figure(two_sided_p(effect), 3) if effect and _has_p(effect) else "",
        method=effect.method if effect else "",
        error=_figure(effect.standard_error) if effect and effect.standard_error > 0 else "",
    )


def _has_p(effect: Effect) -> bool:
    """Newcombe's range, and one of ranks, are no tests turned round, so a p-value beside them could contradict them."""
    is_test = not effect.method.startswith((NEWCOMBE, RANKS, DRAWN_IN))
    return effect.p is not None or (effect.standard_error > 0 and is_test)


def _mean(measure: MeasurePlan, moments: Moments) -> str:
    found = level_of(measure, moments)
    return "" if found is None else _figure(found)


def _deviation(measure: MeasurePlan, moments: Moments) -> str:
    if measure.kind in ("ratio", "quantile") or moments.count < 2:
        return ""
    return _figure(math.sqrt(max(0.0, float(moments.covariance[0, 0]))))


def _share(effect: Effect) -> str:
    """`+11.7% (+10.6% to +12.9%)`"""
    estimate, low, high = (
        f"{value * 100:+.1f}%".replace("-", "−") for value in (effect.estimate, effect.low, effect.high)
    )
    return f"{estimate} ({low} to {high})"


def _figure(value: float, digits: int = 6) -> str:
    """Six significant digits, never an exponent for readable sizes.

    >>> _figure(0.182757), _figure(11.58824), _figure(1.16e-7, 3)
    ('0.182757', '11.5882', '1.16e-07')
    """
    return f"{value:.{digits}g}"
