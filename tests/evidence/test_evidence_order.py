from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence_plans import csv, events, group, is_, measure, observed, plan, wide

from pitcairn.design.plan import Plan
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.quantile_sizes import bend_of
from pitcairn.estimate.quantiles import Ladder, Ordered, Quantile, Ranked, quantile
from pitcairn.estimate.quantiles_adjusted import adjusted_quantile_difference
from pitcairn.evidence.collect import collect
from pitcairn.evidence.engine import Engine
from pitcairn.reading.effects import effect

AS_OF = date(2026, 4, 30)
MANY = 40_000
TOWNS = ("north", "south", "west")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def read(engine: Engine, asked: Plan, **files: Path) -> Any:
    return collect(engine, asked, {id: (path,) for id, path in files.items()}, assignment=None, as_of=AS_OF)


@pytest.fixture(scope="module")
def shop() -> dict[str, np.ndarray]:
    """Rows of `customers`: skewed spend with cents, a third without a value, a gift that adds a tenth."""
    random = np.random.default_rng(20260302)
    arms = random.integers(0, 2, MANY)
    spend = np.round(np.exp(random.normal(3, 1, MANY)) * (1 + 0.1 * arms), 2)
    return {
        "arm": np.array(["control", "gift"])[arms],
        "town": np.array(TOWNS)[random.choice(3, MANY, p=[0.6, 0.397, 0.003])],
        "spend": np.where(random.random(MANY) < 1 / 3, np.nan, spend),
    }


