"""Small pieces of sentences that several rooms need: days, lists, counts of customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

# Not strftime: that one follows the machine's language.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(value: date) -> str:
    """
    >>> day(date(2026, 3, 2))
    '2 March 2026'
    """
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def days(count: int) -> str:
    """
    >>> days(1), days(28)
    ('1 day', '28 days')
    """
    return "1 day" if count == 1 else f"{count} days"


def about(count: int) -> str:
    """A count rounded up to two figures, for what is only roughly known.

    >>> about(150503), about(37)
    ('160,000', '37')
    """
    step = 10 ** max(0, len(str(count)) - 2)
    return f"{-(-count // step) * step:,}"


def several(words: Sequence[str]) -> str:
    """
    >>> several(["a"]), several(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def percentage(share: float) -> str:
    """
    >>> percentage(0.0125), percentage(0.05)
    ('1.25%', '5%')
    """
    return f"{round(100 * share, 2):g}%"


def customers(count: int) -> str:
    """
    >>> customers(1), customers(21306)
    ('1 customer', '21,306 customers')
    """
    return "1 customer" if count == 1 else f"{count:,} customers"
