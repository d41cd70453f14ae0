"""A thousand groups as summaries, the same for every contestant, in plain Python because peers have nothing else."""

from __future__ import annotations

import random
from dataclasses import dataclass

GROUPS = 1_000
TIMES = 20
"""How often a contestant works through all of them: once is too short to be measured."""


@dataclass(frozen=True, slots=True)
class Arm:
    """What one arm's customers of one group spent, and had spent before."""

    count: int
    mean: float
    mean_before: float
    variance: float
    variance_before: float
    covariance: float
    buyers: int


def arms() -> list[tuple[Arm, Arm]]:
    """(comparison, arm) of every group."""
    luck = random.Random(20260322)
    return [(_arm(luck, 1.0), _arm(luck, 1.05)) for _ in range(GROUPS)]


def _arm(luck: random.Random, gain: float) -> Arm:
    count = luck.randrange(2_000, 20_000)
    variance, before = luck.uniform(20, 40), luck.uniform(20, 40)
    return Arm(
        count=count,
        mean=luck.uniform(4.9, 5.1) * gain,
        mean_before=luck.uniform(4.9, 5.1),
        variance=variance,
        variance_before=before,
        covariance=luck.uniform(0.4, 0.6) * (variance * before) ** 0.5,
        buyers=round(count * luck.uniform(0.02, 0.04) * gain),
    )
