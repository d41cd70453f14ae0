from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

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
    adjusted = available(difference(Moments.of(rows[arm == 0]), Moments.of(rows[arm == 1]), covariate=True))
    design = np.column_stack([np.ones(4000), arm, before])
    regression = np.linalg.lstsq(design, after, rcond=None)[0]
    assert adjusted.estimate == pytest.approx(regression[1], abs=0.01)
    assert adjusted.standard_error < 0.41 * plain.standard_error
    assert adjusted.treated - adjusted.control == pytest.approx(adjusted.estimate)
    assert "adjusted" in adjusted.method


def test_a_covariate_without_spread_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    rows = np.column_stack([rng.normal(size=100), np.ones(100)])
    with_it = available(difference(Moments.of(rows[:50]), Moments.of(rows[50:]), covariate=True))
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
