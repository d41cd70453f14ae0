"""Confirmations as the ledger counts them: which attempt of its lineage each is, at what level, what that has spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pitcairn.design.budget import TOTAL, ErrorControl, expected_false, launched_level, level
from pitcairn.design.lineage import kin
from pitcairn.ledger import history
from pitcairn.ledger.history import DecisionRow, LaunchRow
from pitcairn.phrases import percentage


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One confirmation of a lineage: launched, or as it would be if it were launched now."""

    number: int
    level: float
    """One-sided."""
    spent: float
    """What the lineage has spent with it."""

    @property
    def left(self) -> float:
        """What the lineage has left after it, of its 5 %."""
        return max(0.0, TOTAL - self.spent)

    @property
    def sentence(self) -> str:
        """`attempt 2: judged at 1.25%; 3.75% of 5% spent, 1.25% left`."""
        spent = f"{percentage(self.spent)} of {percentage(TOTAL)} spent, {percentage(self.left)} left"
        return f"attempt {self.number}: judged at {percentage(self.level)}; {spent}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What all confirmations of a program have spent together."""

    confirmations: int
    expected_false: float
    """How many of them would promote a worthless model if all models were worthless; an upper bound of what to fear."""

    @property
    def sentence(self) -> str:
        """`3 confirmations so far; if every model were worthless, 0.063 would be promoted by luck.`"""
        many = "1 confirmation" if self.confirmations == 1 else f"{self.confirmations} confirmations"
        false = f"{round(self.expected_false, 3):g}"
        return f"{many} so far; if every model were worthless, {false} would be promoted by luck."


def launched(path: Path, launch: LaunchRow) -> Attempt | None:
    """The attempt a launch is; None for an exploration. DataError where the ledger is damaged."""
    return among(history.launches(path), launch)


def among(rows: Sequence[LaunchRow], launch: LaunchRow) -> Attempt | None:
    """The same, from launches already read."""
    upto = [row for row in rows if row.seq <= launch.seq]
    return _attempt(upto, len(upto) - 1)


def at_hand(path: Path, pilot: str, number: int, plan: Mapping[str, Any], control: ErrorControl) -> Attempt | None:
    """The attempt an iteration is, or where it is not launched yet, would be; None for an exploration."""
    launch = history.launch_of(path, pilot, number)
    return planned(path, plan, control) if launch is None else launched(path, launch)


def planned(path: Path, plan: Mapping[str, Any], control: ErrorControl) -> Attempt | None:
    """The attempt that a plan (canonical plain dict) would be if it were launched now; None for an exploration.

    Inside a transaction of the ledger this is what the launch must record. DataError where the ledger is damaged.
    """
    if plan.get("stage") != "confirm":
        return None
    rows = history.launches(path)
    plans = [*(row.body.plan for row in rows), plan]
    earlier = [rows[place] for place in kin(plans, len(rows)) if place < len(rows) and _confirms(rows[place])]
    number = len(earlier) + 1
    before = [row for row in rows if _confirms(row)]
    known = [sum(row.seq < made.seq for row in before) for made in _promotions(history.decisions(path))]
    own = launched_level(control, number, len(before) + 1, [when for when in known if when])
    return Attempt(number=number, level=own, spent=sum(_levels(earlier)) + own)


def of_lineage(path: Path, plan: Mapping[str, Any], control: ErrorControl) -> tuple[Attempt | None, Attempt]:
    """(the last attempt the plan's lineage launched, the one that would be next)."""
    rows = history.launches(path)
    plans = [*(row.body.plan for row in rows), plan]
    mine = [place for place in kin(plans, len(rows)) if place < len(rows) and _confirms(rows[place])]
    last = _attempt(rows, mine[-1]) if mine else None
    following = planned(path, {**plan, "stage": "confirm"}, control)
    if following is None:
        raise ValueError("A confirmation is always an attempt.")
    return last, following


def spending(path: Path) -> Spending:
    """What the program has spent so far. DataError where the ledger is damaged."""
    rows = history.launches(path)
    found = [found for place in range(len(rows)) if (found := _attempt(rows, place)) is not None]
    return Spending(confirmations=len(found), expected_false=expected_false([one.level for one in found]))


def _attempt(rows: Sequence[LaunchRow], own: int) -> Attempt | None:
    """The attempt at a position; kinship is asked among the launches up to it, so later ones change nothing."""
    if not _confirms(rows[own]):
        return None
    plans = [row.body.plan for row in rows[: own + 1]]
    mine = [rows[place] for place in kin(plans, own) if _confirms(rows[place])]
    levels = _levels(mine)
    return Attempt(number=rows[own].body.attempt or len(mine), level=levels[-1], spent=sum(levels))


def _levels(rows: Sequence[LaunchRow]) -> list[float]:
    """The levels of a lineage's confirmations, in order; older ledgers did not write them down."""
    return [row.body.level or level(row.body.attempt or place) for place, row in enumerate(rows, start=1)]


def _confirms(row: LaunchRow) -> bool:
    return bool(row.body.plan.get("stage") == "confirm")


def _promotions(rows: Sequence[DecisionRow]) -> tuple[DecisionRow, ...]:
    """The decisions to promote that hold, one for each arm of an iteration."""
    last = {(row.pilot, row.number, row.body.arm): row for row in rows}
    return tuple(row for row in last.values() if row.body.decision == "promote")
