"""How one measure of one arm came along, look by look: whether it passed its gate, and whether it rang the alarm.

A confirmation has a gate: for the deciding measure a gain above zero, for a guardrail a worsening below its margin.
It spends its level over time as O'Brien and Fleming did, almost nothing early (Lan and DeMets 1983), or, where the
plan says so, as Pocock did. Every iteration has an alarm, for a loss and for a worsening above the margin; it spends as
Pocock did, so that it can ring early. What was crossed stays crossed: the decision is not taken back, and the data go
on to the planned end.

A gain must last the follow-up; harm need not. Where all customers start on one day, what they did so far is watched as
well while their follow-up runs. How those days hang together is not known (they are the same customers), so each day
has its own part of the alarm's level, as much as Pocock's spending gives it, and the parts add up whatever depends on
what: no earlier day has to be known, and people may read on the days they like. No data says later what such a day
looked like, so an alarm that rang is remembered by the ledger, and stays: the parts pay for every day at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import ndtri

from pitcairn.design.budget import guardrail_level, harm_level
from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.always_valid import mixing, needed_z
from pitcairn.estimate.boundaries import Boundary, Futility, boundary, crossed
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.spending import pocock
from pitcairn.estimate.stopping import StoppedEstimate, stopped
from pitcairn.evidence.cube import Cube
from pitcairn.reading.lock import AlarmFact, Lock
from pitcairn.reading.looks import Seen, confidence_of, schedule, seen, seen_so_far, spending

WIDEST = 6.0
"""Standard errors beyond which a range before the end is not drawn: what is left out there is one in a billion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The looks so far, and the bounds at each."""

    measure: MeasurePlan
    arm: str
    seen: tuple[Seen, ...]
    gate: Boundary | None
    """None in an exploration, where nothing is promoted, and before the first look."""
    alarm: Boundary | None
    so_far: Seen | None
    """Today, while everybody's follow-up runs."""
    so_far_alarm: float
    """How far below zero its z calls harm."""
    rang: AlarmFact | None
    """An alarm of an earlier day that no data can tell anew; None where every look is worked out anew."""

    @property
    def is_harmed(self) -> bool:
        """Whether the alarm rings, or rang: what was crossed stays crossed."""
        return self.harmed is not None or self.rang is not None

    @property
    def passed(self) -> Seen | None:
        """The look at which the gate was passed first."""
        if self.gate is None:
            return None
        look = crossed([one.z for one in self.seen], self.gate)
        return None if look is None else self.seen[look]

    @property
    def passed_early(self) -> Seen | None:
        """That look, where it was before the planned end; at the end, the range shown says whether it passed."""
        return self.passed if self.passed is not None and self.passed.time < 1 else None

    @property
    def harmed(self) -> Seen | None:
        """The look at which the alarm rang first, or today, where it rings before anybody's follow-up is over."""
        if self.so_far is not None:
            return self.so_far if -self.so_far.z >= self.so_far_alarm else None
        if self.alarm is None:
            return None
        look = crossed([-one.z for one in self.seen], self.alarm)
        return None if look is None else self.seen[look]

    @property
    def is_hopeless(self) -> bool:
        """Whether half of the time is over and, at the last look, there was no gain at all."""
        last = len(self.seen) - 1
        return self.gate is not None and self.passed is None and self.seen[last].z < self.gate.futile[last]

    def stop(self) -> StoppedEstimate | NotAvailable:
        """The gain that allows for the looks, in the measure's own unit, once the gate is passed or time is over.

        The range's confidence is the one whose low end is above zero just where the gate is passed.
        """
        if self.gate is None:
            return NotAvailable(why="Nothing is tested in an exploration.")
        return stopped([one.z for one in self.seen], self.gate, confidence=1 - 2 * self.gate.level)

    def reaches(self, confidence: float) -> tuple[float, ...]:
        """For each look, the standard errors on either side of a range that may be looked at whenever one likes.

        With a gate, its own bounds (repeated confidence intervals: Jennison and Turnbull, JRSS B 1989); without one,
        ranges that hold at all moments at once, tightest about the planned end.
        """
        if self.gate is not None:
            return tuple(min(z, WIDEST) for z in self.gate.critical)
        if not self.seen:
            return ()
        # What the end will bring is foretold from the first look alone, so that it does not move with the results.
        tuned = mixing(self.seen[0].information / self.seen[0].time, 1 - confidence, sides=2)
        return tuple(needed_z(amount, 1 - confidence, tuned, sides=2) for amount in _rising(self.seen))


Courses = Mapping[tuple[str, str], Course]
"""By measure and arm: the deciding measure and the guardrails."""


def courses(plan: Plan, cube: Cube, as_of: date, lock: Lock) -> Courses:
    """Every course up to `as_of`; the levels of a confirmation are those it was launched with."""
    watched = (plan.deciding, *plan.guardrails)
    return {
        (measure.id, arm.id): _course(
            plan,
            measure,
            arm.id,
            seen(plan, cube, as_of, measure, arm.id),
            seen_so_far(plan, cube, as_of, measure, arm.id),
            lock,
            as_of,
        )
        for measure in watched
        for arm in plan.treatments
    }


def judged_at(plan: Plan, found: Courses, *, complete: bool) -> dict[str, float]:
    """Confidence of the range shown of each watched measure: it says what the gate says, or holds on any day."""
    shown = {}
    for measure in {course.measure.id for course in found.values()}:
        mine = [course for (id, _), course in found.items() if id == measure and course.seen]
        if complete:
            mine = [course for course in mine if course.gate is not None]
        reaches = [course.reaches(plan.confidence)[-1] for course in mine]
        shown[measure] = confidence_of(max(reaches)) if reaches else plan.confidence
    return shown


def _course(
    plan: Plan, measure: MeasurePlan, arm: str, looks: tuple[Seen, ...], so_far: Seen | None, lock: Lock, as_of: date
) -> Course:
    gate = alarm = None
    harm = harm_level(1 + len(plan.guardrails))
    # At a single look `effects` judges several arms together; over looks they share the level.
    arms = len(plan.treatments) if len(schedule(plan)) > 1 else 1
    if looks:
        times, information = [one.time for one in looks], _rising(looks)
        last = _part(harm, 1.0, plan.follow_up_days) if len(schedule(plan)) == 1 else harm
        alarm = boundary(times, information, last, pocock)
        if lock.attempt is not None and lock.level is not None:
            allowed = guardrail_level(lock.attempt) if measure.role == "guardrail" else lock.level / arms
            gate = boundary(times, information, allowed, spending(plan), futility=Futility())
    return Course(
        measure=measure,
        arm=arm,
        seen=looks,
        gate=gate,
        alarm=alarm,
        so_far=so_far,
        rang=lock.rang(measure.id, arm, before=as_of) if len(schedule(plan)) == 1 else None,
        so_far_alarm=math.inf if so_far is None else -float(ndtri(_part(harm, so_far.time, plan.follow_up_days))),
    )


def _part(level: float, time: float, days: int) -> float:
    """What one day of the follow-up may spend of the level, the day that ends at this part of it."""
    before, after = pocock(np.array([max(0.0, time - 1 / days), time]), level)
    return float(after - before)


def _rising(looks: Sequence[Seen]) -> list[float]:
    """Information that never falls: a variance that was revised upwards counts as unchanged."""
    most = 0.0
    found = []
    for one in looks:
        most = max(most, one.information)
        found.append(most)
    return found
