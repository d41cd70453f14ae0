"""What is known of each measure before a launch: from an earlier reading, else from before the start."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.errors import DataError
from pitcairn.estimate.clustered import Clustered
from pitcairn.estimate.power import rate_spread
from pitcairn.evidence.baseline import Baseline
from pitcairn.evidence.past import Past
from pitcairn.iteration.locked import plan_of
from pitcairn.ledger import history
from pitcairn.ledger.history import ReadingRow
from pitcairn.program import ProgramFolder
from pitcairn.reading.details import ALL
from pitcairn.reading.effects import level_of
from pitcairn.reading.encode import from_json
from pitcairn.reading.result import DetailRow, Result
from pitcairn.reading.spread import varies
from pitcairn.reading.twins import UNADJUSTED

ENOUGH = 200
"""Customers in the comparison from which on a reading says more about level and spread than a column from before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A measure's level and spread, as far as anything says."""

    mean: float
    sd: float
    """Of one customer's value."""
    answered: float
    """The share of drawn customers that will have a value."""
    left: float
    """The part of the variance that is left once the value before the start is taken into account; 1 if unknown."""
    basis: str
    """Where the numbers come from, in words."""
    design: float | None = 1.0
    """How many times the variance is what it would be if every customer were drawn alone; None: households or the like
    are drawn, and how alike their customers are is not known."""
    skew: float = 0.0
    """Of one customer's value; 0 if unknown."""
    bend: float = 0.0
    """Of a quantile: how much closer values lie on one side of it than on the other; 0 if unknown."""


