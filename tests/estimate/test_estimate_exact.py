from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import optimize, stats

from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.exact import Counts, exact_share_difference, mid_p
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.proportions import share_difference


def counts(control: tuple[int, int], treated: tuple[int, int]) -> Counts:
    return Counts(
        events_control=control[0], count_control=control[1], events_treated=treated[0], count_treated=treated[1]
    )


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def tails(outcome: tuple[float, float] | NotAvailable) -> tuple[float, float]:
    assert isinstance(outcome, tuple)
    return outcome


def by_hand(control: tuple[int, int], treated: tuple[int, int], shift: float) -> tuple[float, float]:
    """The same rule written out: scipy's optimiser, scipy's binomial, every pair of counts in turn."""

    def fitted(x: int, y: int) -> float:
        def worse(p: float) -> float:
            return -float(stats.binom.logpmf(x, control[1], p) + stats.binom.logpmf(y, treated[1], p + shift))

        bounds = max(0.0, -shift), min(1.0, 1 - shift)
        found = optimize.minimize_scalar(worse, bounds=bounds, method="bounded", options={"xatol": 1e-12})
        return min((float(found.x), *bounds), key=worse)

    def score(x: int, y: int) -> float:
        p = fitted(x, y)
        variance = p * (1 - p) / control[1] + (p + shift) * (1 - p - shift) / treated[1]
        apart = y / treated[1] - x / control[1] - shift
        return 0.0 if abs(apart) < 1e-12 else apart / np.sqrt(variance)

    seen, share = score(control[0], treated[0]), fitted(control[0], treated[0])
    up = down = 0.0
    for x, y in itertools.product(range(control[1] + 1), range(treated[1] + 1)):
        chance = stats.binom.pmf(x, control[1], share) * stats.binom.pmf(y, treated[1], share + shift)
        other = score(x, y)
        up += chance * (0.5 if abs(other - seen) < 1e-6 else other > seen)
        down += chance * (0.5 if abs(other - seen) < 1e-6 else other < seen)
    return float(up), float(down)


@pytest.mark.parametrize(
    ("control", "treated", "shift"),
    [((3, 10), (8, 12), 0.0), ((1, 9), (3, 14), 0.2), ((6, 8), (2, 11), -0.3), ((2, 12), (2, 5), 0.05)],
)
def test_every_outcome_is_counted(control: tuple[int, int], treated: tuple[int, int], shift: float) -> None:
    found = tails(mid_p(counts(control, treated), shift=shift))
    assert found == pytest.approx(by_hand(control, treated, shift), abs=2e-6)


@pytest.mark.parametrize(("control", "treated"), [((3, 10), (8, 10)), ((0, 40), (6, 40)), ((2, 300), (11, 250))])
def test_it_is_milder_than_the_exact_tests_and_close_to_them(
    control: tuple[int, int], treated: tuple[int, int]
) -> None:
    two_sided = 2 * min(tails(mid_p(counts(control, treated))))
    table = [[control[0], treated[0]], [control[1] - control[0], treated[1] - treated[0]]]
    for judge in (stats.fisher_exact(table).pvalue, stats.barnard_exact(table, pooled=True, n=64).pvalue):
        assert 0.2 * judge < two_sided < judge


@pytest.mark.parametrize(("control", "treated"), [((3, 400), (12, 400)), ((9, 900), (4, 100)), ((0, 50), (0, 60))])
def test_the_range_is_what_the_test_leaves_possible(control: tuple[int, int], treated: tuple[int, int]) -> None:
    asked = counts(control, treated)
    found = available(exact_share_difference(asked, confidence=0.9))
    for side, end in enumerate((found.low, found.high)):
        just_in, just_out = end + (1e-6 if side == 0 else -1e-6), end - (1e-6 if side == 0 else -1e-6)
        assert tails(mid_p(asked, shift=just_out))[side] < 0.05 + 1e-4
        assert tails(mid_p(asked, shift=just_in))[side] > 0.05 - 1e-4
    assert (found.low > 0) == (tails(mid_p(asked))[0] < 0.05)
    assert (found.high < 0) == (tails(mid_p(asked))[1] < 0.05)


def test_turning_the_arms_round_turns_the_range_round() -> None:
    one = available(exact_share_difference(counts((2, 90), (9, 60))))
    other = available(exact_share_difference(counts((9, 60), (2, 90))))
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-7)


def test_with_many_events_it_is_the_usual_range() -> None:
    found = available(exact_share_difference(counts((120, 1000), (140, 1000))))
    plain = available(difference(*(Moments.of(np.repeat([1.0, 0.0], [n, 1000 - n])) for n in (120, 140))))
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=2e-4)


def test_nobody_and_everybody_have_a_range() -> None:
    none = available(exact_share_difference(counts((0, 50), (0, 50))))
    assert none.low < -0.03 < 0.03 < none.high
    everybody = available(exact_share_difference(counts((0, 3), (3, 3))))
    assert 0.2 < everybody.low < everybody.high == 1.0


def test_ranges_miss_as_often_as_they_say_where_newcombes_do_not() -> None:
    """Ninety against ten customers, one event in ten; all outcomes counted, none drawn."""
    missed = np.zeros(2)
    for x, y in itertools.product(range(24), range(8)):
        chance = stats.binom.pmf(x, 90, 0.1) * stats.binom.pmf(y, 10, 0.1)
        if chance < 1e-5:
            continue
        ranges = exact_share_difference(counts((x, 90), (y, 10))), share_difference(x, 90, y, 10)
        missed += [chance * (available(found).low > 0) for found in ranges]
    assert missed[0] == pytest.approx(0.025, abs=0.006)
    assert missed[1] > 0.035


def test_what_is_no_share_is_refused() -> None:
    assert "Too few customers" in str(exact_share_difference(counts((0, 0), (1, 5))))
    assert "Too few customers" in str(mid_p(counts((1, 5), (0, 0))))
    with pytest.raises(ValueError, match="6 of 5"):
        counts((6, 5), (1, 5))
    with pytest.raises(ValueError, match="shift == 1"):
        mid_p(counts((1, 5), (1, 5)), shift=1.0)
    with pytest.raises(ValueError, match="confidence == 0"):
        exact_share_difference(counts((1, 5), (1, 5)), confidence=0)
