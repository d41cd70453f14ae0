"""The deciding measure, looked at for what could carry its difference: a few customers, or the first days alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import sqrt

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence import questions
from pitcairn.evidence.cube import START, Cube
from pitcairn.evidence.facts import Check, DecidingFact, EarlyLater, Facts, StartCount

WARN_CARRIED = 0.5
WARN_ERRORS = 3.0
FIRST_WEEK = "(first week)"
"""The cube's block of `week_measure`; no measure can have this id."""
_WEEK = 7


def deciding_facts(plan: Plan, cube: Cube, highest: Mapping[str, Sequence[float]]) -> tuple[DecidingFact, ...]:
    """What the checks need of the deciding measure, by arm; nothing for a ratio or a quantile, which are no averages.

    `highest`: the top values by arm.
    """
    if plan.deciding.kind in ("ratio", "quantile"):
        return ()
    return tuple(
        DecidingFact(
            arm=arm,
            known=found.count,
            mean=float(found.mean[0]),
            deviation=sqrt(max(0.0, float(found.covariance[0, 0]))) if found.count > 1 else 0.0,
            highest=tuple(highest.get(arm, ())),
        )
        for (arm,), found in cube.moments(plan.deciding.id).items()
    )


def start_counts(cube: Cube) -> tuple[StartCount, ...]:
    """Counted customers by day of start and arm; nothing where all start on the same day."""
    if all(dimension.id != START for dimension in cube.dimensions):
        return ()
    found = sorted(cube.sizes(START).items(), key=lambda item: item[0][::-1])
    return tuple(
        StartCount(day=date.fromisoformat(day), arm=arm, counted=count) for (arm, day), count in found if count
    )


def by_start(plan: Plan, cube: Cube) -> tuple[EarlyLater, ...]:
    """The difference among customers who started in the first week, and in the whole weeks after it.

    Nothing where all start on the same day, where there are not two whole weeks, and for ratios and quantiles.
    """
    days = sorted({one.day for one in start_counts(cube)})
    weeks = ((days[-1] - plan.start).days + 1) // _WEEK - 1 if days else 0
    if weeks < 1 or plan.deciding.kind in ("ratio", "quantile"):
        return ()
    ends = [plan.start + timedelta(days=_WEEK), plan.start + timedelta(days=_WEEK * (weeks + 1))]
    pieces: dict[tuple[str, int], list[Moments]] = {}
    for (arm, day), found in cube.moments(plan.deciding.id, START).items():
        piece = sum(date.fromisoformat(day) >= end for end in ends)
        pieces.setdefault((arm, piece), []).append(found)
    whole = {key: Moments.total(found) for key, found in pieces.items()}
    return tuple(
        EarlyLater(arm=arm.id, early=early[0], later=later[0], error=sqrt(early[1] + later[1]), weeks=weeks)
        for arm in plan.treatments
        if (early := _difference(whole, arm.id, plan.comparison.id, 0))
        and (later := _difference(whole, arm.id, plan.comparison.id, 1))
    )


def week_measure(plan: Plan) -> MeasurePlan | None:
    """The deciding measure of each customer's first seven days alone, added up in the same query.

    None where its events cannot be told apart by week, or there are not two weeks of them.
    """
    whole = plan.deciding
    if whole.kind not in ("any", "count", "sum") or whole.window_days < 2 * _WEEK:
        return None
    if plan.source(whole.source).kind != "events":
        return None
    return replace(whole, id=FIRST_WEEK, role="watch", window_days=_WEEK, before=None)


def by_week(plan: Plan, cube: Cube) -> tuple[EarlyLater, ...]:
    """The difference a day in each customer's first week, and in the days after; nothing without `week_measure`."""
    if FIRST_WEEK not in cube.blocks:
        return ()
    first, whole, days = cube.moments(FIRST_WEEK), cube.moments(plan.deciding.id), plan.deciding.window_days
    found = []
    for arm in plan.treatments:
        pair = [((id,) in whole) and whole[id,].count > 1 for id in (arm.id, plan.comparison.id)]
        if all(pair):
            one, other = (_pace(plan, first[id,], whole[id,]) for id in (arm.id, plan.comparison.id))
            error = sqrt(one[2] + other[2])
            weeks = days // _WEEK - 1
            found.append(
                EarlyLater(arm=arm.id, early=one[0] - other[0], later=one[1] - other[1], error=error, weeks=weeks)
            )
    return tuple(found)


