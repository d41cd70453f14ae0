"""Are the groups as large as they were drawn: all together, within every declared level, and on every day?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import exp, lgamma, log

from scipy.special import chdtrc

from pitcairn.design.plan import Plan
from pitcairn.evidence import questions
from pitcairn.evidence.facts import ArmCount, Check, Facts, LevelCount, StartCount
from pitcairn.phrases import day

WARN_SIZES, FAIL_SIZES = 100.0, 1000.0
"""Evidence against the planned shares: drawn fairly, it passes 1,000 at any look in 1 of 1,000 pilots at most."""


WARN_CHANCE, FAIL_CHANCE = 0.01, 0.001
"""Of somebody else's draw that was fair, looked at once, when it is complete: as rare as the evidence above."""
WHOLE = "Whole households or the like were drawn, so how many customers an arm should have here is not fixed."


def log_evidence(counts: Sequence[int], shares: Sequence[float], *, concentration: float) -> float:
    """Log of the evidence that customers were not drawn by these shares; fair draws keep it low at every look.

    Lindon and Malek, "Anytime-valid inference for multinomial count data" (2022): a Dirichlet mixture around the
    planned shares. A concentration of a tenth of the customers, at least 100, finds small gaps soonest.
    """
    total = sum(counts)
    found = lgamma(concentration) - lgamma(concentration + total)
    for count, share in zip(counts, shares, strict=True):
        prior = concentration * share
        found += lgamma(prior + count) - lgamma(prior) - count * log(share)
    return found


def sizes_check(plan: Plan, arms: Sequence[ArmCount]) -> Check:
    """Whether the arms have the customers that their shares promise.

    A draw of our own is fair, and what may be lost on the way is looked at any day. Somebody else's is taken on trust,
    so once it is complete, which is looked at once, a chi-square test asks more of it.
    """
    counts = {arm.arm: arm.assigned if arm.drawn is None else arm.drawn for arm in arms}
    said = " / ".join(f"{counts[arm.id]:,}" for arm in plan.arms) + named(plan)
    found = evidence(plan, counts)
    once = plan.observed is not None and not any(arm.pending for arm in arms)
    chance = _chance(plan, counts) if once else 1.0
    if found < WARN_SIZES and chance >= WARN_CHANCE:
        drawn = "as drawn" if plan.observed is None else "as planned"
        return questions.SIZES.answer("pass", f"Group sizes are {drawn}: {said}.", found, FAIL_SIZES)
    planned = " / ".join(f"{sum(counts.values()) * share:,.0f}" for share in _shares(plan))
    failed = found >= FAIL_SIZES or chance < FAIL_CHANCE
    often = "in fewer than 1 of 1,000" if failed else "in fewer than 1 of 100"
    sentence = f"Group sizes are not as planned: {said}, where {planned} were expected. Chance does this {often} draws."
    value, limit = (found, FAIL_SIZES) if found >= WARN_SIZES else (chance, FAIL_CHANCE)
    return questions.SIZES.answer("fail" if failed else "warn", sentence, value, limit)


def within_check(plan: Plan, facts: Facts) -> Check:
    """The same question inside every level of the declared groups: a message that failed on some phones shows here.

    Where households were drawn, those with somebody in the level are counted: their shares are the planned ones too.

    The limit grows with the number of levels, so that looking at more of them raises no more false alarms.
    """
    by_level: dict[tuple[str, str], dict[str, int]] = {}
    for one in facts.levels:
        by_level.setdefault((one.group, one.level), {})[one.arm] = _drawn(one)
    if not by_level:
        return questions.SIZES_WITHIN.answer("pass", "No groups are declared.")
    found = {key: evidence(plan, counts) for key, counts in by_level.items()}
    limit = FAIL_SIZES * len(by_level)
    worst = max(found, key=lambda key: found[key])
    label = next(group.label for group in plan.groups if group.id == worst[0])
    said = " / ".join(f"{by_level[worst].get(arm.id, 0):,}" for arm in plan.arms) + named(plan)
    if found[worst] < WARN_SIZES * len(by_level):
        where = {1: "the one level", 2: "both levels"}.get(len(by_level), f"all {len(by_level)} levels")
        sentence = f"Sizes are as planned in {where} of the declared groups."
        return questions.SIZES_WITHIN.answer("pass", sentence, found[worst], limit)
    sentence = f"Sizes are not as planned where “{label}” is “{worst[1]}”: {said}. Was something lost there?"
    state: questions.State = "fail" if found[worst] >= limit else "warn"
    return questions.SIZES_WITHIN.answer(state, sentence, found[worst], limit)


