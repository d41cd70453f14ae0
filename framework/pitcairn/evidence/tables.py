"""Files as tables: FROM-clause text, column names and types, before any row is read."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import isfinite
from pathlib import Path
from typing import TextIO

from pitcairn.design.plan import SourcePlan
from pitcairn.errors import DataError, Problem
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.sql import identifier, literal, path_literal

CSV_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
PARQUET_ENDINGS = (".parquet",)
_BINARY = ("PAR1", "PK\x03\x04", "\x1f\udc8b")
"""How Parquet files, workbooks and packed files begin."""
_SEPARATORS = (",", ";", "\t", "|")
_LONGEST_HEADER = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """`sql` stands in a FROM clause; `parts` are the same for each file alone, for finding the row at fault."""

    sql: str
    columns: dict[str, str]
    """Column name -> the engine's type name."""
    parts: tuple[tuple[Path, str], ...]
    complete: frozenset[str] = frozenset()
    """Columns that the files themselves say have no empty cell."""
    ends: dict[str, tuple[float, float]] = field(default_factory=dict)
    """The lowest and the highest number of a column, where the files say so."""
    days: dict[str, tuple[date, date]] = field(default_factory=dict)
    """The first and the last day of a column, where the files say so; those of an empty cell are not among them."""
    rows: int = 0
    """How many rows there are, where the files say so."""


@dataclass(frozen=True, slots=True)
class _Header:
    names: tuple[str, ...]
    separator: str


def table(engine: Engine, source: SourcePlan, files: Sequence[Path]) -> Table:
    """The files of one source as one table.

    DataError for an empty file, a missing or doubled header name, text that is not UTF-8, a Parquet file cut short,
    files whose columns differ, and kinds of file that cannot be read.
    """
    kinds = {_kind(path) for path in files}
    if len(kinds) > 1:
        raise DataError(f"The files of source “{source.id}” are CSV and Parquet; they must be of one kind.")
    found = _csv(source, files) if kinds == {"csv"} else _parquet(engine, files)
    if not found.columns:
        raise DataError(f"{files[0].name} has no columns.")
    return found


def refuse_other_encodings(found: Table) -> None:
    """DataError for the first line of a CSV file that is not UTF-8; for the rare engine that breaks down over it."""
    for path, _ in found.parts:
        if _kind(path) == "csv":
            with _opened(path) as stream:
                for number, line in enumerate(stream, start=1):
                    if _is_not_text(line):
                        raise _not_utf_8(path, f", line {number}")


def _is_not_text(written: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in written)


def _not_utf_8(path: Path, place: str = "") -> DataError:
    return DataError(
        f"{path.name}{place} is not UTF-8 text.",
        hint="save the file as UTF-8 (in Excel: “CSV UTF-8”) and read it again",
    )


def _kind(path: Path) -> str:
    name = path.name.lower()
    if name.endswith(CSV_ENDINGS):
        return "csv"
    if name.endswith(PARQUET_ENDINGS):
        return "parquet"
    raise DataError(
        f"{path.name} cannot be read: its name does not say what it is.",
        hint="CSV files end in .csv, .csv.gz or .tsv, Parquet files in .parquet; save a workbook as “CSV UTF-8”",
    )


# --- CSV ------------------------------------------------------------------------------------------------------


def _csv(source: SourcePlan, files: Sequence[Path]) -> Table:
    """Every column is text; the header is read here, so that nothing about the file is guessed from its rows."""
    headers = [_header(path, source.delimiter) for path in files]
    _same_columns(files, [header.names for header in headers])
    parts = tuple((path, _read_csv([path], header)) for path, header in zip(files, headers, strict=True))
    names = headers[0].names
    if all(header == headers[0] for header in headers):
        sql = _read_csv(files, headers[0])
    else:
        columns = ", ".join(identifier(name) for name in names)
        sql = f"({' UNION ALL '.join(f'SELECT {columns} FROM {part}' for _, part in parts)})"
    return Table(f"{sql} AS source", dict.fromkeys(names, "VARCHAR"), parts)


def _read_csv(files: Sequence[Path], header: _Header) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header.names)
    return (
        f"read_csv([{', '.join(path_literal(path) for path in files)}], auto_detect = false, header = true, "
        f"delim = {literal(header.separator)}, quote = '\"', escape = '\"', columns = {{{columns}}}, "
        "hive_partitioning = false)"
    )


def _header(path: Path, separator: str | None) -> _Header:
    try:
        with _opened(path) as stream:
            first = stream.readline(_LONGEST_HEADER)
            if not first:
                raise DataError(f"{path.name} is empty.", hint="export it again; its first line must name the columns")
            if first.startswith(_BINARY):
                raise DataError(
                    f"{path.name} is no CSV file, whatever its name says.",
                    hint="name a Parquet file .parquet and a packed one .csv.gz; save a workbook as “CSV UTF-8”",
                )
            separator = separator or _separator(path, first)
            stream.seek(0)
            names = next(csv.reader(stream, delimiter=separator), [])
    except (EOFError, gzip.BadGzipFile, csv.Error):
        raise DataError(
            f"{path.name} cannot be read: it was cut short, or it is something else.", hint="export it again"
        ) from None
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}.") from None
    return _Header(_named(path, [name.strip().removeprefix("\ufeff") for name in names]), separator)


