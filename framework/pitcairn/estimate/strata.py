"""Differences within groups, weighed together: what groups explain no longer blurs the result."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from pitcairn.estimate.adjust import adjusted, adjustment
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import LARGE, check, named, obstacle
from pitcairn.estimate.moments import Floats, Moments

SMALLEST = 5
"""A group with fewer customers in either arm is joined with the other small ones: its variance would be a guess."""


def stratified_difference(
    strata: Sequence[tuple[Moments, Moments]], *, covariates: int = 0, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The difference of two averages, comparison and arm given for each group, post-stratified.

    Every group's difference counts by the group's share of all customers of both arms, so that arms that by luck got
    other groups are compared like with like; the shares' own luck is in the range (Miratrix, Sekhon and Yu,
    "Adjusting treatment effect estimates by post-stratification in randomized experiments", Journal of the Royal
    Statistical Society B 2013). The last `covariates` values are taken out with one slope for all groups.

    ValueError for no groups, a confidence outside (0, 1) or too many covariates. NotAvailable for too few customers
    or values that are all the same.
    """
    check(confidence)
    if not strata:
        raise ValueError("There must be at least one group.")
    whole = Moments.total(control for control, _ in strata), Moments.total(treated for _, treated in strata)
    groups = _joined(strata)
    inner = _within([control for control, _ in groups]), _within([treated for _, treated in groups])
    why = obstacle(*whole) or obstacle(*inner, covariates)
    if why or any(min(pair[0].count, pair[1].count) < 2 for pair in groups):
        return NotAvailable(why=why or "A group has too few customers in one of the arms.")
    taken = adjustment(*inner, covariates)
    rest = [(adjusted(control, taken.slopes), adjusted(treated, taken.slopes)) for control, treated in groups]
    differences = np.array([treated.mean[0] - control.mean[0] for control, treated in rest])
    sizes = np.array([control.count + treated.count for control, treated in rest], dtype=np.float64)
    shares = sizes / sizes.sum()
    estimate = float(shares @ differences)
    error, freedom = _error(rest, shares, taken.kept)
    luck = float(shares @ (differences - estimate) ** 2) / sizes.sum()
    error = math.hypot(error, math.sqrt(luck))
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    level = float(whole[0].mean[0])
    return Effect(
        control=level,
        treated=level + estimate,
        estimate=estimate,
        low=estimate - reach,
        high=estimate + reach,
        standard_error=error,
        freedom=freedom,
        confidence=confidence,
        method=named(f"Within {len(groups)} groups", taken.kept),
        count_control=whole[0].count,
        count_treated=whole[1].count,
    )


def _joined(strata: Sequence[tuple[Moments, Moments]]) -> list[tuple[Moments, Moments]]:
    """The groups that are large enough; the others as one, with the smallest of the large ones if need be."""
    ordered = sorted(strata, key=lambda pair: -min(pair[0].count, pair[1].count))
    while len(ordered) > 1 and min(ordered[-1][0].count, ordered[-1][1].count) < SMALLEST:
        last, other = ordered.pop(), ordered.pop()
        ordered.append((last[0] + other[0], last[1] + other[1]))
        # The joined group may now be larger than others that are too small themselves.
        ordered.sort(key=lambda pair: -min(pair[0].count, pair[1].count))
    return ordered


def _within(parts: Sequence[Moments]) -> Moments:
    """One arm's spread around each group's own mean."""
    spread = np.sum([part.spread for part in parts], axis=0)
    whole = Moments.total(parts)
    return Moments(whole.count, whole.mean, spread)


def _error(rest: Sequence[tuple[Moments, Moments]], shares: Floats, kept: int) -> tuple[float, float]:
    """Welch over all cells: the standard error and its degrees of freedom."""
    frees = np.array([[arm.count - 1 for arm in pair] for pair in rest], dtype=np.float64)
    frees *= 1 - kept / frees.sum()
    spreads = np.array([[arm.spread[0, 0] for arm in pair] for pair in rest])
    counts = np.array([[arm.count for arm in pair] for pair in rest])
    parts = shares[:, np.newaxis] ** 2 * spreads / frees / counts
    return math.sqrt(parts.sum()), min(LARGE, float(parts.sum() ** 2 / (parts**2 / frees).sum()))
