"""How much one customer's value varies, by the estimator that will read it: what sizes every kind of measure.

A history is compared with itself: the standard error that the reading's own estimator gives two arms of so many
customers each is that of one customer's value, be it an average, a ratio of sums, a quantile or a change, with values
before the start taken out, and by households where these are drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from pitcairn.design.plan import MeasurePlan
from pitcairn.estimate.adjust import linearised
from pitcairn.estimate.clustered import Clustered
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.quantile_sizes import bend_of
from pitcairn.estimate.quantiles import Ranked
from pitcairn.estimate.skewed import skewness
from pitcairn.reading.effects import effect

NEAREST, FARTHEST = 3.0, 4.5
"""Standard errors of a rank that the range reaches which a quantile's spread is taken from: the more, the steadier."""
LEVEL = 0.1
"""So far towards its nearer end the values around a quantile are taken to lie equally close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Varies:
    """One customer's value."""

    sd: float
    left: float
    """The part of the variance that is left once what was known before is taken out."""
    design: float
    """How many times the variance is what it would be if every customer had been drawn alone."""
    skew: float
    """0 where it is not known."""
    bend: float
    """Of a quantile, as `estimate.quantile_sizes` has it; 0 for others."""


def varies(measure: MeasurePlan, arm: Moments) -> Varies | None:
    """How the values of these customers vary; None where they do not, or where there are too few to say."""
    bare = replace(measure, before=None, adjust_for=(), change=False)
    plain = arm if isinstance(arm, Ranked) else arm.along(np.eye(measure.size)[: bare.size])
    single = arm if isinstance(arm, Ranked) else arm.along(np.eye(measure.size))
    sd, adjusted = _spread(bare, plain), _spread(measure, single)
    if sd is None or adjusted is None:
        return None
    drawn = _spread(measure, arm) if isinstance(arm, Clustered) else adjusted
    return Varies(
        sd=sd,
        left=min(1.0, (adjusted / sd) ** 2),
        design=1.0 if drawn is None else (drawn / adjusted) ** 2,
        skew=_skew(measure, plain),
        bend=bend_of(arm.ladder, measure.at or 0.5) if isinstance(arm, Ranked) else 0.0,
    )


def _spread(measure: MeasurePlan, arm: Moments) -> float | None:
    found = effect(measure, arm, arm, _steady(measure, arm.count))
    if not isinstance(found, Effect) or found.standard_error <= 0:
        return None
    # Of households the error is theirs; a customer's part of it goes by the number of customers.
    return found.standard_error * math.sqrt(arm.count / 2)


def _steady(measure: MeasurePlan, count: int) -> float:
    """The confidence of the range that the error is taken from; it matters for quantiles alone."""
    share = measure.at if measure.kind == "quantile" and measure.at else 0.5
    level = LEVEL * min(share, 1 - share)
    reach = level * math.sqrt(max(1, count) / (share * (1 - share)))
    return float(1 - 2 * ndtr(-min(max(reach, NEAREST), FARTHEST)))


def _skew(measure: MeasurePlan, arm: Moments) -> float:
    if measure.kind == "quantile" or arm.cubes is None:
        return 0.0
    line = linearised(arm) if measure.kind == "ratio" else arm
    return (skewness(line) if line is not None else None) or 0.0
