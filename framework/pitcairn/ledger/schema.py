"""The ledger's tables, triggers and views, and the migrations that make them.

One table holds everything, because one chain can hold only one order. It is append-only for everybody who
opens the file, not for Pitcairn alone: the triggers live in the file. The views are for people who read it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x50495443
"""“PITC”: tells a ledger from any other SQLite file."""

_ENTRIES = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    kind TEXT NOT NULL CHECK (kind <> ''),
    pilot TEXT NOT NULL CHECK (pilot <> ''),
    iteration INTEGER NOT NULL CHECK (iteration > 0),
    lineage TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL CHECK (recorded_by <> ''),
    body TEXT NOT NULL CHECK (json_valid(body)),
    previous TEXT NOT NULL CHECK (length(previous) = 64),
    digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64)
) STRICT
"""

_ONE_LAUNCH = "CREATE UNIQUE INDEX one_launch ON entries (pilot, iteration) WHERE kind = 'launch'"

_NO_UPDATE = """
CREATE TRIGGER no_update BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'The ledger is append-only: a row cannot be changed.');
END
"""

_NO_DELETE = """
CREATE TRIGGER no_delete BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'The ledger is append-only: a row cannot be deleted.');
END
"""

# INSERT OR REPLACE removes the row in its way without asking delete triggers, unless the connection has
# recursive triggers on, which other programs have not. So whatever could be in the way is refused beforehand.
_IN_ORDER = """
CREATE TRIGGER in_order BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
    OR NEW.previous IS NOT coalesce(
        (SELECT digest FROM entries ORDER BY seq DESC LIMIT 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    )
BEGIN
    SELECT RAISE(ABORT, 'The ledger is append-only: a row must follow the last one.');
END
"""

_NO_REPLACE = """
CREATE TRIGGER no_replace BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE digest = NEW.digest)
    OR (
        NEW.kind = 'launch'
        AND EXISTS (
            SELECT 1 FROM entries
            WHERE kind = 'launch' AND pilot = NEW.pilot AND iteration = NEW.iteration
        )
    )
BEGIN
    SELECT RAISE(ABORT, 'The ledger is append-only: a row cannot take the place of another.');
END
"""

_LAUNCHES = """
CREATE VIEW launches AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    pilot,
    iteration,
    json_extract(body, '$.plan.stage') AS stage,
    json_extract(body, '$.plan.question') AS question,
    json_extract(body, '$.plan.start') AS "start",
    json_extract(body, '$.plan.end') AS "end",
    json_extract(body, '$.retrospective') AS retrospective,
    json_extract(body, '$.in_scope') AS in_scope,
    (SELECT sum(json_extract(value, '$.customers')) FROM json_each(body, '$.arms')) AS drawn,
    json_extract(body, '$.plan_digest') AS plan_digest,
    lineage
FROM entries
WHERE kind = 'launch'
"""

_READINGS = """
CREATE VIEW readings AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    pilot,
    iteration,
    json_extract(body, '$.as_of') AS as_of,
    json_extract(body, '$.headline') AS headline,
    json_extract(body, '$.withheld') AS withheld,
    (
        SELECT group_concat(json_extract(value, '$[0]') || ': ' || json_extract(value, '$[1]'), ', ')
        FROM json_each(body, '$.verdicts')
    ) AS verdicts,
    json_extract(body, '$.plan_digest') AS plan_digest,
    json_extract(body, '$.result_digest') AS result_digest
FROM entries
WHERE kind = 'reading'
"""

_ONE_CLOSING = "CREATE UNIQUE INDEX one_closing ON entries (pilot, iteration) WHERE kind = 'closing'"

_NO_SECOND_CLOSING = """
CREATE TRIGGER no_second_closing BEFORE INSERT ON entries
WHEN NEW.kind = 'closing'
    AND EXISTS (
        SELECT 1 FROM entries
        WHERE kind = 'closing' AND pilot = NEW.pilot AND iteration = NEW.iteration
    )
BEGIN
    SELECT RAISE(ABORT, 'The ledger is append-only: an iteration is closed once.');
END
"""

_DECISIONS = """
CREATE VIEW decisions AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    pilot,
    iteration,
    json_extract(body, '$.arm') AS arm,
    json_extract(body, '$.decision') AS decision,
    json_extract(body, '$.verdict') AS verdict,
    json_extract(body, '$.why') AS why,
    json_extract(body, '$.as_of') AS as_of,
    json_extract(body, '$.result_digest') AS result_digest,
    lineage
FROM entries
WHERE kind = 'decision'
"""

_AMENDMENTS = """
CREATE VIEW amendments AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    pilot,
    iteration,
    json_extract(body, '$.what') AS what,
    json_extract(body, '$.why') AS why,
    (SELECT group_concat(value, ', ') FROM json_each(body, '$.touches')) AS touches,
    lineage
FROM entries
WHERE kind = 'amendment'
"""

_CLOSINGS = """
CREATE VIEW closings AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    pilot,
    iteration,
    json_extract(body, '$.why') AS why,
    json_extract(body, '$.planned_end') AS planned_end,
    json_extract(body, '$.attempt') AS attempt,
    lineage
FROM entries
WHERE kind = 'closing'
"""


