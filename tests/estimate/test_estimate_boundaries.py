from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, owens_t

from pitcairn.estimate.boundaries import Boundary, Futility, boundary, crossed, hopeless
from pitcairn.estimate.chances import chance
from pitcairn.estimate.moments import Floats
from pitcairn.estimate.spending import Spending, calendar_time, o_brien_fleming, pocock


def even(looks: int) -> list[float]:
    return [look / looks for look in range(1, looks + 1)]


def kim_demets(exponent: float) -> Spending:
    return lambda times, level: level * times**exponent


def hwang_shih_decani(times: Floats, level: float) -> Floats:
    return np.asarray(level * np.expm1(4 * times) / np.expm1(4))


SPENDINGS: dict[str, Spending] = {
    "sfLDOF": o_brien_fleming,
    "sfLDPocock": pocock,
    "sfHSD-4": hwang_shih_decani,
    "Lan-DeMets O'Brien-Fleming": o_brien_fleming,
    "Lan-DeMets Pocock": pocock,
    "Kim-DeMets t^3": kim_demets(3),
    "Hwang-Shih-DeCani gamma=-4": hwang_shih_decani,
}


# Numbers of other people's software that run everywhere


@pytest.mark.parametrize(
    ("looks", "level", "spending", "expected"),
    [
        (5, 0.025, o_brien_fleming, [4.87688495, 3.35701099, 2.68027958, 2.28981668, 2.03103222]),
        (4, 0.01, o_brien_fleming, [5.02012247, 3.46046707, 2.76492381, 2.36254813]),
        (5, 0.01, pocock, [2.75285029, 2.76053709, 2.75608713, 2.75127252, 2.74732859]),
        (5, 0.025, hwang_shih_decani, [3.25266849, 2.98604575, 2.69165734, 2.37366619, 2.02532126]),
    ],
)
def test_even_looks_agree_with_gsdesign(looks: int, level: float, spending: Spending, expected: list[float]) -> None:
    """gsDesign (keaven/gsDesign at 2a56888, R 4.2.2): gsDesign(k, test.type=1, alpha, sfu)."""
    assert boundary(even(looks), even(looks), level, spending).critical == pytest.approx(expected, abs=5e-6)


def test_uneven_looks_agree_with_ldbounds() -> None:
    """R ldbounds 2.0.2, ldBounds(c(.3, .45, .7, 1)) one-sided 0.025; its grid is coarse, to 3e-4 here."""
    times = [0.3, 0.45, 0.7, 1]
    early, late = [2.3118353, 2.4421803, 2.36351, 2.3251143], [3.9285725, 3.148932, 2.4516622, 2.0010868]
    assert boundary(times, times, 0.025, pocock).critical == pytest.approx(early, abs=3e-4)
    assert boundary(times, times, 0.025, o_brien_fleming).critical == pytest.approx(late, abs=3e-4)


def test_calendar_time_agrees_with_the_example_of_reboussin_and_others() -> None:
    """Reboussin, DeMets, Kim and Lan 2000: six planned looks evenly in the calendar, information as it came."""
    information = [0.13, 0.4, 0.69, 0.9, 0.98, 1]
    found = boundary(calendar_time(range(1, 7), 6), information, 0.025, o_brien_fleming)
    assert found.critical == pytest.approx([5.3666, 3.7102, 2.9728, 2.5365, 2.2154, 1.9668], abs=2e-4)


def test_spotifys_bounds() -> None:
    """spotify-confidence 4.1.0 spends α t² in each of two tails; the other tail's looks cost nothing to 2e-4."""
    found = boundary(even(5), even(5), 0.025, kim_demets(2))
    assert found.critical == pytest.approx([3.0902323, 2.7140784, 2.4727371, 2.2798109, 2.1139679], abs=2e-4)


# Whole files of such numbers