@pytest.fixture
def customers(tmp_path: Path, shop: dict[str, np.ndarray]) -> Path:
    path = tmp_path / "shop.csv"
    lines = ["customer,arm,town,since,spend"]
    rows = zip(shop["arm"], shop["town"], shop["spend"], strict=True)
    for number, (arm, town, spend) in enumerate(rows):
        lines.append(f"{number},{arm},{town},2026-03-{2 + number % 5:02d},{'' if np.isnan(spend) else spend}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def raw(shop: dict[str, np.ndarray], arm: str, town: str | None = None) -> np.ndarray:
    mine = (shop["arm"] == arm) & ~np.isnan(shop["spend"]) & ((shop["town"] == town) if town else True)
    return shop["spend"][mine]


def of(arm: Moments, share: float, confidence: float = 0.95) -> Quantile:
    assert isinstance(arm, Ranked)
    found = quantile(arm.ladder, share, confidence=confidence)
    assert isinstance(found, Quantile)
    return found


MEDIAN = measure("basket", "quantile", column="spend", at=0.5)
TALL = measure("tall", "quantile", column="spend", at=0.9)


@pytest.mark.parametrize("start", [None, "since"])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_a_quantile_is_that_of_the_rows_by_arm_and_level(
    engine: Engine, customers: Path, shop: dict[str, np.ndarray], start: str | None, confidence: float
) -> None:
    asked = plan([MEDIAN, TALL], draw=observed(start=start), groups=(group("town"),))
    cube, _ = read(engine, asked, customers=customers)
    for share, id in ((0.5, "basket"), (0.9, "tall")):
        for arm in ("control", "gift"):
            for town in (None, *TOWNS[:2]):
                rows = raw(shop, arm, town)
                found = of(
                    cube.moments(id, "town" if town else None)[(arm, town) if town else (arm,)], share, confidence
                )
                assert found.estimate == np.quantile(rows, share, method="inverted_cdf")
                assert found.count == len(rows)
                whole = quantile(Ordered.of(rows), share, confidence=confidence)
                assert isinstance(whole, Quantile)
                assert found.low <= whole.low <= whole.high <= found.high, "a step further out, never further in"
                assert found.high - found.low <= 1.1 * (whole.high - whole.low) + 0.02


def test_a_quantile_of_few_customers_has_every_rank(
    engine: Engine, customers: Path, shop: dict[str, np.ndarray]
) -> None:
    cube, _ = read(engine, plan([MEDIAN], draw=observed(), groups=(group("town"),)), customers=customers)
    rows = raw(shop, "gift", "west")
    assert 30 < len(rows) < 60
    whole = quantile(Ordered.of(rows), 0.5)
    assert of(cube.moments("basket", "town")["gift", "west"], 0.5) == whole


def test_what_comes_out_does_not_grow_with_the_customers(engine: Engine, customers: Path) -> None:
    cube, _ = read(engine, plan([MEDIAN], draw=observed()), customers=customers)
    for arm in cube.moments("basket").values():
        assert isinstance(arm, Ranked)
        assert arm.count > 10_000
        assert arm.ladder.ranks.size < 900


def test_of_many_customers_one_value_far_out_on_either_side_is_told_and_no_range_ends_on_it(
    engine: Engine, customers: Path, shop: dict[str, np.ndarray]
) -> None:
    cube, _ = read(engine, plan([TALL], draw=observed()), customers=customers)
    arm, rows = cube.moments("tall")[("gift",)], np.sort(raw(shop, "gift"))
    assert isinstance(arm, Ranked)
    middle, reach = int(np.ceil(len(rows) * 0.9 - 1e-9)), int(len(rows) * 0.03)
    assert [rank for rank, _ in arm.ladder.far] == [middle - reach, middle + reach]
    assert [value for _, value in arm.ladder.far] == pytest.approx(rows[[middle - reach - 1, middle + reach - 1]])
    assert arm.ladder.ranks[0] > middle - reach
    assert arm.ladder.ranks[-1] < middle + reach
    whole = Ladder(len(rows), np.arange(1, len(rows) + 1), rows)
    assert bend_of(arm.ladder, 0.9) == pytest.approx(bend_of(whole, 0.9), abs=0.02)


def test_orders_do_not_add_so_days_of_start_have_none(engine: Engine, customers: Path) -> None:
    cube, _ = read(engine, plan([MEDIAN], draw=observed(start="since")), customers=customers)
    by_day = cube.moments("basket", "(start)")
    assert by_day
    assert not any(isinstance(arm, Ranked) for arm in by_day.values())
    first, second, *_ = cube.moments("basket").values()
    assert not isinstance(first + second, Ranked)


def test_a_quantile_costs_one_statement_and_other_measures_none(engine: Engine, customers: Path) -> None:
    plain = [measure("spend", "mean"), measure("spent", "sum", column="spend")]
    mean = measure("basket", "mean", column="spend")

    def statements(measures: list[Any], start: str | None) -> int:
        asked = plan(measures, draw=observed(start=start), groups=(group("town"),))
        return int(read(engine, asked, customers=customers)[1].statements)

    assert statements(plain, None) == statements([*plain, mean], None) == 2
    other = csv(customers.parent / "other.csv", "customer,rating\n1,4\n2,5")

    def joined(measures: list[Any]) -> int:
        asked = plan(measures, sources=[wide(), wide("other")], draw=observed(), groups=(group("town"),))
        return int(read(engine, asked, customers=customers, other=other)[1].statements)

    rating = measure("rating", "mean", "other", column="rating")
    assert joined([rating, mean]) + 1 == joined([rating, MEDIAN])


def test_an_events_quantile_is_of_each_customers_own_average(engine: Engine, tmp_path: Path) -> None:
    who = csv(
        tmp_path / "who.csv", "customer,arm\n" + "\n".join(f"{n},{'gift' if n % 2 else 'control'}" for n in range(80))
    )
    bought = ["customer,day,what,amount"]
    bought += [f"{n},2026-03-0{day},order,{n + day}" for n in range(60) for day in (3, 5)]
    bought += [f"{n},2026-03-04,visit,1000" for n in range(80)] + ["999,2026-03-04,order,5"]
    path = csv(tmp_path / "bought.csv", "\n".join(bought))
    wait = measure("wait", "quantile", "orders", column="amount", at=0.5, where=(is_("what", "order"),))
    asked = plan([wait], sources=[wide(), events()], draw=observed())
    cube, facts = read(engine, asked, customers=who, orders=path)
    values = np.arange(1, 60, 2) + 4.0
    assert of(cube.moments("wait")["gift",], 0.5) == quantile(Ordered.of(values), 0.5)
    assert {one.arm: one.missing for one in facts.missing} == {"control": 10, "gift": 10}


# --- changes --------------------------------------------------------------------------------------------------

ASKED = """
    customer,arm,earlier,later,age,visits
    1,control,3,4,30,1
    2,control,5,4.5,40,2
    3,control,,2,50,3
    4,control,2,,20,4
    5,gift,1,4,30,5
    6,gift,3,3,60,6
    7,gift,,,40,7
    8,gift,2.25,3,20,8
"""
TRUST = measure("trust", "mean", column="later", before="earlier", change=True)
CHANGES = {"control": [(1, 3), (-0.5, 5)], "gift": [(3, 1), (0, 3), (0.75, 2.25)]}


def check_changes(cube: Any, missing: Any) -> None:
    for arm, rows in CHANGES.items():
        found, wanted = cube.moments("trust")[arm,], Moments.of(np.array(rows))
        assert found.count == wanted.count
        np.testing.assert_allclose(found.mean, wanted.mean, rtol=1e-12)
        np.testing.assert_allclose(found.spread, wanted.spread, rtol=1e-12)
    assert {one.arm: one.missing for one in missing if one.measure == "trust"} == {"control": 2, "gift": 1}


def test_a_change_is_of_those_who_answered_both_times_and_costs_no_statement(engine: Engine, tmp_path: Path) -> None:
    path = csv(tmp_path / "asked.csv", ASKED)
    level = replace(TRUST, id="level", change=False)
    visits = measure("visits", "sum", before="earlier", decimals=0)
    cube, facts = read(engine, plan([TRUST, level, visits], draw=observed()), customers=path)
    check_changes(cube, facts.missing)
    assert facts.statements == read(engine, plan([level, visits], draw=observed()), customers=path)[1].statements == 2
    np.testing.assert_allclose(cube.moments("level")["control",].mean, [3.5, 8 / 3], rtol=1e-12)
    np.testing.assert_allclose(cube.moments("visits")["gift",].mean, [6.5, 6.25 / 4], rtol=1e-12)


def test_a_change_is_the_same_where_answers_come_from_another_file_or_as_events(engine: Engine, tmp_path: Path) -> None:
    path = csv(tmp_path / "asked.csv", ASKED)
    survey = csv(tmp_path / "survey.csv", "customer,later\n1,4\n2,4.5\n3,2\n5,4\n6,3\n8,3\n77,1")
    for source, given in ((wide("survey"), {}), (events("survey"), {"id": "trust"})):
        if source.kind == "events":
            lines = survey.read_text().splitlines()
            survey.write_text(
                "\n".join(["customer,day,later", *(one.replace(",", ",2026-03-04,") for one in lines[1:])])
            )
        asked = plan([replace(TRUST, source="survey", **given)], sources=[wide(), source], draw=observed())
        cube, facts = read(engine, asked, customers=path, survey=survey)
        check_changes(cube, facts.missing)
        assert {one.arm for one in facts.balance} == {"gift"}, "how they answered before is still compared"


def test_a_change_may_be_adjusted_for_other_columns(engine: Engine, tmp_path: Path) -> None:
    path = csv(tmp_path / "asked.csv", ASKED)
    cube, _ = read(engine, plan([replace(TRUST, adjust_for=("age",))], draw=observed()), customers=path)
    wanted = Moments.of(np.array([(3, 30, 1), (0, 60, 3), (0.75, 20, 2.25)]))
    np.testing.assert_allclose(cube.moments("trust")["gift",].mean, wanted.mean, rtol=1e-12)
    np.testing.assert_allclose(cube.moments("trust")["gift",].spread, wanted.spread, rtol=1e-12)


@pytest.mark.parametrize("many", [400, MANY])
def test_what_was_known_before_is_added_up_below_every_step(engine: Engine, tmp_path: Path, many: int) -> None:
    """The adjusted difference is the one of the rows: few customers are all steps, of many some are."""
    random = np.random.default_rng(9)
    arms, known = random.integers(0, 2, many), np.round(random.gamma(2, 10, (many, 2)), 2)
    spend = np.round(known[:, 0] + random.gamma(2, 5, many) + arms, 1)
    spend[random.random(many) < 0.2] = np.nan
    lines = ["customer,arm,before,often,spend"] + [
        f"{one},{('control', 'gift')[arms[one]]},{known[one, 0]},{known[one, 1]},"
        f"{'' if np.isnan(spend[one]) else spend[one]}"
        for one in range(many)
    ]
    asked = plan(
        [measure("basket", "quantile", column="spend", at=0.5, before="before", adjust_for=("often",))], draw=observed()
    )
    cube, _ = read(engine, asked, customers=csv(tmp_path / "known.csv", "\n".join(lines)))
    found = cube.moments("basket")
    outcome = effect(asked.deciding, found["control",], found["gift",], 0.95)
    assert isinstance(outcome, Effect)
    by_rows = []
    for arm in (0, 1):
        mine = (arms == arm) & ~np.isnan(spend)
        before = known[mine][:, [1, 0]]
        by_rows.append(
            Ranked.of_ladder(Moments.of(np.column_stack([spend[mine], before])), Ladder.of(spend[mine], before))
        )
    wanted = adjusted_quantile_difference(by_rows[0], by_rows[1], 0.5, covariates=2)
    assert isinstance(wanted, Effect)
    near = 0.0 if many < MANY else 0.05 * (wanted.high - wanted.low)
    assert outcome.estimate == pytest.approx(wanted.estimate, abs=near + 1e-9)
    assert (outcome.low, outcome.high) == pytest.approx((wanted.low, wanted.high), abs=near + 1e-9)
    assert outcome.method == "Ranks, adjusted for 2 values before the start"
