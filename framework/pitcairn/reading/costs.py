"""What a gain costs, and what money spent on it brings back, where the plan says what an arm costs.

A cost that is known for every customer turns the effect's range over. One that is measured varies as the outcome does,
so one difference is divided by the other, and what is said is what Fieller's set leaves possible, an unbounded one too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pitcairn.design.plan import ArmPlan, MeasuredCost, MeasurePlan, Plan
from pitcairn.estimate.clustered import per_part
from pitcairn.estimate.cost import Anything, Between, Outside, Quotient, fixed_cost, quotient
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.cube import Both, Cube
from pitcairn.reading.cost_row import CostRow
from pitcairn.reading.effects import MeasureEffects
from pitcairn.reading.numbers import money

KNOWN = "The difference, by a known cost"
FIELLER = "Fieller, both differences measured"
NOT_TOGETHER = "Outcomes and spend of the same customers were not put together."


def cost_rows(plan: Plan, cube: Cube, found: tuple[MeasureEffects, ...]) -> tuple[CostRow, ...]:
    """For every arm with a cost: of each extra unit of the deciding measure, and the return of every amount in money.

    Where what a customer costs is known nothing else is uncertain, and ranges are the effects' own, turned over.
    """
    return tuple(row for arm in plan.treatments for row in _of_arm(plan, cube, found, arm))


def _of_arm(plan: Plan, cube: Cube, found: tuple[MeasureEffects, ...], arm: ArmPlan) -> Iterator[CostRow]:
    if isinstance(arm.cost, MeasuredCost):
        yield from (_measured(plan, cube, measure, arm, found) for measure in plan.beside_cost)
        return
    if arm.cost is None:
        return
    extra = arm.cost - plan.comparison.known_cost
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
    return CostRow(
        measure=measure.id,
        arm=arm.id,
        kind="return",
        extra=extra,
        estimate=outcome.estimate / extra,
        low=ends[0],
        high=ends[1],
        text=_back(plan, measure, outcome.estimate / extra, *ends, spent="spent"),
        confidence=outcome.confidence,
        method=KNOWN,
    )


def _back(plan: Plan, measure: MeasurePlan, estimate: float, low: float, high: float, *, spent: str) -> str:
    shown = [money(value, plan.currency) for value in (estimate, 1.0, low, high)]
    return f"{measure.label}: {shown[0]} back for each extra {shown[1]} {spent} ({shown[2]} to {shown[3]})"


def _price(plan: Plan, measure: MeasurePlan, arm: ArmPlan, outcome: Effect, extra: float) -> CostRow:
    gained = outcome.estimate if measure.better == "up" else -outcome.estimate
    best = outcome.high if measure.better == "up" else -outcome.low
    what = _what(measure)
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
        confidence=outcome.confidence,
        method=KNOWN,
    )


def _what(measure: MeasurePlan) -> str:
    return f"{'Extra' if measure.better == 'up' else 'Fewer'} {measure.unit}"


# --- a cost that is measured ----------------------------------------------------------------------------------


def _measured(
    plan: Plan, cube: Cube, measure: MeasurePlan, arm: ArmPlan, effects: tuple[MeasureEffects, ...]
) -> CostRow:
    """Money held against money is a return; anything else has a price."""
    outcome = next(item.by_arm[arm.id] for item in effects if item.measure.id == measure.id)
    confidence = outcome.confidence if isinstance(outcome, Effect) else plan.confidence
    is_return = measure.money and measure.better == "up"
    found = _quotient(plan, cube.beside.get(measure.id), arm, is_return=is_return, confidence=confidence)
    empty = CostRow(
        measure=measure.id,
        arm=arm.id,
        kind="return" if is_return else "price",
        extra=None,
        estimate=None,
        low=None,
        high=None,
        text="",
        confidence=confidence,
        spent=plan.spent,
    )
    if isinstance(found, NotAvailable):
        what = measure.label if is_return else _what(measure)
        return replace(empty, text=f"{what}: no {empty.kind}. {found.why}")
    told = _told_return if is_return else _told_price
    return told(plan, measure, found, replace(empty, method=FIELLER))


def _quotient(
    plan: Plan, both: Both | None, arm: ArmPlan, *, is_return: bool, confidence: float
) -> Quotient | NotAvailable:
    """Revenue over spend, or spend over outcomes: each difference the one that its own row of the page shows."""
    if both is None:
        return NotAvailable(why=NOT_TOGETHER)
    found = [both.by_arm.get(id, Moments.none(2)) for id in (plan.comparison.id, arm.id)]
    parts = [per_part(one) for one in found] if both.clustered else found
    if any(one is None or one.count == 0 for one in parts):
        return NotAvailable(why="Nobody has been counted yet.")
    control, treated = (one for one in parts if one is not None)
    known, more = both.known, arm.known_cost - plan.comparison.known_cost
    if not is_return:
        turn = np.eye(len(control.mean))[[1, 0, *range(2, len(control.mean))]]
        control, treated, known = control.along(turn), treated.along(turn), (known[1], known[0])
    return quotient(
        control,
        treated,
        covariates=len(control.mean) - 2,
        known=known,
        besides=(0.0, more) if is_return else (more, 0.0),
        confidence=confidence,
    )


def _told_return(plan: Plan, measure: MeasurePlan, found: Quotient, row: CostRow) -> CostRow:
    spent = f"of “{plan.measure(plan.spent or '').label}”"
    row = replace(row, extra=found.lower)
    match found.fits:
        case Between(low=low, high=high) if found.lower > 0:
            text = _back(plan, measure, found.estimate, low, high, spent=spent)
            return replace(row, estimate=found.estimate, low=low, high=high, fits="between", text=text)
        case Between():
            less = money(-found.lower, plan.currency)
            return replace(row, fits="between", text=f"{measure.label}: no return, for {less} less {spent} a customer")
        case fits:
            why = f"{measure.label}: no return on each extra {money(1.0, plan.currency)} {spent} can be told"
            return _unbounded(plan, row, fits, f"{why}, since there may be no extra spend")


def _told_price(plan: Plan, measure: MeasurePlan, found: Quotient, row: CostRow) -> CostRow:
    what, sign = _what(measure), 1 if measure.better == "up" else -1
    row = replace(row, extra=found.upper)
    match found.fits:
        case Between(low=low, high=high) if sign * found.lower > 0:
            low, high = sorted((sign * low, sign * high))
            each = sign * found.estimate
            shown = [money(value, plan.currency) for value in (each, low, high)]
            text = f"{what}: {shown[0]} each ({shown[1]} to {shown[2]})"
            return replace(row, estimate=each, low=low, high=high, fits="between", text=text)
        case Between():
            amount = f"{money(abs(found.upper), plan.currency)} {'more' if found.upper > 0 else 'less'}"
            return replace(row, fits="between", text=f"{what}: none, for {amount} a customer")
        case Outside() as fits:
            fits = fits if sign > 0 else Outside(at_most=-fits.at_least, at_least=-fits.at_most)
            if fits.at_most < 0 < fits.at_least and found.upper > 0:
                text = f"{what}: at least {money(fits.at_least, plan.currency)} each, if any at all"
                return replace(
                    row, low=fits.at_least, fits="outside", at_most=fits.at_most, at_least=fits.at_least, text=text
                )
            return _unbounded(plan, row, fits, f"{what}: no price can be told, since there may be none")
        case fits:
            return _unbounded(plan, row, fits, f"{what}: no price can be told, since there may be none")


def _unbounded(plan: Plan, row: CostRow, fits: Outside | Anything, why: str) -> CostRow:
    """The lower difference may be zero, so what fits has no ends; it is said as it is."""
    if isinstance(fits, Anything):
        return replace(row, fits="anything", text=f"{why}: any amount fits")
    ends = [money(value, plan.currency) for value in (fits.at_most, fits.at_least)]
    text = f"{why}: {ends[0]} and less fits, and so does {ends[1]} and more"
    return replace(row, fits="outside", at_most=fits.at_most, at_least=fits.at_least, text=text)
