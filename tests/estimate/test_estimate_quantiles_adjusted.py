"""Adjusted quantiles: against regressions on the rows, and by how often their ranges hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.effect import Effect
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.quantiles import Ladder, Quantile, Ranked, quantile, quantile_difference
from pitcairn.estimate.quantiles_adjusted import (
    adjusted_quantile_difference,
    adjusted_quantile_relative,
    adjusted_quantiles,
)


def ranked(rows: np.ndarray, known: np.ndarray) -> Ranked:
    return Ranked.of_ladder(Moments.of(np.column_stack([rows, known])), Ladder.of(rows, known))


def shop(rng: np.random.Generator, count: int, shift: float, *, tells: float = 1.0, covariates: int = 1):
    known = rng.gamma(3, 2, (count, covariates))
    return shift + tells * known.sum(axis=1) + rng.gamma(2, 1, count), known


@pytest.mark.parametrize("covariates", [1, 3])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_quantile_is_where_regressions_of_yes_or_no_on_the_rows_reach_the_share(
    covariates: int, share: float
) -> None:
    """Least squares of `at most v` on what was known, arm by arm, foretold for the average customer of both."""
    rng = np.random.default_rng(3)
    arms = [shop(rng, count, shift, covariates=covariates) for count, shift in ((300, 0.0), (200, 1.0))]
    middle = np.vstack([known for _, known in arms]).mean(axis=0)
    found = adjusted_quantiles(*(ranked(*arm) for arm in arms), share, covariates=covariates)
    for (rows, known), one in zip(arms, (found.control, found.treated), strict=True):
        assert isinstance(one, Quantile)
        design = np.column_stack([np.ones(len(rows)), known])
        reached = [
            np.linalg.lstsq(design, (rows <= value).astype(float), rcond=None)[0] @ [1.0, *middle]
            for value in np.sort(rows)
        ]
        rank = np.ceil(len(rows) * share) / len(rows)
        first = int(np.searchsorted(np.maximum.accumulate(reached), rank - 1e-9))
        assert one.estimate == np.sort(rows)[first]
    assert found.kept == covariates


def test_what_says_nothing_changes_nothing_and_what_does_not_vary_is_left_out() -> None:
    rng = np.random.default_rng(4)
    arms = [rng.gamma(2, 1, 400) + shift for shift in (0.0, 0.3)]
    flat = [ranked(rows, np.full((400, 1), 7.0)) for rows in arms]
    wanted = quantile_difference(*(quantile(arm.ladder, 0.5) for arm in flat))
    found = adjusted_quantile_difference(*flat, 0.5, covariates=1)
    assert found == wanted


def test_few_distinct_values_keep_their_place() -> None:
    rng = np.random.default_rng(5)
    known = rng.gamma(2, 1, (500, 1))
    rows = np.round(rng.gamma(2, 2, 500)) + np.round(known[:, 0])
    arm = ranked(rows, known)
    found = adjusted_quantiles(arm, arm, 0.5, covariates=1)
    plain = quantile(arm.ladder, 0.5)
    assert isinstance(plain, Quantile)
    assert isinstance(found.control, Quantile)
    assert found.control.estimate == plain.estimate
    assert plain.low <= found.control.low <= found.control.high <= plain.high


def tried(times: int, *, tells: float, share: float, counts: tuple[int, int] = (400, 400)) -> tuple[float, float]:
    """How often the truth is inside, and how much of the plain range's width is left, over many tries."""
    rng = np.random.default_rng(6)
    inside, width, plain_width = 0, 0.0, 0.0
    for _ in range(times):
        arms = [ranked(*shop(rng, count, shift, tells=tells)) for count, shift in zip(counts, (0.0, 1.0), strict=True)]
        found = adjusted_quantile_difference(*arms, share, covariates=1)
        plain = quantile_difference(*(quantile(arm.ladder, share) for arm in arms))
        assert isinstance(found, Effect)
        assert isinstance(plain, Effect)
        inside += found.low <= 1.0 <= found.high
        width += found.high - found.low
        plain_width += plain.high - plain.low
    return inside / times, width / plain_width


@pytest.mark.parametrize(
    ("tells", "share", "counts", "most"),
    [
        (1.0, 0.5, (400, 400), 0.85),
        (0.0, 0.5, (400, 400), 1.005),
        (1.0, 0.9, (400, 400), 0.9),
        (1.0, 0.5, (900, 100), 0.9),
    ],
)
def test_the_range_holds_the_truth_as_often_as_it_says_and_is_no_wider(
    tells: float, share: float, counts: tuple[int, int], most: float
) -> None:
    inside, width = tried(500, tells=tells, share=share, counts=counts)
    assert 0.925 <= inside <= 0.99
    assert width <= most


def test_a_share_goes_by_the_two_adjusted_quantiles() -> None:
    rng = np.random.default_rng(7)
    arms = [ranked(*shop(rng, 900, shift)) for shift in (3.0, 4.0)]
    both = adjusted_quantiles(*arms, 0.5, covariates=1)
    found = adjusted_quantile_relative(*arms, 0.5, covariates=1)
    assert isinstance(found, Effect)
    assert isinstance(both.control, Quantile)
    assert isinstance(both.treated, Quantile)
    assert found.estimate == pytest.approx(both.treated.estimate / both.control.estimate - 1)
    assert found.low < found.estimate < found.high
    assert "the value before the start" in found.method


def test_ranges_of_a_tall_quantile_agree_with_a_bootstrap() -> None:
    rng = np.random.default_rng(8)
    arms = [shop(rng, 500, shift) for shift in (0.0, 1.0)]
    found = adjusted_quantile_difference(*(ranked(*arm) for arm in arms), 0.8, covariates=1, confidence=0.9)
    assert isinstance(found, Effect)
    again = []
    for _ in range(300):
        drawn = []
        for rows, known in arms:
            at = rng.integers(0, 500, 500)
            # Ties among those drawn twice are parted, as rows of a real shop are.
            drawn.append(ranked(rows[at] + 1e-9 * rng.random(500), known[at]))
        one = adjusted_quantile_difference(*drawn, 0.8, covariates=1)
        assert isinstance(one, Effect)
        again.append(one.estimate)
    spread = float(np.std(again))
    reach = stats.norm.ppf(0.95) * spread
    assert (found.high - found.low) / 2 == pytest.approx(reach, rel=0.2)


def test_it_says_what_is_missing() -> None:
    rows = np.arange(30.0)
    plain = Ranked.of_ladder(Moments.of(np.column_stack([rows, rows])), Ladder(30, np.arange(1, 31), rows))
    with pytest.raises(ValueError, match="who is below"):
        adjusted_quantiles(plain, plain, 0.5, covariates=1)
    arm = ranked(rows, rows[:, None])
    with pytest.raises(ValueError, match="share == 1"):
        adjusted_quantiles(arm, arm, 1, covariates=1)
    few = ranked(rows[:3], rows[:3, None])
    assert "too few" in str(adjusted_quantile_difference(few, few, 0.5, covariates=1))
