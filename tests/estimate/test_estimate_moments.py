from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pitcairn.estimate.moments import Moments

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(values, values)
def test_moments_of_parts_add_up_to_the_moments_of_all(first: list[float], second: list[float]) -> None:
    together = Moments.of(np.array(first)) + Moments.of(np.array(second))
    direct = Moments.of(np.array(first + second))
    assert together.count == direct.count
    assert together.mean == pytest.approx(direct.mean, rel=1e-9, abs=1e-6)
    assert together.spread == pytest.approx(direct.spread, rel=1e-7, abs=1e-3)


def test_large_values_keep_their_variance() -> None:
    numbers = 1e8 + np.random.default_rng(5).normal(size=10_000)
    parts = [Moments.of(part) for part in np.array_split(numbers, 28)]
    exact = np.var(numbers - 1e8, ddof=1)
    assert Moments.total(parts).covariance[0, 0] == pytest.approx(exact, rel=1e-6)
    raw = (np.sum(numbers**2) - np.sum(numbers) ** 2 / 10_000) / 9_999
    assert abs(raw - exact) > 0.01, "raw sums would have done as well, so this test shows nothing"


def test_covariance_agrees_with_numpy() -> None:
    rows = np.random.default_rng(1).normal(size=(50, 3))
    assert Moments.of(rows).covariance == pytest.approx(np.cov(rows.T))


def test_nobody_adds_nothing() -> None:
    some = Moments.of(np.array([1.0, 2.0, 4.0]))
    both = some + Moments.none(1)
    assert (both.count, both.mean[0], both.spread[0, 0]) == (3, some.mean[0], some.spread[0, 0])
    assert Moments.total([Moments.none(2), Moments.none(2)]).count == 0


def test_one_customer_has_no_variance() -> None:
    with pytest.raises(ValueError, match="at least 2 customers, not 1"):
        Moments.of(np.array([3.0])).covariance  # noqa: B018


def test_there_must_be_parts_to_add() -> None:
    with pytest.raises(ValueError, match="nothing to add up"):
        Moments.total([])


rows = st.integers(1, 30).flatmap(lambda n: st.lists(st.tuples(*[st.floats(-100, 100)] * 2), min_size=n, max_size=n))


@given(rows, rows)
def test_third_sums_add_up_too(first: list[tuple[float, float]], second: list[tuple[float, float]]) -> None:
    together = Moments.of(np.array(first)) + Moments.of(np.array(second))
    direct = Moments.of(np.array(first + second))
    assert together.cubes is not None
    assert together.cubes == pytest.approx(direct.cubes, rel=1e-7, abs=1e-4)


def test_third_sums_are_those_of_scipy() -> None:
    rows = np.random.default_rng(6).lognormal(size=(400, 2))
    parts = Moments.total([Moments.of(part) for part in np.array_split(rows, 7)])
    assert parts.cubes is not None
    skews = [parts.cubes[i, i, i] / 400 / (parts.spread[i, i] / 400) ** 1.5 for i in (0, 1)]
    assert skews == pytest.approx(stats.skew(rows))


def test_third_sums_are_unknown_where_a_part_has_none() -> None:
    some = Moments.of(np.array([1.0, 2.0, 4.0]))
    bare = Moments(some.count, some.mean, some.spread)
    assert (some + bare).cubes is None
    assert (some + Moments.none(1)).cubes == pytest.approx(some.cubes)


def test_weighted_sums_have_the_moments_of_the_sums() -> None:
    rows = np.random.default_rng(9).gamma(2, size=(60, 3))
    weights = np.array([[1.0, -2.0, 0.5], [0.0, 1.0, 0.0]])
    turned, direct = Moments.of(rows).along(weights), Moments.of(rows @ weights.T)
    assert turned.mean == pytest.approx(direct.mean)
    assert turned.spread == pytest.approx(direct.spread)
    assert turned.cubes == pytest.approx(direct.cubes)
