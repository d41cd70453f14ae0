"""Small pieces of sentences that several rooms need: days, lists, counts of customers."""

from __future__ import annotations

import math
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
    """A share exactly where five decimals can say it, else to two decimals, or to three figures where it is small.

    >>> percentage(0.05), percentage(0.00625), percentage(1 / 3), percentage(0.05 / 2**8)
    ('5%', '0.625%', '33.33%', '0.0195%')
    """
    value = 100 * share
    exact = next((places for places in range(6) if math.isclose(round(value, places), value, rel_tol=1e-9)), None)
    figures = 2 if value == 0 else max(2, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{figures if exact is None else exact}f}%"


def customers(count: int) -> str:
    """
    >>> customers(1), customers(21306)
    ('1 customer', '21,306 customers')
    """
    return "1 customer" if count == 1 else f"{count:,} customers"
