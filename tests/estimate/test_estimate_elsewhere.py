from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.elsewhere import Mixture, Students, elsewhere, of_mix, transported
from pitcairn.estimate.shrink import Groups, shrink


def test_one_place_says_of_another_what_the_closed_form_says(published: Callable[[str, str], Any]) -> None:
    known = published("statistics", "transport_k1_closed_form")
    for case in known["cases"]:
        found = transported(known["y"], known["s"], usual=known["tau0"], spread=case["tau_loc"])
        assert (found.mean, found.width, found.positive) == pytest.approx(
            (case["mean"], case["sd"], case["p_pos"]), abs=known["tol"]
        )


def test_one_place_and_a_prior_agree_with_brute_force() -> None:
    y, s, scale, m0, w0 = 0.06, 0.02, 0.03, 0.01, 0.04
    rng = np.random.default_rng(5)
    spread = np.abs(rng.normal(0, scale, 2_000_000))
    common = rng.normal(m0, w0, spread.size)
    weights = stats.norm.pdf(y, common, np.hypot(spread, s))
    there = common + spread * rng.standard_normal(spread.size)
    order = np.argsort(there)
    reached = np.cumsum(weights[order]) / weights.sum()
    law = elsewhere([y], [s], scale=scale, usual=(m0, w0))
    assert law.mean == pytest.approx(np.average(there, weights=weights), abs=2e-4)
    assert law.above(0.0) == pytest.approx(weights[there > 0].sum() / weights.sum(), abs=2e-3)
    assert law.range(0.8) == pytest.approx(tuple(np.interp([0.1, 0.9], reached, there[order])), abs=5e-4)


def test_few_places_give_what_the_shrunk_groups_say_of_an_unseen_one() -> None:
    values, errors = [0.05, 0.12, 0.02, 0.09], [0.02, 0.03, 0.02, 0.04]
    law, known = elsewhere(values, errors, scale=0.05), shrink(values, errors, scale=0.05, confidence=0.9)
    assert isinstance(known, Groups)
    assert (law.mean, *law.range(0.9)) == pytest.approx(
        (known.unseen.estimate, known.unseen.low, known.unseen.high), abs=1e-6
    )


def test_many_places_give_the_published_range(published: Callable[[str, str], Any]) -> None:
    known = published("statistics", "metafor")
    law = elsewhere(known["bcg_yi"], list(np.sqrt(known["bcg_vi"])), scale=0.1)
    assert isinstance(law, Students)
    low, high = law.range(0.95)
    mean, between = known["results"]["BCG z REML"]["b"], known["results"]["BCG z REML"]["tau2"]
    width = np.sqrt(between + known["results"]["BCG z REML"]["se"] ** 2)
    assert (low, high) == pytest.approx(tuple(stats.t.interval(0.95, 11, mean, width)), abs=1e-4)


def test_a_handful_of_places_that_agree_by_luck_still_gets_the_priors_width() -> None:
    law = elsewhere([0.1, 0.1001, 0.0999, 0.1, 0.1], [0.05] * 5, scale=0.2)
    assert isinstance(law, Mixture)


def test_another_mix_moves_the_effect_towards_its_own_levels_but_not_all_the_way() -> None:
    values, errors = [0.0, 0.2], [0.05, 0.05]
    same, _ = of_mix(values, errors, [0.5, 0.5], scale=0.1)
    moved, _ = of_mix(values, errors, [0.1, 0.9], scale=0.1)
    assert same == pytest.approx(0.1, abs=1e-9)
    assert 0.12 < moved < 0.18


def test_customers_of_unknown_levels_are_expected_at_the_common_one_with_less_certainty() -> None:
    values, errors = [0.0, 0.2], [0.05, 0.05]
    whole, error = of_mix(values, errors, [0.5, 0.5], scale=0.1)
    part, wider = of_mix(values, errors, [0.25, 0.25], scale=0.1)
    assert part == pytest.approx(whole, abs=1e-9)
    assert wider > error


@pytest.mark.parametrize(
    "wrong", [([], []), ([0.1], [0.0]), ([0.1], [-1.0]), ([0.1, 0.2], [0.1])], ids=["none", "zero", "negative", "short"]
)
def test_estimates_without_errors_are_refused(wrong: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ValueError, match="positive standard error"):
        elsewhere(*wrong, scale=0.1)


@pytest.mark.parametrize("shares", [[0.7, 0.7], [-0.1, 1.0]])
def test_shares_that_are_none_are_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="Shares are not negative"):
        of_mix([0.1, 0.2], [0.1, 0.1], shares, scale=0.1)
