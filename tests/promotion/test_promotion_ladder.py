"""How far a pack's evidence reaches: every rung, and every way down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pitcairn.promotion.adoption import Look
from pitcairn.promotion.calibration import Published
from pitcairn.promotion.contents import Contents, Estimate, IterationEvidence
from pitcairn.promotion.ladder import rung
from pitcairn.promotion.predict import Prediction, predict
from pitcairn.promotion.telling import told
from promotion.adoptable import contents, plan_of_the_shop

EVEN = {"area": {"town": 0.5, "land": 0.5}}


@pytest.fixture
def pack(tmp_path: Path) -> Contents:
    return contents(plan_of_the_shop(tmp_path))


def tried(number: int, verdict: str, *, same_core: bool = True) -> IterationEvidence:
    return IterationEvidence(
        pilot="note",
        number=number,
        stage="explore",
        question="Does it help?",
        arm="note",
        label="A note",
        same_core=same_core,
        verdict=verdict,
        effect=Estimate(log_ratio=0.18, variance=0.004),
        why=None,
        customers_control=5000,
        customers_treated=5000,
        launched_at="2026-01-01T00:00:00+00:00",
        as_of="2026-02-01",
        plan_digest="0" * 64,
        result_digest=None,
    )


def places(pack: Contents, *ends: str, days: str = "2027-02-01", came: float = 0.18, **changes: Any) -> list[Published]:
    """One adoption a place: `yes` held up, `no` did not, `harm` did harm, `back` went back, `not_yet` goes on."""
    prediction = predict(pack, EVEN, level=0.1)
    assert isinstance(prediction, Prediction)
    return [
        replace(
            Published(
                pack="bread-note",
                version="1.0.0",
                core_digest=pack.core_digest,
                program="Elsewhere",
                pilot=f"p{at}",
                place=f"Place {at}",
                simulated=None,
                adopted_at="2026-06-01",
                claimed=0.18,
                prediction=prediction,
                look=Look(iteration=3, as_of=days, log_ratio=came, standard_error=0.02),
                over=None,
                confirmed=end if end in ("yes", "no") else "not_yet",  # type: ignore[arg-type]
                rolled_back=end == "back",
                harm="yes" if end == "harm" else "no",
            ),
            **changes,
        )
        for at, end in enumerate(ends)
    ]


@pytest.mark.parametrize(
    ("ends", "number", "words"),
    [
        ((), 2, "Confirmed at one place"),
        (("not_yet",), 2, "Confirmed at one place"),
        (("yes",), 4, "Held up at 1 other place"),
        (("yes", "yes", "no"), 4, "Held up at 2 other places, failed at 1"),
        (("yes", "yes", "yes"), 5, "Held up at 3 other places"),
        (("yes", "yes", "yes", "harm"), 4, "Held up at 3 other places, failed at 1"),
        (("yes", "no"), 2, "Held up at 1 other place, failed at 1"),
        (("harm",), 1, "Confirmed at one place, failed at 1"),
        (("back",), 1, "Confirmed at one place, failed at 1"),
    ],
)
def test_places_that_failed_count_as_much_as_those_where_it_held_up(
    ends: Sequence[str], number: int, words: str, pack: Contents
) -> None:
    found = rung(pack, places(pack, *ends))
    assert (found.number, found.words) == (number, words)


def test_the_last_rung_takes_half_a_year_and_a_gain_worth_having_at_the_next_place(pack: Contents) -> None:
    three = ("yes", "yes", "yes")
    assert rung(pack, places(pack, *three, days="2026-11-30")).number == 4, "182 days"
    assert rung(pack, places(pack, *three, days="2026-12-01")).number == 5
    assert rung(pack, places(pack, *three, came=0.02)).number == 4, "5 per 1,000 of 100 is a log ratio of 0.049"


def test_a_second_gain_at_its_own_place_is_one_more_rung(pack: Contents) -> None:
    assert rung(replace(pack, iterations=(tried(2, "adapt"),))).number == 3
    assert rung(replace(pack, iterations=(tried(2, "cannot_tell"),))).number == 2
    assert rung(replace(pack, iterations=(tried(2, "adapt", same_core=False),))).number == 2
    assert rung(replace(pack, iterations=(tried(3, "promote"),))).number == 2, "that is the claim itself"


def test_old_evidence_goes_down_a_rung_and_says_so(pack: Contents) -> None:
    assert rung(pack, today=date(2027, 5, 1)).number == 2
    old = rung(pack, places(pack, "yes"), today=date(2027, 5, 2))
    assert (old.number, old.words) == (3, "Held up at 1 other place; the evidence is older than it may be")


@pytest.mark.parametrize(
    "changes",
    [
        {"core_digest": "0" * 64},
        {"simulated": "Made up."},
        {"program": "Corner shop", "place": "Bread"},
    ],
)
def test_another_core_made_up_customers_and_its_own_place_say_nothing(changes: dict[str, str], pack: Contents) -> None:
    assert rung(pack, places(pack, "yes", **changes)).number == 2


def test_a_place_counts_once_with_its_last_word(pack: Contents) -> None:
    first, again = places(pack, "yes", "no")
    look = Look(iteration=3, as_of="2027-03-01", log_ratio=0.0, standard_error=0.02)
    found = rung(pack, [replace(again, place=first.place, look=look), first])
    assert (found.number, found.words) == (1, "Confirmed at one place, failed at 1")


def test_card_and_terminal_say_how_far_the_evidence_reaches(pack: Contents) -> None:
    facts = dict(told(pack).facts)
    assert facts["Evidence reaches"] == "Confirmed at one place (2 of 5), before other places are counted"
