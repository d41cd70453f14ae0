from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from drawn_pilot import START, cap, csv_file, only, opted_out, parquet_file, plan

from pitcairn.design.assignment import alone, arm_of, arm_salt, bucket, is_kept_out, start_of
from pitcairn.design.eligibility import IN_ANOTHER_PILOT, KEPT_OUT, NOT_TAKEN, OPTED_OUT
from pitcairn.design.plan import HoldoutPlan, Plan, SourcePlan
from pitcairn.errors import DataError
from pitcairn.evidence.draw import Draw, count, draw
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.population import Taken

CAP = "over the contact cap of 1 in 7 days"
SAME = "of the same “home” as somebody "


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def homes(customers: int = 900, seed: int = 3) -> dict[str, str]:
    """Customer -> home; one in ten has none. Homes have the same names as some customers."""
    chance = random.Random(seed)
    return {f"{n}": "" if chance.random() < 0.1 else f"{chance.randrange(300)}" for n in range(customers)}


def files(folder: Path, living: dict[str, str], **columns: dict[str, Any]) -> dict[str, tuple[Path, ...]]:
    rows = [[who, home, *(column.get(who, "") for column in columns.values())] for who, home in living.items()]
    random.Random(5).shuffle(rows)
    return {
        "customers": csv_file(folder / "customers.csv", ["customer", "home", *columns], rows),
        "choices": csv_file(folder / "choices.csv", ["customer", "choice"], []),
        "contacts": csv_file(folder / "contacts.csv", ["customer", "sent", "channel"], []),
    }


def by_home(**changes: Any) -> Plan:
    return plan(drawn_cluster="home", **changes)


def written(drawn: Draw) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute("SELECT * FROM read_parquet(?) ORDER BY ALL", [str(drawn.files[0])]).fetchall()


def test_everybody_of_a_household_lands_in_the_arm_of_the_households_own_bucket(engine: Engine, tmp_path: Path) -> None:
    living, pilot = homes(), by_home()
    drawn = draw(engine, pilot, files(tmp_path, living), taken=(), into=tmp_path / "lists")
    rows = written(drawn)
    assert {(who, home or "") for who, _, home in rows} == set(living.items())
    for who, arm, home in rows:
        place = bucket("second-order/1/arm", home) if home else bucket("second-order/1/arm/alone", who)
        assert next(one.id for one in pilot.arms if one.first <= place < one.last) == arm
        assert arm_of(pilot, who, home) == arm
    units = defaultdict(set)
    for who, arm, home in rows:
        units[(home and f"home {home}") or f"alone {who}"].add(arm)
    assert all(len(arms) == 1 for arms in units.values())
    assert dict(drawn.units) == {one.id: sum(arms == {one.id} for arms in units.values()) for one in pilot.arms}
    assert drawn.units_in_scope == len(units)
    assert count(engine, pilot, files(tmp_path, living), taken=()).units == drawn.units


def test_a_customer_alone_and_a_household_of_the_same_name_are_drawn_apart(engine: Engine, tmp_path: Path) -> None:
    living = {f"{n}": "" for n in range(400)} | {f"c{n}": f"{n}" for n in range(400)}
    drawn = draw(engine, by_home(), files(tmp_path, living), taken=(), into=tmp_path / "lists")
    arms = {who: arm for who, arm, _ in written(drawn)}
    same = sum(arms[f"{n}"] == arms[f"c{n}"] for n in range(400))
    assert drawn.units_in_scope == 800
    assert abs(same / 400 - 1 / 3) < 0.08
    assert alone(arm_salt(by_home())) != arm_salt(by_home())


def test_the_same_draw_comes_from_text_and_from_whole_numbers_in_any_order(engine: Engine, tmp_path: Path) -> None:
    living, pilot = homes(), by_home(start_days=5)
    drawn = draw(engine, pilot, files(tmp_path, living), taken=(), into=tmp_path / "lists")
    rows = ", ".join(f"({who}, {home or 'NULL'})" for who, home in living.items())
    table = f"SELECT * FROM (VALUES {rows}) AS t(customer, home)"
    numbers = {"customers": parquet_file(tmp_path / "numbers.parquet", f"{table} ORDER BY hash(customer)")}
    again = draw(engine, pilot, files(tmp_path, living) | numbers, taken=(), into=tmp_path / "again")
    assert sorted((str(who), arm, start, home) for who, arm, start, home in written(again)) == sorted(written(drawn))


