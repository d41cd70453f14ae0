"""What may be said after a test that could stop early: a range and an estimate that allow for the looks.

An estimate at a stop is too high on average, because luck helps to stop. The outcomes are ordered by stage: crossing
earlier says more, then the larger z. The ends of the range are the effects under which what was seen, or more, would
have the chance of the tails (Tsiatis, Rosner and Mehta, “Exact confidence intervals following a group sequential
test”, Biometrics 1984; Jennison and Turnbull, “Group Sequential Methods”, 2000, ch. 8). Nothing beyond the stop is
needed. The range agrees with the test: crossing at `level` puts the end at confidence 1 − 2 · level above zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
    """Median-unbiased: too high as often as too low."""
    low: float
    high: float
    """Ends of the two-sided range at `confidence`."""
    confidence: float
    raw: float
    """The usual estimate, which does not allow for the looks."""


def stopped(z: Sequence[float], boundary: Boundary, *, confidence: float = 0.95) -> StoppedEstimate | NotAvailable:
    """What the looks taken so far say, at the first that crossed; else at the last, if it ends the test.

    The last look ends it at time 1, or where going on is hopeless. That rule does not bind and is left out of the
    ordering, as it is of the boundary. NotAvailable while the test goes on. ValueError for values that do not fit the
    looks, or a confidence outside (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence == {confidence}, must be between 0 and 1.")
    over = crossed(z, boundary)
    last = len(z) - 1
    if over is None and not (z and (boundary.times[last] >= 1 or hopeless(z, boundary) == last)):
        return NotAvailable(why="The test has not stopped yet.")
    look = last if over is None else over
    return _ordered(look, z[look], boundary, confidence, is_over=over is not None)


def _ordered(look: int, z: float, boundary: Boundary, confidence: float, *, is_over: bool) -> StoppedEstimate:
    error, tail = 1 / math.sqrt(boundary.information[look]), (1 - confidence) / 2
    raw = z * error
    near = _way(look, boundary, Walk.start(raw, lowest=raw - NEAR * error))

    def chance(drift: float) -> float:
        is_near = abs(drift - raw) <= NEAR * error
        return _as_much(near if is_near else _way(look, boundary, Walk.start(drift)), z, drift)

    low, middle, high = (_effect(chance, share, raw, error) for share in (tail, 0.5, 1 - tail))
    return StoppedEstimate(
        look=look,
        crossed=is_over,
        p=_as_much(_way(look, boundary, Walk.start()), z, 0.0),
        estimate=middle,
        low=low,
        high=high,
        confidence=confidence,
        raw=raw,
    )


def _way(look: int, boundary: Boundary, start: Walk) -> tuple[Leg, ...]:
    taken = slice(look + 1)
    lower = [-math.inf] * (look + 1)
    return tuple(legs(boundary.information[taken], boundary.critical[taken], lower, start))


def _as_much(way: tuple[Leg, ...], z: float, drift: float) -> float:
    """The chance, at a true effect, to cross before the last look or to have at least this z at it."""
    *before, last = way
    score = min([*last.upper[:-1], z * math.sqrt(last.information)])
    earlier = math.fsum(leg.walk.above(leg.information, leg.upper[-1], drift) for leg in before)
    return earlier + last.walk.above(last.information, score, drift)


def _effect(chance: Callable[[float], float], share: float, raw: float, error: float) -> float:
    """The effect at which as much as was seen has this chance; the chance rises with the effect."""
    from scipy.optimize import brentq

    low, high = raw - 3 * error, raw + 3 * error
    while chance(low) > share:
        low -= 3 * error
    while chance(high) < share:
        high += 3 * error
    return float(brentq(lambda drift: chance(drift) - share, low, high, xtol=1e-12 * error, rtol=1e-12))
