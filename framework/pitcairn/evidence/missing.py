"""Outcomes that are not known: how many, alike in every arm or not, and how far they could turn the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import sqrt

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.evidence import questions
from pitcairn.evidence.alike import FAIL_CHANCE, WARN_CHANCE, limit
from pitcairn.evidence.facts import Check, DecidingFact, Facts, MissingCount
from pitcairn.phrases import customers, several

FAIL_MISSING = 0.01
WARN_MISSING = 0.05
SMALLEST_ARM = 50
"""Shares of fewer customers are not told."""
_NOBODY = "Nobody has been counted yet."


def missing_alike_check(plan: Plan, facts: Facts) -> Check:
    """An outcome that is more often missing in one arm compares customers who are no longer alike."""
    everyone = [measure for measure in plan.measures if not _is_of_some(measure)]
    return _compared(questions.MISSING_ALIKE, plan, facts, everyone)


def answering_alike_check(plan: Plan, facts: Facts) -> Check:
    """Means and shares of answers are about those who have one; arms that differ in who does differ twice."""
    some = [measure for measure in plan.measures if _is_of_some(measure)]
    found = _compared(questions.ANSWERING_ALIKE, plan, facts, some)
    return replace(found, sentence=" ".join([found.sentence, *_both_times(plan, facts)]))


def _both_times(plan: Plan, facts: Facts) -> Iterator[str]:
    """For every change, who answered both times, by arm; not of arms so small that a share would tell a few."""
    counted = {arm.arm: arm.counted for arm in facts.arms}
    for measure in plan.measures:
        if measure.change and min(counted[arm.id] for arm in plan.arms) >= SMALLEST_ARM:
            lost = {one.arm: one.missing for one in facts.missing if one.measure == measure.id}
            shares = (
                f"{1 - lost.get(arm.id, 0) / counted[arm.id]:.0%} of “{arm.label}”"
                for arm in (plan.comparison, *plan.treatments)
            )
            yield f"{_named(plan, measure.id)} is known before and after for {several(list(shares))}."


def missing_check(plan: Plan, facts: Facts) -> Check:
    """How many counted customers lack an outcome that everybody should have."""
    counted = sum(arm.counted for arm in facts.arms)
    everyone = [measure.id for measure in plan.measures if not _is_of_some(measure)]
    shares = {id: _total(facts.missing, id) / counted for id in everyone if counted}
    if not counted:
        return questions.MISSING.answer("unchecked", _NOBODY)
    if not shares:
        return questions.MISSING.answer("pass", "Every measure is about only some of the customers.")
    worst = max(shares, key=lambda id: shares[id])
    share, count = shares[worst], _total(facts.missing, worst)
    if not count:
        sentence = "Every counted customer has every outcome."
    else:
        sentence = f"{_named(plan, worst)} is not known for {customers(count)}, {share:.1%} of those counted."
    return questions.MISSING.answer("warn" if share > WARN_MISSING else "pass", sentence, share, WARN_MISSING)


def worst_case_check(plan: Plan, facts: Facts) -> Check:
    """How far the deciding difference could move because of customers whose outcome is not known.

    Manski, "Nonparametric bounds on treatment effects" (1990), where the values have limits. Else the idea of Lee,
    "Training, wages, and sample selection" (2009): only the surplus of one arm is in doubt. Leaving out a share q of
    customers moves an average by sd · √(q / (1 − q)) at most, whatever the values are (Cantelli's bound).
    """
    measure = plan.deciding
    counted = {arm.arm: arm.counted for arm in facts.arms}
    told = {one.arm: one for one in facts.deciding}
    base = told.get(plan.comparison.id)
    pairs = [(told[arm.id], base) for arm in plan.treatments if arm.id in told and base and base.known]
    if not pairs:
        why = _NOBODY
        if measure.kind in ("ratio", "quantile"):
            why = f"For a {measure.kind}, how far unknown values could move it is not known."
        return questions.WORST_CASE.answer("unchecked", why)
    lost = sum(counted[arm] - one.known for arm, one in told.items())
    if not lost:
        sentence = f"Every counted customer has “{measure.label}”, the deciding outcome."
        return questions.WORST_CASE.answer("pass", sentence, 0.0, measure.worth_it)
    top = 1.0 if measure.is_rate else measure.cap
    if top is None or _is_of_some(measure):
        moved = max(_surplus(one, other, counted) for one, other in pairs)
        what = "If the customers whom one group has too many of were its most extreme ones"
    else:
        moved = max(_worst(one, other, counted, top) for one, other in pairs)
        what = (
            f"If everybody whose “{measure.label}” is not known ({customers(lost)}) had done as badly as possible in "
            "one group and as well as possible in the other"
        )
    sentence = f"{what}, the difference would move by up to {_amount(plan, measure, moved)}."
    turns = measure.worth_it is not None and moved >= measure.worth_it
    if turns:
        sentence += " That is the worth-it line or more: it could turn the result."
    return questions.WORST_CASE.answer("warn" if turns else "pass", sentence, moved, measure.worth_it)


# --- shared ---------------------------------------------------------------------------------------------------


def _compared(question: questions.Question, plan: Plan, facts: Facts, measures: Sequence[MeasurePlan]) -> Check:
    """Whether the share without a value is the same in every arm, but for chance."""
    counted = {arm.arm: arm.counted for arm in facts.arms}
    gaps = [
        (gap, errors, measure, arm.label)
        for measure in measures
        for arm in plan.treatments
        if (found := _missing_gap(facts, counted, measure.id, arm.id, plan.comparison.id))
        for gap, errors in (found,)
    ]
    if not gaps:
        asked = "only some" if question is questions.ANSWERING_ALIKE else "all"
        why = _NOBODY if measures else f"No measure is about {asked} of the customers."
        return question.answer("unchecked" if measures else "pass", why)
    gap, errors, measure, label = max(gaps, key=lambda item: (item[1], abs(item[0])))
    if errors <= limit(WARN_CHANCE, len(gaps)):
        return question.answer("pass", "Groups do not differ in how often a value is missing.", gap)
    failed = question.gating and errors > limit(FAIL_CHANCE, len(gaps)) and abs(gap) > FAIL_MISSING
    sentence = (
        f"{_named(plan, measure.id)} is missing {'more' if gap > 0 else 'less'} often for “{label}” than for "
        f"“{plan.comparison.label}”: a gap of {abs(gap) * 100:.1f} in 100 customers, more than chance gives."
    )
    return question.answer("fail" if failed else "warn", sentence, gap, FAIL_MISSING)


def _missing_gap(
    facts: Facts, counted: Mapping[str, int], measure: str, arm: str, base: str
) -> tuple[float, float] | None:
    """How much larger the arm's missing share is, and in how many standard errors."""
    if not counted.get(arm) or not counted.get(base):
        return None
    missing = {found.arm: found.missing for found in facts.missing if found.measure == measure}
    gap = missing.get(arm, 0) / counted[arm] - missing.get(base, 0) / counted[base]
    share = (missing.get(arm, 0) + missing.get(base, 0)) / (counted[arm] + counted[base])
    drawn = {one.arm: counted[one.arm] if one.worth is None else one.worth for one in facts.arms}
    error = sqrt(share * (1 - share) * (1 / drawn[arm] + 1 / drawn[base]))
    return gap, abs(gap) / error if error else 0.0


def _worst(one: DecidingFact, base: DecidingFact, counted: Mapping[str, int], top: float) -> float:
    """The larger of the moves up and down, with values from 0 to `top`."""
    share = {each.arm: 1 - each.known / counted[each.arm] for each in (one, base)}
    up = share[one.arm] * (top - one.mean) + share[base.arm] * base.mean
    down = share[one.arm] * one.mean + share[base.arm] * (top - base.mean)
    return max(up, down)


def _surplus(one: DecidingFact, base: DecidingFact, counted: Mapping[str, int]) -> float:
    """How far the arm with the larger share of known values moves without its surplus, at most."""
    mine, other = (each.known / counted[each.arm] for each in (one, base))
    more, share = (one, 1 - other / mine) if mine > other else (base, 1 - mine / other)
    return more.deviation * sqrt(share / (1 - share)) if share < 1 else float(more.known)


def _amount(plan: Plan, measure: MeasurePlan, value: float) -> str:
    if measure.is_rate:
        return f"{value * 100:.1f} in 100 customers"
    return f"{f'{plan.currency} ' if measure.money else ''}{value:,.{max(2, measure.decimals)}f} each"


def _is_of_some(measure: MeasurePlan) -> bool:
    return measure.is_of_some


def _total(missing: Sequence[MissingCount], measure: str) -> int:
    return sum(found.missing for found in missing if found.measure == measure)


def _named(plan: Plan, measure: str) -> str:
    return f"“{plan.measure(measure).label}”"
