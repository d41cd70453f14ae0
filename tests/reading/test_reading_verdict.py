from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitcairn.reading.headlines import WORDS
from pitcairn.reading.result import Code
from pitcairn.reading.verdict import Standing, standing, verdict

LINE = 20.0


@pytest.mark.parametrize(
    ("low", "estimate", "high", "expected"),
    [
        (-30, -20, -1, "harm"),
        (1, 8, 19, "not_worth_it"),
        (21, 40, 60, "pass"),
        (5, 25, 45, "pass"),
        (5, 15, 25, "cannot_tell"),
        (-5, 10, 25, "cannot_tell"),
        (-50, 0, 50, "cannot_tell"),
        (-5, 2, 9, "no_difference"),
        (-25, -8, 9, "not_worth_it"),
        (0, 10, 19, "no_difference"),
    ],
)
def test_where_a_range_stands(low: float, estimate: float, high: float, expected: Standing) -> None:
    assert standing((low, estimate, high), LINE) == expected


def test_no_number_can_tell_nothing() -> None:
    assert standing(None, LINE) == "cannot_tell"


@given(st.tuples(st.floats(-100, 100), st.floats(-100, 100), st.floats(-100, 100)).map(sorted), st.floats(0.1, 60))
def test_every_range_stands_somewhere(found: list[float], line: float) -> None:
    low, estimate, high = found
    where = standing((low, estimate, high), line)
    assert where in get_args(Standing)
    assert (where == "harm") == (high < 0)
    assert where != "pass" or low > 0


@given(st.floats(-100, 100), st.floats(0, 50), st.floats(0.1, 60), st.floats(0, 30))
def test_a_better_result_never_passes_less(low: float, width: float, line: float, better: float) -> None:
    before = standing((low, low + width / 2, low + width), line)
    after = standing((low + better, low + better + width / 2, low + better + width), line)
    assert before != "pass" or after == "pass"
    assert after != "harm" or before == "harm"


def every_case() -> list[dict[str, object]]:
    flags = ("unsafe", "alarm", "passed", "tests_met", "complete", "guardrail_broken")
    return [
        dict(zip(flags, values, strict=True)) | {"stands": stands}
        for values in product((False, True), repeat=len(flags))
        for stands in get_args(Standing)
    ]


def test_the_verdict_is_one_of_eight_whatever_the_facts() -> None:
    codes = {verdict(**case) for case in every_case()}  # type: ignore[arg-type]
    assert codes == set(get_args(Code)) == set(WORDS)


def test_unsafe_data_gives_no_other_verdict() -> None:
    assert {verdict(**case) for case in every_case() if case["unsafe"]} == {"unsafe_to_read"}  # type: ignore[arg-type]


def test_before_the_end_there_is_patience_harm_or_a_promotion_with_every_test_met() -> None:
    for case in every_case():
        if not case["unsafe"] and not case["complete"]:
            is_proven = case["passed"] and case["tests_met"]
            expected = "harm" if case["alarm"] else "promote" if is_proven else "too_early"
            assert verdict(**case) == expected  # type: ignore[arg-type]


def test_an_alarm_is_harm_whatever_else_is_true() -> None:
    alarmed = [case for case in every_case() if case["alarm"] and not case["unsafe"]]
    assert {verdict(**case) for case in alarmed} == {"harm"}  # type: ignore[arg-type]


def test_promotion_needs_everything_at_once() -> None:
    promoted = [case for case in every_case() if verdict(**case) == "promote"]  # type: ignore[arg-type]
    assert promoted
    for case in promoted:
        assert case["tests_met"]
        assert case["passed"]
        assert not case["unsafe"]
        assert not case["alarm"]
