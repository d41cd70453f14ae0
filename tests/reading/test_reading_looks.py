from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings import SPEND, VISIT, shares
from scipy import stats

from pitcairn.design.plan import MeasurePlan
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.moments import Moments
from pitcairn.reading.effects import effect
from pitcairn.reading.looks import OUT_OF_SIGHT, away, confidence_of


def distance(measure: MeasurePlan, control: Moments, treated: Moments, shift: float = 0.0) -> float:
    outcome = effect(measure, control, treated, 0.95)
    assert isinstance(outcome, Effect)
    return away(measure, outcome, control, treated, shift)


def test_for_even_arms_it_is_welchs_t_as_a_normal_value() -> None:
    rng = np.random.default_rng(1)
    control, treated = rng.normal(0, 1, 60), rng.normal(0.4, 3, 70)
    t = stats.ttest_ind(treated, control, equal_var=False)
    expected = float(stats.norm.isf(t.pvalue / 2)) * np.sign(t.statistic)
    assert distance(SPEND, Moments.of(control), Moments.of(treated)) == pytest.approx(expected, rel=1e-9)


@given(st.integers(0, 50), st.floats(-30, 30))
def test_for_uneven_arms_a_range_that_reaches_that_far_ends_there(seed: int, shift: float) -> None:
    rng = np.random.default_rng(seed)
    bought = rng.random(4400) < 0.1
    spend = np.where(bought, rng.lognormal(3, 1, 4400), 0.0)
    control, treated = Moments.of(spend[400:]), Moments.of(spend[:400])
    error = float(np.sqrt(control.covariance[0, 0] / 400))
    z = distance(SPEND, control, treated, shift * error / 10)
    found = effect(SPEND, control, treated, confidence_of(max(abs(z), 1e-9)))
    assert isinstance(found, Effect)
    assert "skew" in found.method
    assert (found.low if z > 0 else found.high) == pytest.approx(shift * error / 10, abs=1e-4 * error)


@pytest.mark.parametrize(("control", "treated"), [(3, 12), (12, 3), (0, 6), (500, 560), (560, 500)])
@pytest.mark.parametrize("shift", [0.0, 0.003])
def test_a_range_that_reaches_that_far_ends_there(control: int, treated: int, shift: float) -> None:
    arms = Moments.of(shares(control, 5000)), Moments.of(shares(treated, 5000))
    z = distance(VISIT, *arms, shift)
    found = effect(VISIT, *arms, confidence_of(abs(z)), exact=True)
    assert isinstance(found, Effect)
    assert (found.low if z > 0 else found.high) == pytest.approx(shift, abs=2e-5)


def test_less_customers_say_less_of_the_same_difference() -> None:
    few, many = (
        distance(VISIT, Moments.of(shares(count // 10, count)), Moments.of(shares(count // 8, count)))
        for count in (800, 8000)
    )
    assert 0 < few < many


def test_what_is_beyond_all_bounds_stays_finite() -> None:
    noise = np.tile([0.0, 1e-6], 500)
    assert distance(SPEND, Moments.of(noise), Moments.of(noise + 1e6)) == OUT_OF_SIGHT
    assert distance(SPEND, Moments.of(noise + 1e6), Moments.of(noise)) == -OUT_OF_SIGHT
