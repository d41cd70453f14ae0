"""Decisions, amendments, closings, and the rows whose body another room defines."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_builders import LINEAGE, NOW, PILOT, add, filled, reading_body

from pitcairn.canonical import plain
from pitcairn.errors import Refused
from pitcairn.ledger import history, schema
from pitcairn.ledger.entry import AmendmentBody, ClosingBody, DecisionBody, Kind
from pitcairn.ledger.ledger import Ledger
from pitcairn.ledger.verify import verify

DECISION = DecisionBody(
    arm="early",
    label="Early",
    decision="promote",
    why="it pays for itself",
    verdict="promote",
    as_of="2026-03-30",
    result_digest=reading_body()["result_digest"],
    owner="Ana Ruiz",
)
AMENDMENT = AmendmentBody(what="The mail went out a day late", why="the mail system was down", touches=("dates",))
CLOSING = ClosingBody(why="the shop closed", planned_end="2026-03-30", attempt=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def test_what_was_decided_is_read_back_as_it_was_written(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as ledger:
        for kind, body in (("decision", DECISION), ("amendment", AMENDMENT), ("closing", CLOSING)):
            add(ledger, kind, body=plain(body), by="Bo Lind")  # type: ignore[arg-type]
    assert history.decisions(path, PILOT, 1)[0].body == DECISION
    assert history.amendments(path, PILOT)[0].body == AMENDMENT
    assert history.closings(path)[0].body == CLOSING
    assert verify(path).findings == ()


@pytest.mark.parametrize(("touches", "bars"), [(("other",), False), (("other", "arms"), True), (("deciding",), True)])
def test_only_what_was_tested_bars_promotion(touches: tuple[str, ...], bars: bool) -> None:
    assert AmendmentBody(what="x", why="y", touches=touches).bars_promotion is bars  # type: ignore[arg-type]


def test_an_iteration_is_closed_once(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as ledger:
        add(ledger, "closing", body=plain(CLOSING))
        with pytest.raises(Refused, match=r"Iteration 1 of second-order was closed already, on .* by Ana Ruiz"):
            add(ledger, "closing", body=plain(CLOSING), by="Bo Lind")
        add(ledger, "closing", body=plain(CLOSING), iteration=2)


def test_not_even_another_program_closes_an_iteration_twice(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as ledger:
        add(ledger, "closing", body=plain(CLOSING))
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="closed once"):
        connection.execute(
            "REPLACE INTO entries SELECT 6, kind, pilot, iteration, lineage, recorded_at, 'Eve', body, digest,"
            " substr(digest, 2) || '0' FROM entries WHERE seq = 5"
        )


@pytest.mark.parametrize("kind", ["promotion", "adoption", "stage"])
def test_a_body_that_another_room_defines_comes_back_whole(path: Path, kind: Kind) -> None:
    body = {"pack": "early-1.0.0", "predicted": {"low": 0.012, "high": 0.02}, "places": ["north"]}
    with Ledger.open(path) as ledger:
        written = add(ledger, kind, body=body)
    assert history.entries(path, kind, PILOT, 1) == (written,)
    assert verify(path).intact
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(f"SELECT pilot, lineage FROM {kind}s").fetchall() == [(PILOT, LINEAGE)]


def test_the_views_tell_people_what_was_decided(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as ledger:
        add(ledger, "decision", body=plain(DECISION), by="Bo Lind")
        add(ledger, "amendment", body=plain(AMENDMENT))
        add(ledger, "closing", body=plain(CLOSING))
    with closing(sqlite3.connect(path)) as connection:
        decided = connection.execute("SELECT recorded_by, arm, decision, verdict, why FROM decisions").fetchall()
        assert decided == [("Bo Lind", "early", "promote", "promote", "it pays for itself")]
        assert connection.execute("SELECT what, touches FROM amendments").fetchall() == [
            ("The mail went out a day late", "dates")
        ]
        assert connection.execute("SELECT why, attempt FROM closings").fetchall() == [("the shop closed", 1)]


def test_the_views_tell_people_what_became_of_packs(path: Path) -> None:
    look = {"iteration": 1, "as_of": "2026-03-30", "log_ratio": 0.09, "standard_error": 0.03}
    with Ledger.open(path) as ledger:
        add(
            ledger, "promotion", body={"name": "early", "version": "1.0.0", "arm": "early", "valid_until": "2027-03-30"}
        )
        add(ledger, "adoption", body={"pack": "early", "place": "North", "prediction": {"estimate": 0.08}})
        add(ledger, "stage", body={"happened": "advanced", "stage": 2, "name": "half", "why": "as hoped", "look": look})
        add(ledger, "stage", body={"happened": "retired", "stage": 2, "name": "", "why": "over", "look": None})
    with closing(sqlite3.connect(path)) as connection:
        packs = connection.execute("SELECT name, version, arm, valid_until FROM promotions").fetchall()
        assert packs == [("early", "1.0.0", "early", "2027-03-30")]
        assert connection.execute("SELECT pack, place, predicted_log_ratio FROM adoptions").fetchall() == [
            ("early", "North", 0.08)
        ]
        assert connection.execute("SELECT stage, happened, name, log_ratio FROM stages").fetchall() == [
            (2, "advanced", "half", 0.09),
            (2, "retired", "", None),
        ]


def test_a_view_tells_people_what_all_pilots_changed_together(path: Path) -> None:
    body = {"first": "2026-01-01", "last": "2026-06-30", "measures": ["visit", "spend"], "holdout": {"share": 0.05}}
    with Ledger.open(path) as ledger:
        add(ledger, "together", body=body | {"headline": "25 more visitors", "withheld": False})
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute('SELECT "first", "last", measures, holdout_share, headline FROM together').fetchall()
    assert found == [("2026-01-01", "2026-06-30", "visit, spend", 0.05, "25 more visitors")]


@pytest.mark.parametrize("steps", range(1, len(schema.STEPS)))
def test_a_ledger_of_any_earlier_version_is_sound_and_comes_up_to_date(path: Path, steps: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema.build(connection, steps)
    assert verify(path).intact
    with Ledger.open(path) as ledger:
        add(ledger)
    assert verify(path).findings == ()


def test_a_ledger_of_the_first_version_is_sound_and_is_brought_up_to_date_by_the_next_row(path: Path) -> None:
    _first_version(path)
    found = verify(path)
    assert found.intact
    assert [one.text[:16] for one in found.findings] == ["An older version"]
    with Ledger.open(path) as ledger:
        add(ledger)
    assert verify(path).findings == ()


def test_a_ledger_of_the_first_version_hides_no_change(path: Path) -> None:
    _first_version(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER no_delete")
    assert not verify(path).intact


def test_a_reading_of_the_first_version_has_no_gains(path: Path) -> None:
    body = reading_body()
    body.pop("gains")
    with Ledger.open(path) as ledger:
        add(ledger, "reading", body=body)
    assert history.readings(path)[0].body.gains == ()


def test_a_decision_without_its_reading_is_found(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as ledger:
        add(ledger, "decision", body=plain(DECISION) | {"result_digest": "99" * 32})
    assert [one.text for one in verify(path).findings] == ["Row 5 decides on a result that no reading before it has."]


def test_a_closing_of_an_iteration_that_was_never_launched_is_found(path: Path) -> None:
    filled(path)
    with Ledger.open(path) as ledger:
        add(ledger, "closing", body=plain(CLOSING), iteration=7)
    assert [one.row for one in verify(path).findings] == [5]


def test_a_kind_that_nobody_knows_is_found(path: Path) -> None:
    with Ledger.open(path) as ledger:
        add(ledger, "rumour", body={}, at=NOW)  # type: ignore[arg-type]
    assert "“rumour”" in verify(path).findings[0].text


def _first_version(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
        )
        name, statements = schema.STEPS[0]
        for statement in statements:
            connection.execute(statement)
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pitcairn', ?, '')", (name,)
        )
