"""The customers of a reading as one temporary table, for outcomes that come from other files than the draw.

A customer's arm, levels and day of start become one integer, `p_cell`: grouping by several text columns after a join
takes some engines ten times as long. The table holds ids, and never leaves the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pitcairn.design.plan import Condition, ExposurePlan, ObservedPlan, Plan
from pitcairn.errors import DataError
from pitcairn.evidence import exposure
from pitcairn.evidence.census import start_days, start_sql
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.identity import one_row_each, refuse_repeats
from pitcairn.evidence.ids import drawn_key
from pitcairn.evidence.levels import Split
from pitcairn.evidence.previous import COLUMN
from pitcairn.evidence.query import MOST_ROWS
from pitcairn.evidence.sources import Relation, condition_sql
from pitcairn.evidence.sql import literal, parquet_sql
from pitcairn.evidence.values import Number

TABLE = "pitcairn_people"
"""Columns: `p_customer`, `p_cell`, `p_start` where customers have their own, `p_before_0`, ..."""


@dataclass(frozen=True, slots=True)
class Digit:
    """One place of `p_cell`: where it is read, an expression for 0, 1, ... and what each number stands for."""

    source: str | None
    """None: the draw's own file."""
    sql: str
    raws: tuple[Any, ...]
    """The first is None: not known; or 0, where who is not in the file is as good as 0."""
    over_all: bool = False
    """`sql` is over the columns of the whole join, and not over one file."""


@dataclass(frozen=True, slots=True)
class People:
    """The table as it stands in the engine."""

    count: int
    digits: tuple[Digit, ...]
    own_start: bool
    first_start: date
    last_start: date
    rows: Mapping[str, int]
    """Rows of the sources that were counted on the way."""

    def keys(self, cell: int) -> tuple[Any, ...]:
        """The arm as the data says it, the raw level of each group, and an own day of start."""
        found: list[Any] = []
        for digit in reversed(self.digits):
            cell, number = divmod(cell, len(digit.raws))
            found.append(digit.raws[number])
        return tuple(reversed(found))


def people(
    engine: Engine,
    plan: Plan,
    relations: Mapping[str, Relation],
    splits: Sequence[Split],
    before: Sequence[Number],
    *,
    assignment: Path | None,
    as_of: date,
    whole_ids: bool,
    previous: Split | None = None,
) -> People:
    """Makes the table from the draw, or the observed source, and the files that groups and values before are in.

    `previous` splits the draw's own file by what customers were drawn to last time.
    `relations` has just these files; customers are numbers or text as in all that is read.
    DataError for what is wrong with them, customers twice included.
    """
    digits = [_arm_digit(engine, plan, relations), *_level_digits(engine, relations, splits)]
    if plan.exposure:
        digits.append(_reached_digit(plan, plan.exposure, relations[plan.exposure.source]))
    if previous:
        digits.append(Digit(None, previous.sql, tuple(range(len(previous.names or ())))))
    if plan.has_own_starts:
        digits.append(_start_digit(plan, relations, as_of))
    rows = {}
    if plan.observed:
        rows = {id: _one_row_each(engine, plan, plan.observed, relation) for id, relation in _wide(relations)}
    drawn = "" if plan.observed else _draw(engine, plan, assignment, previous, whole_ids=whole_ids)
    engine.run(_create(plan, relations, digits, before, drawn))
    own_start = plan.has_own_starts
    starts = f"MIN({_ordinary(plan)}), MAX({_ordinary(plan)})" if own_start else "NULL, NULL"
    ((count, first, last),) = engine.rows(f"SELECT COUNT(*), {starts} FROM {TABLE}")
    if assignment is not None:
        _refuse_doubled(engine, relations, assignment, count)
    return People(count, tuple(digits), own_start, first or plan.start, last or plan.start, rows)


def arm_column(relation: Relation, observed: ObservedPlan) -> str:
    """The observed arm as the file has it, as text."""
    column, kind = (f(observed.column, needed_by="the observed assignment") for f in (relation.column, relation.kind))
    return column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def _kept(plan: Plan, id: str) -> tuple[Condition, ...]:
    """What a row must fulfil. A draw was made among the eligible; what they have become since is no reason to drop."""
    return plan.keep if plan.observed and id == plan.population else ()


def _one_row_each(engine: Engine, plan: Plan, observed: ObservedPlan, relation: Relation) -> int:
    id = relation.source.id
    arm = arm_column(relation, observed) if id == observed.source else "NULL"
    return one_row_each(engine, relation, where=condition_sql(relation, _kept(plan, id)), arm=arm)


