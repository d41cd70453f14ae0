"""What may go wrong by chance, and how often: confirmations and guardrails of a lineage, a program, the watch for harm.

`ledger`, the default, gives every lineage 5 % of its own: attempt j is judged at 5 % · 2⁻ʲ, so that a lineage of
worthless models is promoted at most once in twenty, however often it is reworked. Each owner understands it, but over a
program it bounds the number of false promotions by 5 % of its lineages, not their share among the promotions.

`program_fdr` judges every confirmation of the program by LORD++ (Ramdas, Yang, Wainwright & Jordan 2017, its levels set
by the promotions known at launch: Zrnic, Ramdas & Jordan 2021), which keeps the expected share of false promotions
among all promotions at `RATE`, and the ledger's level where that is stricter: the smaller of two valid levels is valid
for both. So a lineage never gets more than its own 5 %, and the program's share holds as well; where promotions are
frequent the ledger's level decides, where they are rare LORD++'s does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

ErrorControl = Literal["ledger", "program_fdr"]

TOTAL = 0.05
"""How often a lineage of worthless models may ever be promoted."""

GUARDRAILS = 0.10
"""How often a lineage may ever call one guardrail held that is not. A promotion needs a gain besides."""

HARM = 0.01
"""How often one iteration may ever be told to stop an arm that does no harm."""

RATE = 0.10
"""LORD++: the share of promotions that may be false, on average."""
WEALTH = RATE / 2
"""LORD++: what there is to spend before the first promotion."""
DECAY = 1.6
"""LORD++: how fast the levels fall while nothing is promoted, γⱼ ∝ j^−1.6."""
_ALL_STEPS = 2.2857656656801293
"""Riemann's ζ(1.6): what j^−1.6 adds up to. A number, because whoever asks where things stand loads no library."""


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


def lord(place: int, promoted: Sequence[int]) -> float:
    """The level of the program's confirmation number `place` (from 1) by LORD++.

    `promoted` holds, for every promotion known when it was launched, the number of confirmations launched by then:
    α = w₀γ(place) + (q − w₀)γ(place − τ₁) + q Σ γ(place − τᵢ). ValueError for a place below 1, or a promotion that was
    not known yet.
    """
    if place < 1:
        raise ValueError(f"place == {place}, must be 1 or more.")
    if any(not 1 <= when < place for when in promoted):
        raise ValueError(f"promoted == {tuple(promoted)}, must be between 1 and {place - 1}.")
    known = sorted(promoted)
    earned = [(RATE - WEALTH if order == 0 else RATE) * _decay(place - when) for order, when in enumerate(known)]
    return WEALTH * _decay(place) + sum(earned)


def launched_level(control: ErrorControl, attempt: int, place: int, promoted: Sequence[int]) -> float:
    """The level a confirmation is frozen at when it is launched: its lineage's, or the smaller of that and LORD++'s."""
    own = level(attempt)
    return own if control == "ledger" else min(own, lord(place, promoted))


def expected_false(levels: Sequence[float]) -> float:
    """How many of a program's confirmations would promote a worthless model, if every model were worthless.

    The sum of the levels: it bounds the expected number of false promotions, whatever is true.
    """
    return float(sum(levels))


def _halved(total: float, attempt: int) -> float:
    if attempt < 1:
        raise ValueError(f"attempt == {attempt}, must be 1 or more.")
    return float(total * 2.0**-attempt)


def _decay(steps: int) -> float:
    return float(steps**-DECAY / _ALL_STEPS)