def known_measures(
    folder: ProgramFolder, plan: Plan, before: Mapping[str, Baseline], past: Mapping[str, Past]
) -> dict[str, Known]:
    """By measure id; a measure of which nothing is known is left out. What tells more replaces what tells less.

    An earlier reading counts where scope, choice of customers and the measure's definition are the plan's own. Results
    that are not the ones in the ledger are not believed. DataError where the ledger is damaged.
    """
    alone = None if plan.cluster else 1.0
    found = {measure: _from_before(one, alone) for measure, one in before.items()}
    for id, one in past.items():
        known = _from_past(plan, one, found.get(id))
        if known is not None:
            found[id] = known
    for reading, result in _earlier(folder, plan):
        locked = history.launch_of(folder.ledger_file, reading.pilot, reading.number)
        if locked is None or _customers(then := plan_of(locked)) != _customers(plan):
            continue
        for measure in plan.measures:
            known = _from_reading(measure, plan, then, result, reading, found.get(measure.id))
            if known is not None:
                found[measure.id] = known
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What the last exploration of a pilot saw in the deciding measure."""

    number: int
    gain: float
    """Gains are positive, whichever way the measure is better."""
    standard_error: float


def explored(folder: ProgramFolder, plan: Plan) -> Explored | None:
    """Of the arm that the plan tries; the better one where it tries several. None where no exploration was read."""
    sign = 1 if plan.deciding.better == "up" else -1
    found = None
    for reading, result in _earlier(folder, plan):
        if reading.pilot != plan.pilot or result.stage != "explore":
            continue
        seen = [
            Explored(number=reading.number, gain=sign * float(row.difference), standard_error=float(row.error))
            for arm in plan.treatments
            for row in _rows(result, plan.deciding.id, arm.id)
            if row.where == ALL and row.error
        ]
        found = max(seen, key=lambda one: one.gain, default=found)
    return found


def _from_before(one: Baseline, design: float | None) -> Known:
    return Known(mean=one.mean, sd=one.sd, answered=one.answered, left=1.0, basis=one.basis, design=design)


def _from_past(plan: Plan, one: Past, before: Known | None) -> Known | None:
    """From the same measure over an earlier period, read by the estimator that will read it."""
    level, spread = level_of(one.measure, one.moments), varies(one.measure, one.moments)
    if level is None or spread is None:
        return None
    design = None if plan.cluster and not isinstance(one.moments, Clustered) else spread.design
    if one.shape_only:
        return None if before is None else replace(before, design=design)
    return Known(
        mean=level,
        sd=rate_spread(level) if one.measure.is_rate else spread.sd,
        answered=one.answered if one.measure.is_of_some else 1.0,
        left=spread.left if plan.measure(one.measure.id).adjusts else 1.0,
        basis=one.basis,
        design=design,
        skew=spread.skew,
        bend=spread.bend,
    )


def _earlier(folder: ProgramFolder, plan: Plan) -> Iterator[tuple[ReadingRow, Result]]:
    """Last readings of other iterations, oldest first, as long as their files are what the ledger remembers."""
    last = {(row.pilot, row.number): row for row in history.readings(folder.ledger_file)}
    for reading in sorted(last.values(), key=lambda row: row.seq):
        if (reading.pilot, reading.number) == (plan.pilot, plan.number) or reading.body.withheld:
            continue
        path = folder.result_file(reading.pilot, reading.number)
        try:
            text = path.read_bytes()
            if hashlib.sha256(text).hexdigest() == reading.body.result_digest:
                yield reading, from_json(text.decode("utf-8"), file=folder.relative(path))
        except (OSError, UnicodeDecodeError, DataError):
            continue


def _from_reading(
    measure: MeasurePlan, plan: Plan, then: Plan, result: Result, reading: ReadingRow, before: Known | None
) -> Known | None:
    if not any(_same(measure, other) for other in then.measures):
        return None
    rows = {row.where: row for row in _rows(result, measure.id, then.comparison.id)}
    usual, plainly = rows.get(ALL), _spread(result, measure.id, then, UNADJUSTED)
    if usual is None or usual.customers < ENOUGH or not usual.mean:
        return None
    ranges = _spread(result, measure.id, then, ALL)
    by_households = then.cluster is not None and then.cluster == plan.cluster
    sd = float(usual.deviation) if usual.deviation else plainly or ranges
    if not sd or (then.cluster != plan.cluster and not usual.deviation):
        return None
    counted = next(arm.counted for arm in result.arms if arm.id == then.comparison.id)
    return Known(
        mean=float(usual.mean),
        sd=sd,
        answered=min(1.0, usual.customers / counted) if counted else 1.0,
        # Ranges that went by the same households tell all: what was known before has narrowed them too.
        left=1.0 if by_households else _left(result, measure, then, before),
        basis=f"{usual.customers:,} customers of {reading.pilot}, iteration {reading.number}, who got today's practice",
        skew=before.skew if before else 0.0,
        bend=before.bend if before else 0.0,
        design=(ranges / sd) ** 2 if by_households and ranges else _design(plan, before),
    )


def _design(plan: Plan, before: Known | None) -> float | None:
    if plan.cluster is None:
        return 1.0
    return before.design if before else None


def _spread(result: Result, measure: str, then: Plan, where: str) -> float | None:
    """One customer's part of the range's error: of the arm in which it is largest."""
    usual = next((row for row in _rows(result, measure, then.comparison.id) if row.where == ALL), None)
    found = [
        float(row.error) / math.sqrt(1 / usual.customers + 1 / row.customers)
        for arm in then.treatments
        for row in _rows(result, measure, arm.id)
        if row.where == where and row.error and row.customers and usual is not None and usual.customers
    ]
    return max(found, default=None)


def _left(result: Result, measure: MeasurePlan, then: Plan, before: Known | None) -> float:
    """How much narrower what was known before made the ranges: their squared ratio, the worst arm's.

    Where the ranges did not know it, what is known from before the start.
    """
    found = []
    for arm in then.treatments:
        rows = {row.where: row for row in _rows(result, measure.id, arm.id)}
        if ALL in rows and UNADJUSTED in rows and rows[ALL].error and rows[UNADJUSTED].error:
            found.append((float(rows[ALL].error) / float(rows[UNADJUSTED].error)) ** 2)
    if found:
        return min(1.0, max(found))
    return before.left if before and measure.adjusts else 1.0


def _rows(result: Result, measure: str, arm: str) -> Iterator[DetailRow]:
    return (row for row in result.details if row.measure == measure and row.arm == arm)


def _customers(plan: Plan) -> tuple[object, ...]:
    return plan.scope_kind, plan.scope, plan.population, plan.keep


def _same(one: MeasurePlan, other: MeasurePlan) -> bool:
    """Whether both count the same thing; labels, roles and lines may differ."""
    return _definition(one) == _definition(other)


def _definition(measure: MeasurePlan) -> tuple[object, ...]:
    return (
        measure.id,
        measure.kind,
        measure.source,
        measure.column,
        measure.where,
        measure.over_column,
        measure.over_where,
        measure.answers,
        measure.window_days,
        measure.cap,
        measure.before,
        measure.at,
        measure.change,
    )
