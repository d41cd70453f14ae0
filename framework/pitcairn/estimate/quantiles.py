"""Differences of quantiles, such as the median basket, from the order of the values alone.

The ends of a quantile's range are themselves values that customers had: those whose rank cannot be ruled out, by the
binomial chance of so many customers below the true quantile (Woodruff, "Confidence intervals for medians and other
position measures", JASA 1952). No density has to be estimated. Two such ranges, which need not be symmetric, are put
together by squaring and adding (Zou and Donner, "Construction of confidence limits about effect measures", Statistics
in Medicine 2008).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtri

from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import LARGE, check
from pitcairn.estimate.moments import Floats, Moments

RANKS = "Ranks"
"""The method's name: a range of ranks on each side, which is no test."""

BEYOND = "So sure a range reaches beyond the values that were kept."


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """One arm's values in rising order, and how many customers had each. ValueError where that is not so."""

    values: Floats
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.values.shape != self.counts.shape or np.any(np.diff(self.values) <= 0) or np.any(self.counts < 1):
            raise ValueError("Values must rise, and each needs a count of at least 1.")

    @classmethod
    def of(cls, rows: Floats) -> Ordered:
        """From raw rows, in any order."""
        values, counts = np.unique(np.asarray(rows, dtype=np.float64), return_counts=True)
        return cls(values, counts.astype(np.int64))

    @property
    def count(self) -> int:
        """All customers."""
        return int(self.counts.sum())

    def within(self, low: int, high: int) -> tuple[float, float]:
        """The values of the customers at two ranks, 1 the lowest."""
        ends = self.values[np.searchsorted(np.cumsum(self.counts), [low, high])]
        return float(ends[0]), float(ends[1])


@dataclass(frozen=True, slots=True, eq=False)
class Below:
    """Of each step of a ladder: who has less, who has at most its value, and what was known of these before."""

    under: NDArray[np.int64]
    upto: NDArray[np.int64]
    sums: Floats
    """(steps, covariates): the sums over all customers with at most the step's value."""


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Some of one arm's values by their ranks, 1 the lowest: all that its quantile needs, without the other values.

    ValueError for ranks that do not rise, or lie outside 1..count.
    """

    count: int
    ranks: NDArray[np.int64]
    values: Floats
    below: Below | None = None
    """Where something was known before the start, so that it can be taken out."""
    far: tuple[tuple[int, float], ...] = ()
    """Ranks with their values that lie beyond the ladder on either side: for sizing, no range ends on them."""

    def __post_init__(self) -> None:
        if self.ranks.shape != self.values.shape or np.any(np.diff(self.ranks) < 1):
            raise ValueError("Ranks must rise, and each needs a value.")
        if self.ranks.size and not 1 <= self.ranks[0] <= self.ranks[-1] <= self.count:
            raise ValueError(f"Ranks must lie between 1 and {self.count:,}.")

    @classmethod
    def of(cls, rows: Floats, known: Floats) -> Ladder:
        """From raw rows (n,) and what was known before the start of each (n, covariates): every customer is a step."""
        order = np.argsort(rows, kind="stable")
        values, sums = np.asarray(rows, dtype=np.float64)[order], np.cumsum(known[order], axis=0)
        under, upto = np.searchsorted(values, values, "left"), np.searchsorted(values, values, "right")
        below = Below(under.astype(np.int64), upto.astype(np.int64), sums[upto - 1])
        return cls(len(values), np.arange(1, len(values) + 1), values, below)

    def within(self, low: int, high: int) -> tuple[float, float] | None:
        """The values at two ranks, or at the nearest known ones beyond them; None where none is known beyond."""
        below, above = self.ranks[self.ranks <= low], self.ranks[self.ranks >= high]
        if not below.size or not above.size:
            return None
        return float(self.values[below.size - 1]), float(self.values[-above.size])


@dataclass(frozen=True, slots=True, eq=False)
class Ranked(Moments):
    """Moments of one arm's values, with those in the middle of their order. What is made of it has the moments alone:
    orders do not add.
    """

    ladder: Ladder = field(kw_only=True)

    @classmethod
    def of_ladder(cls, moments: Moments, ladder: Ladder) -> Ranked:
        """Both of the same customers."""
        return cls(moments.count, moments.mean, moments.spread, moments.cubes, ladder=ladder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """One arm's quantile with its range."""

    estimate: float
    low: float
    high: float
    count: int


