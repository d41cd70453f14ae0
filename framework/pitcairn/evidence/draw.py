"""The draw: customers in scope are left out or go to an arm, in the engine; only counts come back.

The lists hold ids exactly as the customer source has them, sorted, quoted only where CSV needs it. An id that starts
with `=`, `+`, `-` or `@` is not altered: a list is for a mail tool, which must find the customer, and quotes would
not stop a spreadsheet from calculating with it. Do not open lists in one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pitcairn.canonical import file_digest
from pitcairn.design.assignment import BUCKETS, arm_salt, place_sql, start_salt, take_limit, take_salt
from pitcairn.design.eligibility import NOT_TAKEN, beside_kept_out, explained
from pitcairn.design.plan import GroupPlan, Plan
from pitcairn.errors import DataError, PitcairnError
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.balance import balance
from pitcairn.evidence.clusters import WORTH
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Balance, LevelCount
from pitcairn.evidence.identity import NO_NUL, holds_nul
from pitcairn.evidence.ids import drawn_key
from pitcairn.evidence.levels import Split, too_many
from pitcairn.evidence.population import Files, Population, Taken, population
from pitcairn.evidence.sources import explained as traced
from pitcairn.evidence.sql import literal, parquet_sql

ASSIGNMENT = "assignment.parquet"

_LOT = "pitcairn_lot"
"""The temporary table with a row a customer in scope: `who`, `outcome` (a reason's or arm's number), `before_0`, ...
`level_0`, ... and where more than a customer is drawn `cluster`.
"""
_MOST_ROWS = 10_000
"""So many arms and levels of a group are looked at; a group with more has far too many levels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a draw did, in numbers: in scope = left out + drawn."""

    in_scope: int
    left_out: tuple[tuple[str, int], ...]
    """(reason, customers), in the order the rules were asked; reasons that left nobody out included."""
    arms: tuple[tuple[str, int], ...]
    """(arm id, customers), in the plan's order."""
    balance: tuple[Balance, ...]
    """Drawn customers before the start, each treatment arm against the comparison."""
    levels: tuple[LevelCount, ...]
    """Drawn customers by arm, in every group that the customers' own source knows; none where not asked for."""
    files: tuple[Path, ...]
    """The assignment first, then a list for each treatment arm; none where the draw was only counted."""
    redrawn: int
    """Drawn customers who were in one of the earlier draws that they may be drawn from again."""
    digest: str | None
    """SHA-256 of the assignment file, so that a changed list is noticed; None where nothing was written."""
    units: tuple[tuple[str, int], ...] = ()
    """(arm id, households or the like drawn to it), in the plan's order; empty where customers are drawn one by one,
    and where what somebody else drew is not named in the customers' source. Somebody drawn alone is one of them.
    """
    units_in_scope: int | None = None
    """Households or the like with a customer in scope; None where `units` is empty."""
    worth: tuple[tuple[str, float], ...] = ()
    """(arm id, customers drawn one by one that tell as much, if all of a household are alike); empty as `units`."""

    @property
    def drawn(self) -> int:
        return sum(count for _, count in self.arms)


def count(engine: Engine, plan: Plan, files: Files, *, taken: Sequence[Taken]) -> Draw:
    """What `draw` would do, without writing and without a look at the groups; raises what `draw` raises.

    Where somebody else makes the draw, the arms are their shares of the customers in scope.
    """
    people = population(engine, plan, files, taken)
    if plan.observed is not None:
        return _expected(engine, plan, people)
    with traced(engine, *people.relations):
        return _counted(engine, plan, people, f"({_lot(plan, people)}) AS lot")


def would_draw(engine: Engine, plan: Plan, files: Files, *, taken: Sequence[Taken]) -> Draw:
    """What `draw` would do, groups included, without writing; raises what `draw` raises."""
    people = population(engine, plan, files, taken, groups=own_groups(plan))
    with _drawn_lot(engine, plan, people):
        return _counted(engine, plan, people, _LOT)


def own_groups(plan: Plan) -> tuple[GroupPlan, ...]:
    """The groups that the customers' own source knows, so that a draw can look at them."""
    return tuple(group for group in plan.groups if group.source == plan.population)


