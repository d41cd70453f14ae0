"""Outcomes beside what was spent: against the same customers put together in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from evidence_plans import csv, events, measure, observed, plan, wide

from pitcairn.design.plan import MeasuredCost, Plan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.collect import collect
from pitcairn.evidence.cube import Both
from pitcairn.evidence.engine import Engine

AS_OF = date(2026, 4, 30)
COUNT = 400


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def costly(asked: Plan) -> Plan:
    control, gift = asked.arms
    return replace(asked, arms=(control, replace(gift, cost=MeasuredCost(measure="coupons", per_customer=0.1))))


def agrees(found: Moments, rows: np.ndarray) -> None:
    wanted = Moments.of(rows)
    assert found.count == wanted.count
    assert found.mean == pytest.approx(wanted.mean)
    assert found.spread == pytest.approx(wanted.spread, abs=1e-6)


class Shop:
    """Customers with households, spend before, orders and coupons in files of their own; some have neither."""

    def __init__(self, folder: Path) -> None:
        rng = np.random.default_rng(5)
        self.arm = rng.integers(0, 2, COUNT)
        self.home = rng.integers(0, 90, COUNT) * 2 + self.arm
        self.before = np.round(rng.gamma(2, 10, COUNT), 2)
        self.revenue, self.coupons = np.zeros(COUNT), np.zeros(COUNT)
        orders, used = ["customer,day,amount"], ["customer,day,cost"]
        for one in range(COUNT):
            for _ in range(rng.poisson(1.2)):
                amount = round(float(self.before[one] / 10 + rng.gamma(2, 8)), 2)
                day = int(rng.integers(2, 20))
                orders.append(f"c{one},2026-03-{day:02d},{amount}")
                self.revenue[one] += amount if day < 16 else 0
            for _ in range(rng.poisson(0.3 + 0.6 * self.arm[one])):
                used.append(f"c{one},2026-03-{int(rng.integers(2, 16)):02d},2.5")
                self.coupons[one] += 2.5
        orders.append("stranger,2026-03-03,999")
        names = ("control", "gift")
        lines = ["customer,arm,home,spent_before,revenue,coupons"] + [
            f"c{one},{names[self.arm[one]]},h{self.home[one]},{self.before[one]},{self.revenue[one]:.2f},"
            f"{'' if one % 10 == 0 else self.coupons[one]}"
            for one in range(COUNT)
        ]
        self.files = {
            "customers": (csv(folder / "customers.csv", "\n".join(lines)),),
            "orders": (csv(folder / "orders.csv", "\n".join(orders)),),
            "used": (csv(folder / "used.csv", "\n".join(used)),),
        }

    def read(self, engine: Engine, asked: Plan) -> Both:
        wanted = {source.id: self.files[source.id] for source in asked.sources}
        cube, _ = collect(engine, asked, wanted, assignment=None, as_of=AS_OF)
        return cube.beside["revenue"]


REVENUE = measure("revenue", source="orders", column="amount", role="deciding", money=True, before="spent_before")
COUPONS = measure("coupons", source="used", column="cost", money=True, better="down")


def test_outcomes_and_spend_of_two_files_of_events_meet_customer_by_customer(engine: Engine, tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    asked = plan([REVENUE, COUPONS], sources=(wide(), events("orders"), events("used")), draw=observed())
    both = shop.read(engine, costly(asked))
    assert both.known == ((2,), ())
    rows = np.column_stack([shop.revenue, shop.coupons, shop.before])
    for arm, name in enumerate(("control", "gift")):
        agrees(both.by_arm[name], rows[shop.arm == arm])


def test_one_file_of_events_and_one_with_a_row_a_customer_meet_and_gaps_are_left_out(
    engine: Engine, tmp_path: Path
) -> None:
    shop = Shop(tmp_path)
    coupons = measure("coupons", money=True, before="spent_before")
    asked = plan([REVENUE, coupons], sources=(wide(), events("orders")), draw=observed())
    both = shop.read(engine, costly(asked))
    assert both.known == ((2,), (2,))
    rows = np.column_stack([shop.revenue, shop.coupons, shop.before])
    kept = np.arange(COUNT) % 10 > 0
    for arm, name in enumerate(("control", "gift")):
        agrees(both.by_arm[name], rows[(shop.arm == arm) & kept])


def test_columns_of_one_file_meet_as_well(engine: Engine, tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    revenue = measure("revenue", role="deciding", money=True)
    coupons = measure("coupons", money=True, adjust_for=("spent_before",))
    asked = plan([revenue, coupons], sources=(wide(absent="zero"),), draw=observed())
    both = shop.read(engine, costly(asked))
    assert both.known == ((), (2,))
    spent = np.where(np.arange(COUNT) % 10 > 0, shop.coupons, 0.0)
    rows = np.column_stack([shop.revenue, spent, shop.before])
    for arm, name in enumerate(("control", "gift")):
        agrees(both.by_arm[name], rows[shop.arm == arm])


def test_where_households_were_drawn_each_has_its_sums_and_its_customers(engine: Engine, tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    draw = observed(cluster="home")
    asked = plan([REVENUE, COUPONS], sources=(wide(), events("orders"), events("used")), draw=draw)
    both = shop.read(engine, costly(asked))
    rows = np.column_stack([shop.revenue, shop.coupons, np.ones(COUNT), shop.before])
    for arm, name in enumerate(("control", "gift")):
        homes = np.unique(shop.home[shop.arm == arm])
        agrees(both.by_arm[name], np.array([rows[shop.home == home].sum(axis=0) for home in homes]))


def test_customers_with_starts_of_their_own_are_counted_once_their_follow_up_is_over(
    engine: Engine, tmp_path: Path
) -> None:
    shop = Shop(tmp_path)
    text = shop.files["customers"][0].read_text(encoding="utf-8").splitlines()
    text = [f"{text[0]},began"] + [
        f"{line},2026-03-{2 if number % 4 else 10:02d}" for number, line in enumerate(text[1:])
    ]
    shop.files["customers"] = (csv(tmp_path / "began.csv", "\n".join(text)),)
    asked = plan([REVENUE, COUPONS], sources=(wide(), events("orders"), events("used")), draw=observed(start="began"))
    cube, _ = collect(engine, costly(asked), shop.files, assignment=None, as_of=date(2026, 3, 16))
    both = cube.beside["revenue"]
    rows = np.column_stack([shop.revenue, shop.coupons, shop.before])
    for arm, name in enumerate(("control", "gift")):
        agrees(both.by_arm[name], rows[(shop.arm == arm) & (np.arange(COUNT) % 4 > 0)])


def test_a_plan_without_a_measured_cost_asks_nothing_more(engine: Engine, tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    asked = plan([REVENUE, COUPONS], sources=(wide(), events("orders"), events("used")), draw=observed())
    cube, facts = collect(engine, asked, shop.files, assignment=None, as_of=AS_OF)
    assert cube.beside == {}
    assert facts.statements < collect(engine, costly(asked), shop.files, assignment=None, as_of=AS_OF)[1].statements