def test_a_household_starts_on_one_day_and_the_lists_say_which(engine: Engine, tmp_path: Path) -> None:
    living, pilot = homes(), by_home(start_days=7)
    drawn = draw(engine, pilot, files(tmp_path, living), taken=(), into=tmp_path / "lists")
    days: dict[str, set[date]] = defaultdict(set)
    for who, _, start, home in written(drawn):
        assert start == start_of(pilot, who, home)
        days[home or f"alone {who}"].add(start)
    assert all(len(found) == 1 for found in days.values())
    assert {day for found in days.values() for day in found} == {START + timedelta(days=n) for n in range(7)}
    listed = drawn.files[1].read_text(encoding="utf-8").splitlines()
    assert listed[0] == "customer,start"


def test_taking_a_part_takes_whole_households(engine: Engine, tmp_path: Path) -> None:
    living = homes()
    drawn = draw(engine, by_home(take=0.4), files(tmp_path, living), taken=(), into=tmp_path / "lists")
    there = {who for who, _, _ in written(drawn)}
    for home in set(living.values()) - {""}:
        members = {who for who, own in living.items() if own == home}
        assert members <= there or not members & there
    assert dict(drawn.left_out)[NOT_TAKEN] == len(living) - len(there)
    assert sum(units for _, units in drawn.units) == len({living[who] or f"alone {who}" for who in there})


def test_who_opted_out_or_is_over_a_cap_is_left_out_and_the_others_of_the_household_stay(
    engine: Engine, tmp_path: Path
) -> None:
    living = homes()
    refused, written_to = {f"{n}": "no" for n in range(0, 900, 9)}, {f"{n}" for n in range(0, 900, 10)}
    pilot = by_home(opt_out=(opted_out("customers", "mail", "no"),), caps=(cap(1, 7),))
    given = files(tmp_path, living, mail=refused)
    sent = [[who, (START - timedelta(days=2)).isoformat(), "email"] for who in sorted(written_to)]
    given["contacts"] = csv_file(tmp_path / "sent.csv", ["customer", "sent", "channel"], sent)
    drawn = draw(engine, pilot, given, taken=(), into=tmp_path / "lists")
    left = set(refused) | written_to
    assert {who for who, _, _ in written(drawn)} == set(living) - left
    assert {who: arm for who, arm, _ in written(drawn)} == {
        who: arm_of(pilot, who, home or None) for who, home in living.items() if who not in left
    }
    assert dict(drawn.left_out) == {OPTED_OUT: len(refused), CAP: len(written_to - set(refused))}


def test_nobody_is_drawn_of_a_household_that_another_pilot_has_touched(engine: Engine, tmp_path: Path) -> None:
    """Also where the one who was drawn there is out of this pilot's scope."""
    living = homes()
    line = {who: "tea" if int(who) % 7 == 0 else "coffee" for who in living}
    there = [f"{n}" for n in range(0, 900, 35)]
    rows = ", ".join(f"('{who}', 'early')" for who in there)
    path = parquet_file(tmp_path / "other.parquet", f"SELECT * FROM (VALUES {rows}) AS t(customer, arm)")[0]
    taken = (Taken(path=path, reason=IN_ANOTHER_PILOT),)
    pilot = by_home(keep=only("line", "coffee"))
    drawn = draw(engine, pilot, files(tmp_path, living, line=line), taken=taken, into=tmp_path / "lists")
    touched = {living[who] for who in there} - {""}
    expected = {
        who for who, home in living.items() if line[who] == "coffee" and home not in touched and who not in there
    }
    assert {who for who, _, _ in written(drawn)} == expected
    # All of those who were drawn there are out of scope here, so that only their households show.
    assert dict(drawn.left_out)[IN_ANOTHER_PILOT] == 0
    assert dict(drawn.left_out)[SAME + IN_ANOTHER_PILOT] == drawn.in_scope - len(expected) > 0


