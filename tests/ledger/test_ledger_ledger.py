from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_builders import LINEAGE, NOW, PILOT, add, filled, launch_body, ordinary_rights, reading_body, rows, tamper

from pitcairn.canonical import plain
from pitcairn.errors import DataError, PitcairnError, Refused
from pitcairn.ledger import history
from pitcairn.ledger.entry import START
from pitcairn.ledger.ledger import Ledger
from pitcairn.ledger.verify import verify

texts = st.text(max_size=20)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
bodies = st.dictionaries(
    texts, st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that somebody without root's rights can reach, which `tmp_path` is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_rows_are_numbered_and_each_carries_the_digest_of_the_one_before(path: Path) -> None:
    entries = filled(path)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert [entry.previous for entry in entries] == [START, *(entry.digest for entry in entries[:3])]
    assert [row[0] for row in rows(path)] == [1, 2, 3, 4]


def test_a_digest_can_be_repeated_without_pitcairn(path: Path) -> None:
    import hashlib

    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM entries WHERE seq = 3").fetchone())
    written = row.pop("digest")
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == written


def test_times_are_kept_in_utc(path: Path) -> None:
    with Ledger.open(path) as ledger:
        entry = add(ledger, at=datetime(2026, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))))
    assert entry.recorded_at == datetime.fromisoformat("2026-06-30T23:30:00+00:00")
    assert rows(path)[0][5] == "2026-06-30T23:30:00+00:00"


def test_a_time_without_a_zone_is_a_mistake_of_the_caller(path: Path) -> None:
    with Ledger.open(path) as ledger, pytest.raises(ValueError, match="time zone"):
        add(ledger, at=NOW.replace(tzinfo=None))
    assert rows(path) == []


def test_the_head_moves_with_every_row(path: Path) -> None:
    with Ledger.open(path) as ledger:
        assert ledger.head == START
        with ledger.transaction():
            entry = add(ledger)
            assert ledger.head == entry.digest
            assert history.head(path) == START
    assert history.head(path) == entry.digest


def both(ledger: Ledger, then: Exception | None = None) -> None:
    with ledger.transaction():
        add(ledger)
        add(ledger, "reading")
        if then:
            raise then


def test_everything_in_a_transaction_is_kept_or_nothing(path: Path) -> None:
    with Ledger.open(path) as ledger:
        with pytest.raises(OSError, match="no room"):
            both(ledger, then=OSError("no room"))
        assert rows(path) == []
        both(ledger)
    assert len(rows(path)) == 2


def test_a_transaction_refuses_another_inside(path: Path) -> None:
    with Ledger.open(path) as ledger, ledger.transaction(), pytest.raises(RuntimeError, match="cannot hold another"):
        ledger.transaction().__enter__()


def test_an_iteration_is_launched_once(path: Path) -> None:
    with Ledger.open(path) as ledger:
        add(ledger)
        with pytest.raises(Refused, match=r"Iteration 1 of second-order was launched already, on 2 March 2026 by Ana"):
            add(ledger, by="Somebody else")
        add(ledger, iteration=2)
        add(ledger, pilot="other")
        add(ledger, "reading")
        add(ledger, "reading")
    assert len(rows(path)) == 5


def test_a_refused_launch_takes_back_what_was_appended_with_it(path: Path) -> None:
    with Ledger.open(path) as ledger:
        add(ledger)
        with pytest.raises(Refused, match="launched already"):
            _reading_then_launch(ledger)
    assert len(rows(path)) == 1


def _reading_then_launch(ledger: Ledger) -> None:
    with ledger.transaction():
        add(ledger, "reading")
        add(ledger)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE entries SET recorded_by = 'Eve' WHERE seq = 2", "cannot be changed"),
        ("UPDATE OR REPLACE entries SET seq = 1 WHERE seq = 2", "cannot be changed"),
        ("DELETE FROM entries WHERE seq = 2", "cannot be deleted"),
        ("DELETE FROM entries", "cannot be deleted"),
        ("REPLACE INTO entries SELECT * FROM entries WHERE seq = 2", "append-only"),
        (
            "REPLACE INTO entries SELECT 5, kind, pilot, iteration, lineage, recorded_at, 'Eve', body,"
            " (SELECT digest FROM entries WHERE seq = 4), printf('%064d', 1) FROM entries WHERE seq = 1",
            "cannot take the place of another",
        ),
        (
            "REPLACE INTO entries SELECT 5, kind, pilot, iteration, lineage, recorded_at, 'Eve', body,"
            " (SELECT digest FROM entries WHERE seq = 4), digest FROM entries WHERE seq = 2",
            "cannot take the place of another",
        ),
        (
            "INSERT INTO entries SELECT * FROM entries WHERE seq = 2 ON CONFLICT DO UPDATE SET recorded_by = 'Eve'",
            "append-only",
        ),
        (
            "INSERT INTO entries SELECT 9, 'reading', pilot, iteration, lineage, recorded_at, recorded_by, body,"
            " (SELECT digest FROM entries WHERE seq = 4), printf('%064d', 1) FROM entries WHERE seq = 1",
            "must follow the last one",
        ),
        (
            "INSERT INTO entries SELECT 5, 'reading', pilot, iteration, lineage, recorded_at, recorded_by, body,"
            " printf('%064d', 3), printf('%064d', 1) FROM entries WHERE seq = 1",
            "must follow the last one",
        ),
    ],
)
def test_the_file_itself_stops_every_other_program(path: Path, statement: str, message: str) -> None:
    filled(path)
    before = rows(path)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match=message), connection:
        connection.execute(statement)
    assert rows(path) == before


