"""What Pitcairn's numbers cost once the data are read: `python -m benchmarks.from_moments WHAT`.

amounts      a thousand groups' differences of an average, each with a value before the start
shares       a thousand groups' differences of a share, by Newcombe's range
boundaries   the boundary of 28 daily looks
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from benchmarks.clock import Answer, Clock
from benchmarks.summaries import TIMES, Arm, arms
from pitcairn.estimate.boundaries import boundary
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.proportions import share_difference
from pitcairn.estimate.spending import o_brien_fleming

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


WHAT: dict[str, Callable[[], Answer]] = {"amounts": amounts, "shares": shares, "boundaries": boundaries}


if __name__ == "__main__":
    work = WHAT[sys.argv[1]]
    clock = Clock()
    for _ in range(TIMES):
        answer = work()
    clock.stop(answer)
