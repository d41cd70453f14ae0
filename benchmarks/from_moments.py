"""What Pitcairn's numbers cost once the data are read: `python -m benchmarks.from_moments WHAT`.

amounts      a thousand groups' differences of an average, each with a value before the start
shares       a thousand groups' differences of a share, by Newcombe's range
boundaries   the boundary of 28 daily looks
reading      a whole reading from its cube: checks, verdicts and every word of the result, and all 190 effects
effects      the 190 effects alone
plain        the 190 effects alone, adjusted for nothing
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np

from benchmarks import ours, whole
from benchmarks.clock import Answer, Clock
from benchmarks.summaries import TIMES, Arm, arms
from pitcairn.estimate.boundaries import boundary
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.proportions import share_difference
from pitcairn.estimate.spending import o_brien_fleming
from pitcairn.evidence.cube import Block, Cube, Dimension
from pitcairn.evidence.facts import ArmCount, Facts

LAST_DAY = date(2026, 3, 29)
LOOKS = 28
LEVEL = 0.025


def moments(arm: Arm) -> Moments:
    covariance = np.array([[arm.variance, arm.covariance], [arm.covariance, arm.variance_before]])
    return Moments(arm.count, np.array([arm.mean, arm.mean_before]), covariance * (arm.count - 1))


def told(outcome: Effect | NotAvailable) -> list[float]:
    assert isinstance(outcome, Effect)
    return [outcome.estimate, outcome.low, outcome.high]


def amounts() -> Answer:
    return {
        f"group {place}": told(difference(moments(control), moments(treated), covariates=1))
        for place, (control, treated) in enumerate(arms())
    }


def shares() -> Answer:
    return {
        f"group {place}": told(share_difference(control.buyers, control.count, treated.buyers, treated.count))
        for place, (control, treated) in enumerate(arms())
    }


def boundaries() -> Answer:
    """The chance that a model without any gain crosses at none of the looks, as the boundary has it."""
    days = [day / LOOKS for day in range(1, LOOKS + 1)]
    found = boundary(days, days, LEVEL, o_brien_fleming)
    stays = 1 - found.spent[-1]
    return {"stays below": [stays, stays - 0.5, stays + 0.5]}


def cube() -> Cube:
    """The cube that a reading of the same cells would have made."""
    found = whole.cells()
    levels = [whole.ARMS, *whole.GROUPS.values()]
    names = ("arm", *whole.GROUPS)
    index = np.array([[level.index(one) for level, one in zip(levels, key, strict=True)] for key in found])
    rows = np.array(list(found.values()))
    count = rows[:, 0]
    blocks = {}
    for place, measure in enumerate(whole.MEASURES):
        sums = rows[:, 1 + 5 * place : 6 + 5 * place]
        mean = sums[:, :2] / count[:, np.newaxis]
        spread = sums[:, [2, 3, 3, 4]].reshape(-1, 2, 2) - count[:, None, None] * mean[:, :, None] * mean[:, None, :]
        blocks[measure] = Block(count, mean, spread)
    dimensions = tuple(Dimension(name, level) for name, level in zip(names, levels, strict=True))
    return Cube(dimensions, index, count.astype(np.int64), blocks)


def facts(of: Cube) -> Facts:
    """Everybody who was drawn is counted, and nothing is missing."""
    arms = [
        ArmCount(arm=arm, assigned=count, counted=count, pending=0, before_start=0)
        for (arm,), count in of.sizes().items()
    ]
    return Facts(
        as_of=LAST_DAY,
        files=(),
        rows=(),
        arms=tuple(arms),
        missing=(),
        balance=(),
        duplicates_checked=True,
        outside=0,
        statements=0,
    )


def reading(*, words: bool = True, adjusted: bool = True) -> Callable[[], Answer]:
    """The cube is there before the clock runs, and made anew each time, since it remembers what it was asked."""
    plan, made = ours.plan_of("wide"), cube()
    if not adjusted:
        plan = replace(plan, measures=tuple(replace(one, before=None) for one in plan.measures))
        bare = {id: Block(one.count, one.mean[:, :1], one.spread[:, :1, :1]) for id, one in made.blocks.items()}
        made = replace(made, blocks=bare)
    about = facts(made)

    def work() -> Answer:
        fresh = Cube(made.dimensions, made.index, made.customers, made.blocks)
        if words:
            ours.read(plan, fresh, about)
        return ours.answers(plan, fresh)

    return work


WHAT: dict[str, Callable[[], Callable[[], Answer]]] = {
    "amounts": lambda: amounts,
    "shares": lambda: shares,
    "boundaries": lambda: boundaries,
    "reading": reading,
    "effects": lambda: reading(words=False),
    "plain": lambda: reading(words=False, adjusted=False),
}


if __name__ == "__main__":
    work = WHAT[sys.argv[1]]()
    clock = Clock()
    for _ in range(TIMES):
        answer = work()
    clock.stop(answer)