def draw(
    engine: Engine, plan: Plan, files: Files, *, taken: Sequence[Taken], into: Path, before: Sequence[Path] = ()
) -> Draw:
    """Draws every eligible customer and writes `assignment.parquet` and `<arm>.csv` for each treatment arm.

    `before` holds the assignments of earlier iterations whose customers may be drawn again, the latest first: where
    there are any, `assignment.parquet` has a column `previous_arm`, empty for those who are fresh.
    Where customers start on days of their own, both have the day in a column `start`; where whole households or the
    like are drawn, `assignment.parquet` names each customer's in `cluster`, empty for those drawn alone.

    The files appear together at the end, or not at all. The same plan and customers give the same files, whatever
    the order of the rows. DataError where the customer source names a customer twice or not at all, where ids are
    not text or whole numbers, and where nobody is left for an arm; PitcairnError where `into` cannot be written.
    """
    people = population(engine, plan, files, taken, groups=own_groups(plan))
    with _drawn_lot(engine, plan, people):
        counted = _counted(engine, plan, people, _LOT)
        paths = _write(engine, plan, people, into, before)
    redrawn = 0
    if before:
        ((redrawn,),) = engine.rows(f"SELECT COUNT(previous_arm) FROM {parquet_sql(paths[0])}")
    return replace(counted, files=paths, redrawn=redrawn, digest=file_digest(paths[0]))


# --- the lot --------------------------------------------------------------------------------------------------


@contextmanager
def _drawn_lot(engine: Engine, plan: Plan, people: Population) -> Iterator[None]:
    """The lot as a table, gone afterwards."""
    with traced(engine, *people.relations):
        engine.run(f"CREATE OR REPLACE TEMPORARY TABLE {_LOT} AS {_lot(plan, people)}")
    try:
        yield
    finally:
        engine.run(f"DROP TABLE IF EXISTS {_LOT}")


def _lot(plan: Plan, people: Population) -> str:
    """Each customer's outcome: reasons by their numbers, then “not taken”, then the arms.

    A hash is worked out once, and only for those whom nothing has left out yet.
    """
    not_taken, limit = len(people.reasons), take_limit(plan)
    cluster = _cluster(plan)
    luck = f"CASE WHEN {place_sql('duckdb', take_salt(plan), 'who', cluster)} >= {limit} THEN {not_taken} END"
    stop = "reason" if limit >= BUCKETS else f"CASE WHEN reason IS NULL THEN {luck} ELSE reason END"
    place = f"CASE WHEN stop IS NULL THEN {place_sql('duckdb', arm_salt(plan), 'who', cluster)} END"
    pieces = sorted((arm.last, number) for number, arm in enumerate(plan.arms) if arm.last > arm.first)
    arms = " ".join(f"WHEN place < {last} THEN {not_taken + 1 + number}" for last, number in pieces)
    stopped = f"SELECT *, {stop} AS stop FROM ({people.sql}) AS asked"
    placed = f"SELECT *, {place} AS place FROM ({stopped}) AS stopped"
    outcome = f"CASE WHEN place IS NULL THEN stop {arms} END AS outcome"
    named = "who, cluster" if people.has_clusters else "who"
    return f"SELECT {named}{people.beside}, {outcome} FROM ({placed}) AS placed"


def _cluster(plan: Plan) -> str | None:
    """The lot's column with what is drawn; None where that is the customer."""
    return "cluster" if plan.drawn_cluster else None


def _counted(engine: Engine, plan: Plan, people: Population, lot: str) -> Draw:
    """The draw in numbers, from one aggregate; DataError where it must not be used."""
    moments = people.each_before("COUNT({}), AVG({}), VAR_SAMP({})")
    lacking = "who IS NULL" if people.whole_ids else "who IS NULL OR who = ''"
    broken = "FALSE" if people.whole_ids else holds_nul("who")
    unusable = ", ".join(f"SUM(CASE WHEN {test} THEN 1 ELSE 0 END)" for test in (lacking, broken))
    rows = engine.rows(
        f"SELECT outcome, COUNT(*), COUNT(DISTINCT hash(who)), {unusable}{moments} FROM {lot} GROUP BY outcome"
    )
    # A customer's rows share one outcome where it follows from the id alone, and then need no look across outcomes.
    repeated = sum(row[1] - row[2] for row in rows) or people.has_clusters
    _refuse_broken(plan, sum(row[4] for row in rows))
    _refuse_unnamed(engine, plan, lot, sum(row[3] for row in rows), look_closer=bool(repeated))
    sizes = {row[0]: row[1] for row in rows}
    reasons: dict[str, int] = {}
    for number, reason in enumerate((*people.reasons, NOT_TAKEN)):
        reasons[reason] = reasons.get(reason, 0) + sizes.get(number, 0)
    if take_limit(plan) >= BUCKETS:
        del reasons[NOT_TAKEN]
    first = len(people.reasons) + 1
    counted = Draw(
        in_scope=sum(sizes.values()),
        left_out=tuple(reasons.items()),
        arms=tuple((arm.id, sizes.get(first + number, 0)) for number, arm in enumerate(plan.arms)),
        balance=_balance(plan, people, {row[0] - first: row[5:] for row in rows if row[0] >= first}),
        levels=tuple(one for place, by in enumerate(people.splits) for one in _levels(engine, plan, by, place, first)),
        files=(),
        redrawn=0,
        digest=None,
    )
    _refuse_empty(plan, counted)
    return _with_units(engine, plan, people, lot, counted)


