"""A source of the program as SQL: its columns by the plan's own words, as text, numbers and days.

What only the embedded engine understands (file readers, TRY_CAST) is in here and in `tables`; the texts that reduce
rows to moments are made of these expressions and plain SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pitcairn.design.plan import Condition, SourcePlan
from pitcairn.errors import DataError
from pitcairn.evidence.engine import Broken, Engine, Unconvertible
from pitcairn.evidence.files import verified
from pitcairn.evidence.sql import identifier, literal, literals
from pitcairn.evidence.tables import Table, refuse_other_encodings, table

_INTEGER = re.compile(r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)")
_WHOLE = re.compile(r"U?(TINYINT|SMALLINT|INTEGER)|BIGINT")
"""Kinds of whole numbers that BIGINT holds."""
_NUMBER = re.compile(r"(DOUBLE|FLOAT|DECIMAL\(.*)")
_TEXT = re.compile(r"(VARCHAR|ENUM\(.*|UUID)")
_TRUE, _FALSE = "'true', 't', 'yes', 'y', '1', '1.0'", "'false', 'f', 'no', 'n', '0', '0.0'"
_SIGNS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
ENDLESS = "{0} > 1e300 OR {0} < -1e300"
"""Whether a number is not finite, or as good as that; a cast to a whole number then stops the statement."""
_SHOWN = 20
"""So many column names are listed in a message."""


@dataclass(frozen=True, slots=True)
class Relation:
    """`sql` stands in a FROM clause; the methods give expressions over its columns.

    Every method raises DataError for a column that is not there: what it is needed for, which columns there are,
    which is nearest and how to map it.
    """

    source: SourcePlan
    table: Table
    _numbers: dict[str, str] = field(default_factory=dict)
    """Columns read as numbers so far, and what for: where to look when a value turns out not to be one."""
    _days: dict[str, str] = field(default_factory=dict)
    _flags: dict[str, str] = field(default_factory=dict)
    whole_ids: bool = False
    """Whether customers are whole numbers in all that is compared with this: see `ids.alike`."""

    @property
    def sql(self) -> str:
        return self.table.sql

    def name(self, name: str, *, needed_by: str) -> str:
        """The column's name in the file, for the plan's word."""
        wanted = dict(self.source.columns).get(name, name)
        if wanted not in self.table.columns:
            raise self._missing(name, wanted, needed_by)
        return wanted

    def column(self, name: str, *, needed_by: str) -> str:
        """The column as it is, quoted."""
        return identifier(self.name(name, needed_by=needed_by))

    def kind(self, name: str, *, needed_by: str) -> str:
        """The engine's name of the column's type."""
        return self.table.columns[self.name(name, needed_by=needed_by)]

    def is_integer(self, name: str, *, needed_by: str) -> bool:
        """Whether the file itself keeps the column as whole numbers."""
        return bool(_INTEGER.fullmatch(self.kind(name, needed_by=needed_by)))

    def is_complete(self, name: str, *, needed_by: str) -> bool:
        """Whether the files say that no cell of the column is empty; an empty text counts as empty too."""
        wanted = self.name(name, needed_by=needed_by)
        return wanted in self.table.complete and self.table.columns[wanted] != "VARCHAR"

    def first_and_last_day(self, name: str | None, *, needed_by: str) -> tuple[date, date] | None:
        """The first and the last day of a column of days, where the files say so and no cell of it is empty."""
        if name is None or self.kind(name, needed_by=needed_by) != "DATE":
            return None
        return (
            self.table.days.get(self.name(name, needed_by=needed_by))
            if self.is_complete(name, needed_by=needed_by)
            else None
        )

    @property
    def keeps_whole_ids(self) -> bool:
        """Whether the files keep customers as whole numbers."""
        name = self.source.customer or ""
        return is_whole(self.table.columns.get(dict(self.source.columns).get(name, name), ""))

    def key(self, *, needed_by: str) -> str:
        """The customer column as text, not trimmed, so that 7 in one file and “7” in another are one customer.

        With `whole_ids` as a whole number, which says the same in half the time. DataError where the source has no
        such column, and where it holds something that has no one way to be text.
        """
        if self.source.customer is None:
            raise DataError(
                f"Source “{self.source.id}” has no customer column, and {needed_by} needs one.",
                hint=f"in program.yaml, under source “{self.source.id}”, write  customer: COLUMN",
            )
        column, kind = (f(self.source.customer, needed_by=needed_by) for f in (self.column, self.kind))
        if self.whole_ids:
            return f"CAST({column} AS BIGINT)"
        if _INTEGER.fullmatch(kind):
            return f"CAST({column} AS VARCHAR)"
        if not _TEXT.fullmatch(kind):
            raise self._wrong_kind(self.source.customer, kind, "a customer: use text or whole numbers")
        return column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"

    def text(self, name: str, *, needed_by: str) -> str:
        """The column as text, trimmed; NULL where empty."""
        column, kind = self.column(name, needed_by=needed_by), self.kind(name, needed_by=needed_by)
        return f"NULLIF(TRIM({column}), '')" if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"

    def label(self, name: str, *, needed_by: str) -> str:
        """The column as text, trimmed, NULL where empty. DataError unless it holds text or whole numbers: anything else
        has no one way to be text, and a lot must come out alike on every engine.
        """
        kind = self.kind(name, needed_by=needed_by)
        if not (_INTEGER.fullmatch(kind) or _TEXT.fullmatch(kind)):
            raise self._wrong_kind(name, kind, f"{needed_by}: use text or whole numbers")
        text = self.text(name, needed_by=needed_by)
        return f"NULLIF(TRIM({text}), '')" if kind.startswith("ENUM") else text

    def number(self, name: str, *, needed_by: str) -> str:
        """The column as a number; NULL where empty. Text that is no number stops the statement: see `explained`."""
        column, kind = self.column(name, needed_by=needed_by), self.kind(name, needed_by=needed_by)
        self._numbers.setdefault(self.name(name, needed_by=needed_by), needed_by)
        if _INTEGER.fullmatch(kind) or kind == "DOUBLE":
            return column
        if _NUMBER.fullmatch(kind):
            return f"CAST({column} AS DOUBLE)"
        if kind == "BOOLEAN":
            return f"CAST({column} AS INTEGER)"
        if kind == "VARCHAR":
            return f"CAST({self._numeral(column)} AS DOUBLE)"
        raise self._wrong_kind(name, kind, "a number")

    def may_be_endless(self, name: str, *, needed_by: str) -> bool:
        """Whether the column can hold what is no finite number."""
        return self.kind(name, needed_by=needed_by) in ("DOUBLE", "FLOAT", "VARCHAR")

    def number_if_any(self, name: str, *, needed_by: str) -> str:
        """The column as a number; NULL where it is none: for comparing, where text is just another answer."""
        column, kind = self.column(name, needed_by=needed_by), self.kind(name, needed_by=needed_by)
        if _INTEGER.fullmatch(kind) or _NUMBER.fullmatch(kind):
            return column
        return f"TRY_CAST({self._numeral(column) if kind == 'VARCHAR' else column} AS DOUBLE)"

    def day(self, name: str | None, *, needed_by: str) -> str:
        """The column as a day; times with an offset are days of the engine's time zone. Text as in `number`."""
        if name is None:
            raise DataError(f"Source “{self.source.id}” has no time column, and {needed_by} needs one.")
        column, kind = self.column(name, needed_by=needed_by), self.kind(name, needed_by=needed_by)
        self._days.setdefault(self.name(name, needed_by=needed_by), needed_by)
        if kind == "DATE":
            return column
        if kind.startswith("TIMESTAMP"):
            return f"CAST({column} AS DATE)"
        if kind == "VARCHAR":
            return _written_day(column, "CAST")
        raise self._wrong_kind(name, kind, "a day")

    def flag(self, name: str, *, needed_by: str) -> str:
        """The column as true or false, in any spelling; NULL where empty. Another word stops the statement."""
        text = self.text(name, needed_by=needed_by)
        self._flags.setdefault(self.name(name, needed_by=needed_by), needed_by)
        return _flag(text, "CAST")

    @property
    def row(self) -> str:
        """The column of row numbers in `numbered`, longer than any of the file's own."""
        return "pitcairn_row" + "_" * max(len(name) for name in self.table.columns)

    def numbered(self, part: str) -> str:
        """One file as a FROM clause with the column `row`: 1 for its first row, the header not counted."""
        return f"(SELECT *, ROW_NUMBER() OVER () AS {self.row} FROM {part}) AS numbered"

    def diagnose(self, engine: Engine) -> None:
        """Looks for the first row that stopped a statement; DataError with file, row, column and value if found."""
        for name, needed_by in self._numbers.items():
            self._first_non_number(engine, name, needed_by)
        for name, needed_by in self._days.items():
            self._first_non_day(engine, name, needed_by)
        for name, needed_by in self._flags.items():
            text = f"NULLIF(TRIM(CAST({identifier(name)} AS VARCHAR)), '')"
            test = f"{text} IS NOT NULL AND {_flag(text, 'TRY_CAST')} IS NULL"
            self._first(engine, name, needed_by, test, "is neither true nor false", self.row)

    def _first_non_number(self, engine: Engine, name: str, needed_by: str) -> None:
        column, kind = identifier(name), self.table.columns[name]
        written = self._numeral(column) if kind == "VARCHAR" else column
        value = f"TRY_CAST({written} AS DOUBLE)"
        for trouble, test, order in (
            ("is not a number", f"{value} IS NULL OR isnan({value})", self.row),
            ("is not a finite number", f"isinf({value})", self.row),
            ("is too large", f"ABS({value}) >= 1e12", f"ABS({value}) DESC"),
        ):
            self._first(engine, name, needed_by, f"{written} IS NOT NULL AND ({test})", trouble, order)

    def _first_non_day(self, engine: Engine, name: str, needed_by: str) -> None:
        if self.table.columns[name] == "VARCHAR":
            day = _written_day(identifier(name), "TRY_CAST")
            test = f"NULLIF(TRIM({identifier(name)}), '') IS NOT NULL AND {day} IS NULL"
            self._first(engine, name, needed_by, test, "is not a day", self.row)

    def _first(self, engine: Engine, name: str, needed_by: str, test: str, trouble: str, order: str) -> None:
        for path, part in self.table.parts:
            value = f"CAST({identifier(name)} AS VARCHAR)"
            rows = f"SELECT {self.row}, {value} FROM {self.numbered(part)}"
            found = engine.rows(f"{rows} WHERE {test} ORDER BY {order} LIMIT 1")
            if found:
                raise self._bad_value(path, found[0], name, needed_by, trouble)

    def _bad_value(self, path: Path, found: tuple[Any, ...], name: str, needed_by: str, trouble: str) -> DataError:
        row, value = found
        return DataError(
            f"{path.name}, row {row:,} (the header is not counted): “{shown(value)}” in column “{name}” {trouble}; "
            f"{needed_by} reads it.",
            hint=self._remedy(value, trouble),
        )

    def _remedy(self, value: str, trouble: str) -> str:
        if trouble == "is not a day":
            return "write days as year-month-day, such as 2026-03-02, with or without a time"
        if trouble == "is neither true nor false":
            return "write true or false, yes or no, 1 or 0; or ask for the word itself where program.yaml asks for true"
        if self.source.decimal == "." and re.fullmatch(r"\s*-?[\d.]*,\d+\s*", value):
            return f'numbers with decimal commas need, under source “{self.source.id}” in program.yaml:  decimal: ","'
        mark = "1234,56" if self.source.decimal == "," else "1234.56"
        return f"write numbers like {mark}, without signs for thousands or currency; leave a cell empty if not known"

    def _numeral(self, column: str) -> str:
        """Text as the engine's cast wants it; with decimal commas a point is not taken for one."""
        trimmed = f"NULLIF(TRIM({column}), '')"
        return f"REPLACE(REPLACE({trimmed}, '.', '?'), ',', '.')" if self.source.decimal == "," else trimmed

    def _missing(self, name: str, wanted: str, needed_by: str) -> DataError:
        said = f"“{wanted}”" if name == wanted else f"“{wanted}” (“{name}” in the plan)"
        names = list(self.table.columns)
        listed = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        near = nearest(wanted, names)
        mapped = f"columns: {{{_as_yaml(name)}: {_as_yaml(near) if near else 'NAME IN THE FILE'}}}"
        fix = f"in program.yaml, under source “{self.source.id}”, write  {mapped}"
        return DataError(
            f"Source “{self.source.id}” ({self.table.parts[0][0].name}) has no column {said}, which {needed_by} needs. "
            f"It has: {listed}.",
            hint=f"the nearest is “{near}”: {fix}" if near else fix,
        )

    def _wrong_kind(self, name: str, kind: str, wanted: str) -> DataError:
        return DataError(f"Column “{name}” of source “{self.source.id}” holds {kind} and cannot be read as {wanted}.")