def over_time_check(plan: Plan, facts: Facts) -> Check:
    """The same question day by day of start; where all start on one day, among those whose outcome is known."""
    if not any(arm.counted for arm in facts.arms):
        return questions.SIZES_OVER_TIME.answer("unchecked", "Nobody has been counted yet.")
    return _by_day(plan, facts) if facts.starts else _still_there(plan, facts)


def _by_day(plan: Plan, facts: Facts) -> Check:
    by_day: dict[date, dict[str, int]] = {}
    for one in facts.starts:
        by_day.setdefault(one.day, {})[one.arm] = _drawn(one)
    concentration = max(100.0, sum(_drawn(one) for one in facts.starts) / 10)
    so_far = dict.fromkeys((arm.id for arm in plan.arms), 0)
    running, alone = [], []
    for when in sorted(by_day):
        so_far = {arm: count + by_day[when].get(arm, 0) for arm, count in so_far.items()}
        running.append((evidence(plan, so_far, concentration), when))
        alone.append((evidence(plan, by_day[when]) / len(by_day), when))
    (found, when), single = max([*running, *alone]), max(running) < max(alone)
    days = "the one day" if len(by_day) == 1 else f"all {len(by_day)} days"
    if found < WARN_SIZES:
        who = f"Customers, drawn by “{plan.cluster}”," if plan.cluster else "Customers"
        sentence = f"{who} started in the planned shares on {days} of start, each alone and all together."
        return questions.SIZES_OVER_TIME.answer("pass", sentence, found, FAIL_SIZES)
    where = f"On {day(when)}" if single else f"Up to {day(when)}"
    sizes = by_day[when] if single else _up_to(by_day, when)
    said = " / ".join(f"{sizes.get(arm.id, 0):,}" for arm in plan.arms) + named(plan)
    sentence = f"{where} the groups did not grow as planned: {said}. What was different then?"
    return questions.SIZES_OVER_TIME.answer("fail" if found >= FAIL_SIZES else "warn", sentence, found, FAIL_SIZES)


def _up_to(by_day: Mapping[date, Mapping[str, int]], last: date) -> dict[str, int]:
    total: dict[str, int] = {}
    for when, counts in by_day.items():
        for arm, count in counts.items() if when <= last else ():
            total[arm] = total.get(arm, 0) + count
    return total


def _still_there(plan: Plan, facts: Facts) -> Check:
    if plan.deciding.is_of_some:
        sentence = "Everybody started on the same day, and the deciding measure is about those who have a value."
        return questions.SIZES_OVER_TIME.answer("pass", sentence)
    if plan.cluster:
        return questions.SIZES_OVER_TIME.answer("unchecked", WHOLE)
    lost = {one.arm: one.missing for one in facts.missing if one.measure == plan.deciding.id}
    counts = {arm.arm: arm.counted - lost.get(arm.arm, 0) for arm in facts.arms}
    said = " / ".join(f"{counts[arm.id]:,}" for arm in plan.arms)
    found = evidence(plan, counts)
    if found < WARN_SIZES:
        sentence = f"Everybody started on the same day; those with an outcome are still as planned: {said}."
        return questions.SIZES_OVER_TIME.answer("pass", sentence, found, FAIL_SIZES)
    sentence = f"Those who still have an outcome are not in the planned shares: {said}. Who was lost on the way?"
    return questions.SIZES_OVER_TIME.answer("fail" if found >= FAIL_SIZES else "warn", sentence, found, FAIL_SIZES)


def _drawn(one: LevelCount | StartCount) -> int:
    """What a lot was drawn for: a household with members in several levels is one in each of them."""
    return one.counted if one.drawn is None else one.drawn


def named(plan: Plan) -> str:
    """` by “household”` behind numbers of what was drawn; nothing behind customers."""
    return f" by “{plan.cluster}”" if plan.cluster else ""


def evidence(plan: Plan, counts: Mapping[str, int], concentration: float | None = None) -> float:
    """Evidence against the planned shares; as large as a float can safely be where it is overwhelming."""
    each = [counts.get(arm.id, 0) for arm in plan.arms]
    around = concentration or max(100.0, sum(each) / 10)
    return exp(min(log_evidence(each, _shares(plan), concentration=around), 700.0))


def _chance(plan: Plan, counts: Mapping[str, int]) -> float:
    """How often a fair draw is as far from the planned shares as this: Pearson's chi-square test."""
    total = sum(counts.values())
    if not total or len(plan.arms) < 2:
        return 1.0
    expected = [total * share for share in _shares(plan)]
    far = sum((counts.get(arm.id, 0) - size) ** 2 / size for arm, size in zip(plan.arms, expected, strict=True))
    return float(chdtrc(len(plan.arms) - 1, far))


def _shares(plan: Plan) -> list[float]:
    whole = sum(arm.share for arm in plan.arms)
    return [arm.share / whole for arm in plan.arms]
