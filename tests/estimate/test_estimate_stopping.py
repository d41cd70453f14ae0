from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from pitcairn.estimate.boundaries import Boundary, Futility, boundary
from pitcairn.estimate.chances import chance
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.spending import o_brien_fleming, pocock
from pitcairn.estimate.stopping import StoppedEstimate, stopped


def even(looks: int) -> list[float]:
    return [look / looks for look in range(1, looks + 1)]


def found(outcome: StoppedEstimate | NotAvailable) -> StoppedEstimate:
    assert isinstance(outcome, StoppedEstimate)
    return outcome


def given(times: list[float], critical: list[float], level: float = 0.025) -> Boundary:
    return Boundary(
        times=tuple(times),
        information=tuple(times),
        level=level,
        critical=tuple(critical),
        spent=(math.nan,) * len(times),
        futile=(-math.inf,) * len(times),
    )


def test_a_stop_at_the_end_agrees_with_rpact() -> None:
    """rpact, tests/testthat/test-f_analysis_base_survival.R at 1d81a55: three stages at 0.2, 0.4 and 1 with the
    Wang-Tsiatis boundary of shape 0.25 (3.0366, 2.5535, 2.0307), futility not binding; log-rank z 1.52, 1.38, 2.9;
    final p 0.0074535505, hazard ratio 2.4764002 from 1.222663 to 4.752454, where log HR = effect · 2 / √events.
    """
    critical = [2.0307166555388 * time ** (0.25 - 0.5) for time in (0.2, 0.4, 1)]
    bound = given([0.2, 0.4, 1], critical)
    assert chance(bound, 0.0).power == pytest.approx(0.025, abs=1e-9)
    outcome = found(stopped([1.52, 1.38, 2.9], bound))
    assert outcome.p == pytest.approx(0.0074535505, abs=1e-9)
    ratios = [math.exp(effect * 2 / math.sqrt(38)) for effect in (outcome.low, outcome.estimate, outcome.high)]
    assert ratios == pytest.approx([1.222663, 2.4764002, 4.752454], abs=1e-6)
    assert (outcome.look, outcome.crossed) == (2, True)


def test_a_stop_in_between_agrees_with_groupseq() -> None:
    """R GroupSeq, vignette "Compute Confidence Interval": Pocock, three looks, two-sided 0.05, z = 2.5 at the second:
    the standardised effect is between 0.30 and 5.38. Its lower bounds matter too little to show.
    """
    critical = boundary(even(3), even(3), 0.025, pocock).critical
    outcome = found(stopped([0.5, 2.5], given(even(3), list(critical))))
    assert (outcome.low, outcome.high) == pytest.approx((0.30, 5.38), abs=0.01)


@pytest.mark.parametrize("z", [1.0, 2.5, 6.0, -3.0])
def test_one_look_gives_the_usual_range(z: float) -> None:
    outcome = found(stopped([z], boundary([1.0], [25.0], 0.025, pocock)))
    assert outcome.estimate == pytest.approx(z / 5, abs=1e-9)
    assert (outcome.low, outcome.high) == pytest.approx(((z - 1.9599639845) / 5, (z + 1.9599639845) / 5), abs=1e-9)
    assert outcome.p == pytest.approx(float(ndtr(-z)), abs=1e-12)


def test_a_crossing_at_the_first_look_needs_no_allowance() -> None:
    bound = boundary(even(3), even(3), 0.025, pocock)
    outcome = found(stopped([3.0], bound, confidence=0.9))
    root = math.sqrt(1 / 3)
    assert outcome.estimate == pytest.approx(3 / root, abs=1e-8)
    assert outcome.low == pytest.approx((3 - 1.6448536) / root, abs=1e-5)


@pytest.mark.parametrize("spending", [o_brien_fleming, pocock])
def test_the_range_agrees_with_the_test(spending: object) -> None:
    """Exactly at the boundary the p-value is what was spent, and at the end the range touches zero."""
    bound = boundary(even(6), even(6), 0.0125, spending)  # type: ignore[arg-type]
    for look in range(6):
        z = [0.0] * look + [bound.critical[look]]
        outcome = found(stopped(z, bound, confidence=1 - 2 * 0.0125))
        assert outcome.p == pytest.approx(bound.spent[look], rel=1e-6)
        assert outcome.low >= -1e-6
    assert outcome.low == pytest.approx(0.0, abs=1e-5)


