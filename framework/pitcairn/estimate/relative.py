"""Differences relative to the comparison's level, as a share: +0.08 for eight per cent more.

The range is made for the logarithm of the two levels' ratio and turned back, so it reaches further up than down and
cannot go below -100 %. Dividing a range of the difference by the comparison's level, as is often done, forgets that
the level itself is an estimate.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import stdtrit

from pitcairn.estimate.adjust import Adjustment
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import check, error_of, named, of_ratios, pair
from pitcairn.estimate.moments import Moments

CLEAR = 3.0
"""A level is clearly above zero when it is at least so many of its own standard errors above it.

A share of what may be next to nothing says nothing, and the logarithm of an average is then too crooked for a straight
line. Simulated with levels of 3 and 6 standard errors (twice that in the arm), 3.6 % of the truths lay above the range,
where 2.5 % may, and 0.0 and 0.8 % below it: so the whole range is missed no more often than it says.
"""


def relative_difference(
    control: Moments, treated: Moments, *, covariates: int = 0, confidence: float = 0.95
) -> Effect | NotAvailable:
    """By what share the treated arm's average is higher; `control` and `treated` of the effect stay levels.

    With covariates the treated level is the one that `means.difference` implies, so that both go together on a page.
    The standard error is on the scale of the share, by the delta method (Oehlert, "A note on the delta method", The
    American Statistician 1992), and the degrees of freedom are Welch's for the logarithms' variances.

    ValueError as for `means.difference`. NotAvailable as there, and where a level is not clearly above zero.
    """
    check(confidence)
    return _relative(control, treated, covariates, confidence, "Log ratio")


def relative_ratio_difference(
    control: Moments, treated: Moments, *, covariates: int = 0, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The same for two ratios of sums, value 0 over value 1."""
    check(confidence)
    lines = of_ratios(control, treated)
    if isinstance(lines, NotAvailable):
        return lines
    return _relative(*lines, covariates, confidence, "Log ratio of ratios")


def _relative(
    control: Moments, treated: Moments, covariates: int, confidence: float, method: str
) -> Effect | NotAvailable:
    found = pair(control, treated, covariates)
    if isinstance(found, NotAvailable):
        return found
    taken = found.taken
    level = float(control.mean[0])
    reached = level + float(found.treated.mean[0] - found.control.mean[0])
    for name, arm, value in (("comparison", control, level), ("arm", treated, reached)):
        if value <= 0 or value < CLEAR * math.sqrt(float(arm.covariance[0, 0]) / arm.count):
            return NotAvailable(why=f"The {name}'s level is not clearly above zero, so there is no share of it.")
    error = error_of(*_logs(control, treated, taken, level, reached), kept=taken.kept, leverage=taken.leverage)
    ratio = reached / level
    reach = float(stdtrit(error.freedom, 0.5 + confidence / 2)) * error.standard
    return Effect(
        control=level,
        treated=reached,
        estimate=ratio - 1,
        low=ratio * math.exp(-reach) - 1,
        high=ratio * math.exp(reach) - 1,
        standard_error=ratio * error.standard,
        freedom=error.freedom,
        confidence=confidence,
        method=named(method, taken.kept),
        count_control=control.count,
        count_treated=treated.count,
    )


def _logs(
    control: Moments, treated: Moments, taken: Adjustment, level: float, reached: float
) -> tuple[Moments, Moments]:
    """Each customer's part in the logarithm of the ratio: the comparison's covariates move the treated level too."""
    size = len(control.mean)
    below, above = np.zeros(size), np.zeros(size)
    below[0], above[0] = 1 / level, 1 / reached
    below[size - len(taken.slopes) :] = above[size - len(taken.slopes) :] = -taken.slopes / reached
    return control.along(below), treated.along(above)
