"""Whether the ledger is as it was written: every digest, the chain, the rules in the file, what others remember.

A chain of digests shows any change to a row that has rows after it. It cannot show on its own that the last
rows are gone, nor that somebody rewrote a row and every row after it: for that, digests kept elsewhere are
compared, and every result file keeps one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pitcairn.canonical import digest, dumps
from pitcairn.ledger import schema
from pitcairn.ledger.connection import reading
from pitcairn.ledger.entry import COLUMNS, KINDS, OF_A_LAUNCH, START, is_sealed

_NONE: Mapping[str, str] = MappingProxyType({})
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it was written (`broken`), or worth knowing (`note`)."""

    kind: Literal["broken", "note"]
    row: int | None
    """The row it is about; None where it is about the file or about a row that is gone."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at and what was found; nothing found is as good as it gets."""

    rows: int
    head: str
    """Digest of the last row, zeros where there is none: write it down elsewhere to hold the ledger to it."""
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing is broken; notes do not count."""
        return all(finding.kind == "note" for finding in self.findings)


def verify(
    path: Path,
    *,
    expected_heads: Mapping[str, str] = _NONE,
    expected_results: Mapping[str, str] = _NONE,
) -> Verification:
    """Everything about the ledger that is not as it was written, in the order of its rows.

    `expected_heads` holds, by name of a result file, the digest of the row it was recorded after
    (`provenance.ledger_head`); `expected_results` the SHA-256 of its bytes. Both tell of rows gone from the end;
    `witnesses` collects both from a program folder.
    DataError where the file is no ledger, or too damaged to be read at all.
    """
    with reading(path) as connection:
        connection.text_factory = _text
        found = [*_damage(connection), *_rules(connection), *_migrations(connection)]
        rows, unreadable = _rows(connection)
    found += [*unreadable, *_chain(rows), *_clock(rows)]
    for row in rows:
        found += _content(row)
    if all(one.kind == "note" for one in found):
        # A row that is gone or changed is reported once, not again by everything that speaks of it.
        found += _footing(rows)
    found += [*_gone(rows, expected_heads), *_unknown(rows, expected_results)]
    return Verification(rows=len(rows), head=rows[-1]["digest"] if rows else START, findings=tuple(found))


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


def _broken(text: str, row: int | None = None) -> Finding:
    return Finding(kind="broken", row=row, text=text)


def _damage(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (line,) in connection.execute("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield _broken(f"The file is damaged, SQLite says: {line}.")


def _rules(connection: sqlite3.Connection) -> Iterator[Finding]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        schema.build(model, _age(connection))
        written, found = schema.objects(model), schema.objects(connection)
    for (kind, name), made in written.items():
        if (kind, name) not in found:
            yield _broken(f"The {kind} “{name}” is missing from the file.")
        elif found[kind, name] != made:
            yield _broken(f"The {kind} “{name}” was altered.")
    for kind, name in sorted(found.keys() - written.keys()):
        text = f"The {kind} “{name}” is not Pitcairn's."
        on_rows = found[kind, name].table == "entries"
        yield Finding(kind="broken" if on_rows else "note", row=None, text=text)


def _migrations(connection: sqlite3.Connection) -> Iterator[Finding]:
    age = _age(connection)
    if age is None:
        yield _broken("The record of migrations is not the one of this version of Pitcairn.")
    elif age < len(schema.STEPS):
        text = "An older version of Pitcairn made the file; the next row that is recorded brings it up to date."
        yield Finding(kind="note", row=None, text=text)


def _age(connection: sqlite3.Connection) -> int | None:
    """How many of our migrations made the file; None where its record of them is not one of ours."""
    try:
        found = sorted(schema.applied(connection))
    except sqlite3.OperationalError:
        return None
    known = sorted(name for name, _ in schema.STEPS)
    return len(found) if found and found == known[: len(found)] else None


def _rows(connection: sqlite3.Connection) -> tuple[list[_Row], list[Finding]]:
    try:
        found = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM entries ORDER BY seq").fetchall()  # noqa: S608
    except sqlite3.OperationalError as error:
        return [], [_broken(f"The rows cannot be read: {error}.")]
    return [dict(zip(COLUMNS, row, strict=True)) for row in found], []


def _chain(rows: list[_Row]) -> Iterator[Finding]:
    before: _Row = {"seq": 0, "digest": START}
    for row in rows:
        gone = range(before["seq"] + 1, row["seq"])
        if gone:
            yield _broken(f"{_named(gone)} missing.")
        elif row["previous"] != before["digest"]:
            follows = f"row {before['seq']}, as that one stands now" if before["seq"] else "the start of the ledger"
            yield _broken(f"Row {row['seq']} does not follow {follows}.", row["seq"])
        if not is_sealed(row):
            what = f"{row['kind']} of {row['pilot']}, iteration {row['iteration']}"
            yield _broken(f"Row {row['seq']} ({what}) was changed after it was recorded.", row["seq"])
        before = row


def _named(gone: range) -> str:
    return f"Row {gone[0]} is" if len(gone) == 1 else f"Rows {gone[0]} to {gone[-1]} are"


def _clock(rows: list[_Row]) -> Iterator[Finding]:
    """Times are kept as given: a clock may run backwards, but whoever reads the ledger should know."""
    for before, row in pairwise(rows):
        earlier, later = _time(before), _time(row)
        if earlier and later and later < earlier:
            text = f"Row {row['seq']} was recorded at {row['recorded_at']}, before row {before['seq']} by the clock."
            yield Finding(kind="note", row=row["seq"], text=text)


def _time(row: _Row) -> datetime | None:
    try:
        return datetime.fromisoformat(row["recorded_at"])
    except (ValueError, TypeError):
        return None


def _content(row: _Row) -> Iterator[Finding]:
    """Looks inside a row whose seal holds: another program can seal too, but would have to know our forms."""
    if not is_sealed(row):
        return
    seq = row["seq"]
    try:
        body = json.loads(row["body"])
        canonical = dumps(body) == row["body"]
    except (ValueError, TypeError, RecursionError):
        body, canonical = None, False
    if not canonical or not isinstance(body, dict):
        yield _broken(f"Row {seq} was not written by Pitcairn: its body is not canonical JSON.", seq)
    elif row["kind"] == "launch" and digest(body.get("plan")) != body.get("plan_digest"):
        yield _broken(f"Row {seq} holds a plan that does not match the plan's digest beside it.", seq)
    if _time(row) is None:
        yield _broken(f"Row {seq} was not written by Pitcairn: “{row['recorded_at']}” is no time.", seq)


def _footing(rows: list[_Row]) -> Iterator[Finding]:
    """Whether what speaks of an earlier row has one to speak of."""
    launched: set[tuple[object, object]] = set()
    results: set[object] = set()
    for row in rows:
        seq, kind, iteration = row["seq"], row["kind"], (row["pilot"], row["iteration"])
        if kind not in KINDS:
            yield _broken(f"Row {seq} is of a kind that Pitcairn does not know: “{kind}”.", seq)
        if kind in OF_A_LAUNCH and iteration not in launched:
            yield _broken(
                f"Row {seq} ({kind}) speaks of iteration {iteration[1]} of {iteration[0]}, never launched.", seq
            )
        if kind == "decision" and _result(row) not in results:
            yield _broken(f"Row {seq} decides on a result that no reading before it has.", seq)
        if kind == "launch":
            launched.add(iteration)
        if kind == "reading":
            results.add(_result(row))


def _gone(rows: list[_Row], expected: Mapping[str, str]) -> Iterator[Finding]:
    known = {START, *(row["digest"] for row in rows)}
    for name, head in expected.items():
        if head not in known:
            yield _broken(f"The ledger does not contain the row that {name} was recorded after ({head[:12]}…).")


def _unknown(rows: list[_Row], expected: Mapping[str, str]) -> Iterator[Finding]:
    known = {_result(row) for row in rows if row["kind"] in ("reading", "together")}
    for name, found in expected.items():
        if found not in known:
            yield _broken(
                f"The ledger has no reading of {name} as it is now: the file was changed, or its row is gone."
            )


def _result(row: _Row) -> object:
    try:
        return json.loads(row["body"]).get("result_digest")
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
