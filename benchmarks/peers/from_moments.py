"""Other people's software on the same summaries: `python -m benchmarks.peers.from_moments NAME`.

Each in the environment that has it; imports are start-up.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import whole
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


# --- a whole iteration: five measures, two arms, nineteen slices ----------------------------------------------


def questions() -> list[tuple[str, int, whole.Sums, whole.Sums]]:
    """(title, measure, the comparison's sums, the arm's), rolled up before the clock runs, which is a kindness."""
    return [
        (f"{measure} {arm} {title}".strip(), place, arms["usual"], sums)
        for title, arms in whole.slices().items()
        for arm, sums in arms.items()
        if arm != "usual"
        for place, measure in enumerate(whole.MEASURES)
    ]


def gbstats_whole() -> Callable[[], Answer]:
    """gbstats' statistic classes, as in the other case."""
    from benchmarks.peers.growthbook import difference

    asked = questions()

    def work() -> Answer:
        return {title: difference(measure, control, sums) for title, measure, control, sums in asked}

    return work


def tea_whole() -> Callable[[], Answer]:
    """tea-tasting's aggregates; every question has its own, made before the clock runs."""
    import tea_tasting
    import tea_tasting.aggr

    metric = tea_tasting.Mean("after", covariate="before")

    def aggregates(measure: int, sums: whole.Sums) -> tea_tasting.aggr.Aggregates:
        n = sums[0]
        x, y, xx, xy, yy = sums[1 + 5 * measure : 6 + 5 * measure]
        return tea_tasting.aggr.Aggregates(
            count_=int(n),
            mean_={"after": x / n, "before": y / n},
            var_={"after": (xx - x * x / n) / (n - 1), "before": (yy - y * y / n) / (n - 1)},
            cov_={("after", "before"): (xy - x * y / n) / (n - 1)},
        )

    asked = [
        (title, aggregates(measure, control), aggregates(measure, sums))
        for title, measure, control, sums in questions()
    ]

    def work() -> Answer:
        found: Answer = {}
        for title, control, arm in asked:
            one = metric.analyze_aggregates(control, arm)
            found[title] = [float(one.effect_size), float(one.effect_size_ci_lower), float(one.effect_size_ci_upper)]
        return found

    return work


def statsmodels_whole() -> Callable[[], Answer]:
    """statsmodels wants rows for a regression: from sums it has Welch's range, and adjusts nothing."""
    from statsmodels.stats.weightstats import _tconfint_generic

    def one(control: tuple[float, ...], arm: tuple[float, ...]) -> list[float]:
        parts = [variance / count for count, _, variance in (control, arm)]
        freedom = sum(parts) ** 2 / sum(p * p / (n - 1) for p, (n, *_) in zip(parts, (control, arm), strict=True))
        gain = arm[1] - control[1]
        low, high = _tconfint_generic(gain, sum(parts) ** 0.5, freedom, 0.05, "two-sided")
        return [gain, float(low), float(high)]

    def moments(measure: int, sums: whole.Sums) -> tuple[float, ...]:
        n, x, xx = sums[0], sums[1 + 5 * measure], sums[3 + 5 * measure]
        return n, x / n, (xx - x * x / n) / (n - 1)

    asked = [
        (title, moments(measure, control), moments(measure, sums)) for title, measure, control, sums in questions()
    ]

    def work() -> Answer:
        return {title: one(control, arm) for title, control, arm in asked}

    return work


PROGRAMS = {
    "gbstats": gbstats,
    "tea": tea,
    "statsmodels": statsmodels,
    "scipy": scipy,
    "gbstats-whole": gbstats_whole,
    "tea-whole": tea_whole,
    "statsmodels-whole": statsmodels_whole,
}


if __name__ == "__main__":
    work = PROGRAMS[sys.argv[1]]()
    clock = Clock()
    for _ in range(TIMES):
        answer = work()
    clock.stop(answer)
