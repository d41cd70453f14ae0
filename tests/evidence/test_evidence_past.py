from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from drawn_pilot import csv_file, measure, numbered, opted_out, plan

from pitcairn.design.plan import Plan, SourcePlan
from pitcairn.errors import DataError
from pitcairn.estimate.clustered import Clustered
from pitcairn.estimate.quantiles import Ranked
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.past import Earlier, Past, pasts

COUNT = 400
LOT = np.random.default_rng(12)
REFUSED = dict.fromkeys(range(0, COUNT, 8), "no")
ELIGIBLE = [number for number in range(COUNT) if number not in REFUSED]
SPENT = {number: round(float(value), 2) for number, value in enumerate(LOT.gamma(1.0, 30.0, COUNT))}
EARLIER = {number: round(SPENT[number] / 2 + float(LOT.gamma(1.0, 10.0)), 2) for number in range(COUNT)}
BASKETS = {number: int(value) + 1 for number, value in enumerate(LOT.poisson(1.5, COUNT))}
HOME = {number: f"h{number // 3}" for number in range(COUNT)}
ORDERS = SourcePlan(id="orders", kind="events", customer="customer", time="day")
LAST = date(2026, 2, 20)
"""The last day in the file: the 14 days before it are 7 to 20 February."""
HAPPENED = [
    (number, LAST - timedelta(days=int(LOT.integers(0, 40))), round(float(LOT.gamma(2.0, 10.0)), 2))
    for number in range(COUNT)
    for _ in range(int(LOT.poisson(3)))
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> dict[str, tuple[Path, ...]]:
    header, rows = numbered(COUNT, spent=SPENT, earlier=EARLIER, baskets=BASKETS, home=HOME, mail=REFUSED)
    events = [(f"c{number}", day.isoformat(), amount) for number, day, amount in HAPPENED]
    return {
        "customers": csv_file(tmp_path / "c.csv", header, rows),
        "orders": csv_file(tmp_path / "o.csv", ["customer", "day", "amount"], events),
    }


def read(
    engine: Engine, tmp_path: Path, files: dict[str, tuple[Path, ...]], pilot: Plan, **earlier: Earlier
) -> dict[str, Past]:
    return pasts(engine, pilot, files, earlier, taken=(), into=tmp_path)


def pilot(*measures: object, **changes: object) -> Plan:
    wide = (SourcePlan(id=id, kind="wide", customer="customer") for id in ("customers", "outcomes"))
    sources = (*wide, ORDERS)
    policy = {"opt_out": (opted_out("customers", "mail", "no"),), "sources": sources, "measures": measures}
    return plan(**policy | changes)


def columns(column: str, **more: str) -> Earlier:
    return Earlier(column=column, over=more.get("over"), before=more.get("before"), adjust_for=())


def test_events_of_the_last_whole_follow_up_before_the_start_are_read(
    engine: Engine, tmp_path: Path, files: dict[str, tuple[Path, ...]]
) -> None:
    spend = measure("spend", "sum", source="orders", column="amount", decimals=2, cap=50.0)
    found = read(engine, tmp_path, files, pilot(spend))["spend"]
    first = LAST - timedelta(days=13)
    sums = dict.fromkeys(ELIGIBLE, 0.0)
    for number, day, amount in HAPPENED:
        if number in sums and day >= first:
            sums[number] += amount
    expected = np.minimum(list(sums.values()), 50.0)
    assert found.moments.count == len(ELIGIBLE)
    assert float(found.moments.mean[0]) == pytest.approx(expected.mean())
    assert float(found.moments.covariance[0, 0]) == pytest.approx(expected.var(ddof=1))
    assert found.basis == f"{len(ELIGIBLE)} eligible customers: what they did from 7 February 2026 to 20 February 2026"


def test_events_that_do_not_reach_back_far_enough_say_nothing(
    engine: Engine, tmp_path: Path, files: dict[str, tuple[Path, ...]]
) -> None:
    spend = measure("spend", "sum", source="orders", column="amount", window_days=60)
    assert read(engine, tmp_path, files, pilot(spend, follow_up_days=60, end=date(2026, 5, 1))) == {}
    del files["orders"]
    assert read(engine, tmp_path, files, pilot(spend)) == {}


def test_a_ratio_has_both_its_halves_and_a_quantile_its_order(
    engine: Engine, tmp_path: Path, files: dict[str, tuple[Path, ...]]
) -> None:
    ratio = measure("per_basket", "ratio", source="orders", column="amount", decimals=2)
    middle = measure("median", "quantile", at=0.5, column="basket", decimals=2)
    found = read(
        engine, tmp_path, files, pilot(ratio, middle), per_basket=columns("spent", over="baskets"),
        median=columns("spent"),
    )  # fmt: skip
    assert found["per_basket"].moments.mean == pytest.approx(
        [np.mean([SPENT[one] for one in ELIGIBLE]), np.mean([BASKETS[one] for one in ELIGIBLE])]
    )
    assert isinstance(found["median"].moments, Ranked)
    assert found["per_basket"].basis == f"columns “spent” over “baskets” of {len(ELIGIBLE)} eligible customers"


def test_a_change_is_between_two_surveys_that_are_over(
    engine: Engine, tmp_path: Path, files: dict[str, tuple[Path, ...]]
) -> None:
    change = measure("happier", "mean", change=True, before="spent", decimals=2)
    found = read(engine, tmp_path, files, pilot(change), happier=columns("spent", before="earlier"))["happier"]
    expected = np.array([SPENT[one] - EARLIER[one] for one in ELIGIBLE])
    assert float(found.moments.mean[0]) == pytest.approx(expected.mean())
    assert float(found.moments.covariance[0, 0]) == pytest.approx(expected.var(ddof=1))


def test_households_are_added_up_where_they_are_drawn(
    engine: Engine, tmp_path: Path, files: dict[str, tuple[Path, ...]]
) -> None:
    spend = measure("spend", "sum", before="spent", decimals=2)
    found = read(engine, tmp_path, files, pilot(spend, drawn_cluster="home"))["spend"]
    assert isinstance(found.moments, Clustered)
    assert found.shape_only
    homes = {HOME[one] for one in ELIGIBLE}
    assert found.moments.drawn.count == len(homes)
    assert float(found.moments.drawn.mean[1]) == pytest.approx(len(ELIGIBLE) / len(homes))


def test_a_column_that_is_not_there_is_named(
    engine: Engine, tmp_path: Path, files: dict[str, tuple[Path, ...]]
) -> None:
    with pytest.raises(DataError, match="spnt"):
        read(engine, tmp_path, files, pilot(measure("spend", "sum")), spend=columns("spnt"))


@pytest.mark.parametrize("odd", ["0044-03-15 (BC)", "0001-01-01", "9999-12-31", "20226-03-02", "infinity"])
@pytest.mark.parametrize("alone", [True, False])
def test_days_beyond_any_calendar_are_no_reason_to_stop(
    engine: Engine, tmp_path: Path, files: dict[str, tuple[Path, ...]], odd: str, alone: bool
) -> None:
    events = [] if alone else [("c1", day.isoformat(), amount) for _, day, amount in HAPPENED]
    orders = csv_file(tmp_path / "odd.csv", ["customer", "day", "amount"], [*events, ("c1", odd, 5)])
    asked = pilot(measure("sales", "sum", source="orders", column="amount"))
    assert bool(read(engine, tmp_path, files | {"orders": orders}, asked)) is not alone
