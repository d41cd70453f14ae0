"""The reference pilots, from generator to page with the command line, held against the truth they were made with."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pitcairn.errors import Refused
from pitcairn.examples.reference import SEED, TURNS, Turn, main, reference
from pitcairn.examples.shop import demo
from pitcairn.examples.shop.truth import TRUTHS
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

ROOT = Path(__file__).parents[2]
BEHAVIOUR_OF = {
    "visited": "visit",
    "second_order": "coffee_order",
    "unsubscribed": "unsubscribe",
    "complained": "complain",
    "told_us": "tell",
    "collected": "collect",
}
"""Measure -> the behaviour whose truth it should find."""
NORMAL = 1.959964
SIMULATED = "The customers and everything they do are simulated; no real person is behind any number."


def clone(into: Path) -> Path:
    """What a clone holds of the program: its plan files."""
    into.mkdir()
    shutil.copy(ROOT / "program.yaml", into)
    shutil.copytree(ROOT / "pilots", into / "pilots", ignore=shutil.ignore_patterns("lists"))
    return into


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> ProgramFolder:
    """The reference pilots, run."""
    root = clone(tmp_path_factory.mktemp("reference") / "clone")
    assert reference(root, SEED) == 0
    return ProgramFolder(root.resolve())


@pytest.fixture(scope="module")
def customers(program: ProgramFolder) -> dict[str, dict[str, Any]]:
    return customers_of(program.root)


def customers_of(root: Path) -> dict[str, dict[str, Any]]:
    """What the shop knows of each customer, read without any of our code."""
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM '{root}/data/customers.parquet'")
        names = [column[0] for column in found.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


def assignment(folder: ProgramFolder, pilot: str, number: int) -> dict[str, str]:
    with duckdb.connect() as connection:
        path = folder.assignment_file(pilot, number)
        return dict(connection.execute(f"SELECT customer, arm FROM '{path}'").fetchall())


def result_of(folder: ProgramFolder, pilot: str, number: int) -> Any:
    return json.loads(folder.result_file(pilot, number).read_text(encoding="utf-8"))


def effects(result: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(measure, arm, effect) of everything the page shows for all customers."""
    for block in result["measures"]:
        for row in block["rows"]:
            yield block["id"], row["arm"], row["effect"]


def error_of(effect: dict[str, Any]) -> float:
    """The standard error that the shown 95 % range stands for."""
    return float(effect["high"] - effect["low"]) / (2 * NORMAL)


def mix(drawn: dict[str, str], customers: dict[str, dict[str, Any]], trait: str) -> dict[str, float]:
    return dict(Counter(str(customers[one][trait]) for one in drawn))


def by_turn(turn: Turn) -> str:
    return f"{turn.pilot}-{turn.number}"


each_turn = pytest.mark.parametrize("turn", TURNS, ids=by_turn)


@each_turn
def test_estimates_are_within_four_standard_errors_of_the_truth(
    turn: Turn, program: ProgramFolder, customers: dict[str, dict[str, Any]]
) -> None:
    truth = TRUTHS[turn.pilot, turn.number]
    shares = mix(assignment(program, turn.pilot, turn.number), customers, truth.trait)
    found = 0
    for measure, arm, effect in effects(result_of(program, turn.pilot, turn.number)):
        if measure in BEHAVIOUR_OF:
            expected = truth.average(arm, BEHAVIOUR_OF[measure], shares)
            assert effect["estimate"] == pytest.approx(expected, abs=4 * error_of(effect)), (measure, arm)
            found += 1
    assert found >= 3 * len(truth.arms)


