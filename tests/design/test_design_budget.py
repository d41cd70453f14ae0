"""What confirmations are judged at, against numbers worked out elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pitcairn.design.budget import RATE, TOTAL, expected_false, launched_level, level, lord, spent

ORACLES = Path(os.environ.get("PITCAIRN_ORACLES", "oracles")) / "statistics.json"


def test_a_lineage_never_spends_more_than_its_total() -> None:
    assert [level(attempt) for attempt in (1, 2, 3)] == [0.025, 0.0125, 0.00625]
    assert spent(60) <= TOTAL


def test_lord_gives_the_levels_that_were_worked_out_for_a_stream_of_promotions() -> None:
    if not ORACLES.is_file():
        pytest.skip(f"no reference numbers at {ORACLES}")
    given = json.loads(ORACLES.read_text(encoding="utf-8"))["LORDpp_recommended"]
    promoted: list[int] = []
    for place, (expected, rejected) in enumerate(zip(given["alphai"], given["R"], strict=True), start=1):
        assert lord(place, promoted) == pytest.approx(expected, rel=1e-9)
        if rejected:
            promoted.append(place)


def test_lord_known_late_gives_less_and_without_promotions_stays_below_its_wealth() -> None:
    assert lord(5, [4]) > lord(5, [1]) > lord(5, [])
    assert sum(lord(place, []) for place in range(1, 2000)) < RATE / 2


@pytest.mark.parametrize(("place", "promoted"), [(0, []), (3, [3]), (3, [0])])
def test_a_promotion_cannot_come_from_the_future(place: int, promoted: list[int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        lord(place, promoted)


def test_the_programs_rule_is_never_laxer_than_the_lineages() -> None:
    for place in range(1, 30):
        for promoted in ([], [1], [1, 2, 3][: place - 1]):
            known = [when for when in promoted if when < place]
            for attempt in (1, 2, 3):
                combined = launched_level("program_fdr", attempt, place, known)
                assert combined <= min(level(attempt), lord(place, known))
    assert launched_level("ledger", 2, 40, []) == level(2)
    assert launched_level("program_fdr", 1, 40, []) < level(1)


def test_expected_false_promotions_are_the_sum_of_what_was_spent() -> None:
    assert expected_false([level(1), level(2), level(1)]) == pytest.approx(0.0625)
    assert expected_false([]) == 0
