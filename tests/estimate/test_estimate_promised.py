"""The number to promise: drawn in by what everything came to."""

from __future__ import annotations

import numpy as np
import pytest

from pitcairn.estimate.promised import ANCHOR, promised


def test_without_history_it_is_a_normal_prior_around_nothing() -> None:
    found = promised([(0.06, 0.0009)], [])
    assert found.estimate == pytest.approx(0.03)
    assert found.share == pytest.approx(0.5)
    half = 1.959963984540054 * (0.5 * 0.0009) ** 0.5
    assert (found.low, found.high) == (pytest.approx(0.03 - half), pytest.approx(0.03 + half))


def test_the_versions_own_estimates_are_put_together_by_precision() -> None:
    found = promised([(0.10, 0.0004), (0.04, 0.0001)], [])
    assert found.raw == pytest.approx((0.10 / 0.0004 + 0.04 / 0.0001) / (1 / 0.0004 + 1 / 0.0001))


def test_the_formula_by_hand_for_equal_variances() -> None:
    """With equal variances the restricted likelihood's spread is the sample variance less the error's."""
    values, variance = [0.0, 0.02, 0.10, -0.04], 0.0004
    weight = ANCHOR**2 / (ANCHOR**2 + variance)
    between = np.var(values, ddof=1) - variance
    spread = (4 * weight**2 * between + 10 * ANCHOR**2) / (4 * weight**2 + 10)
    centre = np.mean(values) * 4 * weight / (4 * weight + 10)
    share = spread / (spread + variance)
    found = promised([(0.10, variance)], [(value, variance) for value in values])
    assert found.estimate == pytest.approx(centre + share * (0.10 - centre), rel=1e-6)
    assert found.count == 4


def test_losers_draw_the_winner_in() -> None:
    winner = (0.08, 0.0009)
    alone = promised([winner], [winner]).estimate
    among = promised([winner], [winner, *[(-0.02, 0.0009)] * 8]).estimate
    assert among < alone < 0.08


def test_a_precise_estimate_is_left_alone_and_a_vague_one_is_not() -> None:
    assert promised([(0.05, 1e-8)], []).estimate == pytest.approx(0.05, rel=1e-3)
    assert abs(promised([(0.9, 1.0)], []).estimate) < 0.001


def test_the_best_of_many_is_promised_without_the_luck_it_was_picked_for() -> None:
    """200 programs of 20 iterations, true gains N(0, 3 %), errors of 3 %: the best one seen is too high."""
    rng = np.random.default_rng(7)
    raw, drawn, inside = [], [], []
    for _ in range(200):
        true = rng.normal(0, 0.03, 20)
        seen = true + rng.normal(0, 0.03, 20)
        best = int(np.argmax(seen))
        found = promised([(seen[best], 0.0009)], [(value, 0.0009) for value in seen])
        raw.append(seen[best] - true[best])
        drawn.append(found.estimate - true[best])
        inside.append(found.low <= true[best] <= found.high)
    assert np.mean(raw) > 0.03
    assert abs(np.mean(drawn)) < 0.005
    assert 0.88 < np.mean(inside) <= 1


@pytest.mark.parametrize(("own", "anchor"), [([], 0.03), ([(0.1, 0.0)], 0.03), ([(0.1, 0.01)], 0.0)])
def test_what_cannot_be_drawn_in_is_refused(own: list[tuple[float, float]], anchor: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        promised(own, [], anchor=anchor)