def quantile(arm: Ordered | Ladder, share: float, *, confidence: float = 0.95) -> Quantile | NotAvailable:
    """The value that `share` of the customers do not exceed. The range covers at least as often as it says.

    NotAvailable for too few customers to have one beyond the range on either side, and where a ladder does not reach
    so far; between two steps of a ladder the range ends at the further one. ValueError for a share or a
    confidence outside (0, 1).
    """
    check(confidence)
    if not 0 < share < 1:
        raise ValueError(f"share == {share}, must be between 0 and 1.")
    ranks = possible_ranks(arm.count, share, 0.5 - confidence / 2)
    if ranks is None:
        return NotAvailable(why=f"{arm.count:,} customers are too few for the quantile at {share:.0%}.")
    middle = max(1, math.ceil(arm.count * share - 1e-9))
    own, ends = arm.within(middle, middle), arm.within(*ranks)
    if own is None or ends is None:
        return NotAvailable(why=BEYOND)
    return Quantile(estimate=own[0], low=ends[0], high=ends[1], count=arm.count)


def quantile_difference(
    control: Quantile | NotAvailable,
    treated: Quantile | NotAvailable,
    *,
    together: float = 0.0,
    confidence: float = 0.95,
) -> Effect | NotAvailable:
    """The difference of two quantiles whose ranges are at `confidence`; its own range is at the same one.

    `together` is the correlation of the two, of quantiles that were adjusted to the same customers. The standard error
    is what the range's half width implies. NotAvailable where a quantile is, or where neither range has any width: so
    many customers have that one value that the quantile cannot show a difference.
    """
    check(confidence)
    if isinstance(control, NotAvailable):
        return control
    if isinstance(treated, NotAvailable):
        return treated
    estimate = treated.estimate - control.estimate
    down = _put(treated.estimate - treated.low, control.high - control.estimate, together)
    up = _put(treated.high - treated.estimate, control.estimate - control.low, together)
    return _effect(control, treated, (estimate, estimate - down, estimate + up), (down + up) / 2, confidence)


def quantile_relative_difference(
    control: Quantile | NotAvailable,
    treated: Quantile | NotAvailable,
    *,
    together: float = 0.0,
    confidence: float = 0.95,
) -> Effect | NotAvailable:
    """By what share the treated arm's quantile is higher, on the log scale, so never below -100 %.

    NotAvailable as the difference, and where a range reaches zero or below.
    """
    check(confidence)
    if isinstance(control, NotAvailable):
        return control
    if isinstance(treated, NotAvailable):
        return treated
    if min(control.low, treated.low) <= 0:
        return NotAvailable(why="A group's quantile is not clearly above zero, so there is no share of it.")
    ratio = treated.estimate / control.estimate
    down = _put(math.log(treated.estimate / treated.low), math.log(control.high / control.estimate), together)
    up = _put(math.log(treated.high / treated.estimate), math.log(control.estimate / control.low), together)
    widths = [(arm.high - arm.low) / 2 / arm.estimate for arm in (control, treated)]
    ends = ratio - 1, ratio * math.exp(-down) - 1, ratio * math.exp(up) - 1
    return _effect(control, treated, ends, ratio * _put(widths[0], widths[1], together), confidence)


def _put(one: float, other: float, together: float) -> float:
    """Two distances squared and added, less what they have in common (Zou, Psychological Methods 2007)."""
    return math.sqrt(max(0.0, one**2 + other**2 - 2 * together * one * other))


def _effect(
    control: Quantile, treated: Quantile, ends: tuple[float, float, float], half: float, confidence: float
) -> Effect | NotAvailable:
    if control.low == control.high and treated.low == treated.high:
        return NotAvailable(why="Too many customers have exactly that value to tell quantiles apart.")
    return Effect(
        control=control.estimate,
        treated=treated.estimate,
        estimate=ends[0],
        low=ends[1],
        high=ends[2],
        standard_error=half / float(ndtri(0.5 + confidence / 2)),
        freedom=LARGE,
        confidence=confidence,
        method=RANKS,
        count_control=control.count,
        count_treated=treated.count,
    )


def possible_ranks(count: int, share: float, tail: float) -> tuple[int, int] | None:
    """The ranks just beyond which the true quantile lies with at most `tail` chance each; None where there are none."""
    reach = -float(ndtri(tail)) * math.sqrt(count * share * (1 - share)) + 3
    # The number of customers at or below the true quantile is binomial.
    below = np.arange(max(0, math.floor(count * share - reach)), min(count, math.ceil(count * share + reach)) + 1)
    if count == 0:
        return None
    reached = bdtr(below.astype(np.float64), count, share)
    low, high = below[reached <= tail], below[reached >= 1 - tail]
    if not low.size or not high.size or high[0] + 1 > count:
        return None
    return int(low[-1]) + 1, int(high[0]) + 1
