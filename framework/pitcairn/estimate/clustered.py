"""Differences per order, visit or household member where whole customers, or whole households, were drawn.

What was drawn is what varies by lot: a customer's orders are alike, so counting each of them as a case of its own
makes ranges too narrow. Sums per drawn unit keep this straight: the average per part is the ratio of two sums over
drawn units, and the delta method's error is the cluster-robust one (Deng, Knoblich and Lu, "Applying the delta method
in metric analytics", KDD 2018, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pitcairn.estimate.adjust import linearised
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import ratio_difference
from pitcairn.estimate.moments import Moments


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """One arm: moments per drawn unit, and the values' spread over all parts, of all units, around their mean."""

    drawn: Moments
    """Value 0 is the sum over the unit's parts, value 1 how many parts it has; covariates follow."""
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Clustered(Moments):
    """Moments of one arm's customers, with those of what was drawn. What is made of it has the customers' alone."""

    drawn: Moments = field(kw_only=True)
    """As `Parts.drawn`: the sum of a unit's values, how many customers have one, covariates."""

    @classmethod
    def of_drawn(cls, moments: Moments, drawn: Moments) -> Clustered:
        """Both of the same customers."""
        return cls(moments.count, moments.mean, moments.spread, moments.cubes, drawn=drawn)


def together(parts: Sequence[Moments]) -> Moments:
    """Customers who have nothing that was drawn in common, as one. ValueError for no parts."""
    drawn = [part.drawn for part in parts if isinstance(part, Clustered)]
    whole = Moments.total(parts)
    return Clustered.of_drawn(whole, Moments.total(drawn)) if drawn else whole


def units(arm: Moments) -> int:
    """How many of what was drawn there are: customers, or households and the like."""
    return arm.drawn.count if isinstance(arm, Clustered) else arm.count


def error_squared(arm: Moments) -> float:
    """The variance of an arm's average, by what was drawn. ValueError for fewer than two of it, or no value at all."""
    line = linearised(arm.drawn) if isinstance(arm, Clustered) else arm
    if line is None:
        raise ValueError("Nobody has a value.")
    return float(line.covariance[0, 0]) / line.count


def clustered_difference(
    control: Moments, treated: Moments, *, covariates: int = 0, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The difference of averages per part; moments per drawn unit as in `Parts.drawn`. Counts are drawn units.

    Raises and is not available as `means.ratio_difference`.
    """
    found = ratio_difference(control, treated, covariates=covariates, confidence=confidence)
    if isinstance(found, NotAvailable):
        return found
    return replace(found, method=found.method.replace("Ratio, delta method", "Per part, by what was drawn"))


def per_part(arm: Moments) -> Moments | None:
    """Two sums per drawn unit, over its parts, the third value: both as averages per part, for a quotient of two
    differences between them; covariates follow. None where there are no parts.
    """
    size = len(arm.mean)
    if arm.count == 0 or arm.mean[2] == 0:
        return None
    averages = arm.mean[:2] / arm.mean[2]
    weights = np.zeros((size - 1, size))
    weights[:2, :2], weights[:2, 2] = np.eye(2) / arm.mean[2], -averages / arm.mean[2]
    weights[2:, 3:] = np.eye(size - 3)
    turned = arm.along(weights)
    mean = turned.mean.copy()
    mean[:2] = averages
    return replace(turned, mean=mean)


def design_effect(control: Parts, treated: Parts) -> float | NotAvailable:
    """How many times the variance of the difference is what it would be if every part had been drawn by itself.

    Planning multiplies the parts it needs by this (Kish, "Survey Sampling", 1965, section 8.2). NotAvailable as the
    difference, and where parts do not vary.
    """
    found = clustered_difference(control.drawn, treated.drawn)
    if isinstance(found, NotAvailable):
        return found
    alone = 0.0
    for arm in (control, treated):
        parts = arm.drawn.count * float(arm.drawn.mean[1])
        if parts < 2:
            return NotAvailable(why="Too few parts to compare.")
        alone += arm.spread / (parts - 1) / parts
    return found.standard_error**2 / alone if alone > 0 else NotAvailable(why="The parts do not vary.")
