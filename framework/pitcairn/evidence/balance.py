"""How alike the arms were before the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from pitcairn.design.plan import Plan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.facts import Balance, LevelCount, LevelGap

_WIDEST = 99.0
"""What stands for a gap between arms that do not vary at all."""


def balance(plan: Plan, moments: Mapping[str, Mapping[tuple[str, ...], Moments]]) -> tuple[Balance, ...]:
    """The gap of every treatment arm from the comparison, for every measure with a value before the start.

    In standard deviations, the root of the two arms' mean variance (Austin, "Balance diagnostics", 2009). Arms with
    fewer than two customers have none.
    """
    found = []
    for measure in plan.measures:
        arms = moments[measure.id]
        base = arms.get((plan.comparison.id,))
        for arm in plan.treatments if measure.before and base else ():
            other = arms.get((arm.id,))
            if base and other and min(base.count, other.count) > 1:
                found.append(Balance(measure=measure.id, arm=arm.id, gap=_gap(base, other)))
    return tuple(found)


def level_gaps(plan: Plan, levels: Sequence[LevelCount]) -> tuple[LevelGap, ...]:
    """The gap of every treatment arm from the comparison in the share of customers of every level.

    In standard deviations of a yes or no, the root of the two arms' mean variance (Austin 2009). Arms with nobody
    counted have none.
    """
    counts = {(one.group, one.level, one.arm): one.counted for one in levels}
    sizes: dict[tuple[str, str], int] = {}
    for one in levels:
        sizes[one.group, one.arm] = sizes.get((one.group, one.arm), 0) + one.counted
    found = []
    for group, level in dict.fromkeys((one.group, one.level) for one in levels):
        for arm in plan.treatments:
            pair = [sizes.get((group, id), 0) for id in (plan.comparison.id, arm.id)]
            if all(pair):
                base, other = (
                    counts.get((group, level, id), 0) / size
                    for id, size in zip((plan.comparison.id, arm.id), pair, strict=True)
                )
                spread = sqrt((base * (1 - base) + other * (1 - other)) / 2)
                gap = (other - base) / spread if spread else _WIDEST * (other - base)
                found.append(LevelGap(group=group, level=level, arm=arm.id, gap=gap))
    return tuple(found)


def _gap(base: Moments, other: Moments) -> float:
    difference = float(other.mean[-1] - base.mean[-1])
    spread = sqrt(float(base.covariance[-1, -1] + other.covariance[-1, -1]) / 2)
    if spread > 0:
        return difference / spread
    return 0.0 if difference == 0 else _WIDEST * (1 if difference > 0 else -1)