def test_a_holdout_of_customers_keeps_their_households_out_of_a_draw_of_households(
    engine: Engine, tmp_path: Path
) -> None:
    living, kept = homes(), HoldoutPlan(share=0.05, source="customers", since=START)
    drawn = draw(engine, by_home(holdout=kept), files(tmp_path, living), taken=(), into=tmp_path / "lists")
    held = {who for who in living if is_kept_out(kept, who)}
    beside = {living[who] for who in held} - {""}
    assert {who for who, _, _ in written(drawn)} == {
        who for who, home in living.items() if who not in held and home not in beside
    }
    assert dict(drawn.left_out)[KEPT_OUT] == len(held)
    assert dict(drawn.left_out)[SAME + KEPT_OUT] > 0


@pytest.mark.parametrize("source", ["customers", "register"])
def test_a_holdout_of_households_keeps_whole_ones_out_wherever_they_are_named(
    engine: Engine, tmp_path: Path, source: str
) -> None:
    living = homes()
    kept = HoldoutPlan(share=0.2, source=source, since=START, cluster="home")
    given = files(tmp_path, living)
    given["register"] = given["customers"]
    register = SourcePlan(id="register", kind="wide", customer="customer")
    for pilot in (by_home(holdout=kept), plan(holdout=kept)):
        asked = plan(**{**_fields(pilot), "sources": (*pilot.sources, register)})
        drawn = draw(engine, asked, given, taken=(), into=tmp_path / f"lists-{asked.drawn_cluster}")
        there = {row[0] for row in written(drawn)}
        assert there == {who for who, home in living.items() if not is_kept_out(kept, who, home or None)}
        assert dict(drawn.left_out)[KEPT_OUT] == len(living) - len(there)
        assert 0.1 < 1 - len(there) / len(living) < 0.3


def test_shops_beside_a_holdout_of_customers_are_all_left_out_and_the_way_out_is_told(
    engine: Engine, tmp_path: Path
) -> None:
    living = {f"{n}": f"shop {n % 4}" for n in range(800)}
    kept = HoldoutPlan(share=0.05, source="customers", since=START)
    with pytest.raises(DataError, match="of the same “home” as somebody kept out of all pilots") as caught:
        count(engine, by_home(holdout=kept), files(tmp_path, living), taken=())
    assert "a holdout by “home”" in caught.value.problems[0].hint
    whole = HoldoutPlan(share=0.05, source="customers", since=START, cluster="home")
    drawn = {f"{n}": f"shop {n % 40}" for n in range(800)}
    assert count(engine, by_home(holdout=whole), files(tmp_path, drawn), taken=()).units_in_scope == 40


def test_a_customer_in_two_rows_with_two_households_is_refused(engine: Engine, tmp_path: Path) -> None:
    living = homes()
    rows = [[who, home] for who, home in living.items()] + [["7", "another"]]
    given = files(tmp_path, living) | {"customers": csv_file(tmp_path / "twice.csv", ["customer", "home"], rows)}
    with pytest.raises(DataError, match="names 1 customer more than once"):
        count(engine, by_home(), given, taken=())


def test_a_household_column_that_has_no_one_way_to_be_text_is_refused(engine: Engine, tmp_path: Path) -> None:
    table = "SELECT range AS customer, range / 3 AS home FROM range(100)"
    given = files(tmp_path, homes()) | {"customers": parquet_file(tmp_path / "numbers.parquet", table)}
    with pytest.raises(DataError, match=r"Column “home” of source “customers” holds DOUBLE .* what is drawn: use text"):
        count(engine, by_home(), given, taken=())


def test_a_missing_household_column_is_told_before_a_row_is_read(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="hom"):
        count(engine, plan(drawn_cluster="hme"), files(tmp_path, homes()), taken=())


def _fields(pilot: Plan) -> dict[str, Any]:
    return {name: getattr(pilot, name) for name in Plan.__dataclass_fields__}
