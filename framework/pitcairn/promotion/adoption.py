"""What the ledger keeps of an adoption: the registered prediction, and every step of the rollout. State is replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from pitcairn.canonical import dumps, plain
from pitcairn.errors import DataError, Refused
from pitcairn.ledger import history
from pitcairn.ledger.entry import Entry
from pitcairn.ledger.ledger import Ledger
from pitcairn.promotion.contents import Stage
from pitcairn.promotion.predict import Prediction

Happened = Literal["rehearsed", "advanced", "held", "rolled_back", "watched", "renewed", "retired"]
OVER: tuple[Happened, ...] = ("rolled_back", "retired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The body of an `adoption` row: written before the first customer is drawn."""

    pack: str
    version: str
    pack_digest: str
    core_digest: str
    model: str
    """Digest of what the practice is here; a launch with another one is about another model."""
    program: str
    simulated: str | None
    """Where the customers here are made up: the program's sentence that says so."""
    place: str
    valid_until: str
    parameters: tuple[tuple[str, str], ...]
    practice: str
    """The arm that gets the pack's practice."""
    comparison: str
    claimed: float
    """The pack's raw log ratio, so that calibration can set what came beside it."""
    stages: tuple[Stage, ...]
    prediction: Prediction
    planned_error: float
    """Of the log ratio, once every stage is open."""
    rollback: tuple[str, ...]
    channel: str | None
    most_contacts: int | None
    """With one customer, within `within_days`."""
    within_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The deciding effect at one reading, as a log ratio."""

    iteration: int
    as_of: str
    log_ratio: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The body of a `stage` row: one thing that happened in a rollout."""

    happened: Happened
    stage: int
    """From 1."""
    name: str
    why: str
    look: Look | None = None
    valid_until: str | None = None
    """Of a renewal: until when the newer evidence is good."""
    pack_digest: str | None = None
    """Of a renewal: the pack that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A step with its day and its person."""

    step: Step
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where an adoption stands, from the ledger alone."""

    pilot: str
    adoption: Adoption
    adopted_at: datetime
    adopted_by: str
    lineage: str
    steps: tuple[Recorded, ...]

    @property
    def reached(self) -> int:
        """The stage that was opened last, from 1."""
        return max((one.step.stage for one in self.steps if one.step.happened == "advanced"), default=1)

    @property
    def rehearsed(self) -> bool:
        return any(one.step.happened == "rehearsed" for one in self.steps)

    @property
    def over(self) -> Recorded | None:
        """The rollback or the retirement that ended it; None while it runs."""
        return next((one for one in self.steps if one.step.happened in OVER), None)

    @property
    def valid_until(self) -> str:
        """Until when its evidence is good: the last renewal's word, else the pack's that was adopted."""
        renewed = [one.step.valid_until for one in self.steps if one.step.valid_until]
        return renewed[-1] if renewed else self.adoption.valid_until

    def has_lapsed(self, today: date) -> bool:
        """Whether it still runs on evidence that is too old."""
        return self.over is None and today.isoformat() > self.valid_until

    @property
    def looks(self) -> tuple[Look, ...]:
        return tuple(one.step.look for one in self.steps if one.step.look is not None)


def state_of(ledger: Path, pilot: str) -> State:
    """The adoption's state. Refused where the pilot adopts no pack; DataError where the ledger is damaged."""
    rows = history.entries(ledger, "adoption", pilot)
    if not rows:
        raise Refused(
            f"{pilot} adopts no pack, so there is nothing to roll out or to hold it against.",
            hint="adopt one: pitcairn adopt FILE.pilotpack",
        )
    row = rows[-1]
    steps = [one for one in history.entries(ledger, "stage", pilot) if one.seq > row.seq]
    return State(
        pilot=pilot,
        adoption=_body(ledger, row, Adoption),
        adopted_at=row.recorded_at,
        adopted_by=row.recorded_by,
        lineage=row.lineage,
        steps=tuple(Recorded(step=_body(ledger, one, Step), at=one.recorded_at, by=one.recorded_by) for one in steps),
    )


def adopted(ledger: Path) -> tuple[str, ...]:
    """The pilots that adopt a pack, oldest first."""
    return tuple(dict.fromkeys(row.pilot for row in history.entries(ledger, "adoption")))


def register(ledger: Path, pilot: str, lineage: str, adoption: Adoption, *, by: str, at: datetime) -> None:
    """Appends the adoption with its prediction. Refused where customers were drawn already."""
    with Ledger.open(ledger) as open_ledger, open_ledger.transaction():
        if history.launches(ledger, pilot):
            raise Refused(f"{pilot} was launched already; a prediction is registered before the first customer.")
        open_ledger.append("adoption", pilot=pilot, iteration=1, lineage=lineage, body=_plain(adoption), by=by, at=at)


def record(ledger: Path, state: State, step: Step, *, by: str, at: datetime) -> None:
    """Appends one step. Refused where nobody in particular takes it."""
    if not by.strip():
        raise Refused("A step of a rollout is taken by a named person.", hint="add: --by NAME")
    with Ledger.open(ledger) as open_ledger:
        open_ledger.append(
            "stage", pilot=state.pilot, iteration=step.stage, lineage=state.lineage, body=_plain(step), by=by, at=at
        )


def _plain(body: Adoption | Step) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = plain(body)
    return kept


T = TypeVar("T", Adoption, Step)


def _body(ledger: Path, row: Entry, kind: type[T]) -> T:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_json(dumps(row.body))
    except (ValidationError, ValueError) as error:
        raise DataError(
            f"Row {row.seq} of {ledger} does not hold what its kind should.",
            hint="see what was changed with: pitcairn ledger verify",
        ) from error
