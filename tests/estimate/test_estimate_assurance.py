from __future__ import annotations

import math

import numpy as np
import pytest

from pitcairn.estimate.assurance import assurance, chance_to_pass


def test_the_published_power_of_one_confirmation_is_reproduced() -> None:
    # Conversion 3 %, gains of 5 % and 10 % of it: 27 and 78 of 100 at 50,000 customers an arm, 65 at 150,000; daily
    # looks cost 4.64 % of the customers.
    for customers, gain, expected in ((50_000, 0.05, 0.27), (50_000, 0.10, 0.78), (150_000, 0.05, 0.65)):
        error = math.sqrt(1.0464 * 2 * (1 - 0.03) / (0.03 * customers))
        assert chance_to_pass(gain=gain, standard_error=error, level=0.025) == pytest.approx(expected, abs=0.01)


def test_a_nominated_exploration_of_a_sixth_of_the_size_passes_about_a_quarter_of_the_time() -> None:
    # An exploration at z = 1.28 with a sixth of the confirmation's customers; models spread by 3.4 %, 150,000 an arm.
    confirmation = math.sqrt(2 * 0.97 / (0.03 * 150_000))
    exploration = confirmation * math.sqrt(6)
    found = assurance(
        seen=1.28 * exploration, seen_error=exploration, prior_sd=0.034, standard_error=confirmation, level=0.025
    )
    assert found == pytest.approx(0.27, abs=0.02)


def test_assurance_is_how_often_simulated_confirmations_pass() -> None:
    generator = np.random.default_rng(7)
    prior, first, second, least = 0.03, 0.04, 0.015, 0.02
    gains = generator.normal(0, prior, 2_000_000)
    explored = gains + generator.normal(0, first, gains.size)
    near = np.abs(explored - 0.05) < 0.001
    confirmed = gains[near] + generator.normal(0, second, near.sum())
    passed = float(np.mean((confirmed > 1.959964 * second) & (confirmed >= least)))
    found = assurance(seen=0.05, seen_error=first, prior_sd=prior, standard_error=second, level=0.025, least=least)
    assert found == pytest.approx(passed, abs=4 * math.sqrt(passed * (1 - passed) / near.sum()))


def test_a_line_above_the_tests_own_bar_is_what_must_be_reached() -> None:
    assert chance_to_pass(gain=5.0, standard_error=1.0, level=0.025, least=5.0) == pytest.approx(0.5)
    assert chance_to_pass(gain=0.0, standard_error=1.0, level=0.025) == pytest.approx(0.025)


@pytest.mark.parametrize("wrong", [{"standard_error": 0.0}, {"level": 0.5}, {"level": 0.0}])
def test_what_cannot_be_a_test_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        chance_to_pass(**{"gain": 1.0, "standard_error": 1.0, "level": 0.025} | wrong)
    with pytest.raises(ValueError, match="must both be above 0"):
        assurance(seen=1.0, seen_error=0.0, prior_sd=1.0, standard_error=1.0, level=0.025)
