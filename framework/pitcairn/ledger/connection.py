"""How the ledger's file is opened, and what SQLite's complaints mean to a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pitcairn.errors import DataError, PitcairnError
from pitcairn.ledger import schema

WAIT_SECONDS = 10.0
"""How long to wait for somebody else's writing to end: far longer than any of ours takes."""
OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""
_BRING_BACK = "bring it back from a copy; every result names the ledger's state it was recorded after"


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """The ledger, read-only; an empty one where there is no file yet.

    DataError where the file is damaged or not a ledger, PitcairnError where it cannot be reached.
    """
    with complaints_about(path):
        connection = _readable(path)
        try:
            yield connection
        finally:
            connection.close()


def writing(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """The file opened for writing, made where there is none; statements commit at once unless inside `locked`.

    No write-ahead log: a ledger is written a few times a day, and must be one file that can be copied as it is,
    also on a network folder. EXTRA makes a commit outlast a power cut, because files are renamed on its word.
    """
    connection = _connect(path, "rwc", wait_seconds)
    with _closed_on_error(connection):
        for setting in ("journal_mode = DELETE", "foreign_keys = ON", "synchronous = EXTRA"):
            connection.execute(f"PRAGMA {setting}")
    return connection


@contextmanager
def locked(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """A transaction that holds the write lock from its start, so that what it reads stays true until it commits."""
    with complaints_about(path):
        connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        with complaints_about(path):
            connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def nature(connection: sqlite3.Connection) -> Literal["empty", "ledger", "other"]:
    """What a database is to us."""
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    if mark == schema.APPLICATION_ID:
        return "ledger"
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return "other" if mark or objects else "empty"


def not_a_ledger(path: Path) -> DataError:
    """The error for a file that somebody else made."""
    return DataError(
        f"{path} is not a Pitcairn ledger.",
        hint="move it away, or bring back the ledger from a copy; an empty ledger is made by the next launch",
    )


@contextmanager
def complaints_about(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into ours; a wrong use of the library stays what it is."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        raise _meaning(error, path) from error
    except UnicodeDecodeError as error:
        # Python could not even decode the complaint, because it quotes a name from a damaged schema.
        raise DataError(f"{path} cannot be read as a ledger: its schema is damaged.", hint=_BRING_BACK) from error
    except OSError as error:
        raise PitcairnError(f"{path} cannot be reached: {error.strerror or error}.") from error


def _readable(path: Path) -> sqlite3.Connection:
    if not path.exists():
        return _absent()
    try:
        connection, found = _opened(path)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        _undo_unfinished_write(path)
        connection, found = _opened(path)
    if found == "ledger":
        return connection
    connection.close()
    if found == "other":
        raise not_a_ledger(path)
    return _absent()


def _opened(path: Path) -> tuple[sqlite3.Connection, Literal["empty", "ledger", "other"]]:
    connection = _connect(path, "ro", WAIT_SECONDS)
    with _closed_on_error(connection):
        return connection, nature(connection)


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _absent() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.build(connection)
    return connection


def _undo_unfinished_write(path: Path) -> None:
    """Opening for writing rolls back what a crash left half-written, which a read-only connection may not do."""
    connection = _connect(path, "rw", WAIT_SECONDS)
    try:
        nature(connection)
    finally:
        connection.close()


def _connect(path: Path, mode: str, wait_seconds: float) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(str(part) for part in OLDEST_SQLITE[:2])
        raise PitcairnError(
            f"This Python was built with SQLite {sqlite3.sqlite_version}; the ledger needs {needed} or newer.",
            hint="use a Python from python.org, conda or uv: they bring a newer SQLite",
        )
    if path.is_dir():
        raise DataError(f"{path} is a folder; the ledger is a file.", hint="move the folder away")
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=wait_seconds, isolation_level=None
    )


def _meaning(error: sqlite3.Error, path: Path) -> PitcairnError:
    # Errors of the Python module itself have no code; those that get here are about text that is no text.
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return PitcairnError(
                f"{path} is in use: somebody else has been writing to it all the while.",
                hint="try again in a moment; if nobody is writing, close the program that holds the file open",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            return PitcairnError(
                f"{path} cannot be opened or written: {error}.",
                hint="check that the folder exists, and that you may write both the file and the folder",
            )
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_NOMEM | sqlite3.SQLITE_TOOBIG:
            return PitcairnError(f"{path} was left as it was: {error}.", hint="check the disk, then try again")
        case sqlite3.SQLITE_CONSTRAINT:
            return PitcairnError(f"{path} did not take the row: {error}.")
        case _:
            return DataError(f"{path} cannot be read as a ledger: {error}.", hint=_BRING_BACK)