def test_an_insert_without_a_number_is_stopped_too(path: Path) -> None:
    with Ledger.open(path):
        pass
    columns = "kind, pilot, iteration, lineage, recorded_at, recorded_by, body, previous, digest"
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="must follow"):
        connection.execute(
            f"INSERT INTO entries ({columns}) VALUES ('launch', 'p', 1, 'l', 't', 'b', '{{}}', ?, ?)", (START, "a" * 64)
        )


def test_a_column_takes_only_its_own_kind_of_value(path: Path) -> None:
    with Ledger.open(path) as ledger, pytest.raises(PitcairnError, match="cannot store TEXT value in INTEGER column"):
        add(ledger, iteration="one")  # type: ignore[arg-type]


def test_a_name_that_is_no_text_is_refused_without_a_traceback(path: Path) -> None:
    with Ledger.open(path) as ledger, pytest.raises(PitcairnError, match=r"'\\udcff' is no character"):
        add(ledger, by="Ana \udcff")
    assert rows(path) == []


@pytest.mark.parametrize("by", ["", "A\x00na", "Ünïcødé “名前” 🐧", "'; DROP TABLE entries; --"])
def test_names_are_kept_as_they_are_or_refused(path: Path, by: str) -> None:
    with Ledger.open(path) as ledger:
        if not by:
            with pytest.raises(PitcairnError, match="did not take the row"):
                add(ledger, by=by)
            return
        add(ledger, by=by)
    launch = history.launch_of(path, PILOT, 1)
    assert launch is not None
    assert launch.by == by
    assert verify(path).findings == ()


def test_opening_twice_changes_nothing(path: Path) -> None:
    filled(path)
    before = path.read_bytes()
    with Ledger.open(path):
        pass
    assert path.read_bytes() == before


def test_the_ledger_is_one_file(path: Path) -> None:
    filled(path)
    assert [item.name for item in path.parent.iterdir()] == ["ledger.db"]
    copied = path.parent / "elsewhere" / "copy.db"
    copied.parent.mkdir()
    copied.write_bytes(path.read_bytes())
    assert verify(copied) == verify(path)


@pytest.mark.parametrize("name", ["a b.db", "what?mode=memory.db", "100%25#1.db", "ñandú “1”.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    entries = filled(tmp_path / name)
    assert history.head(tmp_path / name) == entries[-1].digest
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_a_relative_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    filled(Path("ledger.db"))
    assert verify(tmp_path / "ledger.db").rows == 4


def test_an_empty_file_becomes_a_ledger(path: Path) -> None:
    path.touch()
    assert len(filled(path)) == 4


def test_a_file_that_is_not_a_database_is_left_alone(path: Path) -> None:
    path.write_text("pilot,iteration\n" * 100)
    with pytest.raises(DataError, match="cannot be read as a ledger: file is not a database"):
        Ledger.open(path)
    assert path.read_text() == "pilot,iteration\n" * 100


def test_somebody_elses_database_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    before = path.read_bytes()
    with pytest.raises(DataError, match="is not a Pitcairn ledger"):
        Ledger.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("ALTER TABLE _sqlite_migrations RENAME COLUMN applied_at TO at", "its record of migrations was changed"),
        ("DROP TABLE _sqlite_migrations", "table entries already exists"),
    ],
)
def test_a_ledger_without_its_record_of_migrations_is_left_alone(path: Path, statement: str, message: str) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    before = path.read_bytes()
    with pytest.raises(DataError, match=message):
        Ledger.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("change", ["recorded_by = 'Eve'", "digest = printf('%064d', 7)"])
def test_no_row_vouches_for_one_that_was_changed(path: Path, change: str) -> None:
    filled(path)
    tamper(path, (f"UPDATE entries SET {change} WHERE seq = 4", ()))
    with Ledger.open(path) as ledger, pytest.raises(DataError, match=r"row 4, was changed(.|\n)*ledger verify"):
        add(ledger, iteration=3)
    assert len(rows(path)) == 4


def test_a_folder_is_not_a_ledger(path: Path) -> None:
    path.mkdir()
    with pytest.raises(DataError, match="is a folder"):
        Ledger.open(path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PitcairnError, match=r"nowhere/ledger.db cannot be opened or written"):
        Ledger.open(tmp_path / "nowhere" / "ledger.db")


