"""Places 0..9,999 and what customers there get: as a pilot draws them, and as a rollout grows from stage to stage.

The practice grows upwards from place 0; those held out grow upwards from where the last stage's comparison begins. A
range is only ever made longer at its far end, so growth moves nobody: not to the other arm, and not out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pitcairn.design.assignment import BUCKETS
from pitcairn.design.plan import Plan
from pitcairn.errors import Problem, Refused
from pitcairn.promotion.contents import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What the customers with a place from `first` up to, not including, `last` get."""

    arm: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stage in places: how far the practice and the comparison reach once it has begun."""

    name: str
    treated: int
    """The practice has 0 up to here."""
    held_from: int
    held: int
    """The comparison has `held_from` up to here."""
    days: int
    smallest: int | None
    gate: str
    approval: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The places that one iteration's arm fills: its hash places `from_first..from_last` go to `first..last`."""

    iteration: int
    arm: str
    from_first: int
    from_last: int
    first: int
    last: int

    def place(self, bucket: int) -> int:
        """The place of a customer of this arm, from their own iteration's bucket."""
        return self.first + (bucket - self.from_first) * (self.last - self.first) // (self.from_last - self.from_first)


def cuts_of(plan: Plan) -> tuple[Cut, ...]:
    """The plan's own arms, where nothing is staged."""
    return tuple(Cut(arm=arm.id, first=arm.first, last=arm.last) for arm in plan.arms)


def pieces_of(plan: Plan) -> tuple[Piece, ...]:
    """Every arm of the plan at its own places."""
    return tuple(
        Piece(
            iteration=plan.number, arm=arm.id, from_first=arm.first, from_last=arm.last, first=arm.first, last=arm.last
        )
        for arm in plan.arms
    )


def spans_of(stages: Sequence[Stage]) -> tuple[Span, ...]:
    """The stages in places. Refused, with every fault, where one would take customers away from an arm."""
    problems = tuple(_faults(stages))
    if problems:
        raise Refused(problems)
    held_from = BUCKETS - round(stages[-1].control * BUCKETS)
    return tuple(
        Span(
            name=stage.name,
            treated=round(stage.treat * BUCKETS),
            held_from=held_from,
            held=held_from + round(stage.control * BUCKETS),
            days=stage.days,
            smallest=stage.smallest,
            gate=stage.gate,
            approval=stage.approval,
        )
        for stage in stages
    )


def cuts_at(span: Span, practice: str, comparison: str) -> tuple[Cut, ...]:
    """Who gets what once this stage has begun; everybody else gets nothing from the rollout."""
    return (
        Cut(arm=practice, first=0, last=span.treated),
        Cut(arm=comparison, first=span.held_from, last=span.held),
    )


def growth(spans: Sequence[Span], stage: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The places that stage number `stage` (from 0) adds to the practice, and to the comparison."""
    now = spans[stage]
    treated, held = (spans[stage - 1].treated, spans[stage - 1].held) if stage else (0, now.held_from)
    return (treated, now.treated), (held, now.held)


def arm_at(cuts: Sequence[Cut], place: int | None) -> str | None:
    """The arm of a place; None for a place outside every range, and for a customer without one."""
    return next((cut.arm for cut in cuts if place is not None and cut.first <= place < cut.last), None)


def _faults(stages: Sequence[Stage]) -> list[Problem]:
    found = []
    if not stages:
        found.append(Problem(message="A rollout needs at least one stage."))
    for stage in stages:
        if not (stage.treat > 0 and stage.control > 0):
            found.append(_fault(stage, "has no customers for the practice, or none to compare with"))
        if stage.treat + stage.control > 1 + 1e-9:
            found.append(_fault(stage, "has more than all customers"))
    for before, after in pairwise(stages):
        if after.treat <= before.treat or after.control <= before.control:
            found.append(
                _fault(after, f"does not grow both arms of “{before.name}”: nobody may be moved, or go unwatched")
            )
    return found


def _fault(stage: Stage, why: str) -> Problem:
    return Problem(
        message=f"Stage “{stage.name}” ({stage.treat:.0%} with the practice, {stage.control:.0%} held out) {why}.",
        hint="every stage adds customers to both arms, and all of them together are at most 100 %",
    )
