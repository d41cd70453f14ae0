"""What a row of the ledger is, and how it is sealed into the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from pitcairn.canonical import digest
from pitcairn.evidence.facts import FileFact, Seen
from pitcairn.reading.lock import AlarmFact, GainFact
from pitcairn.reading.result import Code, LeftOut
from pitcairn.reading.since import Decision

Kind = Literal["launch", "reading", "decision", "amendment", "closing", "promotion", "adoption", "stage", "together"]
"""What may be recorded. The bodies of `promotion` (a pack written), `adoption` (a registered prediction) and `stage`
(a step of a rollout) belong to the promotion room: the ledger keeps them as mappings and knows only the kind."""
KINDS: tuple[str, ...] = get_args(Kind)
OF_A_LAUNCH = ("decision", "amendment", "closing")
"""What people say of a launched iteration, so its launch must stand before it."""

DECISIONS: tuple[str, ...] = get_args(Decision)
"""What a person may decide for an arm: package it, confirm it, change it, look again, give it up."""
Touched = Literal["deciding", "arms", "dates", "other"]
"""What a deviation from the plan touches."""
TOUCHED: tuple[str, ...] = get_args(Touched)
BARRING = ("deciding", "arms", "dates")
"""A deviation that touches one of these bars promotion: the promise that was tested is no longer the one kept."""

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
    units: int | None = None
    """Households or the like that they are; None where customers were drawn one by one, and in older ledgers."""


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
    redrawn: int = 0
    """Customers among those drawn who had been in an earlier iteration of the same question."""
    attempt: int | None = None
    """Which confirmation of its lineage it is; None for an exploration, or where an older ledger only counts rows."""
    level: float | None = None
    """The one-sided level it is judged at, frozen here."""


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
    gains: tuple[GainFact, ...] = ()
    """What later numbers are drawn towards; an arm without an estimate, or of an older ledger, is not here."""
    predictions: tuple[tuple[str, str, str], ...] = ()
    """(arm id, measure id, `inside`, `higher`, `lower` or `withheld`): how each prediction fared."""
    alarms: tuple[AlarmFact, ...] = ()
    """Alarms for harm that rang; later readings of the iteration remember them."""
    seen: Seen | None = None
    """So that the next reading can tell what has gone since; None in older ledgers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBody:
    """What a `decision` row holds: what one person decided for one arm, on which reading, and why."""

    arm: str
    label: str
    decision: Decision
    why: str
    verdict: Code
    """What the rules recommended in that reading; `unsafe_to_read` where it was withheld."""
    as_of: str
    result_digest: str
    """SHA-256 of the result file that was decided on."""
    owner: str
    """Who owned the pilot: the decision to promote is somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentBody:
    """What an `amendment` row holds: a deviation from the locked plan that cannot be undone."""

    what: str
    why: str
    touches: tuple[Touched, ...]

    @property
    def bars_promotion(self) -> bool:
        return any(one in BARRING for one in self.touches)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingBody:
    """What a `closing` row holds: an iteration ended early, for good. What it spent stays spent."""

    why: str
    planned_end: str
    attempt: int | None
    """The attempt it spent; None for an exploration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherBody:
    """What a `together` row holds: one reading of all pilots together, enough to recognise its result."""

    first: str
    last: str
    holdout: Mapping[str, Any]
    """The program's holdout, as plans hold it."""
    measures: tuple[str, ...]
    plan_digest: str
    result_digest: str
    """SHA-256 of the bytes of the result file."""
    withheld: bool
    headline: str
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
