"""Quantiles of two arms as if both had the same customers: what was known before the start is taken out.

Whether a customer has at most some value is a yes or no, and its average an arm's distribution there. Of it, a
regression on what was known before takes out what the arm owes to having other customers, as it does of any average;
the quantile is where the distribution so adjusted reaches the share asked for. For the distribution: Oka, Yasui,
Hayakawa and Byambadalai, "Regression adjustment for estimating distributional treatment effects in randomized
controlled trials" (arXiv 2407.14074, 2024); for the quantile, and why the range gets no wider:
Jiang, Phillips, Tao and Zhang, "Regression-adjusted estimation of quantile treatment effects under covariate-adaptive
randomizations" (Journal of Econometrics 2023). Each arm has slopes of its own (Lin 2013).

The range is Woodruff's, with ranks as much closer to the quantile's own as the regression leaves of the variance: its
residual part, and what both arms share because they are adjusted to the same customers, which the difference loses
again. Where nothing is explained it is the plain range to the digit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from pitcairn.estimate.adjust import independent
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import check, named
from pitcairn.estimate.moments import Floats
from pitcairn.estimate.quantiles import (
    BEYOND,
    RANKS,
    Below,
    Ladder,
    Quantile,
    Ranked,
    possible_ranks,
    quantile,
    quantile_difference,
    quantile_relative_difference,
)

Pair = tuple[Quantile | NotAvailable, Quantile | NotAvailable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """Both arms' quantiles, adjusted to all customers together."""

    control: Quantile | NotAvailable
    treated: Quantile | NotAvailable
    together: float
    """The correlation of the two."""
    kept: int
    """Values before the start in use."""


