"""Bounds that hold at every moment at once, for pilots without an end date: look whenever you like, stop when you like.

The price is power: about 1.6 times the customers of a fixed test, where a boundary over planned looks takes 1.05.
Valid as the number of customers grows, for averages of any distribution with a variance (Waudby-Smith, Arbour, Sinha,
Kennedy and Ramdas, “Time-uniform central limit theory and asymptotic confidence sequences”, Annals of Statistics
2024). `amount` is how much has been gathered, in customers or in information; `tuned_at` is in the same unit.
"""

from __future__ import annotations

import math

from scipy.special import log_ndtr


def mixing(tuned_at: float, level: float, *, sides: int = 1) -> float:
    """ρ², which makes the bound about as tight as it can be where `tuned_at` has been gathered.

    A closed form whose bound is within 0.5 % of the tightest there (Howard, Ramdas, McAuliffe and Sekhon,
    “Time-uniform, nonparametric, nonasymptotic confidence sequences”, Annals of Statistics 2021). One-sided at a level
    is tuned as two-sided at twice the level. ValueError for a level that leaves nothing, or a `tuned_at` that is not
    positive.
    """
    both = _both(level, sides)
    _positive("tuned_at", tuned_at)
    depth = -2 * math.log(both)
    return (depth + math.log1p(depth)) / tuned_at


def needed_z(amount: float, level: float, mixing: float, *, sides: int = 1) -> float:
    """The z that is reached at any moment at all in at most `level` of the repetitions without an effect.

    Two-sided the normal mixture; one-sided a closed form a little above the bound where `log_evidence` gets there
    (Waudby-Smith et al. 2024). ValueError as for `mixing`.
    """
    both = _both(level, sides)
    gathered = _gathered(amount, mixing)
    grown = math.sqrt(1 + gathered) / both
    return math.sqrt(2 * (1 + 1 / gathered) * (math.log(grown) if sides == 2 else math.log1p(grown)))


def always_valid(
    estimate: float, standard_error: float, amount: float, level: float, mixing: float, *, sides: int = 1
) -> tuple[float, float]:
    """A range that holds the truth at every moment at once in at least 1 − `level` of all repetitions.

    One-sided it has no upper end. ValueError as for `mixing`, and for a standard error that is not positive.
    """
    _positive("standard_error", standard_error)
    reach = needed_z(amount, level, mixing, sides=sides) * standard_error
    return estimate - reach, estimate + reach if sides == 2 else math.inf


def log_evidence(z: float, amount: float, mixing: float) -> float:
    """The logarithm of the evidence that the effect is above zero, as an e-value.

    Without an effect the evidence ever reaches 1 / level in at most `level` of the repetitions, and evidence from
    repetitions of the same model may be multiplied (not from reworks of it). The half-normal mixture of Howard et al.
    2021. ValueError for an amount or a mixing that is not positive.
    """
    gathered = _gathered(amount, mixing)
    shrunk = z * math.sqrt(gathered / (1 + gathered))
    return math.log(2) + float(log_ndtr(shrunk)) + shrunk * shrunk / 2 - math.log1p(gathered) / 2


def _both(level: float, sides: int) -> float:
    """The two-sided level that belongs to it."""
    if sides not in (1, 2):
        raise ValueError(f"sides == {sides}, must be 1 or 2.")
    if not 0 < level < sides / 2:
        raise ValueError(f"level == {level}, must be above 0 and below {sides / 2}.")
    return level if sides == 2 else 2 * level


def _gathered(amount: float, mixing: float) -> float:
    _positive("amount", amount)
    _positive("mixing", mixing)
    return amount * mixing


def _positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} == {value}, must be positive and finite.")
