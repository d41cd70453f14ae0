from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest
from command_builders import ANSWERS

from pitcairn.commands import targets
from pitcairn.commands.session import READERS, Session
from pitcairn.errors import Refused, SpecError
from pitcairn.program import ProgramFolder


@pytest.fixture
def program(call, tmp_path) -> ProgramFolder:
    call("init", "tea")
    call("-C", "tea", "new", "second-order", *ANSWERS, "--no-input", "--start", "2026-03-02")
    return ProgramFolder(tmp_path / "tea")


def simulate(folder: ProgramFolder, zone: str = "UTC") -> None:
    text = folder.program_file.read_text().replace("time_zone: UTC", f"time_zone: {zone}")
    folder.program_file.write_text(f"{text}simulated: All customers are made up.\n")


# --- the clock


def test_without_today_it_is_now(program):
    moment = Session().moment(program)
    assert abs((datetime.now(UTC) - moment.now).total_seconds()) < 60
    assert moment.today == moment.now.date()


def test_the_day_is_the_one_in_the_programs_time_zone(program):
    simulate(program, "Pacific/Auckland")
    moment = Session(today=date(2026, 3, 2)).moment(program)
    assert (moment.now.isoformat(), moment.today) == ("2026-03-01T23:00:00+00:00", date(2026, 3, 2))


def test_today_moves_the_clock_of_a_simulated_program_only(program, call):
    with pytest.raises(Refused, match="not declared as simulated"):
        Session(today=date(2026, 3, 2)).moment(program)
    said = call("-C", "tea", "status", "--today", "2026-03-02")
    assert (said.code, said.out) == (6, "")
    simulate(program)
    assert call("-C", "tea", "status", "--today", "2026-03-02").code == 0


def test_a_day_is_written_year_month_day(call):
    said = call("status", "--today", "2.3.2026")
    assert said.code == 2
    assert "“2.3.2026” is not a date" in said.err


# --- who, what, which


def git(*words: str, cwd: Path) -> None:
    subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True)


def test_who_acts_is_the_name_given_then_gits_then_the_systems(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "none"))
    monkeypatch.setenv("LOGNAME", "the-system")
    assert targets.person("Ann", tmp_path) == "Ann"
    assert targets.person(None, tmp_path) == "the-system"
    git("init", "-q", cwd=tmp_path)
    git("config", "user.name", "Zoë of git", cwd=tmp_path)
    assert targets.person(None, tmp_path) == "Zoë of git"
    monkeypatch.setenv("PATH", "")
    assert targets.person(None, tmp_path) == "the-system"