def _pace(plan: Plan, first: Moments, whole: Moments) -> tuple[float, float, float]:
    """What one arm's customers do a day, first and later, and the variance of the gap between the two.

    With F of the first week and T of all days, the gap is e·F − l·T. Who did something in the first week has done it
    at all, which gives Cov(F, T) of a yes or no; of amounts it is taken as Var(F), its value where first and later
    days are unrelated, which is too little rather than too much.
    """
    later_days = plan.deciding.window_days - _WEEK
    early, all_days = 1 / _WEEK + 1 / later_days, 1 / later_days
    in_week, in_all = float(first.mean[0]), float(whole.mean[0])
    shared = in_week * (1 - in_all) if plan.deciding.is_rate else float(first.covariance[0, 0])
    variance = (
        early**2 * float(first.covariance[0, 0])
        + all_days**2 * float(whole.covariance[0, 0])
        - 2 * early * all_days * shared
    )
    return in_week / _WEEK, (in_all - in_week) * all_days, max(0.0, variance) / whole.count


def carried_check(plan: Plan, facts: Facts) -> Check:
    """How much of the deciding difference a few customers carry."""
    if plan.deciding.is_rate:
        return questions.CARRIED.answer("pass", "The deciding measure is a share of customers: each weighs the same.")
    if plan.deciding.kind == "quantile":
        return questions.CARRIED.answer(
            "pass", "A quantile goes by the order of values: a few large ones cannot carry it."
        )
    told = {one.arm: one for one in facts.deciding}
    base = told.get(plan.comparison.id)
    found = [
        (_carried(one, base), arm.label)
        for arm in plan.treatments
        if base and (one := told.get(arm.id)) and min(len(one.highest), len(base.highest)) > 0
    ]
    if not found:
        ratio = plan.deciding.kind == "ratio"
        why = "What a few customers carry of a ratio is not known." if ratio else "Nobody has been counted yet."
        return questions.CARRIED.answer("unchecked", why)
    share, label = max(found)
    sentence = (
        f"Without the ten highest customers of each group, the difference of “{label}” would move by "
        f"{'less than 1' if share < 0.01 else f'{share * 100:,.0f}'} in 100 of its size."
    )
    if share > WARN_CARRIED:
        sentence += " A few customers carry the result: look at them, and declare a `cap` next time."
        return questions.CARRIED.answer("warn", sentence, share, WARN_CARRIED)
    return questions.CARRIED.answer("pass", sentence, share, WARN_CARRIED)


def novelty_check(plan: Plan, facts: Facts) -> Check:
    """Whether the deciding difference is the same early and later."""
    if not facts.turns:
        return questions.NOVELTY.answer(
            "unchecked", "The data has no days by which an early and a later result differ."
        )
    worst = max(facts.turns, key=_apart)
    found, label = _apart(worst), plan.arm(worst.arm).label
    if found <= WARN_ERRORS:
        later = "the week after" if worst.weeks == 1 else f"the {worst.weeks} weeks after"
        sentence = f"The first week and {later} tell the same of “{label}”, but for chance."
        return questions.NOVELTY.answer("pass", sentence, found, WARN_ERRORS)
    fades = abs(worst.early) > abs(worst.later)
    sentence = (
        f"“{label}” made {'more' if fades else 'less'} of a difference in the first week than later: "
        f"{'what is new may wear off' if fades else 'it may need time'}, so the average over all weeks hides a trend."
    )
    return questions.NOVELTY.answer("warn", sentence, found, WARN_ERRORS)


# --- parts ----------------------------------------------------------------------------------------------------


def _difference(
    parts: Mapping[tuple[str, int], Moments], arm: str, base: str, piece: int
) -> tuple[float, float] | None:
    """A difference of averages and its variance; None where an arm has fewer than two customers."""
    one, other = parts.get((arm, piece)), parts.get((base, piece))
    if one is None or other is None or min(one.count, other.count) < 2:
        return None
    variance = float(one.covariance[0, 0]) / one.count + float(other.covariance[0, 0]) / other.count
    return float(one.mean[0] - other.mean[0]), variance


def _carried(one: DecidingFact, base: DecidingFact) -> float:
    """How far the difference moves without the highest of both arms, beside its size or its standard error."""
    difference = one.mean - base.mean
    error = sqrt(sum(each.deviation**2 / each.known for each in (one, base)))
    scale = max(abs(difference), error)
    moved = abs(difference - (_without(one) - _without(base)))
    return moved / scale if scale else 0.0


def _without(one: DecidingFact) -> float:
    rest = one.known - len(one.highest)
    return (one.known * one.mean - sum(one.highest)) / rest if rest > 0 else 0.0


def _apart(one: EarlyLater) -> float:
    return abs(one.early - one.later) / one.error if one.error else 0.0
