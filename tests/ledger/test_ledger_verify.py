from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_builders import LINEAGE, NOW, PILOT, add, filled, launch_body, ordinary_rights, reading_body, rows, tamper

from pitcairn.canonical import dumps, file_digest
from pitcairn.errors import PitcairnError
from pitcairn.ledger.entry import COLUMNS, START, seal
from pitcairn.ledger.ledger import Ledger
from pitcairn.ledger.verify import Verification, verify
from pitcairn.ledger.witnesses import Witnesses, witnesses
from pitcairn.program import ProgramFolder

CHANGES = {
    "seq": "seq + 100",
    "kind": "'remark'",
    "pilot": "pilot || '-2'",
    "iteration": "iteration + 10",
    "lineage": "replace(lineage, 'coffee', 'tea')",
    "recorded_at": "replace(recorded_at, '2026', '2025')",
    "recorded_by": "'Eve'",
    "body": "replace(body, '0', '9')",
    "previous": "printf('%064d', 7)",
    "digest": "printf('%064d', 7)",
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("original") / "ledger.db"
    filled(path)
    return path


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return shutil.copy(original, tmp_path / "ledger.db")


def texts(found: Verification) -> list[str]:
    return [finding.text for finding in found.findings]


def test_a_ledger_as_it_was_written_has_nothing_to_find(path: Path) -> None:
    found = verify(path)
    assert found == Verification(rows=4, head=rows(path)[-1][-1], findings=())
    assert found.intact


def test_a_ledger_that_is_not_there_is_an_empty_one(tmp_path: Path) -> None:
    assert verify(tmp_path / "ledger.db") == Verification(rows=0, head=START, findings=())
    assert not (tmp_path / "ledger.db").exists()


def test_looking_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    verify(path)
    assert path.read_bytes() == before


def test_every_column_is_put_to_the_test() -> None:
    assert tuple(CHANGES) == COLUMNS


@pytest.mark.parametrize("row", [1, 2, 3, 4])
@pytest.mark.parametrize("column", COLUMNS)
def test_any_change_to_any_row_is_found_and_the_row_named(path: Path, column: str, row: int) -> None:
    before = rows(path)
    tamper(path, (f"UPDATE entries SET {column} = {CHANGES[column]} WHERE seq = ?", (row,)))
    assert rows(path) != before
    found = verify(path)
    assert not found.intact
    if column == "seq":
        assert f"Row {row} is missing." in texts(found) or row == 4
        assert row + 100 in {finding.row for finding in found.findings}
        return
    named = {finding.row for finding in found.findings}
    assert row in named
    assert named <= ({row, row + 1} if column == "digest" else {row})
    assert any(f"Row {row} " in text and "was changed after it was recorded" in text for text in texts(found))


def test_a_row_that_changed_is_called_by_its_pilot(path: Path) -> None:
    tamper(path, ("UPDATE entries SET recorded_by = 'Eve' WHERE seq = 2", ()))
    assert texts(verify(path)) == ["Row 2 (reading of second-order, iteration 1) was changed after it was recorded."]


@pytest.mark.parametrize(
    ("gone", "text"), [((1,), "Row 1 is missing."), ((2,), "Row 2 is missing."), ((2, 3), "Rows 2 to 3 are missing.")]
)
def test_a_row_that_is_gone_from_the_middle_is_missed(path: Path, gone: tuple[int, ...], text: str) -> None:
    tamper(path, *(("DELETE FROM entries WHERE seq = ?", (row,)) for row in gone))
    assert texts(verify(path)) == [text]


def test_a_gap_that_was_closed_by_counting_anew_is_found(path: Path) -> None:
    tamper(
        path,
        ("DELETE FROM entries WHERE seq = 2", ()),
        ("UPDATE entries SET seq = 2 WHERE seq = 3", ()),
        ("UPDATE entries SET seq = 3 WHERE seq = 4", ()),
    )
    found = texts(verify(path))
    assert "Row 2 does not follow row 1, as that one stands now." in found
    assert sum("was changed after" in text for text in found) == 2


def test_two_rows_that_changed_places_are_found(path: Path) -> None:
    tamper(
        path,
        ("UPDATE entries SET seq = 99 WHERE seq = 2", ()),
        ("UPDATE entries SET seq = 2 WHERE seq = 3", ()),
        ("UPDATE entries SET seq = 3 WHERE seq = 99", ()),
    )
    assert {finding.row for finding in verify(path).findings} == {2, 3, 4}


def test_the_last_row_gone_is_shown_by_a_result_that_followed_it(path: Path) -> None:
    head = rows(path)[-1][-1]
    tamper(path, ("DELETE FROM entries WHERE seq = 4", ()))
    assert verify(path).findings == ()
    found = verify(path, expected_heads={"results/second-order/iteration-3.json": head})
    assert texts(found) == [
        "The ledger does not contain the row that results/second-order/iteration-3.json was recorded after"
        f" ({head[:12]}…)."
    ]
    assert not found.intact


def test_every_row_that_is_there_may_be_expected(path: Path) -> None:
    heads = {str(row[0]): row[-1] for row in rows(path)} | {"the first": START}
    assert verify(path, expected_heads=heads, expected_results={"a result": "01" * 32}).findings == ()


def test_a_ledger_that_was_deleted_is_missed_by_the_results(tmp_path: Path) -> None:
    found = verify(tmp_path / "ledger.db", expected_heads={"results/x.json": "ab" * 32})
    assert found.rows == 0
    assert "does not contain the row that results/x.json was recorded after" in texts(found)[0]


def reseal(path: Path, first: int) -> None:
    """What a forger does who knows how rows are sealed: seal the changed row and everything after it anew."""
    for row in rows(path)[first - 1 :]:
        held = dict(zip(COLUMNS, row, strict=True))
        if row[0] > 1:
            held["previous"] = rows(path)[row[0] - 2][-1]
        sql = "UPDATE entries SET previous = ?, digest = ? WHERE seq = ?"
        tamper(path, (sql, (held["previous"], seal(held), row[0])))


def test_a_ledger_rewritten_to_its_end_is_shown_only_by_what_others_kept(path: Path) -> None:
    heads = {f"results/{row[0]}.json": row[-1] for row in rows(path)}
    tamper(path, ("UPDATE entries SET recorded_by = 'Eve' WHERE seq = 2", ()))
    reseal(path, 2)
    assert verify(path).intact
    found = texts(verify(path, expected_heads=heads))
    assert [text.split(" was recorded")[0][-14:] for text in found] == [f"results/{row}.json" for row in (2, 3, 4)]


def test_one_row_sealed_anew_does_not_fit_the_next(path: Path) -> None:
    tamper(path, ("UPDATE entries SET recorded_by = 'Eve' WHERE seq = 2", ()))
    held = dict(zip(COLUMNS, rows(path)[1], strict=True))
    tamper(path, ("UPDATE entries SET digest = ? WHERE seq = 2", (seal(held),)))
    found = verify(path)
    assert texts(found) == ["Row 3 does not follow row 2, as that one stands now."]
    assert found.findings[0].row == 3


def test_a_plan_changed_with_every_seal_put_right_still_betrays_itself(path: Path) -> None:
    body = launch_body(plan=launch_body()["plan"] | {"end": "2026-04-30"})
    tamper(path, ("UPDATE entries SET body = ? WHERE seq = 3", (dumps(body),)))
    reseal(path, 3)
    found = verify(path)
    assert texts(found) == ["Row 3 holds a plan that does not match the plan's digest beside it."]
    assert found.findings[0].row == 3


@pytest.mark.parametrize(
    "body", ['{"b":1,"a":2}', '{"a": 1}', '{"a":1,"a":1}', '{"a":0.1234567890123456}', "[]", "{", "[" * 5000, "NaN"]
)
def test_a_body_that_pitcairn_would_not_write_is_found(path: Path, body: str) -> None:
    tamper(path, ("UPDATE entries SET body = ? WHERE seq = 4", (body,)))
    reseal(path, 4)
    assert "Row 4 was not written by Pitcairn: its body is not canonical JSON." in texts(verify(path))


def test_a_time_that_pitcairn_would_not_write_is_found(path: Path) -> None:
    tamper(path, ("UPDATE entries SET recorded_at = 'yesterday' WHERE seq = 4", ()))
    reseal(path, 4)
    assert texts(verify(path)) == ["Row 4 was not written by Pitcairn: “yesterday” is no time."]


def test_text_that_is_no_text_is_found_and_the_row_named(path: Path) -> None:
    tamper(path, ("UPDATE entries SET pilot = CAST(x'ff41' AS TEXT) WHERE seq = 2", ()))
    assert {finding.row for finding in verify(path).findings if finding.row} == {2}


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("DROP TRIGGER no_update", "The trigger “no_update” is missing from the file."),
        ("DROP TRIGGER no_delete", "The trigger “no_delete” is missing from the file."),
        ("DROP TRIGGER in_order", "The trigger “in_order” is missing from the file."),
        ("DROP TRIGGER no_replace", "The trigger “no_replace” is missing from the file."),
        ("DROP INDEX one_launch", "The index “one_launch” is missing from the file."),
        ("DROP TABLE _sqlite_migrations", "The record of migrations is not the one of this version of Pitcairn."),
        (
            "ALTER TABLE _sqlite_migrations RENAME COLUMN applied_at TO at",
            "The record of migrations is not the one of this version of Pitcairn.",
        ),
        (
            "INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('pitcairn', '2 later')",
            "The record of migrations is not the one of this version of Pitcairn.",
        ),
        ("DROP VIEW launches", "The view “launches” is missing from the file."),
        (
            "CREATE TRIGGER swallow BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END",
            "The trigger “swallow” is not Pitcairn's.",
        ),
        ("CREATE INDEX by_name ON entries (recorded_by)", "The index “by_name” is not Pitcairn's."),
    ],
)
def test_rules_taken_out_of_the_file_are_missed(path: Path, statement: str, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
    found = verify(path)
    assert texts(found) == [text]
    assert not found.intact


def test_a_view_that_shows_something_else_is_found(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP VIEW readings")
        connection.execute("CREATE VIEW readings AS SELECT seq, 'promote' AS verdicts FROM entries")
    assert texts(verify(path)) == ["The view “readings” was altered."]


def test_a_trigger_that_lets_somebody_through_is_found(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute("CREATE TRIGGER no_update BEFORE UPDATE ON entries BEGIN SELECT 1; END")
    assert texts(verify(path)) == ["The trigger “no_update” was altered."]


def test_a_table_put_in_the_place_of_ours_is_found(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE entries RENAME TO old")
    found = texts(verify(path))
    assert "The table “entries” is missing from the file." in found
    assert "The rows cannot be read: no such table: entries." in found
    assert "The table “old” is not Pitcairn's." in found


def test_a_table_of_somebodys_own_is_noted_and_breaks_nothing(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE remarks (text TEXT)")
        connection.execute("CREATE INDEX by_text ON remarks (text)")
    found = verify(path)
    assert texts(found) == ["The index “by_text” is not Pitcairn's.", "The table “remarks” is not Pitcairn's."]
    assert found.intact


def test_a_clock_that_ran_backwards_is_noted_and_breaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.open(path) as ledger:
        add(ledger)
        add(ledger, "reading", at=NOW - timedelta(days=1))
        add(ledger, "reading", at=NOW - timedelta(days=1))
    found = verify(path)
    assert [(finding.kind, finding.row) for finding in found.findings] == [("note", 2)]
    assert texts(found) == ["Row 2 was recorded at 2026-03-01T09:15:00+00:00, before row 1 by the clock."]
    assert found.intact


def test_no_flipped_bit_goes_unnoticed_or_ends_in_a_traceback(path: Path) -> None:
    """Either somebody is told, or the rows are what they were: free space, a counter in the header."""
    whole, before = path.read_bytes(), rows(path)
    at_random = random.Random(20260302)
    outcomes = {"refused": 0, "found": 0, "harmless": 0}
    for _ in range(400):
        content = bytearray(whole)
        content[at_random.randrange(len(content))] ^= 1 << at_random.randrange(8)
        path.write_bytes(content)
        try:
            found = verify(path)
        except PitcairnError:
            outcomes["refused"] += 1
            continue
        outcomes["harmless" if found.intact else "found"] += 1
        assert not found.intact or rows(path) == before
    assert outcomes["found"] > 0
    assert sum(outcomes.values()) == 400


def program(folder: Path, results: dict[int, str]) -> ProgramFolder:
    (folder / "results" / PILOT).mkdir(parents=True)
    for number, text in results.items():
        (folder / "results" / PILOT / f"iteration-{number}.json").write_text(text)
    return ProgramFolder(folder)


def read_once(folder: ProgramFolder, number: int) -> None:
    """A launch and a reading of it, as the result file on disk says."""
    result = folder.result_file(PILOT, number)
    with Ledger.open(folder.ledger_file) as ledger:
        add(ledger, iteration=number)
        result.write_text(dumps({"provenance": {"ledger_head": ledger.head}}))
        add(ledger, "reading", iteration=number, body=reading_body(result_digest=file_digest(result)))


def test_the_results_of_a_program_bear_witness(tmp_path: Path) -> None:
    folder = program(tmp_path, {1: "", 2: ""})
    read_once(folder, 1)
    read_once(folder, 2)
    seen = witnesses(folder)
    assert list(seen.heads) == ["results/second-order/iteration-1.json", "results/second-order/iteration-2.json"]
    found = verify(folder.ledger_file, expected_heads=seen.heads, expected_results=seen.results)
    assert found.findings == ()


def test_a_last_reading_that_is_gone_is_missed_by_its_own_result(tmp_path: Path) -> None:
    folder = program(tmp_path, {1: ""})
    read_once(folder, 1)
    tamper(folder.ledger_file, ("DELETE FROM entries WHERE seq = 2", ()))
    seen = witnesses(folder)
    assert verify(folder.ledger_file, expected_heads=seen.heads).intact
    found = verify(folder.ledger_file, expected_heads=seen.heads, expected_results=seen.results)
    assert texts(found) == [
        "The ledger has no reading of results/second-order/iteration-1.json as it is now:"
        " the file was changed, or its row is gone."
    ]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"provenance":3}', '{"provenance":{"ledger_head":3}}', "[" * 5000])
def test_a_result_that_is_none_gives_no_head_and_is_still_missed(tmp_path: Path, text: str) -> None:
    folder = program(tmp_path, {1: text})
    seen = witnesses(folder)
    assert seen.heads == {}
    assert len(texts(verify(folder.ledger_file, expected_results=seen.results))) == 1


def test_a_result_that_may_not_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = program(Path(name), {1: "{}"})
        folder.result_file(PILOT, 1).chmod(0o000)
        with ordinary_rights(), pytest.raises(PitcairnError, match=r"iteration-1.json cannot be read: Permission"):
            witnesses(folder)


def test_a_program_without_results_has_nothing_to_say(tmp_path: Path) -> None:
    assert witnesses(ProgramFolder(tmp_path)) == Witnesses(heads={}, results={})


def test_lineages_are_part_of_the_seal(path: Path) -> None:
    held = dict(zip(COLUMNS, rows(path)[0], strict=True))
    assert held["lineage"] == LINEAGE
    assert seal(held | {"lineage": "location:leeds:visits"}) != seal(held) == held["digest"]
