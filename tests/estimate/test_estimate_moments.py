from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
