"""The number to promise: an estimate drawn towards what a program's iterations have come to, whatever was selected.

Whoever picks the best of several estimates picks luck with it. Regularised empirical Bayes: true gains are taken as
normal around a mean with a spread that all iterations of the program together say, winners or not, held towards zero
and an anchor while they are few (10 iterations' worth). Robust to selection as far as that prior describes models
before they are tested (Dawid, "Selection paradoxes of Bayesian inference", 1994; Lee & Shen, KDD 2018). A prior
wider than the truth does little harm, a narrower one much, so the anchor should be generous.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.means import check
from pitcairn.estimate.pool import pool

ANCHOR = 0.03
"""The spread of true relative gains that is taken for granted: half of the largest that would be plausible."""
HELD = 10.0
"""How many iterations' worth the anchor weighs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """An estimate drawn in, with its range."""

    estimate: float
    low: float
    high: float
    wrong_sign: float
    """The chance that the true gain is not above zero."""
    raw: float
    """What it was drawn from: the version's own estimates, put together by precision."""
    share: float
    """How much of the raw estimate's distance from the mean is kept, 0 to 1."""
    count: int
    """Iterations that say what to draw towards."""


def promised(
    own: Sequence[tuple[float, float]],
    history: Sequence[tuple[float, float]],
    *,
    anchor: float = ANCHOR,
    confidence: float = 0.95,
) -> Promised:
    """What to expect of a version with the estimates `own`, given all of the program's, `own` among them.

    Pairs are (estimate, variance) of relative gains. The mean and the variance of true gains are the restricted
    likelihood's (`pool`); with weights r = a²/(a² + v) the variance is (Σr² t² + 10 a²)/(Σr² + 10), and the
    mean is drawn towards zero by Σr/(Σr + 10). With no history the mean is 0 and the spread is the anchor.

    ValueError for no own estimate, a variance or anchor that is not positive, or a confidence outside (0, 1).
    """
    check(confidence)
    if not own or anchor <= 0 or any(variance <= 0 for _, variance in (*own, *history)):
        raise ValueError("There must be an estimate, and variances and anchor above 0.")
    mean, spread = _towards(history, anchor)
    precision = sum(1 / variance for _, variance in own)
    raw = sum(value / variance for value, variance in own) / precision
    share = spread / (spread + 1 / precision)
    estimate = mean + share * (raw - mean)
    error = math.sqrt(share / precision)
    reach = float(ndtri(0.5 + confidence / 2)) * error
    return Promised(
        estimate=estimate,
        low=estimate - reach,
        high=estimate + reach,
        wrong_sign=float(ndtr(-estimate / error)),
        raw=raw,
        share=share,
        count=len(history),
    )


def _towards(history: Sequence[tuple[float, float]], anchor: float) -> tuple[float, float]:
    """The mean and the variance of true gains."""
    weights = [anchor**2 / (anchor**2 + variance) for _, variance in history]
    squares, total = sum(weight**2 for weight in weights), sum(weights)
    pooled = pool([value for value, _ in history], [math.sqrt(variance) for _, variance in history])
    if isinstance(pooled, NotAvailable):
        centre, between = (history[0][0] if history else 0.0), 0.0
    else:
        centre, between = pooled.estimate, pooled.between
    spread = (squares * between + HELD * anchor**2) / (squares + HELD)
    return centre * total / (total + HELD), spread