def _refuse_doubled(engine: Engine, relations: Mapping[str, Relation], assignment: Path, count: int) -> None:
    """A customer who is in a file twice makes the table longer than the draw."""
    ((drawn,),) = engine.rows(f"SELECT COUNT(*) FROM {parquet_sql(assignment)}")
    if drawn != count:
        for _, relation in _wide(relations):
            refuse_repeats(engine, relation)


def _wide(relations: Mapping[str, Relation]) -> list[tuple[str, Relation]]:
    return [(id, relation) for id, relation in relations.items() if relation.source.kind == "wide"]


# --- the table ------------------------------------------------------------------------------------------------


def _create(
    plan: Plan,
    relations: Mapping[str, Relation],
    digits: Sequence[Digit],
    before: Sequence[Number],
    drawn: str,
) -> str:
    parts, cell = _cell(digits)
    columns: dict[str | None, list[str]] = {id: [parts[id]] if id in parts else [] for id in (None, *relations)}
    for place, number in enumerate(before):
        columns[plan.population].append(f"{number.sql} AS p_before_{place}")
    chosen = ["base.p_customer AS p_customer", f"{cell} AS p_cell"]
    if plan.has_own_starts:
        columns[plan.observed.source if plan.observed else None].append(f"{_start(plan, relations)} AS p_start")
        chosen.append("p_start")
    if plan.observed and plan.observed.cluster:
        columns[plan.observed.source].append(
            f"{_drawn_as(relations[plan.observed.source], plan.observed.cluster)} AS p_drawn"
        )
        chosen.append("p_drawn")
    elif plan.cluster:
        columns[None].append(f"{_named_as('cluster', 'p_customer')} AS p_drawn")
        chosen.append("p_drawn")
    chosen += [
        f"p_before_{place}" if number.keeps_gaps else f"COALESCE(p_before_{place}, 0) AS p_before_{place}"
        for place, number in enumerate(before)
    ]
    if plan.exposure and (found := relations[plan.exposure.source]).source.kind == "wide":
        columns[plan.exposure.source] += exposure.side(
            found, plan, plan.exposure, own_start=plan.has_own_starts
        ).columns
    sides = {id: _side(plan, relation, columns[id]) for id, relation in relations.items()}
    if plan.observed:
        base = sides.pop(plan.observed.source)
    else:
        base = f"SELECT {', '.join(['p_customer', *columns[None]])} FROM {drawn}"
    joins = [
        f"{'INNER' if _kept(plan, id) else 'LEFT'} JOIN ({side}) AS side_{place} "
        f"ON side_{place}.p_customer = base.p_customer"
        for place, (id, side) in enumerate(sides.items())
    ]
    return (
        f"CREATE OR REPLACE TEMPORARY TABLE {TABLE} AS "
        f"SELECT {', '.join(chosen)} FROM ({base}) AS base {' '.join(joins)}"
    )


def _side(plan: Plan, relation: Relation, columns: Sequence[str]) -> str:
    if plan.exposure and relation.source.kind == "events":
        return exposure.events_sql(relation, plan, plan.exposure, own_start=plan.has_own_starts)
    key = relation.key(needed_by="finding a customer's outcomes")
    where = condition_sql(relation, _kept(plan, relation.source.id))
    return f"SELECT {', '.join([f'{key} AS p_customer', *columns])} FROM {relation.sql} WHERE {where}"


def _draw(engine: Engine, plan: Plan, assignment: Path | None, previous: Split | None, *, whole_ids: bool) -> str:
    if assignment is None:
        raise DataError("Customers were drawn, and the file with the draw is not given.")
    key = drawn_key(engine, assignment, whole=whole_ids)
    own = [*(["start"] if plan.has_own_starts else []), *([COLUMN] if previous else [])]
    own += ["cluster"] if plan.cluster else []
    columns = ", ".join([f"{key} AS p_customer", "arm", *own])
    return f"(SELECT {columns} FROM {parquet_sql(assignment)}) AS drawn"


def _drawn_as(relation: Relation, cluster: str) -> str:
    """What was drawn, as text; a customer without any is one of their own, whatever others are called."""
    named = relation.text(cluster, needed_by="what was drawn")
    own = relation.key(needed_by="what was drawn")
    return _named_as(named, own)


