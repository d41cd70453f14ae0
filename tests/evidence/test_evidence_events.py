"""Events against a second reading of the same rows in plain Python, customer by customer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence_plans import START, csv, events, is_, measure, observed, parquet, plan, wide

from pitcairn.design.plan import Condition, MeasurePlan, Plan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.collect import collect
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Facts

AS_OF = date(2026, 4, 30)
ORDERED, VISITED = (is_("what", "order"),), (is_("what", "visit"),)


@dataclass(frozen=True)
class Event:
    customer: str
    day: date | None
    what: str
    amount: float | None
    score: int | None


def of_events(id: str, kind: str, column: str | None = None, **changes: Any) -> MeasurePlan:
    return measure(id, kind, "orders", column=column, **changes)


MEASURES = (
    of_events("came", "any", where=VISITED, window_days=5),
    of_events("came_soon", "any", where=VISITED, window_days=2),
    of_events("orders", "count", where=ORDERED, decimals=0, window_days=9),
    of_events("sales", "sum", "amount", where=ORDERED, cap=20.0, before="earlier"),
    of_events("basket", "mean", "amount", where=ORDERED, window_days=9),
    of_events("per_visit", "ratio", "amount", where=ORDERED, over_where=VISITED),
    of_events("happy", "share", "score", where=ORDERED, answers=(4, 5), window_days=9),
)
ALL_DAYS = of_events("rows", "count", decimals=0)
"""Looks at every event, so that none can be passed over."""


def made(seed: int, strangers: int) -> list[Event]:
    """So many events for each of 30 customers and for others; some before, late, undated, of no measure, or empty."""
    dice = random.Random(seed)
    names = [f"c{number}" for number in range(30)] + [f"x{number}" for number in range(strangers)]
    return [
        Event(
            dice.choice(names),
            None if dice.random() < 0.03 else START + timedelta(days=dice.randrange(-3, 18)),
            dice.choice(("order", "order", "visit", "visit", "return", "")),
            None if dice.random() < 0.1 else dice.randrange(1, 80) / 4,
            dice.choice((None, 1, 3, 4, 5)),
        )
        for _ in range(8 * len(names))
    ]


def values(asked: MeasurePlan, own: Sequence[tuple[int, Event]]) -> tuple[float, ...] | None:
    """One customer's value from their events and how many days after the start each was; None for no value."""
    seen = [(after, event) for after, event in own if 0 <= after < asked.window_days]
    fits = [(after, event) for after, event in seen if not asked.where or event.what == asked.where[0].values[0]]
    amounts = [event.amount for _, event in fits if event.amount is not None]
    if asked.kind == "any":
        return (float(bool(fits)),)
    if asked.kind == "count":
        return (float(len(fits)),)
    if asked.kind == "sum":
        return (min(sum(amounts), asked.cap or np.inf),)
    if asked.kind == "mean":
        return (floor(sum(amounts) * 100 / len(amounts) + 0.5) / 100,) if amounts else None
    if asked.kind == "ratio":
        return sum(amounts), float(sum(event.what == "visit" for _, event in seen))
    answers = [(after, event.score in asked.answers) for after, event in fits if event.score is not None]
    return (float(max(answers)[1]),) if answers else None


def check(cube: Cube, asked: Plan, rows: Sequence[Event], starts: dict[str, date], earlier: dict[str, int]) -> None:
    for one in asked.measures:
        for arm in ("control", "gift"):
            found = []
            for number in range(arm == "gift", 30, 2):
                customer = f"c{number}"
                own = [((row.day - starts[customer]).days, row) for row in rows if row.customer == customer and row.day]
                value = values(one, own)
                if value is not None:
                    found.append((*value, earlier[customer]) if one.before else value)
            wanted, moments = Moments.of(np.array(found)), cube.moments(one.id)[arm,]
            assert moments.count == wanted.count, one.id
            np.testing.assert_allclose(moments.mean, wanted.mean, rtol=1e-12, atol=1e-12, err_msg=one.id)
            np.testing.assert_allclose(moments.spread, wanted.spread, rtol=1e-9, atol=1e-9, err_msg=one.id)


def wheres(one: MeasurePlan) -> tuple[tuple[Condition, ...], ...]:
    return (one.where, one.over_where) if one.kind == "ratio" else (one.where,)