def _opened(path: Path) -> TextIO:
    """The text, with bytes that are none kept as such: those below the header are the engine's to point at."""
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline="")


def _separator(path: Path, line: str) -> str:
    """The separator that occurs most often outside quotes in the header; a lone column has none."""
    if ".tsv" in path.name.lower():
        return "\t"
    plain = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=plain.count)


def _named(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    if any(_is_not_text(name) for name in names):
        raise _not_utf_8(path)
    if not any(names):
        raise DataError(f"The first line of {path.name} is empty.", hint="its first line must name the columns")
    counts = Counter(name.casefold() for name in names if name)
    if twice := [name for name in names if counts[name.casefold()] > 1]:
        raise DataError(
            f"{path.name} has more than one column “{twice[0]}”.",
            hint="rename one of them in the file; capital letters make no difference",
        )
    return tuple(name or f"(column {place})" for place, name in enumerate(names, start=1))


# --- Parquet --------------------------------------------------------------------------------------------------


def _parquet(engine: Engine, files: Sequence[Path]) -> Table:
    folders = _folders(engine, files)
    parts = tuple((path, f"read_parquet([{path_literal(path)}]{folders})") for path in files)
    columns = [_described(engine, sql) for _, sql in parts]
    listed = ", ".join(path_literal(path) for path in files)
    if len(files) == 1:
        return _with_footers(engine, Table(f"{parts[0][1]} AS source", columns[0], parts), listed)
    sql = f"read_parquet([{listed}], union_by_name = true{folders})"
    _same_columns(files, [tuple(found) for found in columns])
    return _with_footers(engine, Table(f"{sql} AS source", _described(engine, sql), parts), listed)


def _folders(engine: Engine, files: Sequence[Path]) -> str:
    """Folders called `day=2026-03-02` are columns only where the files have none of that name: the engine would take
    the folder's word for the file's.
    """
    named = {part.partition("=")[0].casefold() for path in files for part in path.parts[:-1] if "=" in part}
    plain = ", hive_partitioning = false"
    own = {
        name.casefold()
        for path in (files if named else ())
        for name in _described(engine, f"read_parquet([{path_literal(path)}]{plain})")
    }
    return plain if named & own else ""


def _with_footers(engine: Engine, found: Table, listed: str) -> Table:
    """What the files' footers say of every piece of a column: whether it has a NULL, its lowest and highest value."""
    rows = engine.rows(
        "SELECT path_in_schema, COUNT(stats_null_count) = COUNT(*) AND SUM(stats_null_count) = 0, "
        f"SUM(row_group_num_rows), {_lowest_and_highest('DOUBLE')}, {_lowest_and_highest('DATE')} "
        f"FROM parquet_metadata([{listed}]) GROUP BY path_in_schema"
    )
    return replace(
        found,
        complete=frozenset(name for name, complete, *_ in rows if complete),
        ends={name: (low, high) for name, *_, low, high, _, _ in rows if low is not None and isfinite(high - low)},
        days={name: (low, high) for name, *_, low, high in rows if low is not None},
        rows=max((int(count) for _, _, count, *_ in rows), default=0),
    )


def _lowest_and_highest(kind: str) -> str:
    """NULL and NULL where one piece of the column does not say."""
    low, high = (f"TRY_CAST(stats_{end}_value AS {kind})" for end in ("min", "max"))
    return ", ".join(
        f"CASE WHEN COUNT({low}) = COUNT(*) AND COUNT({high}) = COUNT(*) THEN {end} END"
        for end in (f"MIN({low})", f"MAX({high})")
    )


def _described(engine: Engine, sql: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in engine.rows(f"DESCRIBE SELECT * FROM {sql}")}


# --- both -----------------------------------------------------------------------------------------------------


def _same_columns(files: Sequence[Path], names: Sequence[Sequence[str]]) -> None:
    """DataError for every file whose columns are not those of the first."""
    first = set(names[0])
    problems = [
        Problem(
            message=f"{path.name} does not have the same columns as {files[0].name}: {_difference(first, set(found))}.",
            hint="the files of one source must have the same columns",
        )
        for path, found in zip(files[1:], names[1:], strict=True)
        if set(found) != first
    ]
    if problems:
        raise DataError(problems)


def _difference(first: set[str], other: set[str]) -> str:
    lacks, adds = sorted(first - other), sorted(other - first)
    said = [
        f"{word} {', '.join(f'“{name}”' for name in found)}"
        for word, found in (("lacks", lacks), ("adds", adds))
        if found
    ]
    return " and ".join(said)
