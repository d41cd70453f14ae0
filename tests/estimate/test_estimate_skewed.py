from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.adjust import linearised
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.skewed import (
    Grows,
    Standing,
    is_uneven,
    skewed_difference,
    skewed_ratio_difference,
    skewness,
    standing,
)


def share(events: int, count: int) -> Moments:
    return Moments.of(np.repeat([1.0, 0.0], [events, count - events]))


def stands(outcome: Standing | NotAvailable) -> Standing:
    assert isinstance(outcome, Standing)
    return outcome


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def test_the_published_example_is_reproduced() -> None:
    found = stands(standing(share(250, 9000), share(40, 1000)))
    assert found.z == pytest.approx(2.1850572312132095, abs=1e-9)
    assert found.skew == pytest.approx(0.1496962844947522, abs=1e-9)
    assert found.published == pytest.approx(2.090886414723474, abs=1e-9)
    assert found.straight == pytest.approx(found.published, abs=0.02), "both are the same expansion to first order"


def test_the_oracle_file_agrees(published: Callable[[str, str], Any]) -> None:
    block = published("statistics", "cornish_fisher_unbalanced")["example"]
    found = stands(standing(share(block["x0"], block["n0"]), share(block["x1"], block["n1"])))
    wanted = block["z_pooled"], block["skew"], block["z_cf"]
    assert (found.z, found.skew, found.published) == pytest.approx(wanted, abs=block["tol"])


def test_z_and_skew_are_those_of_all_customers_together() -> None:
    rng = np.random.default_rng(4)
    control, treated = rng.lognormal(0, 1, 900), rng.lognormal(0.1, 1, 100)
    found = stands(standing(Moments.of(control), Moments.of(treated), shift=0.25))
    everyone = np.concatenate([control, treated - 0.25])
    error = np.sqrt(everyone.var() * (1 / 900 + 1 / 100))
    assert found.z == pytest.approx((treated.mean() - 0.25 - control.mean()) / error)
    third = ((everyone - everyone.mean()) ** 3).mean()
    assert found.skew == pytest.approx(third * (100**-2 - 900**-2) / error**3)


def test_an_arm_that_varies_as_its_level_grows_is_judged_by_the_score_test_of_its_share() -> None:
    """Of shares, z under a supposed difference is the score test's with both levels as told by all customers."""
    control, treated = share(250, 9000), share(60, 1000)
    shift = 0.02
    grows = Grows(level=250 / 9000, share=True)
    found = stands(standing(control, treated, shift=shift, grows=grows))
    level = (250 + 60 - shift * 1000) / 10000
    variance = level * (1 - level) / 9000 + (level + shift) * (1 - level - shift) / 1000
    assert found.z == pytest.approx((60 / 1000 - 250 / 9000 - shift) / np.sqrt(variance), rel=0.01)


@pytest.mark.parametrize(("level", "growth"), [(10.0, 1.2), (0.5, 4.0), (-1.0, 1.0), (0.0, 1.0)])
def test_variance_grows_in_proportion_within_reason(level: float, growth: float) -> None:
    assert Grows(level=level).by(2.0, 0.0) == growth
    assert Grows(level=0.3, share=True).by(0.06, 0.0) == pytest.approx(0.36 * 0.64 / 0.21)


def test_the_range_is_what_the_test_does_not_rule_out() -> None:
    rng = np.random.default_rng(8)
    control, treated = Moments.of(rng.lognormal(0, 1.2, 5000)), Moments.of(rng.lognormal(0.1, 1.2, 500))
    found = available(skewed_difference(control, treated, confidence=0.9))
    grows = Grows(level=float(control.mean[0]))
    for end, side in ((found.low, 1), (found.high, -1)):
        assert stands(standing(control, treated, shift=end, grows=grows)).straight == pytest.approx(
            side * 1.6448536, abs=1e-6
        )


