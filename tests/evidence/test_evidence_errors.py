"""Data that is not as declared: what the person is told, and that no customer is named in it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from evidence_plans import csv, events, group, is_, levels, measure, observed, parquet, plan, wide

from pitcairn.design.plan import Condition, Plan
from pitcairn.errors import DataError
from pitcairn.evidence.collect import collect
from pitcairn.evidence.engine import Engine

AS_OF = date(2026, 4, 30)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def refused(engine: Engine, asked: Plan, *, assignment: Path | None = None, **files: Any) -> str:
    """The message of the DataError that reading gives."""
    given = {id: paths if isinstance(paths, tuple) else (paths,) for id, paths in files.items()}
    with pytest.raises(DataError) as caught:
        collect(engine, asked, given, assignment=assignment, as_of=AS_OF)
    assert caught.value.exit_code == 4
    message = str(caught.value)
    assert "secret" not in message, "customers' ids begin with “secret” here"
    return message


def simple(**changes: Any) -> Plan:
    return plan([measure("spend")], draw=observed(), **changes)


def customers(tmp_path: Path, *rows: str, header: str = "customer,arm,spend") -> Path:
    return csv(tmp_path / "customers.csv", "\n".join((header, *rows)))


# --- values ---------------------------------------------------------------------------------------------------


def test_text_in_a_number_column_is_shown_with_its_row(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1", "secret2,gift,n/a", "secret3,gift,x")
    message = refused(engine, simple(), customers=path)
    assert "customers.csv, row 2 (the header is not counted): “n/a” in column “spend” is not a number" in message
    assert "measure “spend”" in message


def test_a_row_number_counts_rows_not_lines_and_names_the_file(engine: Engine, tmp_path: Path) -> None:
    first = csv(tmp_path / "one.csv", 'customer,arm,spend,note\nsecret1,control,1,"two\nlines"')
    second = csv(tmp_path / "two.csv", 'customer,arm,spend,note\nsecret2,gift,2,"two\nlines"\nsecret3,gift,oops,')
    message = refused(engine, simple(), customers=(first, second))
    assert "two.csv, row 2 (the header is not counted): “oops”" in message


def test_decimal_commas_are_recognised_and_the_way_to_declare_them_is_told(engine: Engine, tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", "customer;arm;spend\nsecret1;control;1,50\nsecret2;gift;2")
    message = refused(engine, simple(), customers=path)
    assert "“1,50” in column “spend” is not a number" in message
    assert 'under source “customers” in program.yaml:  decimal: ","' in message


def test_with_decimal_commas_a_point_is_not_taken_for_one(engine: Engine, tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", "customer;arm;spend\nsecret1;control;1,50\nsecret2;gift;1.234")
    message = refused(engine, simple(sources=[wide(decimal=",")]), customers=path)
    assert "row 2 (the header is not counted): “1.234”" in message
    assert "write numbers like 1234,56" in message


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999"])
@pytest.mark.parametrize("kind", ["sum", "any", "mean"])
def test_numbers_that_are_not_finite_are_refused_in_csv(engine: Engine, tmp_path: Path, value: str, kind: str) -> None:
    path = customers(tmp_path, "secret1,control,1", f"secret2,gift,{value}")
    message = refused(engine, plan([measure("spend", kind)], draw=observed()), customers=path)
    assert f"row 2 (the header is not counted): “{value}” in column “spend” is not a" in message


@pytest.mark.parametrize("value", ["nan", "inf"])
@pytest.mark.parametrize("changes", [{"kind": "sum"}, {"kind": "any"}, {"column": "other", "before": "spend"}])
def test_numbers_that_are_not_finite_are_refused_in_parquet(
    engine: Engine, tmp_path: Path, value: str, changes: dict[str, Any]
) -> None:
    query = (
        "SELECT 'secret' || i AS customer, ['control', 'gift'][1 + i % 2] AS arm, 1 AS other, "
        f"CASE WHEN i = 70 THEN '{value}'::DOUBLE ELSE i END AS spend FROM range(100) t(i)"
    )
    path = parquet(engine, tmp_path / "a.parquet", query)
    message = refused(engine, plan([measure("spend", **changes)], draw=observed()), customers=path)
    assert f"a.parquet, row 71 (the header is not counted): “{value}” in column “spend” is not a" in message


def test_a_group_cannot_be_cut_at_numbers_that_are_not_finite(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1,3", "secret2,gift,2,nan", header="customer,arm,spend,age")
    message = refused(engine, simple(groups=(group("age", cuts=(5.0,)),)), customers=path)
    assert "row 2 (the header is not counted): “nan” in column “age”" in message
    assert "group “age”" in message


def test_a_value_that_no_integer_holds_is_shown_with_its_row(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,5e12", "secret2,gift,1e30")
    message = refused(engine, simple(), customers=path)
    assert "row 2 (the header is not counted): “1e30” in column “spend” is too large" in message


def test_text_in_a_bound_is_an_error_and_text_in_a_list_is_just_another_answer(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1,10", "secret2,gift,2,old", header="customer,arm,spend,age")
    bound = Condition(column="age", comparison="at_least", values=(18,))
    assert "row 2 (the header is not counted): “old” in column “age”" in refused(
        engine, plan([measure("spend", where=(bound,))], draw=observed()), customers=path
    )
    listed = plan([measure("spend", where=(is_("age", 10),))], draw=observed())
    cube, _ = collect(engine, listed, {"customers": (path,)}, assignment=None, as_of=AS_OF)
    assert cube.moments("spend")["gift",].mean[0] == 0


def test_a_day_that_is_none_is_shown_with_its_row(engine: Engine, tmp_path: Path) -> None:
    path = customers(
        tmp_path, "secret1,control,1,2026-03-02", "secret2,gift,2,3.3.2026", header="customer,arm,spend,day"
    )
    message = refused(engine, plan([measure("spend")], draw=observed(start="day")), customers=path)
    assert "row 2 (the header is not counted): “3.3.2026” in column “day” is not a day" in message
    assert "year-month-day" in message


def test_an_event_on_a_day_that_is_none_is_shown_with_its_row(engine: Engine, tmp_path: Path) -> None:
    draw = parquet(engine, tmp_path / "draw.parquet", "SELECT 'secret1' AS customer, 'gift' AS arm")
    path = csv(tmp_path / "orders.csv", "customer,day,amount\nsecret1,2026-03-02,1\nsecret1,2026-02-30,2")
    asked = plan([measure("sales", "sum", "orders", column="amount")], sources=[wide(), events()])
    message = refused(engine, asked, assignment=draw, orders=path)
    assert "orders.csv, row 2 (the header is not counted): “2026-02-30” in column “day” is not a day" in message


# --- customers and arms ---------------------------------------------------------------------------------------


def test_a_customer_twice_is_counted_and_the_first_repeat_is_pointed_at(engine: Engine, tmp_path: Path) -> None:
    rows = ("secret1,control,1", "secret2,gift,2", "secret1,control,1", "secret3,gift,2", "secret3,gift,2")
    message = refused(engine, simple(), customers=customers(tmp_path, *rows))
    assert "2 customers are in source “customers” more than once; the first repeat is row 3 of customers.csv" in message
    assert "more than one arm" not in message


def test_a_customer_in_two_arms_is_called_that(engine: Engine, tmp_path: Path) -> None:
    rows = ("secret1,control,1", "secret2,gift,2", "secret1,gift,1", "secret2,gift,2")
    message = refused(engine, simple(), customers=customers(tmp_path, *rows))
    assert "2 customers are in source “customers” more than once" in message
    assert "1 of them is in more than one arm." in message


def test_a_repeat_in_another_file_of_the_source_is_found_there(engine: Engine, tmp_path: Path) -> None:
    one = csv(tmp_path / "one.csv", "customer,arm,spend\nsecret1,control,1\nsecret2,gift,1")
    two = csv(tmp_path / "two.csv", "customer,arm,spend\nsecret3,control,1\nsecret2,gift,1")
    message = refused(engine, simple(), customers=(one, two))
    assert "1 customer is in source “customers” more than once; the first repeat is row 2 of two.csv" in message


def test_customers_who_are_not_in_scope_may_be_there_twice(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "a,control,1", "b,gift,1", "c,other,1", "c,other,2")
    asked = simple(keep=(is_("arm", "control", "gift"),))
    _, facts = collect(engine, asked, {"customers": (path,)}, assignment=None, as_of=AS_OF)
    assert facts.rows == (("customers", 4),)


def test_rows_without_a_customer_are_refused(engine: Engine, tmp_path: Path) -> None:
    message = refused(engine, simple(), customers=customers(tmp_path, "secret1,control,1", ",gift,2"))
    assert "1 row without a customer, the first in row 2 of customers.csv" in message


def test_a_drawn_customer_twice_in_the_population_is_refused(engine: Engine, tmp_path: Path) -> None:
    draw = parquet(engine, tmp_path / "d.parquet", "SELECT 'secret' || i AS customer, 'gift' AS arm FROM range(3) t(i)")
    people = csv(tmp_path / "customers.csv", "customer,town\nsecret1,north\nsecret2,south\nsecret1,south")
    orders = csv(tmp_path / "orders.csv", "customer,day\nsecret1,2026-03-02")
    asked = plan([measure("sales", "any", "orders")], sources=[wide(), events()], groups=(group("town"),))
    message = refused(engine, asked, assignment=draw, customers=people, orders=orders)
    assert "1 customer is in source “customers” more than once; the first repeat is row 3" in message


def test_a_customer_twice_in_a_wide_outcome_file_is_refused(engine: Engine, tmp_path: Path) -> None:
    draw = parquet(engine, tmp_path / "d.parquet", "SELECT 'secret' || i AS customer, 'gift' AS arm FROM range(3) t(i)")
    survey = csv(tmp_path / "survey.csv", "customer,score\nsecret1,1\nsecret1,2")
    asked = plan([measure("score", "mean", "survey", column="score")], sources=[wide(), wide("survey")])
    message = refused(engine, asked, assignment=draw, survey=survey)
    assert "1 customer is in source “survey” more than once" in message


def test_arms_that_the_plan_does_not_know_are_all_named(engine: Engine, tmp_path: Path) -> None:
    rows = ("secret1,control,1", "secret2,gfit,2", "secret3,gfit,2", "secret4,Phone,1", "secret5,,1")
    message = refused(engine, simple(), customers=customers(tmp_path, *rows))
    assert "Column “arm” says “gfit” for 2 customers, which is no arm of the plan" in message
    assert "did you mean “gift”?" in message
    assert "“Phone” for 1 customer" in message
    assert "Column “arm” is empty for 1 customer: they have no arm." in message
    assert "customers: keep" in message


def test_unknown_arms_are_named_when_outcomes_come_from_another_file_too(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1", "secret2,gfit,2")
    orders = csv(tmp_path / "orders.csv", "customer,day\nsecret1,2026-03-02")
    asked = plan([measure("sales", "any", "orders")], sources=[wide(), events()], draw=observed())
    assert "says “gfit” for 1 customer" in refused(engine, asked, customers=path, orders=orders)


def test_customers_without_a_start_are_counted(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1,2026-03-02", "secret2,gift,2,", header="customer,arm,spend,day")
    message = refused(engine, plan([measure("spend")], draw=observed(start="day")), customers=path)
    assert "Column “day” is empty for 1 customer: they have no start." in message


def test_nobody_in_scope_is_said(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1", "secret2,gift,2")
    assert "No customer is in scope" in refused(engine, simple(keep=(is_("arm", "call"),)), customers=path)


# --- columns and files ----------------------------------------------------------------------------------------


def test_a_missing_column_names_who_needs_it_what_there_is_and_the_nearest(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1", header="customer,arm,Spent EUR")
    asked = plan([measure("spend", column="spent_eur")], draw=observed())
    message = refused(engine, asked, customers=path)
    assert "Source “customers” (customers.csv) has no column “spent_eur”, which measure “spend” needs." in message
    assert "It has: customer, arm, Spent EUR." in message
    assert 'columns: {spent_eur: "Spent EUR"}' in message


def test_a_mapped_column_that_is_gone_is_named_by_both_names(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1")
    message = refused(engine, simple(sources=[wide(columns=(("spend", "revenue"),))]), customers=path)
    assert "has no column “revenue” (“spend” in the plan)" in message


def test_an_empty_file_is_called_empty(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(b"")
    assert "customers.csv is empty." in refused(engine, simple(), customers=path)


def test_a_header_without_rows_is_called_that(engine: Engine, tmp_path: Path) -> None:
    assert "Source “customers” has a header and no rows." in refused(engine, simple(), customers=customers(tmp_path))


def test_an_event_file_without_rows_is_no_events(engine: Engine, tmp_path: Path) -> None:
    draw = parquet(engine, tmp_path / "d.parquet", "SELECT 'a' AS customer, 'gift' AS arm")
    orders = csv(tmp_path / "orders.csv", "customer,day,amount")
    asked = plan([measure("sales", "sum", "orders", column="amount")], sources=[wide(), events()])
    cube, facts = collect(engine, asked, {"orders": (orders,)}, assignment=draw, as_of=AS_OF)
    assert cube.moments("sales")["gift",].count == 1
    assert facts.silent == ("sales",)


def test_two_columns_of_one_name_are_refused_whatever_the_capitals(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "secret1,control,1,2", header="customer,arm,spend,Spend")
    assert "customers.csv has more than one column “spend”." in refused(engine, simple(), customers=path)


def test_text_that_is_not_utf_8_is_refused_in_the_header_and_below(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes("customer,arm,spend,straße\na,control,1,x\n".encode("latin-1"))
    assert "customers.csv is not UTF-8 text." in refused(engine, simple(), customers=path)
    path.write_bytes("customer,arm,spend,town\nsecret1,control,1,x\nsecret2,gift,1,Köln\n".encode("latin-1"))
    message = refused(engine, simple(groups=(group("town"),)), customers=path)
    assert "customers.csv, line 3 is not UTF-8 text." in message


def test_a_row_with_too_many_values_is_pointed_at_without_being_quoted(engine: Engine, tmp_path: Path) -> None:
    message = refused(engine, simple(), customers=customers(tmp_path, "secret1,control,1", "secret2,gift,2,9"))
    assert "customers.csv, line 3 has more or fewer values than the header has names." in message


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not a table at all, only text"])
def test_a_parquet_file_that_is_none_is_called_that(engine: Engine, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "customers.parquet"
    path.write_bytes(content)
    assert "customers.parquet is not a complete Parquet file" in refused(engine, simple(), customers=path)


def test_a_parquet_file_cut_short_is_called_that(engine: Engine, tmp_path: Path) -> None:
    query = "SELECT i AS customer, 'gift' AS arm, i AS spend FROM range(10000) t(i)"
    whole = parquet(engine, tmp_path / "whole.parquet", query).read_bytes()
    path = tmp_path / "customers.parquet"
    path.write_bytes(whole[: len(whole) // 2])
    assert "customers.parquet is not a complete Parquet file" in refused(engine, simple(), customers=path)


def test_a_packed_csv_cut_short_is_called_that(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00")
    assert "customers.csv.gz cannot be read: it was cut short" in refused(engine, simple(), customers=path)


def test_files_of_one_source_must_have_the_same_columns(engine: Engine, tmp_path: Path) -> None:
    one = csv(tmp_path / "one.csv", "customer,arm,spend\nsecret1,control,1")
    two = csv(tmp_path / "two.csv", "customer,arm,spent\nsecret2,gift,1")
    message = refused(engine, simple(), customers=(one, two))
    assert "two.csv does not have the same columns as one.csv: lacks “spend” and adds “spent”." in message


def test_files_of_one_source_may_have_their_columns_in_another_order(engine: Engine, tmp_path: Path) -> None:
    one = csv(tmp_path / "one.csv", "customer,arm,spend\na,control,1")
    two = csv(tmp_path / "two.csv", "spend;customer;arm\n2;b;gift")
    cube, facts = collect(engine, simple(), {"customers": (one, two)}, assignment=None, as_of=AS_OF)
    assert cube.moments("spend")["gift",].mean[0] == 2
    assert len(facts.files) == 2


def test_csv_and_parquet_are_not_mixed_in_one_source(engine: Engine, tmp_path: Path) -> None:
    one = csv(tmp_path / "one.csv", "customer,arm,spend\na,control,1")
    two = parquet(engine, tmp_path / "two.parquet", "SELECT 'b' AS customer, 'gift' AS arm, 1 AS spend")
    assert "they must be of one kind" in refused(engine, simple(), customers=(one, two))


def test_a_kind_of_file_that_cannot_be_read_is_named(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "customers.xlsx"
    path.write_bytes(b"PK")
    assert "customers.xlsx cannot be read" in refused(engine, simple(), customers=path)


def test_another_file_than_the_declared_one_is_refused_with_both_fingerprints(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "a,control,1", "b,gift,1")
    message = refused(engine, simple(sources=[wide(sha256="0" * 64)]), customers=path)
    assert "0" * 64 in message
    assert "its SHA-256 is " in message


def test_a_column_of_the_wrong_kind_is_named(engine: Engine, tmp_path: Path) -> None:
    for select, trouble in (
        ("DATE '2026-03-01' AS spend, 'a' AS customer", "Column “spend” of source “customers” holds DATE"),
        ("[1, 2] AS spend, 'a' AS customer", r"holds INTEGER[] and cannot be read as a number"),
        ("1 AS spend, 1.5::DOUBLE AS customer", "holds DOUBLE and cannot be read as a customer"),
    ):
        path = parquet(engine, tmp_path / "a.parquet", f"SELECT {select}, 'gift' AS arm")
        assert trouble in refused(engine, simple(), customers=path)


# --- groups ---------------------------------------------------------------------------------------------------


def many_towns(engine: Engine, tmp_path: Path, count: int) -> Path:
    columns = "'c' || i AS customer, ['control', 'gift'][1 + i % 2] AS arm, 1 AS spend, 'town' || i AS town"
    query = f"SELECT {columns} FROM range({count}) t(i)"
    return parquet(engine, tmp_path / "towns.parquet", query)


@pytest.mark.parametrize("count", [60, 250_000])
def test_a_column_with_a_level_a_customer_is_no_group(engine: Engine, tmp_path: Path, count: int) -> None:
    path = many_towns(engine, tmp_path, count)
    message = refused(engine, simple(groups=(group("town"),)), customers=path)
    assert "Group “town” has" in message
    assert "at most 50 can be looked at" in message
    assert "cuts" in message


def test_a_level_that_nobody_would_read_is_no_level(engine: Engine, tmp_path: Path) -> None:
    columns = "'c' || i AS customer, ['control', 'gift'][1 + i % 2] AS arm, 1 AS spend, repeat('long ', 2000) AS town"
    path = parquet(engine, tmp_path / "towns.parquet", f"SELECT {columns} FROM range(60) t(i)")
    message = refused(engine, simple(groups=(group("town"),)), customers=path)
    assert "Group “town” has a level of 9,999 characters, “long long" in message
    assert len(message) < 500


def test_a_column_with_too_many_levels_is_no_group_of_a_draw_either(engine: Engine, tmp_path: Path) -> None:
    path = many_towns(engine, tmp_path, 60)
    draw = parquet(engine, tmp_path / "d.parquet", "SELECT 'c1' AS customer, 'gift' AS arm")
    orders = csv(tmp_path / "orders.csv", "customer,day\nc1,2026-03-02")
    asked = plan([measure("sales", "any", "orders")], sources=[wide(), events()], groups=(group("town"),))
    assert "Group “town” has 60 levels" in refused(engine, asked, assignment=draw, customers=path, orders=orders)


def test_many_values_with_few_names_are_few_levels(engine: Engine, tmp_path: Path) -> None:
    path = many_towns(engine, tmp_path, 60)
    names = tuple((f"town{i}", "North" if i % 2 else "South") for i in range(60))
    asked = simple(groups=(group("town", names=names),))
    cube, _ = collect(engine, asked, {"customers": (path,)}, assignment=None, as_of=AS_OF)
    assert cube.dimensions[1].levels == ("South", "North")


def test_a_level_that_nobody_is_in_is_not_there(engine: Engine, tmp_path: Path) -> None:
    path = customers(tmp_path, "a,control,1", "b,gift,1")
    town = group("spent", column=None, levels=levels(much=is_("spend", 9), some=is_("spend", 1)))
    cube, _ = collect(engine, simple(groups=(town,)), {"customers": (path,)}, assignment=None, as_of=AS_OF)
    assert cube.dimensions[1].levels == ("some",)


# --- what is no number, and days beyond any calendar ------------------------------------------------------------


def asks(comparison: Any, limit: float) -> Condition:
    return Condition(column="age", comparison=comparison, values=(limit,))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("comparison", ["at_least", "at_most", "above", "below"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_no_finite_number_fits_no_condition_and_is_shown(
    engine: Engine, tmp_path: Path, value: str, comparison: str, kind: str
) -> None:
    test = asks(comparison, 35.0)
    rows = "VALUES ('secret1', 'control', 30, 1), ('secret2', 'gift', 40, 2)"
    if kind == "csv":
        lines = ("secret1,control,30,1", "secret2,gift,40,2", f"secret3,gift,{value},100")
        path = customers(tmp_path, *lines, header="customer,arm,age,spend")
    else:
        last = f"('secret3', 'gift', CAST('{value}' AS DOUBLE), 100)"
        query = f"SELECT * FROM ({rows}, {last}) AS t(customer, arm, age, spend)"
        path = parquet(engine, tmp_path / "customers.parquet", query)
    grouped = group("old", column=None, levels=levels(old=test))
    for asked in (
        simple(keep=(test,)),
        simple(groups=[grouped]),
        plan([measure("spend", where=(test,))], draw=observed()),
    ):
        message = refused(engine, asked, customers=path)
        assert f"row 3 (the header is not counted): “{value}” in column “age” is not a" in message


# --- folders that look like columns, and files that are something else --------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_folder_called_like_a_column_does_not_speak_for_the_file(engine: Engine, tmp_path: Path, kind: str) -> None:
    paths = []
    for folder, name, arm, spend in (("arm=gift", "secret1", "control", 1), ("arm=control", "secret2", "gift", 2)):
        paths.append(tmp_path / folder / f"a.{kind}")
        paths[-1].parent.mkdir()
        query = f"SELECT '{name}' AS customer, '{arm}' AS arm, {spend} AS spend"
        engine.run(f"COPY ({query}) TO '{paths[-1]}' ({'HEADER' if kind == 'csv' else 'FORMAT parquet'})")
    cube, _ = collect(engine, simple(), {"customers": tuple(paths)}, assignment=None, as_of=AS_OF)
    found = cube.moments("spend")
    assert {arm: found[arm,].mean[0] for arm in ("control", "gift")} == {"control": 1, "gift": 2}


def test_days_of_folders_do_not_speak_for_days_of_files(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "arm=gift" / "customer=secret1" / "day=2025-01-01"
    folder.mkdir(parents=True)
    draw = "SELECT * FROM (VALUES ('secret1', 'control'), ('secret2', 'gift')) AS t(customer, arm)"
    drawn = parquet(engine, folder / "drawn.parquet", draw)
    orders = "SELECT 'secret2' AS customer, DATE '2026-03-03' AS day"
    path = parquet(engine, folder / "orders.parquet", orders)
    asked = plan([measure("orders", "count", "orders", decimals=0)], sources=[wide(), events()])
    cube, _ = collect(engine, asked, {"orders": (path,)}, assignment=drawn, as_of=AS_OF)
    found = cube.moments("orders")
    assert {arm: found[arm,].mean[0] for arm in ("control", "gift")} == {"control": 0, "gift": 1}


def test_a_folder_can_name_what_its_files_leave_out(engine: Engine, tmp_path: Path) -> None:
    paths = []
    for arm, name in (("gift", "secret1"), ("control", "secret2")):
        (tmp_path / f"arm={arm}").mkdir()
        query = f"SELECT '{name}' AS customer, 1 AS spend"
        paths.append(parquet(engine, tmp_path / f"arm={arm}" / "a.parquet", query))
    cube, _ = collect(engine, simple(), {"customers": tuple(paths)}, assignment=None, as_of=AS_OF)
    assert cube.sizes() == {("control",): 1, ("gift",): 1}


@pytest.mark.parametrize("first", [b"PAR1\x15\x00", b"PK\x03\x04\x14\x00", b"\x1f\x8b\x08\x00"])
def test_a_file_that_was_renamed_to_csv_is_told_from_one(engine: Engine, tmp_path: Path, first: bytes) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(first + b"\x00\xff" * 50)
    message = refused(engine, simple(), customers=path)
    assert "customers.csv is no CSV file, whatever its name says" in message
    assert "name a Parquet file .parquet" in message


@pytest.mark.parametrize("kept", [0.4, 0.9])
def test_a_packed_file_that_was_cut_short_is_named(engine: Engine, tmp_path: Path, kept: float) -> None:
    rows = [f"secret{number},{('control', 'gift')[number % 2]},{number}" for number in range(20_000)]
    packed = gzip.compress("\n".join(["customer,arm,spend", *rows]).encode())
    path = tmp_path / "customers.csv.gz"
    path.write_bytes(packed[: int(len(packed) * kept)])
    assert "customers.csv.gz was cut short, or is damaged" in refused(engine, simple(), customers=path)


def test_a_parquet_file_whose_inside_is_damaged_is_named(engine: Engine, tmp_path: Path) -> None:
    path = parquet(engine, tmp_path / "customers.parquet", "SELECT 'secret1' AS customer, 'gift' AS arm, 1 AS spend")
    whole = path.read_bytes()
    for at in range(4, 24):
        path.write_bytes(whole[:at] + b"\xff" * 30 + whole[at + 30 :])
        assert "customers.parquet is not a complete Parquet file" in refused(engine, simple(), customers=path)


@pytest.mark.parametrize("name", ["pitcairn_row", "PITCAIRN_ROW", "pitcairn_row_", "p_place", "numbered"])
def test_a_column_called_like_one_of_ours_hides_no_row_number(engine: Engine, tmp_path: Path, name: str) -> None:
    header = f"customer,arm,spend,{name}"
    path = customers(tmp_path, "secret1,control,1,x", "secret2,gift,oops,y", header=header)
    assert "customers.csv, row 2 (the header is not counted): “oops”" in refused(engine, simple(), customers=path)
    path = customers(tmp_path, "secret1,control,1,x", "secret1,gift,2,y", header=header)
    assert "the first repeat is row 2 of customers.csv" in refused(engine, simple(), customers=path)
    path = customers(tmp_path, "secret1,control,1", "secret1,gift,2", header=f"{name},arm,spend")
    message = refused(engine, simple(sources=[wide(customer=name)]), customers=path)
    assert "the first repeat is row 2 of customers.csv" in message
