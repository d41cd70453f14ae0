"""How the effect built up, for people: the attempt, every look, and what the test came to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from pitcairn.design.budget import TOTAL, guardrail_level
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.stopping import StoppedEstimate
from pitcairn.phrases import day, several
from pitcairn.reading.courses import Course
from pitcairn.reading.effects import effect
from pitcairn.reading.lock import Lock
from pitcairn.reading.looks import confidence_of, schedule, toward
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
        sentence=f"Attempt {number}: judged at {percent(own, 2)}; {percent(used, 2)} of {percent(TOTAL)} spent, "
        f"{percent(rest, 2)} left.",
    )


def look_rows(told: Told) -> tuple[LookRow, ...]:
    """Every look of every arm at the deciding measure."""
    return tuple(row for arm in told.plan.treatments if (course := told.course(arm.id)) for row in _rows(told, course))


def stop_rows(told: Told) -> tuple[StopRow, ...]:
    """What the test came to, for every arm whose test has come to something."""
    return tuple(_stop(told, arm, stop) for arm, stop in told.stops.items())


def remarks(told: Told, arm: str, code: Code) -> Iterator[str]:
    """What a card says of the way so far: a pass before the end, or little hope."""
    course = told.course(arm)
    if course is None:
        return
    if course.passed_early is not None:
        yield f"Passed on {day(course.passed_early.day)}, before the end; customers are followed to the end as planned"
        if code == "too_early":
            yield "Sure to be a gain; what is still open is under the promotion tests"
    elif code == "too_early" and course.is_hopeless:
        yield "Half of the time is over and there is no gain so far: little hope is left. Whether to go on is yours"


def so_far(told: Told, alarms: Sequence[Course]) -> str:
    """`so far, with 5 of 14 days over, Visits changed by −20 visits per 1,000 customers.`, for alarms that rang."""
    parts = []
    for course in alarms:
        one = course.so_far
        outcome = effect(course.measure, one.control, one.treated, told.plan.confidence) if one is not None else None
        if isinstance(outcome, Effect):
            amount = display_for(told.plan, course.measure, [outcome]).amount(outcome.estimate)
            parts.append(f"{course.measure.label} changed by {amount}")
    days = (told.facts.as_of - told.plan.start).days + 1
    return f"so far, with {days} of {told.plan.follow_up_days} days over, {several(parts)}."


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
