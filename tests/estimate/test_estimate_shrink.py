from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.shrink import Groups, james_stein_share, shrink


def available(outcome: Groups | NotAvailable) -> Groups:
    assert isinstance(outcome, Groups)
    return outcome


def test_two_groups_agree_with_integration_by_brute_force() -> None:
    values, errors, scale = np.array([1.0, 3.0]), np.array([0.5, 1.0]), 1.5
    taus = np.linspace(1e-4, 9, 1500)
    levels = np.linspace(-12, 16, 2001)
    gap = levels[1] - levels[0]
    total, first, cumulative = 0.0, 0.0, np.zeros_like(levels)
    for tau in taus:
        prior = stats.halfnorm.pdf(tau, scale=scale)
        spreads = np.sqrt(tau**2 + errors**2)
        both = np.prod(stats.norm.pdf(values[:, None], levels, spreads[:, None]), axis=0)
        chance = prior * both.sum() * gap
        # The first group's level given the common one: normal around a weighed mean.
        own = tau**2 / (tau**2 + errors[0] ** 2)
        means = own * values[0] + (1 - own) * levels
        total += chance
        first += prior * (both * means).sum() * gap
        centre = (both * means).sum() / both.sum()
        width = np.sqrt(own * errors[0] ** 2 + (both * (means - centre) ** 2).sum() / both.sum())
        cumulative += chance * stats.norm.cdf(levels, centre, width)
    found = available(shrink(values, errors, scale=scale))
    assert found.groups[0].estimate == pytest.approx(first / total, abs=2e-3)
    ends = np.interp([0.025, 0.975], cumulative / total, levels)
    assert (found.groups[0].low, found.groups[0].high) == pytest.approx(tuple(ends), abs=5e-3)


def test_with_many_alike_groups_it_is_the_known_spread_rule() -> None:
    rng = np.random.default_rng(1)
    levels = rng.normal(2.0, 1.0, 3000)
    values = levels + rng.normal(0, 1.0, 3000)
    found = available(shrink(values, np.ones(3000), scale=5.0))
    assert found.spread.low < 1.0 < found.spread.high
    assert found.spread.estimate == pytest.approx(1.0, abs=0.06)
    own = found.spread.estimate**2 / (1 + found.spread.estimate**2)
    expected = own * values + (1 - own) * values.mean()
    assert [group.estimate for group in found.groups] == pytest.approx(expected, abs=0.01)


def test_ranges_do_not_collapse_where_groups_agree_by_luck() -> None:
    found = available(shrink([0.05, 0.051, 0.052], [0.02] * 3, scale=0.03))
    pooled_alone = 2 * 1.96 * 0.02 / np.sqrt(3)
    assert all(group.high - group.low > 1.2 * pooled_alone for group in found.groups)
    assert found.unseen.high - found.unseen.low > found.common.high - found.common.low
    assert found.spread.high > 0.02


def test_a_single_spread_prior_at_nothing_pools_everything() -> None:
    values, errors = np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.5, 2.0])
    found = available(shrink(values, errors, scale=1e-6))
    pooled = np.average(values, weights=errors**-2)
    assert [group.estimate for group in found.groups] == pytest.approx([pooled] * 3, abs=1e-6)
    width = 2 * stats.norm.ppf(0.975) / np.sqrt((errors**-2).sum())
    assert found.common.high - found.common.low == pytest.approx(width, rel=1e-6)


def test_far_groups_under_a_wide_prior_keep_their_own_level() -> None:
    found = available(shrink([-300.0, 0.0, 400.0], [1.0, 1.0, 1.0], scale=1000.0))
    assert [group.estimate for group in found.groups] == pytest.approx([-300, 0, 400], abs=0.05)
    assert found.groups[1].high - found.groups[1].low == pytest.approx(2 * 1.96, rel=0.01)


@pytest.mark.parametrize(("between", "least"), [(0.0, 0.96), (0.5, 0.935), (1.0, 0.92), (2.0, 0.92)])
def test_group_ranges_cover_when_the_prior_is_wide(between: float, least: float) -> None:
    rng = np.random.default_rng(3)
    inside, own, error, raw = 0.0, 0.0, 0.0, 0.0
    repetitions = 150
    for _ in range(repetitions):
        errors = rng.uniform(0.6, 1.4, 8)
        levels = 0.5 + rng.normal(0, between, 8)
        values = levels + rng.normal(0, errors)
        groups = available(shrink(values, errors, scale=2.0)).groups
        inside += np.mean([group.low <= level <= group.high for group, level in zip(groups, levels, strict=True)])
        own += np.mean([(group.high - group.low) / 3.92 for group in groups] / errors)
        error += np.mean((np.array([group.estimate for group in groups]) - levels) ** 2)
        raw += np.mean((values - levels) ** 2)
    assert least <= inside / repetitions
    assert own / repetitions < 1.0
    assert error < raw


def test_the_share_of_a_peer(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "gb_james_stein")
    share = james_stein_share(entry["input"]["example_effects"], entry["input"]["se"])
    assert share == pytest.approx(entry["expected"]["adj"], abs=1e-12)


def test_the_share_lies_between_nothing_and_everything() -> None:
    assert james_stein_share([0.02, 0.05, -0.01, 0.03, 0.04, 0.0], 0.03) == pytest.approx(0.6545454545454544, abs=1e-12)
    assert james_stein_share([0.0, 0.0, 0.0], 1.0) == 1.0
    assert james_stein_share([50.0, 60.0, 70.0], 1.0) < 0.001
    with pytest.raises(ValueError, match="at least three"):
        james_stein_share([1.0, 2.0], 1.0)


def test_what_cannot_be_shrunk_is_said() -> None:
    assert "One group alone" in str(shrink([1.0], [1.0], scale=1.0))
    for wrong in ({"standard_errors": [1.0, 0.0]}, {"scale": 0.0}, {"standard_errors": [1.0]}):
        with pytest.raises(ValueError, match="positive"):
            shrink(**{"estimates": [1.0, 2.0], "standard_errors": [1.0, 1.0], "scale": 1.0, **wrong})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="confidence == 1"):
        shrink([1.0, 2.0], [1.0, 1.0], scale=1.0, confidence=1)


def test_chances_of_spreads_add_up_however_sharp() -> None:
    """Against quadrature: the median spread for three groups, a wide and a narrow prior."""
    values, errors = np.array([0.0, 1.0, 5.0]), np.array([1.0, 0.5, 0.8])
    for scale in (0.5, 50.0):

        def chance(tau: float, scale: float = scale) -> float:
            weights = 1 / (errors**2 + tau**2)
            mean = weights @ values / weights.sum()
            misfit = weights @ (values - mean) ** 2
            return float(np.sqrt(np.prod(weights) / weights.sum()) * np.exp(-misfit / 2 - (tau / scale) ** 2 / 2))

        median = available(shrink(values, errors, scale=scale)).spread.estimate
        below = integrate.quad(chance, 0, median, limit=200)[0]
        above = integrate.quad(chance, median, 6 * scale, limit=200, points=[min(10.0, 3 * scale)])[0]
        assert below / (below + above) == pytest.approx(0.5, abs=0.01)
