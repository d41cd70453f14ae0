from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from drawn_pilot import csv_file, measure, numbered, only, opted_out, plan

from pitcairn.design.plan import ObservedPlan, SourcePlan
from pitcairn.errors import DataError
from pitcairn.evidence.baseline import baseline
from pitcairn.evidence.engine import Engine

CHANCE = np.random.default_rng(11)
SPEND = {number: round(float(value), 2) for number, value in enumerate(CHANCE.gamma(0.5, 40.0, 400))}
VISITS = {number: int(value) for number, value in enumerate(CHANCE.poisson(0.3, 400))}
REFUSED = dict.fromkeys(range(0, 400, 7), "no")
LINE = {number: "tea" if number % 5 == 0 else "coffee" for number in range(400)}
ELIGIBLE = [number for number in range(400) if number not in REFUSED and LINE[number] == "coffee"]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> dict[str, tuple[Path, ...]]:
    header, rows = numbered(400, spend_before=SPEND, visits_before=VISITS, mail=REFUSED, line=LINE)
    return {"customers": csv_file(tmp_path / "c.csv", header, rows)}


def policy() -> dict[str, object]:
    return {"keep": only("line", "coffee"), "opt_out": (opted_out("customers", "mail", "no"),)}


def test_an_amount_starts_from_the_eligible_customers_mean_and_spread(
    engine: Engine, files: dict[str, tuple[Path, ...]]
) -> None:
    pilot = plan(measures=(measure("spend", "sum", before="spend_before"),), **policy())
    found = baseline(engine, pilot, files, taken=())["spend"]
    values = np.array([SPEND[number] for number in ELIGIBLE])
    assert found.mean == pytest.approx(values.mean(), rel=1e-12)
    assert found.sd == pytest.approx(values.std(ddof=1), rel=1e-12)
    assert found.answered == 1
    assert found.basis == f"column “spend_before” of {len(ELIGIBLE)} eligible customers"


def test_a_capped_amount_starts_from_capped_values(engine: Engine, files: dict[str, tuple[Path, ...]]) -> None:
    pilot = plan(measures=(measure("spend", "sum", before="spend_before", cap=50.0),), **policy())
    found = baseline(engine, pilot, files, taken=())["spend"]
    values = np.minimum([SPEND[number] for number in ELIGIBLE], 50.0)
    assert (found.mean, found.sd) == pytest.approx((values.mean(), values.std(ddof=1)), rel=1e-12)


def test_a_rate_starts_from_the_share_of_customers_to_whom_it_happened(
    engine: Engine, files: dict[str, tuple[Path, ...]]
) -> None:
    pilot = plan(measures=(measure(before="visits_before", usual=0.9),), **policy())
    found = baseline(engine, pilot, files, taken=())["visits"]
    rate = np.mean([VISITS[number] > 0 for number in ELIGIBLE])
    assert found.mean == pytest.approx(rate, rel=1e-12)
    assert found.sd == pytest.approx(np.sqrt(rate * (1 - rate)), rel=1e-12)


def test_a_rate_without_a_value_before_starts_from_its_usual_level(
    engine: Engine, files: dict[str, tuple[Path, ...]]
) -> None:
    found = baseline(engine, plan(measures=(measure(usual=0.1),)), files, taken=())["visits"]
    assert (found.mean, found.sd) == pytest.approx((0.1, 0.3))
    assert found.basis == "the usual level, as written in program.yaml"


def test_what_is_not_known_is_left_out(engine: Engine, files: dict[str, tuple[Path, ...]]) -> None:
    measures = (measure("visits"), measure("spend", "sum"), measure("basket", "ratio", before="spend_before"))
    assert baseline(engine, plan(measures=measures), files, taken=()) == {}


def test_a_column_without_a_value_says_nothing(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, spend_before={3: 1.0}))}
    assert baseline(engine, plan(measures=(measure("spend", "sum", before="spend_before"),)), files, taken=()) == {}


def test_a_mean_is_known_of_those_who_have_a_value(engine: Engine, tmp_path: Path) -> None:
    some = {number: number % 5 for number in range(0, 80, 2)}
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(80, score_before=some))}
    found = baseline(engine, plan(measures=(measure("score", "mean", before="score_before"),)), files, taken=())[
        "score"
    ]
    assert found.answered == 0.5
    assert found.mean == pytest.approx(np.mean(list(some.values())))


def test_all_measures_take_one_statement(engine: Engine, files: dict[str, tuple[Path, ...]]) -> None:
    statements = []
    for measures in (
        (measure("spend", "sum", before="spend_before"),),
        (measure("spend", "sum", before="spend_before"), measure("visits", before="visits_before")),
    ):
        before = engine.statements
        baseline(engine, plan(measures=measures, **policy()), files, taken=())
        statements.append(engine.statements - before)
    assert statements[0] == statements[1] <= 2


def test_a_share_that_is_no_yes_and_no_before_is_refused(engine: Engine, tmp_path: Path) -> None:
    score = {number: 1 + number % 5 for number in range(60)}
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, happy_before=score))}
    pilot = plan(measures=(measure("happy", "share", before="happy_before"),))
    with pytest.raises(DataError, match="“happy_before” averages 3, but “happy” is a share") as caught:
        baseline(engine, pilot, files, taken=())
    assert "1 for yes and 0 for no" in str(caught.value)


def test_text_in_a_number_column_is_named_by_its_row(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, spend_before={4: "many"}))}
    with pytest.raises(DataError, match=r"c\.csv, row 5 .*“many”"):
        baseline(engine, plan(measures=(measure("spend", "sum", before="spend_before"),)), files, taken=())


def test_customers_without_names_have_a_baseline_where_somebody_else_draws(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", ["spend_before"], [[1], [2], [3]])}
    pilot = plan(
        sources=(SourcePlan(id="customers", kind="wide", customer=None),),
        observed=ObservedPlan(source="customers", column="arm", values=(), start=None),
        measures=(measure("spend", "sum", before="spend_before"),),
    )
    found = baseline(engine, pilot, files, taken=())["spend"]
    assert (found.mean, found.sd) == (2, 1)
