"""A reading that is cut off: its row and its files, or nothing that anybody could take for a reading."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from small_shop import a_shop, files_in, go, look, outcomes

from pitcairn.errors import DataError, PitcairnError
from pitcairn.iteration import keep as module
from pitcairn.iteration.decide import last_result
from pitcairn.ledger import history
from pitcairn.ledger.ledger import Ledger
from pitcairn.ledger.verify import verify
from pitcairn.ledger.witnesses import witnesses
from pitcairn.program import ProgramFolder

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from small_shop import look
from pitcairn.ledger.ledger import Ledger
from pitcairn.program import ProgramFolder
place, kept, append = {place!r}, Path.replace, Ledger.append
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def replace(self, target):
    if place == "before " + target.suffix:
        die()
    kept(self, target)
    if place == "after " + target.suffix:
        die()
def appended(self, *given, **named):
    if place == "before the row":
        die()
    outside = not self._connection.in_transaction
    append(self, *given, **named)
    if outside and place == "after the row":
        die()
Path.replace, Ledger.append = replace, appended
look(ProgramFolder(Path({root!r})))
"""


@pytest.fixture
def shop(tmp_path: Path) -> ProgramFolder:
    folder = a_shop(tmp_path / "shop")
    go(folder)
    outcomes(folder, gain=0.0)
    look(folder)
    outcomes(folder, gain=0.06)
    return folder


def is_whole(shop: ProgramFolder) -> bool:
    found = witnesses(shop)
    return verify(shop.ledger_file, expected_heads=found.heads, expected_results=found.results).intact


@pytest.mark.parametrize("place", ["before the row", "after the row", "before .json", "after .json", "after .html"])
def test_a_reading_killed_anywhere_leaves_a_whole_ledger_and_can_be_taken_again(
    shop: ProgramFolder, place: str
) -> None:
    script = KILLED.format(tests=str(Path(__file__).parent), place=place, root=str(shop.root))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert is_whole(shop)
    rows = history.readings(shop.ledger_file, "note", 1)
    assert len(rows) == (1 if place == "before the row" else 2)
    launch = history.launches(shop.ledger_file)[0]
    if place in ("after the row", "before .json"):
        with pytest.raises(DataError, match="not the result of the last reading"):
            last_result(shop, launch)
    else:
        assert last_result(shop, launch)[0].seq == rows[-1].seq
    taken = look(shop)
    assert last_result(shop, launch)[1].headline == taken.result.headline
    assert is_whole(shop)


def test_a_row_that_the_ledger_does_not_take_leaves_the_files_as_they_were(
    shop: ProgramFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in shop.root.rglob("*") if path.is_file()}

    def full(*_: object, **__: object) -> None:
        raise PitcairnError("the disk is full")

    monkeypatch.setattr(module.Ledger, "append", full)
    with pytest.raises(PitcairnError, match="disk is full"):
        look(shop)
    assert {path: path.read_bytes() for path in shop.root.rglob("*") if path.is_file()} == before


def test_a_folder_in_the_place_of_a_file_stops_a_reading_before_its_row(shop: ProgramFolder) -> None:
    page = shop.report_file("note", 1)
    page.unlink()
    page.mkdir()
    before = files_in(shop)
    with pytest.raises(IsADirectoryError):
        look(shop)
    assert len(history.readings(shop.ledger_file)) == 1
    assert files_in(shop) == before


def test_of_two_readings_at_once_the_files_are_those_of_the_last_row(
    shop: ProgramFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one records its row, and puts its files, between the row of the first and its files."""
    kept = module.Ledger.transaction
    calls: list[str] = []
    others = []

    def overtaken(ledger: Ledger) -> AbstractContextManager[Ledger]:
        calls.append("")
        if len(calls) == 2:
            outcomes(shop, gain=0.12)
            others.append(look(shop, by="bo").result)
        return kept(ledger)

    monkeypatch.setattr(module.Ledger, "transaction", overtaken)
    mine = look(shop).result
    assert others[0].measures != mine.measures
    assert last_result(shop, history.launches(shop.ledger_file)[0])[0].by == "bo"
    assert is_whole(shop)
