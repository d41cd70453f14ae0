"""Does an arm make the same difference early and later, or does what is new wear off?

A difference that wears off is smaller later both in amounts and beside the comparison's level. Where customers are
busier early than later, a constant gain of so many per cent shrinks in amounts; where they are not, a constant gain of
so much shrinks in per cent. Neither wears off, so both must differ. Shares of customers who did something at all grow
ever more slowly, so their level is the rate at which those who have not done it yet do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import log, sqrt

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.clustered import error_squared, together, units
from pitcairn.estimate.moments import Moments
from pitcairn.evidence import questions
from pitcairn.evidence.alike import WARN_CHANCE, limit
from pitcairn.evidence.cube import START, Cube
from pitcairn.evidence.deciding import start_counts
from pitcairn.evidence.facts import Check, EarlyLater, Facts

FIRST_WEEK = "(first week)"
"""The cube's block of `week_measure`; no measure can have this id."""
_WEEK = 7


def week_measure(plan: Plan) -> MeasurePlan | None:
    """The deciding measure of each customer's first seven days alone, added up in the same query.

    None where its events cannot be told apart by week, or there are not two weeks of them.
    """
    whole = plan.deciding
    if whole.kind not in ("any", "count", "sum") or whole.window_days < 2 * _WEEK:
        return None
    if plan.source(whole.source).kind != "events":
        return None
    # A cap on all days would cut more off the later ones, and look like a gain that wears off.
    return replace(whole, id=FIRST_WEEK, role="watch", window_days=_WEEK, before=None, cap=None)


def turns(plan: Plan, cube: Cube) -> tuple[EarlyLater, ...]:
    """Every treatment arm's differences by each customer's own weeks, and by week of start, as far as there are any."""
    return (*_by_week(plan, cube), *_by_start(plan, cube))


def novelty_check(plan: Plan, facts: Facts) -> Check:
    """Whether the deciding difference is the same early and later."""
    if not facts.turns:
        return questions.NOVELTY.answer(
            "unchecked", "The data has no days by which an early and a later result differ."
        )
    worst = max(facts.turns, key=lambda one: one.apart)
    label, most = plan.arm(worst.arm).label, limit(WARN_CHANCE, len(facts.turns))
    if worst.apart <= most:
        later = "the week after" if worst.weeks == 1 else f"the {worst.weeks} weeks after"
        sentence = f"The first week and {later} tell the same of “{label}”, but for chance."
        return questions.NOVELTY.answer("pass", sentence, worst.apart, most)
    fades = abs(worst.early) > abs(worst.later)
    started = "for those who started in the first week than for those after"
    when = started if worst.by_start else "in the first week than later"
    sentence = (
        f"“{label}” made {'more' if fades else 'less'} of a difference {when}: "
        f"{'what is new may wear off' if fades else 'it may need time'}, so the average over all weeks hides a trend."
    )
    return questions.NOVELTY.answer("warn", sentence, worst.apart, most)


# --- the two ways to tell early from later --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pace:
    """What one arm's customers do early and later: averages, and the variance of the gap between the two."""

    early: float
    later: float
    variance: float
    ratio: float | None
    """Logarithm of early over later; None where one of them is not above zero."""
    ratio_variance: float


def _by_week(plan: Plan, cube: Cube) -> tuple[EarlyLater, ...]:
    """The difference a day in each customer's first week, and in the days after; nothing without `week_measure`."""
    if FIRST_WEEK not in cube.blocks:
        return ()
    first = cube.moments(FIRST_WEEK)
    whole = cube.moments(plan.deciding.id if plan.deciding.cap is None else plan.deciding.uncapped.id)
    paces = {
        id: _week_pace(plan, first[id,], found) for (id,), found in whole.items() if min(found.count, units(found)) > 1
    }
    base, weeks = paces.get(plan.comparison.id), plan.deciding.window_days // _WEEK - 1
    return tuple(
        _told(arm.id, pace, base, weeks=weeks) for arm in plan.treatments if base and (pace := paces.get(arm.id))
    )


