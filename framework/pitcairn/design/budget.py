"""The error budget of a lineage: every launched confirmation spends, and the levels add up to 5 %."""

from __future__ import annotations

TOTAL = 0.05
"""How often a lineage of worthless models may ever be promoted."""


def level(attempt: int) -> float:
    """The one-sided level at which the lineage's confirmation number `attempt` (from 1) is judged: 2.5 %, 1.25 %, ...

    Halving spends less than the total for any number of attempts (union bound; no independence needed).
    ValueError for an attempt below 1.
    """
    if attempt < 1:
        raise ValueError(f"attempt == {attempt}, must be 1 or more.")
    return float(TOTAL * 2.0**-attempt)


def spent(attempts: int) -> float:
    """What `attempts` launched confirmations have spent together."""
    return float(sum(level(attempt) for attempt in range(1, attempts + 1)))
