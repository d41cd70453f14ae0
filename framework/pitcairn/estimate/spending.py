"""How the error of a test is spent over time, so that looking early costs nothing in the end.

Lan and DeMets, “Discrete sequential boundaries for clinical trials”, Biometrika 1983: fix in advance how much of the
level may be gone by every moment, and the number and the days of the looks are free, as long as they do not depend on
what was seen. Time runs from 0 to 1 and may be the calendar's or the information's (Lan and DeMets, “Changing
frequency of interim analysis in sequential monitoring”, Biometrics 1989; Lan and DeMets, “Group sequential
procedures: calendar versus information time”, Statistics in Medicine 1989). The calendar needs no guess of how many
customers will come, only an end date.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from pitcairn.estimate.moments import Floats

Spending = Callable[[Floats, float], Floats]
"""From times in (0, 1] and a one-sided level to the part of the level that is spent by each: rising, all of it at 1."""


def o_brien_fleming(times: Floats, level: float) -> Floats:
    """Almost nothing early, almost everything at the end: 2 (1 − Φ(z / √t)) with Φ(z) = 1 − level / 2.

    The chance that a random walk looked at without pause has passed z by then (Lan and DeMets 1983).
    """
    return np.asarray(2 * ndtr(ndtri(level / 2) / np.sqrt(times)), dtype=np.float64)


def pocock(times: Floats, level: float) -> Floats:
    """About the same at every look: level · ln(1 + (e − 1) t) (Lan and DeMets 1983)."""
    return np.asarray(level * np.log1p((math.e - 1) * times), dtype=np.float64)


def calendar_time(days: Sequence[float], planned_days: float) -> tuple[float, ...]:
    """Days since the start as parts of the planned ones.

    ValueError for days that are not above 0 and at most the planned ones: an end date does not move after a look.
    """
    for day in days:
        if not 0 < day <= planned_days:
            raise ValueError(f"day == {day}, must be above 0 and at most the planned {planned_days}.")
    return tuple(day / planned_days for day in days)


def information_time(information: Sequence[float], planned: float, *, ended: bool = False) -> tuple[float, ...]:
    """Information (1 / standard error²) as parts of the planned one; the look that reaches it is the last.

    `ended` says that the last of these looks is final although less was gathered, for a reason other than the results.
    ValueError for information that is not positive.
    """
    for amount in (*information, planned):
        if not 0 < amount < math.inf:
            raise ValueError(f"information == {amount}, must be positive and finite.")
    times = [min(1.0, amount / planned) for amount in information]
    return (*times[:-1], 1.0) if ended and times else tuple(times)
