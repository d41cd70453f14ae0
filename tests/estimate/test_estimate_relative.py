from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference, ratio_difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.relative import relative_difference, relative_ratio_difference


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def sums(count: int, total: float, squares: float) -> Moments:
    return Moments(count, np.array([total / count]), np.array([[squares - total**2 / count]]))


def level(count: int, mean: float, variance: float) -> Moments:
    return Moments(count, np.array([mean]), np.array([[variance * (count - 1)]]))


def test_a_peers_standard_error_and_symmetric_range_follow_from_ours() -> None:
    """GrowthBook draws its range on the share itself and takes its degrees of freedom from the absolute difference."""
    control, treated = sums(3407, 1396.87, 52377.9767), sums(3461, 2422.7, 134698.29)
    found = available(relative_difference(control, treated))
    assert (found.estimate, found.standard_error) == pytest.approx((0.70732, 0.37879), abs=5e-6)
    reach = stats.t.ppf(0.975, available(difference(control, treated)).freedom) * found.standard_error
    assert (found.estimate - reach, found.estimate + reach) == pytest.approx((-0.03526, 1.44989), abs=5e-6)


def test_a_peers_relative_share_is_reproduced_without_bessels_correction() -> None:
    def arm(events: int, count: int) -> Moments:
        whole = Moments.of(np.repeat([1.0, 0.0], [events, count - events]))
        return Moments(count, whole.mean, whole.spread * (count - 1) / count)

    control, treated = arm(14, 28), arm(16, 30)
    found = available(relative_difference(control, treated))
    assert (found.estimate, found.standard_error) == pytest.approx((0.06667, 0.2717), abs=5e-6)
    freedom = available(difference(control, treated)).freedom
    reach = stats.t.ppf(0.975, freedom) * found.standard_error
    assert (found.estimate - reach, found.estimate + reach) == pytest.approx((-0.47767, 0.61101), abs=5e-6)
    assert 2 * stats.t.sf(found.estimate / found.standard_error, freedom) == pytest.approx(0.80707, abs=5e-6)


def test_a_peers_variance_of_a_relative_difference_is_reproduced() -> None:
    """GrowthBook's planner: 0.53333 for the difference, 0.00589 for the share."""
    control, treated = level(4, 7.0, 2.0), level(15, 5.0, 0.5)
    assert available(difference(control, treated)).standard_error ** 2 == pytest.approx(0.53333, abs=5e-6)
    assert available(relative_difference(control, treated)).standard_error ** 2 == pytest.approx(0.00589, abs=5e-6)


def test_a_peers_range_on_the_log_scale_is_ours() -> None:
    control = level(2023, 0.5304003954522986, 0.7437588405933154)
    treated = level(1977, 0.5730905412240769, 0.7447815874459115)
    found = available(relative_difference(control, treated))
    assert found.estimate == pytest.approx(0.08048664016431273, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((-0.019515294044061937, 0.1906880061278886), abs=1e-9)


def test_a_peers_whole_table_agrees(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "tea_all_plain")
    rows = [entry["input"][arm] for arm in "01"]
    for name in ("sessions", "orders", "revenue"):
        found = available(relative_difference(*(level(r["n"], r[f"mean_{name}"], r[f"var_{name}"]) for r in rows)))
        expected = entry["expected"][f"{name}_per_user"]
        wanted = expected["rel_effect_size_ci_lower"], expected["rel_effect_size_ci_upper"]
        assert (found.low, found.high) == pytest.approx(wanted, abs=1e-9)
    arms = []
    for row in rows:
        shared = row["cov_orders__sessions"]
        covariance = np.array([[row["var_orders"], shared], [shared, row["var_sessions"]]])
        mean = np.array([row["mean_orders"], row["mean_sessions"]])
        arms.append(Moments(row["n"], mean, covariance * (row["n"] - 1)))
    found = available(relative_ratio_difference(*arms))
    expected = entry["expected"]["orders_per_session"]
    wanted = expected["rel_effect_size_ci_lower"], expected["rel_effect_size_ci_upper"]
    assert found.estimate == pytest.approx(expected["rel_effect_size"], abs=1e-9)
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-9)


def test_a_share_never_falls_below_everything() -> None:
    found = available(relative_difference(level(50, 10.0, 1.0), level(50, 0.6, 1.5)))
    assert -1 < found.low < found.estimate < found.high
    assert found.high - found.estimate > found.estimate - found.low


@pytest.mark.parametrize(
    ("control", "treated", "who"),
    [(0.29, 1.0, "comparison"), (1.0, 0.29, "arm"), (-1.0, 1.0, "comparison"), (1.0, -1.0, "arm"), (0.0, 1.0, "comp")],
)
def test_a_level_that_may_be_zero_has_no_share(control: float, treated: float, who: str) -> None:
    outcome = relative_difference(level(100, control, 1.0), level(100, treated, 1.0))
    assert f"The {who}" in str(outcome)
    assert "not clearly above zero" in str(outcome)


def test_no_variation_and_too_few_are_said() -> None:
    assert "same value" in str(relative_difference(level(40, 1.0, 0.0), level(40, 1.0, 0.0)))
    assert "Too few" in str(relative_difference(level(40, 1.0, 0.1), Moments.of(np.array([1.0]))))
    pairs = Moments.of(np.column_stack([np.arange(9.0), np.zeros(9)]))
    assert "adds up to zero" in str(relative_ratio_difference(pairs, pairs))
    assert "Too few" in str(relative_ratio_difference(pairs, Moments.none(2)))
    with pytest.raises(ValueError, match="confidence == 1"):
        relative_difference(level(40, 1.0, 0.1), level(40, 1.0, 0.1), confidence=1)


def test_an_adjusted_share_goes_with_the_adjusted_difference_and_covers() -> None:
    rng = np.random.default_rng(51)
    inside, errors = 0, []
    for _ in range(400):
        arms = []
        for gain in (1.0, 1.2):
            before = rng.gamma(3, 2, 300)
            arms.append(Moments.of(np.column_stack([gain * (before + rng.normal(4, 1, 300)), before])))
        found = available(relative_difference(*arms, covariates=1))
        absolute = available(difference(*arms, covariates=1))
        assert found.estimate == pytest.approx(absolute.estimate / absolute.control)
        inside += found.low <= 0.2 <= found.high
        errors.append((found.estimate - 0.2, found.standard_error))
    off, claimed = np.array(errors).T
    assert 0.92 <= inside / 400 <= 0.98
    assert claimed.mean() == pytest.approx(off.std(), rel=0.1)


def test_relative_ratios_cover_too() -> None:
    rng = np.random.default_rng(52)
    inside = 0
    for _ in range(300):
        arms = []
        for gain in (1.0, 1.1):
            orders = rng.poisson(2, 400) + 1.0
            arms.append(Moments.of(np.column_stack([gain * orders * rng.gamma(2, 5, 400), orders])))
        found = available(relative_ratio_difference(*arms))
        assert found.control == available(ratio_difference(*arms)).control
        inside += found.low <= 0.1 <= found.high
    assert 0.91 <= inside / 300 <= 0.985
