"""Who is in which arm, level and state: from the raw keys of a query to cells of the cube and counts by arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pitcairn.design.plan import Plan, Scalar
from pitcairn.errors import DataError, Problem
from pitcairn.evidence.cube import START, Dimension
from pitcairn.evidence.facts import ArmCount
from pitcairn.evidence.levels import Split
from pitcairn.evidence.sources import nearest, shown
from pitcairn.evidence.sql import literal
from pitcairn.evidence.sums import Cell
from pitcairn.phrases import customers

EARLY = -1
"""The day of start of whoever started before the iteration."""


def last_followed(plan: Plan, as_of: date) -> int:
    """The last day of start, counted from the iteration's, whose follow-up is over at the end of `as_of`."""
    return (as_of - plan.start).days - plan.follow_up_days + 1


def start_sql(start: str, plan: Plan, as_of: date) -> str:
    """The day of start of a customer who has their own, one of `start_days`; NULL where there is none."""
    last = max(EARLY, last_followed(plan, as_of))
    day = f"DATE_DIFF('day', {literal(plan.start)}, {start})"
    return (
        f"CASE WHEN {start} IS NULL THEN NULL WHEN {start} < {literal(plan.start)} THEN {EARLY} "
        f"WHEN {start} > {literal(plan.start + timedelta(days=last))} THEN {last + 1} ELSE {day} END"
    )


def start_days(plan: Plan, as_of: date) -> range:
    """The days that `start_sql` can give; the last stands for all whose follow-up is not over."""
    return range(EARLY, max(EARLY, last_followed(plan, as_of)) + 2)


