from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from drawn_pilot import assigned, cap, listed, opted_out, parquet_file
from drawn_pilot import plan as pilot
from evidence_plans import events, group, measure, plan, wide

from pitcairn.design.assignment import arm_of
from pitcairn.design.eligibility import IN_ANOTHER_PILOT, OPTED_OUT
from pitcairn.evidence.collect import collect
from pitcairn.evidence.draw import draw
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.population import Taken

KINDS = ("VARCHAR", "INTEGER", "UBIGINT")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def typed(path: Path, kind: str, rows: str) -> Path:
    """A Parquet file whose customers, the column `i` of the query, are of this kind."""
    return parquet_file(path, f"SELECT CAST(i AS {kind}) AS customer, * EXCLUDE (i) FROM ({rows})")[0]


DRAW = "SELECT i, CASE WHEN i % 2 = 0 THEN 'gift' ELSE 'control' END AS arm FROM range(200) t(i)"
TOWNS = "SELECT i, 't' || i % 3 AS town, i % 7 AS earlier FROM range(200) t(i)"
ORDERS = "SELECT i % 250 AS i, DATE '2026-03-03' AS day, (i % 11) / 4.0 AS amount FROM range(900) t(i)"
READ = plan(
    [measure("sales", "sum", "orders", column="amount", before="earlier")],
    sources=[wide(), events()],
    groups=(group("town"),),
)


def read(engine: Engine, folder: Path, kinds: tuple[str, str, str]) -> Any:
    paths = [folder / f"{name}-{kind}.parquet" for name, kind in zip(("draw", "towns", "orders"), kinds, strict=True)]
    for path, kind, rows in zip(paths, kinds, (DRAW, TOWNS, ORDERS), strict=True):
        typed(path, kind, rows)
    files = {"customers": (paths[1],), "orders": (paths[2],)}
    cube, facts = collect(engine, READ, files, assignment=paths[0], as_of=READ.end)
    block = cube.blocks["sales"]
    found = (block.count, block.mean, block.spread, cube.index)
    return tuple(array.tobytes() for array in found), facts.outside, facts.rows


def test_ids_of_every_kind_find_the_same_customers(engine: Engine, tmp_path: Path) -> None:
    found = {kinds: read(engine, tmp_path, kinds) for kinds in itertools.product(KINDS, repeat=3)}
    assert len(found) == 27
    assert len(set(found.values())) == 1
    assert next(iter(found.values()))[1] == 150, "events of customers 200 to 249"


@pytest.mark.parametrize("other", ["007", "+7", " 7", "7 ", "7.0", "0x7", "7e0", "seven", "", "9" * 30])
def test_text_that_is_no_whole_number_is_no_customer_with_a_number(engine: Engine, tmp_path: Path, other: str) -> None:
    rows = f"SELECT * FROM (VALUES ('{other}', 'gift'), ('8', 'control'), ('9', 'gift')) t(i, arm)"
    drawn = typed(tmp_path / "d.parquet", "VARCHAR", rows)
    orders = typed(tmp_path / "o.parquet", "BIGINT", ORDERS)
    asked = plan([measure("sales", "sum", "orders", column="amount")], sources=[wide(), events()])
    cube, _ = collect(engine, asked, {"orders": (orders,)}, assignment=drawn, as_of=asked.end)
    gift = cube.moments("sales")["gift",]
    ((nine,),) = duckdb.sql(f"SELECT SUM(amount) FROM '{orders}' WHERE customer = 9").fetchall()
    assert gift.count == 2
    assert gift.mean[0] == pytest.approx(nine / 2)