def _expected(engine: Engine, plan: Plan, people: Population) -> Draw:
    units = f"COUNT(DISTINCT {people.unit})" if people.has_clusters else "NULL"
    ((in_scope, whole),) = engine.rows(f"SELECT COUNT(*), {units} FROM ({people.sql}) AS people")
    arms = tuple((arm.id, round(in_scope * arm.share)) for arm in plan.arms)
    expected = Draw(
        in_scope=in_scope,
        left_out=(),
        arms=arms,
        balance=(),
        levels=(),
        files=(),
        redrawn=0,
        digest=None,
        units=() if whole is None else tuple((arm.id, round(whole * arm.share)) for arm in plan.arms),
        units_in_scope=whole,
    )
    _refuse_empty(plan, expected)
    return expected


def _with_units(engine: Engine, plan: Plan, people: Population, lot: str, counted: Draw) -> Draw:
    """The same with the number of households, or whatever is drawn whole, counted beside its customers."""
    if not people.has_clusters:
        return counted
    first, unit = len(people.reasons) + 1, people.unit
    ((in_scope,),) = engine.rows(f"SELECT COUNT(DISTINCT {unit}) FROM {lot}")
    sized = (
        f"SELECT outcome, {unit} AS unit, COUNT(*) AS size FROM {lot} WHERE outcome >= {first} GROUP BY outcome, unit"
    )
    rows = engine.rows(f"SELECT outcome, COUNT(*), {WORTH} FROM ({sized}) AS sized GROUP BY outcome")
    found = {outcome: (units, float(worth)) for outcome, units, worth in rows}
    each = [(arm.id, *found.get(first + number, (0, 0.0))) for number, arm in enumerate(plan.arms)]
    return replace(
        counted,
        units=tuple((arm, units) for arm, units, _ in each),
        units_in_scope=in_scope,
        worth=tuple((arm, worth) for arm, _, worth in each),
    )


def _balance(plan: Plan, people: Population, rows: dict[int, tuple[Any, ...]]) -> tuple[Balance, ...]:
    """From every arm's count, mean and variance of each `before` column."""
    moments: dict[str, dict[tuple[str, ...], Moments]] = {measure.id: {} for measure in plan.measures}
    for place, measure in enumerate(people.measures):
        for number, arm in enumerate(plan.arms):
            known, mean, variance = rows[number][3 * place : 3 * place + 3] if number in rows else (0, None, None)
            if known > 1:
                spread = np.array([[float(variance) * (known - 1)]])
                moments[measure.id][(arm.id,)] = Moments(known, np.array([float(mean)]), spread)
    return balance(plan, moments)


def _levels(engine: Engine, plan: Plan, by: Split, place: int, first: int) -> Iterator[LevelCount]:
    """Drawn customers of every arm in every level of one group. DataError for too many levels."""
    rows = engine.rows(
        f"SELECT outcome, level_{place}, COUNT(*) FROM {_LOT} WHERE outcome >= {first} GROUP BY 1, 2 LIMIT {_MOST_ROWS}"
    )
    if len(rows) == _MOST_ROWS:
        raise too_many(by.group, "thousands of", [by.level(raw) for _, raw, _ in rows[:3]])
    found: dict[tuple[str, str], int] = {}
    for outcome, raw, customers in rows:
        key = by.level(raw), plan.arms[outcome - first].id
        found[key] = found.get(key, 0) + int(customers)
    for level in by.ordered(level for level, _ in found):
        for arm in plan.arms:
            yield LevelCount(group=by.group.id, level=level, arm=arm.id, counted=found.get((level, arm.id), 0))


# --- what must not be drawn -----------------------------------------------------------------------------------


def _refuse_unnamed(engine: Engine, plan: Plan, lot: str, nameless: int, *, look_closer: bool) -> None:
    """DataError unless every row names a customer, and no two rows the same one."""
    if nameless:
        raise DataError(
            f"{_rows(nameless)} of source “{plan.population}” {'have' if nameless > 1 else 'has'} no customer id.",
            hint="every row of the customers' file must name its customer; delete empty rows at its end",
        )
    # Hashes of eight bytes take half the time of counting distinct ids; where two are the same, the ids themselves are
    # looked at.
    if not look_closer:
        return
    twice = f"SELECT COUNT(*) AS times FROM {lot} GROUP BY who HAVING COUNT(*) > 1"
    ((customers, times),) = engine.rows(f"SELECT COUNT(*), SUM(times) FROM ({twice}) AS twice")
    if customers:
        names = "1 customer" if customers == 1 else f"{customers:,} customers"
        raise DataError(
            f"Source “{plan.population}” names {names} more than once ({times:,} rows).",
            hint="the customers' file must have a row a customer; narrow `keep` or repair the file",
        )


