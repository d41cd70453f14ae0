"""What is true of the simulated shop, in one place: how customers usually behave, and what each arm changes.

Every change is an amount added to the probability that a customer does something within its window. So the
average effect among any customers is the average of the changes of their levels, whatever else they differ in,
and a reading can be compared with these constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something a customer may do in the days after the start."""

    usual: float
    """The share of customers who do it within `days` when nobody does anything new."""
    days: int
    engaged: bool = True
    """Whether engaged customers do it more often."""


BEHAVIOURS: Mapping[str, Behaviour] = {
    "visit": Behaviour(0.11, 14),
    "coffee_order": Behaviour(0.13, 28),
    "other_order": Behaviour(0.12, 28),
    "collect": Behaviour(0.30, 21),
    "tell": Behaviour(0.06, 21),
    "unsubscribe": Behaviour(0.005, 14, engaged=False),
    "complain": Behaviour(0.0015, 14, engaged=False),
    "answer": Behaviour(0.30, 28),
}

COFFEE_AMOUNT = 24.0
OTHER_AMOUNT = 46.0
MORE_ORDERS = 0.15
"""Orders beyond the first, on average, of a customer who orders at all."""
RETURNED = 0.06
"""The share of orders that come back."""
HELPED = 0.52
"""The share of the customers who answer the survey that say they got what they needed."""

SHARES: Mapping[str, Mapping[str, float]] = {
    "brews_with": {"filter": 0.45, "machine": 0.25, "pods": 0.30},
    "grows_in": {"garden": 0.40, "balcony": 0.35, "indoors": 0.25},
    "newcomer": {"0": 0.65, "1": 0.35},
}
"""How the traits that matter are spread; independent of how engaged a customer is."""

Change = float | Mapping[str, float]
"""Added to a probability: the same for everybody, or by level of the truth's trait."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What the arms of one iteration really do. What is not written here they do not change."""

    trait: str
    """The trait whose levels react differently."""
    arms: Mapping[str, Mapping[str, Change]]
    """Arm -> behaviour -> change."""
    tables: tuple[str, ...]
    """Which outcome tables the shop keeps for this iteration."""

    def change(self, arm: str, behaviour: str, level: str) -> float:
        """What the arm adds to the probability for customers of one level."""
        change = self.arms.get(arm, {}).get(behaviour, 0.0)
        return change if isinstance(change, float) else change[level]

    def average(self, arm: str, behaviour: str, shares: Mapping[str, float] | None = None) -> float:
        """What the arm adds on average where the levels have these shares; the shop's own if left out."""
        found = shares or SHARES[self.trait]
        return sum(share * self.change(arm, behaviour, level) for level, share in found.items()) / sum(found.values())

    def spend(self, arm: str, shares: Mapping[str, float] | None = None) -> float:
        """What the arm adds to the average customer's spend over 28 days, before any cap."""
        return self.average(arm, "coffee_order", shares) * (1 + MORE_ORDERS) * COFFEE_AMOUNT


_EVENTS = ("visits", "orders", "returns", "unsubscribes", "complaints")

TRUTHS: Mapping[tuple[str, int], Truth] = {
    ("second-order", 1): Truth(
        trait="brews_with",
        arms={
            "guide": {
                "visit": {"filter": 0.075, "machine": 0.050, "pods": 0.030},
                "coffee_order": {"filter": 0.065, "machine": 0.045, "pods": 0.020},
                "helped": 0.08,
            },
            "grind": {
                "visit": {"filter": 0.070, "machine": 0.010, "pods": 0.000},
                "coffee_order": {"filter": 0.050, "machine": 0.000, "pods": -0.005},
                "unsubscribe": 0.003,
                "complain": 0.001,
            },
        },
        tables=(*_EVENTS, "survey"),
    ),
    ("pickup-note", 1): Truth(
        trait="newcomer",
        arms={"five": {"tell": {"0": 0.010, "1": 0.020}}, "one": {"tell": {"0": 0.050, "1": 0.080}}},
        tables=("collections", "complaints", "preferences"),
    ),
    ("pickup-note", 2): Truth(
        trait="newcomer",
        arms={"one": {"tell": {"0": 0.050, "1": 0.080}}},
        tables=("collections", "complaints", "preferences"),
    ),
    ("sowing-mail", 1): Truth(
        trait="grows_in",
        arms={
            "calendar": {"visit": {"garden": 0.080, "balcony": 0.065, "indoors": 0.050}},
            "bargains": {"visit": {"garden": 0.060, "balcony": 0.000, "indoors": -0.005}, "unsubscribe": 0.006},
        },
        tables=_EVENTS,
    ),
}


def probability(behaviour: str, engagement: Floats, change: Floats | float = 0.0) -> Floats:
    """Each customer's probability; its average over all customers is the usual share plus the average change."""
    known = BEHAVIOURS[behaviour]
    factor = 0.25 + 0.75 * engagement if known.engaged else np.ones_like(engagement)
    return known.usual * factor + change
