"""What the evidence room hands on: a cube of moments and the facts about the data. No row, no id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFact:
    """The fingerprint of one file that was read."""

    source: str
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCount:
    """How many customers an arm has, and how far they got."""

    arm: str
    assigned: int
    counted: int
    """Follow-up complete as of the reading."""
    pending: int
    """Follow-up not over yet."""
    before_start: int
    """Observed start lies before the iteration's start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCount:
    """Counted customers without a value, by measure and arm."""

    measure: str
    arm: str
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How much an arm's average before the start differs from the comparison's, in standard deviations."""

    measure: str
    arm: str
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount:
    """Counted customers of one arm in one level of a group."""

    group: str
    level: str
    arm: str
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """How far an amount leans towards a few customers, and how many customers its averages need because of it."""

    measure: str
    skew: float
    """Third standardised moment of all counted customers' values."""
    smallest: int
    """Customers with a value in the smallest arm."""
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachCount:
    """Counted customers of one arm, and how many of them were reached (or would have been)."""

    arm: str
    reached: int
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything health and the report need to know about the data, in numbers."""

    as_of: date
    files: tuple[FileFact, ...]
    rows: tuple[tuple[str, int], ...]
    """(source, rows read)."""
    arms: tuple[ArmCount, ...]
    missing: tuple[MissingCount, ...]
    balance: tuple[Balance, ...]
    """Empty where no measure has a `before` column."""
    duplicates_checked: bool
    """False where a source has no customer column, so that a customer twice cannot be seen."""
    outside: int
    """Rows of outcome sources about customers nobody drew: ignored, and counted."""
    statements: int
    """How many statements the engine ran for the cube."""
    levels: tuple[LevelCount, ...] = ()
    """Counted customers by the levels of every declared group."""
    exposure: tuple[ReachCount, ...] = ()
    """By arm; empty where the plan does not say who was reached."""
    silent: tuple[str, ...] = ()
    """Measures that are 0 for every counted customer."""
    tails: tuple[Tail, ...] = ()
    """Of the measures that are amounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question put to the data before it is read."""

    id: str
    name: str
    gating: bool
    state: Literal["pass", "warn", "fail", "unchecked"]
    sentence: str
    value: float | None
    limit: float | None
