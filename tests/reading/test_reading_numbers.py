from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from readings import SPEND, VISIT

from pitcairn.phrases import day, several
from pitcairn.reading.numbers import Display, written


def test_rates_are_told_per_thousand() -> None:
    display = Display.of(VISIT, "USD", 0.0033)
    assert display.change(0.076590) == "+77"
    assert display.level(0.106167) == "106"
    assert display.range(0.0701, 0.0831) == "+70 to +83"
    assert display.amount(0.0766) == "+77 visits per 1,000 customers"


def test_rare_things_keep_the_decimals_that_their_error_allows() -> None:
    assert Display.of(VISIT, "USD", 0.0009).change(0.006805) == "+6.8"
    assert Display.of(VISIT, "USD", 0.00009).change(-0.00068) == "−0.68"


def test_money_keeps_its_cents_and_its_sign_before_the_currency() -> None:
    display = Display.of(SPEND, "USD", 0.145)
    assert display.change(0.769827) == "+$0.77"
    assert display.change(-0.05) == "−$0.05"
    assert display.amount(0.77) == "+$0.77 per customer"
    assert Display.of(SPEND, "CHF", 0.145).level(1.4226) == "CHF 1.42"
    assert Display.of(SPEND, "EUR", 30.0).level(1234.4) == "€1,234"


def test_nothing_has_no_sign() -> None:
    display = Display.of(VISIT, "USD", 0.0033)
    assert display.change(0.0) == display.change(-0.0001) == display.change(0.0001) == "0"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.02, "+20 visits per 1,000 customers"), (0.0025, "+2.5 visits per 1,000 customers"), (1 / 3000, "+0.333333")],
)
def test_written_amounts_come_back_as_they_were_written(value: float, text: str) -> None:
    assert written(VISIT, value, "USD").startswith(text)


def test_written_money_has_cents() -> None:
    assert written(SPEND, 0.5, "USD") == "+$0.50 per customer"
    assert written(SPEND, 0.125, "USD") == "+$0.125 per customer"


def test_a_mean_has_the_unit_it_was_given() -> None:
    score = replace(VISIT, kind="mean", unit="points out of 10")
    assert Display.of(score, "USD", 0.02).amount(0.31) == "+0.31 points out of 10"


def test_days_and_lists_read_as_sentences() -> None:
    assert day(date(2026, 3, 2)) == "2 March 2026"
    assert several(["a"]) == "a"
    assert several(["a", "b", "c"]) == "a, b and c"
