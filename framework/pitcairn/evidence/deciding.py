"""The deciding measure as the checks need it, and whether a few customers carry its difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import sqrt

from pitcairn.design.plan import Plan
from pitcairn.evidence import questions
from pitcairn.evidence.cube import START, Cube
from pitcairn.evidence.facts import Check, DecidingFact, Facts, StartCount

WARN_CARRIED = 0.5


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


def start_counts(plan: Plan, cube: Cube) -> tuple[StartCount, ...]:
    """Counted customers by day of start and arm; nothing where all start on the same day."""
    if all(dimension.id != START for dimension in cube.dimensions):
        return ()
    found = sorted(cube.sizes(START).items(), key=lambda item: item[0][::-1])
    units = cube.units(plan.deciding.id, START)
    return tuple(
        StartCount(day=date.fromisoformat(day), arm=arm, counted=count, drawn=units.get((arm, day)))
        for (arm, day), count in found
        if count
    )


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


# --- parts ----------------------------------------------------------------------------------------------------


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
