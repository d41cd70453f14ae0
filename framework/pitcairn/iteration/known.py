"""What is known of each measure before a launch: from an earlier reading, else from before the start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.errors import DataError
from pitcairn.evidence.baseline import Baseline
from pitcairn.iteration.locked import plan_of
from pitcairn.ledger import history
from pitcairn.ledger.history import ReadingRow
from pitcairn.program import ProgramFolder
from pitcairn.reading.details import ALL
from pitcairn.reading.encode import from_json
from pitcairn.reading.result import DetailRow, Result
from pitcairn.reading.twins import UNADJUSTED

ENOUGH = 200
"""Customers in the comparison from which on a reading says more about level and spread than a column from before."""


Z95 = 1.959963984540054
"""Half the width of an exploration's range in standard errors."""


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


def known_measures(folder: ProgramFolder, plan: Plan, before: Mapping[str, Baseline]) -> dict[str, Known]:
    """By measure id; a measure of which nothing is known is left out.

    An earlier reading counts where scope, choice of customers and the measure's definition are the plan's own. Results
    that are not the ones in the ledger are not believed. DataError where the ledger is damaged.
    """
    found = {measure: _from_before(one) for measure, one in before.items()}
    for reading, result in _earlier(folder, plan):
        locked = history.launch_of(folder.ledger_file, reading.pilot, reading.number)
        if locked is None or _customers(then := plan_of(locked)) != _customers(plan):
            continue
        for measure in plan.measures:
            known = _from_reading(measure, then, result, reading)
            if known is not None:
                left = found[measure.id].left if measure.id in found else 1.0
                found[measure.id] = known if then.stage == "explore" else replace(known, left=left)
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
            Explored(number=reading.number, gain=sign * float(row.difference), standard_error=width / (2 * Z95))
            for arm in plan.treatments
            for row in _rows(result, plan.deciding.id, arm.id)
            if row.where == ALL and (width := _width(row))
        ]
        found = max(seen, key=lambda one: one.gain, default=found)
    return found


def _from_before(one: Baseline) -> Known:
    return Known(mean=one.mean, sd=one.sd, answered=one.answered, left=1.0, basis=one.basis)


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


def _from_reading(measure: MeasurePlan, then: Plan, result: Result, reading: ReadingRow) -> Known | None:
    if not any(_same(measure, other) for other in then.measures):
        return None
    rows = {row.where: row for row in _rows(result, measure.id, then.comparison.id)}
    usual = rows.get(ALL)
    if usual is None or usual.customers < ENOUGH or not usual.mean or not usual.deviation:
        return None
    counted = next(arm.counted for arm in result.arms if arm.id == then.comparison.id)
    return Known(
        mean=float(usual.mean),
        sd=float(usual.deviation),
        answered=min(1.0, usual.customers / counted) if counted else 1.0,
        left=_left(result, measure.id, then),
        basis=f"{usual.customers:,} customers of {reading.pilot}, iteration {reading.number}, who got today's practice",
    )


def _left(result: Result, measure: str, then: Plan) -> float:
    """How much narrower knowing the value before made the ranges: their squared ratio, the worst arm's.

    It says so only in an exploration, where both ranges are as likely to hold the truth.
    """
    found = []
    for arm in then.treatments:
        rows = {row.where: row for row in _rows(result, measure, arm.id)}
        if ALL in rows and UNADJUSTED in rows:
            adjusted, plain = _width(rows[ALL]), _width(rows[UNADJUSTED])
            if adjusted and plain:
                found.append((adjusted / plain) ** 2)
    return min(1.0, max(found, default=1.0))


def _rows(result: Result, measure: str, arm: str) -> Iterator[DetailRow]:
    return (row for row in result.details if row.measure == measure and row.arm == arm)


def _width(row: DetailRow) -> float | None:
    return float(row.high) - float(row.low) if row.low and row.high else None


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