def test_every_boundary_of_gsdesign(published: Callable[[str, str], Any]) -> None:
    entry = published("statistics", "gsDesign_one_sided")
    assert len(entry["cases"]) > 20
    for case in entry["cases"]:
        looks = even(case["k"])
        found = boundary(looks, looks, case["alpha_one_sided"], SPENDINGS[case["spending"]])
        assert found.critical == pytest.approx(case["z_upper"], abs=entry["tol"]), case


def test_every_boundary_of_ldbounds(published: Callable[[str, str], Any]) -> None:
    entry = published("statistics", "ldbounds_one_sided")
    assert len(entry["cases"]) == 72
    for case in entry["cases"]:
        found = boundary(case["t"], case["t"], case["alpha_one_sided"], SPENDINGS[case["spending"]])
        for ours, theirs in zip(found.critical, case["z_upper"], strict=True):
            assert theirs is None or ours == pytest.approx(theirs, abs=entry["tol"]), case


def test_published_group_sequential_boundaries(published: Callable[[str, str], Any]) -> None:
    entry = published("statistics", "published_group_sequential")
    found = boundary(even(5), even(5), 0.025, o_brien_fleming)
    assert found.critical == pytest.approx(entry["OBF_LD_5_two_sided_05"], abs=entry["tol"])


@pytest.mark.parametrize(("name", "spending"), [("gs_ldof", o_brien_fleming), ("gs_pocock_ld", pocock)])
def test_two_sided_boundaries_of_peers(published: Callable[[str, str], Any], name: str, spending: Spending) -> None:
    entry = published("peers", name)
    for looks, expected in entry["expected"].items():
        found = boundary(even(int(looks)), even(int(looks)), entry["input"]["alpha"] / 2, spending)
        assert found.critical == pytest.approx(expected, abs=entry["tolerance"])


def test_the_power_family_of_a_peer(published: Callable[[str, str], Any]) -> None:
    entry = published("peers", "gs_power_family_phi2")
    for times, expected in entry["expected"].items():
        looks = [float(time) for time in times.removeprefix("t=").split(",")]
        found = boundary(looks, looks, entry["input"]["alpha"] / 2, kim_demets(entry["input"]["phi"]))
        assert found.critical == pytest.approx(expected, abs=entry["tolerance"])


# What must be true of any boundary


def naive(information: list[float], gains: list[float]) -> list[float]:
    """The same recursion by the trapezoidal rule on many even steps, bisected on the plain chance."""
    found: list[float] = []
    scores, mass, before = np.zeros(1), np.ones(1), 0.0
    for amount, gain in zip(information, gains, strict=True):
        gap, root = math.sqrt(amount - before), math.sqrt(amount)

        def missing(z: float, *known: Any, root: float = root, gap: float = gap, gain: float = gain) -> float:
            scores, mass = known
            return float(mass @ ndtr((scores - z * root) / gap)) - gain

        found.append(float(brentq(missing, -8, 12, args=(scores, mass), xtol=1e-12)))
        grid = np.linspace(-9 * root, found[-1] * root, 3001)
        density = np.exp(-(((grid[:, np.newaxis] - scores) / gap) ** 2) / 2) @ mass / gap / math.sqrt(2 * math.pi)
        mass = density * (grid[1] - grid[0])
        mass[[0, -1]] /= 2
        scores, before = grid, amount
    return found


def test_uneven_looks_agree_with_a_naive_integration() -> None:
    information, times = [0.1, 0.15, 0.55, 0.6, 0.95, 1.3], even(6)
    for spending in (o_brien_fleming, pocock):
        gains = np.diff(spending(np.array(times), 0.025), prepend=0.0).tolist()
        found = boundary(times, information, 0.025, spending)
        assert found.critical == pytest.approx(naive(information, gains), abs=2e-6)


def both_below(first: float, second: float, correlation: float) -> float:
    """P(Z₁ < first, Z₂ < second), both positive, by Owen's T (Owen 1956)."""
    root = math.sqrt(1 - correlation**2)
    bends = [(second / first - correlation) / root, (first / second - correlation) / root]
    turned = float(owens_t(first, bends[0]) + owens_t(second, bends[1]))
    return float(ndtr(first) + ndtr(second)) / 2 - turned


