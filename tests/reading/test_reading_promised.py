"""The number to promise, in a reading: next to the measured one, drawn in by what is plausible."""

from __future__ import annotations

from dataclasses import replace

import pytest
from readings import VISIT, a_cube, a_lock, a_plan, a_reading, shares

from pitcairn.design.plan import PredictionPlan
from pitcairn.reading.following import PromisedRow
from pitcairn.reading.lock import GainFact
from pitcairn.reading.result import Shown

LOSER = GainFact(arm="card", relative=-0.02, variance=0.0004, model="other")


def row(events: tuple[int, int] = (1000, 1100), gains: tuple[GainFact, ...] = (), **changes: object) -> PromisedRow:
    cube = a_cube({("control",): {"visit": shares(events[0], 10_000)}, ("note",): {"visit": shares(events[1], 10_000)}})
    result = a_reading(a_plan(**changes), cube, lock=a_lock(gains=gains))
    effect = result.measures[0].rows[0].effect
    assert isinstance(effect, Shown)
    (found,) = result.promised
    assert gains or found.raw_text == effect.estimate_text
    return found


def test_the_measured_gain_is_drawn_in_and_both_are_told() -> None:
    found = row()
    assert found.relative == pytest.approx(0.10)
    assert 0 < found.estimate < found.relative
    assert found.sentence.startswith(f"Promise {found.estimate_text} ")
    assert f"{found.raw_text} was measured" in found.sentence


def test_losers_of_other_pilots_draw_it_in_further() -> None:
    assert row(gains=(LOSER,) * 8).estimate < row().estimate


def test_the_same_version_seen_before_is_put_together_with_this_reading() -> None:
    alone = row()
    before = GainFact(arm="note", relative=0.02, variance=alone.variance, model=alone.model)
    again = row(gains=(before,))
    assert "was measured in 2 iterations" in again.sentence
    assert again.relative == alone.relative


def test_a_gain_that_was_predicted_is_plausible() -> None:
    foretold = (PredictionPlan(arm="note", measure="visit", low=0.02, high=0.08),)
    bold = row((1000, 1600), predictions=foretold)
    assert "80% as the largest plausible" in bold.why
    assert bold.estimate > 0.9 * bold.relative


def test_the_programs_own_word_comes_first() -> None:
    assert "6% as the largest plausible" in row(largest_plausible_gain=0.06).why
    assert "40% as the largest plausible" in row().why, "twice the line of 20 per 1,000 over a level of 100"


def test_a_measure_that_should_fall_promises_a_fall() -> None:
    measures = (replace(VISIT, better="down"),)
    found = row((1100, 1000), measures=measures)
    assert found.relative > 0
    assert found.estimate_text.startswith("\u2212")
    low, _, high = found.range_text.partition(" to ")
    assert low.startswith("\u2212")
    assert low != high
