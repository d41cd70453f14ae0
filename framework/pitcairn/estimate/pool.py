"""Several estimates of one thing: do they differ by more than chance, what do they say together, what comes next?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc, ndtri, stdtrit

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.means import check
from pitcairn.estimate.moments import Floats

Between = Literal["none", "moments", "likelihood", "paule_mandel"]
Ends = Literal["normal", "students", "modified"]

STEPS = 200
CLOSE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Cochran's Q with its degrees of freedom and the share of luck that reaches it."""

    q: float
    freedom: int
    p: float


def cochran_q(estimates: Sequence[float], standard_errors: Sequence[float]) -> Spread:
    """How far estimates lie apart, each weighed by its precision (Cochran, "The combination of estimates from
    different experiments", Biometrics 1954). ValueError for fewer than two, or a standard error that is not positive.
    """
    values, variances = _pairs(estimates, standard_errors)
    if values.size < 2:
        raise ValueError("Cochran's Q needs at least two estimates.")
    q = _misfit(values, variances, 0.0)
    return Spread(q=q, freedom=values.size - 1, p=float(chdtrc(values.size - 1, q)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """What several estimates say together."""

    estimate: float
    low: float
    high: float
    standard_error: float
    plain_error: float
    """The standard error as if the spread between places were known."""
    between: float
    """The variance between the true values."""
    shared: float
    """The share of the estimates' variance that is between the true values (I²)."""
    confidence: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Where the true value of one more place likely lies."""

    low: float
    high: float


def pool(
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    *,
    between: Between = "likelihood",
    ends: Ends = "modified",
    confidence: float = 0.95,
) -> Pooled | NotAvailable:
    """The mean of the true values behind several estimates, weighed by precision, and its range.

    The variance between true values is left out, from moments (DerSimonian and Laird, Controlled Clinical Trials
    1986), by restricted maximum likelihood (Raudenbush 2009), or Paule and Mandel's (1982). `normal` ends take it as
    known; `students` scale the error by how well the estimates agree (Hartung and Knapp, Statistics in Medicine 2001;
    Sidik and Jonkman 2002), which is absurdly narrow where they agree by luck; `modified` never scale it down (Röver,
    Knapp and Friede, BMC Medical Research Methodology 2015).

    NotAvailable for fewer than two estimates. ValueError for a standard error that is not positive, or a confidence
    outside (0, 1).
    """
    check(confidence)
    values, variances = _pairs(estimates, standard_errors)
    if values.size < 2:
        return NotAvailable(why="One estimate alone cannot be put together with others.")
    spread = 0.0 if between == "none" else _BETWEEN[between](values, variances)
    weights = 1 / (variances + spread)
    estimate = float(weights @ values / weights.sum())
    plain = error = 1 / math.sqrt(weights.sum())
    freedom = values.size - 1
    reach = float(ndtri(0.5 + confidence / 2))
    if ends != "normal":
        scale = _misfit(values, variances, spread) / freedom
        error *= math.sqrt(max(1.0, scale) if ends == "modified" else scale)
        reach = float(stdtrit(freedom, 0.5 + confidence / 2))
    return Pooled(
        estimate=estimate,
        low=estimate - reach * error,
        high=estimate + reach * error,
        standard_error=error,
        plain_error=plain,
        between=spread,
        shared=spread / (spread + _typical(variances)),
        confidence=confidence,
        count=values.size,
    )


def next_place(pooled: Pooled) -> Next | NotAvailable:
    """Where the true value of a further place likely lies, at the same confidence, with Student's t of k - 2.

    Higgins, Thompson and Spiegelhalter, "A re-evaluation of random-effects meta-analysis", Journal of the Royal
    Statistical Society A 2009. For fewer than five places use `shrink`, whose prior stands in for what they cannot
    say. NotAvailable for fewer than three.
    """
    if pooled.count < 3:
        return NotAvailable(why=f"{pooled.count} places cannot say how much places differ.")
    reach = float(stdtrit(pooled.count - 2, 0.5 + pooled.confidence / 2))
    reach *= math.hypot(math.sqrt(pooled.between), pooled.plain_error)
    return Next(low=pooled.estimate - reach, high=pooled.estimate + reach)


def _moments(values: Floats, variances: Floats) -> float:
    weights = 1 / variances
    scale = weights.sum() - (weights @ weights) / weights.sum()
    return max(0.0, (_misfit(values, variances, 0.0) - (values.size - 1)) / float(scale))


def _likelihood(values: Floats, variances: Floats) -> float:
    """Fisher scoring, held at zero from below."""
    spread = _moments(values, variances)
    for _ in range(STEPS):
        weights = 1 / (variances + spread)
        total = weights.sum()
        off = weights * (values - weights @ values / total)
        second = weights @ weights
        trace = total - second / total
        information = second - 2 * (weights**3).sum() / total + (second / total) ** 2
        step = float((off @ off - trace) / information)
        moved = max(0.0, spread + step)
        if abs(moved - spread) <= CLOSE * (spread + variances.min()):
            return moved
        spread = moved
    return spread


def _paule_mandel(values: Floats, variances: Floats) -> float:
    """Where the misfit is what chance alone gives; Newton's steps rise to it, since the misfit falls and is convex."""
    spread = 0.0
    for _ in range(STEPS):
        excess = _misfit(values, variances, spread) - (values.size - 1)
        weights = 1 / (variances + spread)
        off = values - weights @ values / weights.sum()
        slope = float((weights**2) @ off**2)
        if excess <= CLOSE or slope == 0:
            return spread
        spread += excess / slope
    return spread


_BETWEEN = {"moments": _moments, "likelihood": _likelihood, "paule_mandel": _paule_mandel}


def _misfit(values: Floats, variances: Floats, between: float) -> float:
    """Cochran's Q with a variance between true values."""
    weights = 1 / (variances + between)
    return float(weights @ (values - weights @ values / weights.sum()) ** 2)


def _typical(variances: Floats) -> float:
    """One variance for all (Higgins and Thompson, "Quantifying heterogeneity", Statistics in Medicine 2002)."""
    weights = 1 / variances
    return float((weights.size - 1) * weights.sum() / (weights.sum() ** 2 - weights @ weights))


def _pairs(estimates: Sequence[float], standard_errors: Sequence[float]) -> tuple[Floats, Floats]:
    values = np.asarray(estimates, dtype=np.float64)
    errors = np.asarray(standard_errors, dtype=np.float64)
    if values.shape != errors.shape or not np.all(errors > 0):
        raise ValueError("Every estimate needs a positive standard error.")
    return values, errors**2
