"""What past predictions teach for the next: how much places differ, and how much of a winner's number arrives.

Both are learnt together from the first look on, and held near what is assumed while looks are few: a spread that is
really a promise that fell short, or the other way round, is told apart only as far as the looks can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, ndtri

from pitcairn.estimate.moments import Floats

ASSUMED_SPREAD = 0.5
"""Between places, as a share of the claimed effect."""
SPREAD_DOUBT = 0.5
"""Standard deviation of the spread's logarithm before any look: 19 of 20 times between 0.18 and 1.3 of the claim."""
VOLTAGE_DOUBT = 0.3
"""Standard deviation of the voltage before any look: 19 of 20 times between 0.4 and 1.6."""
_SPREADS = np.geomspace(0.05, 4.0, 25)
_VOLTAGES = np.linspace(0.0, 2.0, 41)
_HALF_NORMAL = ndtri(0.5 + 0.5 * (np.arange(31) + 0.5) / 31)
"""Equally likely values of a half-normal of scale 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model and its looks at other places, all as shares of what its own place claimed."""

    own: Floats
    """What its own place says of each other place's customers."""
    own_error: float
    usual: float
    """Standard deviation of true effects of models of the kind, around nothing."""
    came: Floats
    errors: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The two numbers that the next prediction is made with."""

    spread: float
    """Scale of the half-normal spread between places, as a share of the claim."""
    voltage: float
    """What comes elsewhere, divided by what was predicted; 1 as long as nothing says otherwise."""
    looks: int


def learnt(models: Sequence[Model]) -> Learnt:
    """Geometric mean of the spread's scale and mean of the voltage, after every look; the assumptions without any.

    The looks of one model lie around a common level that its own place tells within its error, drawn in as a winner's
    number is; the spread between its places is half-normal with the scale that is learnt (Röver et al., Research
    Synthesis Methods 2021, for the prior; the scale has a lognormal one around the assumption, the voltage a normal one
    around 1). Worked out on a grid, without sampling. ValueError for an error or a `usual` that is not positive.
    """
    if any(not (one.own_error > 0 and one.usual > 0 and np.all(one.errors > 0)) for one in models):
        raise ValueError("Errors and the usual spread of effects must be positive.")
    log = -0.5 * (np.log(_SPREADS / ASSUMED_SPREAD) / SPREAD_DOUBT)[:, np.newaxis] ** 2
    log = log - 0.5 * ((_VOLTAGES - 1) / VOLTAGE_DOUBT) ** 2
    for one in models:
        log = log + _likelihood(one)
    chances = np.exp(log - logsumexp(log))
    if not models:
        return Learnt(spread=ASSUMED_SPREAD, voltage=1.0, looks=0)
    spread = float(np.exp(chances.sum(axis=1) @ np.log(_SPREADS)))
    voltage = float(chances.sum(axis=0) @ _VOLTAGES)
    return Learnt(spread=spread, voltage=voltage, looks=sum(one.came.size for one in models))


def _likelihood(one: Model) -> Floats:
    """Logarithm of the density of a model's looks, by scale of the spread and by voltage.

    Given a spread the looks are jointly normal: each with its place's own deviation and error, all with the error of
    the common level, whose rank-one part is taken out by the Sherman-Morrison formula.
    """
    spread = (_SPREADS[:, np.newaxis] * _HALF_NORMAL)[..., np.newaxis]
    kept = one.usual**2 / (one.usual**2 + spread**2 + one.own_error**2)
    common = (one.usual**2 * (1 - kept))[..., 0]
    weights = 1 / (spread**2 + one.errors**2)
    drawn_in = kept * one.own

    def products(first: Floats, second: Floats) -> Floats:
        both = (weights * first * second).sum(axis=-1)
        apart = (weights * first).sum(axis=-1) * (weights * second).sum(axis=-1)
        found: Floats = both - common * apart / (1 + common * weights.sum(axis=-1))
        return found

    came = np.broadcast_to(one.came, weights.shape)
    left = products(came, came)[..., np.newaxis]
    left = left - 2 * _VOLTAGES * products(came, drawn_in)[..., np.newaxis]
    left = left + _VOLTAGES**2 * products(drawn_in, drawn_in)[..., np.newaxis]
    size = np.log1p(common * weights.sum(axis=-1)) - np.log(weights).sum(axis=-1)
    density: Floats = logsumexp(-0.5 * (left + size[..., np.newaxis]), axis=1) - np.log(_HALF_NORMAL.size)
    return density