_AS_WRITTEN = """
CREATE VIEW {view} AS
SELECT seq, recorded_at, recorded_by, pilot, iteration, body, lineage
FROM entries
WHERE kind = '{kind}'
"""
"""Rows whose body another room defines."""

_PROMOTIONS = """
CREATE VIEW promotions AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    pilot,
    iteration,
    json_extract(body, '$.arm') AS arm,
    json_extract(body, '$.name') AS name,
    json_extract(body, '$.version') AS version,
    json_extract(body, '$.valid_until') AS valid_until,
    json_extract(body, '$.file') AS file,
    json_extract(body, '$.pack_digest') AS pack_digest,
    json_extract(body, '$.core_digest') AS core_digest,
    json_extract(body, '$.decision') AS decision,
    lineage
FROM entries
WHERE kind = 'promotion'
"""

_ADOPTIONS = """
CREATE VIEW adoptions AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    pilot,
    json_extract(body, '$.pack') AS pack,
    json_extract(body, '$.version') AS version,
    json_extract(body, '$.place') AS place,
    json_extract(body, '$.prediction.estimate') AS predicted_log_ratio,
    json_extract(body, '$.planned_error') AS planned_error,
    json_extract(body, '$.claimed') AS claimed_log_ratio,
    json_extract(body, '$.valid_until') AS valid_until,
    json_extract(body, '$.pack_digest') AS pack_digest,
    json_extract(body, '$.core_digest') AS core_digest,
    lineage
FROM entries
WHERE kind = 'adoption'
"""

_STAGES = """
CREATE VIEW stages AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    pilot,
    json_extract(body, '$.stage') AS stage,
    json_extract(body, '$.name') AS name,
    json_extract(body, '$.happened') AS happened,
    json_extract(body, '$.why') AS why,
    json_extract(body, '$.look.as_of') AS as_of,
    json_extract(body, '$.look.log_ratio') AS log_ratio,
    json_extract(body, '$.look.standard_error') AS standard_error,
    lineage
FROM entries
WHERE kind = 'stage'
"""

_TOGETHER = """
CREATE VIEW together AS
SELECT
    seq,
    recorded_at,
    recorded_by,
    json_extract(body, '$.first') AS "first",
    json_extract(body, '$.last') AS "last",
    json_extract(body, '$.headline') AS headline,
    json_extract(body, '$.withheld') AS withheld,
    (SELECT group_concat(value, ', ') FROM json_each(body, '$.measures')) AS measures,
    json_extract(body, '$.holdout.share') AS holdout_share,
    json_extract(body, '$.plan_digest') AS plan_digest,
    json_extract(body, '$.result_digest') AS result_digest
FROM entries
WHERE kind = 'together'
"""

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "1 entries",
        (
            f"PRAGMA application_id = {APPLICATION_ID}",
            _ENTRIES,
            _ONE_LAUNCH,
            _NO_UPDATE,
            _NO_DELETE,
            _IN_ORDER,
            _NO_REPLACE,
            _LAUNCHES,
            _READINGS,
        ),
    ),
    (
        "2 decisions",
        (
            _ONE_CLOSING,
            _NO_SECOND_CLOSING,
            _DECISIONS,
            _AMENDMENTS,
            _CLOSINGS,
            _AS_WRITTEN.format(view="promotions", kind="promotion"),
            _AS_WRITTEN.format(view="adoptions", kind="adoption"),
            _AS_WRITTEN.format(view="stages", kind="stage"),
        ),
    ),
    (
        "3 packs",
        (
            "DROP VIEW promotions",
            "DROP VIEW adoptions",
            "DROP VIEW stages",
            _PROMOTIONS,
            _ADOPTIONS,
            _STAGES,
        ),
    ),
    ("4 together", (_TOGETHER,)),
)
"""Every migration ever shipped, in order. A step that was shipped is never edited: ledgers made by it exist."""


@dataclass(frozen=True, slots=True)
class Made:
    """A table, index, trigger or view, as the file describes it."""

    kind: str
    name: str
    table: str
    """The table it belongs to; itself for tables and views."""
    sql: str


def migrations() -> Migrations:
    """The steps as sqlite-utils applies them."""
    from sqlite_utils import Migrations

    steps = Migrations("pitcairn")
    for name, statements in STEPS:

        def step(database: Database, statements: tuple[str, ...] = statements) -> None:
            for statement in statements:
                database.execute(statement)

        steps(name=name)(step)
    return steps


def build(connection: sqlite3.Connection, steps: int | None = None) -> None:
    """Make an empty ledger in a database that lives in memory only, by the first `steps` migrations or by all."""
    connection.execute("CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT)")
    for name, statements in STEPS[:steps]:
        for statement in statements:
            connection.execute(statement)
        connection.execute("INSERT INTO _sqlite_migrations VALUES ('pitcairn', ?, '')", (name,))


def applied(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The migrations a ledger says it went through."""
    found = connection.execute("SELECT name, applied_at FROM _sqlite_migrations WHERE migration_set = 'pitcairn'")
    return tuple(name for name, _ in found)


def objects(connection: sqlite3.Connection) -> dict[tuple[str, str], Made]:
    """What a database is made of, by kind and name; SQLite's own objects and the record of migrations stay out."""
    found = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master"
        " WHERE tbl_name <> '_sqlite_migrations' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {(made.kind, made.name): made for made in (Made(*row) for row in found)}
