from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from pitcairn.estimate.always_valid import always_valid, log_evidence, mixing, needed_z
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments


def arm(entry: dict[str, float]) -> Moments:
    """One value per customer from its count, sum and sum of squares."""
    mean = entry["sum"] / entry["n"]
    spread = entry["sum_squares"] - entry["sum"] * mean
    return Moments(int(entry["n"]), np.array([mean]), np.array([[spread]]))


# Numbers of other people's software that run everywhere


def test_the_normal_mixture_agrees_with_confseq() -> None:
    """gostevehoward/confseq, test/uniform_boundaries_unittest.cpp: v = v_opt = 100, level 0.05."""
    both, one = mixing(100, 0.05, sides=2), mixing(100, 0.05)
    assert 1 / both == pytest.approx(12.60056, abs=1e-5)
    assert 10 * needed_z(100, 0.05, both, sides=2) == pytest.approx(30.35209, abs=1e-5)
    assert log_evidence(1.0, 100, one) == pytest.approx(-0.06502391, abs=1e-8)
    assert log_evidence(2.766071, 100, one) == pytest.approx(math.log(20), abs=1e-5)


def test_one_sided_bounds_agree_with_gbstats() -> None:
    """gbstats 0.8.0, SequentialOneSidedTreatment{Greater,Lesser}TTest, absolute difference, tuned at 5,000."""
    control = arm({"sum": 1396.87, "sum_squares": 52377.9767, "n": 3000})
    treated = arm({"sum": 2422.7, "sum_squares": 134698.29, "n": 3461})
    effect = difference(control, treated)
    mixed = mixing(5000, 0.05)
    low, high = always_valid(effect.estimate, effect.standard_error, 6461, 0.05, mixed)  # type: ignore[union-attr]
    assert low == pytest.approx(-0.12656844172804982, abs=1e-9)
    assert high == math.inf
    turned, _ = always_valid(-effect.estimate, effect.standard_error, 6461, 0.05, mixed)  # type: ignore[union-attr]
    assert -turned == pytest.approx(0.5953217750613832, abs=1e-9)


# Whole entries of such numbers


def test_confseqs_unit_tests(published: Callable[[str, str], Any]) -> None:
    entry, check = (published("statistics", name) for name in ("confseq_unit_tests", "confseq_one_sided_check"))
    amount, level = entry["v_opt"], entry["alpha"]
    two = mixing(amount, entry["alpha_opt"], sides=2)
    assert 1 / two == pytest.approx(entry["two_sided_normal_mixture"]["best_rho"], abs=entry["tol"])
    bound = needed_z(100, level, two, sides=2) * math.sqrt(100)
    assert bound == pytest.approx(entry["two_sided_normal_mixture"]["bound_v100"], abs=entry["tol"])
    one = mixing(amount, entry["alpha_opt"])
    evidence = log_evidence(10 / math.sqrt(100), 100, one)
    assert evidence == pytest.approx(entry["one_sided_normal_mixture"]["log_mixture_s10_v100"], abs=entry["tol"])
    assert evidence == pytest.approx(check["log_mixture_s10_v100"], abs=1e-12)
    assert log_evidence(check["bound_v100"] / 10, 100, one) == pytest.approx(-math.log(level), abs=1e-10)


def test_the_normal_mixture_of_a_peer(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "confseq_normal_mixture")
    given, expected = entry["input"], entry["expected"]
    mixed = mixing(given["v_opt"], given["alpha"], sides=2)
    root = math.sqrt(given["v"])
    assert 1 / mixed == pytest.approx(expected["rho"], abs=entry["tolerance"])
    found = root * needed_z(given["v"], given["alpha"], mixed, sides=2)
    assert found == pytest.approx(expected["bound"], abs=entry["tolerance"])
    evidence = log_evidence(expected["one_sided_bound"] / root, given["v"], mixing(given["v_opt"], given["alpha"]))
    assert evidence == pytest.approx(-math.log(given["alpha"]), abs=entry["tolerance"])


def test_asymptotic_confidence_sequences_of_their_authors(published: Callable[[str, str], Any]) -> None:
    entry = published("statistics", "asympcs_waudby_smith")
    mixed = mixing(1000, 0.05, sides=2)
    assert mixed == pytest.approx(entry["best_rho2_approx_t1000_a05"], abs=entry["tol"])
    exact = entry["best_rho2_exact_t1000_a05"]
    tightest, ours = (needed_z(1000, 0.05, rho2, sides=2) for rho2 in (exact, mixed))
    assert tightest < ours < 1.0001 * tightest
    margin = entry["std_conjmix_margin"]
    for count, expected in zip(margin["t"], margin["margin"], strict=True):
        found = needed_z(count, margin["alpha"], margin["rho2"], sides=2) / math.sqrt(count)
        assert found == pytest.approx(expected, abs=entry["tol"])


