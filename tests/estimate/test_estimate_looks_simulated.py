"""Looks in simulated pilots: do the rules err as often as they say? Small here, larger with `pytest -m slow`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from pitcairn.estimate.always_valid import log_evidence, mixing, needed_z
from pitcairn.estimate.boundaries import Boundary, Futility, boundary, crossed
from pitcairn.estimate.moments import Floats
from pitcairn.estimate.spending import Spending, calendar_time, information_time, o_brien_fleming, pocock
from pitcairn.estimate.stopping import StoppedEstimate, stopped

LEVEL = 0.025
SPENDINGS = (o_brien_fleming, pocock)
PATTERNS = {
    "even": [1.0] * 14,
    "weekly": [1.4, 1.2, 1.0, 1.0, 1.2, 0.6, 0.5] * 2,
    "fading": [2.0 * 0.8**day for day in range(14)],
    "growing": [0.1 + 0.15 * day for day in range(14)],
    "a burst and then a trickle": [6.0, 0.05, 0.05, 0.001, 0.001, 3.0, *([0.01] * 8)],
}


def errs(expected: float, many: int) -> float:
    """Four Monte-Carlo standard errors."""
    return 4 * math.sqrt(expected * (1 - expected) / many)


def walks(information: Sequence[float], many: int, seed: int, drift: float = 0.0) -> Floats:
    """z at every look of `many` pilots."""
    amounts = np.asarray(information)
    steps = np.diff(amounts, prepend=0.0)
    noise = np.random.default_rng(seed).standard_normal((many, amounts.size))
    return np.asarray(np.cumsum(drift * steps + np.sqrt(steps) * noise, axis=1) / np.sqrt(amounts))


def share_crossing(bound: Boundary, z: Floats) -> float:
    return float(np.mean((z >= np.array(bound.critical)).any(axis=1)))


@pytest.mark.parametrize("days", [14, 28])
@pytest.mark.parametrize("spending", SPENDINGS)
def test_daily_looks_err_as_often_as_the_level_says(days: int, spending: Spending) -> None:
    information = [float(day) for day in range(1, days + 1)]
    bound = boundary(calendar_time(information, days), information, LEVEL, spending)
    z = walks(information, 100_000, days)
    assert share_crossing(bound, z) == pytest.approx(LEVEL, abs=errs(LEVEL, 100_000))
    naive = float(np.mean((z >= 1.96).any(axis=1)))
    assert naive == pytest.approx({14: 0.11, 28: 0.135}[days], abs=0.005)


@pytest.mark.parametrize("volume", [0.6, 1.0, 1.5])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_wrong_forecast_of_customers_does_not_matter(pattern: str, volume: float) -> None:
    information = (volume * np.cumsum(PATTERNS[pattern])).tolist()
    planned = 14.0
    days = [float(day) for day in range(1, 15)]
    timings = {
        "calendar": calendar_time(days, 14),
        "information": information_time(information, planned, ended=True),
    }
    for timing in timings.values():
        # Information time is over when the planned amount is there; later days spend nothing.
        bound = boundary(timing, information, LEVEL, o_brien_fleming)
        z = walks(information, 40_000, 99)
        assert share_crossing(bound, z) == pytest.approx(LEVEL, abs=errs(LEVEL, 40_000))


@pytest.mark.parametrize("seed", range(6))
def test_skipped_and_irregular_looks_do_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    information = np.cumsum(random.gamma(0.4, size=28)) + 0.01
    taken = np.flatnonzero(np.append(random.random(27) < 0.4, True))
    bound = boundary(((taken + 1) / 28).tolist(), information[taken].tolist(), LEVEL, SPENDINGS[seed % 2])
    z = walks(information.tolist(), 40_000, seed)[:, taken]
    assert share_crossing(bound, z) == pytest.approx(LEVEL, abs=errs(LEVEL, 40_000))


def outcomes(bound: Boundary, many: int, seed: int, drift: float, *, gives_up: bool = False) -> list[StoppedEstimate]:
    """What is said at the stops of `many` pilots."""
    z = walks(bound.information, many, seed, drift)
    over = z >= np.array(bound.critical)
    stops = over | (z < np.array(bound.futile)) if gives_up else over
    first = np.where(stops.any(axis=1), stops.argmax(axis=1), z.shape[1] - 1)
    found = [stopped(row[: look + 1].tolist(), bound, confidence=0.9) for row, look in zip(z, first, strict=True)]
    return [outcome for outcome in found if isinstance(outcome, StoppedEstimate)]


def judged(found: Sequence[StoppedEstimate], drift: float) -> tuple[float, float, float]:
    """How often the range holds the effect, the estimate is too high, and the p-value is below a tenth."""
    holds = np.mean([outcome.low <= drift <= outcome.high for outcome in found])
    above = np.mean([outcome.estimate > drift for outcome in found])
    return float(holds), float(above), float(np.mean([outcome.p <= 0.1 for outcome in found]))


@pytest.mark.parametrize("drift", [0.0, 2.5])
def test_what_is_said_after_a_stop_holds(drift: float) -> None:
    bound = boundary([0.25, 0.5, 0.75, 1.0], [0.2, 0.5, 0.6, 1.0], LEVEL, pocock)
    found = outcomes(bound, 300, 5, drift)
    assert len(found) == 300
    holds, above, small = judged(found, drift)
    assert holds == pytest.approx(0.9, abs=errs(0.9, 300))
    assert above == pytest.approx(0.5, abs=errs(0.5, 300))
    assert small == pytest.approx(0.1, abs=errs(0.1, 300)) if drift == 0 else small > 0.6


def peeking(values: Floats, level: float, tuned_at: float, first: int) -> tuple[float, float]:
    """How often the one-sided bound, and the evidence, ever say more than zero, looking at every customer."""
    counts = np.arange(1, values.shape[1] + 1)
    mixed = mixing(tuned_at, level)
    needed = np.array([needed_z(float(count), level, mixed) for count in counts])
    z = np.cumsum(values, axis=1) / np.sqrt(counts)
    highest = (z / needed)[:, first:].argmax(axis=1) + first
    bound = z[np.arange(z.shape[0]), highest] >= needed[highest]
    evidence = [
        log_evidence(row[look], float(counts[look]), mixed) >= -math.log(level)
        for row, look in zip(z, highest, strict=True)
    ]
    return float(np.mean(bound)), float(np.mean(evidence))


def test_looking_at_every_customer_is_allowed_when_streaming() -> None:
    values = np.random.default_rng(3).standard_normal((2_000, 3_000))
    bound, evidence = peeking(values, 0.05, 1_000, 0)
    assert 0.015 < bound <= evidence <= 0.05 + errs(0.05, 2_000)


# Larger ones


@pytest.mark.slow
@pytest.mark.parametrize("days", [14, 28])
@pytest.mark.parametrize("level", [0.025, 0.00625])
def test_daily_looks_err_as_often_as_the_level_says_to_a_fiftieth(days: int, level: float) -> None:
    information = np.cumsum((PATTERNS["weekly"] * 2)[:days]).tolist()
    bound = boundary(calendar_time(range(1, days + 1), days), information, level, o_brien_fleming)
    shares = [share_crossing(bound, walks(information, 200_000, seed)) for seed in range(20)]
    assert np.mean(shares) == pytest.approx(level, abs=errs(level, 4_000_000))


@pytest.mark.slow
@pytest.mark.parametrize("each_day", [400, 1_400])
def test_conversions_with_the_information_that_was_seen(each_day: int) -> None:
    """3 % conversion, two equal arms, 14 days; information from the data, which may fall, as in a reading."""
    random, many, days = np.random.default_rng(each_day), 20_000, 14
    bought = random.binomial(each_day, 0.03, (2, many, days)).cumsum(axis=2)
    counts = each_day * np.arange(1, days + 1)
    shares = bought / counts
    error = np.sqrt((shares * (1 - shares) / (counts - 1)).sum(axis=0))
    z = (shares[1] - shares[0]) / error
    times = calendar_time(range(1, days + 1), days)
    found = sum(
        crossed(row.tolist(), boundary(times, (spread**-2).tolist(), LEVEL, o_brien_fleming)) is not None
        for row, spread in zip(z, error, strict=True)
    )
    assert found / many == pytest.approx(LEVEL, abs=0.1 * LEVEL + errs(LEVEL, many))


@pytest.mark.slow
@pytest.mark.parametrize("drift", [-1.0, 0.0, 2.0, 3.5])
@pytest.mark.parametrize("spending", SPENDINGS)
def test_what_is_said_after_a_stop_holds_at_ten_looks(drift: float, spending: Spending) -> None:
    times = [look / 10 for look in range(1, 11)]
    found = outcomes(boundary(times, times, LEVEL, spending), 3_000, 11, drift)
    holds, above, _ = judged(found, drift)
    assert holds == pytest.approx(0.9, abs=errs(0.9, 3_000))
    assert above == pytest.approx(0.5, abs=errs(0.5, 3_000))


@pytest.mark.slow
@pytest.mark.parametrize("drift", [0.0, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("gives_up", [True, False])
def test_each_end_holds_whether_or_not_a_futility_rule_is_followed(drift: float, *, gives_up: bool) -> None:
    times = [look / 10 for look in range(1, 11)]
    bound = boundary(times, times, LEVEL, o_brien_fleming, futility=Futility())
    found = outcomes(bound, 3_000, 12, drift, gives_up=gives_up)
    assert len(found) == 3_000
    for missed in ([outcome.low > drift for outcome in found], [outcome.high < drift for outcome in found]):
        assert 0.02 < np.mean(missed) <= 0.05 + errs(0.05, 3_000)


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.05, 0.0125])
def test_streaming_holds_for_conversions_looked_at_after_every_pair(level: float) -> None:
    """3 % conversion, pairs of customers, one in each arm, the variance estimated; from the 300th pair on."""
    random, many, pairs = np.random.default_rng(8), 4_000, 20_000
    counts = np.arange(1, pairs + 1)
    needed = np.array([needed_z(float(count), level, mixing(10_000, level)) for count in counts])
    found = 0
    for _ in range(many):
        bought = np.cumsum(random.random((2, pairs)) < 0.03, axis=1) / counts
        error = np.sqrt((bought * (1 - bought)).sum(axis=0)[300:] / counts[300:])
        found += bool(((bought[1] - bought[0])[300:] >= needed[300:] * error).any())
    assert 0.1 * level < found / many <= level + errs(level, many)
