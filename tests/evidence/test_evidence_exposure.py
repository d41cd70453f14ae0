from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from evidence_plans import csv, events, group, is_, measure, observed, parquet, plan, wide

from pitcairn.design.plan import ExposurePlan, Plan
from pitcairn.evidence.collect import collect, needed_sources
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.exposure import DIMENSION, NOT_REACHED, REACHED
from pitcairn.evidence.facts import Facts

AS_OF = date(2026, 4, 30)

CUSTOMERS = """
    customer,arm,began,town,spend,opened,seen
    c1,control,2026-03-02,north,1,no,
    c2,control,2026-03-09,south,2,yes,2026-03-03
    c3,gift,2026-03-02,north,3,yes,2026-03-02
    c4,gift,2026-03-09,south,4,TRUE,2026-03-22
    c5,gift,2026-03-02,north,5,0,2026-03-16
    c6,gift,2026-03-02,north,6,,
"""
SENDS = """
    customer,day,state
    c3,2026-03-01,delivered
    c3,2026-03-15,delivered
    c3,2026-03-15,delivered
    c4,2026-03-16,delivered
    c5,2026-03-03,bounced
    c2,2026-03-04,delivered
    c9,2026-03-04,delivered
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "customers": csv(tmp_path / "customers.csv", CUSTOMERS),
        "flags": csv(tmp_path / "flags.csv", CUSTOMERS.replace("    c6,gift,2026-03-02,north,6,,\n", "")),
        "sends": csv(tmp_path / "sends.csv", SENDS),
        "outcomes": csv(tmp_path / "outcomes.csv", "customer,spend\nc1,1\nc2,2\nc3,3\nc4,4\nc5,5\nc6,6"),
    }


@pytest.fixture
def drawn(engine: Engine, tmp_path: Path) -> Path:
    pairs = [("c1", "control"), ("c2", "control"), *((f"c{number}", "gift") for number in (3, 4, 5, 6))]
    values = ", ".join(f"('{customer}', '{arm}')" for customer, arm in pairs)
    return parquet(engine, tmp_path / "draw.parquet", f"SELECT * FROM (VALUES {values}) t(customer, arm)")


def exposure(source: str = "customers", **changes: Any) -> ExposurePlan:
    given: dict[str, Any] = {"source": source, "column": None, "day": None, "where": (), "would_have_been": False}
    return ExposurePlan(**given | changes)


def read(engine: Engine, asked: Plan, files: dict[str, Path], drawn: Path | None = None) -> tuple[Cube, Facts]:
    given = {id: (files[id],) for id in needed_sources(asked)}
    return collect(engine, asked, given, assignment=drawn, as_of=AS_OF)


def reached(facts: Facts) -> dict[str, tuple[int, int]]:
    return {item.arm: (item.reached, item.counted) for item in facts.exposure}


SOURCES = (wide(), wide("flags"), wide("outcomes"), events("sends"))
SPEND = measure("spend")
APART = measure("spend", source="outcomes", column="spend")


@pytest.mark.parametrize("place", ["customers", "flags"])
@pytest.mark.parametrize("start", [None, "began"])
@pytest.mark.parametrize(
    ("asked", "control", "gift"),
    [
        ({"column": "opened"}, {None: 1, "began": 1}, {None: 2, "began": 2}),
        ({"where": (is_("opened", "yes"),)}, {None: 1, "began": 1}, {None: 1, "began": 1}),
        ({"day": "seen"}, {None: 1, "began": 0}, {None: 1, "began": 2}),
        ({"column": "opened", "day": "seen"}, {None: 1, "began": 0}, {None: 1, "began": 2}),
    ],
)
def test_a_row_a_customer_says_who_was_reached_in_their_own_follow_up(
    engine: Engine, files: dict[str, Path], place: str, start: str | None, asked: Any, control: Any, gift: Any
) -> None:
    """In the one file, or in another that lacks a customer; with one start for all, or starts of their own."""
    asked_plan = plan([SPEND], sources=SOURCES, draw=observed(start=start), exposure=exposure(place, **asked))
    _, facts = read(engine, asked_plan, files)
    assert reached(facts) == {"control": (control[start], 2), "gift": (gift[start], 4)}


@pytest.mark.parametrize("said", ["nan", "inf", "NaN", "never"])
def test_what_is_no_number_says_of_nobody_that_they_were_reached(
    engine: Engine, files: dict[str, Path], tmp_path: Path, said: str
) -> None:
    path = csv(tmp_path / "said.csv", CUSTOMERS.replace(",0,2026-03-16", f",{said},2026-03-16"))
    asked = plan([SPEND], sources=SOURCES, draw=observed(), exposure=exposure(column="opened"))
    _, facts = read(engine, asked, files | {"customers": path})
    assert reached(facts) == {"control": (1, 2), "gift": (2, 4)}


@pytest.mark.parametrize(("start", "control", "gift"), [(None, 1, 1), ("began", 0, 2)])
def test_events_say_it_by_one_row_in_the_follow_up(
    engine: Engine, files: dict[str, Path], start: str | None, control: int, gift: int
) -> None:
    asked = exposure("sends", where=(is_("state", "delivered"),))
    _, facts = read(engine, plan([SPEND], sources=SOURCES, draw=observed(start=start), exposure=asked), files)
    assert reached(facts) == {"control": (control, 2), "gift": (gift, 4)}


@pytest.mark.parametrize("place", ["customers", "flags", "sends"])
def test_reached_customers_of_a_draw_are_a_piece_of_the_same_cube(
    engine: Engine, files: dict[str, Path], drawn: Path, place: str
) -> None:
    asked = plan([APART], sources=SOURCES, groups=(group("town"),))
    told = exposure(place, column=None if place == "sends" else "opened")
    plain, without = read(engine, asked, files, drawn)
    cube, facts = read(engine, replace(asked, exposure=told), files, drawn)
    only = cube.only(DIMENSION, REACHED)
    spends = {"control": [2.0], "gift": [3.0, 5.0] if place == "sends" else [3.0, 4.0]}
    for arm, wanted in spends.items():
        found = only.moments("spend")[arm,]
        assert (found.count, found.mean[0]) == (len(wanted), sum(wanted) / len(wanted))
    rest = cube.only(DIMENSION, NOT_REACHED).sizes()
    assert {arm: rest[arm,] + only.sizes()[arm,] for (arm,) in rest} == {arm: n for (arm,), n in plain.sizes().items()}
    assert cube.moments("spend")["gift",].mean == plain.moments("spend")["gift",].mean
    assert facts.statements <= without.statements + 1, "a source more may be counted, and nothing is read twice"
