"""Fresh customers, and customers drawn again after a wash-out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from small_shop import ITERATION, a_shop, assigned, files_in, go, look, luck, outcomes

from pitcairn.errors import DataError, Refused
from pitcairn.evidence.facts import Check
from pitcairn.iteration.amend import close
from pitcairn.ledger import history
from pitcairn.ledger.ledger import Ledger
from pitcairn.program import ProgramFolder
from pitcairn.reading.result import Result

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


def read_again(folder: ProgramFolder, gain: Callable[[str], float]) -> Result:
    """The second iteration's reading, where the note adds to a visiting rate what the arm of last time says."""
    again, first = assigned(folder, number=2), assigned(folder)
    lines = ["id,visit,complaint"]
    for customer, arm in sorted(again.items()):
        rate = 0.2 + (gain(first.get(customer, "fresh")) if arm == "note" else 0.0)
        lines.append(f"{customer},{int(luck(customer, 'again') < rate)},0")
    (folder.root / "data" / "outcomes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return look(folder, number=2, now=AFTER_SECOND, today=AFTER_SECOND.date()).result


def redrawn(folder: ProgramFolder, take: str = "1/2") -> ProgramFolder:
    """The first iteration drew a part of the customers, the second one everybody."""
    first = ITERATION.replace("worth_it:", f"take: {take}\nworth_it:")
    folder.iteration_file("note", 1).write_text(first, encoding="utf-8")
    go(folder)
    second(folder, SECOND.replace("worth_it:", "redraw_after: 4 weeks\nworth_it:"))
    launch_second(folder)
    return folder


def everywhere(_: str) -> float:
    return 0.1


def previous(result: Result) -> Check:
    return next(one for one in result.health if one.id == "previous")


def test_what_customers_had_last_time_and_still_shows_is_found_and_shown(tmp_path: Path) -> None:
    result = read_again(redrawn(a_shop(tmp_path)), lambda last: 0.4 if last == "note" else 0.05)
    assert previous(result).state == "warn"
    assert "depends on what customers were drawn to last time" in previous(result).sentence
    rows = {row.where: row for row in result.details if row.where.startswith("Last time: ") and row.arm == "note"}
    assert set(rows) == {"Last time: fresh", "Last time: drawn to “note”", "Last time: drawn to “usual”"}
    assert float(rows["Last time: drawn to “note”"].difference) > 0.3
    assert float(rows["Last time: fresh"].difference) < 0.15
    everybody = next(row for row in result.details if row.where == "All customers" and row.arm == "note")
    assert sum(row.customers for row in rows.values()) == everybody.customers
    assert not result.withheld


def test_an_effect_that_is_the_same_for_all_leaves_no_trace(tmp_path: Path) -> None:
    found = previous(read_again(redrawn(a_shop(tmp_path)), everywhere))
    assert found.state == "pass"
    assert found.value is not None


def test_few_customers_of_an_arm_of_last_time_are_neither_compared_nor_shown(tmp_path: Path) -> None:
    result = read_again(redrawn(a_shop(tmp_path), take="1/100"), everywhere)
    assert previous(result).state == "unchecked"
    assert {row.where for row in result.details if row.where.startswith("Last")} == {"Last time: fresh"}


def test_where_nobody_was_drawn_again_there_is_nothing_to_carry_over(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    outcomes(folder)
    result = look(folder).result
    assert (previous(result).state, previous(result).sentence) == ("pass", "Nobody here was drawn before.")
    assert not any(row.where.startswith("Last") for row in result.details)
