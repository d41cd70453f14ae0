"""What to promise after a win: an estimate drawn in by what all tries did, since it was chosen for being ahead.

A plain average of a model's own iterations overstates a winner; drawing it towards a prior on the scale of effects does
not, as far as the prior describes models before they are tried (Dawid, "Selection paradoxes of Bayesian inference",
1994; Deng, Lu and Chen, "Continuous monitoring of A/B tests without pain", 2016). The prior's centre and spread are
learnt from every try, losers included, and held near an anchor while tries are few, because an empirical prior of a
handful of tries is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.pool import pool

WEIGHT = 10.0
"""How many tries the anchor counts as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A normal distribution for the true effect, and the prior it came from."""

    estimate: float
    variance: float
    kept: float
    """The share of the raw estimate that is kept: 1 is all."""
    centre: float
    spread: float
    """The prior's standard deviation."""


def promised(
    estimates: Sequence[float],
    variances: Sequence[float],
    *,
    tries: Sequence[tuple[float, float]],
    anchor: float,
) -> Promise:
    """The true effect of one model from its own iterations, given all `tries` (estimate, variance) of the program.

    `anchor` is the prior's spread while nothing was learnt: half of the largest effect that is plausible, in the
    estimates' unit. Too wide costs little, too narrow a lot. ValueError without an estimate, for a variance that is not
    positive, or an anchor that is not.
    """
    own, errors = np.asarray(estimates, float), np.asarray(variances, float)
    if own.size == 0 or not np.all(np.isfinite(errors) & (errors > 0)) or not anchor > 0:
        raise ValueError("There must be an estimate, and variances and anchor must be positive.")
    weights = 1 / errors
    variance = float(1 / weights.sum())
    raw = float(own @ weights) * variance
    centre, spread2 = _prior(tries, anchor)
    kept = spread2 / (spread2 + variance)
    return Promise(
        estimate=centre + kept * (raw - centre),
        variance=kept * variance,
        kept=kept,
        centre=centre,
        spread=float(np.sqrt(spread2)),
    )


def _prior(tries: Sequence[tuple[float, float]], anchor: float) -> tuple[float, float]:
    """Centre and variance: each try counts by how much it says beside the anchor."""
    found = pool([one for one, _ in tries], [float(np.sqrt(v)) for _, v in tries], ends="normal")
    if isinstance(found, NotAvailable):
        return 0.0, anchor**2
    says = anchor**2 / (anchor**2 + np.asarray([variance for _, variance in tries], float))
    total, squares = float(says.sum()), float(says @ says)
    spread2 = (squares * found.between + WEIGHT * anchor**2) / (squares + WEIGHT)
    return found.estimate * total / (total + WEIGHT), spread2
