"""Who was reached: a yes or no for every customer, which becomes a dimension of the cube.

Days count where the source has them: a customer is reached on a day of their follow-up or not at all. From events,
the first and the last day are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pitcairn.design.plan import Condition, ExposurePlan, GroupPlan, Plan
from pitcairn.evidence.levels import Split
from pitcairn.evidence.sources import Relation, condition_sql
from pitcairn.evidence.sql import literal
from pitcairn.evidence.values import in_window, on_days

DIMENSION = "(reached)"
"""No group can have this id, and no group's level these names."""
NOT_REACHED, REACHED = "not reached", "reached"
_WHY = "the exposure"


@dataclass(frozen=True, slots=True)
class Side:
    """What a file adds to a join, and a 0 or 1 made of it, which is 0 for customers who are not in the file."""

    columns: tuple[str, ...]
    digit: str


def split(asked: ExposurePlan, sql: str = "0") -> Split:
    """The dimension; `sql` gives 0 or 1."""
    group = GroupPlan(id=DIMENSION, label="Reached", source=asked.source, column=None, names=(), cuts=(), levels=())
    return Split(group, sql, (NOT_REACHED, REACHED))


def straight_sql(relation: Relation, plan: Plan, asked: ExposurePlan, start: str | None) -> str:
    """0 or 1 from a row of the one wide file; `start` is an expression where customers have their own."""
    tests = [_row_says_so(relation, asked)]
    if asked.day is not None:
        day = relation.day(asked.day, needed_by=_WHY)
        tests.append(in_window(day, start, plan.follow_up_days) if start else _in_common_window(day, plan))
    return f"CASE WHEN {' AND '.join(tests)} THEN 1 ELSE 0 END"


def side(relation: Relation, plan: Plan, asked: ExposurePlan, *, own_start: bool) -> Side:
    """What a wide file's row contributes to the table of people, where the start may be in another file."""
    test = _row_says_so(relation, asked)
    if asked.day is None:
        return Side((f"CASE WHEN {test} THEN 1 ELSE 0 END AS p_reached",), "COALESCE(p_reached, 0)")
    day = relation.day(asked.day, needed_by=_WHY)
    if own_start:
        reached = f"CASE WHEN {test} THEN {day} END"
        return Side((f"{reached} AS p_reached_first", f"{reached} AS p_reached_last"), _within(plan))
    return Side(
        (f"CASE WHEN {test} AND {_in_common_window(day, plan)} THEN 1 ELSE 0 END AS p_reached",),
        "COALESCE(p_reached, 0)",
    )


def events_sql(relation: Relation, plan: Plan, asked: ExposurePlan, *, own_start: bool) -> str:
    """A query with a row for every customer who was reached: `p_customer` and the columns of `events_digit`."""
    who = relation.key(needed_by=_WHY)
    day = relation.day(relation.source.time, needed_by=_WHY)
    fits = condition_sql(relation, asked.where, needed_by=_WHY)
    columns, days = "1 AS p_reached", _in_common_window(day, plan)
    if own_start:
        columns = f"MIN({day}) AS p_reached_first, MAX({day}) AS p_reached_last"
        days = f"{day} >= {literal(plan.start)}"
    return f"SELECT {who} AS p_customer, {columns} FROM {relation.sql} WHERE {days} AND {fits} GROUP BY {who}"


def events_digit(plan: Plan, *, own_start: bool) -> str:
    """0 or 1 over the columns of `events_sql`."""
    return _within(plan) if own_start else "COALESCE(p_reached, 0)"


def _row_says_so(relation: Relation, asked: ExposurePlan) -> str:
    tests = [condition_sql(relation, asked.where, needed_by=_WHY)] if asked.where else []
    if asked.column is not None:
        yes = Condition(column=asked.column, comparison="in", values=(True,))
        number = relation.number_if_any(asked.column, needed_by=_WHY)
        # What is no number is no yes either, and engines hold it for the largest one.
        more = f"COALESCE({number} > 0 AND {number} < 1e300, FALSE)"
        tests.append(f"(COALESCE({condition_sql(relation, [yes], needed_by=_WHY)}, FALSE) OR {more})")
    return " AND ".join(tests) or "TRUE"


def _in_common_window(day: str, plan: Plan) -> str:
    return on_days(day, plan.start, plan.start + timedelta(days=plan.follow_up_days - 1))


def _within(plan: Plan) -> str:
    """Whether the days on which a customer was reached meet their own follow-up."""
    last = f"DATE_DIFF('day', p_start, p_reached_first) <= {plan.follow_up_days - 1}"
    return f"CASE WHEN {last} AND DATE_DIFF('day', p_start, p_reached_last) >= 0 THEN 1 ELSE 0 END"
