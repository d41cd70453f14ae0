"""The looks of an iteration: days fixed by the plan on which every measure is judged, whoever reads when.

A look's data are the customers whose whole follow-up is over by then: a gain must last the follow-up, so what it
looked like within fewer days is another quantity, and never passes. Where customers start on days of their own there is
a look every day from the first on which a start day's follow-up is over; where all start on one day, one at the end.

A reading as of a day works out all looks up to that day from the data, not only those that somebody read. So the days
of the looks cannot depend on results, and people may read on any day they like.

Time runs in days of starts that are wholly followed, out of those that were planned, and not in days since the first
start: the calendar's advantage stays (an end date is all it needs, however many customers come), and no error is spent
while the first customers are followed and nobody can be counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scipy.special import ndtr, ndtri, stdtr

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.clustered import together, units
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.spending import Spending, o_brien_fleming, pocock
from pitcairn.evidence.cube import START, Cube
from pitcairn.reading.effects import counted_out, effect

FEWEST = 50
"""Fewer customers, or households where these were drawn, than this in either arm, and a look is left out: normal
bounds far out do not hold for so few."""

FARTHEST = 8.0
"""Standard errors beyond which ranges are not worked out."""

OUT_OF_SIGHT = 25.0
"""Standard errors beyond every bound there can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One measure of one arm at one look."""

    day: date
    time: float
    """The part of the planned start days whose follow-up is over; 1 at the last look."""
    z: float
    """How far the gain is above what it is held against: zero, or for a guardrail minus its margin."""
    information: float
    """1 / standard error², in the measure's own unit."""
    control: Moments
    treated: Moments


def schedule(plan: Plan) -> tuple[tuple[date, float], ...]:
    """Every look of the iteration: the day whose end it stands for, and its time from 0 to 1."""
    last = plan.end - timedelta(days=1)
    if not plan.has_own_starts:
        return ((last, 1.0),)
    days = plan.start_days if plan.observed is None else (plan.end - plan.start).days - plan.follow_up_days + 1
    first = plan.start + timedelta(days=plan.follow_up_days - 1)
    looks = [(first + timedelta(days=day), (day + 1) / days) for day in range(days)]
    # The plan may leave some days between the last customer's follow-up and the end, for data that come late.
    return (*looks[:-1], (max(last, looks[-1][0]), 1.0))


def spending(plan: Plan) -> Spending:
    """How a confirmation's error is spent over the looks."""
    return pocock if plan.spending == "pocock" else o_brien_fleming


def seen(plan: Plan, cube: Cube, as_of: date, measure: MeasurePlan, arm: str) -> tuple[Seen, ...]:
    """The looks up to `as_of` at which there was something to see."""
    found = (_seen(plan, measure, *look) for look in _gathered(plan, cube, as_of, measure, arm))
    return tuple(one for one in found if one is not None)


def seen_so_far(plan: Plan, cube: Cube, as_of: date, measure: MeasurePlan, arm: str) -> Seen | None:
    """What there is to see while everybody's follow-up runs; its time is the part of the follow-up that is over."""
    if cube.so_far is None:
        return None
    arms, nobody = cube.so_far.moments(measure.id), Moments.none(measure.size)
    time = ((as_of - plan.start).days + 1) / plan.follow_up_days
    return _seen(plan, measure, (as_of, time), arms.get((plan.comparison.id,), nobody), arms.get((arm,), nobody))


def toward(measure: MeasurePlan) -> int:
    """1 where more is better, −1 where less is."""
    return 1 if measure.better == "up" else -1


def away(measure: MeasurePlan, outcome: Effect, control: Moments, treated: Moments, shift: float) -> float:
    """How far the difference is from `shift`, as a standard normal value: the z of the range that ends just there.

    So a test at any bound says what the range of that reach says, whichever estimator made it.
    """
    counted = counted_out(measure, control, treated, shift)
    if counted is not None:
        return max(-FARTHEST, min(FARTHEST, counted))
    if _is_even(outcome):
        return _normal((outcome.estimate - shift) / outcome.standard_error, outcome.freedom)
    from scipy.optimize import brentq

    def gap(reach: float) -> float:
        """The distance from `shift` to the end that lies that far out, on either side of the estimate."""
        moved = effect(measure, control, treated, confidence_of(abs(reach)))
        if not isinstance(moved, Effect):
            return outcome.estimate - reach * outcome.standard_error - shift
        return (moved.low if reach > 0 else moved.high) - shift

    if gap(1e-9) <= 0 <= gap(-1e-9):
        return 0.0
    near, far = (1e-9, FARTHEST) if gap(1e-9) > 0 else (-1e-9, -FARTHEST)
    return far if gap(near) * gap(far) > 0 else float(brentq(gap, near, far, xtol=1e-6))


def confidence_of(reach: float) -> float:
    """The confidence of a two-sided range that reaches so many standard errors."""
    return float(1 - 2 * ndtr(-min(reach, FARTHEST)))


def _seen(
    plan: Plan, measure: MeasurePlan, look: tuple[date, float], control: Moments, treated: Moments
) -> Seen | None:
    """None where there are too few customers, or nothing to compare."""
    outcome = effect(measure, control, treated, plan.confidence)
    if min(units(control), units(treated)) < FEWEST or not isinstance(outcome, Effect):
        return None
    against = -(measure.margin or 0.0) if measure.role == "guardrail" else 0.0
    day, time = look
    return Seen(
        day=day,
        time=time,
        z=toward(measure) * away(measure, outcome, control, treated, toward(measure) * against),
        information=_error(outcome) ** -2,
        control=control,
        treated=treated,
    )


def _gathered(
    plan: Plan, cube: Cube, as_of: date, measure: MeasurePlan, arm: str
) -> Iterator[tuple[tuple[date, float], Moments, Moments]]:
    """Every look up to `as_of`, with what the two arms did by then."""
    comparison = plan.comparison.id
    nobody = Moments.none(measure.size)
    looks = [look for look in schedule(plan) if look[0] <= as_of]
    if not any(dimension.id == START for dimension in cube.dimensions):
        whole = cube.moments(measure.id)
        for look in looks:
            yield look, whole.get((comparison,), nobody), whole.get((arm,), nobody)
        return
    by_day = cube.moments(measure.id, START)
    control = treated = nobody
    for number, look in enumerate(looks):
        day = (plan.start + timedelta(days=number)).isoformat()
        control = together([control, by_day.get((comparison, day), nobody)])
        treated = together([treated, by_day.get((arm, day), nobody)])
        yield look, control, treated


def _error(outcome: Effect) -> float:
    """The standard error; where nobody did anything in either arm, the one that the range stands for."""
    if outcome.standard_error > 0:
        return outcome.standard_error
    return (outcome.high - outcome.low) / 2 / float(ndtri(0.5 + outcome.confidence / 2))


def _is_even(outcome: Effect) -> bool:
    """Whether the range is the estimate and so many standard errors on either side."""
    if outcome.standard_error == 0:
        return False
    middle = (outcome.low + outcome.high) / 2
    return math.isclose(middle, outcome.estimate, rel_tol=1e-9, abs_tol=1e-6 * outcome.standard_error)


def _normal(t: float, freedom: float) -> float:
    """The standard normal value just as far out as Student's t; beyond `OUT_OF_SIGHT` all are the same."""
    tail = max(float(stdtr(freedom, -abs(t))), 1e-190)
    return math.copysign(min(-float(ndtri(tail)), abs(t), OUT_OF_SIGHT), t)
