"""gbstats over the wide file: in its own environment, `python -m benchmarks.peers.growthbook DATA QUESTIONS`.

gbstats reads no data: it wants sums. It gets them from one hand-written query, the kindest way there is to use it,
and its statistic classes are called as they are, without the data frames around them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
from gbstats.models.statistics import (
    ProportionStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)

from benchmarks.clock import Answer, Clock

MEASURES = ("visited", "orders", "spend", "pages", "minutes")
GROUPS = ("region", "channel", "age_band", "tenure")
Sums = tuple[float, ...]


def cells(path: str, keys: Sequence[str]) -> dict[tuple[str, ...], Sums]:
    """Arm and levels -> how many, then for each measure Σx, Σy, Σx², Σxy, Σy²."""
    terms = ["COUNT(*)"]
    for name in MEASURES:
        x, y = name, f"{name}_before"
        terms += [f"SUM({term})" for term in (x, y, f"{x} * {x}", f"{x} * {y}", f"{y} * {y}")]
    listed = ", ".join(("arm", *keys))
    sql = f"SELECT {listed}, {', '.join(terms)} FROM read_parquet('{path}') GROUP BY {listed}"
    rows = duckdb.connect(config={"memory_limit": "2GB"}).execute(sql).fetchall()
    return {row[: 1 + len(keys)]: tuple(float(value) for value in row[1 + len(keys) :]) for row in rows}


def slices(found: dict[tuple[str, ...], Sums], keys: Sequence[str]) -> Iterator[tuple[str, dict[str, Sums]]]:
    """Everybody, then every level of every group: a name and the sums of each arm."""
    for place, group in enumerate(("", *keys)):
        rolled: dict[tuple[str, str], Sums] = {}
        for (arm, *levels), sums in found.items():
            at = (f"{group} {levels[place - 1]}" if place else "", arm)
            rolled[at] = tuple(map(sum, zip(rolled[at], sums, strict=True))) if at in rolled else sums
        for title in dict.fromkeys(title for title, _ in rolled):
            yield title, {arm: sums for (other, arm), sums in rolled.items() if other == title}


def statistic(measure: int, sums: Sums, theta: float = 0.0) -> RegressionAdjustedStatistic:
    count = int(sums[0])
    x, y, xx, xy, yy = sums[1 + 5 * measure : 6 + 5 * measure]
    if MEASURES[measure] == "visited":
        after, before = ProportionStatistic(n=count, sum=x), ProportionStatistic(n=count, sum=y)
    else:
        after = SampleMeanStatistic(n=count, sum=x, sum_squares=xx)
        before = SampleMeanStatistic(n=count, sum=y, sum_squares=yy)
    return RegressionAdjustedStatistic(
        n=count, post_statistic=after, pre_statistic=before, post_pre_sum_of_products=xy, theta=theta
    )


def difference(measure: int, control: Sums, treated: Sums) -> list[float]:
    theta = compute_theta(statistic(measure, control), statistic(measure, treated))
    pair = [statistic(measure, sums, theta) for sums in (control, treated)]
    result = TwoSidedTTest(*pair, FrequentistConfig(difference_type="absolute")).compute_result()
    return [float(result.expected), float(result.ci[0]), float(result.ci[1])]


def answers(path: str, questions: int) -> Answer:
    """As many questions as are asked: 10 for everybody, 190 with every level of four groups."""
    keys = GROUPS if questions > 10 else ()
    found: Answer = {}
    for title, arms in slices(cells(path, keys), keys):
        for arm, sums in arms.items():
            for place, name in enumerate(MEASURES):
                if arm != "usual":
                    found[f"{name} {arm} {title}".strip()] = difference(place, arms["usual"], sums)
    return found


if __name__ == "__main__":
    clock = Clock()
    clock.stop(answers(str(Path(sys.argv[1]) / "customers.parquet"), int(sys.argv[2])))
