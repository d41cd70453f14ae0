from __future__ import annotations

import csv as reader
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence_plans import csv, events, group, is_, levels, measure, observed, parquet, plan, wide

from pitcairn.design.plan import Condition, Level, Plan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.collect import collect, needed_sources
from pitcairn.evidence.cube import START, Block, Cube
from pitcairn.evidence.engine import Engine

AS_OF = date(2026, 4, 30)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def read(engine: Engine, asked: Plan, *, assignment: Path | None = None, as_of: date = AS_OF, **files: Any) -> Any:
    given = {id: paths if isinstance(paths, tuple) else (paths,) for id, paths in files.items()}
    return collect(engine, asked, given, assignment=assignment, as_of=as_of)


def same(found: Moments, values: Any) -> None:
    wanted = Moments.of(np.asarray(values, dtype=float))
    assert found.count == wanted.count
    np.testing.assert_allclose(found.mean, wanted.mean, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.spread, wanted.spread, rtol=1e-9, atol=1e-9)
    if found.cubes is not None:
        np.testing.assert_allclose(found.cubes, wanted.cubes, rtol=1e-9, atol=1e-9)


def uneven(asked: Plan) -> Plan:
    """A tenth for the control, whatever the file says: third sums of everything are needed."""
    control, *others = asked.arms
    return replace(asked, arms=(replace(control, share=0.1), *(replace(arm, share=0.9) for arm in others)))


CUSTOMERS = """
    customer,arm,town,age,visits,spend,asked,earlier
    c1,control,north,20,0,0,yes,10
    c2,control,south,30,2,10.50,no,
    c3,gift,north,40,1,20.25,,5
    c4,gift, north ,,0,,yes,1
    c5,gift,,55,3,7,maybe,0
"""


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    return csv(tmp_path / "customers.csv", CUSTOMERS)


# --- one wide file --------------------------------------------------------------------------------------------


def test_one_wide_file_gives_the_moments_of_every_measure_by_arm(engine: Engine, customers: Path) -> None:
    asked = plan(
        [
            measure("visited", "any", column="visits"),
            measure("visits", "count", decimals=0, before="earlier"),
            measure("spend", before="earlier"),
            measure("yes", "share", column="asked", answers=("yes",)),
            measure("basket", "mean", column="spend"),
            measure("rate", "ratio", column="spend", over_column="visits"),
            measure("capped", column="spend", cap=10.0),
        ],
        draw=observed(),
    )
    cube, facts = read(engine, asked, customers=customers)
    same(cube.moments("visited")["gift",], [1, 0, 1])
    same(cube.moments("visits")["gift",], [(1, 5), (0, 1), (3, 0)])
    same(cube.moments("visits")["control",], [(0, 10), (2, 0)])
    same(cube.moments("spend")["gift",], [(20.25, 5), (7, 0)])
    same(cube.moments("yes")["control",], [1, 0])
    same(cube.moments("yes")["gift",], [1, 0])
    same(cube.moments("basket")["gift",], [20.25, 7])
    same(cube.moments("rate")["gift",], [(20.25, 1), (7, 3)])
    same(cube.moments("capped")["gift",], [10, 7])
    same(cube.moments("capped uncapped")["gift",], [20.25, 7])
    missing = {(item.measure, item.arm): item.missing for item in facts.missing}
    assert missing["spend", "gift"] == 1
    assert missing["yes", "gift"] == 1
    assert missing["visits", "gift"] == 0
    assert facts.rows == (("customers", 5),)
    assert facts.duplicates_checked


def test_groups_are_levels_of_a_column_pieces_of_a_number_and_named_conditions(engine: Engine, customers: Path) -> None:
    asked = plan(
        [measure("visits", "count")],
        draw=observed(),
        groups=(
            group("town", names=(("north", "North"),)),
            group("age", cuts=(30.0, 50.0)),
            group("big", column=None, levels=levels(big=Condition(column="spend", comparison="above", values=(10,)))),
        ),
    )
    cube, _ = read(engine, asked, customers=customers)
    assert [(dimension.id, dimension.levels) for dimension in cube.dimensions[1:]] == [
        ("town", ("North", "south", "not known")),
        ("age", ("below 30", "30 to below 50", "50 and more", "not known")),
        ("big", ("big", "other")),
    ]
    assert cube.sizes("town") == {
        ("control", "North"): 1,
        ("control", "south"): 1,
        ("gift", "North"): 2,
        ("gift", "not known"): 1,
    }
    same(cube.moments("visits", "age")["gift", "not known"], [0])
    same(cube.moments("visits", "big")["gift", "other"], [0, 3])