def test_the_estimate_is_below_the_raw_one_after_a_crossing_and_inside_its_range() -> None:
    bound = boundary(even(14), even(14), 0.025, o_brien_fleming)
    for look in (5, 9, 13):
        outcome = found(stopped([0.5] * look + [bound.critical[look] + 0.1], bound))
        assert outcome.low < outcome.estimate < outcome.raw < outcome.high


def test_units_follow_the_information() -> None:
    plain = found(stopped([1.0, 2.6], boundary([0.5, 1], [1, 2], 0.025, o_brien_fleming)))
    small = found(stopped([1.0, 2.6], boundary([0.5, 1], [1e6, 2e6], 0.025, o_brien_fleming)))
    for name in ("low", "estimate", "high", "raw"):
        assert getattr(small, name) == pytest.approx(getattr(plain, name) / 1000, rel=1e-8)
    assert small.p == pytest.approx(plain.p, rel=1e-9)


def test_only_the_first_crossing_counts() -> None:
    bound = boundary(even(4), even(4), 0.025, pocock)
    assert stopped([1.0, 2.9], bound) == stopped([1.0, 2.9, 0.0, -2.0], bound)


def test_a_crossing_wins_over_an_earlier_hopeless_look_that_was_passed_over() -> None:
    bound = boundary(even(4), even(4), 0.025, pocock, futility=Futility())
    assert found(stopped([1.0, -0.1], bound)).crossed is False
    assert isinstance(stopped([1.0, -0.1, 0.4], bound), NotAvailable)
    assert found(stopped([1.0, -0.1, 0.4, 2.9], bound)).look == 3


def test_looks_with_the_same_information_are_one_look() -> None:
    twice = boundary([0.25, 0.5, 1], [0.5, 0.5, 1], 0.025, pocock)
    once = boundary([0.5, 1], [0.5, 1], 0.025, pocock)
    for z in (1.5, 2.6):
        again, plain = found(stopped([0.3, 0.3, z], twice)), found(stopped([0.3, z], once))
        assert (again.p, again.low, again.estimate, again.high) == pytest.approx(
            (plain.p, plain.low, plain.estimate, plain.high), abs=1e-9
        )
    between = (twice.critical[0] + twice.critical[1]) / 2
    assert found(stopped([0.3, between], twice)).p == pytest.approx(float(ndtr(-between)), abs=1e-12)


def test_there_is_no_estimate_before_the_stop() -> None:
    bound = boundary(even(4), even(4), 0.025, pocock)
    for z in ([], [1.0], [1.0, -3.0, 1.0]):
        outcome = stopped(z, bound)
        assert isinstance(outcome, NotAvailable)
        assert "not stopped" in outcome.why


def test_extreme_outcomes_still_have_an_answer() -> None:
    """Far above after nothing before, far below, and a confidence beyond all others."""
    late = boundary(even(28), even(28), 0.025, pocock)
    surprise = found(stopped([0.0] * 27 + [9.0], late))
    assert 0 < surprise.low < surprise.estimate < surprise.raw
    assert surprise.p == pytest.approx(late.spent[-2], rel=1e-6)
    below = found(stopped([0.0] * 27 + [-9.0], late))
    assert below.low == pytest.approx(-9 - 1.96, abs=0.01)
    assert below.p == pytest.approx(1.0, abs=1e-9)
    huge = found(stopped([0.0, 60.0], boundary([0.5, 1], [0.5, 1], 0.025, o_brien_fleming)))
    assert 1 < huge.low < huge.estimate < huge.high < huge.raw
    wide = found(stopped([0.0, 2.5], boundary([0.5, 1], [0.5, 1], 0.025, pocock), confidence=0.99999))
    assert wide.low < -1 < 6 < wide.high


@pytest.mark.parametrize("confidence", [0.0, 1.0, math.nan])
def test_a_confidence_outside_zero_and_one_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match=r"confidence == .*, must be between 0 and 1"):
        stopped([1.0], boundary([1.0], [1.0], 0.025, pocock), confidence=confidence)