def _named_as(named: str, own: str) -> str:
    return f"CASE WHEN {named} IS NULL THEN CONCAT('c', CAST({own} AS VARCHAR)) ELSE CONCAT('d', {named}) END"


def _cell(digits: Sequence[Digit]) -> tuple[dict[str | None, str], str]:
    """All digits as one number, the first in the highest place: what each file adds to it, and their sum.

    Who is not in a file has digit 0 there. A file's digits are one number before anything is joined, because every
    column that a join carries costs as much as a digit's own column in the file.
    """
    within: dict[str | None, list[str]] = {}
    over_all: list[str] = []
    worth = 1
    for digit in reversed(digits):
        term = f"COALESCE({digit.sql}, 0) * CAST({worth} AS BIGINT)"
        (over_all if digit.over_all else within.setdefault(digit.source, [])).append(term)
        worth *= len(digit.raws)
    names = {source: f"p_part_{place}" for place, source in enumerate(within)}
    parts = {source: f"{' + '.join(terms)} AS {names[source]}" for source, terms in within.items()}
    return parts, " + ".join([*(f"COALESCE({name}, 0)" for name in names.values()), *over_all])


# --- its digits -----------------------------------------------------------------------------------------------


def _arm_digit(engine: Engine, plan: Plan, relations: Mapping[str, Relation]) -> Digit:
    if plan.observed is None:
        return _coded(None, "arm", [arm.id for arm in plan.arms])
    relation = relations[plan.observed.source]
    sql = arm_column(relation, plan.observed)
    return _coded(plan.observed.source, sql, _different(engine, relation, [sql])[0])


def _level_digits(engine: Engine, relations: Mapping[str, Relation], splits: Sequence[Split]) -> list[Digit]:
    """Numbered levels as they are; levels that are text are asked for first, with one statement for each source."""
    raws: dict[str, list[Any]] = {}
    for id, relation in relations.items():
        free = [split for split in splits if split.group.source == id and split.names is None]
        found = _different(engine, relation, [split.sql for split in free]) if free else []
        for split, different in zip(free, found, strict=True):
            split.ordered({split.level(raw) for raw in different})
            raws[split.group.id] = different
    return [
        _coded(split.group.source, split.sql, raws[split.group.id])
        if split.names is None
        else Digit(split.group.source, f"{split.sql} + 1", (None, *range(len(split.names))))
        for split in splits
    ]


def _start_digit(plan: Plan, relations: Mapping[str, Relation], as_of: date) -> Digit:
    days = start_days(plan, as_of)
    sql = start_sql(_start(plan, relations), plan, as_of)
    return Digit(plan.observed.source if plan.observed else None, f"{sql} + {1 - days.start}", (None, *days))


def _reached_digit(plan: Plan, asked: ExposurePlan, relation: Relation) -> Digit:
    own_start = plan.has_own_starts
    if relation.source.kind == "events":
        sql = exposure.events_digit(plan, own_start=own_start)
    else:
        sql = exposure.side(relation, plan, asked, own_start=own_start).digit
    return Digit(asked.source, sql, (0, 1), over_all=True)


def _start(plan: Plan, relations: Mapping[str, Relation]) -> str:
    """The day of start: a column of the observed draw's source, or of our own draw's file."""
    if plan.observed is None:
        return "start"
    return relations[plan.observed.source].day(plan.observed.start, needed_by="the observed start")


def _ordinary(plan: Plan) -> str:
    """A customer's start within what a calendar can add days to; nobody who starts after the end is ever counted."""
    first, last = literal(date.min), literal(plan.end)
    return f"CASE WHEN p_start < {first} THEN {first} WHEN p_start > {last} THEN {last} ELSE p_start END"


def _coded(source: str | None, sql: str, raws: Sequence[Any]) -> Digit:
    whens = " ".join(f"WHEN {literal(raw)} THEN {number}" for number, raw in enumerate(raws, start=1))
    return Digit(source, f"CASE {sql} {whens} ELSE 0 END" if raws else "0", (None, *raws))


def _different(engine: Engine, relation: Relation, columns: Sequence[str]) -> list[list[Any]]:
    """The different values of each column. DataError where there are too many to be levels."""
    rows = engine.rows(f"SELECT DISTINCT {', '.join(columns)} FROM {relation.sql} LIMIT {MOST_ROWS + 1}")
    if len(rows) > MOST_ROWS:
        raise DataError(f"The groups or arms of source “{relation.source.id}” have too many different values.")
    return [sorted({row[place] for row in rows if row[place] is not None}) for place in range(len(columns))]
