"""Fresh customers, and customers drawn again after a wash-out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from small_shop import ITERATION, a_shop, assigned, files_in, go, look, outcomes

from pitcairn.errors import DataError, Refused
from pitcairn.iteration.amend import close
from pitcairn.ledger import history
from pitcairn.ledger.ledger import Ledger
from pitcairn.program import ProgramFolder

SECOND = (
    ITERATION.replace("question:", "changed: [{what: a shorter note, why: few read on}]\nquestion:")
    .replace("start: 2026-03-02", "start: 2026-04-13")
    .replace("end: 2026-03-16", "end: 2026-04-27")
)
BEFORE_SECOND = datetime(2026, 4, 12, 12, tzinfo=UTC)
AFTER_SECOND = datetime(2026, 4, 28, 12, tzinfo=UTC)


def second(folder: ProgramFolder, text: str, pilot: str = "note") -> None:
    folder.iteration_file(pilot, 2).write_text(text, encoding="utf-8")


def launch_second(folder: ProgramFolder):
    return go(folder, number=2, now=BEFORE_SECOND, today=BEFORE_SECOND.date())


def test_nobody_is_drawn_twice_unless_the_plan_says_so(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    second(folder, SECOND)
    with pytest.raises(DataError, match="No customer would be drawn"):
        launch_second(folder)


def test_after_a_wash_out_customers_are_drawn_anew_and_the_page_says_so(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    second(folder, SECOND.replace("worth_it:", "redraw_after: 4 weeks\nworth_it:"))
    launch_second(folder)
    first, again = assigned(folder), assigned(folder, number=2)
    assert set(first) == set(again)
    moved = sum(first[customer] != again[customer] for customer in first)
    assert 0.45 < moved / len(first) < 0.55
    path = str(folder.assignment_file("note", 2))
    rows = duckdb.connect().execute("SELECT customer, previous_arm FROM read_parquet(?)", [path]).fetchall()
    assert dict(rows) == first
    row = history.launch_of(folder.ledger_file, "note", 2)
    assert row is not None
    assert row.body.redrawn == len(first)
    outcomes(folder, number=2)
    result = look(folder, number=2, now=AFTER_SECOND, today=AFTER_SECOND.date()).result
    assert any(notice.startswith(f"Redrawn, not fresh: {len(first):,} of these customers") for notice in result.notices)
    assert "Redrawn, not fresh" in folder.report_file("note", 2).read_text(encoding="utf-8")


def test_a_wash_out_that_is_not_over_frees_nobody(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    second(folder, SECOND.replace("worth_it:", "redraw_after: 5 weeks\nworth_it:"))
    with pytest.raises(DataError, match="No customer would be drawn"):
        launch_second(folder)


def test_closing_early_lets_the_wash_out_begin_early(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    closed = datetime(2026, 3, 5, 12, tzinfo=UTC)
    close(folder, "note", None, why="rain", by="ada", now=closed, today=closed.date())
    second(folder, SECOND.replace("worth_it:", "redraw_after: 5 weeks\nworth_it:"))
    assert sum(count for _, _, count in launch_second(folder).arms) > 0


def test_customers_stay_left_out_when_the_pilots_folder_is_renamed(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    folder.iteration_file("note", 1).write_text(
        ITERATION.replace("worth_it:", "take: 1/2\nworth_it:"), encoding="utf-8"
    )
    go(folder)
    before = set(assigned(folder))
    folder.pilot_folder("note").rename(folder.pilot_folder("card"))
    second(folder, SECOND, pilot="card")
    go(folder, "card", 2, now=BEFORE_SECOND, today=BEFORE_SECOND.date())
    assert not before & set(assigned(folder, "card", 2))


def test_a_launch_that_was_overtaken_by_another_one_draws_again(tmp_path: Path, monkeypatch) -> None:
    folder = a_shop(tmp_path, pilots=("card", "note"))
    real = Ledger.open.__func__

    def overtaken(cls, path, **given):
        monkeypatch.setattr(Ledger, "open", classmethod(real))
        go(folder, "card")
        return real(cls, path, **given)

    monkeypatch.setattr(Ledger, "open", classmethod(overtaken))
    with pytest.raises(Refused, match="ada launched iteration 1 of card in the meantime"):
        go(folder)
    assert history.launch_of(folder.ledger_file, "note", 1) is None
    assert not any("note/lists/iteration-1" in name for name in files_in(folder))