def adjusted_quantile_difference(
    control: Ranked, treated: Ranked, share: float, *, covariates: int, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The difference of two adjusted quantiles; the last `covariates` of the moments' values were known before, and
    their ladders say of each step who is `below`. The comparison's level is as counted.

    ValueError and NotAvailable as for `quantile` and `quantile_difference`.
    """
    found = adjusted_quantiles(control, treated, share, covariates=covariates, confidence=confidence)
    outcome = quantile_difference(found.control, found.treated, together=found.together, confidence=confidence)
    if isinstance(outcome, NotAvailable):
        return outcome
    plain = quantile(control.ladder, share, confidence=confidence)
    level = plain.estimate if isinstance(plain, Quantile) else outcome.control
    return replace(outcome, control=level, treated=level + outcome.estimate, method=named(RANKS, found.kept))


def adjusted_quantile_relative(
    control: Ranked, treated: Ranked, share: float, *, covariates: int, confidence: float = 0.95
) -> Effect | NotAvailable:
    """By what share the treated arm's adjusted quantile is higher than the comparison's; otherwise as above."""
    found = adjusted_quantiles(control, treated, share, covariates=covariates, confidence=confidence)
    outcome = quantile_relative_difference(found.control, found.treated, together=found.together, confidence=confidence)
    return outcome if isinstance(outcome, NotAvailable) else replace(outcome, method=named(RANKS, found.kept))


def adjusted_quantiles(
    control: Ranked, treated: Ranked, share: float, *, covariates: int, confidence: float = 0.95
) -> Adjusted:
    """The two quantiles with their ranges, and how they go together.

    ValueError for a share or a confidence outside (0, 1), and for ladders that do not say who is below each step.
    """
    check(confidence)
    if not 0 < share < 1:
        raise ValueError(f"share == {share}, must be between 0 and 1.")
    arms = [_Arm.of(arm, covariates) for arm in (control, treated)]
    total = sum(arm.count for arm in arms)
    if any(not arm.kept for arm in arms) or min(arm.count for arm in arms) < 3 + covariates:
        pair = [quantile(arm.ladder, share, confidence=confidence) for arm in (control, treated)]
        return Adjusted(control=pair[0], treated=pair[1], together=0.0, kept=0)
    middle = np.sum([arm.count * arm.mean for arm in arms], axis=0) / total
    spread = np.sum([arm.covariance * arm.count for arm in arms], axis=0) / total
    parts = [arm.around(share, middle, total) for arm in arms]
    tail = 0.5 - confidence / 2
    quantiles = [part.range(share, tail) for part in parts]
    shared = float(parts[0].slope @ spread @ parts[1].slope) / total
    scale = math.prod(part.error for part in parts)
    together = min(max(shared / scale, -1.0), 1.0) if scale > 0 else 0.0
    kept = max(len(arm.kept) for arm in arms)
    return Adjusted(control=quantiles[0], treated=quantiles[1], together=together, kept=kept)


@dataclass(frozen=True, slots=True, eq=False)
class _Arm:
    """One arm's ladder, with averages and covariance of what was known before the start of its customers."""

    count: int
    ladder: Ladder
    below: Below
    mean: Floats
    covariance: Floats
    kept: list[int]

    @classmethod
    def of(cls, arm: Ranked, covariates: int) -> _Arm:
        below = arm.ladder.below
        if below is None or below.sums.shape[1] != covariates:
            raise ValueError("The ladder does not say who is below each step.")
        first = len(arm.mean) - covariates
        spread = arm.spread[first:, first:]
        kept = independent(spread, 0)
        return cls(arm.count, arm.ladder, below, arm.mean[first:], spread / max(1, arm.count), kept)

    def around(self, share: float, middle: Floats, total: int) -> _Part:
        """The distribution at every step, adjusted to customers who are `middle` on average."""
        upto = self.below.upto / self.count
        common = self.below.sums / self.count - upto[:, np.newaxis] * self.mean
        slopes = np.zeros_like(common)
        inner = self.covariance[np.ix_(self.kept, self.kept)]
        slopes[:, self.kept] = np.linalg.solve(inner, common[:, self.kept].T).T
        reached = np.maximum.accumulate(upto - slopes @ (self.mean - middle))
        at = min(int(np.searchsorted(reached, share - 1e-12)), len(reached) - 1)
        own = upto[at] * (1 - upto[at])
        explained = float(slopes[at] @ common[at]) / own if own > 0 else 0.0
        lost = (self.count - 1) / (self.count - 1 - len(self.kept))
        left = min(1.0, (1 - min(1.0, explained)) * lost)
        narrower = math.sqrt(left + (1 - left) * self.count / total)
        return _Part(self, reached, slopes[at], narrower, math.sqrt(max(0.0, own) / self.count) * narrower)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    arm: _Arm
    reached: Floats
    slope: Floats
    """At the quantile."""
    narrower: float
    """What is left of the plain range's reach, in ranks."""
    error: float
    """Of the adjusted distribution at the quantile."""

    def range(self, share: float, tail: float) -> Quantile | NotAvailable:
        count = self.arm.count
        ranks = possible_ranks(count, share, tail)
        if ranks is None:
            return NotAvailable(why=f"{count:,} customers are too few for the quantile at {share:.0%}.")
        centre = count * share
        low, high = (centre + self.narrower * (rank - centre) for rank in ranks)
        own = max(1.0, math.ceil(centre - 1e-9))
        found = [self._value(rank, up=up) for rank, up in ((own, True), (low, False), (high, True))]
        if found[0] is None or found[1] is None or found[2] is None:
            return NotAvailable(why=BEYOND)
        return Quantile(estimate=found[0], low=min(found[1], found[0]), high=max(found[2], found[0]), count=count)

    def _value(self, rank: float, *, up: bool) -> float | None:
        """The value at an adjusted rank; between two steps that others lie between, the further one."""
        ladder, below = self.arm.ladder, self.arm.below
        at = int(np.searchsorted(self.reached * self.arm.count, rank - 1e-9))
        if at == len(self.reached):
            return None
        nobody_between = below.under[at] == (below.upto[at - 1] if at else 0)
        if nobody_between or up:
            return float(ladder.values[at]) if nobody_between or at else None
        return float(ladder.values[at - 1]) if at else None
