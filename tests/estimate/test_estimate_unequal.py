from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.skewed import skewed_difference, skewness
from pitcairn.estimate.unequal import Arms, Values, customers_needed


def share(rate: float) -> Values:
    return Values(variance=rate * (1 - rate), level=rate, share=True)


@pytest.mark.parametrize(("rate", "control", "treated", "gain"), [(0.1, 9000, 1000, 0.03), (0.1, 1000, 9000, 0.03)])
def test_the_chance_of_a_share_agrees_with_a_peer(rate: float, control: int, treated: int, gain: float) -> None:
    peer = pytest.importorskip("statsmodels.stats.proportion", reason="statsmodels is not installed")
    theirs = peer.power_proportions_2indep(
        gain, rate, treated, ratio=control / treated, alpha=0.025, alternative="larger", return_results=False
    )
    ours = Arms(control=control, treated=treated, level=0.025).chance(share(rate), gain)
    # The peer leaves out what the skew of so many yeses and noes does.
    assert ours == pytest.approx(float(theirs), abs=0.012)


def test_arms_of_one_size_need_what_the_published_formula_says() -> None:
    # Farrington and Manning's formula for no difference under the null: pooled in front of the level.
    p, q = 0.1, 0.13
    middle = (p + q) / 2
    each = (
        -ndtri(0.025) * np.sqrt(2 * middle * (1 - middle)) + ndtri(0.9) * np.sqrt(p * (1 - p) + q * (1 - q))
    ) ** 2 / (q - p) ** 2
    found = customers_needed(share(p), shares=(0.5, 0.5), gain=q - p, level=0.025, power=0.9)
    assert found == pytest.approx(2 * each, rel=2e-3)


@pytest.mark.parametrize(("control", "treated"), [(9000, 1000), (1500, 6000)])
def test_a_gain_of_a_skewed_amount_is_seen_and_a_margin_kept_as_often_as_said(control: int, treated: int) -> None:
    lot = np.random.default_rng(1)

    def spend(count: int, times: float = 1.0) -> np.ndarray:
        return np.where(lot.random(count) < 0.3 * times, lot.lognormal(0, 0.8, count), 0.0)

    everyone = Moments.of(spend(400_000))
    values = Values(
        variance=float(everyone.covariance[0, 0]), level=float(everyone.mean[0]), skew=skewness(everyone) or 0.0
    )
    arms = Arms(control=control, treated=treated, level=0.025)
    gain, margin = (f(values, power=0.9) for f in (arms.visible_gain, arms.visible_margin))
    assert isinstance(gain, float)
    assert isinstance(margin, float)
    seen = kept = 0
    repeats = 200
    for _ in range(repeats):
        usual = Moments.of(spend(control))
        better, same = Moments.of(spend(treated, 1 + gain / float(everyone.mean[0]))), Moments.of(spend(treated))
        one, other = skewed_difference(usual, better), skewed_difference(usual, same)
        seen += isinstance(one, Effect) and one.low > 0
        kept += isinstance(other, Effect) and other.low > -margin
    assert seen / repeats == pytest.approx(0.9, abs=0.065)
    assert kept / repeats == pytest.approx(0.9, abs=0.065)


@pytest.mark.parametrize("shares", [(0.9, 0.1), (0.2, 0.8)])
def test_needing_and_seeing_are_each_others_inverse(shares: tuple[float, float]) -> None:
    for values in (share(0.04), Values(variance=9.0, level=2.0, skew=4.0), Values(variance=1.0)):
        arms = Arms(control=40_000 * shares[0], treated=40_000 * shares[1], level=0.01)
        for up in (True, False):
            gain = arms.visible_gain(values, power=0.8, up=up)
            assert isinstance(gain, float)
            needed = customers_needed(values, shares=shares, gain=gain, level=0.01, power=0.8, up=up)
            assert needed == pytest.approx(40_000, rel=1e-3)


def test_what_cannot_be_seen_has_a_reason() -> None:
    arms = Arms(control=30, treated=3, level=0.025)
    assert isinstance(arms.visible_gain(share(0.9), power=0.9), NotAvailable)
    assert isinstance(Arms(control=30, treated=1, level=0.025).visible_gain(share(0.9), power=0.9), NotAvailable)
    assert isinstance(arms.visible_gain(Values(variance=0.0), power=0.9), NotAvailable)
    assert isinstance(customers_needed(share(0.9), shares=(0.9, 0.1), gain=0.2, level=0.025, power=0.9), NotAvailable)
    with pytest.raises(ValueError, match="between 0 and 1/2"):
        Arms(control=30, treated=30, level=0.7).visible_gain(share(0.5), power=0.9)
