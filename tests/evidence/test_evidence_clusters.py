from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence_plans import csv, events, group, measure, observed, plan, wide

from pitcairn.design.plan import Plan
from pitcairn.errors import DataError
from pitcairn.estimate.clustered import Clustered
from pitcairn.estimate.effect import Effect
from pitcairn.evidence import questions
from pitcairn.evidence.collect import collect
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.health import check
from pitcairn.reading.effects import effect, effects, relative

AS_OF = date(2026, 4, 30)
HOMES = 300
DRAW = observed(cluster="household")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def read(engine: Engine, asked: Plan, **files: Path) -> Any:
    return collect(engine, asked, {id: (path,) for id, path in files.items()}, assignment=None, as_of=AS_OF)


@pytest.fixture(scope="module")
def people() -> dict[str, np.ndarray]:
    """One to six customers a household, alike in what they spend; a fifth without an answer."""
    random = np.random.default_rng(7)
    home = np.repeat(np.arange(HOMES), random.integers(1, 7, HOMES))
    arm = random.integers(0, 2, HOMES)[home]
    level = random.gamma(2, 10, HOMES)[home]
    count = len(home)
    return {
        "home": home,
        "arm": arm,
        "town": random.integers(0, 2, count),
        "earlier": np.round(level + random.normal(0, 3, count), 2),
        "spend": np.round(level + 2 * arm + random.gamma(1, 4, count), 2),
        "trust": np.where(random.random(count) < 0.2, np.nan, np.round(level / 10 + random.normal(0, 1, count), 1)),
        "visits": random.poisson(1 + level / 20, count),
    }


