"""What an extra outcome costs, what an extra unit of spend returns: one difference over another.

The lower difference may be zero within its range, and then no bounded range can be right: a cost per extra customer
of "120 or more, or anything negative" is a statement of its own kind, not a very wide range. Fieller's set says which
quotients fit (Fieller, "Some problems in interval estimation", Journal of the Royal Statistical Society B 1954).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from pitcairn.estimate.adjust import Adjustment, adjustment
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import check, error_of, obstacle, too_few
from pitcairn.estimate.moments import Floats, Moments

Places = Sequence[int]
"""Where values stand among those of moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The quotient is likely between two numbers."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The lower difference may be zero: the quotient is likely at most the one or at least the other number."""

    at_most: float
    at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """Both differences may be zero: no quotient can be ruled out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotient:
    """One difference over another, and which quotients fit at `confidence`."""

    estimate: float
    fits: Between | Outside | Anything
    confidence: float
    upper: float
    """The difference above the line, for instance extra spend per customer."""
    lower: float
    """The difference below it, for instance extra customers won per customer."""


def quotient(
    control: Moments,
    treated: Moments,
    *,
    covariates: int = 0,
    known: tuple[Places, Places] | None = None,
    besides: tuple[float, float] = (0.0, 0.0),
    confidence: float = 0.95,
) -> Quotient | NotAvailable:
    """The difference of value 0 over the difference of value 1: spend over outcomes for a cost per extra outcome,
    revenue over spend for the return on it. The last `covariates` values are taken out of both; with `known`, out of
    each only those at its own places, so that each difference is the one `means.difference` gives for it alone.
    `besides` is added to the two differences: amounts that are known, such as a postage for everybody in the arm.

    ValueError for a confidence outside (0, 1) or moments of fewer than two values. NotAvailable for too few
    customers, values that do not vary, or a lower difference of exactly zero.
    """
    check(confidence)
    size = len(control.mean) - covariates
    if size != 2:
        raise ValueError(f"A quotient takes two values and its covariates, not {size} and {covariates}.")
    if min(control.count, treated.count) < 2:
        return NotAvailable(why=too_few(control.count, treated.count))
    each = tuple(range(2, 2 + covariates))
    taken = [_taken_out(control, treated, row, own) for row, own in enumerate(known or (each, each))]
    kept = max(one.kept for one in taken)
    weights = np.eye(2, 2 + covariates)
    for row, own in enumerate(known or (each, each)):
        weights[row, list(own)] = -taken[row].slopes
    arms = control.along(weights), treated.along(weights)
    upper, lower = (float(value) for value in arms[1].mean - arms[0].mean + np.array(besides))
    if lower == 0:
        return NotAvailable(why="There is nothing to divide by.")
    # Degrees of freedom where they are needed: for the upper less the quotient times the lower difference.
    line = np.array([1.0, -upper / lower])
    rest = arms[0].along(line), arms[1].along(line)
    why = obstacle(*rest)
    if why:
        return NotAvailable(why=why)
    free = 1 - kept / (control.count + treated.count - 2)
    grown = np.sqrt([one.leverage for one in taken])
    covariance = sum((arm.covariance / (free * arm.count) for arm in arms), np.zeros((2, 2))) * np.outer(grown, grown)
    freedom = error_of(*rest, kept=kept).freedom
    return fieller(upper, lower, covariance, freedom=freedom, confidence=confidence)


def fixed_cost(effect: Effect, cost: float) -> Quotient | NotAvailable:
    """What one extra unit of the effect costs where every treated customer costs the same, known `cost`.

    Fieller's set is then the effect's own range turned over, whatever rule made that range; so is its confidence.
    NotAvailable for an effect of exactly zero.
    """
    if effect.estimate == 0:
        return NotAvailable(why="There is nothing to divide by.")
    ends = [cost / end for end in (effect.low, effect.high) if end != 0]
    fits: Between | Outside | Anything
    if len(ends) < 2:
        fits = Anything()
    elif effect.low < 0 < effect.high:
        fits = Outside(at_most=min(ends), at_least=max(ends))
    else:
        fits = Between(low=min(ends), high=max(ends))
    return Quotient(
        estimate=cost / effect.estimate, fits=fits, confidence=effect.confidence, upper=cost, lower=effect.estimate
    )


def fieller(upper: float, lower: float, covariance: Floats, *, freedom: float, confidence: float) -> Quotient:
    """All quotients q for which upper - q · lower is within its own range of zero; `covariance` (2, 2) of the two.

    ValueError for a lower value of zero.
    """
    if lower == 0:
        raise ValueError("lower == 0, there is nothing to divide by.")
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) ** 2
    # a q² - 2 b q + c <= 0
    a = lower**2 - reach * float(covariance[1, 1])
    b = upper * lower - reach * float(covariance[0, 1])
    c = upper**2 - reach * float(covariance[0, 0])
    inner = b**2 - a * c
    fits: Between | Outside | Anything
    if a > 0:
        # The estimate itself always fits, so there are two ends; rounding may hide that where nothing varies.
        root = math.sqrt(max(0.0, inner))
        fits = Between(low=(b - root) / a, high=(b + root) / a)
    elif a < 0 < inner:
        root = math.sqrt(inner)
        fits = Outside(at_most=(b + root) / a, at_least=(b - root) / a)
    else:
        fits = Anything()
    return Quotient(estimate=upper / lower, fits=fits, confidence=confidence, upper=upper, lower=lower)


def _taken_out(control: Moments, treated: Moments, row: int, known: Places) -> Adjustment:
    """What the values at the `known` places say about the one at `row`."""
    own = np.eye(len(control.mean))[[row, *known]]
    return adjustment(control.along(own), treated.along(own), len(known))
