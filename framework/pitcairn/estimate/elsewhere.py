"""What to expect at a place not seen yet, from what was seen at one or several others.

With one place nothing says how much places differ: the spread is an assumption, and whoever shows the number says
so. With two to four a half-normal prior stands in for what they cannot say; with more the estimates speak, and what
they say is not believed where it is narrower than the prior's (Higgins, Thompson and Spiegelhalter, Journal of the
Royal Statistical Society A 2009; Röver et al., Research Synthesis Methods 2021; Nagashima, Noma and Furukawa,
Statistical Methods in Medical Research 2019, on how little a handful of places says).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.moments import Floats
from pitcairn.estimate.pool import Pooled, pool
from pitcairn.estimate.shrink import common_level, spreads_left

FEW = 5
"""From so many places on, their own spread is listened to."""
MANY = 10
"""From so many on, it is believed without the prior."""
HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """A law of one number: normals, each with its chance."""

    chances: Floats
    means: Floats
    widths: Floats

    @property
    def mean(self) -> float:
        return float(self.chances @ self.means)

    @property
    def width(self) -> float:
        """The standard deviation."""
        return math.sqrt(float(self.chances @ (self.widths**2 + (self.means - self.mean) ** 2)))

    def above(self, value: float) -> float:
        """The chance of more than this."""
        return float(self.chances @ ndtr((self.means - value) / self.widths))

    def range(self, confidence: float) -> tuple[float, float]:
        """The ends with as much beyond one as beyond the other; found by halving, as they have no closed form."""
        return tuple(self._end(0.5 + side * confidence / 2) for side in (-1, 1))  # type: ignore[return-value]

    def wider(self, by: float) -> Mixture:
        """The same with an independent normal error on top."""
        return Mixture(chances=self.chances, means=self.means, widths=np.hypot(self.widths, by))

    def _end(self, share: float) -> float:
        reach = abs(float(ndtri(share))) + 1e-6
        low = float((self.means - reach * self.widths).min())
        high = float((self.means + reach * self.widths).max())
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if 1 - self.above(middle) > share else (middle, high)
        return (low + high) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Students:
    """A law of one number: Student's t, moved and stretched."""

    mean: float
    width: float
    """The scale, which is a little less than the standard deviation."""
    freedom: int

    def above(self, value: float) -> float:
        """The chance of more than this."""
        return float(stdtr(self.freedom, (self.mean - value) / self.width))

    def range(self, confidence: float) -> tuple[float, float]:
        """The ends with as much beyond one as beyond the other."""
        reach = float(stdtrit(self.freedom, 0.5 + confidence / 2)) * self.width
        return self.mean - reach, self.mean + reach

    def wider(self, by: float) -> Students:
        """The same with an independent error on top, taken as of the same shape."""
        return Students(mean=self.mean, width=math.hypot(self.width, by), freedom=self.freedom)


Law = Mixture | Students


@dataclass(frozen=True, slots=True, kw_only=True)
class Transported:
    """What one place says of another, had places a known spread."""

    spread: float
    mean: float
    width: float
    positive: float
    """The chance of a gain."""


def transported(estimate: float, standard_error: float, *, usual: float, spread: float) -> Transported:
    """The true effect at a second place, from one place and an assumed standard deviation between places.

    Effects of all models are taken as normal around zero with the standard deviation `usual`, so that a winner's number
    is drawn in. ValueError for a standard error or `usual` that is not positive, or a negative spread.
    """
    if not (standard_error > 0 and usual > 0 and spread >= 0):
        raise ValueError("The standard error and `usual` must be positive, the spread at least 0.")
    kept = usual**2 / (usual**2 + spread**2 + standard_error**2)
    width = math.sqrt(usual**2 * (1 - kept) + spread**2)
    mean = kept * estimate
    return Transported(spread=spread, mean=mean, width=width, positive=float(ndtr(mean / width)))


def elsewhere(
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    *,
    scale: float,
    usual: tuple[float, float] | None = None,
) -> Law:
    """The law of the true effect at a further place.

    `scale` is the half-normal prior's of the spread between places; `usual` the mean and standard deviation of effects
    of models of the kind, failures included, or None for a flat prior. From five places on also the t interval of the
    estimated spread, and whichever is wider at 90 %; from ten on that one alone. ValueError without estimates, or for
    a standard error, scale or standard deviation that is not positive.
    """
    values, errors = np.asarray(estimates, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if values.size == 0 or values.shape != errors.shape or not np.all(errors > 0):
        raise ValueError("At least one estimate is needed, and each needs a positive standard error.")
    if not scale > 0 or (usual is not None and not usual[1] > 0):
        raise ValueError("The prior's scale and standard deviation must be positive.")
    assumed = _assumed(values, errors, scale, usual)
    if values.size < FEW:
        return assumed
    estimated = _estimated(pool(estimates, standard_errors, between="likelihood", ends="modified"))
    if values.size >= MANY or _reach(estimated) > _reach(assumed):
        return estimated
    return assumed


def of_mix(
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    shares: Sequence[float],
    *,
    scale: float,
) -> tuple[float, float]:
    """The effect on customers of another mix, from effects by group level: the mean and its standard error.

    Each level is drawn towards the common one, as `shrink` does, before it is weighed with its share; what the shares
    lack of 1 is customers of levels nobody has tried, expected at the common level with the levels' spread on top.
    Weighing raw levels does harm where levels do not differ. ValueError as for `elsewhere`, and for shares that are
    negative or add up to more than 1.
    """
    values, errors = np.asarray(estimates, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    weights = np.asarray(shares, dtype=np.float64)
    if not values.shape == errors.shape == weights.shape or values.size == 0 or not np.all(errors > 0):
        raise ValueError("Every level needs a share and a positive standard error.")
    if np.any(weights < 0) or weights.sum() > 1 + 1e-9 or not scale > 0:
        raise ValueError("Shares are not negative, add up to 1 at most, and the prior's scale is positive.")
    unseen = max(0.0, 1 - float(weights.sum()))
    spreads, chances = spreads_left(values, errors, scale)
    mean, variance, _ = common_level(values, errors, spreads)
    own = spreads[:, np.newaxis] ** 2 / (spreads[:, np.newaxis] ** 2 + errors**2)
    to_common = (1 - own) @ weights + unseen
    means = (own * values) @ weights + to_common * mean
    widths = np.sqrt(own * errors**2 @ weights**2 + to_common**2 * variance + (unseen * spreads) ** 2)
    law = Mixture(chances=chances, means=means, widths=widths)
    return law.mean, law.width


def _assumed(values: Floats, errors: Floats, scale: float, usual: tuple[float, float] | None) -> Mixture:
    spreads, chances = spreads_left(values, errors, scale, usual)
    mean, variance, _ = common_level(values, errors, spreads, usual)
    return Mixture(chances=chances, means=mean, widths=np.sqrt(variance + spreads**2))


def _estimated(pooled: Pooled | NotAvailable) -> Students:
    if isinstance(pooled, NotAvailable):
        raise ValueError(pooled.why)
    width = math.hypot(math.sqrt(pooled.between), pooled.plain_error)
    return Students(mean=pooled.estimate, width=width, freedom=pooled.count - 2)


def _reach(law: Law) -> float:
    low, high = law.range(0.9)
    return high - low
