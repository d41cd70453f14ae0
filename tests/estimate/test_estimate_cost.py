from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.cost import Anything, Between, Outside, Quotient, fieller, fixed_cost, quotient
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments


def available(outcome: Quotient | NotAvailable) -> Quotient:
    assert isinstance(outcome, Quotient)
    return outcome


def fits(found: Quotient, value: float) -> bool:
    match found.fits:
        case Between(low=low, high=high):
            return low <= value <= high
        case Outside(at_most=at_most, at_least=at_least):
            return value <= at_most or value >= at_least
        case Anything():
            return True


def customers(rng: np.random.Generator, count: int, buying: float, cost: float) -> np.ndarray:
    bought = (rng.random(count) < buying).astype(float)
    return np.column_stack([cost * rng.gamma(4, 0.25, count) + 2 * bought, bought])


@pytest.mark.parametrize("seed", range(6))
def test_what_fits_is_what_a_test_of_the_difference_leaves_possible(seed: int) -> None:
    """Every quotient q is tried: does spend less q times outcomes differ between the arms?"""
    rng = np.random.default_rng(seed)
    control, treated = customers(rng, 3000, 0.05, 1.0), customers(rng, 3000, 0.055 + 0.004 * seed, 1.3)
    found = available(quotient(Moments.of(control), Moments.of(treated), confidence=0.9))
    upper, lower = treated.mean(axis=0) - control.mean(axis=0)
    assert (found.upper, found.lower, found.estimate) == pytest.approx((upper, lower, upper / lower))
    for value in np.linspace(-400, 400, 321):
        line = [rows[:, 0] - value * rows[:, 1] for rows in (control, treated)]
        p = stats.ttest_ind(*line, equal_var=False).pvalue
        if abs(p - 0.1) > 1e-3:
            assert fits(found, float(value)) == (p > 0.1), value


def test_all_three_kinds_come_up() -> None:
    small = np.array([[0.01, 0.0], [0.0, 0.01]])
    assert fieller(2.0, 1.0, small, freedom=1e9, confidence=0.95).fits == Between(
        low=pytest.approx(1.6259, abs=1e-4), high=pytest.approx(2.5339, abs=1e-4)
    )
    outside = fieller(2.0, 0.1, small, freedom=1e9, confidence=0.95)
    assert isinstance(outside.fits, Outside)
    assert outside.fits.at_most < 0 < outside.fits.at_least < outside.estimate == pytest.approx(20.0)
    assert fieller(0.1, 0.1, small, freedom=1e9, confidence=0.95).fits == Anything()


def test_without_noise_below_the_line_it_is_a_plain_range() -> None:
    found = fieller(3.0, 2.0, np.array([[0.04, 0.0], [0.0, 0.0]]), freedom=1e9, confidence=0.95)
    assert isinstance(found.fits, Between)
    assert (found.fits.low, found.fits.high) == pytest.approx((1.5 - 0.196, 1.5 + 0.196), abs=1e-4)


def test_a_known_cost_turns_the_effects_range_over() -> None:
    rng = np.random.default_rng(2)
    arms = [Moments.of((rng.random(4000) < share).astype(float)) for share in (0.05, 0.09)]
    effect = difference(*arms)
    assert isinstance(effect, Effect)
    found = available(fixed_cost(effect, 1.5))
    assert isinstance(found.fits, Between)
    assert (found.fits.low, found.fits.high) == pytest.approx((1.5 / effect.high, 1.5 / effect.low), rel=1e-9)


def test_a_cost_that_does_not_vary_needs_no_variance() -> None:
    rng = np.random.default_rng(3)
    arms = []
    for share, cost in ((0.05, 0.0), (0.09, 1.5)):
        bought = (rng.random(3000) < share).astype(float)
        arms.append(Moments.of(np.column_stack([np.full(3000, cost), bought])))
    found = available(quotient(*arms))
    effect = difference(arms[0].along(np.array([0.0, 1.0])), arms[1].along(np.array([0.0, 1.0])))
    assert isinstance(effect, Effect)
    assert isinstance(found.fits, Between)
    assert (found.fits.low, found.fits.high) == pytest.approx((1.5 / effect.high, 1.5 / effect.low), rel=1e-6)


def test_covariates_narrow_the_return_on_spend_and_it_still_covers() -> None:
    rng = np.random.default_rng(4)
    inside, narrower = 0, 0
    for _ in range(200):
        arms = []
        for spend in (1.0, 2.0):
            before = rng.gamma(2, 10, 800)
            paid = spend + 0.1 * rng.normal(size=800)
            arms.append(Moments.of(np.column_stack([before + 3 * paid + rng.normal(size=800), paid, before])))
        found = available(quotient(*arms, covariates=1))
        plain = available(quotient(*(arm.along(np.eye(3)[:2]) for arm in arms)))
        assert isinstance(found.fits, Between)
        assert isinstance(plain.fits, Between)
        inside += fits(found, 3.0)
        narrower += found.fits.high - found.fits.low < 0.2 * (plain.fits.high - plain.fits.low)
    assert 0.91 <= inside / 200 <= 0.985
    assert narrower == 200


def test_a_reason_is_given_where_there_is_no_number() -> None:
    pairs = Moments.of(np.array([[1.0, 2.0], [2.0, 5.0], [4.0, 1.0]]))
    assert "nothing to divide by" in str(quotient(pairs, pairs))
    assert "Too few" in str(quotient(pairs, Moments.none(2)))
    flat = Moments.of(np.ones((5, 2)))
    assert "same value" in str(quotient(flat, Moments.of(2 * np.ones((5, 2)))))
    with pytest.raises(ValueError, match="takes two values"):
        quotient(pairs, pairs, covariates=1)
    with pytest.raises(ValueError, match="lower == 0"):
        fieller(1.0, 0.0, np.eye(2), freedom=9, confidence=0.9)
