"""Whole households drawn by `launch`: one arm, one start, ranges by household, from the draw to the delivery list."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from small_shop import CUSTOMERS, END, LAUNCHED, START, a_shop, go, look, luck

from pitcairn.canonical import plain
from pitcairn.design.assignment import arm_of, start_of
from pitcairn.design.plan import Plan
from pitcairn.design.resolve import resolve
from pitcairn.errors import DataError
from pitcairn.evidence.collect import collect
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.health import check
from pitcairn.iteration.locked import launched
from pitcairn.iteration.outlook import outlook
from pitcairn.iteration.rehearse import rehearse
from pitcairn.iteration.together import together
from pitcairn.program import ProgramFolder
from pitcairn.promotion.handing import export
from pitcairn.reading.details import ALL
from pitcairn.reading.result import Result
from pitcairn.spec.load import load


def home(number: int) -> str:
    """Every tenth customer lives alone; the others in homes of one to six."""
    return "" if number % 10 == 3 else f"{int(1400 * luck(number, 'home') ** 1.3)}"


def living(root: Path, *, more: str = "", holdout: str = "") -> ProgramFolder:
    """The small shop with a column `home`, drawn by it; what people did before is alike within a home."""
    shop = a_shop(root)
    path = shop.iteration_file("note", 1)
    path.write_text(path.read_text(encoding="utf-8") + f"cluster: home\n{more}", encoding="utf-8")
    shop.program_file.write_text(shop.program_file.read_text(encoding="utf-8") + holdout, encoding="utf-8")
    lines = ["id,area,visited,opted_out,home"]
    for number in range(CUSTOMERS):
        visited = int(luck(home(number) or f"c{number}", "before") < 0.1)
        lines.append(f"c{number:05d},{('town', 'land')[number % 2]},{visited},{int(number % 100 == 7)},{home(number)}")
    (root / "data" / "customers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return shop


def rows(shop: ProgramFolder) -> list[dict[str, Any]]:
    path = str(shop.assignment_file("note", 1))
    found = duckdb.connect().execute("SELECT * FROM read_parquet(?) ORDER BY customer", [path])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def unit(row: dict[str, Any]) -> str:
    return f"home {row['cluster']}" if row["cluster"] else row["customer"]


def visits(shop: ProgramFolder, gain: float = 0.0) -> dict[str, int]:
    """Whole homes come or stay away together; the note adds `gain` to a rate of 20 %."""
    found = {row["customer"]: int(luck(unit(row), "visit") < 0.2 + gain * (row["arm"] == "note")) for row in rows(shop)}
    lines = ["id,visit,complaint", *(f"{who},{came},{int(luck(who, 'spam') < 0.002)}" for who, came in found.items())]
    (shop.root / "data" / "outcomes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found


def plan_of(shop: ProgramFolder) -> Plan:
    return resolve(load(shop, "note", 1))


def check_of(result: Result, id: str) -> Any:
    return next(one for one in result.health if one.id == id)


def ranges(result: Result) -> tuple[float, float, float]:
    row = next(row for row in result.details if row.measure == "visit" and row.arm == "note" and row.where == ALL)
    return float(row.difference), float(row.low), float(row.high)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[ProgramFolder, Result, dict[str, int]]:
    shop = living(tmp_path_factory.mktemp("homes") / "shop")
    go(shop)
    came = visits(shop, gain=0.08)
    return shop, look(shop).result, came


def test_the_launch_draws_whole_homes_and_the_ledger_knows_how_many(tmp_path: Path) -> None:
    shop = living(tmp_path / "shop")
    planned = outlook(shop, "note", 1)
    done = go(shop)
    plan, drawn = plan_of(shop), rows(shop)
    assert {row["customer"]: row["arm"] for row in drawn} == {
        f"c{number:05d}": arm_of(plan, f"c{number:05d}", home(number) or None)
        for number in range(CUSTOMERS)
        if number % 100 != 7
    }
    arms = defaultdict(set)
    for row in drawn:
        arms[unit(row)].add(row["arm"])
    counts = {arm: sum(found == {arm} for found in arms.values()) for arm in ("usual", "note")}
    assert sum(counts.values()) == len(arms)
    assert dict(done.units) == dict(planned.units) == counts
    assert {one.arm: one.units for one in launched(shop, "note", 1).body.arms} == counts
    assert any("What is drawn is “home”" in sentence for sentence in planned.sentences)


def test_the_range_is_the_one_by_home_and_the_customers_own_would_be_too_narrow(
    read: tuple[ProgramFolder, Result, dict[str, int]],
) -> None:
    """Against sums by home, worked out here; what was known before the start says nothing of the outcome."""
    shop, result, came = read
    sums: dict[str, dict[str, list[float]]] = {
        "usual": defaultdict(lambda: [0, 0]),
        "note": defaultdict(lambda: [0, 0]),
    }
    for row in rows(shop):
        of = sums[row["arm"]][unit(row)]
        of[0], of[1] = of[0] + came[row["customer"]], of[1] + 1
    rates, error, alone = [], 0.0, 0.0
    for units in sums.values():
        visit, size = np.array(list(units.values())).T
        rates.append(rate := visit.sum() / size.sum())
        error += ((visit - rate * size) / size.mean()).var(ddof=1) / len(size)
        alone += rate * (1 - rate) / size.sum()
    difference, error, alone = rates[1] - rates[0], error**0.5, alone**0.5
    found, low, high = ranges(result)
    assert found == pytest.approx(difference, abs=0.01)
    assert (high - low) / 2 / 1.96 == pytest.approx(error, rel=0.05)
    assert (high - low) / 2 / 1.96 > 1.4 * alone


def test_health_counts_homes(read: tuple[ProgramFolder, Result, dict[str, int]]) -> None:
    shop, result, _ = read
    units = {arm: len({unit(row) for row in rows(shop) if row["arm"] == arm}) for arm in ("usual", "note")}
    sizes = check_of(result, "sizes")
    assert sizes.state == "pass"
    assert f"{units['usual']:,} / {units['note']:,} by “home”" in sizes.sentence
    assert check_of(result, "sizes_within").state == "pass"
    assert check_of(result, "alike").state == "pass"
    assert any("What was drawn is “home”" in sentence for sentence in result.method)


def test_a_home_in_two_arms_is_seen_and_nothing_is_read(read: tuple[ProgramFolder, Result, dict[str, int]]) -> None:
    shop, *_ = read
    moved = shop.root / "moved.parquet"
    one = next(row for row in rows(shop) if row["cluster"] and row["arm"] == "note")
    duckdb.connect().execute(
        "COPY (SELECT customer, CASE WHEN customer = $who THEN 'usual' ELSE arm END AS arm, cluster "
        f"FROM read_parquet($path)) TO '{moved}' (FORMAT parquet)",
        {"who": one["customer"], "path": str(shop.assignment_file("note", 1))},
    )
    files = {id: (shop.root / "data" / f"{id}.csv",) for id in ("customers", "outcomes")}
    with (
        Engine.open(shop.scratch) as engine,
        pytest.raises(DataError, match="The draw was by “home”, and its file has one whose"),
    ):
        collect(engine, plan_of(shop), files, assignment=moved, as_of=END)


def test_homes_that_were_lost_on_one_side_ring_the_alarm(read: tuple[ProgramFolder, Result, dict[str, int]]) -> None:
    """A third of the homes with the note gone: the planned half is no half any more, by home."""
    shop, *_ = read
    kept = shop.root / "kept.parquet"
    duckdb.connect().execute(
        "COPY (SELECT * FROM read_parquet($path) WHERE arm = 'usual' OR hash(COALESCE(cluster, customer)) % 3 > 0) "
        f"TO '{kept}' (FORMAT parquet)",
        {"path": str(shop.assignment_file("note", 1))},
    )
    files = {id: (shop.root / "data" / f"{id}.csv",) for id in ("customers", "outcomes")}
    plan = plan_of(shop)
    with Engine.open(shop.scratch) as engine:
        _, facts = collect(engine, plan, files, assignment=kept, as_of=END)
    assert {one.id: one.state for one in check(plan, facts, plan_unchanged=True)}["sizes"] == "fail"


SPREAD = {"more": "starts_over: 2 weeks\n"}


def spread(root: Path) -> ProgramFolder:
    shop = living(root, **SPREAD)
    path = shop.iteration_file("note", 1)
    path.write_text(path.read_text(encoding="utf-8").replace("end: 2026-03-16", "end: 2026-03-29"), encoding="utf-8")
    return shop


def on(shop: ProgramFolder, day: date) -> Result:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=1)
    return look(shop, now=now, today=now.date()).result


def test_homes_start_on_one_day_and_looks_by_day_go_by_home(tmp_path: Path) -> None:
    shop = spread(tmp_path / "shop")
    go(shop)
    plan, drawn = plan_of(shop), rows(shop)
    assert all(row["start"] == start_of(plan, row["customer"], row["cluster"]) for row in drawn)
    visits(shop, gain=0.08)
    early = on(shop, START + timedelta(days=3))
    assert check_of(early, "sizes").state == "pass"
    assert " by “home”" in check_of(early, "sizes").sentence
    whole = on(shop, date(2026, 3, 28))
    assert "drawn by “home”" in check_of(whole, "sizes_over_time").sentence
    assert check_of(whole, "sizes_over_time").state == "pass"
    _, low, high = ranges(whole)
    other = living(tmp_path / "other")
    go(other)
    visits(other, gain=0.08)
    _, least, most = ranges(look(other).result)
    # All have started by then, so the range is about as wide as with one start for all.
    assert high - low == pytest.approx(most - least, rel=0.15)


def test_the_delivery_list_gives_a_home_one_place_within_its_arm(
    read: tuple[ProgramFolder, Result, dict[str, int]],
) -> None:
    shop, *_ = read
    done = export(shop, "note")
    homes = {row["customer"]: unit(row) for row in rows(shop)}
    with next(path for path in done.files if path.suffix == ".csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert {row["customer"] for row in listed} == set(homes)
    places = defaultdict(set)
    for row in listed:
        places[homes[row["customer"]]].add(int(row["pilot_bucket"]))
        cut = next(cut for cut in done.cuts if cut.arm == row["arm"])
        assert cut.first <= int(row["pilot_bucket"]) < cut.last
    assert all(len(found) == 1 for found in places.values())


def test_rehearsals_draw_homes_and_find_nothing_where_nothing_is(tmp_path: Path) -> None:
    """Customers one by one would be believed about three times as often as the plan allows."""
    found = rehearse(living(tmp_path / "shop"), "note", 1, repetitions=12)
    assert any("Every rehearsal draws by “home”" in sentence for sentence in found.notes)
    flat = living(tmp_path / "flat")
    path = flat.iteration_file("note", 1)
    path.write_text(path.read_text(encoding="utf-8").replace("cluster: home\n", ""), encoding="utf-8")
    assert found.expected < rehearse(flat, "note", 1, repetitions=1).expected


HOLDOUT = "holdout: {share: 20%, source: customers, since: 2026-03-01, cluster: home}\n"


def test_a_holdout_of_homes_is_read_by_home(tmp_path: Path) -> None:
    shop = living(tmp_path / "shop", holdout=HOLDOUT)
    go(shop)
    visits(shop)
    lines = ["id,visit,complaint"]
    for number in range(CUSTOMERS):
        lines.append(f"c{number:05d},{int(luck(home(number) or number, 'visit') < 0.2)},0")
    (shop.root / "data" / "outcomes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = shop.program_file.read_text(encoding="utf-8")
    covers = "customer: id, covers: {first: 2026-03-02, last: 2026-03-15}}\nmeasures"
    shop.program_file.write_text(text.replace("customer: id}\nmeasures", covers), encoding="utf-8")
    now = datetime(2026, 3, 17, 12, tzinfo=UTC)
    taken = together(shop, START, date(2026, 3, 15), by="ada", now=now, today=now.date(), measures=("visit",))
    said = json.dumps(plain(taken.result), ensure_ascii=False)
    assert " by “home”" in said
    assert "Per part, by what was drawn" in said
    assert "Kept out is everybody of a “home” that has" in said


def test_a_second_launch_of_the_question_leaves_homes_of_the_first_alone(tmp_path: Path) -> None:
    """Also those of a home who were not drawn the first time."""
    shop = living(tmp_path / "shop", more="take: 50%\n")
    go(shop)
    text = shop.iteration_file("note", 1).read_text(encoding="utf-8")
    later = text.replace("2026-03-02", "2026-04-02").replace("2026-03-16", "2026-04-16").replace("take: 50%\n", "")
    changed = "changed:\n  - {what: more, why: to see}\n"
    shop.iteration_file("note", 2).write_text(later + changed, encoding="utf-8")
    first = {row["cluster"] for row in rows(shop)} - {None}
    done = go(shop, number=2, now=LAUNCHED + timedelta(days=20), today=date(2026, 3, 21))
    path = str(shop.assignment_file("note", 2))
    second = duckdb.connect().execute("SELECT DISTINCT cluster FROM read_parquet(?)", [path]).fetchall()
    assert not first & {cluster for (cluster,) in second}
    reasons = {one.reason: one.count for one in done.left_out}
    assert "of the same “home” as somebody drawn in an earlier iteration of this pilot" in reasons