def looked_at(asked: Plan, row: Event) -> bool:
    """Whether one of the measures looks at such an event; all customers start on the same day."""
    after = (row.day - START).days if row.day else -1
    return any(
        0 <= after < one.window_days and any(not where or row.what == where[0].values[0] for where in wheres(one))
        for one in asked.measures
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def written(folder: Path, rows: Sequence[Event]) -> Path:
    def told(value: object) -> str:
        return "" if value is None else str(value)

    lines = [
        f"{row.customer},{told(row.day)},{row.what},{told(row.amount)},{told(row.score)}"
        for row in rows
        if row.customer
    ]
    return csv(folder / "orders.csv", "\n".join(["customer,day,what,amount,score", *lines]))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("strangers", [6, 900], ids=["few strangers", "mostly strangers"])
@pytest.mark.parametrize("also", [(), (ALL_DAYS,)], ids=["some events", "all events"])
def test_every_kind_of_measure_is_what_each_customers_own_events_say(
    engine: Engine, tmp_path: Path, seed: int, strangers: int, also: tuple[MeasurePlan, ...]
) -> None:
    rows, asked = made(seed, strangers), plan((*MEASURES, *also), sources=[wide(), events()])
    earlier = {f"c{number}": number % 7 for number in range(30)}
    customers = csv(
        tmp_path / "customers.csv", "customer,earlier\n" + "\n".join(f"{c},{v}" for c, v in earlier.items())
    )
    arms = ", ".join(f"('c{number}', '{('control', 'gift')[number % 2]}')" for number in range(30))
    drawn = parquet(engine, tmp_path / "drawn.parquet", f"SELECT * FROM (VALUES {arms}) AS t(customer, arm)")
    files = {"customers": (customers,), "orders": (written(tmp_path, rows),)}
    found: tuple[Cube, Facts] = collect(engine, asked, files, assignment=drawn, as_of=AS_OF)
    check(found[0], asked, rows, dict.fromkeys(earlier, START), earlier)
    others = sum(row.customer.startswith("x") and looked_at(asked, row) for row in rows)
    assert found[1].outside == others
    assert sum(one.early + one.late + one.undated for one in found[1].outside_days) == sum(
        row.day is None or not 0 <= (row.day - START).days < 14 for row in rows
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_same_from_each_customers_own_start(engine: Engine, tmp_path: Path, seed: int) -> None:
    rows = made(seed, 6)
    asked = plan(MEASURES, sources=[wide(), events()], draw=observed(start="since"))
    starts = {f"c{number}": START + timedelta(days=number % 4) for number in range(30)}
    earlier = {f"c{number}": number % 7 for number in range(30)}
    lines = [
        f"{customer},{('control', 'gift')[place % 2]},{starts[customer]},{earlier[customer]}"
        for place, customer in enumerate(starts)
    ]
    customers = csv(tmp_path / "customers.csv", "\n".join(["customer,arm,since,earlier", *lines]))
    files = {"customers": (customers,), "orders": (written(tmp_path, rows),)}
    asked = replace(asked, end=START + timedelta(days=20))
    cube, _ = collect(engine, asked, files, assignment=None, as_of=AS_OF)
    check(cube, asked, rows, starts, earlier)


@pytest.mark.parametrize("never", ["9999-12-31", "12000-01-01", "infinity"])
@pytest.mark.parametrize("long_ago", ["0001-01-01", "0044-03-15 (BC)", "-infinity"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_starts_that_no_calendar_reaches_are_early_or_too_late_and_nothing_worse(
    engine: Engine, tmp_path: Path, never: str, long_ago: str, kind: str
) -> None:
    starts = {"c0": "2026-03-03", "c1": "2026-03-04", "c2": never, "c3": long_ago}
    rows = [f"('{c}', '{('control', 'gift')[c in 'c1c3']}', CAST('{day}' AS DATE))" for c, day in starts.items()]
    query = f"SELECT * FROM (VALUES {', '.join(rows)}) AS t(customer, arm, since)"
    orders = "SELECT * FROM (VALUES ('c0', DATE '2026-03-05'), ('c2', DATE '2026-03-06')) AS t(customer, day)"
    if kind == "parquet":
        files = {
            "customers": (parquet(engine, tmp_path / "customers.parquet", query),),
            "orders": (parquet(engine, tmp_path / "orders.parquet", orders),),
        }
    else:
        files = {"customers": (tmp_path / "customers.csv",), "orders": (tmp_path / "orders.csv",)}
        engine.run(f"COPY ({query}) TO '{tmp_path}/customers.csv' (HEADER)")
        engine.run(f"COPY ({orders}) TO '{tmp_path}/orders.csv' (HEADER)")
    asked = plan([ALL_DAYS], sources=[wide(), events()], draw=observed(start="since"))
    cube, facts = collect(engine, asked, files, assignment=None, as_of=date(2026, 5, 31))
    control, gift = facts.arms
    assert (control.assigned, control.counted, control.after_end) == (1, 1, 1)
    assert (gift.assigned, gift.counted, gift.before_start) == (2, 2, 1)
    assert cube.moments("rows")["control",].mean[0] == 1


@pytest.mark.parametrize(
    ("first", "last", "undated", "wanted", "asked_for"),
    [
        (0, 13, False, (0, 0, 0), 0),
        (-1, 13, False, (1, 0, 0), 1),
        (0, 14, False, (0, 1, 0), 1),
        (0, 13, True, (0, 0, 1), 1),
    ],
    ids=["as planned", "a day before", "a day after", "no day"],
)
def test_days_that_the_footer_tells_are_not_counted_again(
    engine: Engine, tmp_path: Path, first: int, last: int, undated: bool, wanted: tuple[int, int, int], asked_for: int
) -> None:
    days = [START + timedelta(days=after) for after in range(first, last + 1)]
    rows = [f"('c{place % 2}', DATE '{day}')" for place, day in enumerate(days)]
    rows += ["('c0', NULL)"] if undated else []
    path = parquet(engine, tmp_path / "orders.parquet", f"SELECT * FROM (VALUES {', '.join(rows)}) AS t(customer, day)")
    arms = "('c0', 'control'), ('c1', 'gift')"
    drawn = parquet(engine, tmp_path / "drawn.parquet", f"SELECT * FROM (VALUES {arms}) AS t(customer, arm)")
    asked = plan([ALL_DAYS], sources=[events()])
    ran: list[str] = []
    rows_of = engine.rows
    engine.rows = lambda sql, *rest: (ran.append(sql), rows_of(sql, *rest))[1]  # type: ignore[method-assign,assignment]
    cube, facts = collect(engine, asked, {"orders": (path,)}, assignment=drawn, as_of=AS_OF)
    (found,) = facts.outside_days
    assert (found.early, found.late, found.undated) == wanted
    assert facts.rows == (("orders", len(rows)),)
    assert sum(float(one.mean[0]) * one.count for one in cube.moments("rows").values()) == 14
    assert sum('"day" IS NULL' in sql for sql in ran) == asked_for
