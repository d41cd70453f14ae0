"""What looks cost and give, before anything is seen: when a boundary is crossed, and how many more customers it takes.

Exact, by the same integration as the boundaries (Jennison and Turnbull, “Group Sequential Methods”, 2000, ch. 19).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from pitcairn.estimate.boundaries import Boundary, Futility, boundary
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.spending import Spending
from pitcairn.estimate.walk import Walk, legs


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What happens at one true effect, when every look is taken and a stop is a stop."""

    crossing: tuple[float, ...]
    """The chance to cross for the first time at each look."""
    hopeless: tuple[float, ...]
    """The chance to give up at each look, before any crossing."""
    power: float
    """The chance to cross at all."""
    time: float
    """The time of the stop, on average."""
    information: float
    """The information at the stop, on average."""


def chance(boundary: Boundary, drift: float) -> Chance:
    """The chances at a true effect of `drift`: z is then drift · √information on average.

    Where information is 1 / standard error², the drift is the effect itself; where it is a part of the planned one,
    the drift is the z that the end brings on average. ValueError for a drift that is no number.
    """
    if not math.isfinite(drift):
        raise ValueError(f"drift == {drift}, must be a number.")
    up, down = np.zeros(len(boundary.critical)), np.zeros(len(boundary.critical))
    for leg in legs(boundary.information, boundary.critical, boundary.futile, Walk.start(drift)):
        up[leg.looks] = np.diff([leg.walk.above(leg.information, score) for score in leg.upper], prepend=0.0)
        down[leg.looks] = np.diff([leg.walk.below(leg.information, score) for score in leg.lower], prepend=0.0)
    ends = up + down
    ends[-1] += 1 - ends.sum()
    return Chance(
        crossing=tuple(up.tolist()),
        hopeless=tuple(down.tolist()),
        power=float(up.sum()),
        time=float(ends @ boundary.times),
        information=float(ends @ boundary.information),
    )


def drift_needed(boundary: Boundary, power: float) -> float | NotAvailable:
    """The true effect, as in `chance`, at which the boundary is crossed with probability `power`.

    NotAvailable where no look can be crossed. ValueError for a power that is not above the level and below 1.
    """
    from scipy.optimize import brentq

    if not boundary.level < power < 1:
        raise ValueError(f"power == {power}, must be above the level {boundary.level} and below 1.")
    if math.isinf(min(boundary.critical)):
        return NotAvailable(why="Nothing may be spent at any of the looks, so the boundary cannot be crossed.")
    once = _once(boundary.level, power) / math.sqrt(boundary.information[-1])
    way = tuple(legs(boundary.information, boundary.critical, boundary.futile, Walk.start(once, lowest=0.0)))

    def missing(drift: float) -> float:
        return math.fsum(leg.walk.above(leg.information, leg.upper[-1], drift) for leg in way) - power

    high = 2 * once
    while missing(high) < 0:
        high *= 2
    return float(brentq(missing, 0.0, high, xtol=1e-12 * once, rtol=1e-12))


def inflation(
    times: Sequence[float],
    level: float,
    power: float,
    spending: Spending,
    *,
    information: Sequence[float] | None = None,
    futility: Futility | None = None,
) -> float | NotAvailable:
    """How many times the customers of a test that looks once are needed for the same power.

    `information` is what is expected by each look; without it, as much as the time that has passed. Otherwise as
    `boundary` and `drift_needed`.
    """
    planned = boundary(times, times if information is None else information, level, spending, futility=futility)
    needed = drift_needed(planned, power)
    if isinstance(needed, NotAvailable):
        return needed
    return needed**2 * planned.information[-1] / _once(level, power) ** 2


def _once(level: float, power: float) -> float:
    """The z that a test with one look needs on average."""
    return float(ndtri(power) - ndtri(level))
