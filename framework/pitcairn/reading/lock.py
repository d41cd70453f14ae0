"""What the ledger knows of a launch, as far as a reading needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pitcairn.design.budget import level, spent
from pitcairn.design.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class GainFact:
    """The deciding difference of one arm, relative to the comparison's level: +0.08 is 8 % better."""

    arm: str
    relative: float
    """Positive is better, whichever way the measure counts."""
    variance: float
    """Of `relative`."""
    model: str
    """The same for the same version at the same place, so that its estimates can be put together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFact:
    """An alarm for harm that rang in a reading."""

    arm: str
    measure: str
    day: str
    """The day whose data rang it, as ISO text."""
    text: str
    """`Visits changed by −40 visits per 1,000 customers`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """When, by whom and in which state the plan was locked, and who was drawn."""

    digest: str
    at: datetime
    by: str
    retrospective: bool
    """The plan was locked after its start, when outcomes existed already."""
    attempt: int | None
    """Which confirmation of its lineage this is, from 1; None for an exploration."""
    in_scope: int | None
    left_out: tuple[tuple[str, int], ...]
    earlier_gains: tuple[tuple[str, int], ...]
    """(arm, how many earlier iterations' last readings showed a gain above zero)."""
    ledger_head: str
    spends: float | None = None
    """The one-sided level this confirmation was launched with; None where the ledger's rule gives it."""
    spent: float | None = None
    """What the lineage has spent, this confirmation included; None where the ledger's rule gives it."""

    barred: tuple[str, ...] = ()
    """What was recorded that keeps everything in this iteration from promotion, as sentences."""
    redrawn: int = 0
    """Customers among those drawn who had been in an earlier iteration of the same question."""
    gains: tuple[GainFact, ...] = ()
    """What all other iterations of the program came to, by their last readings: never only winners."""
    alarms: tuple[AlarmFact, ...] = ()
    """What earlier readings of this iteration rang, by the last reading taken as of each day."""
    adopts: str | None = None
    """`bag-note 1.0.0`: the pack that this iteration rolls out at a place; None where it adopts none."""

    before: Plan | None = None
    """What the iteration before this one was launched with; None where it was not launched."""

    def rang(self, measure: str, arm: str, *, before: date) -> AlarmFact | None:
        """The first alarm of a measure and an arm on a day before this one."""
        mine = (one for one in self.alarms if (one.measure, one.arm) == (measure, arm))
        return min((one for one in mine if one.day < before.isoformat()), key=lambda one: one.day, default=None)

    @property
    def level(self) -> float | None:
        """The one-sided level a confirmation is judged at; None for an exploration."""
        if self.attempt is None:
            return None
        return level(self.attempt) if self.spends is None else self.spends

    @property
    def spent_so_far(self) -> float:
        """What the lineage's confirmations up to this one have spent; 0 for an exploration."""
        if self.attempt is None:
            return 0.0
        return spent(self.attempt) if self.spent is None else self.spent
