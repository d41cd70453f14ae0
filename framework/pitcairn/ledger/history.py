"""What the ledger says, for everything that asks and does not write: fast, read-only, nothing locked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pitcairn.errors import DataError
from pitcairn.evidence.facts import FileFact, Known, Seen
from pitcairn.ledger.connection import reading
from pitcairn.ledger.entry import (
    START,
    AmendmentBody,
    ClosingBody,
    DecisionBody,
    DrawnArm,
    Entry,
    Kind,
    LaunchBody,
    ReadingBody,
)
from pitcairn.reading.lock import AlarmFact, GainFact
from pitcairn.reading.result import LeftOut

_ROWS = """
SELECT seq, pilot, iteration, lineage, recorded_at, recorded_by, digest, previous, body
FROM entries
WHERE kind = ? AND pilot = coalesce(?, pilot) AND iteration = coalesce(?, iteration)
ORDER BY seq
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    seq: int
    pilot: str
    number: int
    lineage: str
    at: datetime
    by: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchRow(_Recorded):
    """One launch: who locked which plan, when, and what was drawn."""

    body: LaunchBody


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow(_Recorded):
    """One reading: as of which day, and what it concluded."""

    body: ReadingBody


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow(_Recorded):
    """One decision: who decided what for which arm, and why."""

    body: DecisionBody


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentRow(_Recorded):
    """One deviation from a plan: who recorded it, and why it happened."""

    body: AmendmentBody


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingRow(_Recorded):
    """One iteration that was ended early."""

    body: ClosingBody


def launches(path: Path, pilot: str | None = None) -> tuple[LaunchRow, ...]:
    """Every launch, oldest first; of one pilot where named. DataError where the ledger is damaged."""
    return tuple(_launch(path, row) for row in _rows(path, "launch", pilot, None))


def launch_of(path: Path, pilot: str, number: int) -> LaunchRow | None:
    """The launch of one iteration, None where it was not launched. DataError where the ledger is damaged."""
    return next((_launch(path, row) for row in _rows(path, "launch", pilot, number)), None)


def readings(path: Path, pilot: str | None = None, number: int | None = None) -> tuple[ReadingRow, ...]:
    """Every reading, oldest first; of one pilot, of one iteration. DataError where the ledger is damaged."""
    return tuple(_reading(path, row) for row in _rows(path, "reading", pilot, number))


def decisions(path: Path, pilot: str | None = None, number: int | None = None) -> tuple[DecisionRow, ...]:
    """Every decision, oldest first: the last one of an arm is the one that holds. DataError where damaged."""
    return tuple(_decision(path, row) for row in _rows(path, "decision", pilot, number))


def amendments(path: Path, pilot: str | None = None, number: int | None = None) -> tuple[AmendmentRow, ...]:
    """Every recorded deviation from a plan, oldest first. DataError where the ledger is damaged."""
    return tuple(_amendment(path, row) for row in _rows(path, "amendment", pilot, number))


def closings(path: Path, pilot: str | None = None) -> tuple[ClosingRow, ...]:
    """Every iteration that was ended early, oldest first. DataError where the ledger is damaged."""
    return tuple(_closing(path, row) for row in _rows(path, "closing", pilot, None))


def entries(path: Path, kind: Kind, pilot: str | None = None, number: int | None = None) -> tuple[Entry, ...]:
    """Every row of a kind as it was written, oldest first, for rooms that define the body themselves.

    DataError where the ledger is damaged.
    """
    return tuple(_entry(path, kind, row) for row in _rows(path, kind, pilot, number))


def head(path: Path) -> str:
    """The digest of the last row, zeros where there is none. DataError where the ledger is damaged."""
    with reading(path) as connection:
        found = connection.execute("SELECT digest FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    return str(found[0]) if found else START


_Row = tuple[int, str, int, str, str, str, str, str, str]


def _rows(path: Path, kind: Kind, pilot: str | None, number: int | None) -> list[_Row]:
    with reading(path) as connection:
        return connection.execute(_ROWS, (kind, pilot, number)).fetchall()


def _launch(path: Path, row: _Row) -> LaunchRow:
    with _written_by_us(path, row):
        body = json.loads(row[-1])
        held = LaunchBody(
            **body
            | {
                "plan": dict(body["plan"]),
                "left_out": tuple(LeftOut(**item) for item in body["left_out"]),
                "arms": tuple(DrawnArm(**item) for item in body["arms"]),
                "files": tuple(FileFact(**item) for item in body["files"]),
            }
        )
        return LaunchRow(**_common(row), body=held)


def _reading(path: Path, row: _Row) -> ReadingRow:
    with _written_by_us(path, row):
        body = json.loads(row[-1])
        held = ReadingBody(
            **body
            | {
                "verdicts": tuple((arm, code) for arm, code in body["verdicts"]),
                "files": tuple(FileFact(**item) for item in body["files"]),
                "gains": tuple(GainFact(**item) for item in body.get("gains", ())),
                "alarms": tuple(AlarmFact(**item) for item in body.get("alarms", ())),
                "predictions": tuple((arm, measure, match) for arm, measure, match in body.get("predictions", ())),
                "seen": _seen(body.get("seen")),
            }
        )
        return ReadingRow(**_common(row), body=held)


def _seen(body: dict[str, Any] | None) -> Seen | None:
    if body is None:
        return None
    return Seen(
        as_of=date.fromisoformat(body["as_of"]),
        rows=tuple((source, rows) for source, rows in body["rows"]),
        assigned=tuple((arm, count) for arm, count in body["assigned"]),
        deciding=tuple(Known(**item) for item in body["deciding"]),
    )


def _decision(path: Path, row: _Row) -> DecisionRow:
    with _written_by_us(path, row):
        return DecisionRow(**_common(row), body=DecisionBody(**json.loads(row[-1])))


def _amendment(path: Path, row: _Row) -> AmendmentRow:
    with _written_by_us(path, row):
        body = json.loads(row[-1])
        return AmendmentRow(**_common(row), body=AmendmentBody(**body | {"touches": tuple(body["touches"])}))


def _closing(path: Path, row: _Row) -> ClosingRow:
    with _written_by_us(path, row):
        return ClosingRow(**_common(row), body=ClosingBody(**json.loads(row[-1])))


def _entry(path: Path, kind: Kind, row: _Row) -> Entry:
    with _written_by_us(path, row):
        seq, pilot, number, lineage, at, by, digest, previous, body = row
        return Entry(
            seq=seq,
            kind=kind,
            pilot=pilot,
            iteration=number,
            lineage=lineage,
            recorded_at=datetime.fromisoformat(at),
            recorded_by=by,
            body=dict(json.loads(body)),
            previous=previous,
            digest=digest,
        )


def _common(row: _Row) -> dict[str, Any]:
    seq, pilot, number, lineage, at, by, digest, _, _ = row
    return {
        "seq": seq,
        "pilot": pilot,
        "number": number,
        "lineage": lineage,
        "at": datetime.fromisoformat(at),
        "by": by,
        "digest": digest,
    }


@contextmanager
def _written_by_us(path: Path, row: _Row) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DataError(
            f"Row {row[0]} of {path} does not hold what its kind should.",
            hint="see what was changed with: pitcairn ledger verify",
        ) from error
