"""What a row of the ledger is, and how it is sealed into the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pitcairn.canonical import digest
from pitcairn.evidence.facts import FileFact
from pitcairn.reading.result import LeftOut

Kind = Literal["launch", "reading"]

START = "0" * 64
"""What the first row follows."""

COLUMNS = (
    "seq",
    "kind",
    "pilot",
    "iteration",
    "lineage",
    "recorded_at",
    "recorded_by",
    "body",
    "previous",
    "digest",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row as it was written."""

    seq: int
    kind: str
    pilot: str
    iteration: int
    lineage: str
    recorded_at: datetime
    recorded_by: str
    body: Mapping[str, Any]
    previous: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnArm:
    """How many customers were drawn to an arm; never who."""

    arm: str
    label: str
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchBody:
    """What a `launch` row holds: the locked plan, and the draw in counts."""

    plan: Mapping[str, Any]
    """The plan's canonical plain dict."""
    plan_digest: str
    retrospective: bool
    """Launched after the outcomes were there to be seen."""
    list_digest: str | None
    """SHA-256 of the assignment file; None where somebody else made the draw."""
    in_scope: int | None
    left_out: tuple[LeftOut, ...]
    arms: tuple[DrawnArm, ...]
    files: tuple[FileFact, ...]
    """Fingerprints of the files the draw was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingBody:
    """What a `reading` row holds: enough to recognise the result, and its conclusion."""

    as_of: str
    plan_digest: str
    result_digest: str
    """SHA-256 of the bytes of the result file."""
    withheld: bool
    headline: str
    verdicts: tuple[tuple[str, str], ...]
    """(arm id, verdict code)."""
    files: tuple[FileFact, ...]


def seal(row: Mapping[str, object]) -> str:
    """The digest of a row: SHA-256 over the canonical JSON of all its columns but `digest`, the one before included.

    ValueError where a value has no canonical form, TypeError where it is of a kind no ledger holds.
    """
    return digest({name: row[name] for name in COLUMNS if name != "digest"})


def is_sealed(row: Mapping[str, object]) -> bool:
    """Whether a row is as it was when it was sealed; a row with values that no ledger holds is not."""
    try:
        return seal(row) == row["digest"]
    except (ValueError, TypeError):
        return False
