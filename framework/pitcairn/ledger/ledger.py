"""Writing to the ledger: one row after another, each sealed to the one before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pitcairn.canonical import dumps, plain
from pitcairn.errors import DataError, PitcairnError, Refused
from pitcairn.ledger import connection as door
from pitcairn.ledger import schema
from pitcairn.ledger.entry import COLUMNS, START, Entry, Kind, is_sealed, seal
from pitcairn.phrases import day

_APPEND = f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
_LAST = f"SELECT {', '.join(COLUMNS)} FROM entries ORDER BY seq DESC LIMIT 1"  # noqa: S608

_ONCE = {
    "launch": ("launched", "what was launched stays as it is; write the rework as the next iteration"),
    "closing": ("closed", "what was closed stays closed; start again with the next iteration"),
}


class Ledger:
    """A ledger opened for appending. Use it as a context manager; nothing in it can change or remove a row."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, wait_seconds: float = door.WAIT_SECONDS) -> Ledger:
        """The ledger at `path`, made or brought up to date where needed.

        Waits up to `wait_seconds` for somebody else's writing to end. DataError where the file is damaged or not
        a ledger, PitcairnError where it cannot be opened or written.
        """
        with door.complaints_about(path):
            connection = door.writing(path, wait_seconds)
            try:
                _bring_up_to_date(connection, path)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """Everything inside is kept together or not at all; nobody else can write meanwhile.

        Read the state, append, rename files, in this order: an error anywhere leaves the ledger as it was.
        PitcairnError where somebody else holds the lock for too long; RuntimeError inside another transaction.
        """
        if self._connection.in_transaction:
            raise RuntimeError("A transaction of the ledger cannot hold another one.")
        with door.locked(self._connection, self.path):
            yield self

    def append(
        self,
        kind: Kind,
        *,
        pilot: str,
        iteration: int,
        lineage: str,
        body: Mapping[str, Any],
        by: str,
        at: datetime,
    ) -> Entry:
        """The new last row, in the open transaction or in one of its own.

        `at` is kept as given, in UTC: a clock that runs backwards is noted by `verify`, because refusing would
        stop a pilot over the clock of another computer. Refused where `kind` is `launch` or `closing` and the
        iteration was launched or closed before; DataError where the last row was changed; ValueError where `at` has
        no time zone.
        """
        if at.tzinfo is None:
            raise ValueError("The time of a ledger row needs a time zone.")
        if not self._connection.in_transaction:
            with self.transaction():
                return self.append(kind, pilot=pilot, iteration=iteration, lineage=lineage, body=body, by=by, at=at)
        row = {
            "kind": kind,
            "pilot": pilot,
            "iteration": iteration,
            "lineage": lineage,
            "recorded_at": at.astimezone(UTC).isoformat(timespec="seconds"),
            "recorded_by": by,
            "body": dumps(body),
        }
        return self._write(row, body)

    @property
    def head(self) -> str:
        """The digest of the last row, zeros where there is none; inside a transaction, of the row just appended."""
        return self._last()[1]

    def close(self) -> None:
        """Close the file; a transaction that is still open is undone."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, row: dict[str, Any], body: Mapping[str, Any]) -> Entry:
        last, previous = self._last()
        row |= {"seq": last + 1, "previous": previous}
        row["digest"] = _sealed(row)
        with door.complaints_about(self.path):
            try:
                self._connection.execute(_APPEND, [row[name] for name in COLUMNS])
            except sqlite3.IntegrityError as error:
                if again := self._again(row["kind"], row["pilot"], row["iteration"]):
                    raise again from error
                raise
        return Entry(**(row | {"recorded_at": datetime.fromisoformat(row["recorded_at"]), "body": plain(body)}))

    def _last(self) -> tuple[int, str]:
        """Number and digest of the last row: a new row must not vouch for one that was changed."""
        with door.complaints_about(self.path):
            found = self._connection.execute(_LAST).fetchone()
        if not found:
            return 0, START
        row = dict(zip(COLUMNS, found, strict=True))
        if not is_sealed(row):
            raise DataError(
                f"The last row of {self.path}, row {row['seq']}, was changed after it was recorded; nothing is added.",
                hint="bring the ledger back from a copy; see what was changed with: pitcairn ledger verify",
            )
        return row["seq"], row["digest"]

    def _again(self, kind: str, pilot: str, iteration: int) -> Refused | None:
        """Why a row that there may be only one of was not taken; None where that is not the reason."""
        if kind not in _ONCE:
            return None
        found = self._connection.execute(
            "SELECT recorded_at, recorded_by FROM entries WHERE kind = ? AND pilot = ? AND iteration = ?",
            (kind, pilot, iteration),
        ).fetchone()
        if not found:
            return None
        done, hint = _ONCE[kind]
        at = datetime.fromisoformat(found[0])
        return Refused(f"Iteration {iteration} of {pilot} was {done} already, on {day(at)} by {found[1]}.", hint=hint)


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    from sqlite_utils import Database

    database = Database(connection, execute_plugins=False)
    steps = schema.migrations()
    try:
        if door.nature(connection) == "ledger" and not steps.pending(database):
            return
        with door.locked(connection, path):
            # Somebody else may have made or migrated it while we waited for the lock.
            if door.nature(connection) == "other":
                raise door.not_a_ledger(path)
            steps.apply(database)
    except KeyError as error:
        raise DataError(
            f"{path} cannot be written: its record of migrations was changed.",
            hint="see what was changed with: pitcairn ledger verify",
        ) from error


def _sealed(row: Mapping[str, object]) -> str:
    try:
        return seal(row)
    except UnicodeEncodeError as error:
        raise PitcairnError(
            f"{error.object[error.start : error.end]!a} is no character; the ledger cannot keep it.",
            hint="it came with a name or a text that is not UTF-8; write that one in plain letters",
        ) from error
