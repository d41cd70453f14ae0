"""What a gain costs or brings back, as a result holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What an arm's gain costs (`price`: of one extra unit), or what one unit of money brings back (`return`)."""

    measure: str
    arm: str
    kind: Literal["price", "return"]
    extra: float | None
    """What a customer of the arm costs more than one of the comparison; None where that is not known."""
    estimate: float | None
    """None where there may be no gain, or no spend, to divide by."""
    low: float | None
    high: float | None
    """None where there is no upper end."""
    text: str
    """`Extra visitors: $0.65 each ($0.60 to $0.72)`"""
    confidence: float = 0.95
    method: str = ""
    spent: str | None = None
    """The measure that adds up the cost; None where it is known beforehand."""
    fits: Literal["between", "outside", "anything"] | None = None
    """Of a measured cost: whether what fits lies between two numbers, outside of two, or anywhere; None: no number."""
    at_most: float | None = None
    at_least: float | None = None
    """Where it lies outside: up to the one, and from the other on."""
