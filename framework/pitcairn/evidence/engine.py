"""The engine: one embedded DuckDB connection that runs SQL text and turns its failures into sentences.

Only `con.execute(sql)` is used: the relation interface changed between major versions, plain SQL did not.
No message repeats what the engine quotes from the data, because a quoted line may hold a customer.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from pitcairn.errors import DataError, PitcairnError
from pitcairn.evidence.sql import literal

_OF_ITS_OWN = 0.5 / 0.8
"""The engine by itself would take four fifths of the memory there is, which leaves too little for what else runs."""

_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CSV_FILE = re.compile(r"^\s*file = (.+)$", re.MULTILINE)
_QUOTED_FILE = re.compile(r"""['"]([^'"\n]*\.\w+)['"]""")
_PACKED = re.compile(r"GZIP[^:]*: (.+\.gz)", re.IGNORECASE)
_PARQUET_TROUBLE = ("magic bytes", "Parquet", "Footer length", "enough bytes", "Failed to read file")
_PARQUET_READ = re.compile(r"'((?:[^']|'')+\.parquet)'", re.IGNORECASE)
_NAMED = 3
"""So many files are named in a message that is about one of them."""
_CSV_TROUBLE = (
    ("byte sequence mismatch", "is not UTF-8 text", "save the file as UTF-8 (in Excel: “CSV UTF-8”) and read it again"),
    ("not utf-8", "is not UTF-8 text", "save the file as UTF-8 (in Excel: “CSV UTF-8”) and read it again"),
    ("Expected Number of Columns", "has more or fewer values than the header has names", "repair that line"),
    ("unterminated quote", "opens a quotation mark that nothing closes", "repair that line"),
    ("Maximum line size", "is too long to be a row", "a quotation mark may be missing before it"),
    ("invalid state", "ends its lines in more than one way, or has a stray quotation mark", "save the file again"),
)


class Unconvertible(DataError):
    """A value does not fit the type it was asked to be; `sources.explained` finds out which."""


class Broken(PitcairnError):
    """The engine met a fault of its own, as some versions do in files that are not UTF-8."""


class Overflow(DataError):
    """A product or a sum left the range of its integers."""


class OutOfMemory(DataError):
    """The work did not fit the memory limit, even with the temporary folder."""


class Engine:
    """A connection with a memory limit and a temporary folder of its own, counting the statements it runs."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, spill: Path) -> None:
        self._connection = connection
        self._spill = spill
        self.statements = 0

    @classmethod
    def open(cls, scratch: Path, *, memory_limit: str | None = None, threads: int | None = None) -> Engine:
        """An engine that spills into a folder of its own under `scratch`, and deletes it when closed.

        It may take half of the machine's memory, or of what a container is allowed, unless told a limit: what spills
        takes twice as long. Nothing is ever fetched from the network. PitcairnError when the folder cannot be made.
        """
        try:
            scratch.mkdir(parents=True, exist_ok=True)
            spill = Path(tempfile.mkdtemp(prefix="engine-", dir=scratch))
        except OSError as error:
            raise PitcairnError(f"The scratch folder {scratch} cannot be written: {error.strerror}.") from None
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                "temp_directory": str(spill),
            }
        )
        connection.execute(f"SET memory_limit = {literal(memory_limit or _half_of_the_memory(connection))}")
        engine = cls(connection, spill)
        for setting in ("enable_progress_bar = false", "python_enable_replacements = false", "TimeZone = 'UTC'"):
            connection.execute(f"SET {setting}")
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        return engine

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of memory and of the temporary folder."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def use_time_zone(self, name: str) -> None:
        """Days of times that carry an offset are days of this zone from now on. DataError for an unknown zone."""
        try:
            self._connection.execute(f"SET TimeZone = {literal(name)}")
        except duckdb.Error:
            raise DataError(f"“{name}” is not a time zone.", hint="write for example Europe/London") from None

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Runs a statement for what it does. DataError as in `rows`."""
        self.rows(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement.

        Raises `Unconvertible`, `Overflow`, `OutOfMemory` or another DataError where the data or the machine is at
        fault, PitcairnError where the statement is.
        """
        self.statements += 1
        try:
            return self._connection.execute(sql, list(parameters)).fetchall()
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except duckdb.Error as error:
            raise _translated(error, sql) from None


def _translated(error: duckdb.Error, sql: str) -> PitcairnError:
    message = str(error)
    if isinstance(error, duckdb.ConversionException):
        return Unconvertible("A value in the data is not of the kind its column is declared to be.")
    if isinstance(error, duckdb.OutOfRangeException):
        return Overflow("The numbers are too large to be added up exactly.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return OutOfMemory(
            "The data does not fit the engine's memory limit.",
            hint="give it more memory, or leave out groups with many levels",
        )
    if isinstance(error, duckdb.InternalException):
        return Broken(f"The engine failed, and can say no more than this: {message.splitlines()[0]}")
    if isinstance(error, duckdb.InvalidInputException | duckdb.IOException):
        return _unreadable(message)
    # What reads Parquet has errors without a kind, and names no file.
    if type(error) is duckdb.Error and (read := _PARQUET_READ.findall(sql)):
        return _cut_short(" or ".join(dict.fromkeys(Path(name).name for name in read[:_NAMED])))
    return PitcairnError(f"The engine refused a statement; this is a fault of the program: {message.splitlines()[0]}")


def _half_of_the_memory(connection: duckdb.DuckDBPyConnection) -> str:
    ((own,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    amount, unit = own.split()
    return f"{float(amount) * _OF_ITS_OWN:.1f}{unit}"


def _unreadable(message: str) -> DataError:
    if line := _CSV_LINE.search(message):
        return _csv_trouble(message, f", line {line[1]}")
    if "CSV" in message or "utf-8" in message.lower():
        return _csv_trouble(message, "")
    name = _file_in(message)
    if any(sign in message for sign in _PARQUET_TROUBLE):
        return _cut_short(name)
    if packed := _PACKED.search(message):
        return DataError(f"{Path(packed[1]).name} was cut short, or is damaged.", hint="copy or export the file again")
    return DataError(f"{name} cannot be read or written by the engine: {_reason(message)}.")


def _cut_short(name: str) -> DataError:
    return DataError(
        f"{name} is not a complete Parquet file: it was cut short, or it is something else.",
        hint="copy or export the file again",
    )


def _csv_trouble(message: str, place: str) -> DataError:
    name = _file_in(message)
    for sign, trouble, hint in _CSV_TROUBLE:
        if sign.lower() in message.lower():
            return DataError(f"{name}{place} {trouble}.", hint=hint)
    return DataError(f"{name}{place} is not a CSV row.", hint="repair that line, or declare the delimiter")


def _file_in(message: str) -> str:
    found = _CSV_FILE.search(message) or _QUOTED_FILE.search(message)
    return Path(found[1].strip()).name if found else "A file"


def _reason(message: str) -> str:
    known = ("No space left on device", "Permission denied", "No files found", "Input/output error", "Is a directory")
    return next((reason.lower() for reason in known if reason in message), "the file or the disk is at fault")
