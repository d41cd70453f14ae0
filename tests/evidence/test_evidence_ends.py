from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence_plans import group, is_, measure, observed, parquet, plan

from pitcairn.evidence import ends
from pitcairn.evidence.collect import collect
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Facts
from pitcairn.evidence.sums import Sums, Tally


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def shop(engine: Engine, folder: Path, customers: int) -> Path:
    return parquet(
        engine,
        folder / f"{customers}.parquet",
        "SELECT i AS customer, CASE WHEN i % 2 = 0 THEN 'gift' ELSE 'control' END AS arm, i % 3 AS town, "
        "(i * 7919 % 5) / 4.0 AS spend, i * 104729 % 4 - 1 AS points, i % 9 AS earlier, "
        f"CASE WHEN i % 11 > 0 THEN i * 31 % 6 + 2 END AS score FROM range({customers}) t(i)",
    )


def asked(**changes: Any) -> Any:
    return plan(
        [
            measure("spend", before="earlier"),
            measure("capped", column="spend", before="earlier", cap=0.5),
            measure("points", before="earlier", decimals=0),
            measure("score", "mean", before="earlier"),
            measure("some", column="spend", before="earlier", where=(is_("town", 1),)),
            measure("plain", column="spend"),
            measure("bought", "any", column="spend", before="earlier"),
            measure("rate", "ratio", column="spend", over_column="earlier"),
        ],
        draw=observed(),
        groups=(group("town"),),
        **changes,
    )


def read(engine: Engine, path: Path, **changes: Any) -> tuple[Cube, Facts]:
    wanted = asked(**changes)
    return collect(engine, wanted, {"customers": (path,)}, assignment=None, as_of=wanted.end)


def bits(cube: Cube) -> dict[str, bytes]:
    return {id: b"".join(part.tobytes() for part in (b.count, b.mean, b.spread)) for id, b in cube.blocks.items()}


WAITING = ["capped", "points", "score", "some", "spend"]


def test_large_files_whose_ends_say_enough_are_not_asked_for_third_sums(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop(engine, tmp_path, 40_000)
    usual, facts = read(engine, path)
    monkeypatch.setattr(ends, "MANY", 40_000)
    cube, found = read(engine, path)
    assert bits(cube) == bits(usual)
    assert sorted(id for id, block in cube.blocks.items() if block.cubes is None) == WAITING
    assert found.statements == facts.statements
    known = {tail.measure: tail for tail in facts.tails}
    assert {tail.measure for tail in found.tails} == set(known)
    for tail in found.tails:
        assert tail.smallest == known[tail.measure].smallest
        assert abs(known[tail.measure].skew) <= tail.skew if tail.measure in WAITING else tail == known[tail.measure]
        assert tail.needed <= tail.smallest or tail == known[tail.measure]


def test_where_the_ends_do_not_say_enough_third_sums_are_asked_for_then(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop(engine, tmp_path, 300)
    usual, facts = read(engine, path)
    monkeypatch.setattr(ends, "MANY", 1)
    cube, found = read(engine, path)
    assert bits(cube) == bits(usual)
    for id, block in usual.blocks.items():
        np.testing.assert_array_equal(cube.blocks[id].cubes, block.cubes)
    assert found.tails == facts.tails
    assert found.statements == facts.statements + 1
    assert found.arms == facts.arms, "nobody is counted twice"


def test_uneven_arms_need_their_third_sums_at_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop(engine, tmp_path, 40_000)
    monkeypatch.setattr(ends, "MANY", 1)
    arms = tuple(replace(arm, share=share) for arm, share in zip(asked().arms, (0.1, 0.9), strict=True))
    wanted = replace(asked(), arms=arms)
    assert wanted.is_uneven
    cube, _ = collect(engine, wanted, {"customers": (path,)}, assignment=None, as_of=wanted.end)
    assert all(block.cubes is not None for block in cube.blocks.values())


@pytest.mark.parametrize("seed", range(20))
def test_no_values_between_the_ends_are_more_skewed(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = np.round(random.gamma(random.uniform(0.05, 3), 10, size=200)).astype(int) - int(random.integers(0, 20))
    tally = Tally((1,))
    for arm in ("a", "b"):
        half = values[:90] if arm == "a" else values[90:]
        tally.at((arm,)).add(Sums(len(half), [int(half.sum())], {(0, 0): int((half**2).sum())}))
    shown = values / 10
    centred = shown - shown.mean()
    skew = abs((centred**3).mean()) / (centred**2).mean() ** 1.5
    bound = ends.most_skewed(tally, (float(shown.min()), float(shown.max())))
    assert bound is not None
    assert skew <= bound
    assert bound == pytest.approx(np.abs(centred).max() / centred.std(), rel=1e-12)


def test_values_that_do_not_vary_have_no_skew() -> None:
    tally = Tally((0,))
    tally.at(("a",)).add(Sums(3, [6], {(0, 0): 12}))
    assert ends.most_skewed(tally, (2.0, 2.0)) is None
    assert ends.most_skewed(Tally((0,)), (0.0, 1.0)) is None


def sums_are_doubles(engine: Engine, path: Path, asked: Any, monkeypatch: pytest.MonkeyPatch) -> bool:
    said: list[str] = []
    rows = Engine.rows
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "rows", lambda self, sql, given=(): said.append(sql) or rows(self, sql, given))
        collect(engine, asked, {"customers": (path,)}, assignment=None, as_of=asked.end)
    return any(" AS DOUBLE) AS p_value_0_0" in sql for sql in said)


@pytest.mark.parametrize(("largest", "fit"), [(670_000, True), (680_000, False)])
def test_only_sums_that_cannot_pass_53_bits_are_doubles(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest: int, fit: bool
) -> None:
    """20,000 rows of 671,000 squared are just below 2⁵³; doubles would still be exact, as the answers show."""
    query = (
        f"SELECT i AS customer, CASE WHEN i % 2 = 0 THEN 'gift' ELSE 'control' END AS arm, "
        f"{largest} - i % 3 AS points, "
        "i % 9 AS earlier FROM range(20000) t(i)"
    )
    path = parquet(engine, tmp_path / "a.parquet", query)
    monkeypatch.setattr(ends, "MANY", 1)
    asked = plan([measure("points", before="earlier", decimals=0)], draw=observed())
    assert sums_are_doubles(engine, path, asked, monkeypatch) is fit
    cube, _ = collect(engine, asked, {"customers": (path,)}, assignment=None, as_of=asked.end)
    values = np.array([largest - i % 3 for i in range(0, 20_000, 2)], dtype=object)
    total, squares = int(values.sum()), int((values**2).sum())
    assert cube.blocks["points"].spread[1, 0, 0] == (10_000 * squares - total**2) / 10_000


def test_doubles_and_whole_numbers_give_the_same_bits(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop(engine, tmp_path, 3_000)
    cube, _ = read(engine, path)
    assert sums_are_doubles(engine, path, asked(), monkeypatch)
    monkeypatch.setattr("pitcairn.evidence.outcomes.safe_as_doubles", lambda *_: set())
    whole, _ = read(engine, path)
    assert bits(cube) == bits(whole)
    for id, block in whole.blocks.items():
        np.testing.assert_array_equal(cube.blocks[id].cubes, block.cubes)