@each_turn
def test_the_deciding_measure_is_found_in_every_group_that_reacts_differently(
    turn: Turn, program: ProgramFolder
) -> None:
    truth, result = TRUTHS[turn.pilot, turn.number], result_of(program, turn.pilot, turn.number)
    loaded = load(program, turn.pilot, turn.number)
    assert loaded.pilot is not None
    deciding = BEHAVIOUR_OF[loaded.pilot.deciding]
    group = next(table for table in result["groups"] if table["id"] == truth.trait)
    levels = {label: level for level, label in loaded.program.groups[truth.trait].names.items()}
    assert {row["level"] for row in group["rows"]} == set(levels)
    for row in group["rows"]:
        expected = truth.change(row["arm"], deciding, levels[row["level"]])
        assert row["effect"]["low"] <= expected <= row["effect"]["high"], row["level"]


def test_spend_and_answers_agree_with_the_truth(program: ProgramFolder, customers: dict[str, dict[str, Any]]) -> None:
    truth, result = TRUTHS["second-order", 1], result_of(program, "second-order", 1)
    shares = mix(assignment(program, "second-order", 1), customers, truth.trait)
    found = {(measure, arm): effect for measure, arm, effect in effects(result)}
    for arm in truth.arms:
        # The cap of 150 takes off the last few of the amounts, of which coffee has hardly any.
        spend = found["spend", arm]
        assert spend["estimate"] == pytest.approx(truth.spend(arm, shares), abs=4 * error_of(spend))
        helped = found["got_what_needed", arm]
        expected = truth.change(arm, "helped", "filter")
        assert helped["estimate"] == pytest.approx(expected, abs=4 * error_of(helped))


def test_the_pages_tell_the_stories_that_were_built_in(program: ProgramFolder) -> None:
    def codes(pilot: str, number: int) -> dict[str, str]:
        return {verdict["arm"]: verdict["code"] for verdict in result_of(program, pilot, number)["verdicts"]}

    second = result_of(program, "second-order", 1)
    assert codes("second-order", 1) == {"guide": "adapt", "grind": "cannot_tell"}
    assert next(table for table in second["groups"] if table["id"] == "brews_with")["differs_for"]
    states = {(row["arm"], row["measure"]): row["state"] for row in second["guardrails"]}
    assert states["guide", "unsubscribed"] == "held"
    assert states["grind", "unsubscribed"] == "not_shown_safe"
    assert codes("pickup-note", 1)["five"] != "adapt"
    assert codes("pickup-note", 2) == {"one": "promote"}


@each_turn
def test_every_page_says_that_its_customers_are_simulated(turn: Turn, program: ProgramFolder) -> None:
    assert SIMULATED in result_of(program, turn.pilot, turn.number)["notices"]
    page = program.report_file(turn.pilot, turn.number).read_text(encoding="utf-8")
    assert SIMULATED in page
    assert page.index(SIMULATED) < page.index("<h2")


