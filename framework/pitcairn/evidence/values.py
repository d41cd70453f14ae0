"""A measure as SQL: the whole numbers each customer contributes, from a row a customer or from events.

Values become integers (so many decimals, after the cap), because sums of integers are the same on every run and any
number of threads. A measure's order is its value, for a ratio its denominator, and last its value before the start.

A wide row that does not fit `where` did not happen (0) for any, count, sum and ratio, and is no answer for mean,
quantile and share. Events: a mean or a quantile is of each customer's own average; `any` asks for one event, or one
with something in `column` if that is named; `share` takes each customer's latest day with an answer, and on that day
a yes wins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pitcairn.design.plan import Condition, MeasurePlan
from pitcairn.errors import DataError
from pitcairn.evidence.sources import Relation, condition_sql
from pitcairn.evidence.sql import literal

COVARIATE_DECIMALS = 4
"""At least so many, whatever the measure's own decimals: rounding away a value before the start widens ranges."""


@dataclass(frozen=True, slots=True)
class Number:
    """An integer expression and the decimals it carries: 1250 with 2 decimals is 12.50."""

    sql: str
    decimals: int = 0
    is_flag: bool = False
    """0 or 1, and nothing else but NULL."""
    keeps_gaps: bool = False
    """NULL is not known, and not as good as 0, wherever the number goes."""


@dataclass(frozen=True, slots=True)
class Total:
    """What is added up over one customer's events (`sum` over `event`), and the value made of it (over the alias)."""

    event: Number
    sum: str
    """An aggregate with `{0}` where the event's expression goes."""
    value: str
    """An expression with `{0}` where the total's alias goes."""


def wide(relation: Relation, measure: MeasurePlan) -> tuple[Number, ...]:
    """One customer's value (and denominator) from their row; NULL where not known. DataError for missing columns."""
    if measure.kind == "share":
        return (Number(_answer(relation, measure), is_flag=True),)
    zero = not measure.is_of_some
    value = _flag(relation, measure) if measure.kind == "any" else _capped_column(relation, measure)
    numbers = [_when(relation, measure, measure.where, value, zero=zero)]
    if measure.kind == "ratio":
        numbers.append(_when(relation, measure, measure.over_where, _over(relation, measure), zero=True))
    if zero and relation.source.absent == "zero":
        return tuple(_or_zero(number) for number in numbers)
    return tuple(numbers)


def events(relation: Relation, measure: MeasurePlan) -> tuple[Total, ...]:
    """One customer's value (and denominator) from their events. DataError for missing columns."""
    if measure.kind == "share":
        days = f"DATE_DIFF('day', CAST('0001-01-01' AS DATE), {_day(relation)})"
        return (Total(Number(f"{days} * 2 + {_answer(relation, measure)}"), "MAX({0})", "{0} % 2"),)
    if measure.kind in ("any", "count"):
        happened = _when(relation, measure, measure.where, Number(_one(relation, measure)), zero=False)
        value = "CASE WHEN {0} > 0 THEN 1 ELSE 0 END" if measure.kind == "any" else _capped("{0}", measure.cap, 0)
        return (Total(happened, "COUNT({0})", value),)
    column = _scaled(relation, _needed(measure), measure.decimals, measure)
    event = _when(relation, measure, measure.where, column, zero=False)
    if measure.kind in ("mean", "quantile"):
        average = "CAST(ROUND(CAST(SUM({0}) AS DOUBLE) / NULLIF(COUNT({0}), 0)) AS BIGINT)"
        return (Total(event, average, _capped("{0}", measure.cap, event.decimals)),)
    total = "CAST(COALESCE(SUM({0}), 0) AS BIGINT)"
    found = [Total(event, total, _capped("{0}", measure.cap, event.decimals))]
    if measure.kind == "ratio":
        over = _when(relation, measure, measure.over_where, _over(relation, measure), zero=False)
        found.append(Total(over, total, "{0}"))
    return tuple(found)


def before(relation: Relation, measure: MeasurePlan, decimals: int, *, guarded: bool) -> Number:
    """The same quantity before the start, on the outcome's scale: a yes or no for `any`, capped; 0 where empty, but
    for what a change is from.

    A yes or no need not be `guarded` against what is not finite where another expression reads the column anyway.
    """
    name = measure.before or ""
    if measure.kind == "any":
        number = Number(_yes(relation, name, measure, guarded=guarded), is_flag=True)
    else:
        scaled = _scaled(relation, name, decimals, measure)
        number = Number(_capped(scaled.sql, measure.cap, scaled.decimals), scaled.decimals)
    if measure.change and relation.source.absent != "zero":
        return replace(number, keeps_gaps=True)
    if relation.is_complete(name, needed_by=needed_by(measure)):
        return number
    return _or_zero(number)


def known_before(relation: Relation, column: str, measure: MeasurePlan) -> Number:
    """A number that was known before the start and foretells the measure; 0 where empty."""
    number = relation.number(column, needed_by=needed_by(measure))
    digits = 0 if relation.is_integer(column, needed_by=needed_by(measure)) else COVARIATE_DECIMALS
    scaled = number if digits == 0 else f"ROUND({number} * {10**digits})"
    found = Number(f"CAST({scaled} AS BIGINT)", digits)
    return found if relation.is_complete(column, needed_by=needed_by(measure)) else _or_zero(found)


