"""Putting names and values of plan files into SQL text: one function for each, and nothing else does it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pitcairn.design.plan import Scalar


def identifier(name: str) -> str:
    """A column or table name, quoted.

    >>> print(identifier('his "own" column'))
    "his ""own"" column"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: Scalar | date | None) -> str:
    """A value as a literal; floats keep every digit.

    >>> literal("it's"), literal(True), literal(0.1), literal(date(2026, 3, 2)), literal(None)
    ("'it''s'", 'TRUE', "CAST('0.1' AS DOUBLE)", "CAST('2026-03-02' AS DATE)", 'NULL')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    if isinstance(value, date):
        return f"CAST('{value.isoformat()}' AS DATE)"
    return "'" + value.replace("'", "''") + "'"


def literals(values: Iterable[Scalar]) -> str:
    """Several literals, for `IN (...)`."""
    return ", ".join(literal(value) for value in values)


def path_literal(path: Path) -> str:
    """A file name that means itself to the engine's file readers, which take `*`, `?` and `[` for patterns.

    >>> path_literal(Path("a*b's.csv"))
    "'a[*]b''s.csv'"
    """
    return literal("".join(f"[{char}]" if char in "*?[" else char for char in str(path)))


def parquet_sql(*paths: Path) -> str:
    """Parquet files that we wrote, for a FROM clause. A folder above them that is called `arm=x` is no column."""
    return f"read_parquet([{', '.join(map(path_literal, paths))}], hive_partitioning = false)"