def test_where_keeps_rows_out_of_a_measure_and_keep_keeps_customers_out_of_the_reading(
    engine: Engine, customers: Path
) -> None:
    asked = plan(
        [
            measure("north", column="spend", where=(is_("town", "north"),)),
            measure("north_mean", "mean", column="spend", where=(is_("town", "north"),)),
            measure("share", "ratio", column="spend", where=(is_("town", "north"),), over_column="spend"),
        ],
        draw=observed(),
        keep=(Condition(column="age", comparison="at_least", values=(25,)),),
    )
    cube, facts = read(engine, asked, customers=customers)
    assert {arm.arm: arm.assigned for arm in facts.arms} == {"control": 1, "gift": 2}
    same(cube.moments("north")["gift",], [20.25, 0])
    same(cube.moments("north_mean")["gift",], [20.25])
    same(cube.moments("share")["gift",], [(20.25, 20.25), (0, 7)])
    assert facts.rows == (("customers", 5),)


def test_an_empty_cell_is_nothing_where_the_source_says_so(engine: Engine, customers: Path) -> None:
    asked = plan([measure("spend")], sources=[wide(absent="zero")], draw=observed())
    cube, facts = read(engine, asked, customers=customers)
    same(cube.moments("spend")["gift",], [20.25, 0, 7])
    assert all(item.missing == 0 for item in facts.missing)


def test_one_scan_for_the_cube_whatever_is_asked(engine: Engine, customers: Path) -> None:
    few = plan([measure("spend")], draw=observed())
    many = plan(
        [measure("spend", before="earlier"), measure("visits", "any"), measure("basket", "mean", column="spend")],
        draw=observed(),
        groups=(group("town"), group("age", cuts=(30.0,)), group("asked")),
    )
    _, first = read(engine, few, customers=customers)
    _, second = read(engine, many, customers=customers)
    assert first.statements == second.statements == 2