def may_be_missing(measure: MeasurePlan, *, from_events: bool, absent: str) -> bool:
    """Whether a customer can be without a value, as opposed to having a value of 0."""
    return measure.is_of_some or not (from_events or absent == "zero")


def has_gaps(relation: Relation, measure: MeasurePlan) -> bool:
    """Whether a row of a wide file can be without a value, as far as the file says."""
    if measure.kind == "share" or (measure.is_of_some and measure.where):
        return True
    columns = [name for name in (measure.column, measure.over_column) if name]
    return not all(relation.is_complete(name, needed_by=needed_by(measure)) for name in columns)


def needed_by(measure: MeasurePlan) -> str:
    """The measure, as messages name it."""
    return f"measure “{measure.id}”"


def _day(relation: Relation) -> str:
    return relation.day(relation.source.time, needed_by="the events' day")


def _needed(measure: MeasurePlan) -> str:
    if measure.column is None:
        raise DataError(f"Measure “{measure.id}” names no column to read.", hint="write  column: NAME  under it")
    return measure.column


def _scaled(relation: Relation, name: str, decimals: int, measure: MeasurePlan) -> Number:
    """A number column as integers. Whole numbers in the file stay as they are, unless a cap lies between two."""
    number = relation.number(name, needed_by=needed_by(measure))
    if relation.is_integer(name, needed_by=needed_by(measure)):
        if measure.cap is None or float(measure.cap).is_integer():
            return Number(f"CAST({number} AS BIGINT)")
        return Number(f"CAST({number} AS BIGINT) * {10**decimals}", decimals)
    return Number(f"CAST(ROUND({number} * {10**decimals}) AS BIGINT)", decimals)


def _capped(value: str, cap: float | None, decimals: int) -> str:
    if cap is None:
        return value
    most = round(cap * 10**decimals)
    return f"CASE WHEN {value} > {most} THEN {most} ELSE {value} END"


def _capped_column(relation: Relation, measure: MeasurePlan) -> Number:
    number = _scaled(relation, _needed(measure), measure.decimals, measure)
    return Number(_capped(number.sql, measure.cap, number.decimals), number.decimals)


def _flag(relation: Relation, measure: MeasurePlan) -> Number:
    return Number(_yes(relation, _needed(measure), measure), is_flag=True)


def _yes(relation: Relation, name: str, measure: MeasurePlan, *, guarded: bool = True) -> str:
    """1 for more than 0, else 0, NULL for NULL. Nothing times 0 is anything but 0 unless it is not finite."""
    number = relation.number(name, needed_by=needed_by(measure))
    if relation.is_integer(name, needed_by=needed_by(measure)) or not guarded:
        return f"CAST({number} > 0 AS INTEGER)"
    return f"CAST({number} > 0 AS INTEGER) + CAST({number} * 0 AS INTEGER)"


def _one(relation: Relation, measure: MeasurePlan) -> str:
    if measure.column is None:
        return "1"
    return f"CASE WHEN {relation.text(measure.column, needed_by=needed_by(measure))} IS NOT NULL THEN 1 END"


def _over(relation: Relation, measure: MeasurePlan) -> Number:
    if measure.over_column is None:
        return Number("1")
    return _scaled(relation, measure.over_column, measure.decimals, measure)


def _answer(relation: Relation, measure: MeasurePlan) -> str:
    """1 for a yes, 0 for another answer, NULL for none."""
    column = _needed(measure)
    yes = condition_sql(
        relation,
        [Condition(column=column, comparison="in", values=measure.answers)],
        needed_by=needed_by(measure),
    )
    answered = f"{relation.text(column, needed_by=needed_by(measure))} IS NOT NULL"
    answer = Number(f"CASE WHEN {yes} THEN 1 WHEN {answered} THEN 0 END")
    return _when(relation, measure, measure.where, answer, zero=False).sql


def _or_zero(number: Number) -> Number:
    return Number(f"COALESCE({number.sql}, 0)", number.decimals, number.is_flag)


def _when(
    relation: Relation, measure: MeasurePlan, where: tuple[Condition, ...], number: Number, *, zero: bool
) -> Number:
    """The number where the conditions hold; elsewhere 0, or NULL."""
    if not where:
        return number
    test = condition_sql(relation, where, needed_by=needed_by(measure))
    return Number(f"CASE WHEN {test} THEN {number.sql}{' ELSE 0' if zero else ''} END", number.decimals, number.is_flag)


def in_window(day: str, start: str, days: int) -> str:
    """Whether a day is one of the window's: the start is day 0, the last is `days` − 1."""
    return f"DATE_DIFF('day', {start}, {day}) BETWEEN 0 AND {days - 1}"


def on_days(day: str, first: date, last: date) -> str:
    """Whether a day lies between two literals, ends included: a range that storage can skip files by."""
    return f"{day} >= {literal(first)} AND {day} <= {literal(last)}"
