"""What teams do instead of a budget over reworks, on the very customers that the gate as built meets.

Every rework is tested on its own, and the first that passes is promoted with the number that was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri

from benchmarks.gate_as_built import Promotion
from benchmarks.gate_worlds import REWORKS, Floats, Stream, Version, along
from pitcairn.estimate.boundaries import boundary
from pitcairn.estimate.spending import o_brien_fleming

LEVEL = 0.025
"""One-sided: the upper half of the usual 5 %."""


@dataclass(frozen=True, slots=True)
class Naive:
    """A rule for one rework at a time."""

    name: str
    bounds: Callable[[int], Floats]
    """For so many looks, the standard errors above zero that pass at each."""
    small: bool = False
    """Tested on the exploration's customers, and not on as many as a confirmation has."""
    stops: bool = True
    """Gives a rework up at half time where it has no gain by then, as the gate as built advises."""

    def run(self, versions: Sequence[Version]) -> tuple[Promotion | None, int]:
        """The first version that passes, and customers an arm until then."""
        used = 0
        for version in versions:
            stream = version.explored if self.small else version.confirmed
            raw, passed, days = self._tested(stream)
            used += int(stream.customers[:days].sum())
            if passed:
                return Promotion(version=version, raw=raw, promised=None), used
        return None, used

    def _tested(self, stream: Stream) -> tuple[float, bool, int]:
        """(the measured gain, whether it passed, the days it took)."""
        relative, z = along(stream.customers, stream.buyers)
        looks = len(z)
        passes = np.flatnonzero(z >= self.bounds(looks))
        late = np.arange(1, looks + 1) >= looks / 2
        hopeless = np.flatnonzero(late & (z < 0)) if self.stops else np.array([], dtype=np.int64)
        first = int(passes[0]) if len(passes) else looks
        end = int(hopeless[0]) if len(hopeless) else looks
        if first < end:
            return float(relative[first]), True, first + 1
        return float(relative[-1]), False, min(end + 1, looks)


def at_the_end(level: float) -> Callable[[int], Floats]:
    """One look, when everybody was there."""
    return lambda looks: np.array([*[np.inf] * (looks - 1), -ndtri(level)])


def every_day(level: float) -> Callable[[int], Floats]:
    """A look a day, each as if it were the only one."""
    return lambda looks: np.full(looks, -ndtri(level))


@cache
def sequential(looks: int) -> Floats:
    """A look a day with O'Brien and Fleming's spending, anew for every rework."""
    times = np.arange(1, looks + 1) / looks
    return np.array(boundary(times, times, LEVEL, o_brien_fleming).critical)


NAIVE = (
    Naive("every exploration, at its end, 5 %", at_the_end(LEVEL), small=True, stops=False),
    Naive("every exploration, on any day, 5 %", every_day(LEVEL), small=True),
    Naive("150,000 for every rework, at the end, 5 %", at_the_end(LEVEL), stops=False),
    Naive("150,000 for every rework, on any day, 5 %", every_day(LEVEL)),
    Naive("150,000 for every rework, bounds for the looks", sequential),
    Naive(f"150,000 for every rework, at the end, 5 % / {REWORKS}", at_the_end(LEVEL / REWORKS), stops=False),
)