def test_columns_go_by_the_plans_own_words(engine: Engine, tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", "Kunde;Gruppe;Umsatz €\nc1;Brief;1,5\nc2;keiner;0\nc3;Brief;2,25")
    source = wide(columns=(("arm", "Gruppe"), ("customer", "Kunde"), ("spend", "Umsatz €")), decimal=",")
    asked = plan([measure("spend")], sources=[source], draw=observed(values=(("control", "keiner"), ("gift", "Brief"))))
    cube, _ = read(engine, asked, customers=path)
    same(cube.moments("spend")["gift",], [1.5, 2.25])


def test_a_file_from_a_spreadsheet_is_read_as_it_is(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    rows = ['customer;arm;spend;"note"', 'c1;control;"1,50";"two', 'lines; and a "";"""', "c2;gift; 2,25 ;", ""]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    asked = plan([measure("spend")], sources=[wide(decimal=",")], draw=observed(), groups=(group("note"),))
    cube, facts = read(engine, asked, customers=path)
    same(cube.moments("spend")["control",], [1.5])
    same(cube.moments("spend")["gift",], [2.25])
    assert facts.rows == (("customers", 2),)
    assert "not known" in cube.dimensions[1].levels


def test_hostile_names_of_files_columns_and_levels_are_only_names(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "it's; [odd] *"
    folder.mkdir()
    column = 'spend"; DROP TABLE x; --'
    path = folder / "a?'b*[1].csv"
    path.write_text(
        'customer,arm,"spend""; DROP TABLE x; --",town\nc1,control,1,\'); --\nc2,gift,2,"""x"\n', encoding="utf-8"
    )
    (folder / "aX'bY1.csv").write_text("customer,arm\nc9,gift\n", encoding="utf-8")
    town = group("town", column=None, levels=levels(odd=is_("town", "'); --", '"x')))
    asked = plan([measure("spend", column=column)], draw=observed(), groups=(town,))
    cube, facts = read(engine, asked, customers=path)
    same(cube.moments("spend", "town")["gift", "odd"], [2])
    assert facts.rows == (("customers", 2),)


def test_own_starts_say_who_is_counted_who_is_not_yet_and_who_was_too_early(engine: Engine, tmp_path: Path) -> None:
    path = csv(
        tmp_path / "a.csv",
        """customer,arm,start,spend
        c1,control,2026-03-02,1
        c2,control,2026-03-10,2
        c3,gift,2026-03-03 23:59:59,3
        c4,gift,2026-03-04,4
        c5,gift,2026-02-28,5""",
    )
    asked = plan([measure("spend")], draw=observed(start="start"))
    cube, facts = read(engine, asked, as_of=date(2026, 3, 16), customers=path)
    counts = {arm.arm: (arm.assigned, arm.counted, arm.pending, arm.before_start) for arm in facts.arms}
    assert counts == {"control": (2, 1, 1, 0), "gift": (3, 2, 1, 1)}
    same(cube.moments("spend")["gift",], [3, 5])
    assert cube.sizes(START) == {
        ("control", "2026-03-02"): 1,
        ("gift", "2026-03-02"): 1,  # too early counts with the first day
        ("gift", "2026-03-03"): 1,
    }
    same(cube.moments("spend", START)["gift", "2026-03-03"], [3])


def test_before_the_start_nobody_with_a_start_of_their_own_is_counted(engine: Engine, tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", "customer,arm,start,spend\nc1,control,2026-02-20,1\nc2,gift,2026-03-02,2")
    asked = plan([measure("spend")], draw=observed(start="start"))
    _, facts = read(engine, asked, as_of=date(2026, 3, 1), customers=path)
    assert {arm.arm: (arm.counted, arm.pending) for arm in facts.arms} == {"control": (0, 1), "gift": (0, 1)}


def test_before_follow_up_is_over_everybody_is_pending(engine: Engine, customers: Path) -> None:
    asked = plan([measure("spend", before="earlier")], draw=observed(), groups=(group("town"),))
    cube, facts = read(engine, asked, as_of=date(2026, 3, 14), customers=customers)
    assert [(arm.assigned, arm.counted, arm.pending) for arm in facts.arms] == [(2, 0, 2), (3, 0, 3)]
    assert cube.moments("spend") == {}
    assert cube.so_far is not None
    same(cube.so_far.moments("spend")["control",], [(10.5, 0), (0, 10)])
    _, later = read(engine, asked, as_of=date(2026, 3, 15), customers=customers)
    assert [arm.counted for arm in later.arms] == [2, 3]


def test_while_follow_up_runs_there_is_what_customers_did_so_far(engine: Engine, drawn: Path, orders: Path) -> None:
    asked = plan([of_orders("sales", "sum")], sources=[events()])
    cubes = {
        day: read(engine, asked, assignment=drawn, as_of=date(2026, 3, day), orders=orders)[0] for day in (1, 2, 9, 15)
    }
    assert cubes[1].so_far is None, "nobody has started"
    assert cubes[15].so_far is None, "everybody is counted"
    assert cubes[15].sizes()["control",] == 2
    for day in (2, 9):
        found = cubes[day].so_far
        assert found is not None
        assert cubes[day].sizes() == {}
        assert found.sizes() == cubes[15].sizes()
    sums = [
        cube.moments("sales")["control",].mean[0]
        for cube in (cubes[2].so_far, cubes[9].so_far, cubes[15])
        if cube is not None
    ]
    assert sums == sorted(sums)
    assert sums[0] < sums[-1], "orders come in day by day"


def test_an_arm_without_customers_is_a_fact_not_an_error(engine: Engine, customers: Path) -> None:
    asked = plan([measure("spend")], arms=("control", "gift", "call"), draw=observed(("control", "gift", "call")))
    _, facts = read(engine, asked, customers=customers)
    assert {arm.arm: arm.assigned for arm in facts.arms} == {"control": 2, "gift": 3, "call": 0}


def test_arms_may_be_numbers_or_yes_and_no(engine: Engine, tmp_path: Path) -> None:
    for name, query, values in (
        ("number", "SELECT i AS customer, i % 2 AS arm, i AS spend FROM range(4) t(i)", (("control", 0), ("gift", 1))),
        (
            "text",
            "SELECT i AS customer, ['0', '1.0'][1 + i % 2] AS arm, i AS spend FROM range(4) t(i)",
            (("control", 0), ("gift", 1)),
        ),
        (
            "flag",
            "SELECT i AS customer, i % 2 = 1 AS arm, i AS spend FROM range(4) t(i)",
            (("control", False), ("gift", True)),
        ),
    ):
        path = parquet(engine, tmp_path / f"{name}.parquet", query)
        cube, _ = read(engine, plan([measure("spend")], draw=observed(values=values)), customers=path)
        same(cube.moments("spend")["gift",], [1, 3])


# --- exact sums -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "more"), [(3e4, 1), (1e8, 2)])
def test_large_values_keep_their_small_variance(engine: Engine, tmp_path: Path, level: float, more: int) -> None:
    arm = "['control', 'gift'][1 + i % 2] AS arm"
    query = f"SELECT i AS customer, {arm}, {{}} + (i % 7) * 0.25 AS spend FROM range(9999) t(i)"
    path = parquet(engine, tmp_path / "a.parquet", query.format(level))
    small = parquet(engine, tmp_path / "b.parquet", query.format("1e3"))
    _, usual = read(engine, plan([measure("spend")], draw=observed()), customers=small)
    cube, facts = read(engine, plan([measure("spend")], draw=observed()), customers=path)
    values = np.array([level + (i % 7) * 0.25 for i in range(1, 9999, 2)])
    found = cube.moments("spend")["gift",]
    assert found.mean[0] == pytest.approx(values.mean(), rel=1e-15)
    assert found.covariance[0, 0] == pytest.approx(np.var(values - level, ddof=1), rel=1e-12)
    assert facts.statements == usual.statements + more, "products past 64 bits are added up again, with 38 digits"
    thirds, centred = cube.blocks["spend"].cubes, values - level - (values - level).mean()
    assert thirds is not None
    assert thirds[1, 0, 0, 0] == pytest.approx((centred**3).sum(), rel=1e-9)


def test_values_past_every_integer_are_named(engine: Engine, tmp_path: Path) -> None:
    query = "SELECT i AS customer, ['control', 'gift'][1 + i % 2] AS arm, 8e16 AS spend FROM range(20) t(i)"
    path = parquet(engine, tmp_path / "a.parquet", query)
    with pytest.raises(Exception, match=r"measure “spend” are too large .*: the largest is 8e\+16"):
        read(engine, plan([measure("spend")], draw=observed()), customers=path)


def test_the_cube_is_the_same_on_every_run_and_any_number_of_threads(engine: Engine, tmp_path: Path) -> None:
    query = (
        "SELECT i AS customer, ['control', 'gift'][1 + i % 2] AS arm, (i * 7919) % 13 AS town, "
        "((i * 104729) % 100003) / 7.0 AS spend, ((i * 1299709) % 1009) / 3.0 AS earlier FROM range(300000) t(i)"
    )
    path = parquet(engine, tmp_path / "a.parquet", query)
    asked = plan([measure("spend", before="earlier")], draw=observed(), groups=(group("town"),))
    seen = set()
    for threads in (1, 2, 4, 2):
        with Engine.open(tmp_path / "scratch", threads=threads) as other:
            cube, _ = read(other, asked, customers=path)
        block = cube.blocks["spend"]
        seen.add((block.count.tobytes(), block.mean.tobytes(), block.spread.tobytes(), cube.index.tobytes()))
    assert len(seen) == 1


# --- a draw and outcomes from other files ---------------------------------------------------------------------

ORDERS = """
    customer,day,what,amount,score
    c1,2026-03-01,order,100,
    c1,2026-03-02,order,10.50,5
    c1,2026-03-15,order,2,4
    c1,2026-03-16,order,400,1
    c2,2026-03-05T12:00:00,visit,,
    c3,2026-03-06,order,7,9
    c3,2026-03-06,visit,,
    c3,2026-03-09,order,3.25,2
    c9,2026-03-06,order,1000,3
    ,2026-03-06,order,1000,3
"""


@pytest.fixture
def drawn(engine: Engine, tmp_path: Path) -> Path:
    rows = "('c1', 'control'), ('c2', 'control'), ('c3', 'gift'), ('c4', 'gift')"
    return parquet(engine, tmp_path / "assignment.parquet", f"SELECT * FROM (VALUES {rows}) AS t(customer, arm)")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    return csv(tmp_path / "orders.csv", ORDERS)


ORDERED = (is_("what", "order"),)


def of_orders(id: str, kind: str, column: str | None = "amount", **changes: Any) -> Any:
    return measure(id, kind, "orders", **({"column": column, "where": ORDERED} | changes))


EVENT_MEASURES = [
    of_orders("ordered", "any", None),
    of_orders("orders", "count", None, decimals=0),
    of_orders("sales", "sum", before="earlier"),
    of_orders("basket", "mean", before="earlier"),
    of_orders("per_order", "ratio"),
    of_orders("capped", "sum", cap=11.0),
    of_orders("first_days", "sum", window_days=5),
    of_orders("happy", "share", "score", answers=(4, 5)),
    of_orders("scored", "any", "score", where=()),
]


def check_orders(cube: Cube) -> None:
    same(cube.moments("ordered")["control",], [1, 0])
    same(cube.moments("orders")["gift",], [2, 0])
    same(cube.moments("sales")["control",], [(12.5, 10), (0, 0)])
    same(cube.moments("sales")["gift",], [(10.25, 5), (0, 1)])
    same(cube.moments("basket")["control",], [(6.25, 10)])
    same(cube.moments("basket")["gift",], [(5.13, 5)])
    same(cube.moments("per_order")["control",], [(12.5, 2), (0, 1)])
    same(cube.moments("per_order")["gift",], [(10.25, 3), (0, 0)])
    same(cube.moments("capped")["control",], [11, 0])
    same(cube.moments("capped uncapped")["control",], [12.5, 0])
    same(cube.moments("first_days")["control",], [10.5, 0])
    same(cube.moments("happy")["control",], [1])
    same(cube.moments("happy")["gift",], [0])
    same(cube.moments("scored")["gift",], [1, 0])


def test_events_are_counted_in_each_measures_window_from_the_start(
    engine: Engine, drawn: Path, orders: Path, customers: Path
) -> None:
    asked = plan(EVENT_MEASURES, sources=[wide(), events()], groups=(group("town"),))
    cube, facts = read(engine, asked, assignment=drawn, customers=customers, orders=orders)
    check_orders(cube)
    same(cube.moments("sales", "town")["gift", "north"], [(10.25, 5), (0, 1)])
    assert facts.rows == (("customers", 5), ("orders", 10))
    assert facts.outside == 2
    assert {(item.measure, item.arm): item.missing for item in facts.missing}["basket", "gift"] == 1


def test_third_sums_come_with_the_value_and_in_uneven_arms_with_the_value_before(
    engine: Engine, drawn: Path, orders: Path, customers: Path
) -> None:
    asked = plan(EVENT_MEASURES, sources=[wide(), events()])
    files = {"customers": customers, "orders": orders}
    even, _ = read(engine, asked, assignment=drawn, **files)
    skewed, _ = read(engine, uneven(asked), assignment=drawn, **files)
    check_orders(skewed)
    assert all(moments.cubes is not None for id in skewed.blocks for moments in skewed.moments(id).values())
    assert even.moments("sales")["gift",].cubes is None
    assert even.moments("orders")["gift",].cubes is not None
    values = even.everyone("sales")
    assert values is not None
    same(values, [12.5, 0, 10.25, 0])
    values = even.everyone("per_order")
    assert values is not None
    same(values, [(12.5, 2), (0, 1), (10.25, 3), (0, 0)])


def test_third_sums_past_38_digits_leave_everything_else_as_it_is(engine: Engine, tmp_path: Path) -> None:
    arm = "['control', 'gift'][1 + i % 2] AS arm"
    path = parquet(engine, tmp_path / "a.parquet", f"SELECT i AS customer, {arm}, 1e12 + i AS spend FROM range(9) t(i)")
    cube, _ = read(engine, plan([measure("spend")], draw=observed()), customers=path)
    found = cube.moments("spend")["gift",]
    assert found.cubes is None
    assert cube.everyone("spend") is None
    assert found.spread[0, 0] == pytest.approx(np.var([1, 3, 5, 7]) * 4, rel=1e-12)


def test_several_values_before_the_start_come_in_their_order_its_own_last(
    engine: Engine, drawn: Path, orders: Path, customers: Path, tmp_path: Path
) -> None:
    """For customers without an event too, with all their products; straight and joined."""
    measures = [
        of_orders("sales", "sum", before="earlier", adjust_for=("age", "visits")),
        of_orders("basket", "mean", adjust_for=("age",)),
        of_orders("orders", "count", None, decimals=0, before="earlier"),
    ]
    asked = uneven(plan(measures, sources=[wide(), events()]))
    cube, _ = read(engine, asked, assignment=drawn, customers=customers, orders=orders)
    same(cube.moments("sales")["gift",], [(10.25, 40, 1, 5), (0, 0, 0, 1)])
    same(cube.moments("sales")["control",], [(12.5, 20, 0, 10), (0, 30, 2, 0)])
    same(cube.moments("basket")["gift",], [(5.13, 40)])
    same(cube.moments("orders")["gift",], [(2, 5), (0, 1)])
    assert cube.moments("sales")["gift",].cubes is not None
    straight = plan([measure("spend", before="earlier", adjust_for=("age",))], draw=observed())
    cube, facts = read(engine, straight, customers=customers)
    same(cube.moments("spend")["control",], [(0, 20, 10), (10.5, 30, 0)])
    assert [gap.measure for gap in facts.balance] == ["spend"]


def test_events_of_a_few_drawn_customers_among_many_give_the_same(
    engine: Engine, drawn: Path, orders: Path, customers: Path, tmp_path: Path
) -> None:
    others = (f"x{number},2026-03-0{1 + number % 9},order,5,5" for number in range(500))
    path = csv(tmp_path / "many.csv", ORDERS.strip() + "\n" + "\n".join(others))
    asked = plan(EVENT_MEASURES, sources=[wide(), events()], groups=(group("town"),))
    cube, facts = read(engine, asked, assignment=drawn, customers=customers, orders=path)
    check_orders(cube)
    assert facts.rows == (("customers", 5), ("orders", 510))


def test_events_after_the_day_of_the_reading_do_not_count(
    engine: Engine, drawn: Path, orders: Path, customers: Path
) -> None:
    asked = plan([of_orders("sales", "sum", window_days=60)], sources=[wide(), events()])
    cube, _ = read(engine, asked, assignment=drawn, as_of=date(2026, 3, 15), customers=customers, orders=orders)
    same(cube.moments("sales")["control",], [12.5, 0])


def test_events_count_from_each_customers_own_start(engine: Engine, orders: Path, tmp_path: Path) -> None:
    path = csv(
        tmp_path / "a.csv",
        """customer,arm,since,town
        c1,control,2026-03-02,north
        c2,control,2026-03-04,
        c3,gift,2026-03-08,south
        c4,gift,2026-03-20,south""",
    )
    asked = plan(
        [of_orders("sales", "sum"), of_orders("short", "sum", window_days=1), of_orders("basket", "mean")],
        sources=[wide(), events()],
        draw=observed(start="since"),
        groups=(group("town"),),
    )
    cube, facts = read(engine, asked, as_of=date(2026, 3, 31), customers=path, orders=orders)
    same(cube.moments("sales")["control",], [12.5, 0])
    same(cube.moments("sales")["gift",], [3.25])
    same(cube.moments("short")["control",], [10.5, 0])
    same(cube.moments("basket", "town")["control", "north"], [6.25])
    assert {arm.arm: arm.pending for arm in facts.arms} == {"control": 0, "gift": 1}
    same(cube.moments("sales", START)["control", "2026-03-02"], [12.5])
    same(cube.moments("sales", START)["control", "2026-03-04"], [0])


def test_wide_outcomes_are_joined_to_the_draw_and_no_row_means_what_the_source_says(
    engine: Engine, drawn: Path, customers: Path, tmp_path: Path
) -> None:
    survey = csv(tmp_path / "survey.csv", "customer,score,calls\nc1,9,2\nc3,3,\nc7,1,1")
    measures = [
        measure("score", "mean", "survey", column="score", before="earlier"),
        measure("calls", "count", "survey", column="calls", decimals=0, before="earlier"),
    ]
    for absent, wanted in (("zero", [(0, 5), (0, 1)]), ("missing", np.empty((0, 2)))):
        asked = plan(measures, sources=[wide(), wide("survey", absent=absent)])
        cube, facts = read(engine, asked, assignment=drawn, customers=customers, survey=survey)
        same(cube.moments("score")["gift",], [(3, 5)])
        same(cube.moments("calls")["gift",], wanted)
        assert facts.outside == 1
        assert facts.rows == (("customers", 5), ("survey", 3))


def test_more_measures_and_groups_of_the_same_sources_add_no_statement(
    engine: Engine, drawn: Path, orders: Path, customers: Path
) -> None:
    few = plan([of_orders("sales", "sum")], sources=[wide(), events()], groups=(group("town"),))
    many = plan(EVENT_MEASURES, sources=[wide(), events()], groups=(group("town"), group("asked"), group("arm")))
    counts = {
        read(engine, asked, assignment=drawn, customers=customers, orders=orders)[1].statements for asked in (few, many)
    }
    assert len(counts) == 1


def test_ids_of_different_types_are_compared_as_text(engine: Engine, tmp_path: Path) -> None:
    draw = parquet(
        engine, tmp_path / "d.parquet", "SELECT * FROM (VALUES ('7', 'gift'), ('8', 'control')) t(customer, arm)"
    )
    path = parquet(engine, tmp_path / "o.parquet", "SELECT 7 AS customer, DATE '2026-03-03' AS day, 5.5 AS amount")
    asked = plan([measure("sales", "sum", "orders", column="amount")], sources=[wide(), events()])
    cube, _ = read(engine, asked, assignment=draw, orders=path)
    same(cube.moments("sales")["gift",], [5.5])
    same(cube.moments("sales")["control",], [0])


def test_days_of_times_with_an_offset_are_days_of_the_programs_time_zone(engine: Engine, tmp_path: Path) -> None:
    draw = parquet(
        engine, tmp_path / "d.parquet", "SELECT * FROM (VALUES ('a', 'gift'), ('b', 'control')) t(customer, arm)"
    )
    path = csv(tmp_path / "o.csv", "customer,day,amount\na,2026-03-01T23:30:00Z,5\nb,2026-03-01T23:30:00,7")
    asked = plan(
        [measure("sales", "sum", "orders", column="amount")], sources=[wide(), events()], time_zone="Europe/Paris"
    )
    cube, _ = read(engine, asked, assignment=draw, orders=path)
    same(cube.moments("sales")["gift",], [5])
    same(cube.moments("sales")["control",], [0])


def test_a_plan_needs_its_population_only_for_what_is_read_from_it() -> None:
    sources = [wide(), events()]
    assert needed_sources(plan([of_orders("sales", "sum")], sources=sources)) == ("orders",)
    assert needed_sources(plan([of_orders("sales", "sum", before="earlier")], sources=sources)) == (
        "customers",
        "orders",
    )


def test_balance_is_the_gap_before_the_start_in_standard_deviations(engine: Engine, customers: Path) -> None:
    _, facts = read(engine, plan([measure("visits", "count", before="earlier")], draw=observed()), customers=customers)
    (found,) = facts.balance
    control, gift = np.array([10, 0]), np.array([5, 1, 0])
    wanted = (gift.mean() - control.mean()) / np.sqrt((gift.var(ddof=1) + control.var(ddof=1)) / 2)
    assert (found.measure, found.arm) == ("visits", "gift")
    assert found.gap == pytest.approx(wanted, rel=1e-12)


def test_the_skew_of_amounts_is_that_of_all_customers_values(engine: Engine, customers: Path) -> None:
    asked = plan(
        [measure("spend", before="earlier"), measure("rate", "ratio", column="spend", over_column="visits")],
        draw=observed(),
    )
    _, facts = read(engine, asked, customers=customers)
    spend, visits = np.array([0, 10.5, 20.25, 7]), np.array([0, 2, 1, 3])
    line = (spend - spend.sum() / visits.sum() * visits) / visits.mean()
    for tail, values in zip(facts.tails, (spend, line), strict=True):
        off = values - values.mean()
        assert tail.skew == pytest.approx((off**3).mean() / (off**2).mean() ** 1.5, rel=1e-9)
        assert tail.smallest == 2
        assert tail.needed == np.ceil(355 * tail.skew**2)


def test_measures_that_are_zero_for_everybody_are_named(engine: Engine, customers: Path) -> None:
    asked = plan(
        [measure("visits", "count"), measure("late", column="visits", where=(is_("town", "west"),))], draw=observed()
    )
    _, facts = read(engine, asked, customers=customers)
    assert facts.silent == ("late",)


# --- the real experiment --------------------------------------------------------------------------------------


ARMS = ("none", "mens", "womens")
PUBLISHED = {
    "visit": (0.106167, 0.182757, 0.151400),
    "conversion": (0.005726, 0.012531, 0.008837),
    "spend": (0.6528, 1.4226, 1.0772),
}
PUBLISHED_SPREAD = (11.5882, 17.7542, 15.1161)
PUBLISHED_VISITS = {
    "men's goods": (0.0998, 0.1690, 0.1109),
    "women's goods": (0.0958, 0.1664, 0.1698),
    "both": (0.1806, 0.3150, 0.2517),
}


def hillstrom() -> Plan:
    bought = (
        Level(name="both", conditions=(is_("mens", 1), is_("womens", 1))),
        Level(name="men's goods", conditions=(is_("mens", 1),)),
        Level(name="women's goods", conditions=(is_("womens", 1),)),
    )
    return plan(
        [
            measure("visit", "any", decimals=0),
            measure("conversion", "any", decimals=0),
            measure("spend", before="history", money=True),
        ],
        arms=ARMS,
        sources=[wide(customer=None)],
        draw=observed(
            column="segment", values=tuple(zip(ARMS, ("No E-Mail", "Mens E-Mail", "Womens E-Mail"), strict=True))
        ),
        groups=(group("bought", column=None, levels=bought), group("zip_code")),
    )


def test_hillstroms_arms_and_groups_come_out_to_the_digit(engine: Engine, real_data: Callable[[str], Path]) -> None:
    cube, facts = read(engine, hillstrom(), customers=real_data("hillstrom.csv"))
    assert {arm.arm: arm.assigned for arm in facts.arms} == {"none": 21_306, "mens": 21_307, "womens": 21_387}
    assert facts.rows == (("customers", 64_000),)
    assert facts.files[0].sha256 == "0e5893329d8b93cefecc571777672028290ab69865718020c78c7284f291aece"
    assert (facts.statements, facts.duplicates_checked) == (1, False)
    for id, levels_by_arm in PUBLISHED.items():
        found = [float(cube.moments(id)[arm,].mean[0]) for arm in ARMS]
        assert found == pytest.approx(levels_by_arm, abs=5e-5 if id == "spend" else 5e-7)
    spreads = [cube.moments("spend")[arm,].covariance[0, 0] ** 0.5 for arm in ARMS]
    assert spreads == pytest.approx(PUBLISHED_SPREAD, abs=5e-5)
    assert cube.dimensions[2].levels == ("Rural", "Surburban", "Urban")
    visits = cube.moments("visit", "bought")
    for level, published in PUBLISHED_VISITS.items():
        assert [float(visits[arm, level].mean[0]) for arm in ARMS] == pytest.approx(published, abs=1e-4)


def test_hillstroms_moments_are_those_of_its_rows(engine: Engine, real_data: Callable[[str], Path]) -> None:
    path = real_data("hillstrom.csv")
    cube, _ = read(engine, hillstrom(), customers=path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(reader.DictReader(stream))
    said = {"none": "No E-Mail", "mens": "Mens E-Mail", "womens": "Womens E-Mail"}
    for arm, place in ((arm, place) for arm in ARMS for place in ("Rural", "Surburban", "Urban")):
        chosen = [row for row in rows if row["segment"] == said[arm] and row["zip_code"] == place]
        same(cube.moments("visit", "zip_code")[arm, place], [int(row["visit"]) for row in chosen])
        same(
            cube.moments("spend", "zip_code")[arm, place],
            [(float(row["spend"]), float(row["history"])) for row in chosen],
        )


# --- two ways to the same numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("absent", ["missing", "zero"])
def test_a_file_read_straight_and_the_same_file_joined_to_itself_agree(
    engine: Engine, tmp_path: Path, seed: int, absent: str
) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(5, 400))

    def cells(values: Any, empty: float) -> list[str]:
        return ["" if chance.random() < empty else str(value) for value in values]

    people = [f"c{number}" for number in range(count)]
    arm = chance.choice(["control", "gift"], count)
    town = cells(chance.choice(["north", "south", "east"], count), 0.1)
    earlier = cells(np.round(chance.gamma(1, 30, count), 3), 0.2)
    spend = cells(np.round(chance.normal(5, 40, count), 2), 0.2)
    visits = cells(chance.poisson(0.7, count), 0.1)
    header = "customer,arm,town,earlier,spend,visits"
    rows = (",".join(row) for row in zip(people, arm, town, earlier, spend, visits, strict=True))
    whole = csv(tmp_path / "customers.csv", "\n".join((header, *rows)))
    measures = [
        measure("spend", before="earlier"),
        measure("visited", "any", column="visits", before="earlier"),
        measure("visits", "count", decimals=0, cap=2.0),
        measure("basket", "mean", column="spend", where=(is_("town", "north", "south"),)),
        measure("rate", "ratio", column="spend", over_column="visits", before="earlier"),
        measure("two", "share", column="visits", answers=(2,)),
    ]
    groups = (group("town"), group("earlier", cuts=(10.0, 40.0)))
    straight = plan(measures, sources=[wide(absent=absent)], draw=observed(), groups=groups)
    elsewhere = [replace(item, source="outcomes") for item in measures]
    joined = plan(elsewhere, sources=[wide(), wide("outcomes", absent=absent)], draw=observed(), groups=groups)
    first, facts = read(engine, uneven(straight), customers=whole)
    second, other = read(engine, uneven(joined), customers=whole, outcomes=whole)
    assert first.dimensions == second.dimensions
    np.testing.assert_array_equal(first.index, second.index)
    np.testing.assert_array_equal(first.customers, second.customers)
    for id, block in first.blocks.items():
        for found, wanted in zip(parts_of(second.blocks[id]), parts_of(block), strict=True):
            np.testing.assert_array_equal(found, wanted)
    assert facts.missing == other.missing
    assert facts.balance == other.balance
    expected = [
        (float(value or 0), float(before or 0))
        for value, before, who in zip(spend, earlier, arm, strict=True)
        if who == "gift" and (value or absent == "zero")
    ]
    assert first.moments("spend")["gift",].cubes is not None
    same(first.moments("spend")["gift",], expected)


def parts_of(block: Block) -> tuple[Any, Any, Any, Any]:
    return block.count, block.mean, block.spread, block.cubes
