from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.adoptions import adoptions, fed_back, next_places, own_range, winners

from pitcairn.promotion.contents import Contents
from pitcairn.promotion.predict import Experience, Level, Prediction, Refusal, Site, likeness, predict
from promotion.adoptable import contents, plan_of_the_shop

EVEN = {"area": {"town": 0.5, "land": 0.5}}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contents]:
    root: Path = tmp_path_factory.mktemp("shop")
    return contents(plan_of_the_shop(root))


def found(outcome: Prediction | Refusal) -> Prediction:
    assert isinstance(outcome, Prediction)
    return outcome


def test_the_same_mix_is_alike_and_nobody_in_common_is_not() -> None:
    assert likeness("area", {"town": 1, "land": 3}, {"town": 25, "land": 75}).similarity == pytest.approx(1.0)
    apart = likeness("area", {"town": 1.0}, {"island": 1.0})
    assert (apart.similarity, apart.effective, apart.unseen) == (0.0, 0.0, 1.0)


def test_likeness_is_bhattacharyyas_and_the_effective_share_is_of_the_weights() -> None:
    alike = likeness("area", {"town": 0.9, "land": 0.1}, {"town": 0.1, "land": 0.9})
    assert alike.similarity == pytest.approx(0.6)
    assert alike.effective == pytest.approx(1 / (0.1**2 / 0.9 + 0.9**2 / 0.1))


def test_a_mix_without_customers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one customer"):
        likeness("area", {"town": 1.0}, {"town": 0.0})


def test_a_place_with_too_few_customers_like_the_pilots_gets_no_number(pack: Contents) -> None:
    outcome = predict(pack, {"area": {"town": 0.1, "island": 0.9}})
    assert isinstance(outcome, Refusal)
    assert outcome.likeness.similarity == pytest.approx(0.05**0.5)
    assert "similarity is 0.22" in outcome.why
    assert "fresh pilot" in outcome.why


def test_one_place_promises_less_than_it_showed_over_a_wider_range(pack: Contents) -> None:
    one = found(predict(pack, EVEN, level=0.10))
    assert 0 < one.estimate < pack.claim.raw.log_ratio
    widths = [each.high - each.low for each in one.ranges]
    assert widths == sorted(widths)
    assert widths[-1] > 2 * 1.645 * 0.06
    assert [row.spread for row in one.table] == pytest.approx([0.0, 0.075, 0.15, 0.3])
    assert [row.positive for row in one.table] == sorted((row.positive for row in one.table), reverse=True)


def test_values_nobody_has_tried_widen_the_range_and_leave_its_middle(pack: Contents) -> None:
    tried, untried = found(predict(pack, EVEN)), found(predict(pack, EVEN, untried=["hour"]))
    assert untried.estimate == pytest.approx(tried.estimate)
    assert untried.width > tried.width


def test_more_places_replace_the_assumption(pack: Contents) -> None:
    others = [
        Site(name=str(n), levels=(Level(level="", log_ratio=0.17 + n / 100, standard_error=0.05, share=1.0),))
        for n in range(3)
    ]
    alone, together = found(predict(pack, EVEN)), found(predict(pack, EVEN, elsewhere_seen=others))
    assert together.places == 4
    assert together.table == ()
    assert together.width < alone.width
    assert together.gain > alone.gain


def test_less_is_better_turns_the_chances_around(pack: Contents) -> None:
    down = replace(pack, claim=replace(pack.claim, better="down"))
    one, other = found(predict(pack, EVEN, level=0.1)), found(predict(down, EVEN, level=0.1))
    assert other.gain == pytest.approx(1 - one.gain)
    assert other.worth_it is not None
    assert other.worth_it < 1 - one.gain


def test_what_past_adoptions_taught_replaces_the_assumed_spread(pack: Contents) -> None:
    wide = found(predict(pack, EVEN, experience=Experience(spread=1.5, learnt_from=12)))
    assert wide.spread_learnt_from == 12
    assert wide.width > found(predict(pack, EVEN)).width


def test_a_voltage_moves_the_packs_own_number_and_no_other_places(pack: Contents) -> None:
    plain, low = (found(predict(pack, EVEN, experience=Experience(voltage=value))) for value in (1.0, 0.6))
    assert low.estimate == pytest.approx(0.6 * plain.estimate, rel=0.1)
    assert low.own == plain.own
    assert (low.voltage, low.usual) == (0.6, pack.claim.anchor)
    others = [
        Site(name=f"{n}", levels=(Level(level="", log_ratio=0.2, standard_error=0.01, share=1.0),)) for n in range(4)
    ]
    with_others = [
        found(predict(pack, EVEN, elsewhere_seen=others, experience=Experience(voltage=value))).estimate
        for value in (1.0, 0.6)
    ]
    assert with_others[1] > 0.85 * with_others[0]


def test_a_larger_adoption_is_more_likely_to_show_it(pack: Contents) -> None:
    small, large = (found(predict(pack, EVEN, planned_error=error)).assurance for error in (0.1, 0.02))
    assert small is not None
    assert large is not None
    assert small < large < 1


@pytest.mark.parametrize(("spread", "places", "least"), [(0.25, 1, 0.95), (0.5, 1, 0.84), (0.5, 3, 0.82)])
def test_ranges_hold_the_next_place_where_pilots_own_ranges_do_not(spread: float, places: int, least: float) -> None:
    assert next_places(spread, places, scale=0.5, draws=300, seed=7).share >= least
    assert own_range(spread, places, draws=300, seed=7).share < 0.8


def test_ranges_cover_over_two_hundred_adoptions_with_other_mixes() -> None:
    covered = adoptions(count=250, places=1, spread=0.4, scale=0.5, by_group=0.4, seed=11)
    assert 0.36 <= covered[0.5] <= 0.58
    assert 0.72 <= covered[0.8] <= 0.90
    assert 0.86 <= covered[0.9] <= 0.98


@pytest.mark.parametrize(("spread", "voltage"), [(0.5, 1.0), (1.0, 1.0), (0.5, 0.5)])
def test_what_came_brings_the_next_ranges_near_their_promise(spread: float, voltage: float) -> None:
    found = fed_back(spread=spread, voltage=voltage, registries=10, adoptions=30, first=10, seed=5)
    for confidence, held in found["learnt"].items():
        assert held == pytest.approx(confidence, abs=0.1)
    if spread > 0.5:
        assert found["learnt"][0.9] > found["assumed"][0.9] + 0.02


def test_a_winner_promises_twice_what_comes_unless_it_is_drawn_in() -> None:
    curse = winners(error=0.4, ideas=400_000, seed=3)
    assert curse.realised / curse.raw == pytest.approx(0.50, abs=0.02)
    assert curse.shrunk == pytest.approx(curse.realised, abs=0.01)
