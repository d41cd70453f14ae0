"""What may go wrong by chance, and how often: confirmations and guardrails of a lineage, and the watch for harm."""

from __future__ import annotations

TOTAL = 0.05
"""How often a lineage of worthless models may ever be promoted."""

GUARDRAILS = 0.10
"""How often a lineage may ever call one guardrail held that is not. A promotion needs a gain besides."""

HARM = 0.01
"""How often one iteration may ever be told to stop an arm that does no harm."""


def level(attempt: int) -> float:
    """The one-sided level at which the lineage's confirmation number `attempt` (from 1) is judged: 2.5 %, 1.25 %, ...

    Halving spends less than the total for any number of attempts (union bound; no independence needed).
    ValueError for an attempt below 1.
    """
    return _halved(TOTAL, attempt)


def guardrail_level(attempt: int) -> float:
    """The one-sided level at which each guardrail of that confirmation is held: 5 %, 2.5 %, ...

    Not divided over guardrails: all of them must hold, so one false one is no promotion (Berger, "Multiparameter
    hypothesis testing and acceptance sampling", Technometrics 1982). ValueError for an attempt below 1.
    """
    return _halved(GUARDRAILS, attempt)


def harm_level(watched: int) -> float:
    """The one-sided level at which each of `watched` measures may call harm, at all looks of an iteration together."""
    return HARM / watched


def spent(attempts: int) -> float:
    """What `attempts` launched confirmations have spent together."""
    return float(sum(level(attempt) for attempt in range(1, attempts + 1)))


def left(attempts: int) -> float:
    """What is left for all later confirmations together."""
    return TOTAL - spent(attempts)


def _halved(total: float, attempt: int) -> float:
    if attempt < 1:
        raise ValueError(f"attempt == {attempt}, must be 1 or more.")
    return float(total * 2.0**-attempt)