@pytest.mark.parametrize("skew", [-3.0, -0.4, 0.0, 0.4, 3.0])
def test_further_out_always_counts_for_more(skew: float) -> None:
    line = [Standing(z=float(z), skew=skew).straight for z in np.linspace(-12, 12, 400)]
    assert np.all(np.diff(line) > 0)
    exact = [Standing(z=q + skew * (q**2 - 1) / 6, skew=skew).straight for q in (-0.4, 0.1, 0.4)]
    assert exact == pytest.approx([-0.4, 0.1, 0.4], abs=1e-9)


def test_without_skew_it_is_the_pooled_z_test() -> None:
    values = np.array([-1.0, 1.0])
    control, treated = Moments.of(np.tile(values, 450)), Moments.of(np.tile(values, 50) + 0.1)
    found = stands(standing(control, treated))
    assert found.straight == pytest.approx(found.z, abs=0.001)
    assert found.p == pytest.approx(2 * stats.norm.sf(found.z), abs=1e-3)


def test_a_ratio_of_unequal_arms_goes_through_its_line() -> None:
    rng = np.random.default_rng(12)
    orders = rng.poisson(3, 4400) + 1.0
    rows = np.column_stack([orders * rng.gamma(2, 5, 4400), orders])
    lines = linearised(Moments.of(rows[:4000])), linearised(Moments.of(rows[4000:]))
    assert lines[0] is not None
    assert lines[1] is not None
    found = available(skewed_difference(*lines))
    assert found.treated == pytest.approx(rows[4000:, 0].sum() / rows[4000:, 1].sum())
    assert found.low < 0 < found.high


def test_a_covariate_narrows_an_uneven_comparison_too() -> None:
    rng = np.random.default_rng(13)
    before = rng.lognormal(0, 1, 6600)
    rows = np.column_stack([before + 0.2 * rng.lognormal(0, 1, 6600), before])
    arms = Moments.of(rows[:6000]), Moments.of(rows[6000:])
    found = available(skewed_difference(*arms, covariates=1))
    plain = available(skewed_difference(*(arm.along(np.array([1.0, 0.0])) for arm in arms)))
    assert found.high - found.low < 0.25 * (plain.high - plain.low)
    assert found.estimate == pytest.approx(available(difference(*arms, covariates=1)).estimate)
    assert (found.control, found.treated - found.control) == pytest.approx((plain.control, found.estimate))
    assert found.method == "Pooled variance, corrected for skew, adjusted for the value before the start"


def test_any_small_arms_give_a_range_around_the_estimate_or_a_reason() -> None:
    rng = np.random.default_rng(14)
    ranges = 0
    for _ in range(300):
        sizes = rng.integers(2, 60, 2)
        arms = [Moments.of(rng.binomial(1, 0.2, size) * rng.lognormal(0, 2, size)) for size in sizes]
        found = skewed_difference(*arms, confidence=float(rng.choice([0.5, 0.95, 0.9999])))
        if isinstance(found, Effect):
            ranges += 1
            assert found.low < found.high
    assert ranges > 150


def test_a_reason_is_given_where_there_is_no_number() -> None:
    some = share(30, 400)
    bare = Moments(some.count, some.mean, some.spread)
    assert "skew of the values was not collected" in str(skewed_difference(some, bare))
    assert "same value" in str(skewed_difference(share(0, 40), share(0, 4)))
    assert "Too few customers" in str(skewed_difference(some, share(1, 1)))
    assert "Values this skewed need more" in str(skewed_difference(share(1, 4), share(1, 2), confidence=0.999))
    with pytest.raises(ValueError, match="confidence == 2"):
        skewed_difference(some, some, confidence=2)


@pytest.mark.parametrize(
    ("control", "treated", "uneven"), [(60, 40, False), (61, 39, True), (1, 9, True), (0, 0, True)]
)
def test_uneven_means_outside_forty_to_sixty(control: int, treated: int, uneven: bool) -> None:
    assert is_uneven(control, treated) is uneven