def relation(engine: Engine, source: SourcePlan, files: Sequence[Path]) -> Relation:
    """The source's files, opened: names and types are read, rows are not.

    DataError as in `tables.table`, and for a file that does not have the fingerprint that the plan declares.
    """
    verified(source, files)
    return Relation(source, table(engine, source, files))


def is_whole(kind: str) -> bool:
    """Whether the engine's type holds whole numbers, none too large for BIGINT."""
    return bool(_WHOLE.fullmatch(kind))


def condition_sql(relation: Relation, conditions: Sequence[Condition], *, needed_by: str = "a condition") -> str:
    """All conditions as one test, in brackets; TRUE where there are none. An empty cell fits no condition."""
    tests = [_test(relation, condition, needed_by) for condition in conditions]
    return f"({' AND '.join(tests)})" if tests else "TRUE"


def binding_sql(relation: Relation, conditions: Sequence[Condition], *, needed_by: str) -> str:
    """As `condition_sql`, for what protects customers: where true, false or numbers are asked for, a word is no “no”.

    It stops the statement, where the other conditions hold: see `explained`.
    """
    others, tests = [], []
    for one in conditions:
        kinds = {type(value) for value in one.values}
        if one.comparison == "in" and kinds == {bool}:
            tests.append(f"{relation.flag(one.column, needed_by=needed_by)} IN ({literals(one.values)})")
        elif one.comparison == "in" and kinds <= {int, float}:
            tests.append(f"{relation.number(one.column, needed_by=needed_by)} IN ({literals(one.values)})")
        else:
            others.append(one)
    held = condition_sql(relation, others, needed_by=needed_by)
    return f"CASE WHEN {held} THEN {' AND '.join(tests)} END" if tests else held


