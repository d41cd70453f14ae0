"""What a gain costs, and what money spent on it brings back, where the plan says what an arm costs per customer."""

from __future__ import annotations

from collections.abc import Iterator

from pitcairn.design.plan import ArmPlan, MeasurePlan, Plan
from pitcairn.estimate.cost import Between, fixed_cost
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.reading.effects import MeasureEffects
from pitcairn.reading.numbers import money
from pitcairn.reading.result import CostRow


def cost_rows(plan: Plan, found: tuple[MeasureEffects, ...]) -> tuple[CostRow, ...]:
    """For every arm with a cost: of each extra unit of the deciding measure, and the return of every amount in money.

    Ranges are the effects' own, turned over: what a customer costs is known, so nothing else is uncertain.
    """
    return tuple(row for arm in plan.treatments for row in _of_arm(plan, found, arm))


def _of_arm(plan: Plan, found: tuple[MeasureEffects, ...], arm: ArmPlan) -> Iterator[CostRow]:
    if arm.cost is None:
        return
    extra = arm.cost - (plan.comparison.cost or 0.0)
    for item in found:
        outcome = item.by_arm[arm.id]
        measure = item.measure
        if isinstance(outcome, NotAvailable) or measure.is_level:
            continue
        if measure.money and measure.better == "up" and extra > 0:
            yield _returned(plan, measure, arm, outcome, extra)
        elif measure.role == "deciding" and not measure.money and extra > 0:
            yield _price(plan, measure, arm, outcome, extra)


def _returned(plan: Plan, measure: MeasurePlan, arm: ArmPlan, outcome: Effect, extra: float) -> CostRow:
    """A quotient whose lower half is known: the effect's range divided by it."""
    ends = outcome.low / extra, outcome.high / extra
    low, high = (money(end, plan.currency) for end in ends)
    each = money(1.0, plan.currency)
    text = (
        f"{measure.label}: {money(outcome.estimate / extra, plan.currency)} back for each extra {each} spent "
        f"({low} to {high})"
    )
    return CostRow(
        measure=measure.id,
        arm=arm.id,
        kind="return",
        extra=extra,
        estimate=outcome.estimate / extra,
        low=ends[0],
        high=ends[1],
        text=text,
    )


def _price(plan: Plan, measure: MeasurePlan, arm: ArmPlan, outcome: Effect, extra: float) -> CostRow:
    gained = outcome.estimate if measure.better == "up" else -outcome.estimate
    best = outcome.high if measure.better == "up" else -outcome.low
    what = f"{'Extra' if measure.better == 'up' else 'Fewer'} {measure.unit}"
    estimate, low, high = None, None, None
    found = fixed_cost(outcome, extra)
    if best <= 0:
        text = f"{what}: none, for {money(extra, plan.currency)} more a customer"
    elif isinstance(found, NotAvailable) or not isinstance(found.fits, Between):
        low = extra / best
        text = f"{what}: at least {money(low, plan.currency)} each, if any at all"
    else:
        ends = sorted((abs(found.fits.low), abs(found.fits.high)))
        estimate, low, high = extra / gained, ends[0], ends[1]
        shown = [money(value, plan.currency) for value in (estimate, low, high)]
        text = f"{what}: {shown[0]} each ({shown[1]} to {shown[2]})"
    return CostRow(
        measure=measure.id,
        arm=arm.id,
        kind="price",
        extra=extra,
        estimate=estimate,
        low=low,
        high=high,
        text=text,
    )
