"""How much can be seen where arms are of unequal size: by the pooled test that reads them, skew and all.

The test of `skewed` takes its variance from all customers together, so a small arm that gains is not held to its own,
larger spread, and a small comparison is. For shares this is the sizing of Farrington and Manning, "Test statistics and
sample size formulae for comparative binomial trials", Statistics in Medicine 1990: the test's error in front of the
level, the true error in front of the power. The skew moves both by the first term of Cornish and Fisher's expansion.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.skewed import GROWTH

FARTHEST = 1e6
"""Times the spread of one customer's value: a gain larger than this is none."""
MOST = 1e12
"""Customers; more are not counted."""
STEP = 0.7
"""Of a logarithm: about half as many customers."""
MOST_SKEWED = 1.0
"""Averages more skewed than this are not what the expansion is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """One customer's value, and how it varies where the level is another."""

    variance: float
    level: float | None = None
    """Where it is given, the variance grows in proportion to it; of a share it is the share."""
    share: bool = False
    skew: float = 0.0
    """The third standardised moment; of a share it follows from the share."""

    def variance_at(self, change: float) -> float:
        """Where the average is higher by `change`."""
        if self.level is None or self.level <= 0:
            return self.variance
        if self.share:
            level = min(max(self.level + change, 0.0), 1.0)
            return level * (1 - level)
        return self.variance * min(max(1 + change / self.level, 0.0), FARTHEST)

    def third_at(self, change: float) -> float:
        """The third central moment there."""
        if self.share and self.level is not None:
            return self.variance_at(change) * (1 - 2 * min(max(self.level + change, 0.0), 1.0))
        return self.skew * math.sqrt(self.variance) * self.variance_at(change)

    @property
    def room(self) -> tuple[float, float]:
        """The largest drop and the largest rise there can be."""
        if self.share and self.level is not None:
            return self.level, 1 - self.level
        return FARTHEST * math.sqrt(self.variance), FARTHEST * math.sqrt(self.variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """How many customers each arm has, and how strictly they are judged."""

    control: float
    treated: float
    level: float
    """One-sided."""

    def chance(self, values: Values, gain: float, *, up: bool = True) -> float:
        """How likely a true gain of this size is told from none. ValueError for a level outside 0..1/2."""
        own, error, bent = self._errors(values, gain, up=up)
        return float(ndtr(_unbent((gain - own) / error, bent)))

    def visible_gain(self, values: Values, *, power: float, up: bool = True) -> float | NotAvailable:
        """The smallest true change in the better direction that is seen with probability `power`; positive.

        NotAvailable for an arm of fewer than two customers, without spread, and where no change would be seen.
        ValueError for a level or power outside (0, 1).
        """

        def missing(gain: float) -> float:
            return power - self.chance(values, gain, up=up)

        return self._solved(values, missing, power, values.room[1 if up else 0])

    def visible_margin(self, values: Values, *, power: float, up: bool = True) -> float | NotAvailable:
        """The smallest margin that is shown to be kept with probability `power` where nothing gets worse; positive.

        `up` says where better is. Raises and is not available as `visible_gain`.
        """

        def missing(margin: float) -> float:
            return power - self._kept(values, margin, up=up)

        return self._solved(values, missing, power, values.room[0 if up else 1])

    def _solved(
        self, values: Values, missing: Callable[[float], float], power: float, room: float
    ) -> float | NotAvailable:
        from scipy.optimize import brentq  # takes 0.2 s to import, and most pilots draw even shares

        _check(self.level, power)
        if min(self.control, self.treated) < 2:
            return NotAvailable(why="an arm would have fewer than 2 customers")
        if not 0 < values.variance < math.inf:
            return NotAvailable(why="customers did not differ at all before, so the spread is not known")
        tiny, most = 1e-9 * math.sqrt(values.variance), room * (1 - 1e-9)
        if most <= tiny or missing(most) > 0:
            return NotAvailable(why="there are too few customers to see even the largest possible change")
        return float(brentq(missing, tiny, most, xtol=tiny, rtol=1e-9))

    def _errors(self, values: Values, gain: float, *, up: bool) -> tuple[float, float, float]:
        """How large an estimate passes, the true error of one, and the skew of what it is drawn from."""
        n, m, side = self.control, self.treated, 1 if up else -1
        change = side * gain
        variances, thirds = ((f(0.0), f(change)) for f in (values.variance_at, values.third_at))
        pooled = (n * variances[0] + m * variances[1] + n * m / (n + m) * change**2) / (n + m)
        test = math.sqrt(pooled * (1 / n + 1 / m))
        skew = side * (n * thirds[0] + m * thirds[1]) / (n + m) * (1 / m**2 - 1 / n**2) / test**3
        true = math.sqrt(variances[0] / n + variances[1] / m)
        bent = side * (thirds[1] / m**2 - thirds[0] / n**2) / true**3
        return self._bound(skew) * test, true, bent

    def _kept(self, values: Values, margin: float, *, up: bool) -> float:
        """The chance that the margin is kept, of an arm that is as good as the comparison."""
        n, m, side = self.control, self.treated, 1 if up else -1
        grown = min(max(values.variance_at(-side * margin) / values.variance, GROWTH[0]), GROWTH[1])
        part = (n + m / grown) / (n + m)
        test = math.sqrt(values.variance * part * (1 / n + grown / m))
        third = side * values.third_at(0.0)
        skew = third * part * (grown / m**2 - 1 / n**2) / test**3
        true = math.sqrt(values.variance * (1 / n + 1 / m))
        bent = third * (1 / m**2 - 1 / n**2) / true**3
        return float(ndtr(_unbent((margin - self._bound(skew) * test) / true, bent)))

    def _bound(self, skew: float) -> float:
        bound = -float(ndtri(self.level))
        return bound + _within(skew) * (bound**2 - 1) / 6


def customers_needed(
    values: Values, *, shares: tuple[float, float], gain: float, level: float, power: float, up: bool = True
) -> int | NotAvailable:
    """How many customers must be drawn in all, every arm included, to see `gain`; shares are comparison's and arm's.

    NotAvailable where the spread is not known, or no number would do.
    """
    from scipy.optimize import brentq

    _check(level, power)
    if not 0 < values.variance < math.inf or gain >= values.room[1 if up else 0]:
        return NotAvailable(why="the level before or after such a change is not between nobody and everybody")

    def missing(log_total: float) -> float:
        total = math.exp(log_total)
        arms = Arms(control=total * shares[0], treated=total * shares[1], level=level)
        return power - arms.chance(values, gain, up=up)

    high = math.log(MOST)
    if missing(high) > 0:
        return NotAvailable(why="no number of customers there can be would do")
    # Down from where they are many: the expansion means nothing for a handful.
    least = math.log(4 / min(shares))
    low = high - STEP
    while low > least and missing(low) <= 0:
        high, low = low, low - STEP
    return math.ceil(math.exp(float(brentq(missing, low, high, xtol=1e-9)) if missing(low) > 0 else high))


def _unbent(z: float, skew: float) -> float:
    """The standard normal value that an average with this skew passes as often, where it has to fall z below its mean.

    A quantile -q of it lies at -q + skew (q² − 1) / 6; that is turned round in first order, and near the middle only.
    """
    q = min(max(z, -3.0), 3.0)
    return z + _within(skew) * (q**2 - 1) / 6


def _within(skew: float) -> float:
    return min(max(skew, -MOST_SKEWED), MOST_SKEWED)


def _check(level: float, power: float) -> None:
    if not (0 < level < 0.5 and 0 < power < 1):
        raise ValueError(f"A level of {level} must lie between 0 and 1/2, a power of {power} between 0 and 1.")
