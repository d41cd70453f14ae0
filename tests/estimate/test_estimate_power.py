from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.power import (
    customers_needed,
    customers_needed_for_rate,
    power_each,
    rate_spread,
    visible_gain,
    visible_rate_gain,
)

COUNTS = st.integers(2_000, 10_000_000)
RATES = st.floats(0.01, 0.99)


def number(value: Any) -> float:
    assert not isinstance(value, NotAvailable), value
    return float(value)


# Published sizings: two-sided 5%, 90% power, equal spread, 28 looks cost a factor of 1.0464.
@pytest.mark.parametrize(("change", "per_arm"), [(0.05, 284_404), (0.07, 145_104), (0.10, 71_101)])
def test_a_conversion_of_three_percent_takes_as_many_customers_as_published(change: float, per_arm: int) -> None:
    total = customers_needed(
        sd_control=rate_spread(0.03), share_control=0.5, share_treated=0.5, gain=0.03 * change, inflation=1.0464
    )
    assert number(total) / 2 == pytest.approx(per_arm, rel=2e-4)


# G*Power's totals at power 85%, from the tests of Spotify's confidence, which allow 0.5% (1.5% for the small one).
@pytest.mark.parametrize(
    ("gain", "confidence", "power", "total", "within"),
    [
        (0.003, 0.95, 0.85, 897_348, 0.005),
        (0.003, 0.86, 0.85, 630_710, 0.005),
        (0.003, 0.86, 0.67, 366_424, 0.005),
        (0.1, 0.95, 0.85, 852, 0.015),
    ],
)
def test_totals_for_shares_agree_with_an_independent_calculator(
    gain: float, confidence: float, power: float, total: int, within: float
) -> None:
    ours = customers_needed_for_rate(
        rate=0.34, gain=gain, share_control=0.5, share_treated=0.5, confidence=confidence, power=power
    )
    assert number(ours) == pytest.approx(total, rel=within)


def test_totals_for_amounts_agree_with_an_independent_calculator() -> None:
    ours = customers_needed(sd_control=10, gain=0.3, share_control=0.5, share_treated=0.5, power=0.85)
    assert number(ours) == pytest.approx(39_906, rel=0.005)


# tea-tasting's documentation, orders per user; it uses Student's t, hence the tolerance.
@pytest.mark.parametrize(("total", "gain"), [(10_000, 0.036718369594829665), (20_000, 0.025962929726636767)])
def test_visible_gains_agree_with_a_peer(total: int, gain: float) -> None:
    ours = visible_gain(
        sd_control=math.sqrt(0.7163180795198799), count_control=total / 2, count_treated=total / 2,
        confidence=0.9, power=0.7,
    )  # fmt: skip
    assert number(ours) == pytest.approx(gain, rel=1e-4)


def test_customers_needed_agree_with_a_peer() -> None:
    sd = math.sqrt(0.7163180795198799)
    ours = customers_needed(sd_control=sd, gain=0.0519, share_control=0.5, share_treated=0.5, power=0.8)
    assert number(ours) == pytest.approx(8351, abs=2)


@pytest.mark.parametrize(("count", "control", "treated"), [(30_000, 0.5, 0.5), (60_000, 0.2, 0.4), (4_000, 0.5, 0.5)])
def test_a_visible_change_of_a_share_is_seen_nine_times_in_ten(count: int, control: float, treated: float) -> None:
    rate, repeats, draw = 0.06, 40_000, np.random.default_rng(20260302)
    base, arm = round(count * control), round(count * treated)
    for better_up, sign in ((True, 1), (False, -1)):
        gain = number(visible_rate_gain(rate=rate, count_control=base, count_treated=arm, better_up=better_up))
        before = draw.binomial(base, rate, repeats) / base
        after = draw.binomial(arm, rate + sign * gain, repeats) / arm
        error = np.sqrt(before * (1 - before) / base + after * (1 - after) / arm)
        seen = (sign * (after - before) / error > 1.959964).mean()
        assert seen == pytest.approx(0.9, abs=0.012)


