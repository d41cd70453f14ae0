"""Groups drawn towards their common level, and what to expect of a group not seen yet.

The furthest of many groups is furthest partly by luck. Each is drawn in by as much as the groups' spread says; where
the spread is estimated as zero, as it often is with few groups, plug-in shrinkage puts every group on one point with
almost no range. Here the spread is not plugged in: a half-normal prior is updated and integrated over, so that a
spread that cannot be ruled out widens every range (Röver, Bender, Dias, Schmid, Schmidli, Sturtz, Weber and Friede,
"On weakly informative prior distributions for the heterogeneity parameter in Bayesian random-effects meta-analysis",
Research Synthesis Methods 2021; Gelman, "Prior distributions for variance parameters", Bayesian Analysis 2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import ndtr, ndtri

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.moments import Floats

NODES, WEIGHTS = leggauss(24)
FARTHEST = 6.0
"""Spreads beyond so many prior scales are left out: two in a billion a priori."""

HALVINGS = 32
"""Of a range some standard errors wide: to nine digits of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """A group's level, or the common one, after what the others say, with its range."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """All groups drawn in; `common` is their mean, `unseen` a further group, `spread` the sd between them."""

    groups: tuple[Shrunk, ...]
    common: Shrunk
    unseen: Shrunk
    spread: Shrunk
    """Its estimate is the median."""


def shrink(
    estimates: Sequence[float], standard_errors: Sequence[float], *, scale: float, confidence: float = 0.95
) -> Groups | NotAvailable:
    """Every group's level given all groups' estimates, with normal errors and normal levels around a common one.

    `scale` is the half-normal prior's: a spread between groups that would not surprise, in the estimates' unit, for
    instance the worth-it line, or half the largest plausible gain. Too wide costs little, too narrow a lot; it must
    not be taken from the size of the samples. The common level has a flat prior.

    NotAvailable for fewer than two groups. ValueError for a standard error or scale that is not positive, or a
    confidence outside (0, 1).
    """
    values = np.asarray(estimates, dtype=np.float64)
    errors = np.asarray(standard_errors, dtype=np.float64)
    if values.shape != errors.shape or not np.all(errors > 0) or not scale > 0:
        raise ValueError("Every estimate needs a positive standard error, and the prior a positive scale.")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence == {confidence}, must be between 0 and 1.")
    if values.size < 2:
        return NotAvailable(why="One group alone cannot be drawn towards others.")
    spreads, chances = spreads_left(values, errors, scale)
    mean, variance, _ = common_level(values, errors, spreads)
    own = spreads[:, np.newaxis] ** 2 / (spreads[:, np.newaxis] ** 2 + errors**2)
    levels = own * values + (1 - own) * mean[:, np.newaxis]
    widths = np.sqrt(own * errors**2 + (1 - own) ** 2 * variance[:, np.newaxis])
    unseen = np.sqrt(variance + spreads**2)
    whole = _ranges(
        np.column_stack([levels, mean, mean]), np.column_stack([widths, np.sqrt(variance), unseen]), chances, confidence
    )
    return Groups(
        groups=whole[:-2], common=whole[-2], unseen=whole[-1], spread=_quantiles(spreads, chances, confidence)
    )


def james_stein_share(estimates: Sequence[float], standard_error: float) -> float:
    """The share by which headlines of one precision overstate, by Stein's rule towards zero: (k - 2) s² / Σ y².

    James and Stein, "Estimation with quadratic loss", 1961, the positive part. ValueError for fewer than three.
    """
    values = np.asarray(estimates, dtype=np.float64)
    if values.size < 3:
        raise ValueError("Stein's rule needs at least three estimates.")
    squares = float(values @ values)
    most = (values.size - 2) * standard_error**2
    return 1.0 if most >= squares else most / squares


def spreads_left(
    values: Floats, errors: Floats, scale: float, usual: tuple[float, float] | None = None
) -> tuple[Floats, Floats]:
    """Spreads that the estimates leave possible under a half-normal prior, and the chance of each.

    `usual` is what was known of the common level before: its mean and standard deviation; None is a flat prior.
    """
    first = FARTHEST * scale * np.concatenate([[0.0], np.geomspace(1e-6, 1, 256)])
    logs = _log_chance(values, errors, first, scale, usual)
    possible = np.flatnonzero(logs > logs.max() - 30)
    low, high = first[max(0, possible[0] - 1)], first[min(len(first) - 1, possible[-1] + 1)]
    # Four panels, since the chance may be steep at one end.
    edges = low + (high - low) * np.array([0, 0.04, 0.15, 0.4, 1.0])
    half = np.diff(edges)[:, np.newaxis] / 2
    spreads = (edges[:-1, np.newaxis] + half * (1 + NODES)).ravel()
    logs = _log_chance(values, errors, spreads, scale, usual)
    chances = (half * WEIGHTS).ravel() * np.exp(logs - logs.max())
    return spreads, chances / chances.sum()


def _log_chance(
    values: Floats, errors: Floats, spreads: Floats, scale: float, usual: tuple[float, float] | None
) -> Floats:
    _, variance, log_likelihood = common_level(values, errors, spreads, usual)
    found: Floats = log_likelihood + np.log(variance) / 2 - (spreads / scale) ** 2 / 2
    return found


def common_level(
    values: Floats, errors: Floats, spreads: Floats, usual: tuple[float, float] | None = None
) -> tuple[Floats, Floats, Floats]:
    """The common level's mean and variance at each spread, and how well that spread explains the estimates."""
    weights = 1 / (errors**2 + spreads[:, np.newaxis] ** 2)
    total, drawn, misfit = weights.sum(axis=1), weights @ values, 0.0
    if usual is not None:
        total, drawn = total + usual[1] ** -2, drawn + usual[0] * usual[1] ** -2
    mean = drawn / total
    if usual is not None:
        misfit = ((usual[0] - mean) / usual[1]) ** 2
    misfit = misfit + (weights * (values - mean[:, np.newaxis]) ** 2).sum(axis=1)
    return mean, 1 / total, (np.log(weights).sum(axis=1) - misfit) / 2


def _ranges(means: Floats, widths: Floats, chances: Floats, confidence: float) -> tuple[Shrunk, ...]:
    """Mixtures of normals, one a column, their ends found by halving: they have no closed form."""
    reach = float(ndtri(0.5 + confidence / 2))
    ends = []
    for tail in (0.5 - confidence / 2, 0.5 + confidence / 2):
        low, high = (means - (reach + 1e-6) * widths).min(axis=0), (means + (reach + 1e-6) * widths).max(axis=0)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            above = chances @ ndtr((middle - means) / widths) > tail
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        ends.append((low + high) / 2)
    return tuple(
        Shrunk(estimate=float(estimate), low=float(low), high=float(high))
        for estimate, low, high in zip(chances @ means, *ends, strict=True)
    )


def _quantiles(spreads: Floats, chances: Floats, confidence: float) -> Shrunk:
    order = np.argsort(spreads)
    reached = np.cumsum(chances[order]) - chances[order] / 2
    low, middle, high = np.interp([0.5 - confidence / 2, 0.5, 0.5 + confidence / 2], reached, spreads[order])
    return Shrunk(estimate=float(middle), low=float(low), high=float(high))