def test_a_ratio_in_uneven_arms_is_its_linear_part_judged_with_its_skew() -> None:
    rng = np.random.default_rng(8)
    arms = []
    for size, lift in ((9000, 1.0), (1000, 1.2)):
        orders = 1 + rng.poisson(1, size)
        arms.append(np.column_stack([lift * orders * rng.lognormal(0, 1.2, size), orders]))
    found = available(skewed_ratio_difference(*(Moments.of(rows) for rows in arms)))
    ratios = [rows[:, 0].sum() / rows[:, 1].sum() for rows in arms]
    lines = [
        (rows[:, 0] - ratio * rows[:, 1]) / rows[:, 1].mean() + ratio for rows, ratio in zip(arms, ratios, strict=True)
    ]
    plain = available(skewed_difference(*(Moments.of(line) for line in lines)))
    assert found.estimate == pytest.approx(ratios[1] - ratios[0])
    assert (found.low, found.high, found.p) == pytest.approx((plain.low, plain.high, plain.p))
    assert found.estimate - found.low > 1.02 * (found.high - found.estimate), "the small arm strays upwards"


def test_range_and_p_of_uneven_arms_come_from_one_rule() -> None:
    rng = np.random.default_rng(9)
    control = Moments.of(rng.lognormal(0, 1, 4000))
    for shift in (-0.3, -0.1, 0.05, 0.2):
        found = available(skewed_difference(control, Moments.of(rng.lognormal(0, 1, 500) + shift)))
        assert found.p is not None
        assert (found.p < 0.05) == (found.low > 0 or found.high < 0)


def test_skewness_is_the_third_standardised_moment() -> None:
    rows = np.random.default_rng(10).gamma(0.3, size=500)
    assert skewness(Moments.of(rows)) == pytest.approx(stats.skew(rows))
    assert skewness(Moments.of(np.ones(5))) is None
    assert skewness(Moments.none(1)) is None


def _errors(arm_share: float, count: int, sigma: float, repetitions: int, seed: int) -> np.ndarray:
    """How often no difference is called one: Welch above, Welch below, corrected above, corrected below."""
    rng = np.random.default_rng(seed)
    split = round(count * arm_share)
    calls = np.zeros(4)
    for _ in range(repetitions):
        arms = []
        for size in (count - split, split):
            buyers = rng.binomial(size, 0.03)
            spent = rng.lognormal(0, sigma, buyers) if sigma else np.ones(buyers)
            arms.append(_sparse(spent, size))
        welch = available(difference(*arms))
        z = stands(standing(*arms)).straight
        calls += [welch.low > 0, welch.high < 0, z > 1.959964, z < -1.959964]
    return calls / repetitions / 0.025


def _sparse(spent: np.ndarray, size: int) -> Moments:
    """Moments of `size` customers of whom only some spent, without making a row for everybody."""
    buyers = Moments.of(spent)
    others = Moments(size - len(spent), np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1, 1)))
    return buyers + others


@pytest.mark.parametrize(("arm_share", "wrong"), [(0.1, 1), (0.9, 0)])
def test_false_alarms_keep_their_level_where_welch_does_not(arm_share: float, wrong: int) -> None:
    """Zero-inflated spend, σ = 1, 20,000 customers; two false alarms in 80 expected on either side."""
    found = _errors(arm_share, 20_000, 1.0, 1500, seed=20)
    assert found[wrong] > 1.8, "Welch would have done"
    assert np.all(found[2:] < 1.5)
    assert np.all(found[2:] > 0.45)


@pytest.mark.slow
@pytest.mark.parametrize("arm_share", [0.1, 0.9])
@pytest.mark.parametrize("sigma", [0.0, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("count", [4_000, 20_000, 100_000])
def test_false_alarms_never_exceed_their_level(arm_share: float, sigma: float, count: int) -> None:
    found = _errors(arm_share, count, sigma, 8000, seed=21)
    assert np.all(found[2:] < 1.25), found
