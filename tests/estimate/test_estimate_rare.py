from __future__ import annotations

import numpy as np
import pytest

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.exact import Counts, mid_p
from pitcairn.estimate.rare import RareArms, customers_needed, is_rare


def by_hand(rate: float, changed: float, sizes: tuple[int, int], level: float, *, up: bool) -> float:
    """Every pair of counts, tested one by one."""
    from scipy.stats import binom

    total = 0.0
    for control in range(sizes[0] + 1):
        for treated in range(sizes[1] + 1):
            tails = mid_p(
                Counts(events_control=control, count_control=sizes[0], events_treated=treated, count_treated=sizes[1])
            )
            assert not isinstance(tails, NotAvailable)
            if tails[0 if up else 1] <= level:
                total += float(binom.pmf(control, sizes[0], rate) * binom.pmf(treated, sizes[1], changed))
    return total


@pytest.mark.parametrize(("sizes", "up"), [((14, 14), True), ((14, 11), False)])
def test_the_chance_is_that_of_all_outcomes_tried_one_by_one(sizes: tuple[int, int], up: bool) -> None:
    rate, gain = (0.1, 0.4) if up else (0.6, 0.45)
    arms = RareArms(control=sizes[0], treated=sizes[1], level=0.05)
    expected = by_hand(rate, rate + gain if up else rate - gain, sizes, 0.05, up=up)
    assert arms.chance(rate, gain, up=up) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("rate", "control", "treated"), [(0.002, 2000, 2000), (0.004, 4000, 800), (0.9995, 9000, 9000)]
)
def test_a_gain_that_is_seen_nine_times_in_ten_is_the_smallest(rate: float, control: int, treated: int) -> None:
    arms, up = RareArms(control=control, treated=treated, level=0.025), rate < 0.5
    gain = arms.visible_gain(rate, power=0.9, up=up)
    assert isinstance(gain, float)
    assert arms.chance(rate, gain, up=up) == pytest.approx(0.9, abs=0.003)
    assert arms.chance(rate, 0.98 * gain, up=up) < 0.9


def test_so_many_customers_as_are_needed_see_it() -> None:
    needed = customers_needed(rate=0.002, shares=(0.5, 0.5), gain=0.006, level=0.025, power=0.9, up=True, about=5000)
    assert isinstance(needed, int)
    each = round(needed / 2)
    assert RareArms(control=each, treated=each, level=0.025).chance(0.002, 0.006) == pytest.approx(0.9, abs=0.005)


def test_a_margin_is_kept_a_little_more_often_than_said() -> None:
    arms = RareArms(control=3000, treated=3000, level=0.05)
    margin = arms.visible_margin(0.002, power=0.9, up=False)
    assert isinstance(margin, float)
    lot, kept = np.random.default_rng(6), 0
    for events in zip(lot.binomial(3000, 0.002, 300), lot.binomial(3000, 0.002, 300), strict=True):
        counts = Counts(
            events_control=int(events[0]), count_control=3000, events_treated=int(events[1]), count_treated=3000
        )
        tails = mid_p(counts, shift=margin)
        assert not isinstance(tails, NotAvailable)
        kept += tails[1] <= 0.05
    assert 0.87 <= kept / 300 <= 0.98


def test_few_is_told_from_many() -> None:
    assert is_rare(0.002, 5000, 5000)
    assert is_rare(0.998, 5000, 90_000)
    assert not is_rare(0.05, 5000, 5000)


def test_what_cannot_be_seen_has_a_reason() -> None:
    arms = RareArms(control=200, treated=200, level=0.025)
    assert isinstance(arms.visible_gain(0.01, power=0.9, up=False), NotAvailable)
    beyond = customers_needed(rate=0.002, shares=(0.5, 0.5), gain=0.001, level=0.025, power=0.9, up=True, about=900)
    assert isinstance(beyond, NotAvailable)
