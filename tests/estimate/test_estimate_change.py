from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.change import Asked, paired_change, unpaired_change
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.power import customers_needed_for_rate


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def test_the_same_people_twice_is_a_test_of_their_changes() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(5, 2, 300)
    rows = np.column_stack([before + rng.normal(0, 1, 300) + np.repeat([0.2, 0.6], [120, 180]), before])
    control, treated = Asked(400, Moments.of(rows[:120])), Asked(420, Moments.of(rows[120:]))
    found = paired_change(control, treated)
    judge = stats.ttest_ind(rows[120:, 0] - rows[120:, 1], rows[:120, 0] - rows[:120, 1], equal_var=False)
    ends = judge.confidence_interval(0.95)
    effect = available(found.effect)
    assert (effect.low, effect.high) == pytest.approx((ends.low, ends.high))
    assert found.answered == pytest.approx((120 / 400, 180 / 420))
    gap = available(found.answered_gap)
    assert gap.low > 0, "many more answered in one arm, and that is said"


def test_other_people_each_time_is_four_samples() -> None:
    rng = np.random.default_rng(2)
    waves = [rng.normal(level, 1.5, size) for level, size in ((3.0, 90), (3.1, 110), (3.0, 70), (3.9, 130))]
    asked = [Asked(2 * len(wave), Moments.of(wave)) for wave in waves]
    found = available(unpaired_change((asked[0], asked[1]), (asked[2], asked[3])).effect)
    assert found.control == pytest.approx(waves[1].mean() - waves[0].mean())
    assert found.treated == pytest.approx(waves[3].mean() - waves[2].mean())
    assert found.standard_error == pytest.approx(np.sqrt(sum(wave.var(ddof=1) / len(wave) for wave in waves)))
    assert (found.count_control, found.count_treated) == (110, 130)


def test_the_range_of_four_samples_covers() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(800):
        waves = [Asked(99, Moments.of(rng.normal(level, sd, 25))) for level, sd in ((0, 1), (1, 2), (0, 1), (1.5, 3))]
        found = available(unpaired_change((waves[0], waves[1]), (waves[2], waves[3])).effect)
        inside += found.low <= 0.5 <= found.high
    assert 0.93 <= inside / 800 <= 0.97


def test_silence_is_reported_even_where_there_is_no_effect() -> None:
    nobody, some = Asked(50, Moments.none(1)), Asked(50, Moments.of(np.arange(30.0)))
    found = unpaired_change((some, nobody), (some, some))
    assert "Too few" in str(found.effect)
    assert found.answered == (0.0, 0.6)
    assert available(found.answered_gap).low > 0.3
    assert unpaired_change((some, Asked(0, Moments.none(1))), (some, some)).answered == (None, 0.6)
    same = Asked(9, Moments.of(np.ones(9)))
    assert "same value" in str(unpaired_change((same, same), (same, same)).effect)


def test_nobody_answers_unasked() -> None:
    with pytest.raises(ValueError, match="3 answers from 2 who were asked"):
        Asked(2, Moments.of(np.arange(3.0)))
    some = Asked(9, Moments.of(np.arange(9.0)))
    with pytest.raises(ValueError, match="confidence == 0"):
        unpaired_change((some, some), (some, some), confidence=0)


@pytest.mark.parametrize(
    ("gain", "least", "most"), [(0.03, 2800, 5000), (0.02, 5000, 11000), (0.015, 11000, 20000), (0.01, 20000, 45000)]
)
def test_answers_needed_are_of_the_size_an_advertising_platform_asks_for(gain: float, least: int, most: int) -> None:
    """Its table fits half the questions asked, 90 % confidence and an even chance to see the gain."""
    found = customers_needed_for_rate(
        rate=0.5, share_control=0.5, share_treated=0.5, gain=gain, confidence=0.9, power=0.5
    )
    assert isinstance(found, int)
    assert least <= found <= most


def test_the_platforms_own_table_has_those_sizes(published: Callable[[str, str], Any]) -> None:
    expected = published("peers", "dv360_brandlift")["expected"]["total_responses"]
    assert expected[1:5] == [[2800, 5000], [5000, 11000], [11000, 20000], [20000, 45000]]
