from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.dunnett import adjusted_ranges, critical_value, joint_p, loadings, step_down
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments


@pytest.mark.parametrize(("arms", "bound"), [(2, 2.212), (3, 2.349), (4, 2.442), (5, 2.511)])
def test_one_sided_bounds_at_two_and_a_half_percent(arms: int, bound: float) -> None:
    assert critical_value(loadings(500, [500] * arms), level=0.025, side="up") == pytest.approx(bound, abs=5e-4)
    assert critical_value(loadings(500, [500] * arms), level=0.025, side="down") == pytest.approx(bound, abs=5e-4)


@pytest.mark.parametrize(
    ("arms", "freedom", "both", "up"),
    [(2, 10, 2.57, 2.15), (3, 10, 2.76, 2.34), (4, 10, 2.89, 2.47), (5, 10, 2.99, 2.56), (2, 20, 2.38, 2.03)],
)
def test_bounds_at_five_percent_are_those_of_the_printed_tables(
    arms: int, freedom: int, both: float, up: float
) -> None:
    shared = loadings(9, [9] * arms)
    assert critical_value(shared, freedom=freedom) == pytest.approx(both, abs=0.006)
    assert critical_value(shared, freedom=freedom, side="up") == pytest.approx(up, abs=0.006)


def test_one_arm_is_students_t() -> None:
    assert critical_value(loadings(30, [12]), freedom=7) == pytest.approx(stats.t.ppf(0.975, 7), abs=1e-8)
    assert joint_p(-2.5, loadings(30, [12])) == pytest.approx(2 * stats.norm.sf(2.5), rel=1e-9)
    assert joint_p(9, loadings(30, [12])) == pytest.approx(2 * stats.norm.sf(9), rel=1e-3)


def test_arms_of_unequal_size_agree_with_the_multivariate_normal() -> None:
    shared = np.array(loadings(50, [20, 30, 200]))
    shape = np.outer(shared, shared)
    np.fill_diagonal(shape, 1.0)
    judge = 1 - stats.multivariate_normal(cov=shape, abseps=1e-9, releps=1e-9, maxpts=400_000).cdf([2.2] * 3)
    assert joint_p(2.2, shared, side="up") == pytest.approx(judge, abs=5e-6)
    draws = np.random.default_rng(3).multivariate_normal(np.zeros(3), shape, 200_000)
    assert joint_p(2.2, shared) == pytest.approx(np.mean(np.abs(draws).max(axis=1) > 2.2), abs=0.0016)


def family(rng: np.random.Generator, gains: list[float], sizes: list[int]) -> tuple[list[np.ndarray], list[Effect]]:
    rows = [rng.normal(gain, 1.0, size) for gain, size in zip([0.0, *gains], sizes, strict=True)]
    found = [difference(Moments.of(rows[0]), Moments.of(row)) for row in rows[1:]]
    assert all(isinstance(effect, Effect) for effect in found)
    return rows, [effect for effect in found if isinstance(effect, Effect)]


def test_p_values_and_ranges_agree_with_scipy_where_variances_are_pooled() -> None:
    rows, effects = family(np.random.default_rng(5), [0.4, 0.9, -0.2], [12, 10, 15, 20])
    pooled = sum(((row - row.mean()) ** 2).sum() for row in rows) / (57 - 4)
    exact = [
        replace(effect, standard_error=np.sqrt(pooled * (1 / 12 + 1 / len(row))), freedom=53.0)
        for effect, row in zip(effects, rows[1:], strict=True)
    ]
    judge = stats.dunnett(*rows[1:], control=rows[0], random_state=np.random.default_rng(1))
    shared = loadings(12, [10, 15, 20])
    ours = [joint_p(effect.estimate / effect.standard_error, shared, freedom=53.0) for effect in exact]
    assert ours == pytest.approx(judge.pvalue, abs=2e-3)
    ranges = judge.confidence_interval(0.95)
    adjusted = adjusted_ranges(exact)
    assert [effect.low for effect in adjusted] == pytest.approx(ranges.low, abs=0.01)
    assert [effect.high for effect in adjusted] == pytest.approx(ranges.high, abs=0.01)
    assert adjusted[0].method == "Welch; Dunnett, 3 arms"


def test_stepping_down_never_asks_more_than_one_step() -> None:
    _, effects = family(np.random.default_rng(6), [0.5, 0.45, 0.0], [100, 100, 100, 100])
    shared, freedom = loadings(100, [100] * 3), min(effect.freedom for effect in effects)
    scores = [effect.estimate / effect.standard_error for effect in effects]
    single = [joint_p(score, shared, freedom=freedom, side="up") for score in scores]
    stepped = step_down(effects, side="up")
    best, worst = int(np.argmax(scores)), int(np.argmin(scores))
    assert stepped[best] == pytest.approx(single[best])
    assert all(one <= other for one, other in zip(stepped, single, strict=True))
    assert stepped[worst] == pytest.approx(stats.t.sf(scores[worst], freedom), abs=1e-6)
    assert step_down(effects, side="down")[worst] == pytest.approx(
        joint_p(scores[worst], shared, freedom=freedom, side="down")
    )


def test_no_arm_wins_by_luck_more_often_than_said() -> None:
    rng = np.random.default_rng(7)
    sizes = [200, 100, 100, 100]
    bound = critical_value(loadings(200, sizes[1:]), level=0.05, side="up")
    means = rng.normal(size=(40_000, 4)) / np.sqrt(sizes)
    scores = (means[:, 1:] - means[:, :1]) / np.sqrt(1 / 200 + 1 / 100)
    assert np.mean(scores.max(axis=1) > bound) == pytest.approx(0.05, abs=0.0035)


def test_what_is_no_family_is_refused() -> None:
    _, effects = family(np.random.default_rng(8), [0.0, 0.0], [10, 10, 10])
    with pytest.raises(ValueError, match="one family"):
        adjusted_ranges([effects[0], replace(effects[1], confidence=0.9)])
    with pytest.raises(ValueError, match="one family"):
        step_down([])
    with pytest.raises(ValueError, match="at least one customer"):
        loadings(0, [5])
    with pytest.raises(ValueError, match="below 1"):
        joint_p(2.0, [1.0])
    with pytest.raises(ValueError, match="must be between 0 and 1"):
        critical_value([0.7], level=1.5)
