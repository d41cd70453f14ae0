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
    after_end: int = 0
    """Observed start too late for their follow-up to be over by the planned end: in none of the other counts."""
    drawn: int | None = None
    """Households, shops or the like that were drawn to it; None where customers were, one by one."""
    worth: float | None = None
    """Customers drawn one by one that its counted ones tell as much as, if all of a household are alike."""


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
    drawn: int | None = None
    """Households or the like that have one of them; None where customers were drawn one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """How far an amount leans towards a few customers, and how many customers its averages need because of it."""

    measure: str
    skew: float
    """Third standardised moment of all counted customers' values, or the most it can be where that is little."""
    smallest: int
    """Customers with a value in the smallest arm."""
    needed: int
    rare: bool = False
    """A share of customers, which few have or few lack: `needed` is then by how many do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How much of a measure its cap takes away from one arm, as a share of what there is without a cap."""

    measure: str
    arm: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachCount:
    """Counted customers of one arm, and how many of them were reached (or would have been)."""

    arm: str
    reached: int
    counted: int
    drawn: int | None = None
    """Households or the like with somebody who was reached; None where customers were drawn one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelGap:
    """How much an arm's share of customers in a level differs from the comparison's, in standard deviations."""

    group: str
    level: str
    arm: str
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCount:
    """Counted customers of one arm who started on one day."""

    day: date
    arm: str
    counted: int
    drawn: int | None = None
    """As in `LevelCount`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Rows of an events source that no measure looks at, because of their day."""

    source: str
    early: int
    """Before the first customer's start."""
    late: int
    """After the last day of the last customer's follow-up."""
    undated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingFact:
    """The deciding measure of one arm's counted customers, as far as the checks need it."""

    arm: str
    known: int
    """Customers with a value."""
    mean: float
    deviation: float
    """Of one customer's value; 0 for fewer than two customers."""
    highest: tuple[float, ...] = ()
    """The highest values, at most ten; empty for shares and ratios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyLater:
    """The difference that an arm makes to the deciding measure, early and later, by day of follow-up or of start."""

    arm: str
    early: float
    later: float
    error: float
    """Standard error of `early` − `later`."""
    weeks: int
    """How many whole weeks the later ones are."""
    beside: float | None = None
    """In how many standard errors the differences beside the comparison's level lie apart; None where it is zero."""
    by_start: bool = False
    """Early and later are customers who started then; else the same customers' weeks."""

    @property
    def apart(self) -> float:
        """In how many standard errors early and later lie apart, in amounts and beside the level: the fewer."""
        amounts = abs(self.early - self.later) / self.error if self.error else 0.0
        return amounts if self.beside is None else min(amounts, self.beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousFact:
    """The difference that an arm makes to the deciding measure among customers drawn to the same last time."""

    arm: str
    last: str
    """`fresh`, or the arm of last time."""
    difference: float
    error: float
    """Its standard error."""


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
    """Rows of outcome sources about customers nobody drew, of events those that a measure looks at: not added up."""
    statements: int
    """How many statements the engine ran for the cube."""
    levels: tuple[LevelCount, ...] = ()
    """Counted customers by the levels of every declared group."""
    level_gaps: tuple[LevelGap, ...] = ()
    """Of every declared group."""
    starts: tuple[StartCount, ...] = ()
    """By day of start, in order; empty where all start on the same day."""
    outside_days: tuple[Outside, ...] = ()
    """Of every events source."""
    deciding: tuple[DecidingFact, ...] = ()
    """By arm; empty where nobody has been counted, and for ratios."""
    turns: tuple[EarlyLater, ...] = ()
    """By treatment arm; empty where the days say nothing about an early and a later effect."""
    last_time: tuple[str, ...] = ()
    """What counted customers were drawn to last time, `fresh` included; empty where nobody could be drawn again."""
    previous: tuple[PreviousFact, ...] = ()
    """Of the groups that are large enough to be shown."""
    exposure: tuple[ReachCount, ...] = ()
    """By arm; empty where the plan does not say who was reached."""
    silent: tuple[str, ...] = ()
    """Measures that are 0 for every counted customer."""
    tails: tuple[Tail, ...] = ()
    """Of the measures that are amounts, and of a deciding share."""
    cuts: tuple[Cut, ...] = ()
    """Of every measure with a cap; nothing of arms where nobody has anything."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Counted customers of one arm with a value of the deciding measure, and its sum; for a ratio of its upper half."""

    arm: str
    known: int
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a reading saw, in sums: kept in the ledger, so that the next reading can tell what has gone since."""

    as_of: date
    rows: tuple[tuple[str, int], ...]
    """(source, rows)."""
    assigned: tuple[tuple[str, int], ...]
    """(arm, customers)."""
    deciding: tuple[Known, ...]