@each_turn
def test_nobody_is_drawn_who_opted_out_or_was_contacted_too_often(
    turn: Turn, program: ProgramFolder, customers: dict[str, dict[str, Any]]
) -> None:
    iteration = load(program, turn.pilot, turn.number).iteration
    assert iteration is not None
    contacts: Counter[str] = Counter()
    with (program.root / "data" / "contacts.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if iteration.start - timedelta(days=14) <= date.fromisoformat(row["day"]) < iteration.start:
                contacts[row["customer"]] += 1
    drawn = assignment(program, turn.pilot, turn.number)
    forbidden = {one for one, known in customers.items() if known["opted_out"]}
    capped = {one for one, number in contacts.items() if number > 3}
    assert len(forbidden) > 1_000
    assert len(capped) > 300
    assert not (forbidden | capped) & set(drawn)
    lists = program.lists(turn.pilot, turn.number)
    for arm in TRUTHS[turn.pilot, turn.number].arms:
        listed = (lists / f"{arm}.csv").read_text(encoding="utf-8").split()
        assert listed[0] == "customer"
        assert sorted(listed[1:]) == sorted(one for one, its in drawn.items() if its == arm)
    assert len(list(lists.glob("*.csv"))) == len(TRUTHS[turn.pilot, turn.number].arms)


def test_only_customers_in_scope_are_drawn(program: ProgramFolder, customers: dict[str, dict[str, Any]]) -> None:
    second = assignment(program, "second-order", 1)
    assert {customers[one]["coffee_orders"] for one in second} == {1}
    note = assignment(program, "pickup-note", 1) | assignment(program, "pickup-note", 2)
    assert {customers[one]["home_store"] for one in note} == {"harbour-street"}
    assert {customers[one]["shops"] for one in note} == {"store", "both"}


def test_a_confirmation_draws_customers_who_were_not_in_the_exploration(program: ProgramFolder) -> None:
    first, second = (assignment(program, "pickup-note", number) for number in (1, 2))
    assert len(first) > 1_000
    assert len(second) > 2_000
    assert not set(first) & set(second)
    left_out = {row["reason"]: row["count"] for row in result_of(program, "pickup-note", 2)["flow"]["left_out"]}
    assert left_out["drawn in an earlier iteration of this pilot"] > 1_000


@each_turn
def test_no_customer_id_leaves_the_lists(turn: Turn, program: ProgramFolder) -> None:
    drawn = sorted(assignment(program, turn.pilot, turn.number))
    for path in (program.result_file(turn.pilot, turn.number), program.report_file(turn.pilot, turn.number)):
        text = path.read_text(encoding="utf-8")
        assert not [one for one in drawn if one in text]
    ledger = program.ledger_file.read_bytes()
    assert not [one for one in drawn[:200] if one.encode() in ledger]


def test_running_it_again_in_the_same_folder_gives_the_same_bytes(program: ProgramFolder) -> None:
    def written() -> list[bytes]:
        places = (program.result_file, program.report_file, program.assignment_file)
        return [place(turn.pilot, turn.number).read_bytes() for turn in TURNS for place in places]

    before = written()
    assert main(["--folder", str(program.root)]) == 0
    assert written() == before


def test_what_it_did_not_make_is_left_alone(tmp_path: Path) -> None:
    root = clone(tmp_path / "clone")
    mine = root / "data" / "customers.parquet"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    with pytest.raises(Refused, match="Not made by this command, so not removed: data/customers"):
        reference(root, SEED)
    assert mine.read_bytes() == b"mine"
    assert main(["--folder", str(root)]) == Refused.exit_code


def test_a_program_with_real_data_is_refused(tmp_path: Path) -> None:
    root = clone(tmp_path / "clone")
    lines = (root / "program.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    real = [line for line in lines if not line.startswith("simulated:")]
    (root / "program.yaml").write_text("".join(real), encoding="utf-8")
    with pytest.raises(Refused, match="real data"):
        reference(root, SEED)
    assert not (root / "data").exists()


def test_the_demo_finds_what_was_built_in(tmp_path: Path) -> None:
    from pitcairn.commands.group import run

    root = tmp_path / "demo"
    assert run(["demo", str(root)]) == 0
    folder = ProgramFolder(root.resolve())
    truth, result = TRUTHS[demo.PILOT, 1], result_of(folder, demo.PILOT, 1)
    shares = mix(assignment(folder, demo.PILOT, 1), customers_of(root), truth.trait)
    for measure, arm, effect in effects(result):
        if measure in BEHAVIOUR_OF:
            expected = truth.average(arm, BEHAVIOUR_OF[measure], shares)
            assert effect["estimate"] == pytest.approx(expected, abs=4 * error_of(effect)), (measure, arm)
    assert {verdict["arm"]: verdict["code"] for verdict in result["verdicts"]}["calendar"] == "adapt"
    states = {(row["arm"], row["measure"]): row["state"] for row in result["guardrails"]}
    assert states["calendar", "unsubscribed"] == "held"
    assert states["bargains", "unsubscribed"] != "held"
    table = next(table for table in result["groups"] if table["id"] == "grows_in")
    assert table["differs_for"]
    assert SIMULATED in folder.report_file(demo.PILOT, 1).read_text(encoding="utf-8")
