from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.quantiles import (
    Ordered,
    Quantile,
    quantile,
    quantile_difference,
    quantile_relative_difference,
)


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def found(outcome: Quantile | NotAvailable) -> Quantile:
    assert isinstance(outcome, Quantile)
    return outcome


CONTROL = Quantile(estimate=7.157987489967789, low=7.098780136176828, high=7.217194843758751, count=11054)
TREATED = Quantile(estimate=7.694499927525767, low=7.64180598628119, high=7.747193868770344, count=10861)


def shortened(arm: Quantile) -> Quantile:
    """The peer divides by n where a variance of n - 1 went in: its ranges are shorter by a share of 1 / 2n."""
    by = np.sqrt((arm.count - 1) / arm.count)
    return Quantile(
        estimate=arm.estimate,
        low=arm.estimate - by * (arm.estimate - arm.low),
        high=arm.estimate + by * (arm.high - arm.estimate),
        count=arm.count,
    )


def test_a_peers_effect_is_reproduced() -> None:
    effect = available(quantile_difference(shortened(CONTROL), shortened(TREATED)))
    assert effect.estimate == pytest.approx(0.5365124375579775, abs=1e-9)
    assert (effect.low, effect.high) == pytest.approx((0.4572559589115422, 0.6157689162044128), abs=1e-9)
    share = available(quantile_relative_difference(shortened(CONTROL), shortened(TREATED)))
    reach = stats.norm.ppf(0.975) * share.standard_error
    ends = share.estimate - reach, share.estimate + reach
    assert ends == pytest.approx((0.06341005842481906, 0.08649588602990732), abs=1e-7)


def test_without_its_shortening_the_difference_is_small(published: Callable[[str, str], Any]) -> None:
    expected = published("peers", "gb_quantile_effect")["expected"]["abs_flat"]
    effect = available(quantile_difference(CONTROL, TREATED))
    assert (effect.low, effect.high) == pytest.approx(tuple(expected["ci"]), abs=5e-6)


def test_ranks_are_those_of_the_binomial_table() -> None:
    """The median of 100: ranks 40 and 61 cover 96.5 % (Hahn and Meeker, 1991, and any binomial table)."""
    arm = found(quantile(Ordered.of(np.arange(1.0, 101.0)), 0.5))
    assert (arm.low, arm.estimate, arm.high) == (40.0, 50.0, 61.0)
    assert stats.binom.cdf(60, 100, 0.5) - stats.binom.cdf(39, 100, 0.5) == pytest.approx(0.9648, abs=1e-4)


@pytest.mark.parametrize(("share", "count"), [(0.5, 31), (0.9, 200), (0.99, 3000)])
def test_scipys_quantile_test_leaves_the_same_values_possible(share: float, count: int) -> None:
    rows = np.random.default_rng(count).exponential(size=count)
    arm = found(quantile(Ordered.of(rows), share))
    judge = stats.quantile_test(rows, q=0.0, p=share).confidence_interval(0.95)
    assert (arm.low, arm.high) == pytest.approx((judge.low, judge.high))


def test_counts_and_rows_say_the_same() -> None:
    rows = np.repeat([1.0, 2.0, 5.0, 9.0], [10, 40, 30, 20])
    counted = Ordered(np.array([1.0, 2.0, 5.0, 9.0]), np.array([10, 40, 30, 20]))
    for share in (0.1, 0.5, 0.75):
        assert quantile(Ordered.of(rows), share) == quantile(counted, share)
    assert [found(quantile(counted, share)).estimate for share in (0.1, 0.11, 0.5, 0.51)] == [1.0, 2.0, 2.0, 5.0]


def test_differences_of_quantiles_cover() -> None:
    rng = np.random.default_rng(5)
    inside = np.zeros(2)
    truth = -np.log(0.1)
    for _ in range(400):
        arms = [quantile(Ordered.of(gain * rng.exponential(size=400)), 0.9) for gain in (1.0, 1.3)]
        plain, share = available(quantile_difference(*arms)), available(quantile_relative_difference(*arms))
        inside += [plain.low <= 0.3 * truth <= plain.high, share.low <= 0.3 <= share.high]
    assert np.all(inside / 400 > 0.935)
    assert np.all(inside / 400 < 0.99)


def test_a_reason_is_given_where_there_is_no_number() -> None:
    few, many = Ordered.of(np.arange(5.0)), Ordered.of(np.arange(500.0))
    missing = quantile(few, 0.9)
    assert "5 customers are too few for the quantile at 90%" in str(missing)
    assert "too few" in str(quantile(Ordered(np.zeros(0), np.zeros(0, dtype=np.int64)), 0.5))
    good = quantile(many, 0.5)
    for way in (quantile_difference, quantile_relative_difference):
        assert way(missing, good) == missing
        assert way(good, missing) == missing
    zeros = quantile(Ordered.of(np.repeat([0.0, 7.0], [400, 100])), 0.5)
    assert "exactly that value" in str(quantile_difference(zeros, zeros))
    assert "not clearly above zero" in str(quantile_relative_difference(zeros, good))


def test_what_is_no_order_is_refused() -> None:
    with pytest.raises(ValueError, match="Values must rise"):
        Ordered(np.array([2.0, 1.0]), np.array([1, 1]))
    with pytest.raises(ValueError, match="at least 1"):
        Ordered(np.array([1.0, 2.0]), np.array([1, 0]))
    with pytest.raises(ValueError, match="share == 0"):
        quantile(Ordered.of(np.arange(9.0)), 0.0)