@contextmanager
def explained(engine: Engine, *relations: Relation) -> Iterator[None]:
    """Turns “some value is not a number” into the file, row and value, by asking the relations once more."""
    try:
        yield
    except Unconvertible:
        for found in relations:
            found.diagnose(engine)
        raise
    except Broken:
        for found in relations:
            refuse_other_encodings(found.table)
        raise


def nearest(wanted: str, names: Sequence[str]) -> str | None:
    """The name that was probably meant; capitals, spaces, hyphens and underscores make no difference.

    >>> nearest("order value", ["Order_Value", "when"])
    'Order_Value'
    """
    plain = {_folded(name): name for name in reversed(names)}
    found = get_close_matches(_folded(wanted), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else None


def shown(value: object) -> str:
    """A value as it stands in a message: one line, not too long."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _as_yaml(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name, ensure_ascii=False)


def _folded(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", name.casefold())


def _written_day(column: str, cast: str) -> str:
    """A day written as text; only what carries an offset, or the name of a zone, goes through the slower clock."""
    text = f"NULLIF(TRIM({column}), '')"
    clock = f"SUBSTR({text}, 11)"
    named = f"SUBSTR({text}, 12)"
    offset = f"{clock} LIKE '%+%' OR {clock} LIKE '%-%' OR UPPER({named}) <> LOWER({named})"
    zoned = f"{cast}({cast}({text} AS TIMESTAMP WITH TIME ZONE) AS DATE)"
    return f"CASE WHEN {offset} THEN {zoned} ELSE {cast}({text} AS DATE) END"


def _flag(text: str, cast: str) -> str:
    return (
        f"CASE WHEN LOWER({text}) IN ({_TRUE}) THEN TRUE WHEN LOWER({text}) IN ({_FALSE}) THEN FALSE "
        f"ELSE {cast}({text} AS BOOLEAN) END"
    )


def _test(relation: Relation, condition: Condition, needed_by: str) -> str:
    if condition.comparison != "in":
        (limit,) = condition.values
        number = relation.number(condition.column, needed_by=needed_by)
        test = f"{number} {_SIGNS[condition.comparison]} {literal(limit)}"
        if not relation.may_be_endless(condition.column, needed_by=needed_by):
            return test
        # Engines hold what is no number for the largest one, and it would be above every limit.
        return f"CASE WHEN {ENDLESS.format(number)} THEN CAST({number} AS BIGINT) = 0 ELSE {test} END"
    return _is_one_of(relation, condition, needed_by)


def _is_one_of(relation: Relation, condition: Condition, needed_by: str) -> str:
    """Text is compared as text, numbers as numbers, true and false in any of their spellings."""
    name = condition.column
    text = relation.text(name, needed_by=needed_by)
    flags = [value for value in condition.values if isinstance(value, bool)]
    numbers = [value for value in condition.values if isinstance(value, int | float) and not isinstance(value, bool)]
    words = [value for value in condition.values if isinstance(value, str)]
    tests = [f"{text} IN ({literals(words)})"] if words else []
    if numbers:
        tests.append(f"{relation.number_if_any(name, needed_by=needed_by)} IN ({literals(numbers)})")
    tests += [f"LOWER({text}) IN ({_TRUE if flag else _FALSE})" for flag in dict.fromkeys(flags)]
    return f"({' OR '.join(tests)})"
