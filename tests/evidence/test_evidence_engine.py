from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from evidence_plans import csv, events, is_, wide

from pitcairn.design.plan import Condition
from pitcairn.errors import DataError, PitcairnError
from pitcairn.evidence.engine import Engine, OutOfMemory, Overflow, Unconvertible
from pitcairn.evidence.sources import condition_sql, nearest, relation
from pitcairn.evidence.sql import identifier, literal, path_literal


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def test_statements_are_counted_and_the_temporary_folder_goes(tmp_path: Path) -> None:
    with Engine.open(tmp_path / "scratch") as engine:
        engine.run("CREATE TEMPORARY TABLE t AS SELECT 1 AS x")
        assert engine.rows("SELECT x FROM t WHERE x = ?", [1]) == [(1,)]
        assert engine.statements == 2
        assert list((tmp_path / "scratch").iterdir())
    assert not list((tmp_path / "scratch").iterdir())


def test_a_scratch_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PitcairnError, match="cannot be written"):
        Engine.open(tmp_path / "file" / "scratch")


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT CAST('secret' AS DOUBLE)", Unconvertible),
        ("SELECT CAST(9000000000 AS BIGINT) * CAST(9000000000 AS BIGINT)", Overflow),
        ("SELECT * FROM read_csv(['/nowhere/secret.csv'])", DataError),
        ("SELEC 1", PitcairnError),
        ("SELECT * FROM sources", PitcairnError),
    ],
)
def test_failures_of_the_engine_are_our_errors(engine: Engine, sql: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        engine.rows(sql)
    assert type(caught.value) is kind


def test_what_does_not_fit_the_memory_limit_is_said(tmp_path: Path) -> None:
    with (
        Engine.open(tmp_path / "scratch", memory_limit="20MB", threads=1) as engine,
        pytest.raises(OutOfMemory, match="memory limit"),
    ):
        engine.rows("SELECT LENGTH(LIST(i)) FROM range(50000000) t(i)")


def test_half_of_the_memory_is_the_limit_unless_another_is_told(tmp_path: Path) -> None:
    ((own,),) = duckdb.connect().execute("SELECT current_setting('memory_limit')").fetchall()
    with Engine.open(tmp_path / "scratch") as engine:
        ((limit,),) = engine.rows("SELECT current_setting('memory_limit')")
    assert limit.split()[1] == own.split()[1]
    assert float(limit.split()[0]) == pytest.approx(float(own.split()[0]) * 5 / 8, abs=0.11)
    with Engine.open(tmp_path / "scratch", memory_limit="64MiB") as engine:
        assert engine.rows("SELECT current_setting('memory_limit')") == [("64.0 MiB",)]


def test_an_unknown_time_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(DataError, match="“Mars/Base” is not a time zone"):
        engine.use_time_zone("Mars/Base")


def test_nothing_is_fetched_from_the_network(engine: Engine) -> None:
    rows = engine.rows("SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions'")
    assert rows == [("false",), ("false",)]


@pytest.mark.parametrize("name", ["plain", 'a"b', "a'b", "x; DROP TABLE t", "ü", " ", "a.b", "select", "--"])
def test_any_name_can_name_a_column(engine: Engine, name: str) -> None:
    assert engine.rows(f"SELECT {identifier(name)} FROM (SELECT 7 AS {identifier(name)})") == [(7,)]


@pytest.mark.parametrize("value", ["", "it's", "a\\'b", "''; --", 0, -5, 10**15, 0.1, -1e-9, 1e300, True, False, None])
def test_any_value_comes_back_as_it_was(engine: Engine, value: str | float | bool | None) -> None:
    assert engine.rows(f"SELECT {literal(value)}") == [(value,)]


def test_a_day_comes_back_as_it_was(engine: Engine) -> None:
    assert engine.rows(f"SELECT {literal(date(2026, 3, 2))}") == [(date(2026, 3, 2),)]


@pytest.mark.parametrize("name", ["*.csv", "a?b.csv", "[a].csv", "it's.csv", "a;b.csv", "ü.csv", "a[*]?.csv"])
def test_any_file_name_names_one_file(engine: Engine, tmp_path: Path, name: str) -> None:
    (tmp_path / "axb.csv").write_text("x\nwrong\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text("x\nwrong\n", encoding="utf-8")
    (tmp_path / name).write_text("x\nright\n", encoding="utf-8")
    assert engine.rows(f"SELECT * FROM read_csv({path_literal(tmp_path / name)}, header = true)") == [("right",)]


VALUES = """
    customer,flag,town,amount
    a,TRUE,north,5
    b,no,South,5.0
    c,1,,10
    d,,north,
"""


@pytest.mark.parametrize(
    ("conditions", "who"),
    [
        ([], "abcd"),
        ([is_("town", "north")], "ad"),
        ([is_("town", "north", "South")], "abd"),
        ([is_("amount", 5)], "ab"),
        ([is_("amount", "5")], "a"),
        ([is_("amount", 5, "10")], "abc"),
        ([is_("flag", True)], "ac"),
        ([is_("flag", False)], "b"),
        ([is_("flag", True, False)], "abc"),
        ([Condition(column="amount", comparison="at_least", values=(5,))], "abc"),
        ([Condition(column="amount", comparison="above", values=(5.0,))], "c"),
        ([Condition(column="amount", comparison="at_most", values=(5,))], "ab"),
        ([Condition(column="amount", comparison="below", values=(10,)), is_("town", "north")], "a"),
    ],
)
def test_conditions_choose_rows(engine: Engine, tmp_path: Path, conditions: list[Condition], who: str) -> None:
    found = relation(engine, wide(), (csv(tmp_path / "a.csv", VALUES),))
    rows = engine.rows(f"SELECT customer FROM {found.sql} WHERE {condition_sql(found, conditions)} ORDER BY customer")
    assert "".join(name for (name,) in rows) == who


def test_days_are_read_in_every_way_they_are_written(engine: Engine, tmp_path: Path) -> None:
    written = [
        "2026-03-02", "2026-03-02 23:59:59", "2026-03-02T10:00", "2026-03-02T10:00:00.123", " 2026-03-02 ",
        "2026-03-01T23:30:00Z", "2026-03-01 23:30:00+00", "2026-03-02T20:00:00-02:00", "2026-03-01 23:30:00 UTC",
        "2026-03-01 23:30:00.5 UTC", "2026-03-02 20:00 Asia/Tokyo", "2026-03-01 20:00 America/New_York",
    ]  # fmt: skip
    path = csv(tmp_path / "a.csv", "\n".join(["customer,day", *(f"a,{day}" for day in written)]))
    found = relation(engine, events(), (path,))
    engine.use_time_zone("Europe/Paris")
    rows = engine.rows(f"SELECT DISTINCT {found.day('day', needed_by='a test')} FROM {found.sql}")
    assert rows == [(date(2026, 3, 2),)]


def test_the_nearest_name_forgives_capitals_spaces_and_hyphens() -> None:
    assert nearest("order value", ["Order-Value", "value"]) == "Order-Value"
    assert nearest("spnd", ["town", "Spend"]) == "Spend"
    assert nearest("spend", ["zzz"]) is None