def test_a_visible_gain_of_an_amount_is_seen_as_often_as_asked() -> None:
    draw, sizes, repeats = np.random.default_rng(7), (300, 900), 8_000
    gain = number(visible_gain(sd_control=4, sd_treated=6, count_control=300, count_treated=900, power=0.8))
    control = draw.normal(10, 4, (repeats, sizes[0]))
    treated = draw.normal(10 + gain, 6, (repeats, sizes[1]))
    error = np.sqrt(control.var(axis=1, ddof=1) / sizes[0] + treated.var(axis=1, ddof=1) / sizes[1])
    seen = ((treated.mean(axis=1) - control.mean(axis=1)) / error > 1.959964).mean()
    assert seen == pytest.approx(0.8, abs=0.015)


@given(rate=RATES, control=COUNTS, treated=COUNTS)
def test_a_visible_change_satisfies_its_own_condition(rate: float, control: int, treated: int) -> None:
    for better_up, sign in ((True, 1), (False, -1)):
        gain = visible_rate_gain(rate=rate, count_control=control, count_treated=treated, better_up=better_up)
        if isinstance(gain, NotAvailable):
            continue
        then = rate + sign * gain
        error = math.sqrt(rate * (1 - rate) / control + max(0.0, then * (1 - then)) / treated)
        assert gain > 0
        assert gain == pytest.approx((1.9599639845 + 1.2815515655) * error, rel=1e-6)


@given(rate=RATES, total=st.integers(100_000, 10_000_000), share=st.floats(0.1, 0.6))
def test_needing_and_seeing_are_each_others_inverse(rate: float, total: int, share: float) -> None:
    other = 0.3
    gain = visible_rate_gain(rate=rate, count_control=total * share, count_treated=total * other)
    if not isinstance(gain, NotAvailable):
        needed = customers_needed_for_rate(rate=rate, gain=gain, share_control=share, share_treated=other)
        assert number(needed) == pytest.approx(total, rel=1e-6, abs=1.5)
    amount = number(visible_gain(sd_control=3.0, count_control=total * share, count_treated=total * other))
    again = customers_needed(sd_control=3.0, gain=amount, share_control=share, share_treated=other)
    assert number(again) == pytest.approx(total, rel=1e-6, abs=1.5)


@pytest.mark.parametrize(("guardrails", "inflation"), [(1, 1.2367), (3, 1.4624), (5, 1.5905), (10, 1.7776)])
def test_guardrails_cost_as_many_customers_as_published(guardrails: int, inflation: float) -> None:
    sizes = {"sd_control": 1000.0, "gain": 1.0, "share_control": 0.5, "share_treated": 0.5}
    alone = number(customers_needed(**sizes))
    together = number(customers_needed(**sizes, power=power_each(0.9, guardrails)))
    assert together / alone == pytest.approx(inflation, abs=1e-4)


def test_too_few_customers_give_a_reason_instead_of_a_number() -> None:
    lone = visible_gain(sd_control=1, count_control=1, count_treated=900)
    assert lone == NotAvailable(why="an arm would have fewer than 2 customers")
    few = visible_rate_gain(rate=0.5, count_control=4, count_treated=4)
    assert isinstance(few, NotAvailable)
    assert "too few customers" in few.why
    drop = visible_rate_gain(rate=0.001, count_control=500, count_treated=500, better_up=False)
    assert isinstance(drop, NotAvailable)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_level_of_nobody_or_everybody_gives_a_reason_instead_of_a_number(rate: float) -> None:
    seen = visible_rate_gain(rate=rate, count_control=900, count_treated=900)
    assert isinstance(seen, NotAvailable)
    assert "nobody or everybody" in seen.why


def test_customers_who_do_not_differ_give_a_reason_instead_of_a_number() -> None:
    assert isinstance(visible_gain(sd_control=0, count_control=900, count_treated=900), NotAvailable)
    assert isinstance(customers_needed(sd_control=0, gain=1, share_control=0.5, share_treated=0.5), NotAvailable)


def test_a_change_beyond_everybody_gives_a_reason_instead_of_a_number() -> None:
    beyond = customers_needed_for_rate(rate=0.95, gain=0.1, share_control=0.5, share_treated=0.5)
    assert isinstance(beyond, NotAvailable)


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be sized"):
        customers_needed(sd_control=1, gain=0, share_control=0.5, share_treated=0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        visible_gain(sd_control=1, count_control=9, count_treated=9, power=1.0)
