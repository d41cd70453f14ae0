"""`pitcairn rehearse` at the terminal."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from command_builders import ANSWERS

from pitcairn.iteration.rehearse import REPETITIONS
from pitcairn.program import ProgramFolder

CUSTOMERS = 600


@pytest.fixture
def program(call, tmp_path) -> ProgramFolder:
    call("init", "tea")
    folder = ProgramFolder(tmp_path / "tea")
    text = folder.program_file.read_text()
    folder.program_file.write_text(f"{text}simulated: All customers are made up.\n")
    data = folder.root / "data"
    customers = [f"c{n},{'north' if n % 3 else 'south'},{'true' if n % 60 == 0 else 'false'}" for n in range(CUSTOMERS)]
    (data / "customers.csv").write_text("\n".join(["customer_id,home_shop,opted_out", *customers, ""]))
    (data / "messages-1.csv").write_text("customer_id,sent_on,event\nc1,2026-02-27,sent\n")
    said = call("-C", "tea", "new", "p", *ANSWERS, "--no-input", "--start", "2026-03-02", "--owner", "CRM")
    assert said.code == 0, said.err
    return folder


def everything_in(folder: ProgramFolder) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}


def test_a_rehearsal_is_a_table_of_scenarios_and_verdicts(call, program):
    before = everything_in(program)
    said = call("-C", "tea", "rehearse", "p", "--repetitions", "4")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    heads = next(line for line in lines if "Promote" in line)
    assert heads.split("  ")[-1].strip() == "Withheld"
    assert all(name in heads for name in ("Adapt", "Stop", "Cannot tell"))
    for scenario in ("no effect", "the worth-it gain", "a harm as large"):
        counts = next(line for line in lines if line.startswith(scenario)).removeprefix(scenario).split()
        assert sum(map(int, counts)) == 4
    assert "of 4 rehearsals (likely between" in " ".join(said.out.split())
    assert lines[-1] == "Next: pitcairn -C tea launch p --dry-run"
    assert all(len(line) <= 80 for line in lines)
    assert everything_in(program) == before


def test_without_a_terminal_progress_is_one_line(call, program):
    said = call("-C", "tea", "rehearse", "p", "--repetitions", "2")
    assert said.err.splitlines() == ["Rehearsing 2 times with no effect, with a gain and with a harm …"]
    assert call("-C", "tea", "rehearse", "p", "--repetitions", "2", "-q").err == ""


def test_at_a_terminal_progress_is_a_bar(call, program, monkeypatch):
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    screen = Terminal(io.BytesIO(), encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stderr", screen)
    said = call("-C", "tea", "rehearse", "p", "--repetitions", "2")
    assert said.code == 0
    assert isinstance(screen.buffer, io.BytesIO)
    shown = screen.buffer.getvalue().decode()
    assert "Rehearsing" in shown
    assert "2/2" in shown


def test_a_rehearsal_as_data_holds_what_is_shown_and_is_the_same_again(call, program):
    words = ("-C", "tea", "rehearse", "p", "--repetitions", "3", "--json")
    found = call(*words).json
    assert found["schema"] == "pitcairn.rehearse/1"
    assert [one["id"] for one in found["rehearsal"]["scenarios"]] == ["none", "gain", "harm"]
    assert sum(count for _, count in found["rehearsal"]["scenarios"][1]["arms"][0]["verdicts"]) == 3
    assert found == call(*words).json
    assert found["rehearsal"]["scenarios"] != call(*words, "--seed", "2").json["rehearsal"]["scenarios"]


def test_a_pilot_that_cannot_be_rehearsed_says_what_to_declare(call, program):
    text = program.program_file.read_text()
    lines = [line for line in text.splitlines() if "usual:" not in line and "before:" not in line]
    program.program_file.write_text("\n".join(lines) + "\n")
    said = call("-C", "tea", "rehearse", "p")
    assert said.code == 6
    assert "cannot be rehearsed" in said.err
    assert "`before: COLUMN`" in said.err


def test_the_help_names_the_real_default(call, tmp_path: Path):
    assert f"default: {REPETITIONS}" in call("rehearse", "--help").out
