from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_builders import LINEAGE, NOW, PILOT, add, filled, launch_body, reading_body, tamper

from pitcairn.errors import DataError
from pitcairn.evidence.facts import FileFact
from pitcairn.ledger import history
from pitcairn.ledger.entry import START, DrawnArm
from pitcairn.ledger.ledger import Ledger
from pitcairn.reading.result import LeftOut


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def test_a_ledger_that_is_not_there_reads_as_empty_and_is_not_made(path: Path) -> None:
    assert history.launches(path) == ()
    assert history.launch_of(path, PILOT, 1) is None
    assert history.readings(path) == ()
    assert history.head(path) == START
    assert not path.exists()


def test_an_empty_file_reads_as_empty(path: Path) -> None:
    path.touch()
    assert history.launches(path) == ()
    assert history.head(path) == START
    assert path.read_bytes() == b""


def test_a_launch_comes_back_whole(path: Path) -> None:
    entries = filled(path)
    launch = history.launch_of(path, PILOT, 2)
    assert launch is not None
    assert (launch.seq, launch.pilot, launch.number, launch.lineage) == (3, PILOT, 2, LINEAGE)
    assert (launch.at, launch.by, launch.digest) == (NOW - timedelta(hours=2), "Ana Ruiz", entries[2].digest)
    assert launch.body.plan == launch_body()["plan"]
    assert launch.body.plan_digest == launch_body()["plan_digest"]
    assert launch.body.left_out == (LeftOut(reason="opted out", count=20),)
    assert launch.body.arms[1] == DrawnArm(arm="early", label="Early", customers=490)
    assert launch.body.files == (FileFact(source="customers", name="customers.parquet", bytes=12, sha256="cd" * 32),)
    assert (launch.body.retrospective, launch.body.in_scope) == (False, 1000)


def test_a_reading_comes_back_whole(path: Path) -> None:
    filled(path)
    first, second = history.readings(path)
    assert (first.number, second.number) == (1, 2)
    assert second.body.verdicts == (("early", "adapt"), ("late", "harm"))
    assert (second.body.as_of, second.body.withheld) == ("2026-03-30", False)
    assert second.body.headline.startswith("Early brings 14 more")


def test_what_was_drawn_by_somebody_else_has_no_list(path: Path) -> None:
    with Ledger.open(path) as ledger:
        add(ledger, body=launch_body(list_digest=None, in_scope=None, retrospective=True, arms=[], left_out=[]))
    launch = history.launch_of(path, PILOT, 1)
    assert launch is not None
    assert (launch.body.list_digest, launch.body.in_scope, launch.body.arms) == (None, None, ())
    assert launch.body.retrospective is True


def test_only_the_pilot_and_iteration_asked_for_come_back(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as ledger:
        add(ledger, pilot="another")
        add(ledger, "reading", pilot="another", iteration=7)
    assert [row.pilot for row in history.launches(path)] == [PILOT, PILOT, "another"]
    assert [row.seq for row in history.launches(path, "another")] == [5]
    assert [row.seq for row in history.readings(path, PILOT, 1)] == [2]
    assert [row.seq for row in history.readings(path, PILOT)] == [2, 4]
    assert history.readings(path, PILOT, 7) == ()
    assert history.launch_of(path, "another", 7) is None


def test_the_views_show_what_people_look_for(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        launch = dict(connection.execute("SELECT * FROM launches WHERE iteration = 2").fetchone())
        reading = dict(connection.execute("SELECT * FROM readings WHERE iteration = 2").fetchone())
    assert launch == {
        "seq": 3,
        "recorded_at": "2026-03-02T07:15:00+00:00",
        "recorded_by": "Ana Ruiz",
        "pilot": PILOT,
        "iteration": 2,
        "stage": "explore",
        "question": "Does it help?",
        "start": "2026-03-03",
        "end": "2026-03-30",
        "retrospective": 0,
        "in_scope": 1000,
        "drawn": 980,
        "plan_digest": launch_body()["plan_digest"],
        "lineage": LINEAGE,
    }
    assert reading["verdicts"] == "early: adapt, late: harm"
    assert (reading["as_of"], reading["withheld"], reading["result_digest"]) == ("2026-03-30", 0, "01" * 32)


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to be looked at as one " * 40, b"short", b"SQLite format 3\x00"]
)
def test_a_file_that_is_no_database_is_said_to_be_none(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for ask in (history.launches, history.readings, history.head):
        with pytest.raises(DataError, match="cannot be read as a ledger: file is not a database"):
            ask(path)


def test_somebody_elses_database_is_said_to_be_none(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE entries (title TEXT)")
    with pytest.raises(DataError, match="is not a Pitcairn ledger"):
        history.launches(path)


def test_a_folder_is_said_to_be_one(path: Path) -> None:
    path.mkdir()
    with pytest.raises(DataError, match="is a folder"):
        history.head(path)


def test_a_ledger_cut_short_is_said_to_be_damaged(path: Path) -> None:
    filled(path)
    path.write_bytes(path.read_bytes()[:8192])
    with pytest.raises(DataError, match="cannot be read as a ledger"):
        history.launches(path)


@pytest.mark.parametrize(
    "body",
    ["{}", "[]", "null", "12", "{", '{"left_out":3}', "[" * 5000 + "]" * 5000],
)
def test_a_row_that_does_not_hold_a_launch_is_named(path: Path, body: str) -> None:
    filled(path)
    tamper(path, ("UPDATE entries SET body = ? WHERE seq = 3", (body,)))
    assert len(history.launches(path, "another")) == 0
    with pytest.raises(DataError, match=r"Row 3 of .* does not hold what its kind should(.|\n)*pitcairn ledger verify"):
        history.launches(path)


@pytest.mark.parametrize("differences", [{"verdicts": [1, 2]}, {"verdicts": None}, {"surprise": 1}, {"files": [{}]}])
def test_a_row_that_does_not_hold_a_reading_is_named(path: Path, differences: dict[str, object]) -> None:
    with Ledger.open(path) as ledger:
        add(ledger, "reading", body=reading_body(**differences))
    with pytest.raises(DataError, match=r"Row 1 of .* does not hold what its kind should"):
        history.readings(path)


def test_a_plan_that_is_none_is_named(path: Path) -> None:
    with Ledger.open(path) as ledger:
        add(ledger, body=launch_body(plan=3))
    with pytest.raises(DataError, match=r"Row 1 of .* does not hold what its kind should"):
        history.launches(path)


def test_a_time_that_is_none_is_named(path: Path) -> None:
    filled(path)
    tamper(path, ("UPDATE entries SET recorded_at = 'yesterday' WHERE seq = 1", ()))
    with pytest.raises(DataError, match="Row 1 of"):
        history.launches(path)


def test_text_that_is_no_text_is_no_traceback(path: Path) -> None:
    filled(path)
    tamper(path, ("UPDATE entries SET recorded_by = CAST(x'ff' AS TEXT) WHERE seq = 1", ()))
    with pytest.raises(DataError, match="Could not decode to UTF-8"):
        history.launches(path)


def test_what_others_put_into_a_question_cannot_reach_the_sql(path: Path) -> None:
    filled(path)
    assert history.launches(path, "' OR 1=1 --") == ()
    assert history.readings(path, "' OR 1=1 --") == ()
