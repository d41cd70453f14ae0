"""Differences of two shares from few events, by counting all the outcomes that could have been.

For every assumed difference the two shares that fit best are found, and the chance is added up of every pair of counts
that would speak against it at least as loudly, those that speak just as loudly by half. Test and range come from one
rule, so they cannot contradict each other, unlike Fisher's test beside a score range.

Counted over all outcomes, a 95 % range misses on the side that can be missed 2.1 % of the time for 2 events in 500
against as many, and 2.8 % for 9 in 900 against 1 in 100; Newcombe's range 0.8 and 4.0 %. It takes about a tenth of a
second, so it is for the few ranges a decision hangs on; Newcombe's will do for the many that are only looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import LARGE, check, too_few
from pitcairn.estimate.moments import Floats

REACH = 8.0
"""Counts further than this many standard deviations (and ten) from what is expected are left out: 1e-15 of them."""

TIE = 1e-9
"""Scores closer than this speak equally loudly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Events and customers of two arms. ValueError for more events than customers."""

    events_control: int
    count_control: int
    events_treated: int
    count_treated: int

    def __post_init__(self) -> None:
        if not (0 <= self.events_control <= self.count_control and 0 <= self.events_treated <= self.count_treated):
            raise ValueError(
                f"{self.events_control} of {self.count_control} and {self.events_treated} of {self.count_treated}"
                " are not shares."
            )

    @property
    def sizes(self) -> tuple[int, int]:
        """Customers of the comparison and of the arm."""
        return self.count_control, self.count_treated

    @property
    def difference(self) -> float:
        """The arm's share less the comparison's."""
        return self.events_treated / self.count_treated - self.events_control / self.count_control


def mid_p(counts: Counts, *, shift: float = 0.0) -> tuple[float, float] | NotAvailable:
    """How often luck alone goes at least this far up, and down, if the shares differed by `shift`; ties by half.

    The chance is taken at the shares that fit best (Storer and Kim, "Exact properties of some exact test statistics
    for comparing two binomial proportions", JASA 1990; the half for ties: Lancaster 1961), pairs ordered by the score
    of Miettinen and Nurminen, "Comparative analysis of two rates", Statistics in Medicine 1985. Twice the smaller of
    the two is the two-sided value. NotAvailable for an empty arm; ValueError for a shift outside (-1, 1).
    """
    if not -1 < shift < 1:
        raise ValueError(f"shift == {shift}, must be above -1 and below 1.")
    if min(counts.sizes) < 1:
        return NotAvailable(why=too_few(counts.count_control, counts.count_treated))
    return _tails(counts, shift)


def exact_share_difference(counts: Counts, *, confidence: float = 0.95) -> Effect | NotAvailable:
    """The difference of two shares; its range holds the differences that `mid_p` leaves possible on either side.

    Use it where an arm has fewer than ten customers with, or without, the event and a decision hangs on the range.
    ValueError for a confidence outside (0, 1); NotAvailable for an empty arm.
    """
    check(confidence)
    if min(counts.sizes) < 1:
        return NotAvailable(why=too_few(counts.count_control, counts.count_treated))
    control, treated = counts.events_control / counts.count_control, counts.events_treated / counts.count_treated
    variance = control * (1 - control) / counts.count_control + treated * (1 - treated) / counts.count_treated
    low, high = (_end(counts, side, 0.5 - confidence / 2) for side in (0, 1))
    return Effect(
        control=control,
        treated=treated,
        estimate=counts.difference,
        low=low,
        high=high,
        standard_error=math.sqrt(variance),
        freedom=LARGE,
        confidence=confidence,
        method="Mid-p, all outcomes counted",
        count_control=counts.count_control,
        count_treated=counts.count_treated,
        p=min(1.0, 2 * min(_tails(counts, 0.0))),
    )


def _end(counts: Counts, side: int, tail: float) -> float:
    """The furthest difference, below for side 0 and above for 1, that is left possible."""
    from scipy.optimize import brentq  # 0.2 s to import, for rare counts only

    edge = (-1 + 1e-9, 1 - 1e-9)[side]
    if _tails(counts, edge)[side] >= tail:
        return float(round(edge))
    # Just inside the edges, where the estimate itself may lie.
    start = min(max(counts.difference, -1 + 2e-9), 1 - 2e-9)
    end = float(brentq(lambda shift: _tails(counts, shift)[side] - tail, edge, start, xtol=1e-9))
    if _tails(counts, 0.0)[side] >= tail:
        # The chance moves in small steps, so the search may stop a step short of no difference.
        return min(end, 0.0) if side == 0 else max(end, 0.0)
    return end


def _tails(counts: Counts, shift: float) -> tuple[float, float]:
    controls, treateds = np.array([float(counts.events_control)]), np.array([float(counts.events_treated)])
    seen = float(_score(controls, treateds, counts.sizes, shift)[0])
    best = float(fitting(controls, treateds, counts.sizes, shift)[0])
    shares = best, best + shift
    (controls, first), (treateds, second) = map(chances, shares, counts.sizes)
    both = np.outer(first, second)
    scores = _score(controls[:, np.newaxis], treateds[np.newaxis, :], counts.sizes, shift)
    same = float(both[np.abs(scores - seen) <= TIE].sum())
    return (float(both[scores > seen + TIE].sum()) + same / 2, float(both[scores < seen - TIE].sum()) + same / 2)


def chances(share: float, size: int) -> tuple[Floats, Floats]:
    """Numbers of events that can be expected of so many customers, and the chance of each."""
    share = min(max(share, 0.0), 1.0)
    reach = REACH * math.sqrt(size * share * (1 - share)) + 10
    events = np.arange(max(0, math.floor(size * share - reach)), min(size, math.ceil(size * share + reach)) + 1.0)
    ways = gammaln(size + 1) - gammaln(events + 1) - gammaln(size - events + 1)
    return events, np.exp(ways + xlogy(events, share) + xlog1py(size - events, -share))


def _score(controls: Floats, treateds: Floats, sizes: tuple[int, int], shift: float) -> Floats:
    """How loudly counts speak against `shift`, upwards positive, at the shares that fit it best."""
    first = fitting(controls, treateds, sizes, shift)
    second = np.clip(first + shift, 0.0, 1.0)
    variance = first * (1 - first) / sizes[0] + second * (1 - second) / sizes[1]
    apart = treateds / sizes[1] - controls / sizes[0] - shift
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(np.abs(apart) < 1e-15, 0.0, apart / np.sqrt(variance))
    return found


def fitting(controls: Floats, treateds: Floats, sizes: tuple[int, int], shift: float) -> Floats:
    """The comparison's most likely share if the arm's is higher by `shift`, from both arms' events and customers.

    The middle root of a cubic.
    """
    size = sizes[0] + sizes[1]
    events = controls + treateds
    if shift == 0:
        return np.asarray(events / size)
    # The likelihood's slope times p (1 - p) q (1 - q) with q = p + shift, divided by the customers of both arms.
    b = -(size + events - shift * (size + sizes[0])) / size
    c = (shift**2 * sizes[0] - shift * (size + 2 * controls) + events) / size
    d = shift * (1 - shift) * controls / size
    third = b / 3
    inner = np.maximum(third**2 - c / 3, 0.0)
    half = third**3 - b * c / 6 + d / 2
    root = np.sqrt(inner) * np.where(half < 0, -1.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.where(root == 0, 0.0, half / root**3)
    angle = (np.pi + np.arccos(np.clip(turn, -1.0, 1.0))) / 3
    found: Floats = np.clip(2 * root * np.cos(angle) - third, max(0.0, -shift), min(1.0, 1.0 - shift))
    return found
