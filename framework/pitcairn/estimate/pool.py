"""Several estimates of one thing: do they differ by more than chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Cochran's Q with its degrees of freedom and the share of luck that reaches it."""

    q: float
    freedom: int
    p: float


def cochran_q(estimates: Sequence[float], standard_errors: Sequence[float]) -> Spread:
    """How far estimates lie apart, each weighed by its precision (Cochran, "The combination of estimates from
    different experiments", Biometrics 1954). ValueError for fewer than two, or a standard error that is not positive.
    """
    values = np.asarray(estimates, dtype=np.float64)
    errors = np.asarray(standard_errors, dtype=np.float64)
    if values.size < 2 or values.shape != errors.shape or not np.all(errors > 0):
        raise ValueError("Cochran's Q needs at least two estimates, each with a positive standard error.")
    weights = errors**-2
    pooled = float(weights @ values / weights.sum())
    q = float(weights @ (values - pooled) ** 2)
    return Spread(q=q, freedom=values.size - 1, p=float(chdtrc(values.size - 1, q)))
