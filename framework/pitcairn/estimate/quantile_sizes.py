"""How much of a quantile can be seen, by the ranks that its range ends on and how values lie on either side of it.

A range that lies above zero has the comparison's upper end and the arm's lower end between the two quantiles, so those
two sides decide, not the other two. At which share of customers an end lies with a given chance is exact, for ranks of
independent values follow the beta distribution (David and Nagaraja, "Order Statistics", 2003, section 2.3); the two
distances are squared and added, as the reading does with its own (Zou and Donner 2008). Between the ranks values are
taken to follow the log-odds of the share below them, bent by how much closer they lie on one side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, logit, ndtr, ndtri

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.quantiles import Ladder, possible_ranks

WIDE = 0.3
"""So far towards its nearer end the values on either side of a quantile are compared."""
BENDS = 0.5
"""How much bends of usual measures differ: what a few customers say of one is drawn towards none."""
MOST = 10**12
"""Customers; more are not counted."""
HALVINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """How values lie around a quantile."""

    at: float
    """The share of customers who do not exceed it."""
    sd: float
    """One customer's part of its standard error."""
    bend: float = 0.0
    """By how much the logarithm of the distance between values grows with the log-odds of the share below them."""

    def off(self, share: float) -> float:
        """How far the value that `share` do not exceed lies above the quantile; negative below it."""
        odds = float(logit(share) - logit(self.at))
        scale = self.sd * math.sqrt(self.at * (1 - self.at))
        return scale * (odds if abs(self.bend * odds) < 1e-9 else math.expm1(self.bend * odds) / self.bend)


def bend_of(ladder: Ladder, at: float) -> float:
    """The bend of these values around the quantile, from half ranges on both sides; 0 where a side has no width."""
    middle = max(1, math.ceil(ladder.count * at - 1e-9))
    reach = max(1, round(ladder.count * WIDE * min(at, 1 - at)))
    there = np.array([rank for rank, _ in ladder.far] + ladder.ranks.tolist())
    known = np.array([value for _, value in ladder.far] + ladder.values.tolist())
    places = [int(np.abs(there - rank).argmin()) for rank in (middle - reach, middle, middle + reach)]
    ranks, values = there[places], known[places]
    counts, widths = np.diff(ranks), np.diff(values)
    if min(counts) < 1 or min(widths) <= 0:
        return 0.0
    odds = np.diff(logit(ranks / (ladder.count + 1)))
    found = float(np.diff(np.log(widths / odds))[0] / odds.mean())
    # A distance over so many customers is known to one over their root.
    noise = float((1 / counts).sum() / odds.mean() ** 2)
    return found * BENDS**2 / (BENDS**2 + noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileArms:
    """How many customers each arm has, and how strictly they are judged."""

    control: int
    treated: int
    level: float
    """One-sided."""

    def visible_gain(self, around: Around, *, power: float, up: bool = True) -> float | NotAvailable:
        """The smallest true shift in the better direction that is seen with probability `power`; positive.

        It is also the smallest margin that is shown to be kept as often where nothing moves. NotAvailable where
        customers do not differ, or an arm has too few for a range.
        """
        if not 0 < around.sd < math.inf:
            return NotAvailable(why="customers did not differ at all before, so the spread is not known")
        above, below = (self.control, self.treated) if up else (self.treated, self.control)
        ends = possible_ranks(above, around.at, self.level), possible_ranks(below, around.at, self.level)
        if ends[0] is None or ends[1] is None:
            return NotAvailable(why="an arm would have too few customers for a range of this quantile")
        high, low = ends[0][1], ends[1][0]
        upper = float(betaincinv(high, above - high + 1, power))
        lower = float(betaincinv(low, below - low + 1, 1 - power))
        return math.hypot(around.off(upper), around.off(lower))

    def chance(self, around: Around, gain: float, *, up: bool = True) -> float | None:
        """How likely a true shift of this size is told from none; None where no size would be."""
        low, high = float(ndtri(self.level)), 8.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            seen = self.visible_gain(around, power=float(ndtr(middle)), up=up)
            if isinstance(seen, NotAvailable):
                return None
            low, high = (middle, high) if seen <= gain else (low, middle)
        return float(ndtr(low))


def customers_needed(
    around: Around, *, parts: tuple[float, float], gain: float, level: float, power: float, up: bool = True
) -> int | NotAvailable:
    """How many customers must be drawn in all to see `gain`; each drawn one brings these parts of a customer to the
    comparison and to the arm. NotAvailable where the spread is not known, or no number would do.
    """

    def seen(total: int) -> bool:
        arms = QuantileArms(control=round(total * parts[0]), treated=round(total * parts[1]), level=level)
        found = arms.visible_gain(around, power=power, up=up)
        return not isinstance(found, NotAvailable) and found <= gain

    low, high = 0, 2
    while not seen(high):
        low, high = high, 2 * high
        if high > MOST:
            return NotAvailable(why="no number of customers there can be would do")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high
