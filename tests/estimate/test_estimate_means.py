from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.adjust import adjustment
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference, ratio_difference, two_sided_p
from pitcairn.estimate.moments import Moments


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def test_the_difference_agrees_with_scipys_welch_test() -> None:
    rng = np.random.default_rng(3)
    control, treated = rng.lognormal(1, 1, 300), rng.lognormal(1.2, 1.1, 170)
    found = available(difference(Moments.of(control), Moments.of(treated)))
    expected = stats.ttest_ind(treated, control, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-12)
    assert found.freedom == pytest.approx(expected.df)
    assert two_sided_p(found) == pytest.approx(expected.pvalue, rel=1e-10)


def test_the_spend_of_a_published_experiment_is_reproduced_from_its_moments() -> None:
    """Hillstrom 2008, spend: sizes, means and standard deviations as published with the data."""
    control = Moments(21306, np.array([0.6527894]), np.array([[11.5882**2 * 21305]]))
    treated = Moments(21307, np.array([1.4226165]), np.array([[17.7542**2 * 21306]]))
    found = available(difference(control, treated))
    assert found.estimate == pytest.approx(0.769827, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.485140, 1.054515), abs=2e-5)


def test_a_covariate_narrows_the_range_and_agrees_with_regression() -> None:
    rng = np.random.default_rng(7)
    before = rng.gamma(2, 10, 4000)
    arm = rng.permutation(np.repeat([0, 1], 2000))
    after = 0.8 * before + rng.normal(0, 5, 4000) + 1.5 * arm
    rows = np.column_stack([after, before])
    plain = available(difference(Moments.of(after[arm == 0]), Moments.of(after[arm == 1])))
    adjusted = available(difference(Moments.of(rows[arm == 0]), Moments.of(rows[arm == 1]), covariates=1))
    design = np.column_stack([np.ones(4000), arm, before])
    regression = np.linalg.lstsq(design, after, rcond=None)[0]
    assert adjusted.estimate == pytest.approx(regression[1], abs=0.01)
    assert adjusted.standard_error < 0.41 * plain.standard_error
    assert adjusted.treated - adjusted.control == pytest.approx(adjusted.estimate)
    assert "adjusted" in adjusted.method


def test_a_covariate_without_spread_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    rows = np.column_stack([rng.normal(size=100), np.ones(100)])
    with_it = available(difference(Moments.of(rows[:50]), Moments.of(rows[50:]), covariates=1))
    without = available(difference(Moments.of(rows[:50, 0]), Moments.of(rows[50:, 0])))
    assert (with_it.estimate, with_it.low) == pytest.approx((without.estimate, without.low))
    assert with_it.method == "Welch"


def test_a_ratio_agrees_with_the_bootstrap() -> None:
    rng = np.random.default_rng(11)

    def sample(count: int, shift: float) -> np.ndarray:
        orders = rng.poisson(2, count) + 1
        return np.column_stack([orders * rng.normal(10 + shift, 3, count), orders])

    control, treated = sample(1500, 0), sample(1500, 1)
    found = available(ratio_difference(Moments.of(control), Moments.of(treated)))
    draws = []
    for _ in range(2000):
        one, two = control[rng.integers(0, 1500, 1500)], treated[rng.integers(0, 1500, 1500)]
        draws.append(two[:, 0].sum() / two[:, 1].sum() - one[:, 0].sum() / one[:, 1].sum())
    assert found.estimate == pytest.approx(
        treated[:, 0].sum() / treated[:, 1].sum() - control[:, 0].sum() / control[:, 1].sum()
    )
    assert found.standard_error == pytest.approx(np.std(draws), rel=0.06)


def test_no_number_is_made_up_where_there_is_none() -> None:
    one, same = Moments.of(np.array([1.0])), Moments.of(np.zeros(40))
    assert "Too few customers" in str(difference(one, same))
    assert "same value" in str(difference(same, same))
    pairs = Moments.of(np.zeros((30, 2)))
    assert "adds up to zero" in str(ratio_difference(pairs, pairs))
    assert "Too few customers" in str(ratio_difference(Moments.none(2), pairs))


@pytest.mark.parametrize("confidence", [0, 1, -0.1, 95])
def test_a_confidence_is_a_share(confidence: float) -> None:
    some = Moments.of(np.arange(10.0))
    with pytest.raises(ValueError, match=f"confidence == {confidence}, must be between 0 and 1"):
        difference(some, some, confidence=confidence)


def test_the_range_covers_the_truth_as_often_as_it_says() -> None:
    """Zero-inflated spend, 3 % buyers, 4,000 customers an arm, true difference 0.3."""
    rng = np.random.default_rng(2024)
    inside = 0
    for _ in range(400):
        arms = []
        for shift in (0.0, 0.3):
            bought = rng.random(4000) < 0.03
            arms.append(Moments.of(np.where(bought, rng.lognormal(3, 1, 4000), 0.0) + shift))
        found = available(difference(*arms))
        inside += found.low <= 0.3 <= found.high
    assert 0.92 <= inside / 400 <= 0.98