def at_least(drift: float, first: float, given_up: float, z: float) -> float:
    """Two even looks by plain quadrature: crossing the first, or going on between the bounds to at least z."""
    root = math.sqrt(0.5)

    def onward(early: float) -> float:
        return math.exp(-((early - drift * root) ** 2) / 2) * float(ndtr((early * root + drift / 2 - z) / root))

    later, _ = quad(onward, max(given_up, -12.0), first, epsabs=1e-12)
    return float(ndtr(drift * root - first)) + float(later) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("z", [-0.5, 1.0, 2.4])
def test_a_rule_that_may_be_followed_or_not_moves_only_the_high_end(z: float) -> None:
    plain, ruled = (boundary(even(2), even(2), 0.025, pocock, futility=rule) for rule in (None, Futility(z=0.3)))
    without, outcome = found(stopped([0.5, z], plain)), found(stopped([0.5, z], ruled))
    first = plain.critical[0]
    assert (outcome.p, outcome.low, outcome.estimate) == (without.p, without.low, without.estimate)
    assert outcome.high > without.high + 1e-4
    assert at_least(0.0, first, -math.inf, z) == pytest.approx(outcome.p, abs=1e-9)
    assert at_least(outcome.low, first, -math.inf, z) == pytest.approx(0.025, abs=1e-9)
    assert at_least(outcome.estimate, first, -math.inf, z) == pytest.approx(0.5, abs=1e-9)
    assert at_least(outcome.high, first, 0.3, z) == pytest.approx(0.975, abs=1e-9)


def test_a_rule_that_was_passed_over_moves_nothing() -> None:
    plain, ruled = (boundary(even(2), even(2), 0.025, pocock, futility=rule) for rule in (None, Futility(z=0.3)))
    assert stopped([0.2, 1.0], ruled) == stopped([0.2, 1.0], plain)


def exact_coverage(bound: Boundary, drift: float, confidence: float) -> tuple[float, float]:
    """How often the range holds the effect, and how often the estimate is too high, by asking where the ends pass it.

    At each look the outcomes that end there are cut at the z whose low end, high end or estimate is the true effect;
    the chances between the cuts come from a boundary moved to the cut.
    """
    inside = high = 0.0
    for look in range(len(bound.times)):
        last = look == len(bound.times) - 1
        floor = -9.0 if last else bound.critical[look]

        def passed(z: float, look: int = look) -> float:
            critical = [*bound.critical[:look], z]
            way = given(list(bound.information[: look + 1]), critical)
            return chance(way, drift).crossing[-1]

        def cut(which: str, look: int = look, floor: float = floor) -> float:
            zs = np.linspace(floor, 9 + drift * math.sqrt(bound.information[look]), 61)
            outcomes = [found(stopped([0.0] * look + [float(z)], bound, confidence=confidence)) for z in zs]
            values = [getattr(outcome, which) for outcome in outcomes]
            return float(np.interp(drift, values, zs)) if values[0] < drift else floor

        top, middle, bottom = (passed(cut(which)) for which in ("low", "estimate", "high"))
        whole = passed(floor)
        inside += min(whole, bottom) - top
        high += middle
    return inside, high


@pytest.mark.parametrize("drift", [0.0, 2.5])
def test_ranges_hold_the_truth_as_often_as_they_say_and_estimates_err_evenly(drift: float) -> None:
    bound = boundary([1 / 3, 2 / 3, 1], [0.3, 0.8, 1], 0.025, pocock)
    inside, high = exact_coverage(bound, drift, 0.9)
    assert inside == pytest.approx(0.9, abs=0.003)
    assert high == pytest.approx(0.5, abs=0.005)


def test_raw_estimates_do_not_err_evenly() -> None:
    """Why there is anything to correct: with a real effect the raw estimate is too high more often than not."""
    bound, drift = boundary(even(5), even(5), 0.025, pocock), 2.5
    random = np.random.default_rng(7)
    scores = np.cumsum(drift / 5 + math.sqrt(1 / 5) * random.standard_normal((200_000, 5)), axis=1)
    z = scores / np.sqrt(bound.information)
    over = z >= np.array(bound.critical)
    first = np.where(over.any(axis=1), over.argmax(axis=1), 4)
    raw = z[np.arange(z.shape[0]), first] / np.sqrt(np.array(bound.information)[first])
    assert np.mean(raw > drift) > 0.55
    assert np.mean(raw) > 1.15 * drift
    assert float(ndtri(0.975)) < bound.critical[-1]
