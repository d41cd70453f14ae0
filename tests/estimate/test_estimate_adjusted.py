"""Every estimator's adjusted form, with one value before the start and several, against regressions on the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from scipy import stats

from pitcairn.estimate.clustered import clustered_difference
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference, ratio_difference, two_sided_p
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.relative import relative_difference, relative_ratio_difference
from pitcairn.estimate.skewed import skewed_difference, skewed_ratio_difference
from pitcairn.estimate.strata import stratified_difference


@pytest.fixture(scope="module")
def sm() -> Any:
    return pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def drawn(seed: int, counts: tuple[int, int], covariates: int, *, gain: float = 0.5) -> list[np.ndarray]:
    """Rows of both arms: a skewed value, then what was known before and foretells it."""
    rng = np.random.default_rng(seed)
    arms = []
    for place, count in enumerate(counts):
        known = rng.gamma(2, 1, (count, covariates))
        arms.append(np.column_stack([known.sum(axis=1) + rng.gamma(1, 2 + place, count) + gain * place, known]))
    return arms


def fitted(sm: Any, arms: list[np.ndarray], **how: Any) -> Any:
    rows = np.vstack(arms)
    arm = np.repeat([0.0, 1.0], [len(each) for each in arms])
    return sm.OLS(rows[:, 0], sm.add_constant(np.column_stack([arm, rows[:, 1:]]))).fit(**how)


def both(arms: list[np.ndarray]) -> list[Moments]:
    return [Moments.of(rows) for rows in arms]


@settings(max_examples=40, deadline=None)
@given(
    some.integers(0, 10_000),
    some.tuples(some.integers(2, 40), some.integers(2, 40)),
    some.sampled_from([0.0, 1e9, -1e6]),
    some.sampled_from([1.0, 1e-6, 1e4]),
)
def test_without_anything_known_before_it_is_welch_whatever_the_size_and_the_level(
    seed: int, counts: tuple[int, int], level: float, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    control, treated = (rng.gamma(2, scale, count) for count in counts)
    # What the level rounds away of the rows is gone; the estimator gets them as they are stored.
    stored = [(rows + level) - level for rows in (control, treated)]
    assume(not level or scale > 1e-3)
    assume(all(np.ptp(rows) > 0.01 * scale for rows in stored))
    found = available(difference(*(Moments.of(rows + level) for rows in stored)))
    wanted = stats.ttest_ind(stored[1], stored[0], equal_var=False)
    range_ = wanted.confidence_interval()
    width = range_.high - range_.low
    assert (found.low, found.high) == pytest.approx((range_.low, range_.high), abs=1e-5 * width)
    assert two_sided_p(found) == pytest.approx(wanted.pvalue, rel=1e-4, abs=1e-9)
    assert found.freedom == pytest.approx(wanted.df, rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(some.integers(0, 10_000), some.integers(8, 60), some.integers(1, 4))
def test_with_arms_of_one_size_it_is_the_analysis_of_covariance(
    sm: Any, seed: int, count: int, covariates: int
) -> None:
    arms = drawn(seed, (count, count), covariates)
    found, wanted = available(difference(*both(arms), covariates=covariates)), fitted(sm, arms)
    assert found.estimate == pytest.approx(wanted.params[1], rel=1e-9, abs=1e-9)
    assert found.standard_error == pytest.approx(wanted.bse[1], rel=1e-9)


@pytest.mark.parametrize("covariates", [1, 3])
@pytest.mark.parametrize("counts", [(3000, 1000), (500, 4500)])
def test_with_arms_of_other_sizes_it_is_the_regression_with_a_robust_error(
    sm: Any, counts: tuple[int, int], covariates: int
) -> None:
    arms = drawn(1, counts, covariates)
    found, wanted = available(difference(*both(arms), covariates=covariates)), fitted(sm, arms, cov_type="HC2")
    assert found.estimate == pytest.approx(wanted.params[1], rel=1e-9)
    assert found.standard_error == pytest.approx(wanted.bse[1], rel=0.01)


def orders(seed: int, counts: tuple[int, int], covariates: int) -> list[np.ndarray]:
    """By customer: spend, orders, and what was known before."""
    rng = np.random.default_rng(seed)
    arms = []
    for place, count in enumerate(counts):
        known = rng.gamma(2, 1, (count, covariates))
        number = 1 + rng.poisson(1.5, count)
        spend = number * (5 + known.sum(axis=1) + place + rng.gamma(2, 2, count))
        arms.append(np.column_stack([spend, number, known]))
    return arms


def straightened(rows: np.ndarray) -> np.ndarray:
    """The delta method, customer by customer."""
    ratio = rows[:, 0].sum() / rows[:, 1].sum()
    return np.column_stack([ratio + (rows[:, 0] - ratio * rows[:, 1]) / rows[:, 1].mean(), rows[:, 2:]])


@pytest.mark.parametrize("covariates", [0, 1, 2])
def test_a_ratio_is_the_regression_of_its_value_per_customer(sm: Any, covariates: int) -> None:
    arms = orders(2, (800, 800), covariates)
    found = available(ratio_difference(*both(arms), covariates=covariates))
    wanted = fitted(sm, [straightened(rows) for rows in arms])
    assert (found.estimate, found.standard_error) == pytest.approx((wanted.params[1], wanted.bse[1]), rel=1e-9)


def test_parts_of_what_was_drawn_have_the_cluster_robust_error(sm: Any) -> None:
    """Least squares over single orders, with an error robust to what customers have in common."""
    rng = np.random.default_rng(3)
    parts, who, arm, sums = [], [], [], []
    for unit in range(600):
        side = unit % 2
        values = rng.normal(3 + side, 1) + rng.normal(0, 0.5, 1 + rng.poisson(2))
        parts += values.tolist()
        who += [unit] * len(values)
        arm += [side] * len(values)
        sums.append((side, values.sum(), len(values)))
    units = np.array(sums)
    found = available(clustered_difference(*(Moments.of(units[units[:, 0] == side, 1:]) for side in (0, 1))))
    wanted = sm.OLS(parts, sm.add_constant(np.array(arm, dtype=float))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(who), "use_correction": False}
    )
    assert found.estimate == pytest.approx(wanted.params[1], rel=1e-9)
    assert found.standard_error == pytest.approx(wanted.bse[1] * np.sqrt(300 / 299), rel=1e-6)


@pytest.mark.parametrize("covariates", [1, 3])
def test_parts_of_what_was_drawn_are_adjusted_by_what_each_unit_was_before(sm: Any, covariates: int) -> None:
    arms = orders(4, (500, 500), covariates)
    found = available(clustered_difference(*both(arms), covariates=covariates))
    plain = available(clustered_difference(*(one.along(np.eye(2 + covariates)[:2]) for one in both(arms))))
    wanted = fitted(sm, [straightened(rows) for rows in arms])
    assert (found.estimate, found.standard_error) == pytest.approx((wanted.params[1], wanted.bse[1]), rel=1e-9)
    assert found.standard_error < plain.standard_error


@pytest.mark.parametrize("covariates", [1, 2, 4])
def test_uneven_arms_are_corrected_for_the_skew_of_what_the_regression_leaves(covariates: int) -> None:
    arms = drawn(5, (1800, 200), covariates)
    found = available(skewed_difference(*both(arms), covariates=covariates))
    rows = np.vstack(arms)
    centred = np.vstack([each - each.mean(axis=0) for each in arms])
    slopes = np.linalg.lstsq(centred[:, 1:], centred[:, 0], rcond=None)[0]
    rest = [each[:, 0] - each[:, 1:] @ slopes for each in arms]
    left = available(skewed_difference(*(Moments.of(each) for each in rest)))
    assert found.estimate == pytest.approx(left.estimate)
    z = (rest[1].mean() - rest[0].mean()) / np.sqrt(np.var(np.concatenate(rest)) * (1 / 200 + 1 / 1800))
    pooled = np.concatenate(rest)
    third = stats.moment(pooled, 3) * (1 / 200**2 - 1 / 1800**2)
    skew = third / (np.var(pooled) * (1 / 200 + 1 / 1800)) ** 1.5
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(z - skew * (z**2 - 1) / 6)), rel=0.05, abs=1e-4)
    assert len(rows) == 2000


@pytest.mark.parametrize("covariates", [1, 3])
@pytest.mark.parametrize("counts", [(3600, 400), (400, 3600)])
def test_adjusted_ranges_of_uneven_arms_miss_as_often_as_they_say_on_both_sides(
    counts: tuple[int, int], covariates: int
) -> None:
    rng = np.random.default_rng(7)
    below = above = 0
    times = 400
    for _ in range(times):
        arms = []
        for count in counts:
            known = rng.gamma(1, 1, (count, covariates))
            buys = rng.random(count) < 0.3
            arms.append(np.column_stack([known.sum(axis=1) + buys * rng.lognormal(0, 1, count), known]))
        found = available(skewed_difference(*both(arms), covariates=covariates))
        below += found.high < 0
        above += found.low > 0
    # Three times the error of so many tries around one in forty.
    assert below / times <= 0.049
    assert above / times <= 0.049
    assert (below + above) / times >= 0.02


def test_a_skewed_ratio_is_adjusted_by_several() -> None:
    arms = orders(8, (1800, 200), 3)
    found = available(skewed_ratio_difference(*both(arms), covariates=3))
    wanted = available(skewed_difference(*(Moments.of(straightened(rows)) for rows in arms), covariates=3))
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (wanted.estimate, wanted.low, wanted.high), rel=1e-3
    )


@pytest.mark.parametrize("is_ratio", [False, True])
@pytest.mark.parametrize("covariates", [0, 1, 2])
def test_a_share_of_the_level_has_the_error_that_leaving_each_customer_out_shows(
    covariates: int, *, is_ratio: bool
) -> None:
    """The jackknife: every customer left out once, all of it worked out anew."""
    arms = orders(9, (120, 120), covariates) if is_ratio else drawn(9, (120, 120), covariates)
    estimator = relative_ratio_difference if is_ratio else relative_difference
    found = available(estimator(*both(arms), covariates=covariates))
    variance = 0.0
    for side in (0, 1):
        again = []
        for one in range(120):
            without = [np.delete(rows, one, axis=0) if place == side else rows for place, rows in enumerate(arms)]
            again.append(np.log1p(available(estimator(*both(without), covariates=covariates)).estimate))
        variance += 119 / 120 * np.sum((np.array(again) - np.mean(again)) ** 2)
    assert found.standard_error / (1 + found.estimate) == pytest.approx(np.sqrt(variance), rel=0.06)


@pytest.mark.parametrize("covariates", [1, 2])
def test_within_groups_it_is_the_regression_with_a_level_and_a_gain_for_each(sm: Any, covariates: int) -> None:
    rng = np.random.default_rng(10)
    rows = np.vstack(drawn(10, (900, 900), covariates))
    arm, group = np.repeat([0.0, 1.0], 900), rng.integers(0, 3, 1800)
    rows[:, 0] += 2 * group
    pairs = [tuple(Moments.of(rows[(arm == side) & (group == level)]) for side in (0, 1)) for level in range(3)]
    found = available(stratified_difference(pairs, covariates=covariates))  # type: ignore[arg-type]
    levels = (group[:, None] == np.arange(3)).astype(float)
    wanted = sm.OLS(rows[:, 0], np.column_stack([levels, levels * arm[:, None], rows[:, 1:]])).fit(cov_type="HC2")
    weights = np.concatenate([np.zeros(3), levels.mean(axis=0), np.zeros(covariates)])
    tested = wanted.t_test(weights)
    assert found.estimate == pytest.approx(float(np.squeeze(tested.effect)), rel=1e-6)
    assert found.standard_error == pytest.approx(float(np.squeeze(tested.sd)), rel=0.02)


def test_the_smallest_arms_and_values_that_do_not_vary() -> None:
    two = Moments.of(np.array([1.0, 3.0])), Moments.of(np.array([2.0, 7.0]))
    wanted = stats.ttest_ind([2, 7], [1, 3], equal_var=False).confidence_interval()
    found = available(difference(*two))
    assert (found.low, found.high) == pytest.approx(tuple(wanted))
    ones = Moments.of(np.ones(5))
    assert isinstance(difference(ones, ones), NotAvailable)
    half = available(difference(ones, Moments.of(np.array([1.0, 0.0, 1.0, 0.0]))))
    assert half.estimate == -0.5
    assert isinstance(relative_difference(Moments.of(-np.arange(50.0)), Moments.of(np.arange(50.0))), NotAvailable)
    assert isinstance(relative_difference(Moments.of(np.arange(50.0)), Moments.of(-np.arange(50.0))), NotAvailable)
    far = [rows + 1e9 for rows in (np.random.default_rng(0).normal(0, 1, (2, 500)))]
    near = available(difference(*(Moments.of(rows - 1e9) for rows in far)))
    away = available(difference(*(Moments.of(rows) for rows in far)))
    assert (away.estimate, away.low, away.high) == pytest.approx((near.estimate, near.low, near.high), abs=1e-5)