def regression(after: np.ndarray, arm: np.ndarray, *covariates: np.ndarray) -> tuple[float, float, float]:
    """The arm's coefficient in ordinary least squares, its standard error, the degrees of freedom left."""
    design = np.column_stack([np.ones(len(arm)), arm, *covariates])
    coefficients, squares, *_ = np.linalg.lstsq(design, after, rcond=None)
    free = len(arm) - design.shape[1]
    inverse = np.linalg.inv(design.T @ design)
    return float(coefficients[1]), float(np.sqrt(squares[0] / free * inverse[1, 1])), float(free)


def test_with_equal_arms_adjusting_is_the_analysis_of_covariance() -> None:
    rng = np.random.default_rng(31)
    arm = np.repeat([0.0, 1.0], 20)
    before = rng.normal(size=(40, 2))
    after = before @ [2.0, -1.0] + rng.normal(size=40) + 0.7 * arm
    rows = np.column_stack([after, before])
    found = available(difference(Moments.of(rows[:20]), Moments.of(rows[20:]), covariates=2))
    estimate, error, free = regression(after, arm, *before.T)
    assert found.estimate == pytest.approx(estimate, rel=1e-10)
    assert found.standard_error == pytest.approx(error, rel=1e-10)
    assert found.freedom <= free
    assert found.method == "Welch, adjusted for 2 values before the start"


def test_a_covariate_that_repeats_others_is_left_out() -> None:
    rng = np.random.default_rng(32)
    before = rng.normal(size=(300, 2)) * [1, 1e6]
    after = before @ [1.0, 1e-6] + rng.normal(size=300)
    twice = np.column_stack([after, before, 3 * before[:, 0] - 2 * before[:, 1], np.full(300, 5.0)])
    with_them = available(difference(Moments.of(twice[:150]), Moments.of(twice[150:]), covariates=4))
    without = available(difference(Moments.of(twice[:150, :3]), Moments.of(twice[150:, :3]), covariates=2))
    assert with_them.method == without.method
    assert (with_them.low, with_them.high) == pytest.approx((without.low, without.high), rel=1e-9)


def test_two_covariates_beat_one() -> None:
    rng = np.random.default_rng(33)
    before = rng.normal(size=(2000, 2))
    rows = np.column_stack([before.sum(axis=1) + 0.5 * rng.normal(size=2000), before])
    errors = [
        available(difference(Moments.of(rows[:900, : 1 + n]), Moments.of(rows[900:, : 1 + n]), covariates=n))
        for n in (0, 1, 2)
    ]
    assert errors[2].standard_error < 0.55 * errors[1].standard_error < 0.45 * errors[0].standard_error


def test_a_value_wholly_known_before_gives_no_range() -> None:
    before = np.random.default_rng(34).normal(size=50)
    rows = np.column_stack([3 * before + 1, before])
    found = difference(Moments.of(rows[:25]), Moments.of(rows[25:]), covariates=1)
    assert "explain the measure wholly" in str(found)


def test_more_covariates_than_customers_allow_is_not_available() -> None:
    rows = np.random.default_rng(35).normal(size=(4, 3))
    assert "Too few customers" in str(difference(Moments.of(rows[:2]), Moments.of(rows[2:]), covariates=2))
    with pytest.raises(ValueError, match="3 covariates do not fit into moments of 3 values"):
        difference(Moments.of(rows[:2]), Moments.of(rows[2:]), covariates=3)


def test_equal_values_that_differ_by_rounding_give_no_range() -> None:
    tenths = Moments(1000, np.array([0.1]), np.array([[1.9e-30]]))
    assert "same value" in str(difference(tenths, tenths))


def test_the_slope_of_a_peer_is_reproduced() -> None:
    """GrowthBook's example: 0.01864 from values 0.3, 0.5, 0.9, 22 before and 2, 1, 5, 3 after."""
    rows = np.array([[2.0, 0.3], [1.0, 0.5], [5.0, 0.9], [3.0, 22.0]])
    assert adjustment(Moments.of(rows), Moments.of(rows), 1).slopes == pytest.approx([0.01864], abs=5e-6)
    flat = np.array([[2.0, 0.0], [1.0, 0.0]])
    assert adjustment(Moments.of(flat), Moments.of(flat), 1).slopes.tolist() == [0.0]


def sums(entry: dict[str, float]) -> Moments:
    """Moments from a count, a sum and a sum of squares."""
    count, total = int(entry["n"]), entry["sum"]
    return Moments(count, np.array([total / count]), np.array([[entry["sum_squares"] - total**2 / count]]))


