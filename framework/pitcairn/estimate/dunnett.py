"""Several arms against one comparison: bounds that hold for all of them together.

All differences share the comparison's customers, so they move together, and the bound is lower than one for unrelated
questions (Dunnett, "A multiple comparison procedure for comparing several treatments with a control", JASA 1955; for
arms of unequal size the correlation of two differences is the product of their arms' loadings).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import gammaincinv, gammaln, ndtr, stdtrit

from pitcairn.estimate.effect import Effect
from pitcairn.estimate.means import LARGE
from pitcairn.estimate.moments import Floats

Side = Literal["both", "up", "down"]

NODES, WEIGHTS = leggauss(96)
EDGE = 8.5
"""Standard normal values beyond this are left out: 2e-17 of them."""

MANY = 1e5
"""From so many degrees of freedom on the variance counts as known: the bound is off by less than 2e-5."""


def loadings(count_control: int, counts_treated: Sequence[int]) -> tuple[float, ...]:
    """How much each difference owes to the comparison's customers: √(n / (n + n₀)). ValueError for an empty arm."""
    if min((count_control, *counts_treated)) < 1:
        raise ValueError("Every arm needs at least one customer.")
    return tuple(float(np.sqrt(count / (count + count_control))) for count in counts_treated)


def joint_p(z: float, shared: Sequence[float], *, freedom: float = LARGE, side: Side = "both") -> float:
    """How often at least one of the differences lies as far out as `z` if there were none, loadings `shared`.

    Both sides by default; `up` and `down` count one side only. ValueError for no differences or loadings outside
    [0, 1).
    """
    load = np.asarray(shared, dtype=np.float64)
    if load.size == 0 or not np.all((load >= 0) & (load < 1)):
        raise ValueError(f"loadings == {list(shared)}, must be at least one, each at least 0 and below 1.")
    reach = {"both": abs(z), "up": z, "down": -z}[side]
    scales, chances = _scales(freedom)
    common = EDGE * NODES
    density = EDGE * WEIGHTS * np.exp(-(common**2) / 2) / np.sqrt(2 * np.pi)
    own = np.sqrt(1 - load**2)
    ahead = (reach * scales)[:, np.newaxis, np.newaxis]
    pull = np.outer(common, load)
    outside = ndtr((pull - ahead) / own)
    if side == "both":
        outside = outside + ndtr((-ahead - pull) / own)
    # Through logarithms, so that a small chance keeps its digits; a certain one has the logarithm of nothing.
    with np.errstate(divide="ignore"):
        one = -np.expm1(np.log1p(-np.minimum(outside, 1.0)).sum(axis=2))
    return float(min(1.0, chances @ (one @ density)))


def critical_value(
    shared: Sequence[float], *, level: float = 0.05, freedom: float = LARGE, side: Side = "both"
) -> float:
    """The bound that at least one of the differences passes by luck with probability `level`. ValueError outside 0..1.

    >>> round(critical_value(loadings(100, [100, 100]), level=0.025, side="up"), 3)
    2.212
    """
    from scipy.optimize import brentq  # 0.2 s to import, for the rare pilot with several arms

    if not 0 < level < 1:
        raise ValueError(f"level == {level}, must be between 0 and 1.")
    way: Side = "both" if side == "both" else "up"
    tail = level / 2 if way == "both" else level
    most = float(-stdtrit(min(freedom, LARGE), tail / len(shared))) + 0.01
    least = float(-stdtrit(min(freedom, LARGE), tail)) - 0.01
    return float(brentq(lambda z: joint_p(z, shared, freedom=freedom, side=way) - level, least, most, xtol=1e-10))


def adjusted_ranges(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects, all against one comparison, with ranges that hold for all together at their confidence.

    ValueError for no effects, different confidences or comparisons of different size.
    """
    shared, freedom = _family(effects)
    bound = critical_value(shared, level=1 - effects[0].confidence, freedom=freedom)
    return tuple(
        replace(
            effect,
            low=effect.estimate - bound * effect.standard_error,
            high=effect.estimate + bound * effect.standard_error,
            method=f"{effect.method}; Dunnett, {len(effects)} arms",
        )
        for effect in effects
    )


def step_down(effects: Sequence[Effect], *, side: Side = "both") -> tuple[float, ...]:
    """Adjusted p-values in the given order, where more than one arm may win.

    The furthest difference is held against all, the next against those left, and none gets a smaller value than one
    further out (Naik, 1975; Marcus, Peritz and Gabriel, "On closed testing procedures", Biometrika 1976).
    """
    _, freedom = _family(effects)
    scores = [effect.estimate / effect.standard_error for effect in effects]
    outwards = [{"both": abs(score), "up": score, "down": -score}[side] for score in scores]
    left = sorted(range(len(effects)), key=lambda index: -outwards[index])
    adjusted, worst = [0.0] * len(effects), 0.0
    while left:
        shared = loadings(effects[0].count_control, [effects[index].count_treated for index in left])
        worst = max(worst, joint_p(scores[left[0]], shared, freedom=freedom, side=side))
        adjusted[left.pop(0)] = worst
    return tuple(adjusted)


def _family(effects: Sequence[Effect]) -> tuple[tuple[float, ...], float]:
    if len({(effect.confidence, effect.count_control) for effect in effects}) != 1:
        raise ValueError("The effects must be one family: one confidence, one comparison.")
    shared = loadings(effects[0].count_control, [effect.count_treated for effect in effects])
    return shared, min(effect.freedom for effect in effects)


def _scales(freedom: float) -> tuple[Floats, Floats]:
    """Values and chances of the estimated over the true standard deviation."""
    if freedom >= MANY:
        return np.ones(1), np.ones(1)
    half = freedom / 2
    low, high = np.sqrt(gammaincinv(half, [1e-15, 1 - 1e-15]) / half)
    scales = (high - low) / 2 * NODES + (high + low) / 2
    logs = np.log(2) + half * np.log(half) - gammaln(half) + (freedom - 1) * np.log(scales) - half * scales**2
    return scales, (high - low) / 2 * WEIGHTS * np.exp(logs)
