"""Two people at once, and power cuts: real processes, really killed."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from ledger_builders import PILOT, add, filled, rows

from pitcairn.errors import PitcairnError
from pitcairn.ledger import history
from pitcairn.ledger.ledger import Ledger
from pitcairn.ledger.verify import verify

HERE = Path(__file__).parent
PREAMBLE = """
import sys, time
from pathlib import Path
from ledger_builders import add, launch_body
from pitcairn.errors import PitcairnError
from pitcairn.ledger.ledger import Ledger
import sqlite_utils
path = Path(sys.argv[1])
def say(word):
    print(word, flush=True)
say("ready")
sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@contextmanager
def process(path: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    """Another Python that has everything imported and waits for `go`."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(HERE), os.environ.get("PYTHONPATH", "")))}
    command = [sys.executable, "-c", PREAMBLE + script, str(path)]
    with subprocess.Popen(command, text=True, env=environment, **pipes) as running:  # type: ignore[call-overload]
        hear(running, "ready")
        yield running
        running.kill()


def hear(running: subprocess.Popen[str], word: str) -> None:
    assert running.stdout is not None
    said = running.stdout.readline().strip()
    assert said == word, said + running.communicate()[1]


def go(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    running.stdin.write("go\n")
    running.stdin.flush()


def outcomes(path: Path, scripts: list[str]) -> list[str]:
    """What each of several processes says last, started together."""
    with ExitStack() as stack:
        running = [stack.enter_context(process(path, script)) for script in scripts]
        for one in running:
            go(one)
        ends = [one.communicate(timeout=60) for one in running]
    for _, complaints in ends:
        assert complaints == ""
    return [said.strip() for said, _ in ends]


def test_two_people_append_fifty_rows_each_to_a_ledger_that_is_not_there_yet(path: Path) -> None:
    script = """
with Ledger.open(path) as ledger:
    for _ in range(50):
        add(ledger, "reading", by="{name}")
say("done")
"""
    assert outcomes(path, [script.format(name=name) for name in ("Ana", "Ben")]) == ["done", "done"]
    found = verify(path)
    assert (found.rows, found.findings) == (100, ())
    assert sorted(row[6] for row in rows(path)) == ["Ana"] * 50 + ["Ben"] * 50


def test_of_several_launches_of_one_iteration_exactly_one_wins(path: Path) -> None:
    script = """
try:
    with Ledger.open(path) as ledger, ledger.transaction():
        add(ledger)
    say("launched")
except PitcairnError as error:
    say(error.code + ": " + str(error).splitlines()[0])
"""
    said = sorted(outcomes(path, [script] * 4))
    assert said == ["launched"] + ["refused: " + str(refusal) for refusal in [_refusal()] * 3]
    assert verify(path).rows == 1


def _refusal() -> str:
    return f"Iteration 1 of {PILOT} was launched already, on 2 March 2026 by Ana Ruiz."


@pytest.mark.parametrize(("last", "kept"), [("appended", 4), ("committed", 6)])
def test_a_process_killed_leaves_all_of_its_transaction_or_nothing(path: Path, last: str, kept: int) -> None:
    filled(path)
    script = """
with Ledger.open(path) as ledger:
    with ledger.transaction():
        add(ledger, iteration=3)
        add(ledger, "reading", iteration=3)
        if "{last}" == "appended":
            say("appended")
            time.sleep(60)
    say("committed")
    time.sleep(60)
"""
    with process(path, script.format(last=last)) as running:
        go(running)
        hear(running, last)
        running.kill()
        running.wait()
        assert len(history.launches(path)) == kept // 2
        assert verify(path).findings == ()
        with Ledger.open(path) as ledger:
            assert add(ledger, iteration=4).seq == kept + 1


def test_a_write_cut_off_in_the_middle_of_the_file_is_undone_by_the_next_reader(path: Path) -> None:
    """A body larger than SQLite's cache is in the file before the commit; only the journal knows what was there."""
    entries = filled(path)
    whole = path.stat().st_size
    script = """
with Ledger.open(path) as ledger, ledger.transaction():
    add(ledger, iteration=3, body=launch_body(note="x" * 8_000_000))
    say("appended")
    time.sleep(60)
"""
    with process(path, script) as running:
        go(running)
        hear(running, "appended")
        running.kill()
        running.wait()
    assert path.stat().st_size > whole
    assert path.with_name("ledger.db-journal").exists()
    assert history.head(path) == entries[-1].digest
    assert path.stat().st_size == whole
    assert verify(path).findings == ()


def test_wherever_the_power_is_cut_pairs_stay_pairs(path: Path) -> None:
    script = """
with Ledger.open(path) as ledger:
    say("open")
    while True:
        with ledger.transaction():
            add(ledger, "reading")
            add(ledger, "reading")
"""
    at_random = random.Random(7)
    for _ in range(4):
        with process(path, script) as running:
            go(running)
            hear(running, "open")
            time.sleep(at_random.uniform(0.01, 0.1))
            running.kill()
            running.wait()
        found = verify(path)
        assert found.findings == ()
        assert found.rows % 2 == 0
    assert found.rows > 0


def test_a_writer_waits_for_the_one_before(path: Path) -> None:
    filled(path)
    script = """
with Ledger.open(path) as ledger, ledger.transaction():
    add(ledger, iteration=3)
    say("holding")
    time.sleep(0.5)
"""
    with process(path, script) as running:
        go(running)
        hear(running, "holding")
        with Ledger.open(path) as ledger:
            assert add(ledger, iteration=4).seq == 6
        running.wait()
    assert verify(path).findings == ()


def test_a_writer_who_waited_too_long_is_told_so(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as first, Ledger.open(path, wait_seconds=0.1) as second, first.transaction():
        with pytest.raises(PitcairnError, match=r"is in use: somebody else(.|\n)*try again in a moment"):
            add(second, iteration=3)
        add(first, iteration=4)
    assert [row.number for row in history.launches(path)] == [1, 2, 4]


def test_opening_a_ledger_that_somebody_is_just_making_waits_and_says_so(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PitcairnError, match="is in use"):
            Ledger.open(path, wait_seconds=0.1)


def test_a_reader_who_does_not_let_go_stops_a_commit_cleanly(path: Path) -> None:
    filled(path)
    with Ledger.open(path, wait_seconds=0.1) as ledger:
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM entries").fetchone()
            with pytest.raises(PitcairnError, match="is in use"):
                add(ledger, iteration=3)
        assert add(ledger, iteration=3).seq == 5
    assert verify(path).findings == ()


def test_readers_are_not_kept_waiting_by_a_writer(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as ledger, ledger.transaction():
        add(ledger, iteration=3)
        assert len(history.launches(path)) == 2
    assert len(history.launches(path)) == 3


def test_a_full_disk_keeps_nothing_and_says_so(path: Path) -> None:
    entries = filled(path)
    with Ledger.open(path) as ledger:
        pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        ledger._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(PitcairnError, match=r"was left as it was: database or disk is full"):
            add(ledger, iteration=3, body={"note": "x" * 100_000})
    assert history.head(path) == entries[-1].digest