def test_a_peers_one_sided_bounds_are_the_ends_of_our_ninety_percent_range() -> None:
    control = sums({"sum": 1396.87, "sum_squares": 52377.9767, "n": 3000})
    treated = sums({"sum": 2422.7, "sum_squares": 134698.29, "n": 3461})
    found = available(difference(control, treated, confidence=0.9))
    assert found.estimate == pytest.approx(0.23437666666666668, abs=1e-9)
    assert found.standard_error == pytest.approx(0.12983081254184736, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((0.020791480063255735, 0.44796185327007765), abs=1e-9)
    assert two_sided_p(found) / 2 == pytest.approx(0.03554272489873023, abs=1e-9)


def test_a_peers_table_of_means_and_a_ratio_is_reproduced(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "tea_all_plain")
    for name in ("sessions", "orders", "revenue"):
        arms = [
            Moments(row["n"], np.array([row[f"mean_{name}"]]), np.array([[row[f"var_{name}"] * (row["n"] - 1)]]))
            for row in (entry["input"]["0"], entry["input"]["1"])
        ]
        expected = entry["expected"][f"{name}_per_user"]
        found = available(difference(*arms))
        assert found.estimate == pytest.approx(expected["effect_size"], abs=1e-9)
        wanted = expected["effect_size_ci_lower"], expected["effect_size_ci_upper"]
        assert (found.low, found.high) == pytest.approx(wanted, abs=1e-9)
        assert two_sided_p(found) == pytest.approx(expected["pvalue"], abs=1e-9)
    found = available(ratio_difference(*(orders_and_sessions(entry["input"][arm]) for arm in "01")))
    expected = entry["expected"]["orders_per_session"]
    wanted = expected["effect_size_ci_lower"], expected["effect_size_ci_upper"]
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-9)
    assert two_sided_p(found) == pytest.approx(expected["pvalue"], abs=1e-9)


def orders_and_sessions(row: dict[str, float]) -> Moments:
    shared = row["cov_orders__sessions"]
    covariance = np.array([[row["var_orders"], shared], [shared, row["var_sessions"]]])
    return Moments(int(row["n"]), np.array([row["mean_orders"], row["mean_sessions"]]), covariance * (row["n"] - 1))


def test_a_margin_is_held_where_the_lower_end_clears_it() -> None:
    """Eppo's example: a lower end of -0.044 holds a margin of -0.05 and not one of -0.03."""
    count = 10**9
    spread = np.array([[(0.02 / stats.norm.ppf(0.975)) ** 2 / 2 * count * (count - 1)]])
    found = available(difference(Moments(count, np.array([1.0]), spread), Moments(count, np.array([0.976]), spread)))
    assert found.low == pytest.approx(-0.044, abs=1e-9)
    assert [found.low > margin for margin in (-0.05, -0.03)] == [True, False]


def test_four_arms_agree_with_a_peers_table(published: Callable[[str, str], Any]) -> None:
    """The peer divides by n where we divide by n - 1, and uses the normal where we use Student's t."""
    entry = published("peers", "spotify_binary_bonferroni")
    arms = {}
    for name, (events, count) in entry["input"].items():
        whole = Moments.of(np.repeat([1.0, 0.0], [events, count - events]))
        arms[name] = Moments(count, whole.mean, whole.spread * (count - 1) / count)
    for row in entry["expected"]:
        found = available(difference(arms["control"], arms[row["level_2"]]))
        reach = stats.norm.ppf(0.975) * found.standard_error
        ends = found.estimate - reach, found.estimate + reach
        assert ends == pytest.approx((row["ci_lower"], row["ci_upper"]), abs=1e-9)
        p = 2 * stats.norm.sf(abs(found.estimate) / found.standard_error)
        assert p == pytest.approx(row["p-value"], abs=1e-9)
        assert min(1.0, 3 * p) == pytest.approx(row["adjusted p-value"], abs=1e-9)


def test_an_adjusted_ratio_is_the_ratio_with_less_noise() -> None:
    rng = np.random.default_rng(41)

    def sample(count: int, shift: float) -> np.ndarray:
        taste = rng.normal(10, 3, count)
        orders = rng.poisson(2, count) + 1.0
        earlier = rng.poisson(2, count) + 1.0
        spent, spent_before = orders * (taste + shift + rng.normal(size=count)), earlier * taste
        return np.column_stack([spent, orders, spent_before, earlier])

    inside, errors = 0, []
    for _ in range(300):
        control, treated = Moments.of(sample(400, 0.0)), Moments.of(sample(500, 0.4))
        plain = available(ratio_difference(control.along(np.eye(4)[:2]), treated.along(np.eye(4)[:2])))
        found = available(ratio_difference(control, treated, covariates=2))
        inside += found.low <= 0.4 <= found.high
        errors.append((found.estimate - 0.4, plain.estimate - 0.4, found.standard_error))
    ours, plainly, claimed = np.array(errors).T
    assert 0.91 <= inside / 300 <= 0.985
    assert ours.std() < 0.7 * plainly.std()
    assert claimed.mean() == pytest.approx(ours.std(), rel=0.12)
