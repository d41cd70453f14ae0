from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pitcairn.estimate.multiplicity import benjamini_hochberg, benjamini_yekutieli, holm

chances = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_holm_of_a_peer() -> None:
    found = holm([0.01, 0.04, 0.03, 0.005, 0.55, 0.6])
    assert found == pytest.approx([0.05, 0.12, 0.12, 0.03, 1, 1], abs=1e-9)


def test_benjamini_and_hochberg_of_a_peer() -> None:
    found = benjamini_hochberg([0.898, 0.138, 0.007, 0.964, 0.538, 0.006, 0.138])
    assert found == pytest.approx([0.964, 0.2415, 0.0245, 0.964, 0.7532, 0.0245, 0.2415], abs=1e-8)


def test_six_questions_of_a_peer() -> None:
    asked = [0.005, 0.06, 0.007, 0.04, 0.01, 0.03]
    assert benjamini_hochberg(asked) == pytest.approx([0.02, 0.06, 0.02, 0.048, 0.02, 0.045], abs=1e-9)
    assert benjamini_yekutieli(asked) == pytest.approx([0.049, 0.147, 0.049, 0.1176, 0.049, 0.11025], abs=1e-9)


@pytest.mark.parametrize("entry", ["holm_gb", "bh_gb", "tea_multiplicity"])
def test_the_peers_file_agrees(published: Callable[[str, str], Any], entry: str) -> None:
    oracle = published("peers", entry)
    ways = {"holm": holm, "bh": benjamini_hochberg, "by": benjamini_yekutieli}
    for way in ways.keys() & oracle["expected"].keys():
        assert ways[way](oracle["input"]["p"]) == pytest.approx(oracle["expected"][way], abs=oracle["tolerance"])


def test_r_agrees(published: Callable[[str, str], Any]) -> None:
    block = published("statistics", "p_adjust")
    for name, way in (("holm", holm), ("BH", benjamini_hochberg), ("BY", benjamini_yekutieli)):
        assert way(block["p"]) == pytest.approx(block[name], abs=block["tol"])


@given(chances)
def test_scipy_agrees(p_values: list[float]) -> None:
    expected = stats.false_discovery_control(p_values, method="bh")
    assert benjamini_hochberg(p_values) == pytest.approx(expected, abs=1e-12)
    assert benjamini_yekutieli(p_values) == pytest.approx(stats.false_discovery_control(p_values, method="by"))


@given(chances)
def test_order_is_kept_and_holm_is_the_stricter(p_values: list[float]) -> None:
    for adjusted in (holm(p_values), benjamini_hochberg(p_values)):
        assert np.all(np.diff(np.array(adjusted)[np.argsort(p_values, kind="stable")]) >= 0)
    assert all(a >= b - 1e-12 for a, b in zip(holm(p_values), benjamini_hochberg(p_values), strict=True))


@pytest.mark.parametrize("way", [holm, benjamini_hochberg, benjamini_yekutieli])
def test_a_chance_is_a_share(way: Callable[[list[float]], tuple[float, ...]]) -> None:
    assert way([]) == ()
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            way([0.5, wrong])
