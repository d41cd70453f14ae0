"""The score of a test as a walk that stops at bounds: where it is, and how often it has left.

At information I (1 / standard error²) the score is z √I. Between looks it takes independent normal steps, so the
density of the walks that are still going is integrated from look to look (Armitage, McPherson and Rowe, “Repeated
significance tests on accumulating data”, Journal of the Royal Statistical Society A 1969; Jennison and Turnbull,
“Group Sequential Methods”, 2000, ch. 19). Gauss-Legendre panels are kept narrow against the steps on both sides of a
look, which holds for looks however close; a walk with another drift is the same one reweighted by its likelihood ratio.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import ndtr, ndtri

from pitcairn.estimate.moments import Floats

SAME = 1e-6
"""Looks that add less than this part of the information are taken together: their scores are the same."""

LEAST = 1e-100
"""A chance so small that no bound is worked out for it."""

NODES, WEIGHTS = leggauss(16)
PANEL = 7.0
"""Width of a panel, in standard deviations of the narrower step; chances err by less than 1e-9."""

BELOW, ABOVE = 9.0, 24.0
"""How far the nodes go beyond the expected score where no bound is nearer, in standard deviations of the score.

Far up, because early bounds are far up and their tiny chances are wanted to the digit.
"""

BLOCK = 128


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Walks still going at one amount of information: their mass on scores, under `drift` (a change of z √I per I)."""

    information: float
    scores: Floats
    mass: Floats
    drift: float
    lowest: float
    """The nodes go far enough down for drifts as low as this."""

    @classmethod
    def start(cls, drift: float = 0.0, lowest: float | None = None) -> Walk:
        """Nothing known yet: all of them at zero."""
        return cls(0.0, np.zeros(1), np.ones(1), drift, drift if lowest is None else min(drift, lowest))

    def above(self, information: float, score: float, drift: float | None = None) -> float:
        """The chance to be still going here and to have at least `score` at this later information."""
        return self._part(information, score, 1.0, drift)

    def below(self, information: float, score: float, drift: float | None = None) -> float:
        """The chance to be still going here and to have at most `score` at this later information."""
        return self._part(information, score, -1.0, drift)

    def _part(self, information: float, score: float, side: float, drift: float | None) -> float:
        if math.isinf(score):
            return 0.0
        gap = information - self.information
        actual = self.drift if drift is None else drift
        odds = (actual - self.drift) * (self.scores - (actual + self.drift) / 2 * self.information)
        return float((self.mass * np.exp(odds)) @ ndtr(side * (self.scores + actual * gap - score) / math.sqrt(gap)))

    def score_passed_by(self, information: float, chance: float) -> float:
        """The score that `chance` of the walks are still going here and then pass.

        By Newton's method on the logarithm of the chance: it is concave in the score, because the walks that go on
        are a normal vector in a convex region (Prékopa 1973), so that from above every step goes down to the root and
        never past it. Starts where walks that never stop would pass this often, which is above, or in sight of them.
        """
        spread = math.sqrt(information - self.information)
        sources = self.scores + self.drift * (information - self.information)
        unstopped = self.drift * information - float(ndtri(chance)) * math.sqrt(information)
        score = min(unstopped, float(sources[-1]) + 20 * spread)
        for _ in range(100):
            off = (sources - score) / spread
            tail = float(self.mass @ ndtr(off))
            density = float(self.mass @ np.exp(-off * off / 2)) / (spread * math.sqrt(2 * math.pi))
            step = math.log(tail / chance) * tail / density
            score += step
            if abs(step) <= 1e-10 * math.sqrt(information):
                break
        return score

    def onward(self, information: float, low: float, high: float, following: float) -> Walk:
        """The walks that have a score between `low` and `high` at this information and go on to `following`."""
        scale = math.sqrt(information)
        first = max(low, self.lowest * information - BELOW * scale)
        last = min(high, self.drift * information + ABOVE * scale)
        if first >= last:
            return replace(self, information=information, scores=np.zeros(1), mass=np.zeros(1))
        step = math.sqrt(min(information - self.information, following - information))
        panels = math.ceil((last - first) / (PANEL * step))
        half = (last - first) / panels / 2
        centres = first + half * (2 * np.arange(panels) + 1)
        scores = (centres[:, np.newaxis] + half * NODES).ravel()
        mass = self._density(information, scores) * np.tile(half * WEIGHTS, panels)
        return replace(self, information=information, scores=scores, mass=mass)

    def _density(self, information: float, scores: Floats) -> Floats:
        """The density at rising scores, each from the nodes in its reach: with looks close together those are few."""
        gap = information - self.information
        reach = 9 * math.sqrt(gap) + float(np.abs(scores).max()) * gap / information
        sources = self.scores + self.drift * gap
        found = np.empty_like(scores)
        for start in range(0, scores.size, BLOCK):
            block = scores[start : start + BLOCK]
            near = slice(*np.searchsorted(sources, (block[0] - reach, block[-1] + reach)))
            off = block[:, np.newaxis] - sources[near]
            found[start : start + BLOCK] = np.exp(off * off * (-0.5 / gap)) @ self.mass[near]
        return found / math.sqrt(2 * math.pi * gap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way to one amount of information, and the bounds of the looks at it: scores, narrowing from look to look."""

    walk: Walk
    information: float
    looks: slice
    upper: tuple[float, ...]
    lower: tuple[float, ...]


def legs(information: Sequence[float], upper: Sequence[float], lower: Sequence[float], start: Walk) -> Iterator[Leg]:
    """The walk along looks with known bounds, given as z: at or above `upper` and below `lower` it stops."""
    amounts = np.asarray(information, dtype=np.float64)
    walk, together = start, stages(amounts)
    for stage, following in zip(together, [*together[1:], None], strict=True):
        amount = float(amounts[stage.start])
        highs = np.minimum.accumulate(np.asarray(upper[stage]) * math.sqrt(amount))
        lows = np.minimum(np.maximum.accumulate(np.asarray(lower[stage]) * math.sqrt(amount)), highs)
        leg = Leg(walk=walk, information=amount, looks=stage, upper=tuple(highs.tolist()), lower=tuple(lows.tolist()))
        yield leg
        if following is not None:
            walk = walk.onward(amount, leg.lower[-1], leg.upper[-1], float(amounts[following.start]))


def stages(information: Floats) -> list[slice]:
    """Looks with the same information, together."""
    starts = [0]
    for look, amount in enumerate(information):
        if amount - information[starts[-1]] > SAME * amount:
            starts.append(look)
    return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], information.size], strict=True)]
