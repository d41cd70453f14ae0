"""How the effect built up, for people: the attempt, every look, and what the test came to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date

from pitcairn.design.budget import TOTAL, guardrail_level
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.stopping import StoppedEstimate
from pitcairn.phrases import day, percentage, several
from pitcairn.reading.courses import Course
from pitcairn.reading.effects import effect
from pitcairn.reading.lock import AlarmFact, Lock
from pitcairn.reading.looks import Seen, confidence_of, schedule, toward
from pitcairn.reading.numbers import display_for, percent
from pitcairn.reading.result import Attempt, Code, LookRow, Shown, StopRow
from pitcairn.reading.told import Told


def attempt_of(lock: Lock) -> Attempt | None:
    """What this confirmation spends of its lineage's budget; None for an exploration."""
    number, own, used = lock.attempt, lock.level, lock.spent_so_far
    if number is None or own is None:
        return None
    rest = max(0.0, TOTAL - used)
    return Attempt(
        number=number,
        level=own,
        guardrail_level=guardrail_level(number),
        spent=used,
        left=rest,
        total=TOTAL,
        sentence=f"Attempt {number}: judged at {percentage(own)}; {percentage(used)} of {percentage(TOTAL)} spent, "
        f"{percentage(rest)} left.",
    )


def look_rows(told: Told) -> tuple[LookRow, ...]:
    """Every look of every arm at the deciding measure."""
    return tuple(row for arm in told.plan.treatments if (course := told.course(arm.id)) for row in _rows(told, course))


def stop_rows(told: Told) -> tuple[StopRow, ...]:
    """What the test came to, for every arm whose test has come to something."""
    return tuple(_stop(told, arm, stop) for arm, stop in told.stops.items())


def remarks(told: Told, arm: str, code: Code) -> Iterator[str]:
    """What a card says of the way so far: a pass before the end, or little hope."""
    yield from _earlier_alarms(told, arm)
    course = told.course(arm)
    if course is None:
        return
    if course.passed_early is not None:
        yield f"Passed on {day(course.passed_early.day)}, before the end; customers are followed to the end as planned"
        if code == "too_early":
            yield "Sure to be a gain; what is still open is under the promotion tests"
    elif code == "too_early" and course.is_hopeless:
        yield "Half of the time is over and there is no gain so far: little hope is left. Whether to go on is yours"


def _earlier_alarms(told: Told, arm: str) -> Iterator[str]:
    """What earlier readings rang, where the headline does not say it: nobody is told “stop” and then nothing."""
    for (measure, whose), course in told.courses.items():
        earlier = told.lock.rang(measure, arm, before=told.facts.as_of) if whose == arm else None
        if earlier is None or (course.rang is not None and course.harmed is None):
            continue
        when = f"The alarm rang on {day(date.fromisoformat(earlier.day))}: {earlier.text}"
        yield when if course.is_harmed else f"{when}. With the data as they are now it does not"


def alarm_rows(told: Told) -> tuple[AlarmFact, ...]:
    """Every alarm that rings in this reading, with the day and the size of what rang it."""
    rung = [(course, one) for course in told.courses.values() if (one := course.harmed) is not None]
    return tuple(
        AlarmFact(arm=course.arm, measure=course.measure.id, day=one.day.isoformat(), text=_changed(told, course, one))
        for course, one in rung
    )


def rang(alarms: Sequence[Course]) -> str:
    """`the alarm rang on 6 March 2026: Visits changed by −20 visits per 1,000 customers. …`, of earlier readings."""
    facts = [course.rang for course in alarms if course.rang is not None]
    days = {one.day: several([other.text for other in facts if other.day == one.day]) for one in facts}
    told = several([f"on {day(date.fromisoformat(when))}: {what}" for when, what in sorted(days.items())])
    return f"the alarm rang {told}. It stays, whatever later days look like."


def so_far(told: Told, alarms: Sequence[Course]) -> str:
    """`so far, with 5 of 14 days over, Visits changed by −20 visits per 1,000 customers.`, for alarms that rang."""
    parts = [_changed(told, course, one) for course in alarms if (one := course.harmed) is not None]
    days = (told.facts.as_of - told.plan.start).days + 1
    return f"so far, with {days} of {told.plan.follow_up_days} days over, {several(parts)}."


def _changed(told: Told, course: Course, one: Seen) -> str:
    outcome = effect(course.measure, one.control, one.treated, told.plan.confidence)
    if not isinstance(outcome, Effect):
        return f"{course.measure.label} changed"
    display = display_for(told.plan, course.measure, [outcome])
    return f"{course.measure.label} changed by {display.amount(outcome.estimate)}"


def _rows(told: Told, course: Course) -> Iterator[LookRow]:
    if not course.seen:
        return
    latest = course.seen[-1].information
    for look, reach in enumerate(course.reaches(told.plan.confidence)):
        one = course.seen[look]
        outcome = effect(course.measure, one.control, one.treated, confidence_of(reach))
        shown = told.display.shown(outcome)
        if isinstance(outcome, Effect) and isinstance(shown, Shown):
            yield LookRow(
                arm=course.arm,
                day=one.day.isoformat(),
                time=one.time,
                information=one.information / latest,
                customers=one.control.count + one.treated.count,
                z=one.z,
                critical=None if course.gate is None else _finite(course.gate.critical[look]),
                alarm=None if course.alarm is None else _finite(-course.alarm.critical[look]),
                effect=shown,
            )


def _stop(told: Told, arm: str, stop: StoppedEstimate) -> StopRow:
    course = told.courses[told.plan.deciding.id, arm]
    sign = toward(course.measure)
    low, high = sorted((sign * stop.low, sign * stop.high))
    found, what, passed = sign * stop.estimate, "median-unbiased estimate", stop.crossed
    outcome = told.effects[0].by_arm[arm]
    is_single = len(schedule(told.plan)) == 1
    if is_single and isinstance(outcome, Effect):
        # One look leaves nothing to allow for: two roundings of one range would only raise questions.
        found, low, high, what = outcome.estimate, outcome.low, outcome.high, "estimate"
        passed = min(sign * low, sign * high) > 0
    at = day(course.seen[stop.look].day)
    display = told.display
    sentence = (
        f"“{told.plan.arm(arm).label}”, {'one look' if is_single else 'looks allowed for (stage-wise order)'}: the "
        f"test {'passed' if passed else 'ended without a pass'} on {at}, look {stop.look + 1} of {len(course.seen)}; "
        f"one-sided p = {stop.p:.3g}, {what} {display.change(found)} ({percent(stop.confidence, 1)} interval "
        f"{display.range(low, high)}) {display.unit}."
    )
    return StopRow(
        arm=arm,
        day=course.seen[stop.look].day.isoformat(),
        passed=passed,
        p=stop.p,
        estimate=found,
        low=low,
        high=high,
        confidence=stop.confidence,
        sentence=sentence,
    )


def _finite(z: float) -> float | None:
    return z if math.isfinite(z) else None
