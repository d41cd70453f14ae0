from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from pitcairn.estimate.clustered import per_part
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


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 10_000), some.floats(0.3, 4.0), some.floats(-0.9, 0.9))
def test_both_ends_are_those_of_the_textbook_form(seed: int, spent: float, together: float) -> None:
    """Fieller (1954) as textbooks print it, with g, from variances of averages that numpy works out."""
    rng = np.random.default_rng(seed)
    shape = np.array([[4.0, 2 * together], [2 * together, 1.0]])
    control = rng.multivariate_normal([10.0, 1.0], shape, 400)
    treated = rng.multivariate_normal([12.0, 1.0 + spent], shape, 300)
    found = available(quotient(Moments.of(control), Moments.of(treated), confidence=0.9))
    upper, lower = treated.mean(axis=0) - control.mean(axis=0)
    own = np.cov(control.T) / 400 + np.cov(treated.T) / 300
    line = treated @ [1, -upper / lower], control @ [1, -upper / lower]
    z = stats.t.ppf(0.95, stats.ttest_ind(*line, equal_var=False).df)
    g = z**2 * own[1, 1] / lower**2
    if abs(g - 1) < 0.02:
        return
    theta = upper / lower
    inner = own[0, 0] - 2 * theta * own[0, 1] + theta**2 * own[1, 1] - g * (own[0, 0] - own[0, 1] ** 2 / own[1, 1])
    if g > 1 and inner < 0:
        assert found.fits == Anything()
        return
    middle, reach = theta - g * own[0, 1] / own[1, 1], z / abs(lower) * np.sqrt(inner)
    ends = sorted([(middle - reach) / (1 - g), (middle + reach) / (1 - g)])
    told = (
        (found.fits.low, found.fits.high)
        if isinstance(found.fits, Between)
        else (found.fits.at_most, found.fits.at_least)
        if isinstance(found.fits, Outside)
        else ()
    )
    assert isinstance(found.fits, Between if g < 1 else Outside)
    assert told == pytest.approx(ends, rel=1e-8)


@pytest.mark.parametrize("covariates", [1, 2])
def test_adjusted_ends_are_where_a_regression_on_the_rows_stops_telling_the_arms_apart(covariates: int) -> None:
    """Least squares of revenue less q times spend on the arm and what was known before: at both ends t is the bound."""
    sm = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")
    rng = np.random.default_rng(covariates)
    arms = []
    for spend in (1.0, 1.6):
        before = rng.gamma(2, 5, (1500, covariates))
        paid = rng.gamma(2, spend / 2, 1500) + 0.02 * before[:, 0]
        arms.append(np.column_stack([before.sum(axis=1) + 2.5 * paid + rng.normal(0, 3, 1500), paid, before]))
    found = available(quotient(*(Moments.of(rows) for rows in arms), covariates=covariates))
    assert isinstance(found.fits, Between)
    rows = np.vstack(arms)
    drawn = np.repeat([0.0, 1.0], 1500)
    for end in (found.fits.low, found.fits.high):
        fitted = sm.OLS(rows[:, 0] - end * rows[:, 1], sm.add_constant(np.column_stack([drawn, rows[:, 2:]]))).fit()
        assert abs(fitted.tvalues[1]) == pytest.approx(stats.t.ppf(0.975, 3000), rel=2e-3)


def test_each_value_may_have_covariates_of_its_own() -> None:
    rng = np.random.default_rng(11)
    arms = []
    for spend in (1.0, 1.4):
        before, used = rng.gamma(2, 5, 900), rng.gamma(2, 1, 900)
        paid = spend + 0.5 * used + 0.1 * rng.normal(size=900)
        arms.append(Moments.of(np.column_stack([before + 2 * paid + rng.normal(size=900), paid, before, used])))
    found = available(quotient(*arms, covariates=2, known=((2,), (3,))))
    revenue, spent = (
        difference(*(arm.along(np.eye(4)[[value, known]]) for arm in arms), covariates=1)
        for value, known in ((0, 2), (1, 3))
    )
    assert isinstance(revenue, Effect)
    assert isinstance(spent, Effect)
    assert (found.upper, found.lower) == pytest.approx((revenue.estimate, spent.estimate))
    for side, alone in ((0, revenue), (1, spent)):
        # With nothing else in the line, its range is the difference's own.
        turned = [arm.along(np.eye(4)[[side, 1 - side, 2 + side, 3 - side]]) for arm in arms]
        line = available(quotient(*turned, covariates=2, known=((2,), ()), besides=(0.0, 1e9)))
        assert isinstance(line.fits, Between)
        assert (line.fits.low * 1e9, line.fits.high * 1e9) == pytest.approx((alone.low, alone.high), rel=1e-3)


def test_a_known_amount_besides_moves_the_difference_and_not_its_error() -> None:
    rng = np.random.default_rng(12)
    arms = [rng.gamma(2, 1, (500, 2)) * scale for scale in (1.0, 1.3)]
    plain = available(quotient(*(Moments.of(rows) for rows in arms), besides=(0.0, 0.25)))
    moved = available(quotient(Moments.of(arms[0]), Moments.of(arms[1] + [0.0, 0.25])))
    assert (plain.upper, plain.lower) == pytest.approx((moved.upper, moved.lower))
    assert isinstance(plain.fits, Between)
    assert isinstance(moved.fits, Between)
    assert (plain.fits.low, plain.fits.high) == pytest.approx((moved.fits.low, moved.fits.high))


def coverage(times: int, share: float) -> tuple[float, float]:
    """How often the true return of 3 fits, and how often the set has no ends: few redeem, as with coupons."""
    rng = np.random.default_rng(21)
    inside = unbounded = 0
    for _ in range(times):
        arms = []
        for redeem in (0.05, 0.05 + share):
            paid = (rng.random(2000) < redeem) * rng.gamma(4, 1.25, 2000)
            arms.append(Moments.of(np.column_stack([rng.gamma(2, 5, 2000) + 3 * paid, paid])))
        found = available(quotient(*arms))
        inside += fits(found, 3.0)
        unbounded += not isinstance(found.fits, Between)
    return inside / times, unbounded / times


@pytest.mark.parametrize(("share", "rarely", "often"), [(0.10, 0.0, 0.0), (0.02, 0.0, 0.6), (0.0, 0.85, 1.0)])
def test_the_truth_fits_as_often_as_said_also_where_there_may_be_no_spend(
    share: float, rarely: float, often: float
) -> None:
    inside, unbounded = coverage(400, share)
    if share:
        assert inside == pytest.approx(0.95, abs=0.033)  # three times the error of 400 tries
    assert rarely <= unbounded <= often


def test_sums_of_households_become_averages_per_customer() -> None:
    rng = np.random.default_rng(31)
    sizes = rng.integers(1, 5, 300)
    rows = [np.column_stack([rng.gamma(2, 5, size), rng.gamma(2, 1, size)]).sum(axis=0) for size in sizes]
    units = np.column_stack([np.array(rows), sizes, rng.normal(size=300)])
    found = per_part(Moments.of(units))
    assert found is not None
    averages = units[:, :2].sum(axis=0) / sizes.sum()
    assert found.mean[:2] == pytest.approx(averages)
    influence = (units[:, :2] - averages * sizes[:, None]) / sizes.mean()
    assert found.spread == pytest.approx(
        Moments.of(np.column_stack([influence, units[:, 3]])).spread, rel=1e-9, abs=1e-9
    )
    assert per_part(Moments.none(3)) is None
