"""The one picture a page has: a range with its best estimate, on an axis, in percent of the picture's width.

Nothing is drawn here. Positions are worked out as text (`61.25%`), so that a tiny SVG stretches to any width
without distortion and the same result gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

MARGIN = 0.07
"""Empty share of the width on either side, so that marks and tick labels are not cut."""
MOST_TICKS = 6
MOST_AMOUNTS = 4
"""Amounts of money are longer than other numbers."""
REACH = 3.0
"""A range is drawn at most this many usual widths beyond the outermost estimate; beyond, an arrow stands for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One number under the picture."""

    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What all rows of a block share."""

    zero: str
    """Where “no difference” is."""
    line: str | None
    """Where the worth-it line or the limit is."""
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where one row's range and best estimate are."""

    low: str
    estimate: str
    high: str
    cut_low: bool
    """The range goes on beyond the picture's left edge."""
    cut_high: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From numbers in the axis' unit to places: one straight line."""

    low: float
    high: float

    @classmethod
    def around(cls, ranges: Iterable[tuple[float, float, float]], *, line: float | None) -> Scale:
        """A scale that shows zero, the line and every (low, estimate, high), save the far ends of very wide ranges.

        >>> Scale.around([(65.0, 77.0, 88.0)], line=20.0).at(0.0)
        '6.14%'
        """
        rows = tuple(ranges)
        points = [0.0, *([line] if line is not None else []), *(estimate for _, estimate, _ in rows)]
        reach = REACH * median([high - low for low, _, high in rows]) if rows else 0.0
        low = max(min([*points, *(row[0] for row in rows)]), min(points) - reach)
        high = min(max([*points, *(row[2] for row in rows)]), max(points) + reach)
        if high <= low:
            low, high = low - 1.0, high + 1.0
        margin = MARGIN * (high - low)
        return cls(low=low - margin, high=high + margin)

    def at(self, value: float) -> str:
        """The place of a number, in percent of the width."""
        return f"{100 * (value - self.low) / (self.high - self.low):.2f}%"

    def axis(self, line: float | None, symbol: str = "") -> Axis:
        """Zero, the line, and ticks at round numbers; `symbol` is a currency's sign."""
        return Axis(
            zero=self.at(0.0),
            line=None if line is None else self.at(line),
            ticks=tuple(Tick(at=self.at(value), text=text) for value, text in ticks(self.low, self.high, symbol)),
        )

    def span(self, low: float, estimate: float, high: float) -> Span:
        """One row's places, cut at the picture's edges."""
        return Span(
            low=self.at(max(low, self.low)),
            estimate=self.at(estimate),
            high=self.at(min(high, self.high)),
            cut_low=low < self.low,
            cut_high=high > self.high,
        )


def ticks(low: float, high: float, symbol: str = "") -> Sequence[tuple[float, str]]:
    """Round numbers from low to high, at most six, 1, 2 or 5 times a power of ten apart, with their signs; money has
    cents or none.

    >>> ticks(-12.0, 101.0)
    [(0.0, '0'), (20.0, '+20'), (40.0, '+40'), (60.0, '+60'), (80.0, '+80'), (100.0, '+100')]
    """
    step = _step(low, high, MOST_AMOUNTS if symbol else MOST_TICKS)
    first, last = math.ceil(low / step), math.floor(high / step)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if symbol and decimals:
        decimals = max(2, decimals)
    return [(number * step, _signed(number * step, decimals, symbol)) for number in range(first, last + 1)]


def _step(low: float, high: float, most: int) -> float:
    """The smallest step of 1, 2 or 5 times a power of ten that needs no more than so many ticks."""
    power = math.floor(math.log10((high - low) / most))
    steps = [factor * 10.0**exponent for exponent in (power, power + 1) for factor in (1, 2, 5)]
    return next(step for step in steps if math.floor(high / step) - math.ceil(low / step) < most)


def _signed(value: float, decimals: int, symbol: str) -> str:
    return f"{'−' if value < 0 else '+'}{symbol}{abs(value):,.{decimals}f}" if value else "0"


def bar(value: float, longest: float) -> str:
    """The length of a bar that starts at zero, in percent of the longest one."""
    return f"{100 * value / longest:.2f}%" if longest > 0 else "0%"