class Census:
    """Counts customers as the rows of a query name them."""

    def __init__(self, plan: Plan, splits: Sequence[Split], as_of: date) -> None:
        self._plan = plan
        self._last = last_followed(plan, as_of)
        self._own_start = plan.has_own_starts
        self._latest = (plan.end - plan.start).days - plan.follow_up_days
        self._splits = tuple(splits)
        self._counts: dict[str, Counter[str]] = {arm.id: Counter() for arm in plan.arms}
        self._arms: dict[Any, str | None] = {}
        self._levels: list[dict[Any, str]] = [{} for _ in splits]
        self._strangers: Counter[str] = Counter()
        self._without: Counter[str] = Counter()
        self._is_under_way = not self._own_start and plan.start <= as_of
        self.customers: Counter[Cell] = Counter()
        """Counted customers, whose follow-up is over, by cell."""
        self.under_way: Counter[Cell] = Counter()
        """Customers in the middle of their follow-up, where all started on one day: nobody is counted yet then."""

    def place(self, arm: Any, levels: Sequence[Any], start: int | None, customers: int) -> Cell | None:
        """Counts these customers; their cell, or None where there is nothing to add up of them (yet)."""
        known = self._arm(arm, customers)
        if start is None:
            self._without["start"] += customers
        if known is None or start is None:
            return None
        counts = self._counts[known]
        if self._own_start and start > self._latest:
            counts["after end"] += customers
            return None
        counts["assigned"] += customers
        counts["early"] += customers if start == EARLY else 0
        if start > self._last:
            counts["pending"] += customers
            if not self._is_under_way:
                return None
        cell = (known, *(self._level(place, raw) for place, raw in enumerate(levels)), *self._day(start))
        (self.under_way if start > self._last else self.customers)[cell] += customers
        return cell

    def check(self) -> None:
        """DataError for arms the plan does not know and for customers without an arm or a start."""
        problems = [self._stranger(raw, count) for raw, count in sorted(self._strangers.items())]
        for what, column in (("arm", self._observed_column), ("start", self._start_column)):
            if count := self._without[what]:
                problems.append(self._lacking(what, column, count))
        if problems:
            raise DataError(problems)

    def arms(self) -> tuple[ArmCount, ...]:
        """Every arm of the plan, those without customers too."""
        return tuple(
            ArmCount(
                arm=id,
                assigned=counts["assigned"],
                counted=counts["assigned"] - counts["pending"],
                pending=counts["pending"],
                before_start=counts["early"],
                after_end=counts["after end"],
            )
            for id, counts in self._counts.items()
        )

    def dimensions(self, cells: Iterable[Cell]) -> tuple[Dimension, ...]:
        """The arm, every group with the levels that occur in the cells, and the days of customers' own starts, if any.

        DataError for a group with too many levels.
        """
        found = tuple(cells)
        arms = Dimension("arm", tuple(arm.id for arm in self._plan.arms))
        groups = (
            Dimension(split.group.id, split.ordered({cell[place] for cell in found}))
            for place, split in enumerate(self._splits, start=1)
        )
        days = sorted({cell[-1] for cell in found}) if self._own_start else ()
        return (arms, *groups, *([Dimension(START, tuple(days))] if self._own_start else []))

    def index(self, cells: Sequence[Cell], dimensions: Sequence[Dimension]) -> NDArray[np.int64]:
        """The cells' places among the levels of every dimension."""
        places = [{level: place for place, level in enumerate(dimension.levels)} for dimension in dimensions]
        rows = [[place[level] for place, level in zip(places, cell, strict=True)] for cell in cells]
        return np.array(rows, dtype=np.int64).reshape(len(cells), len(dimensions))

    def _arm(self, raw: Any, customers: int) -> str | None:
        if raw not in self._arms:
            self._arms[raw] = named_arm(self._plan, raw)
        known = self._arms[raw]
        if known is None and (raw is None or not str(raw).strip()):
            self._without["arm"] += customers
        elif known is None:
            self._strangers[str(raw).strip()] += customers
        return known

    def _day(self, start: int) -> tuple[str, ...]:
        if not self._own_start:
            return ()
        return ((self._plan.start + timedelta(days=max(0, start))).isoformat(),)

    def _level(self, place: int, raw: Any) -> str:
        seen = self._levels[place]
        if raw not in seen:
            seen[raw] = self._splits[place].level(raw)
        return seen[raw]

    @property
    def _observed_column(self) -> str:
        return self._plan.observed.column if self._plan.observed else "arm"

    @property
    def _start_column(self) -> str:
        return (self._plan.observed.start if self._plan.observed else None) or "start"

    def _stranger(self, raw: str, count: int) -> Problem:
        said = [str(value) for _, value in self._plan.observed.values] if self._plan.observed else []
        near = nearest(raw, said)
        meant = f"did you mean “{near}”? else " if near else ""
        return Problem(
            message=f"Column “{self._observed_column}” says “{shown(raw)}” for {customers(count)}, "
            f"which is no arm of the plan; its arms say {', '.join(f'“{value}”' for value in said)}.",
            hint=f"{meant}name it under  assignment: values , or leave these customers out with  customers: keep",
        )

    def _lacking(self, what: str, column: str, count: int) -> Problem:
        return Problem(
            message=f"Column “{column}” is empty for {customers(count)}: they have no {what}.",
            hint="fill it in, or leave these customers out with  customers: keep",
        )


def named_arm(plan: Plan, raw: Any) -> str | None:
    """The arm that the data means; None for nothing, and for what the plan does not know."""
    if raw is None:
        return None
    said = plan.observed.values if plan.observed else tuple((arm.id, arm.id) for arm in plan.arms)
    return next((arm for arm, value in said if _says(str(raw).strip(), value)), None)


def _says(written: str, value: Scalar) -> bool:
    """Whether text from the data means the value of the plan: numbers as numbers, true and false in any spelling."""
    if isinstance(value, bool):
        said = ("true", "t", "yes", "y", "1", "1.0") if value else ("false", "f", "no", "n", "0", "0.0")
        return written.lower() in said
    if isinstance(value, str):
        return written == value.strip()
    try:
        return float(written) == value
    except ValueError:
        return False