def _refuse_broken(plan: Plan, broken: int) -> None:
    if broken:
        raise DataError(
            f"{_rows(broken)} of source “{plan.population}” {'have' if broken > 1 else 'has'} a customer id with a "
            "NUL byte in it.",
            hint=NO_NUL,
        )


def _refuse_empty(plan: Plan, counted: Draw) -> None:
    if empty := [arm for arm, customers in counted.arms if customers == 0]:
        names = " and ".join(f"“{arm}”" for arm in empty)
        hint = "widen the pilot's `customers`, take a larger share of them, or wait until others are free again"
        if beside_kept_out(plan, counted.left_out):
            hint += f"; a holdout by “{plan.drawn_cluster}” (`holdout: cluster` in program.yaml) would leave whole ones"
        raise DataError(
            f"{explained(counted.in_scope, counted.left_out)}. No customer would be drawn to {names}.", hint=hint
        )


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


# --- the lists ------------------------------------------------------------------------------------------------


def _write(engine: Engine, plan: Plan, people: Population, into: Path, before: Sequence[Path]) -> tuple[Path, ...]:
    """The assignment and the lists, put in place together; the assignment's path first."""
    first = len(people.reasons) + 1
    arms = " ".join(f"WHEN {number} THEN {literal(arm.id)}" for number, arm in enumerate(plan.arms, start=first))
    start = f", {_start(plan)} AS start" if plan.has_own_starts else ""
    cluster = ", cluster" if people.has_clusters else ""
    columns = f"who AS customer, CASE outcome {arms} END AS arm{start}{cluster}"
    drawn = f"SELECT {columns} FROM {_LOT} WHERE outcome >= {first}"
    assignment = _with_previous(engine, drawn, before, whole=people.whole_ids) if before else drawn
    with _staged(into) as staged:
        _copy(engine, f"{assignment} ORDER BY customer", staged / ASSIGNMENT, "FORMAT parquet")
        # The engine reads a file in its order, so the lists are sorted as well.
        listed = "customer, start" if plan.has_own_starts else "customer"
        sorted_ids = f"SELECT {listed} FROM {parquet_sql(staged / ASSIGNMENT)}"
        for arm in plan.treatments:
            _copy(engine, f"{sorted_ids} WHERE arm = {literal(arm.id)}", staged / f"{arm.id}.csv", "FORMAT csv, HEADER")
        names = (ASSIGNMENT, *(f"{arm.id}.csv" for arm in plan.treatments))
        return tuple((staged / name).replace(into / name) for name in names)


def _with_previous(engine: Engine, drawn: str, before: Sequence[Path], *, whole: bool) -> str:
    """The draw with the arm that each customer was drawn to last time."""
    joins, columns = [], []
    for place, path in enumerate(before):
        key = drawn_key(engine, path, whole=whole)
        earlier = f"SELECT {key} AS customer, arm FROM {parquet_sql(path)}"
        joins.append(f"LEFT JOIN ({earlier}) AS earlier_{place} ON earlier_{place}.customer = drawn.customer")
        columns.append(f"earlier_{place}.arm")
    return f"SELECT drawn.*, COALESCE({', '.join(columns)}) AS previous_arm FROM ({drawn}) AS drawn {' '.join(joins)}"


def _start(plan: Plan) -> str:
    """The day each customer starts, by a lot of its own."""
    place = f"({place_sql('duckdb', start_salt(plan), 'who', _cluster(plan))} * {plan.start_days}) // {BUCKETS}"
    return f"CAST({literal(plan.start.isoformat())} AS DATE) + CAST({place} AS INTEGER)"


@contextmanager
def _staged(into: Path) -> Iterator[Path]:
    """A folder inside `into`, gone afterwards."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into, prefix=".draw-") as staged:
            yield Path(staged)
    except OSError as error:
        raise PitcairnError(f"The lists cannot be written to {into}: {error.strerror}.") from None


def _copy(engine: Engine, sql: str, path: Path, options: str) -> None:
    engine.run(f"COPY ({sql}) TO {literal(str(path))} ({options})")
    with path.open("rb") as written:
        os.fsync(written.fileno())
