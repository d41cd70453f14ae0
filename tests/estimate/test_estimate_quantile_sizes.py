"""What can be seen of a quantile: against order statistics drawn by themselves, and against curves of known shape."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit, ndtri

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.quantile_sizes import Around, QuantileArms, bend_of, customers_needed
from pitcairn.estimate.quantiles import Ladder, possible_ranks


def usual(share: np.ndarray | float) -> np.ndarray:
    """A long tail: the value that this share do not exceed."""
    return np.exp(3 + 0.6 * ndtri(share))


def around(at: float) -> Around:
    """Its true spread and bend at a quantile."""
    z = float(ndtri(at))
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    scale = at * (1 - at)
    slope = 0.6 * float(usual(at)) / density
    return Around(at=at, sd=slope * np.sqrt(scale), bend=(0.6 + z) / density * scale + 1 - 2 * at)


def ends(lot: np.random.Generator, count: int, at: float, repeats: int) -> np.ndarray:
    """(3, repeats): lower end, estimate and upper end of arms drawn by lot, from the ranks' own joint distribution."""
    ranks = possible_ranks(count, at, 0.025)
    assert ranks is not None
    low, own, high = ranks[0], int(np.ceil(count * at - 1e-9)), ranks[1]
    gaps = lot.gamma([low, own - low, high - own, count + 1 - high], size=(repeats, 4)).cumsum(axis=1)
    return usual(gaps[:, :3] / gaps[:, 3:]).T


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
@pytest.mark.parametrize(("control", "treated"), [(1500, 1500), (6000, 1500), (1500, 6000), (20_000, 2000)])
@pytest.mark.parametrize("up", [True, False])
def test_a_shift_that_is_said_to_be_seen_is_seen_so_often_on_either_side(
    at: float, control: int, treated: int, up: bool
) -> None:
    arms = QuantileArms(control=control, treated=treated, level=0.025)
    gain = arms.visible_gain(around(at), power=0.9, up=up)
    assert not isinstance(gain, NotAvailable)
    lot, repeats = np.random.default_rng(6), 40_000
    first, second = ends(lot, control, at, repeats), ends(lot, treated, at, repeats)
    first, second = (first, second) if up else (-first[::-1], -second[::-1])
    reach = np.hypot(second[1] - second[0], first[2] - first[1])
    assert np.mean(second[1] + gain - first[1] > reach) == pytest.approx(0.9, abs=0.01)


def test_the_chance_of_the_visible_gain_is_its_power_and_so_many_customers_see_it() -> None:
    arms = QuantileArms(control=3000, treated=1000, level=0.01)
    for power, up in ((0.3, True), (0.9, True), (0.9, False)):
        gain = arms.visible_gain(around(0.8), power=power, up=up)
        assert not isinstance(gain, NotAvailable)
        assert arms.chance(around(0.8), gain, up=up) == pytest.approx(power, abs=1e-9)
        total = customers_needed(around(0.8), parts=(0.75, 0.25), gain=gain, level=0.01, power=power, up=up)
        # Ranks are whole, so sizes near this one see as much.
        assert total == pytest.approx(4000, rel=0.05)
    assert arms.chance(around(0.8), 0.0) == pytest.approx(0.01, abs=0.001)


def test_too_few_customers_and_values_that_do_not_differ_have_no_size() -> None:
    few = QuantileArms(control=20, treated=20, level=0.025)
    assert isinstance(few.visible_gain(around(0.95), power=0.9), NotAvailable)
    assert few.chance(around(0.95), 1.0) is None
    many = QuantileArms(control=2000, treated=2000, level=0.025)
    assert isinstance(many.visible_gain(Around(at=0.5, sd=0.0), power=0.9), NotAvailable)
    nothing = customers_needed(Around(at=0.5, sd=0.0), parts=(0.5, 0.5), gain=1.0, level=0.025, power=0.9)
    assert isinstance(nothing, NotAvailable)


@pytest.mark.parametrize("bend", [-0.6, 0.0, 0.4])
@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_a_bend_is_found_again_from_a_ladder_and_from_values_far_out(at: float, bend: float) -> None:
    count = 400_000
    curve = Around(at=at, sd=7.0, bend=bend)
    ranks = np.arange(1, count + 1)
    values = np.array([curve.off(rank / (count + 1)) for rank in ranks[:: count // 2000]])
    whole = Ladder(count, ranks[:: count // 2000], values)
    assert bend_of(whole, at) == pytest.approx(bend, abs=0.03)
    middle, reach = round(count * at), round(count * 0.3 * min(at, 1 - at))
    near = np.arange(middle - 600, middle + 601, 20)
    far = tuple((rank, curve.off(rank / (count + 1))) for rank in (middle - reach, middle + reach))
    narrow = Ladder(count, near, np.array([curve.off(rank / (count + 1)) for rank in near]), far=far)
    assert bend_of(narrow, at) == pytest.approx(bend, abs=0.03)


def test_what_few_customers_say_of_a_bend_is_drawn_towards_none_and_ties_say_nothing() -> None:
    lot, found = np.random.default_rng(1), []
    for _ in range(200):
        values = np.sort(logit(lot.random(400)))
        found.append(bend_of(Ladder(400, np.arange(1, 401), values), 0.9))
    # Undrawn, a bend of so few is off by 1 or more as often as not.
    assert np.std(found) < 0.3
    tied = np.repeat(np.arange(4.0), 100)
    assert bend_of(Ladder(400, np.arange(1, 401), tied), 0.4) == 0.0


def test_off_is_the_log_odds_where_nothing_bends() -> None:
    straight = Around(at=0.5, sd=2.0)
    assert straight.off(float(expit(0.3))) == pytest.approx(0.3 * 2.0 * 0.5)
    assert straight.off(0.5) == 0.0
