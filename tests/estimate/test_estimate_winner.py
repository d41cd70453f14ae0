from __future__ import annotations

import math

import numpy as np
import pytest

from pitcairn.estimate.winner import promised


def test_without_tries_it_is_a_normal_prior_around_zero():
    found = promised([0.10], [0.04**2], tries=[], anchor=0.04)
    assert found.kept == pytest.approx(0.5)
    assert found.estimate == pytest.approx(0.05)
    assert found.variance == pytest.approx(0.04**2 / 2)
    assert (found.centre, found.spread) == (0, pytest.approx(0.04))


def test_own_iterations_are_weighed_by_precision():
    found = promised([0.10, 0.20], [0.01, 0.03], tries=[], anchor=1e6)
    assert found.estimate == pytest.approx(0.10 * 0.75 + 0.20 * 0.25)
    assert found.variance == pytest.approx(1 / (100 + 100 / 3))


def test_tries_that_agree_count_beside_an_anchor_of_ten():
    """Twelve tries of one true effect, 0.02, each as precise as the anchor is wide: by hand."""
    tries = [(0.02, 0.03**2)] * 12
    found = promised([0.10], [0.03**2], tries=tries, anchor=0.03)
    says = 0.5
    assert found.centre == pytest.approx(0.02 * 12 * says / (12 * says + 10))
    assert found.spread**2 == pytest.approx(10 * 0.03**2 / (12 * says**2 + 10))


def test_losers_make_a_winner_promise_less():
    losers = [(-0.05, 0.02**2), (0.0, 0.02**2), (-0.02, 0.02**2), (0.01, 0.02**2)]
    alone = promised([0.10], [0.03**2], tries=[(0.10, 0.03**2)], anchor=0.05)
    among = promised([0.10], [0.03**2], tries=[(0.10, 0.03**2), *losers], anchor=0.05)
    assert among.estimate < alone.estimate < 0.10


def test_what_winners_promise_is_on_average_what_they_bring():
    """True effects N(0, 3 %), confirmed with a standard error of 2.5 %, kept where clearly above zero; 30 a program."""
    lot = np.random.default_rng(11)
    raw, drawn_in, held = [], [], []
    for _ in range(300):
        true = lot.normal(0, 0.03, 30)
        seen = true + lot.normal(0, 0.025, 30)
        tries = [(float(one), 0.025**2) for one in seen]
        for effect, estimate in zip(true, seen, strict=True):
            if estimate > 1.96 * 0.025:
                found = promised([float(estimate)], [0.025**2], tries=tries, anchor=0.03)
                raw.append(estimate - effect)
                drawn_in.append(found.estimate - effect)
                held.append(abs(found.estimate - effect) < 1.6449 * math.sqrt(found.variance))
    assert np.mean(raw) > 0.02
    assert abs(np.mean(drawn_in)) < 0.003
    assert 0.86 < np.mean(held) < 0.93


@pytest.mark.parametrize(
    ("estimates", "variances", "anchor"), [([], [], 0.1), ([0.1], [0.0], 0.1), ([0.1], [-1.0], 0.1), ([0.1], [0.1], 0)]
)
def test_nonsense_is_refused(estimates, variances, anchor):
    with pytest.raises(ValueError, match="must be"):
        promised(estimates, variances, tries=[], anchor=anchor)
