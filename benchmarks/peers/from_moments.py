"""Other people's software on the same summaries: `python -m benchmarks.peers.from_moments NAME`.

Each in the environment that has it; imports are start-up.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.clock import Answer, Clock
from benchmarks.summaries import TIMES, Arm, arms

LOOKS, LEVEL = 28, 0.025
POINTS = 50_000
"""Enough for three digits, in 28 dimensions."""


def gbstats() -> Callable[[], Answer]:
    """Differences of averages, each with a value before the start, from sums."""
    from benchmarks.peers.growthbook import difference

    def sums(arm: Arm) -> tuple[float, ...]:
        n, x, y = arm.count, arm.mean, arm.mean_before
        squares = (
            (n - 1) * covariance + n * product
            for covariance, product in ((arm.variance, x * x), (arm.covariance, x * y), (arm.variance_before, y * y))
        )
        # The second of the measures there is an amount.
        return (n, *[0.0] * 5, n * x, n * y, *squares)

    def work() -> Answer:
        return {f"group {i}": difference(1, sums(control), sums(arm)) for i, (control, arm) in enumerate(arms())}

    return work


def tea() -> Callable[[], Answer]:
    """The same from tea-tasting's own aggregates."""
    import tea_tasting
    import tea_tasting.aggr

    metric = tea_tasting.Mean("spend", covariate="before")

    def aggregates(arm: Arm) -> tea_tasting.aggr.Aggregates:
        return tea_tasting.aggr.Aggregates(
            count_=arm.count,
            mean_={"spend": arm.mean, "before": arm.mean_before},
            var_={"spend": arm.variance, "before": arm.variance_before},
            cov_={("before", "spend"): arm.covariance},
        )

    def one(control: Arm, arm: Arm) -> list[float]:
        found = metric.analyze_aggregates(aggregates(control), aggregates(arm))
        return [float(found.effect_size), float(found.effect_size_ci_lower), float(found.effect_size_ci_upper)]

    def work() -> Answer:
        return {f"group {i}": one(control, arm) for i, (control, arm) in enumerate(arms())}

    return work


def statsmodels() -> Callable[[], Answer]:
    """Differences of shares by the same range of Newcombe's."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    def one(control: Arm, arm: Arm) -> list[float]:
        low, high = confint_proportions_2indep(
            arm.buyers, arm.count, control.buyers, control.count, method="newcomb", compare="diff"
        )
        return [arm.buyers / arm.count - control.buyers / control.count, float(low), float(high)]

    def work() -> Answer:
        return {f"group {i}": one(control, arm) for i, (control, arm) in enumerate(arms())}

    return work


def scipy() -> Callable[[], Answer]:
    """Not finding a boundary, only the chance to stay below one that was found before the clock ran."""
    import numpy as np
    from scipy.stats import multivariate_normal

    from pitcairn.estimate.boundaries import boundary
    from pitcairn.estimate.spending import o_brien_fleming

    days = np.arange(1, LOOKS + 1) / LOOKS
    bounds = np.array(boundary(days, days, LEVEL, o_brien_fleming).critical)
    together = np.sqrt(np.minimum.outer(days, days) / np.maximum.outer(days, days))

    def work() -> Answer:
        stays = float(multivariate_normal(cov=together, seed=1, maxpts=POINTS).cdf(np.minimum(bounds, 9.0)))
        return {"stays below": [stays, stays - 0.5, stays + 0.5]}

    return work


if __name__ == "__main__":
    work = {"gbstats": gbstats, "tea": tea, "statsmodels": statsmodels, "scipy": scipy}[sys.argv[1]]()
    clock = Clock()
    for _ in range(TIMES):
        answer = work()
    clock.stop(answer)
