from __future__ import annotations

import numpy as np
import pytest

from pitcairn.estimate.effect import Effect
from pitcairn.estimate.proportions import is_small, share_difference


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombes_published_examples(
    treated: tuple[int, int], control: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, table II, method 10."""
    found = share_difference(*control, *treated)
    assert isinstance(found, Effect)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_rare_events_are_covered_as_often_as_it_says() -> None:
    rng = np.random.default_rng(8)
    inside = 0
    for _ in range(2000):
        control, treated = rng.binomial(3000, 0.001), rng.binomial(3000, 0.002)
        found = share_difference(int(control), 3000, int(treated), 3000)
        assert isinstance(found, Effect)
        inside += found.low <= 0.001 <= found.high
    assert 0.935 <= inside / 2000 <= 0.985


def test_small_means_few_on_either_side() -> None:
    assert is_small(9, 1000)
    assert is_small(995, 1000)
    assert not is_small(10, 20)


def test_more_events_than_customers_are_refused() -> None:
    with pytest.raises(ValueError, match="5 of 4"):
        share_difference(5, 4, 0, 4)
    assert "Too few customers" in str(share_difference(0, 0, 1, 4))