@pytest.mark.parametrize("ratio", [1e-4, 0.01, 0.3, 0.9, 0.999, 0.99999])
@pytest.mark.parametrize("spending", [o_brien_fleming, pocock])
@pytest.mark.parametrize("level", [0.05, 0.003])
def test_two_looks_however_far_apart_err_exactly_as_the_level_says(
    ratio: float, spending: Spending, level: float
) -> None:
    first, second = boundary([0.5, 1], [ratio, 1], level, spending).critical
    assert 1 - both_below(first, second, math.sqrt(ratio)) == pytest.approx(level, rel=1e-7)


def test_a_boundary_over_very_close_looks_is_no_more_than_the_one_over_their_last() -> None:
    """Thirty looks that add a hundred-thousandth each, after customers stopped coming."""
    information = [0.3, *(0.6 + 1e-5 * np.arange(30)), 1]
    found = boundary(even(32), information, 0.025, pocock)
    assert chance(found, 0.0).power == pytest.approx(0.025, rel=1e-9)
    assert all(late < early for early, late in pairwise(found.critical[1:31]))


def test_looks_without_new_information_share_one_chance_to_cross() -> None:
    twice = boundary([0.25, 0.5, 0.75, 1], [0.3, 0.6, 0.6, 1], 0.025, pocock)
    once = boundary([0.25, 0.75, 1], [0.3, 0.6, 1], 0.025, pocock)
    assert twice.critical[2] < twice.critical[1]
    assert (twice.critical[0], *twice.critical[2:]) == pytest.approx(once.critical, abs=1e-12)
    fallen = boundary([0.25, 0.5, 0.75, 1], [0.3, 0.6, 0.59, 1], 0.025, pocock)
    assert fallen == twice


looks = st.lists(st.tuples(st.floats(0.02, 1.0), st.floats(0.02, 1.0)), min_size=2, max_size=9)


@settings(max_examples=40, deadline=None)
@given(looks=looks, level=st.sampled_from([0.05, 0.0125, 0.001]), spending=st.sampled_from([o_brien_fleming, pocock]))
def test_the_whole_level_is_spent_and_later_looks_change_nothing(
    looks: list[tuple[float, float]], level: float, spending: Spending
) -> None:
    times = (np.cumsum([time for time, _ in looks]) / sum(time for time, _ in looks)).clip(max=1).tolist()
    information = np.cumsum([gain for _, gain in looks]).tolist()
    times[-1] = 1.0
    whole = boundary(times, information, level, spending)
    assert chance(whole, 0.0).power == pytest.approx(level, rel=1e-6)
    assert whole.spent == pytest.approx(spending(np.array(times), level), rel=1e-9)
    part = boundary(times[:-1], information[:-1], level, spending)
    assert part.critical == whole.critical[:-1]


@given(scale=st.floats(1e-6, 1e9))
@settings(max_examples=20, deadline=None)
def test_only_ratios_of_information_count(scale: float) -> None:
    plain = boundary([0.3, 0.6, 1], [2.0, 5.0, 7.0], 0.025, pocock)
    scaled = boundary([0.3, 0.6, 1], [2.0 * scale, 5.0 * scale, 7.0 * scale], 0.025, pocock)
    assert scaled.critical == pytest.approx(plain.critical, abs=1e-9)


def test_a_skipped_look_leaves_its_error_to_the_next() -> None:
    every = boundary(even(5), even(5), 0.025, pocock)
    some = boundary([0.2, 0.8, 1.0], [0.2, 0.8, 1.0], 0.025, pocock)
    assert some.spent == (every.spent[0], every.spent[3], every.spent[4])
    assert some.critical[1] < every.critical[3]
    assert chance(some, 0.0).power == pytest.approx(0.025, rel=1e-9)


