"""Sufficient statistics that add: counts, means and centred sums of squares and products.

Raw sums of squares lose the variance (values near 1e8 with a variance near 1 come out as 13.1 instead of
0.985), so everything is kept around its own mean, and two sets are combined as in Chan, Golub and LeVeque,
"Updating formulae and a pairwise algorithm for computing sample variances" (1982), equations 2.1; third moments, where
a skew has to be known, as in Pébay, "Formulas for robust, one-pass parallel computation of covariances and
arbitrary-order statistical moments" (Sandia report SAND2008-6212, 2008), equations 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What one arm's customers did: `count` customers, `mean` (k,) and `spread` (k, k), the centred sums of products.

    The order of the k values is the measure's: its value; for a ratio its denominator next; covariates last.
    """

    count: int
    mean: Floats
    spread: Floats
    cubes: Floats | None = None
    """(k, k, k), the centred sums of products of three; None where nobody asked for them."""

    @classmethod
    def of(cls, values: Floats) -> Moments:
        """From raw rows, shape (n,) or (n, k). For tests and small data; readings get theirs from the cube."""
        rows = np.asarray(values, dtype=np.float64)
        rows = rows[:, np.newaxis] if rows.ndim == 1 else rows
        if rows.shape[0] == 0:
            return cls.none(rows.shape[1])
        centred = rows - rows.mean(axis=0)
        cubes = np.einsum("ni,nj,nl->ijl", centred, centred, centred, optimize=True)
        return cls(rows.shape[0], rows.mean(axis=0), centred.T @ centred, cubes)

    @classmethod
    def none(cls, size: int) -> Moments:
        """Nobody yet."""
        return cls(0, np.zeros(size), np.zeros((size, size)))

    @classmethod
    def total(cls, parts: Iterable[Moments]) -> Moments:
        """All parts together, in one step, so that the order hardly matters. ValueError for no parts."""
        found = tuple(parts)
        if not found:
            raise ValueError("There is nothing to add up.")
        counts = np.array([part.count for part in found], dtype=np.float64)
        means = np.stack([part.mean for part in found])
        spreads = np.stack([part.spread for part in found])
        count, mean, spread = combined(counts, means, spreads)
        thirds = [part.cubes for part in found if part.count]
        known = [cubes for cubes in thirds if cubes is not None]
        if not known or len(known) < len(thirds):
            return cls(round(count), mean, spread)
        some = counts > 0
        return cls(
            round(count), mean, spread, combined_cubes(counts[some], means[some], spreads[some], np.stack(known))
        )

    def along(self, weights: Floats) -> Moments:
        """The moments of weighted sums of the values: weights (m, k), or (k,) for one sum, give m values."""
        turn = np.atleast_2d(np.asarray(weights, dtype=np.float64))
        cubes = None if self.cubes is None else np.einsum("ai,bj,cl,ijl->abc", turn, turn, turn, self.cubes)
        return Moments(self.count, turn @ self.mean, turn @ self.spread @ turn.T, cubes)

    def __add__(self, other: Moments) -> Moments:
        return Moments.total((self, other))

    @property
    def covariance(self) -> Floats:
        """The unbiased (k, k) covariance of one customer's values. ValueError for fewer than two customers."""
        if self.count < 2:
            raise ValueError(f"A variance needs at least 2 customers, not {self.count}.")
        return self.spread / (self.count - 1)


def combined(counts: Floats, means: Floats, spreads: Floats) -> tuple[float, Floats, Floats]:
    """Moments of several parts as one: counts (p,), means (p, k), spreads (p, k, k) -> count, (k,), (k, k)."""
    count = float(counts.sum())
    if count == 0:
        return 0.0, np.zeros(means.shape[1]), np.zeros(spreads.shape[1:])
    mean = counts @ means / count
    off = means - mean
    return count, mean, spreads.sum(axis=0) + (off * counts[:, np.newaxis]).T @ off


def combined_cubes(counts: Floats, means: Floats, spreads: Floats, cubes: Floats) -> Floats:
    """Third centred sums of several parts as one: shapes as in `combined`, cubes (p, k, k, k) -> (k, k, k)."""
    off = means - counts @ means / counts.sum()
    mixed = np.einsum("pi,pjl->ijl", off, spreads)
    total: Floats = cubes.sum(axis=0) + mixed + mixed.transpose(1, 0, 2) + mixed.transpose(1, 2, 0)
    total += np.einsum("p,pi,pj,pl->ijl", counts, off, off, off)
    return total
