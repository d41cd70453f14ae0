from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from pitcairn.reading import overview
from pitcairn.reading.overview import PilotNow, Spending
from pitcairn.reading.past import Turn
from pitcairn.reading.result import Code
from result_samples import result


def turn(code: Code = "adapt") -> Turn:
    found = replace(result(code), number=1)
    return Turn(
        pilot=found.pilot,
        title=found.title,
        number=1,
        stage="explore",
        attempt=None,
        question=found.question,
        launched=date(2026, 3, 1),
        here=False,
        result=found,
        missing="",
    )


def pilot(sentence: str) -> PilotNow:
    return PilotNow(
        pilot="note",
        title="A note",
        owner="crm",
        scope="Shoes",
        number=1,
        state="promoted",
        sentence=sentence,
        waiting=False,
        command="pitcairn status",
        turns=(),
    )


def test_where_a_pilot_stands_is_a_sentence() -> None:
    assert overview.stands(pilot("packed as note 1.0.0")) == "Packed as note 1.0.0."
    assert overview.stands(pilot("“Note”: stop, by Bo")) == "“Note”: stop, by Bo."


@pytest.mark.parametrize(
    ("codes", "title"),
    [
        ((), "No lesson yet"),
        (("adapt",), "One lesson kept"),
        (("adapt", "no_difference"), "Two lessons kept, one of them of what does not work, or does harm"),
        (("harm", "not_worth_it"), "Two lessons kept, two of them of what does not work, or does harm"),
    ],
)
def test_the_title_of_the_lessons_counts_what_did_not_work(codes: tuple[Code, ...], title: str) -> None:
    assert overview.lessons_title(overview.lessons([turn(code) for code in codes])) == title


@pytest.mark.parametrize(
    ("used", "told"),
    [
        ((0.025,), "One confirmation: had nothing worked, at most 25 of 1,000 such programs would have promoted"),
        ((0.05, 0.025), "Two confirmations: had nothing worked, at most 75 of 1,000 such programs"),
        ((0.05,) * 30, "30 confirmations: had nothing worked, at most 1.5 promotions by luck"),
    ],
)
def test_the_error_budget_is_told_in_programs_like_this_one(used: tuple[float, ...], told: str) -> None:
    spendings = [Spending(lineage=f"l{at}", turns=(), attempts=1, used=one) for at, one in enumerate(used)]
    title = overview.budget_title(spendings)
    assert title.startswith(told)
    assert not re.search(r"0\.\d", title), "natural frequencies, no small decimals"