def test_more_looks_cost_more_but_never_more_than_looking_without_pause() -> None:
    """The bound without pause is YEAST's (Kurennoy et al. 2024): z at half the level over the root of the time."""
    last = [boundary(even(n), even(n), 0.025, o_brien_fleming).critical[-1] for n in (1, 2, 5, 14, 28, 90, 365)]
    assert last[0] == pytest.approx(1.959964, abs=1e-6)
    assert all(fewer < more for fewer, more in pairwise(last))
    assert last[-1] < -float(ndtri(0.0125))


def test_where_nothing_may_be_spent_nothing_can_cross() -> None:
    daily = boundary(even(365), even(365), 0.025, o_brien_fleming)
    assert daily.critical[0] == math.inf
    assert daily.spent[0] == 0.0
    assert chance(daily, 0.0).power == pytest.approx(0.025, rel=1e-9)
    waiting = boundary([0.5, 0.5, 1], [1, 2, 3], 0.025, pocock)
    assert waiting.critical[1] == math.inf
    assert waiting.spent[1] == waiting.spent[0]


def test_the_first_crossing_and_the_first_hopeless_look() -> None:
    bound = boundary(even(4), even(4), 0.025, o_brien_fleming, futility=Futility())
    assert bound.futile == (-math.inf, 0.0, 0.0, 0.0)
    assert crossed([-1.0, 1.0, 2.0], bound) is None
    assert crossed([1.0, bound.critical[1], 9.0], bound) == 1
    assert hopeless([-1.0, 0.0, 1.0], bound) is None
    assert hopeless([-1.0, -0.1, 1.0, -1.0], bound) == 1
    assert crossed([], bound) is None


def test_futility_buys_nothing() -> None:
    plain, giving_up = (boundary(even(9), even(9), 0.025, pocock, futility=rule) for rule in (None, Futility()))
    assert plain.critical == giving_up.critical


@pytest.mark.parametrize(
    ("times", "information", "level", "message"),
    [
        ([0.5, 1], [1, 2], 0.0, r"level == 0.0, must be above 0 and below 0.5"),
        ([0.5, 1], [1, 2], 0.5, r"level == 0.5, must be"),
        ([], [], 0.025, r"looks == 0, must be at least 1"),
        ([0.5, 1], [1], 0.025, r"looks == 2, must be"),
        ([0.0, 1], [1, 2], 0.025, r"times == \[0.0, 1.0\], must be above 0"),
        ([0.5, 1.1], [1, 2], 0.025, r"times == "),
        ([0.7, 0.6], [1, 2], 0.025, r"times == "),
        ([0.5, math.nan], [1, 2], 0.025, r"times == "),
        ([0.5, 1], [0, 2], 0.025, r"information == \[0.0, 2.0\], must be positive"),
        ([0.5, 1], [1, math.inf], 0.025, r"information == "),
        ([0.5, 1], [1, math.nan], 0.025, r"information == "),
    ],
)
def test_looks_that_make_no_sense_are_refused(
    times: list[float], information: list[float], level: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        boundary(times, information, level, pocock)


def test_a_spending_beyond_the_level_is_refused() -> None:
    for wrong in (lambda times, level: 2 * level * times, lambda times, level: level * (1 - times / 2)):
        with pytest.raises(ValueError, match=r"spent == .*, must rise from 0 to at most the level 0.025"):
            boundary([0.5, 1], [1, 2], 0.025, wrong)


def test_values_that_do_not_fit_the_looks_are_refused() -> None:
    bound: Boundary = boundary([0.5, 1], [1, 2], 0.025, pocock)
    with pytest.raises(ValueError, match=r"looks taken == 3, must be at most the boundary's 2"):
        crossed([0.0, 0.0, 0.0], bound)
    with pytest.raises(ValueError, match=r"z == \[nan\], must be numbers"):
        hopeless([math.nan], bound)
