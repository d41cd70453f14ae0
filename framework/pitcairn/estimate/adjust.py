"""Taking out of a value what was known before the start, and turning a ratio into a value per customer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pitcairn.estimate.moments import Floats, Moments

SAME = 1e-10
"""A covariate whose own part, beside those before it, is a smaller share than this of its spread adds nothing."""

FLAT = 1e-13
"""Values that differ by less than this share of their mean differ by rounding only."""


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """How much of each covariate is taken out, and what that costs."""

    slopes: Floats
    """(covariates,); zero for a covariate that does not vary or repeats those before it."""
    kept: int
    """Covariates in use; each costs one degree of freedom."""
    leverage: float
    """By which factor the variance of the difference grows because the arms' covariates differ by chance."""


def adjustment(control: Moments, treated: Moments, covariates: int) -> Adjustment:
    """Slopes of the first value on the last `covariates` values, within arms, both arms together.

    This is the regression with one slope for both arms, so the result is the one of an analysis of covariance (Deng,
    Xu, Kohavi and Walker, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment
    data", WSDM 2013, section 3.2, for one covariate; Lin, "Agnostic notes on regression adjustments to experimental
    data", Annals of Applied Statistics 2013, for why it cannot bias in large samples). ValueError where the moments
    hold no more values than `covariates`.
    """
    size = len(control.mean)
    if not 0 <= covariates < size:
        raise ValueError(f"{covariates} covariates do not fit into moments of {size} values.")
    slopes = np.zeros(covariates)
    if not covariates:
        return Adjustment(slopes=slopes, kept=0, leverage=1.0)
    spread = control.spread + treated.spread
    first = size - covariates
    if covariates == 1:
        return _by_one(control, treated, spread)
    kept = independent(spread, first)
    if not kept:
        return Adjustment(slopes=slopes, kept=0, leverage=1.0)
    inner = spread[np.ix_(kept, kept)]
    scale = np.sqrt(np.diag(inner))
    apart = (treated.mean - control.mean)[kept] / scale
    solved = np.linalg.solve(inner / np.outer(scale, scale), np.column_stack([spread[kept, 0] / scale, apart]))
    slopes[[index - first for index in kept]] = solved[:, 0] / scale
    halves = 1 / control.count + 1 / treated.count
    return Adjustment(slopes=slopes, kept=len(kept), leverage=1 + float(apart @ solved[:, 1]) / halves)


def _by_one(control: Moments, treated: Moments, spread: Floats) -> Adjustment:
    """The same for one covariate, by far the most asked for, without matrices."""
    own = float(spread[-1, -1])
    if own <= 0:
        return Adjustment(slopes=np.zeros(1), kept=0, leverage=1.0)
    apart = float(treated.mean[-1] - control.mean[-1])
    leverage = 1 + apart**2 / own / (1 / control.count + 1 / treated.count)
    return Adjustment(slopes=np.array([float(spread[-1, 0]) / own]), kept=1, leverage=leverage)


def adjusted(arm: Moments, slopes: Floats) -> Moments:
    """The arm's first value less what the covariates, the last values, say about it: one value."""
    if not slopes.size and len(arm.mean) == 1:
        return arm
    weights = np.zeros(len(arm.mean))
    weights[0] = 1.0
    weights[len(arm.mean) - len(slopes) :] = -slopes
    return arm.along(weights)


def linearised(arm: Moments) -> Moments | None:
    """A ratio of sums, value 0 over value 1, as one value per customer that averages to the ratio; covariates follow.

    A ratio r = Σa / Σb varies like the average of (a - r·b) / mean(b) (Deng, Knoblich and Lu, "Applying the delta
    method in metric analytics", KDD 2018, section 3). Two covariates, the ratio's own halves before the start, adjust
    it at least as well as their ratio would. None where the lower half adds up to zero.
    """
    if arm.count == 0 or arm.mean[1] == 0:
        return None
    ratio, size = arm.mean[0] / arm.mean[1], len(arm.mean)
    weights = np.zeros((size - 1, size))
    weights[0, :2] = 1 / arm.mean[1], -ratio / arm.mean[1]
    weights[1:, 2:] = np.eye(size - 2)
    turned = arm.along(weights)
    mean = turned.mean.copy()
    mean[0] = ratio
    return replace(turned, mean=mean)


def is_flat(arm: Moments) -> bool:
    """Whether all customers of an arm have the same first value, but for rounding."""
    return bool(arm.spread[0, 0] <= arm.count * (FLAT * float(arm.mean[0])) ** 2)


def independent(spread: Floats, first: int) -> list[int]:
    """Places of the covariates, from `first` on, that vary and are no sums of multiples of those before them."""
    kept: list[int] = []
    for index in range(first, len(spread)):
        own = spread[index, index]
        if own <= 0:
            continue
        rest = own
        if kept:
            shared = spread[kept, index]
            scale = np.sqrt(np.diag(spread)[kept])
            inner = spread[np.ix_(kept, kept)] / np.outer(scale, scale)
            rest = own - float(shared / scale @ np.linalg.solve(inner, shared / scale))
        if rest > SAME * own:
            kept.append(index)
    return kept