def test_files_are_named_by_source_and_may_be_many(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = targets.files_by_source(("orders=a=1.csv", "orders=b.csv", "customers=/c.csv"))
    assert found == {"orders": (tmp_path / "a=1.csv", tmp_path / "b.csv"), "customers": (Path("/c.csv"),)}


@pytest.mark.parametrize("written", ["orders.csv", "=orders.csv", "orders="])
def test_a_file_without_a_source_is_wrong_usage(written):
    with pytest.raises(click.BadParameter, match="is not SOURCE=FILE"):
        targets.files_by_source((written,))


def test_the_latest_iteration_is_meant_unless_one_is_named(program):
    first = program.iteration_file("second-order", 1)
    program.iteration_file("second-order", 12).write_text(first.read_text())
    assert targets.iteration_number(program, "second-order", None) == 12
    assert targets.iteration_number(program, "second-order", 1) == 1
    with pytest.raises(SpecError, match=r"no iteration-3\.yaml.\n.*it has: iteration-1\.yaml, iteration-12\.yaml"):
        targets.iteration_number(program, "second-order", 3)


def test_an_unknown_pilot_is_answered_with_the_nearest(program):
    with pytest.raises(SpecError, match=r"There is no pilot “second-oder”(.|\n)*did you mean “second-order”"):
        targets.iteration_number(program, "second-oder", None)
    with pytest.raises(SpecError, match="pilots here: second-order"):
        targets.iteration_number(program, "xyz", None)


# --- check, status, list


def test_check_tells_every_problem_of_all_files_with_its_place(call, program):
    for file, key, wrong in (
        (program.program_file, "currency:", "curency:"),
        (program.pilot_file("second-order"), "challenge:", "chalenge:"),
        (program.iteration_file("second-order", 1), "follow_up: 14 days", "follow_up: 14 dayz"),
    ):
        file.write_text(file.read_text().replace(key, wrong))
    said = call("-C", "tea", "check")
    assert (said.code, said.out) == (3, "")
    assert "program.yaml:5:1: “curency” is not a known key here" in said.err
    assert "pilots/second-order/pilot.yaml:7:1: “chalenge”" in said.err
    assert "“14 dayz” is not a length of time" in said.err
    assert said.err.splitlines()[-1].startswith("Nothing was changed.")
    places = [(problem["file"], problem["line"]) for problem in call("-C", "tea", "check", "--json").json["problems"]]
    assert ("program.yaml", 5) in places
    assert len(places) >= 3


def test_check_shows_the_line_and_a_caret_under_the_fault(call, program):
    program.program_file.write_text(program.program_file.read_text().replace("currency:", "curency:"))
    lines = call("-C", "tea", "check").err.splitlines()
    place = next(place for place, line in enumerate(lines) if "| curency: USD" in line)
    assert lines[place + 1].split("| ")[1] == "^^^^^^^"


def test_check_gives_advice_and_is_content(call, program):
    file = program.pilot_file("second-order")
    start = file.read_text().index("guardrails:")
    file.write_text(file.read_text()[:start] + "guardrails: []\n")
    said = call("-C", "tea", "check", "second-order")
    assert said.code == 0
    assert "! no guardrail watches over the customer" in said.out
    ids = [advice["id"] for advice in call("-C", "tea", "check", "second-order", "--json").json["advice"]]
    assert any("no-guardrail" in id for id in ids)


def test_check_of_an_iteration_needs_its_pilot(call, program):
    assert call("-C", "tea", "check", "--iteration", "1").code == 2


def test_status_says_what_waits_and_what_to_type(call, program):
    said = call("-C", "tea", "status")
    assert "second-order 1" in said.out
    assert "1 of 1 waiting for somebody." in said.out
    assert said.out.splitlines()[-1].startswith("Next: pitcairn -C tea ")


def test_status_and_list_of_a_program_without_pilots(call):
    call("init", "tea")
    for verb in ("status", "list"):
        said = call("-C", "tea", verb)
        assert said.out == "There are no pilots yet.\nNext: pitcairn -C tea new PILOT\n"
        assert call("-C", "tea", verb, "--json").json["pilots"] == []


def test_the_program_is_found_from_any_folder_below(call, program, monkeypatch):
    monkeypatch.chdir(program.pilots / "second-order")
    assert call("list", "--json").json["pilots"][0]["pilot"] == "second-order"


def test_outside_a_program_init_is_suggested(call):
    said = call("list")
    assert said.code == 3
    assert "pitcairn init NAME" in said.err


# --- ledger


def test_an_empty_ledger_is_intact(call, program):
    said = call("-C", "tea", "ledger", "verify", "--json")
    assert (said.code, said.json["ok"], said.json["rows"], said.json["findings"]) == (0, True, 0, [])


def test_a_result_the_ledger_does_not_know_is_found(call, program):
    stray = program.result_file("second-order", 1)
    stray.parent.mkdir(parents=True)
    stray.write_text('{"provenance": {"ledger_head": "' + "a" * 64 + '"}}')
    said = call("-C", "tea", "ledger", "verify")
    assert said.code == 4
    assert "× broken" in said.out
    assert "results/second-order/iteration-1.json" in said.out
    found = call("-C", "tea", "ledger", "verify", "--json").json
    assert (found["ok"], found["exit"], len(found["findings"])) == (False, 4, 2)


def test_the_command_to_type_next_names_the_files_that_were_given():
    source = "customers=my files/customers.csv"
    given = Session(program=Path("tea"), data=(source, "orders=o.csv"))
    assert given.command("pitcairn read p") == f"pitcairn -C tea read p --data '{source}' --data orders=o.csv"
    assert given.command("pitcairn status") == "pitcairn -C tea status"
    assert Session(data=("a=b",)).command("pitcairn plan p") == "pitcairn plan p --data a=b"


def test_every_verb_that_is_handed_the_files_takes_them(call):
    for verb in READERS:
        assert "--data SOURCE=FILE" in call(verb, "--help").out