def _by_start(plan: Plan, cube: Cube) -> tuple[EarlyLater, ...]:
    """The difference among customers who started in the first week, and in the whole weeks after it.

    Nothing where all start on the same day, where there are not two whole weeks, and for ratios and quantiles.
    """
    days = sorted({one.day for one in start_counts(plan, cube)})
    weeks = ((days[-1] - plan.start).days + 1) // _WEEK - 1 if days else 0
    if weeks < 1 or plan.deciding.kind in ("ratio", "quantile"):
        return ()
    ends = [plan.start + timedelta(days=_WEEK), plan.start + timedelta(days=_WEEK * (weeks + 1))]
    pieces: dict[tuple[str, int], list[Moments]] = {}
    for (arm, day), found in cube.moments(plan.deciding.id, START).items():
        piece = sum(date.fromisoformat(day) >= end for end in ends)
        pieces.setdefault((arm, piece), []).append(found)
    whole = {key: together(found) for key, found in pieces.items()}
    paces = {arm.id: _start_pace(whole, arm.id) for arm in plan.arms}
    base = paces[plan.comparison.id]
    return tuple(
        replace(_told(arm.id, pace, base, weeks=weeks), by_start=True)
        for arm in plan.treatments
        if base and (pace := paces[arm.id])
    )


def _week_pace(plan: Plan, first: Moments, whole: Moments) -> _Pace:
    """What one arm's customers do a day, first and later.

    With F of the first week and T of all days, the gap is e·F − l·T. Who did something in the first week has done it
    at all, which gives Cov(F, T) of a yes or no; of amounts it is taken as Var(F), its value where first and later
    days are unrelated, which is too little rather than too much.
    """
    later_days = plan.deciding.window_days - _WEEK
    early, all_days = 1 / _WEEK + 1 / later_days, 1 / later_days
    in_week, in_all = float(first.mean[0]), float(whole.mean[0])
    of_week, of_all = float(first.covariance[0, 0]), float(whole.covariance[0, 0])
    # Where households were drawn, the gap is taken to be as alike within one as the whole is.
    error = error_squared(whole)
    count = of_all / error if error else whole.count
    shared = in_week * (1 - in_all) if plan.deciding.is_rate else of_week
    variance = early**2 * of_week + all_days**2 * of_all - 2 * early * all_days * shared
    ratio = None
    if plan.deciding.is_rate:
        if 0 < in_week < in_all < 1:
            ratio = _rate_ratio(in_week, in_all)
    elif 0 < in_week < in_all:
        rest = in_all - in_week
        ratio = log(in_week / rest), of_week / in_week**2 + max(0.0, of_all - of_week) / rest**2
    told, spread = ratio or (None, 0.0)
    return _Pace(in_week / _WEEK, (in_all - in_week) * all_days, max(0.0, variance) / count, told, spread / count)


def _rate_ratio(in_week: float, in_all: float) -> tuple[float, float]:
    """Log of the ratio of the two weeks' rates among those who have not done it yet, and its variance per customer.

    The cumulative hazards of the two spells are unrelated (Kaplan and Meier 1958); the delta method does the rest.
    """
    left, rest = 1 - in_week, in_all - in_week
    early, later = -log(left), log(left / (1 - in_all))
    return log(early / later), in_week / left / early**2 + rest / (left * (1 - in_all)) / later**2


def _start_pace(parts: Mapping[tuple[str, int], Moments], arm: str) -> _Pace | None:
    """The averages of those who started early and later; None where fewer than two of either were drawn."""
    early, later = parts.get((arm, 0)), parts.get((arm, 1))
    if early is None or later is None or min(early.count, later.count, units(early), units(later)) < 2:
        return None
    means = [float(one.mean[0]) for one in (early, later)]
    variances = [error_squared(one) for one in (early, later)]
    if min(means) <= 0:
        return _Pace(means[0], means[1], sum(variances), None, 0.0)
    spread = sum(variance / mean**2 for variance, mean in zip(variances, means, strict=True))
    return _Pace(means[0], means[1], sum(variances), log(means[0] / means[1]), spread)


def _told(arm: str, one: _Pace, base: _Pace, *, weeks: int) -> EarlyLater:
    beside = None
    if one.ratio is not None and base.ratio is not None:
        error = sqrt(one.ratio_variance + base.ratio_variance)
        beside = abs(one.ratio - base.ratio) / error if error else 0.0
    return EarlyLater(
        arm=arm,
        early=one.early - base.early,
        later=one.later - base.later,
        error=sqrt(one.variance + base.variance),
        weeks=weeks,
        beside=beside,
    )
