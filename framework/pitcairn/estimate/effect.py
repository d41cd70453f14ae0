"""What an estimator gives back: an effect with its range, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The difference one arm makes against the comparison, per customer, in the measure's own unit."""

    control: float
    """The comparison's level."""
    treated: float
    """The arm's level."""
    estimate: float
    low: float
    high: float
    """Ends of the two-sided range at `confidence`."""
    standard_error: float
    freedom: float
    """Degrees of freedom of the range; infinite ones are written as 1e9."""
    confidence: float
    method: str
    count_control: int
    count_treated: int
    p: float | None = None
    """How often luck alone goes so far, either way, by the rule that made the range; None where that is Student's t."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAvailable:
    """No number, and why. Never a zero, never a NaN."""

    why: str
