"""How much can be seen of a share from few events: the chance to pass, counted over all outcomes there can be.

Few events make steps: with five of them a normal approximation takes a chance of 95 in 100 for one of 90. So for every
number of events in the comparison the fewest, or most, in the arm are found that pass the test which a reading of few
events uses, and the chances of these outcomes are added up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, ndtri

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.exact import Counts, chances, fitting, mid_p
from pitcairn.estimate.proportions import SMALL, is_small

FEW = 2 * SMALL
"""Expected in an arm below this, a reading is likely enough to count outcomes that planning does too."""
UNLIKELY = 1e-6
"""Outcomes of the comparison with a smaller chance are left out."""
STEPS = 24
"""Halvings until a size or a share is found."""


def is_rare(rate: float, count_control: float, count_treated: float) -> bool:
    """Whether fewer than `FEW` customers of an arm are expected to have the event, or not to have it."""
    return min(rate, 1 - rate) * min(count_control, count_treated) < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class RareArms:
    """How many customers each arm has, and how strictly they are judged."""

    control: int
    treated: int
    level: float
    """One-sided."""

    def chance(self, rate: float, gain: float, *, up: bool = True) -> float:
        """How likely a change of the share `rate` by `gain` in the better direction is told from none."""
        if rate > 0.5:
            # Whom it does not happen to are the few then.
            return self.chance(1 - rate, gain, up=not up)
        return self._passing(self._edges(rate, up=up), rate + gain if up else rate - gain, up=up)

    def visible_gain(self, rate: float, *, power: float, up: bool = True) -> float | NotAvailable:
        """The smallest change in the better direction that is seen with probability `power`; positive.

        NotAvailable where even a change to everybody, or to nobody, would not be seen.
        """
        if rate > 0.5:
            return self.visible_gain(1 - rate, power=power, up=not up)
        edges = self._edges(rate, up=up)
        room = 1 - rate if up else rate
        return _smallest(lambda gain: self._passing(edges, rate + gain if up else rate - gain, up=up), power, room)

    def visible_margin(self, rate: float, *, power: float, up: bool = True) -> float | NotAvailable:
        """A margin that is shown to be kept with probability `power` or a little more where nothing gets worse.

        `up` says where better is. Farrington and Manning, "Test statistics and sample size formulae for comparative
        binomial trials with null hypothesis of non-zero risk difference or non-unity relative risk", Statistics in
        Medicine 1990, method 3: counting all outcomes for every margin would take minutes. NotAvailable as
        `visible_gain`.
        """
        sizes, bounds = (self.control, self.treated), (-float(ndtri(self.level)), float(ndtri(power)))
        events = np.array([rate * self.control]), np.array([rate * self.treated])
        true = math.sqrt(rate * (1 - rate) * (1 / self.control + 1 / self.treated))

        def enough(margin: float) -> float:
            shift = -margin if up else margin
            first = float(fitting(*events, sizes, shift)[0])
            second = min(max(first + shift, 0.0), 1.0)
            test = math.sqrt(first * (1 - first) / self.control + second * (1 - second) / self.treated)
            return power if margin >= bounds[0] * test + bounds[1] * true else 0.0

        return _smallest(enough, power, rate if up else 1 - rate)

    def _edges(self, rate: float, *, up: bool) -> list[tuple[float, int]]:
        """For every number of events in the comparison its chance, and where the arm's events begin to pass."""
        return [
            (float(chance), _edge(self.control, int(events), self.treated, self.level, up=up))
            for events, chance in zip(*chances(rate, self.control), strict=True)
            if chance >= UNLIKELY
        ]

    def _passing(self, edges: Sequence[tuple[float, int]], changed: float, *, up: bool) -> float:
        """The chance of outcomes that stand clearly on the better side of no change."""
        if up:
            beyond = (1 - float(bdtr(edge - 1, self.treated, changed)) if edge else 1.0 for _, edge in edges)
        else:
            beyond = (float(bdtr(edge, self.treated, changed)) if edge >= 0 else 0.0 for _, edge in edges)
        return math.fsum(chance * part for (chance, _), part in zip(edges, beyond, strict=True))


def customers_needed(
    *, rate: float, shares: tuple[float, float], gain: float, level: float, power: float, up: bool, about: int
) -> int | NotAvailable:
    """How many customers must be drawn in all to see `gain`; `about` is what the normal approximation gives.

    NotAvailable where less than a third, or more than three times as many, would be needed.
    """

    def seen(total: float) -> float:
        arms = RareArms(control=round(total * shares[0]), treated=round(total * shares[1]), level=level)
        return arms.chance(rate, gain, up=up)

    low, high = about / 3, about * 3.0
    if seen(high) < power:
        return NotAvailable(why="so few events would not show it with any number of customers near the usual one")
    while high > 1.004 * low:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if seen(middle) < power else (low, middle)
    return math.ceil(high)


def _smallest(chance: Callable[[float], float], power: float, room: float) -> float | NotAvailable:
    """Where a chance that grows reaches `power`, to a thousandth of it."""
    low, high = 0.0, room * (1 - 1e-9)
    if chance(high) < power:
        return NotAvailable(why="there are too few customers to see even the largest possible change")
    for _ in range(STEPS):
        if high - low < 1e-3 * high:
            break
        middle = (low + high) / 2 if low > high / 8 else high / 3
        low, high = (middle, high) if chance(middle) < power else (low, middle)
    return high


def _edge(control: int, events: int, treated: int, level: float, *, up: bool) -> int:
    """The fewest events of the arm that pass, one more than it has customers if none do; of a drop the most, or −1."""
    low, high = -1, treated + 1
    while high - low > 1:
        middle = _between(low, high, round(treated * events / control), treated)
        counts = Counts(events_control=events, count_control=control, events_treated=middle, count_treated=treated)
        if _passes(counts, level, up=up) == up:
            high = middle
        else:
            low = middle
    return high if up else low


def _between(low: int, high: int, middle: int, most: int) -> int:
    """A place to look next: near what is expected first, so that the search does not start in the middle of all."""
    if low == -1 and high == most + 1:
        return min(max(middle, 0), most)
    if high == most + 1:
        return min(2 * low + 8, most)
    return (low + high) // 2


def _passes(counts: Counts, level: float, *, up: bool) -> bool:
    """As a reading does: counted where either arm has few events, else by the standard error."""
    few = [
        is_small(counts.events_control, counts.count_control),
        is_small(counts.events_treated, counts.count_treated),
    ]
    if any(few):
        tails = mid_p(counts)
        return not isinstance(tails, NotAvailable) and tails[0 if up else 1] <= level
    first, second = counts.events_control / counts.count_control, counts.events_treated / counts.count_treated
    error = math.sqrt(first * (1 - first) / counts.count_control + second * (1 - second) / counts.count_treated)
    away = second - first if up else first - second
    return away > -float(ndtri(level)) * error