@pytest.fixture
def customers(tmp_path: Path, people: dict[str, np.ndarray]) -> Path:
    path = tmp_path / "people.csv"
    lines = ["customer,household,arm,town,earlier,spend,trust,visits,came"]
    for number, home in enumerate(people["home"]):
        row = {id: values[number] for id, values in people.items()}
        trust = "" if np.isnan(row["trust"]) else row["trust"]
        arm, town = ("control", "gift")[row["arm"]], ("north", "south")[row["town"]]
        came = int(row["visits"] > 1)
        lines.append(f"{number},h{home},{arm},{town},{row['earlier']},{row['spend']},{trust},{row['visits']},{came}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


MEASURES = (
    measure("spend", "sum", before="earlier"),
    measure("plain", "sum", column="spend"),
    measure("trust", "mean"),
    measure("came", "any"),
    measure("each", "ratio", column="spend", over_column="visits"),
)


def by_home(people: dict[str, np.ndarray], arm: int, id: str, town: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Of every household of the arm the sum of the measure and what it is divided by."""
    mine = (people["arm"] == arm) & ((people["town"] == town) if town is not None else True)
    upper, lower = people["spend"], np.ones(len(mine))
    if id == "trust":
        upper, lower = np.nan_to_num(people["trust"]), (~np.isnan(people["trust"])).astype(float)
    elif id == "came":
        upper = (people["visits"] > 1).astype(float)
    elif id == "each":
        lower = people["visits"].astype(float)
    _, place = np.unique(people["home"][mine], return_inverse=True)
    return np.bincount(place, upper[mine]), np.bincount(place, lower[mine])


@pytest.mark.parametrize("id", ["plain", "trust", "came", "each"])
def test_ranges_go_by_the_households_that_were_drawn(
    engine: Engine, customers: Path, people: dict[str, np.ndarray], id: str
) -> None:
    asked = plan(MEASURES, draw=DRAW, groups=(group("town"),))
    cube, _ = read(engine, asked, customers=customers)
    for town in (None, 0, 1):
        levels, errors = [], []
        for arm in (0, 1):
            upper, lower = by_home(people, arm, id, town)
            level = upper.sum() / lower.sum()
            rest = upper - level * lower
            levels.append(level)
            errors.append(rest.var(ddof=1) / len(rest) / lower.mean() ** 2)
        pair = [
            cube.moments(id, None if town is None else "town")[
                (arm,) if town is None else (arm, ("north", "south")[town])
            ]
            for arm in ("control", "gift")
        ]
        found = effect(asked.measure(id), *pair, 0.95)
        assert isinstance(found, Effect)
        assert (found.control, found.treated) == pytest.approx(tuple(levels), rel=1e-9)
        assert found.standard_error == pytest.approx(np.sqrt(sum(errors)), rel=1e-9)
        assert found.count_control == len(by_home(people, 0, id, town)[0])
        share = relative(asked.measure(id), *pair, 0.95)
        assert isinstance(share, Effect)
        assert share.estimate == pytest.approx(levels[1] / levels[0] - 1, rel=1e-9)


def test_values_before_the_start_narrow_the_range_by_household(engine: Engine, customers: Path) -> None:
    cube, _ = read(engine, plan(MEASURES, draw=DRAW), customers=customers)
    found = {one.measure.id: one.by_arm["gift"] for one in effects(plan(MEASURES, draw=DRAW), cube, {})}
    adjusted, plain = found["spend"], found["plain"]
    assert isinstance(adjusted, Effect)
    assert isinstance(plain, Effect)
    assert adjusted.standard_error < 0.7 * plain.standard_error
    alone = read(engine, plan(MEASURES, draw=observed()), customers=customers)[0]
    naive = effect(MEASURES[1], *(alone.moments("plain")[arm,] for arm in ("control", "gift")), 0.95)
    assert isinstance(naive, Effect)
    assert plain.standard_error > 1.2 * naive.standard_error, "customers of one household are alike"
    assert plain.estimate == pytest.approx(naive.estimate, rel=1e-9)


def test_households_in_two_arms_were_not_drawn(engine: Engine, tmp_path: Path) -> None:
    path = csv(tmp_path / "mixed.csv", "customer,household,arm,spend\n1,a,control,3\n2,a,gift,4\n3,b,gift,5")
    with pytest.raises(DataError, match="“household” is said to be what was drawn, and some of its values have"):
        read(engine, plan([measure("spend")], draw=DRAW), customers=path)


def test_who_has_no_household_was_drawn_alone_and_no_event_is_nothing(engine: Engine, tmp_path: Path) -> None:
    path = csv(
        tmp_path / "few.csv",
        "customer,household,arm\n1,a,control\n2,a,control\n3,,control\na,,control\n4,b,gift\n5,b,gift\n6,3,gift",
    )
    orders = csv(
        tmp_path / "o.csv", "customer,day,amount\n1,2026-03-03,5\n2,2026-03-04,7\n4,2026-03-04,2\n99,2026-03-04,9"
    )
    sales = measure("sales", "sum", "orders", column="amount")
    cube, facts = read(engine, plan([sales], sources=[wide(), events()], draw=DRAW), customers=path, orders=orders)
    control, gift = (cube.moments("sales")[arm,] for arm in ("control", "gift"))
    assert isinstance(control, Clustered)
    assert isinstance(gift, Clustered)
    assert (control.drawn.count, gift.drawn.count) == (3, 2)
    np.testing.assert_allclose(control.drawn.mean, [12 / 3, 4 / 3])
    np.testing.assert_allclose(gift.drawn.mean, [2 / 2, 3 / 2])
    assert {arm.arm: (arm.assigned, arm.drawn) for arm in facts.arms} == {"control": (4, 3), "gift": (3, 2)}


def test_sizes_are_held_against_households(engine: Engine, tmp_path: Path) -> None:
    """Twenty large households and twenty small ones: even, by what was drawn."""
    lines = ["customer,household,arm,spend"]
    for home in range(40):
        for one in range(30 if home % 2 else 10):
            lines.append(f"{home}-{one},h{home},{'gift' if home % 2 else 'control'},{one}")
    path = csv(tmp_path / "large.csv", "\n".join(lines))
    checks = {}
    for name, draw in (("homes", DRAW), ("alone", observed())):
        asked = plan([replace(measure("spend"), role="deciding")], draw=draw)
        facts = read(engine, asked, customers=path)[1]
        checks[name] = {one.name: one for one in check(asked, facts, plan_unchanged=True)}
    name = questions.SIZES.name
    assert checks["alone"][name].state == "fail"
    assert checks["homes"][name].state == "pass"


def test_what_was_drawn_costs_two_statements_and_nothing_where_customers_were(engine: Engine, customers: Path) -> None:
    other = csv(customers.parent / "other.csv", "customer,rating\n1,4\n2,5")
    rating = measure("rating", "mean", "other", column="rating")
    asked = [plan([rating], sources=[wide(), wide("other")], draw=draw) for draw in (observed(), DRAW)]
    alone, homes = (read(engine, one, customers=customers, other=other)[1].statements for one in asked)
    assert homes == alone + 2
    assert read(engine, plan(MEASURES, draw=observed()), customers=customers)[1].statements == 2
