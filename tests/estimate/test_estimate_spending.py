from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from pitcairn.estimate.spending import calendar_time, information_time, o_brien_fleming, pocock


def test_o_brien_fleming_spends_what_expan_computes() -> None:
    """Zalando's expan, tests/tests_core/test_early_stopping.py at 49a1ba3, level 0.05."""
    spent = o_brien_fleming(np.array([0.2, 0.4, 0.5, 0.6, 0.8, 1.0]), 0.05)
    expected = [1.17264468e-05, 0.001941913, 0.005574596680784305, 0.0113964185, 0.0284296308, 0.05]
    assert spent == pytest.approx(expected, abs=1e-9)


def test_o_brien_fleming_agrees_with_the_published_entry(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "obf_spend_expan")
    found = o_brien_fleming(np.array(entry["input"]["t"]), entry["input"]["alpha"])
    assert found == pytest.approx(entry["expected"]["spend"], abs=entry["tolerance"])


def test_o_brien_fleming_is_the_chance_that_yeasts_bound_is_ever_passed(published: Callable[[str, str], Any]) -> None:
    """By the reflection of a Brownian motion at a level: twice the chance to be above it now."""
    entry = published("statistics", "yeast")
    times, level = np.array(entry["t"]), entry["alpha_one_sided"]
    assert 2 * ndtr(-np.array(entry["z"])) == pytest.approx(o_brien_fleming(times, level), abs=entry["tol"])


@pytest.mark.parametrize("spending", [o_brien_fleming, pocock])
@pytest.mark.parametrize("level", [0.05, 0.025, 0.0125, 1e-6])
def test_spending_rises_from_nothing_to_the_whole_level(spending: Callable[..., Any], level: float) -> None:
    spent = spending(np.linspace(0.05, 1, 200), level)
    assert np.all(np.diff(spent) > 0)
    assert 0 < spent[0] < level / 10
    assert spent[-1] == pytest.approx(level, rel=1e-12)


def test_the_calendar_is_cut_at_the_planned_end() -> None:
    assert calendar_time([7, 14, 28], 28) == (0.25, 0.5, 1.0)
    with pytest.raises(ValueError, match=r"day == 29, must be above 0 and at most the planned 28"):
        calendar_time([14, 29], 28)
    with pytest.raises(ValueError, match=r"day == 0, must be"):
        calendar_time([0], 28)


def test_information_time_ends_where_the_planned_information_is_reached() -> None:
    assert information_time([50, 100, 130], 200) == (0.25, 0.5, 0.65)
    assert information_time([100, 260], 200) == (0.5, 1.0)
    assert information_time([50, 130], 200, ended=True) == (0.25, 1.0)
    with pytest.raises(ValueError, match=r"information == 0.0, must be positive"):
        information_time([0.0], 200)
