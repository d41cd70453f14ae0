from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from pitcairn.estimate.always_valid import log_evidence, mixing, needed_z
from pitcairn.estimate.boundaries import Boundary, Futility, boundary
from pitcairn.estimate.chances import chance, drift_needed, inflation
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.moments import Floats
from pitcairn.estimate.spending import Spending, o_brien_fleming, pocock

NO_RULE = -math.inf


def even(looks: int) -> list[float]:
    return [look / looks for look in range(1, looks + 1)]


def hwang_shih_decani(times: Floats, level: float) -> Floats:
    return np.asarray(level * np.expm1(4 * times) / np.expm1(4))


SPENDINGS: dict[str, Spending] = {"sfLDOF": o_brien_fleming, "sfLDPocock": pocock, "sfHSD-4": hwang_shih_decani}


def given(critical: Sequence[float], level: float = 0.025, futile: Sequence[float] | None = None) -> Boundary:
    """A boundary from somewhere else, over even looks."""
    looks = even(len(critical))
    return Boundary(
        times=tuple(looks),
        information=tuple(looks),
        level=level,
        critical=tuple(critical),
        spent=(math.nan,) * len(looks),
        futile=tuple(futile or [NO_RULE] * len(looks)),
    )


def customers(bound: Boundary, power: float = 0.9) -> float:
    """How many times those of one look with the same level."""
    drift = drift_needed(bound, power)
    assert isinstance(drift, float)
    return (drift / float(ndtri(power) - ndtri(bound.level))) ** 2


# Numbers of other people's software


@pytest.mark.parametrize(
    ("looks", "level", "spending", "expected"),
    [
        (5, 0.025, o_brien_fleming, 1.02307777),
        (14, 0.05, o_brien_fleming, 1.05172125),
        (4, 0.025, pocock, 1.17758654),
        (5, 0.01, pocock, 1.18143617),
        (2, 0.01, hwang_shih_decani, 1.00928202),
    ],
)
def test_the_customers_that_looks_cost_agree_with_gsdesign(
    looks: int, level: float, spending: Spending, expected: float
) -> None:
    """gsDesign (keaven/gsDesign at 2a56888): the last n.I of gsDesign(k, test.type=1, beta=.1)."""
    assert inflation(even(looks), level, 0.9, spending) == pytest.approx(expected, abs=5e-6)


def test_every_cost_of_gsdesign(published: Callable[[str, str], Any]) -> None:
    entry = published("statistics", "gsDesign_one_sided")
    for case in entry["cases"]:
        found = inflation(even(case["k"]), case["alpha_one_sided"], 1 - case["beta"], SPENDINGS[case["spending"]])
        assert found == pytest.approx(case["max_n_inflation"], abs=entry["inflation_tol"]), case


def test_every_drift_of_ldbounds(published: Callable[[str, str], Any]) -> None:
    entry = published("statistics", "ldbounds_drift_OBF")
    counts = {"two": 2, "three": 3, "four": 4, "five": 5, "d14": 14, "d28": 28}
    for case in entry["cases"]:
        looks = even(counts[case["t"]])
        bound = boundary(looks, looks, case["alpha"], o_brien_fleming)
        assert drift_needed(bound, case["power"]) == pytest.approx(case["drift"], abs=entry["tol"]), case
        assert customers(bound, case["power"]) == pytest.approx(case["n_inflation"], abs=entry["tol"]), case


def test_classic_boundaries_spend_their_level(published: Callable[[str, str], Any]) -> None:
    """Jennison and Turnbull 2000, tables 2.1 and 2.3: both tails together, whose overlap is negligible."""
    entry = published("statistics", "published_group_sequential")
    flat = [entry["Pocock_CP_5"]] * 5
    falling = [entry["OBF_classic_CB_5"] / math.sqrt(time) for time in even(5)]
    for critical in (flat, falling):
        found = chance(given(critical, futile=[-z for z in critical]), 0.0)
        # The constants are given to three digits, which is a thousandth of the level.
        assert sum(found.crossing) + sum(found.hopeless) == pytest.approx(0.05, abs=1e-4)


def test_the_crossing_chances_of_the_example_of_reboussin_and_others(published: Callable[[str, str], Any]) -> None:
    entry = published("statistics", "published_group_sequential")["reboussin2000"]
    bound = Boundary(
        times=tuple(even(6)),
        information=tuple(entry["t"]),
        level=0.025,
        critical=tuple(entry["z_upper"]),
        spent=(math.nan,) * 6,
        futile=(NO_RULE,) * 6,
    )
    crossing = np.cumsum(chance(bound, entry["drift"]).crossing)
    assert crossing == pytest.approx(entry["cum_cross"], abs=entry["tol"])


def test_looking_again_and_again_at_five_percent(published: Callable[[str, str], Any]) -> None:
    """Armitage, McPherson and Rowe 1969: both tails, nothing corrected."""
    entry = published("peers", "peeking_inflation")
    z = -float(ndtri(entry["input"]["alpha"] / 2))
    for looks, expected in entry["expected"].items():
        found = chance(given([z] * int(looks), futile=[-z] * int(looks)), 0.0)
        assert sum(found.crossing) + sum(found.hopeless) == pytest.approx(expected, abs=1e-5)


def test_corrected_looks_do_not_help_when_spent_parts_are_taken_for_levels() -> None:
    """A peer's mistake (expan): the spent parts used as the level of each look. The true error is 6.1 % at 5 looks."""
    z = (-ndtri(o_brien_fleming(np.array(even(5)), 0.05) / 2)).tolist()
    found = chance(given(z, futile=[-value for value in z]), 0.0)
    assert sum(found.crossing) + sum(found.hopeless) == pytest.approx(0.0610, abs=1e-4)


