from __future__ import annotations

import contextlib
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitcairn.spec import scalars
from pitcairn.spec.scalars import Amount, AmountRange


@pytest.mark.parametrize(
    ("written", "value", "per"),
    [
        ("20 per 1000", 0.02, "1000"),
        ("+20 per 1,000", 0.02, "1000"),
        ("20‰", 0.02, "1000"),
        ("2%", 0.02, "100"),
        ("2 percent", 0.02, "100"),
        ("−2 per 100", -0.02, "100"),
        ("0.50 each", 0.5, "customer"),
        ("1,250.5 per customer", 1250.5, "customer"),
        (".5", 0.5, None),
        (0.05, 0.05, None),
        (3, 3.0, None),
    ],
)
def test_amounts_are_per_customer(written, value, per):
    assert scalars.amount(written) == Amount(pytest.approx(value), per)


@pytest.mark.parametrize(
    "written", ["2,5%", "20 per 100s", "", "x", "1 000", "1e999", "٣%", "5 per", True, None, [1], "9" * 400]
)
def test_what_is_not_an_amount_is_refused(written):
    with pytest.raises(ValueError, match=r"amount"):
        scalars.amount(written)


@pytest.mark.parametrize(
    ("written", "low", "high", "per"),
    [
        ("+40..+65 per 1000", 0.04, 0.065, "1000"),
        ("-1% ", None, None, None),
        ("-1 to 2%", -0.01, 0.02, "100"),
        ("0.1 – 0.3 each", 0.1, 0.3, "customer"),
        ("5..5", 5.0, 5.0, None),
    ],
)
def test_ranges_run_from_one_amount_to_another(written, low, high, per):
    if low is None:
        with pytest.raises(ValueError, match="is not a range"):
            scalars.amount_range(written)
    else:
        assert scalars.amount_range(written) == AmountRange(pytest.approx(low), pytest.approx(high), per)


def test_a_range_that_runs_backwards_is_refused():
    with pytest.raises(ValueError, match="runs backwards"):
        scalars.amount_range("65..40 per 1000")


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("1/3", Fraction(1, 3)),
        ("1 / 3", Fraction(1, 3)),
        ("12.5%", Fraction(1, 8)),
        ("33 %", Fraction(33, 100)),
        (0.1, Fraction(1, 10)),
        ("100%", Fraction(1)),
        (1, Fraction(1)),
        (1e-5, Fraction(1, 100_000)),
    ],
)
def test_shares_are_exact(written, exact):
    assert scalars.share(written) == exact


@pytest.mark.parametrize(
    "written", ["0", "0%", "1/0", "-1/2", "101%", "3/2", "1e-999999999", "half", "", True, None, 2, -0.5, "1/3/4"]
)
def test_what_is_not_a_share_is_refused(written):
    with pytest.raises(ValueError, match="share"):
        scalars.share(written)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_any_proper_fraction_is_a_share(top, bottom):
    top, bottom = sorted((top, bottom))
    assert scalars.share(f"{top}/{bottom}") == Fraction(top, bottom)


@pytest.mark.parametrize(
    ("written", "days"), [("14 days", 14), ("1 day", 1), ("2 weeks", 14), ("1w", 7), ("30d", 30), (" 3 Weeks ", 21)]
)
def test_lengths_of_time_are_whole_days(written, days):
    assert scalars.duration(written) == days


@pytest.mark.parametrize(
    "written",
    ["14", 14, "14 dayz", "1.5 weeks", "0 days", "999999 weeks", "1 month", "-3 days", None, "9" * 5000 + " days"],
)
def test_what_is_not_a_length_of_time_is_refused(written):
    with pytest.raises(ValueError, match=r"is not a length of time|is out of range"):
        scalars.duration(written)


def test_days_are_days_of_the_calendar():
    assert scalars.day("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "written",
    ["2026-02-29", "2026-13-01", "26-01-01", "2026/01/01", "1 March 2026", 20260301, None, "1969-12-31", "9999-12-31"],
)
def test_what_is_not_a_day_is_refused(written):
    with pytest.raises(ValueError, match=r"is not a d|is out of range"):
        scalars.day(written)


PARSERS = (scalars.amount, scalars.amount_range, scalars.share, scalars.duration, scalars.day, scalars.scalar)


@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans() | st.lists(st.integers()))
def test_parsers_raise_nothing_but_value_errors(written):
    for parse in PARSERS:
        with contextlib.suppress(ValueError):
            assert parse(written) is not None
