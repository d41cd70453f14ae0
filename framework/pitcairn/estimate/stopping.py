"""What may be said after a test that could stop early: a range and an estimate that allow for the looks.

An estimate at a stop is too high on average, because luck helps to stop. The outcomes are ordered by stage: crossing
earlier says more, then the larger z. The ends of the range are the effects under which what was seen, or more, would
have the chance of the tails (Tsiatis, Rosner and Mehta, “Exact confidence intervals following a group sequential
test”, Biometrics 1984; Jennison and Turnbull, “Group Sequential Methods”, 2000, ch. 8). Nothing beyond the stop is
needed. The range agrees with the test: crossing at `level` puts the end at confidence 1 − 2 · level above zero.

A rule about hopeless looks does not bind, and whether people follow it moves the chances. So each end takes the case
that puts it further out: the low end, the estimate and p as if nobody did, the high end as if everybody did. The range
then holds either way; ranges that leave such a rule out altogether hold 85 % where they say 90 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pitcairn.estimate.boundaries import Boundary, crossed, hopeless
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.walk import Leg, Walk, legs

NEAR = 6.0
"""Standard errors around the usual estimate within which one integration serves all effects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedEstimate:
    """An effect after a stop, in the unit of standard errors: effect = z / √information."""

    look: int
    """The look that stopped it, counted from 0."""
    crossed: bool
    p: float
    """One-sided: how often no effect would bring this or more."""
    estimate: float
    """Median-unbiased: too high as often as too low; rather too low where a rule about hopeless looks is followed."""
    low: float
    high: float
    """Ends of the two-sided range at `confidence`."""
    confidence: float
    raw: float
    """The usual estimate, which does not allow for the looks."""


def stopped(z: Sequence[float], boundary: Boundary, *, confidence: float = 0.95) -> StoppedEstimate | NotAvailable:
    """What the looks taken so far say, at the first that crossed; else at the last, if it ends the test.

    The last look ends it at time 1, or where going on is hopeless. NotAvailable while the test goes on. ValueError for
    values that do not fit the looks, or a confidence outside (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence == {confidence}, must be between 0 and 1.")
    over = crossed(z, boundary)
    last = len(z) - 1
    if over is None and not (z and (boundary.times[last] >= 1 or hopeless(z, boundary) == last)):
        return NotAvailable(why="The test has not stopped yet.")
    look = last if over is None else over
    never = (-math.inf,) * len(boundary.futile)
    free = _Ways(look, z[look], boundary, never)
    is_bound = hopeless(z[:look], boundary) is None and max(boundary.futile[: look + 1]) > -math.inf
    followed = _Ways(look, z[look], boundary, boundary.futile) if is_bound else free
    return _ordered(free, followed, confidence=confidence, is_over=over is not None)


class _Ways:
    """How an outcome comes about under any effect, with the bounds below which the test is given up."""

    def __init__(self, look: int, z: float, boundary: Boundary, lower: Sequence[float]) -> None:
        self.look, self.z = look, z
        self.error = 1 / math.sqrt(boundary.information[look])
        self.raw = z * self.error
        taken = slice(look + 1)
        self.bounds = boundary.information[taken], boundary.critical[taken], lower[taken]
        self.near = self._way(Walk.start(self.raw, lowest=self.raw - NEAR * self.error))

    def as_much(self, drift: float) -> float:
        """The chance, at a true effect, to cross before the last look or to have at least this z at it."""
        is_near = abs(drift - self.raw) <= NEAR * self.error
        *before, last = self.near if is_near else self._way(Walk.start(drift))
        score = min([max([*last.lower[:-1], self.z * math.sqrt(last.information)]), *last.upper[:-1]])
        earlier = math.fsum(leg.walk.above(leg.information, leg.upper[-1], drift) for leg in before)
        return earlier + last.walk.above(last.information, score, drift)

    def effect(self, share: float) -> float:
        """The effect at which as much as was seen has this chance; the chance rises with the effect."""
        from scipy.optimize import brentq

        low, high = self.raw - 3 * self.error, self.raw + 3 * self.error
        while self.as_much(low) > share:
            low -= 3 * self.error
        while self.as_much(high) < share:
            high += 3 * self.error
        exact = 1e-12 * self.error
        return float(brentq(lambda drift: self.as_much(drift) - share, low, high, xtol=exact, rtol=1e-12))

    def _way(self, start: Walk) -> tuple[Leg, ...]:
        return tuple(legs(*self.bounds, start))


def _ordered(free: _Ways, followed: _Ways, *, confidence: float, is_over: bool) -> StoppedEstimate:
    tail = (1 - confidence) / 2
    return StoppedEstimate(
        look=free.look,
        crossed=is_over,
        p=free.as_much(0.0),
        estimate=free.effect(0.5),
        low=free.effect(tail),
        high=followed.effect(1 - tail),
        confidence=confidence,
        raw=free.raw,
    )
