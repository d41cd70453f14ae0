"""What the number to promise became after a promotion: the model's own figure on customers held out since.

A promoted model's own place measures it as any other place does: it adopts the pack, which keeps a part of new
customers without it. What they do was seen after the decision, so nothing was selected: it takes the promise's place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from pitcairn.phrases import day

REACH = 1.959963984540054
"""Standard errors on either side, for 19 of 20 ranges to hold the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came by one day, as the logarithm of the ratio to the held-out customers' level."""

    as_of: str
    log_ratio: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A promoted arm at its own place since the decision."""

    arm: str
    pack: str
    pilot: str | None
    """The pilot that holds customers out there; None where nobody adopted the pack at its own place."""
    look: Look | None

    @property
    def sentence(self) -> str:
        """What stands beside the number to promise."""
        if self.pilot is None:
            return (
                f"“{self.pack}” was promoted; what it does since has not been measured here: adopt it at this place as "
                "well, and the customers it holds out say what to promise instead."
            )
        if self.look is None:
            return f"What it does since the decision is measured in {self.pilot}, on customers held out; nothing yet."
        one, reach = self.look, REACH * self.look.standard_error
        came, low, high = (
            f"{math.expm1(value):+.1%}".replace("-", "−")
            for value in (one.log_ratio, one.log_ratio - reach, one.log_ratio + reach)
        )
        return (
            f"Since the decision, against customers held out in {self.pilot}: {came}, likely between {low} and {high}, "
            f"as of {day(date.fromisoformat(one.as_of))}. Promise this instead: nobody chose it for being ahead."
        )