def test_text_in_one_file_keeps_seven_and_007_apart_in_all(engine: Engine, tmp_path: Path) -> None:
    towns = typed(tmp_path / "c.parquet", "VARCHAR", "SELECT * FROM (VALUES ('7', 1), ('007', 5)) t(i, earlier)")
    drawn = typed(tmp_path / "d.parquet", "BIGINT", "SELECT * FROM (VALUES (7, 'gift'), (8, 'control')) t(i, arm)")
    orders = typed(tmp_path / "o.parquet", "BIGINT", "SELECT 7 AS i, DATE '2026-03-03' AS day, 2.0 AS amount")
    asked = plan([measure("sales", "sum", "orders", column="amount", before="earlier")], sources=[wide(), events()])
    files = {"customers": (towns,), "orders": (orders,)}
    cube, _ = collect(engine, asked, files, assignment=drawn, as_of=asked.end)
    assert cube.moments("sales")["gift",].mean.tolist() == [2.0, 1.0]


@pytest.mark.parametrize(("kind", "kept"), [("INTEGER", "BIGINT"), ("BIGINT", "BIGINT"), ("UBIGINT", "VARCHAR")])
def test_a_draw_keeps_whole_numbers_and_nobodys_arm_moves(engine: Engine, tmp_path: Path, kind: str, kept: str) -> None:
    files = {"customers": (typed(tmp_path / "c.parquet", kind, "SELECT 95 + i AS i FROM range(120) t(i)"),)}
    drawn = draw(engine, pilot(), files, taken=(), into=tmp_path / "lists")
    found = duckdb.sql(f"SELECT typeof(customer) FROM '{drawn.files[0]}' LIMIT 1").fetchall()
    assert found == [(kept,)]
    assert {str(id): arm for id, arm in assigned(drawn.files[0])} == {
        str(id): arm_of(pilot(), str(id)) for id in range(95, 215)
    }
    assert listed(drawn.files[1]) == [str(id) for id, arm in assigned(drawn.files[0]) if arm == "early"]


@pytest.mark.parametrize(("customers", "others"), [*itertools.product(("BIGINT", "VARCHAR"), repeat=2)])
def test_rules_find_the_customers_of_any_kind_of_file(
    engine: Engine, tmp_path: Path, customers: str, others: str
) -> None:
    asked = pilot(opt_out=(opted_out("choices", "choice", "stop"),), caps=(cap(1, 7),))
    files = {
        "customers": (typed(tmp_path / "c.parquet", customers, "SELECT i FROM range(100) t(i)"),),
        "choices": (typed(tmp_path / "o.parquet", others, "SELECT 3 AS i, 'stop' AS choice"),),
        "contacts": (typed(tmp_path / "e.parquet", others, "SELECT 4 AS i, DATE '2026-03-01' AS sent"),),
    }
    elsewhere = (
        Taken(path=typed(tmp_path / "t.parquet", others, "SELECT 5 AS i"), reason=IN_ANOTHER_PILOT),
        Taken(path=typed(tmp_path / "u.parquet", "VARCHAR", "SELECT '006' AS i"), reason=IN_ANOTHER_PILOT),
    )
    drawn = draw(engine, asked, files, taken=elsewhere, into=tmp_path / "lists")
    assert dict(drawn.left_out) == {
        OPTED_OUT: 1, "over the contact cap of 1 in 7 days": 1, IN_ANOTHER_PILOT: 1,
    }  # fmt: skip
    assert sorted(int(id) for id, _ in assigned(drawn.files[0])) == [n for n in range(100) if n not in (3, 4, 5)]


def test_whole_numbers_are_not_turned_into_text(engine: Engine, tmp_path: Path, monkeypatch: Any) -> None:
    said: list[str] = []
    rows = Engine.rows
    monkeypatch.setattr(Engine, "rows", lambda self, sql, given=(): said.append(sql) or rows(self, sql, given))
    read(engine, tmp_path, ("BIGINT", "BIGINT", "BIGINT"))
    assert any("p_who" in sql for sql in said)
    assert not [sql for sql in said if 'CAST("customer" AS VARCHAR)' in sql or "CAST(customer AS VARCHAR)" in sql]