def test_growthbooks_two_sided_sequence(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "gb_acs_mean")
    given, expected = entry["input"], entry["expected"]
    control, treated = arm(given["control"]), arm(given["treatment"])
    levels = float(control.mean[0]), float(treated.mean[0])
    lift = levels[1] / levels[0] - 1
    parts = [float(one.covariance[0, 0]) / one.count for one in (control, treated)]
    error = math.sqrt(parts[1] / levels[0] ** 2 + parts[0] * levels[1] ** 2 / levels[0] ** 4)
    assert (lift, error) == pytest.approx((expected["lift"], expected["se"]), abs=entry["tolerance"])
    mixed = mixing(given["tuning_N"], given["alpha"], sides=2)
    found = always_valid(lift, error, control.count + treated.count, given["alpha"], mixed, sides=2)
    assert found == pytest.approx(expected["cs"], abs=entry["tolerance"])


def test_growthbooks_one_sided_sequence(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "gb_acs_onesided_abs")
    given, expected = entry["input"], entry["expected"]
    effect = difference(arm(given["control"]), arm(given["treatment"]))
    amount = given["control"]["n"] + given["treatment"]["n"]
    mixed = mixing(given["tuning_N"], given["alpha"])
    low, _ = always_valid(effect.estimate, effect.standard_error, amount, given["alpha"], mixed)  # type: ignore[union-attr]
    assert low == pytest.approx(expected["greater_lower"], abs=entry["tolerance"])


def test_growthbooks_sequential_power_shrinks_the_effect_where_the_bound_should_rise(
    published: Callable[[str, str], Any],
) -> None:
    """Their number comes out with our bound; the chance to be past that bound at the end is a third of it."""
    entry = published("peers", "gb_power_mde")
    given, z = entry["input"], 1.959963984540054
    each = given["total_n"] / given["variations"]
    variance = given["sd"] ** 2 / each / given["mean"] ** 2 * (1 + (1 + given["lift"]) ** 2)
    reached = given["lift"] / math.sqrt(variance)
    assert ndtr(reached - z) + ndtr(-reached - z) == pytest.approx(entry["expected"]["power"], abs=entry["tolerance"])
    bound = needed_z(2 * each, given["alpha"], mixing(5000, given["alpha"], sides=2), sides=2)
    theirs = ndtr(reached * z / bound - z) + ndtr(-reached * z / bound - z)
    assert theirs == pytest.approx(entry["expected"]["power_sequential_N5000"], abs=entry["tolerance"])
    assert ndtr(reached - bound) < 0.36 * theirs


def test_statsigs_critical_value_is_the_mixture_at_half_the_level(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "statsig_msprt")
    expected = entry["expected"]
    found = needed_z(1 / expected["V"], entry["input"]["alpha"] / 2, expected["tau"], sides=2)
    assert found == pytest.approx(expected["Z_star"], abs=entry["tolerance"])


# What must be true


@pytest.mark.parametrize("level", [0.05, 0.025, 0.00625])
@pytest.mark.parametrize("sides", [1, 2])
def test_the_tuning_is_all_but_the_tightest_where_it_is_tuned(level: float, sides: int) -> None:
    def at(log_mixed: float) -> float:
        return needed_z(3000, level, math.exp(log_mixed), sides=sides)

    best = minimize_scalar(at, bounds=(-20, 5), method="bounded").fun
    assert best <= needed_z(3000, level, mixing(3000, level, sides=sides), sides=sides) < 1.005 * best


@pytest.mark.parametrize("amount", [0.01, 0.3, 1.0, 10.0, 1e6])
@pytest.mark.parametrize("level", [0.05, 0.0125, 1e-6])
def test_the_closed_form_is_never_below_the_evidence_and_close_to_it(amount: float, level: float) -> None:
    mixed = mixing(1.0, level)
    z = needed_z(amount, level, mixed)
    assert log_evidence(z, amount, mixed) >= -math.log(level)
    assert log_evidence(0.97 * z, amount, mixed) < -math.log(level)


def test_evidence_of_nothing_is_one_on_average() -> None:
    z = np.linspace(-12, 12, 24_001)
    for amount in (0.1, 1.0, 30.0):
        # The density of the evidence has thin tails only as long as what was gathered is not large.
        evidence = np.array([math.exp(log_evidence(float(value), amount, 0.3)) for value in z])
        average = np.sum(evidence * np.exp(-z * z / 2)) * (z[1] - z[0]) / math.sqrt(2 * math.pi)
        assert average == pytest.approx(1.0, abs=2e-3)


def test_evidence_stays_a_number_far_out() -> None:
    assert log_evidence(200.0, 1e9, 1.0) == pytest.approx(20_000, rel=0.01)
    assert log_evidence(-200.0, 1e9, 1.0) < 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: mixing(0, 0.05), r"tuned_at == 0, must be positive and finite"),
        (lambda: mixing(10, 0.5), r"level == 0.5, must be above 0 and below 0.5"),
        (lambda: mixing(10, 1.0, sides=2), r"level == 1.0, must be above 0 and below 1.0"),
        (lambda: mixing(10, 0.05, sides=3), r"sides == 3, must be 1 or 2"),
        (lambda: needed_z(0, 0.05, 1.0), r"amount == 0, must be positive"),
        (lambda: needed_z(1, 0.05, math.inf), r"mixing == inf, must be positive"),
        (lambda: always_valid(0.0, 0.0, 1, 0.05, 1.0), r"standard_error == 0.0, must be positive"),
        (lambda: log_evidence(0.0, -1, 1.0), r"amount == -1, must be positive"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()
