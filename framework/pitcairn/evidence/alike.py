"""Were the arms alike before the start: in their values, and in what kinds of customers they have?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from scipy.special import ndtri

from pitcairn.design.plan import Plan
from pitcairn.evidence import questions
from pitcairn.evidence.facts import Balance, Check, LevelGap

FAIL_GAP = 0.1
"""Standard deviations before the start that are too many to trust an adjustment with."""
WARN_CHANCE, FAIL_CHANCE = 0.0027, 0.0000633
"""Of a reading that looks at fair draws only; a single gap of 3, and of 4, standard errors."""


def is_alike(
    plan: Plan, balance: Sequence[Balance], sizes: Mapping[str, float], levels: Sequence[LevelGap] = ()
) -> Check:
    """Whether the arms were alike before the start, in customers per arm and gaps in standard deviations.

    Where households were drawn, `sizes` are the customers, drawn one by one, that would tell as much.

    A tenth of a standard deviation is a common limit (Austin, "Balance diagnostics", 2009), but small arms differ as
    much by chance, so a gap must also be beyond what chance gives, and the more gaps there are, the larger one chance
    gives (Bonferroni).
    """
    gaps = [(gap.arm, gap.gap, f"“{plan.measure(gap.measure).label}”") for gap in balance]
    labels = {group.id: group.label for group in plan.groups}
    gaps += [(gap.arm, gap.gap, f"the share of “{labels[gap.group]}”: “{gap.level}”") for gap in levels]
    if not gaps:
        lacking = "is read from the customers' own file" if plan.groups else "is declared"
        why = f"No measure has a value before the start, and no group {lacking}."
        return questions.ALIKE.answer("unchecked", why)
    warned, failing = (limit(chance, len(gaps)) for chance in (WARN_CHANCE, FAIL_CHANCE))
    odd = [one for one in gaps if errors(plan, one[0], one[1], sizes) > warned]
    failed = [one for one in odd if abs(one[1]) > FAIL_GAP and errors(plan, one[0], one[1], sizes) > failing]
    arm, gap, where = max(failed or odd or gaps, key=lambda one: abs(one[1]))
    if failed or odd:
        size = "too far apart to compare" if failed else "further apart than chance usually puts them"
        sentence = (
            f"Before the start, “{plan.arm(arm).label}” and “{plan.comparison.label}” were {size}: "
            f"{abs(gap):.2f} standard deviations in {where}."
        )
        return questions.ALIKE.answer("fail" if failed else "warn", sentence, gap, FAIL_GAP)
    sentence = f"Groups were alike before the start: the largest gap is {abs(gap):.2f} standard deviations, in {where}."
    return questions.ALIKE.answer("pass", sentence, gap, FAIL_GAP)


def before_check(plan: Plan, balance: Sequence[Balance], sizes: Mapping[str, float]) -> Check:
    """Whether the values before the start show an “effect”, which there cannot be: a pre-period A/A of each measure."""
    if not balance:
        return questions.BEFORE.answer("unchecked", "No measure has a value before the start.")
    found = [(errors(plan, one.arm, one.gap, sizes), one) for one in balance]
    worst, gap = max(found, key=lambda pair: pair[0])
    most, name = limit(WARN_CHANCE, len(found)), f"“{plan.measure(gap.measure).label}”"
    if worst <= most:
        count = "1 comparison" if len(found) == 1 else f"{len(found)} comparisons"
        sentence = f"No “effect” before the start in {count}; the largest is {worst:.1f} standard errors, in {name}."
        return questions.BEFORE.answer("pass", sentence, worst, most)
    sentence = (
        f"Before anything was sent, “{plan.arm(gap.arm).label}” already differed in {name}, by {worst:.1f} standard "
        "errors: part of what is seen now may have been there before."
    )
    return questions.BEFORE.answer("warn", sentence, worst, most)


def limit(chance: float, comparisons: int) -> float:
    """Standard errors that the largest of so many fair comparisons exceeds this often at most.

    >>> round(limit(0.0027, 1), 2), round(limit(0.0027, 100), 2)
    (3.0, 4.2)
    """
    return float(-ndtri(chance / comparisons / 2))


def errors(plan: Plan, arm: str, gap: float, sizes: Mapping[str, float]) -> float:
    """A gap in standard deviations as standard errors; 0 where an arm has nobody."""
    pair = sizes.get(arm, 0), sizes.get(plan.comparison.id, 0)
    return abs(gap) / sqrt(1 / pair[0] + 1 / pair[1]) if all(pair) else 0.0