def evidence_z(amount: float, level: float, mixed: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda z: log_evidence(z, amount, mixed) + math.log(level), 0, 50, xtol=1e-12))


def test_other_designs_at_equal_power(published: Callable[[str, str], Any]) -> None:
    """14 even looks, level 0.025, power 0.9: how many times the customers of one look."""
    entry = published("statistics", "equal_power_design_comparison")
    times, level = even(14), 0.025
    half_z = -float(ndtri(level / 2))
    streaming = [needed_z(time, level / 2, mixing(1, level / 2)) for time in times]
    found = {
        "LD-OBF": inflation(times, level, 0.9, o_brien_fleming),
        "HSD(-4)": inflation(times, level, 0.9, hwang_shih_decani),
        "LD-Pocock": inflation(times, level, 0.9, pocock),
        "YEAST": customers(given([half_z / math.sqrt(time) for time in times])),
        # The half-normal mixture itself; its closed form, which readings use, takes 1.660.
        "AsympCS one-sided tuned at plan": customers(
            given([evidence_z(time, level, mixing(1, level)) for time in times])
        ),
        "Bonferroni over looks": customers(given([-float(ndtri(level / 14))] * 14)),
        "hybrid a/2+a/2": customers(given([*streaming[:-1], min(half_z, streaming[-1])])),
    }
    assert found == pytest.approx(entry["values"], abs=entry["tol"])


# What must be true


@pytest.mark.parametrize("drift", [-1.0, 0.0, 2.0, 6.0])
def test_one_look_is_the_normal_test(drift: float) -> None:
    found = chance(boundary([1.0], [4.0], 0.025, pocock), drift)
    assert found.power == pytest.approx(float(ndtr(2 * drift - 1.959963984540054)), abs=1e-12)
    assert (found.time, found.information) == (1.0, 4.0)


def test_one_look_costs_nothing() -> None:
    assert inflation([1.0], 0.025, 0.8, pocock) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("drift", [-2.0, 0.0, 3.0])
@pytest.mark.parametrize("futility", [None, Futility(), Futility(z=1.0, since=0.2)])
def test_chances_agree_with_simulated_walks(drift: float, futility: Futility | None) -> None:
    random = np.random.default_rng(20260)
    information = np.array([0.1, 0.12, 0.5, 0.5, 0.9])
    bound = boundary(even(5), information.tolist(), 0.025, pocock, futility=futility)
    steps = np.diff(information, prepend=0.0)
    many = 400_000
    scores = np.cumsum(drift * steps + np.sqrt(steps) * random.standard_normal((many, 5)), axis=1)
    z = scores / np.sqrt(information)
    over, under = z >= np.array(bound.critical), z < np.array(bound.futile)
    stops = over | under
    first = np.where(stops.any(axis=1), stops.argmax(axis=1), 4)
    found = chance(bound, drift)
    rows = np.arange(many)
    for look in range(5):
        here = first == look
        assert np.mean(here & over[rows, first]) == pytest.approx(found.crossing[look], abs=0.004)
        assert np.mean(here & under[rows, first] & ~over[rows, first]) == pytest.approx(found.hopeless[look], abs=0.004)
    assert np.mean(np.array(bound.times)[first]) == pytest.approx(found.time, abs=0.003)
    assert np.mean(information[first]) == pytest.approx(found.information, abs=0.003)


def test_power_and_drift_answer_each_other() -> None:
    for spending in (o_brien_fleming, pocock):
        for futility in (None, Futility()):
            bound = boundary(even(7), [100 * time for time in even(7)], 0.0125, spending, futility=futility)
            drift = drift_needed(bound, 0.9)
            assert isinstance(drift, float)
            assert chance(bound, drift).power == pytest.approx(0.9, abs=1e-9)


def test_early_looks_save_customers_and_futility_saves_more() -> None:
    """14 looks, 90 % power: 0.71 of a fixed test's customers; with the rule a third fewer where nothing works."""
    plain = boundary(even(14), even(14), 0.025, o_brien_fleming)
    drift = drift_needed(plain, 0.9)
    assert isinstance(drift, float)
    assert chance(plain, drift).information * customers(plain) == pytest.approx(0.71, abs=0.005)
    giving_up = boundary(even(14), even(14), 0.025, o_brien_fleming, futility=Futility())
    assert chance(plain, drift).power - chance(giving_up, drift).power == pytest.approx(0.002, abs=5e-4)
    assert chance(giving_up, 0.0).information / chance(plain, 0.0).information == pytest.approx(0.69, abs=0.005)


def test_power_rises_with_the_effect() -> None:
    bound = boundary(even(5), even(5), 0.025, o_brien_fleming)
    powers = [chance(bound, drift).power for drift in (-3, 0, 1, 2, 3, 5, 9)]
    assert all(less < more for less, more in pairwise(powers))
    assert powers[-1] == pytest.approx(1.0, abs=1e-9)


def test_a_boundary_that_cannot_be_crossed_needs_no_effect() -> None:
    found = drift_needed(given([math.inf, math.inf]), 0.9)
    assert isinstance(found, NotAvailable)
    assert "cannot be crossed" in found.why


def test_powers_and_drifts_that_make_no_sense_are_refused() -> None:
    bound = boundary([1.0], [1.0], 0.025, pocock)
    for power in (0.025, 1.0, math.nan):
        with pytest.raises(ValueError, match=r"power == .*, must be above the level 0.025 and below 1"):
            drift_needed(bound, power)
    with pytest.raises(ValueError, match=r"drift == nan, must be a number"):
        chance(bound, math.nan)