def test_a_folder_that_may_not_be_written_is_named(open_folder: Path) -> None:
    path = open_folder / "ledger.db"
    open_folder.chmod(0o555)
    with ordinary_rights(), pytest.raises(PitcairnError, match="cannot be opened or written"):
        Ledger.open(path)
    assert not path.exists()


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o666, 0o555), (0o444, 0o555)])
def test_a_ledger_that_may_only_be_read_can_be_read_and_not_written(
    open_folder: Path, file_mode: int, folder_mode: int
) -> None:
    path = open_folder / "ledger.db"
    filled(path)
    path.chmod(file_mode)
    open_folder.chmod(folder_mode)
    with ordinary_rights():
        assert len(history.launches(path)) == 2
        assert verify(path).findings == ()
        with pytest.raises(PitcairnError, match="cannot be opened or written"), Ledger.open(path) as ledger:
            add(ledger, iteration=3)
    assert len(rows(path)) == 4


def test_a_ledger_that_may_not_be_read_is_named(open_folder: Path) -> None:
    inside = open_folder / "inside"
    inside.mkdir()
    filled(inside / "ledger.db")
    inside.chmod(0o000)
    with ordinary_rights():
        with pytest.raises(PitcairnError, match=r"cannot be reached: Permission denied"):
            history.launches(inside / "ledger.db")
        with pytest.raises(PitcairnError, match=r"cannot be reached: Permission denied"):
            Ledger.open(inside / "ledger.db")
    inside.chmod(0o700)


def test_a_file_that_may_not_be_read_is_named(open_folder: Path) -> None:
    path = open_folder / "ledger.db"
    filled(path)
    path.chmod(0o000)
    with ordinary_rights(), pytest.raises(PitcairnError, match="cannot be opened or written: unable to open"):
        history.launches(path)


def test_using_a_closed_ledger_is_a_mistake_of_the_caller(path: Path) -> None:
    with Ledger.open(path) as ledger:
        pass
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        print(ledger.head)


def _with_a_write_ahead_log(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)


def test_a_write_ahead_log_that_somebody_turned_on_is_turned_off_again(path: Path) -> None:
    _with_a_write_ahead_log(path)
    with Ledger.open(path) as ledger:
        add(ledger, iteration=3)
        assert [item.name for item in path.parent.iterdir()] == ["ledger.db"]
    assert verify(path).rows == 5


def test_a_write_ahead_log_that_cannot_be_made_is_no_traceback(open_folder: Path) -> None:
    path = open_folder / "ledger.db"
    _with_a_write_ahead_log(path)
    open_folder.chmod(0o555)
    with ordinary_rights(), pytest.raises(PitcairnError, match="cannot be opened or written"):
        history.launches(path)


def test_an_old_sqlite_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 26, 0))
    with pytest.raises(PitcairnError, match=r"needs 3\.37 or newer"):
        Ledger.open(path)
    assert not path.exists()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.open(tmp_path_factory.mktemp("bodies") / "ledger.db") as ledger:
        yield ledger


@settings(max_examples=60, deadline=None)
@given(body=bodies, by=texts.filter(bool))
def test_any_body_comes_back_as_it_went_in(shared: Ledger, body: dict[str, object], by: str) -> None:
    entry = add(shared, "reading", body=body, by=by)
    with closing(sqlite3.connect(shared.path)) as connection:
        sql = "SELECT body, recorded_by FROM entries WHERE seq = ?"
        stored, recorded_by = connection.execute(sql, (entry.seq,)).fetchone()
    assert json.loads(stored) == plain(body) == entry.body
    assert recorded_by == by


def test_all_those_bodies_are_canonical_and_chained(shared: Ledger) -> None:
    for value in (1e-320, 0.1 + 0.2, -0.0, 1.7976931348623157e308, 123456789012.3456):
        add(shared, "reading", body={"value": value})
    found = verify(shared.path)
    assert found.findings == ()
    assert found.rows >= 5


def test_numbers_are_kept_to_twelve_digits(path: Path) -> None:
    with Ledger.open(path) as ledger:
        entry = add(ledger, "reading", body=reading_body(value=0.123456789012345))
    assert entry.body["value"] == 0.123456789012


def test_only_the_counts_of_a_draw_are_asked_for() -> None:
    """No place for a customer in what a launch holds."""
    assert set(launch_body()) == {
        "plan",
        "plan_digest",
        "retrospective",
        "list_digest",
        "in_scope",
        "left_out",
        "arms",
        "files",
        "redrawn",
        "attempt",
        "level",
    }


def test_a_newly_made_ledger_has_its_migrations_recorded(path: Path) -> None:
    with Ledger.open(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT migration_set, name FROM _sqlite_migrations").fetchall() == [
            ("pitcairn", "1 entries"),
            ("pitcairn", "2 decisions"),
            ("pitcairn", "3 packs"),
            ("pitcairn", "4 together"),
        ]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_reading_the_ledger_needs_no_heavy_library() -> None:
    script = (
        "import sys, pitcairn.ledger.history, pitcairn.ledger.verify, pitcairn.ledger.ledger\n"
        "print([name for name in ('sqlite_utils', 'numpy', 'scipy', 'duckdb', 'pydantic') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_lineage_is_a_column_of_its_own(path: Path) -> None:
    filled(path)
    assert {row[4] for row in rows(path)} == {LINEAGE}
