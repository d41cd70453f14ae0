"""The small values people write in plan files: amounts, ranges, shares, durations, days.

Each parser takes what YAML gave (text or number) and returns a frozen value, or raises ValueError
with a sentence that shows how to write it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

Per = Literal["customer", "1000", "100"]

_NUMBER = r"[+\-−]?\s*(?:(?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{0,18})?|\.\d{1,18})(?:e[+\-]?\d{1,2})?"
"""A comma only ever separates thousands: `2,5` is refused, because it is 2.5 to some and 25 to others."""
_UNIT = r"(?:\s*(?P<unit>per\s*1,?000|per\s*mille|‰|%|percent|per\s*100|each|per\s*customer))?"
_SHARE = re.compile(
    r"(?P<number>\d{1,9}(?:\.\d{0,12})?|\.\d{1,12}|\d{1,3}(?:\.\d{1,18})?e-\d{1,2})\s*(?P<percent>%?)", re.ASCII
)
_FRACTION = re.compile(r"(?P<top>\d{1,9})\s*/\s*(?P<bottom>\d{1,9})", re.ASCII)
_AMOUNT = re.compile(rf"(?P<number>{_NUMBER}){_UNIT}", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(rf"(?P<low>{_NUMBER})\s*(?:\.\.|to|–)\s*(?P<number>{_NUMBER}){_UNIT}", re.IGNORECASE | re.ASCII)
_DURATION = re.compile(r"(?P<number>\d{1,6})\s*(?P<unit>days?|d|weeks?|w)", re.IGNORECASE | re.ASCII)
_UNITS: dict[str, Per] = {
    "per1000": "1000",
    "permille": "1000",
    "‰": "1000",
    "%": "100",
    "percent": "100",
    "per100": "100",
    "each": "customer",
    "percustomer": "customer",
}
_SIZE: dict[Per, int] = {"customer": 1, "1000": 1000, "100": 100}


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity per customer, and the unit it was written in."""

    value: float
    """Per customer: 0.02 for `20 per 1000`, for `2%` and for `0.02 each`."""
    per: Per | None = None
    """The unit written, None where a bare number was."""


@dataclass(frozen=True, slots=True)
class AmountRange:
    """A prediction: from one amount to another, both per customer."""

    low: float
    high: float
    per: Per | None = None


def amount(written: object) -> Amount:
    """
    >>> amount("+20 per 1000")
    Amount(value=0.02, per='1000')
    >>> amount("2.5%").value, amount(0.05).value, amount("1e-3 each").value
    (0.025, 0.05, 0.001)
    """
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise ValueError("write an amount, such as “20 per 1000”, “2%” or “0.50 each”")
    if isinstance(written, int | float):
        return Amount(_finite(written))
    match = _AMOUNT.fullmatch(written.strip())
    if not match:
        raise ValueError(f"“{written}” is not an amount; write for example “20 per 1000”, “2%” or “0.50 each”")
    per = _unit(match["unit"])
    return Amount(_finite(_number(match["number"])) / _SIZE[per or "customer"], per)


def amount_range(written: object) -> AmountRange:
    """
    >>> amount_range("+40..+65 per 1000")
    AmountRange(low=0.04, high=0.065, per='1000')
    """
    if not isinstance(written, str) or not (match := _RANGE.fullmatch(written.strip())):
        raise ValueError(f"“{written}” is not a range; write for example “40 to 65 per 1000”")
    per = _unit(match["unit"])
    size = _SIZE[per or "customer"]
    low, high = _finite(_number(match["low"])) / size, _finite(_number(match["number"])) / size
    if low > high:
        raise ValueError(f"“{written}” runs backwards; write the smaller number first")
    return AmountRange(low, high, per)


def share(written: object) -> Fraction:
    """A share of customers, exactly.

    >>> share("1/3"), share("12.5%"), share(0.5)
    (Fraction(1, 3), Fraction(1, 8), Fraction(1, 2))
    """
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise ValueError("write a share, such as “1/2”, “33%” or 0.5")
    text = str(written).strip()
    if fraction := _FRACTION.fullmatch(text):
        top, bottom = int(fraction["top"]), int(fraction["bottom"])
        value = Fraction(top, bottom) if bottom else Fraction(0)
    elif number := _SHARE.fullmatch(text):
        value = Fraction(number["number"]) / (100 if number["percent"] else 1)
    else:
        raise ValueError(f"“{written}” is not a share; write for example “1/2”, “33%” or 0.5")
    if not 0 < value <= 1:
        raise ValueError(f"“{written}” is not a share: it must be more than 0 and at most 1 (or 100%)")
    return value


def duration(written: object) -> int:
    """Whole days.

    >>> duration("2 weeks"), duration("14 days")
    (14, 14)
    """
    match = _DURATION.fullmatch(written.strip()) if isinstance(written, str) else None
    if not match:
        raise ValueError(f"“{written}” is not a length of time; write for example “14 days” or “2 weeks”")
    days = int(match["number"]) * (7 if match["unit"].lower().startswith("w") else 1)
    if not 1 <= days <= 3660:
        raise ValueError(f"“{written}” is out of range; use 1 day to 10 years")
    return days


def day(written: object) -> date:
    """
    >>> day("2026-03-02")
    datetime.date(2026, 3, 2)
    """
    if isinstance(written, date):
        return written
    if not isinstance(written, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written.strip(), re.ASCII):
        raise ValueError(f"“{written}” is not a date; write year-month-day, such as 2026-03-02")
    try:
        found = date.fromisoformat(written.strip())
    except ValueError:
        raise ValueError(f"“{written}” is not a day of the calendar; write year-month-day") from None
    if not 1970 <= found.year <= 2199:
        raise ValueError(f"“{written}” is out of range; use a day from 1970 to 2199")
    return found


def text(written: str) -> str:
    """Text that says something."""
    if not written.strip():
        raise ValueError("there is only space here; write a text, or remove the line")
    return written


def scalar(written: object) -> str | int | float | bool:
    """
    >>> scalar("womens"), scalar(1)
    ('womens', 1)
    """
    if not isinstance(written, str | int | float | bool):
        raise ValueError("write a text, a number, or true or false")
    return written


def _unit(written: str | None) -> Per | None:
    return _UNITS[re.sub(r"[\s,]", "", written.lower())] if written else None


def _number(written: str) -> float:
    return float(re.sub(r"[\s,]", "", written).replace("−", "-"))


def _finite(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("write a finite number")
    return float(value)
