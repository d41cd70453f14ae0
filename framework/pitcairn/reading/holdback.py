"""What the number to promise became after a promotion: the model's own figure on customers held out since.

A promoted model's own place measures it as any other place does: it adopts the pack, which keeps a part of new
customers without it. What they do was seen after the decision, so nothing was selected: it takes the promise's place.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date

from pitcairn.phrases import day
from pitcairn.reading.following import PromisedRow
from pitcairn.reading.numbers import Display
from pitcairn.reading.result import MeasureBlock, Shown

REACH = 1.959963984540054
"""Standard errors on either side, for 19 of 20 ranges to hold the truth."""


ENOUGH = 0.5
"""Of the confirmation's information, from which on a number of its own no longer moves much."""
_YOUNG = " So far it says less than half of what the confirmation did: expect it to move, inside its range."
_WRITTEN = re.compile(r"[+−]?(\D*)[\d,]+(?:\.(\d+))?")
"""A change as a reading writes it: the currency's sign, and its decimals."""


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

    def promise(self, row: PromisedRow, block: MeasureBlock) -> str:
        """What is to be promised now: the number of the decision, until customers held out since have one of their own.

        `block` is the deciding measure of the decision's reading: changes are told at its level, in its unit.
        """
        level = next((one.effect for one in block.rows if one.arm == self.arm), None)
        if self.look is None or not isinstance(level, Shown):
            return f"{row.sentence} {self._unseen}"
        one, reach = self.look, REACH * self.look.standard_error
        shares = [math.expm1(value) for value in (one.log_ratio, one.log_ratio - reach, one.log_ratio + reach)]
        display = _display(block, level)
        came, low, high = (display.change(level.control * share) for share in shares)
        percents = [f"{share:+.1%}".replace("-", "−") for share in shares]
        return (
            f"Promise {came} {block.unit}, likely between {low} and {high} ({percents[0]}, {percents[1]} to "
            f"{percents[2]}): that is what came since the decision, as of {day(date.fromisoformat(one.as_of))}, "
            f"against customers held out in {self.pilot}, where nobody chose the number for being ahead. It takes the "
            f"place of {row.estimate_text}, promised at the decision, and of {row.raw_text}, measured then."
            f"{_YOUNG if _is_young(one, row) else ''}"
        )

    @property
    def _unseen(self) -> str:
        if self.pilot is None:
            return (
                f"“{self.pack}” was promoted; what it does since has not been measured here: adopt it at this place as "
                "well, and the customers it holds out say what to promise instead."
            )
        return f"What it does since the decision is measured in {self.pilot}, on customers held out; nothing yet."


def _is_young(look: Look, row: PromisedRow) -> bool:
    """Whether it says less than half of what the confirmation said; both as variances of the log ratio."""
    confirmed = row.variance / (1 + row.relative) ** 2
    return look.standard_error**2 > confirmed / ENOUGH


def _display(block: MeasureBlock, shown: Shown) -> Display:
    """The way the reading wrote its numbers, so that old and new stand in the same unit and decimals."""
    symbol, decimals = _WRITTEN.fullmatch(shown.estimate_text).groups("")  # type: ignore[union-attr]
    return Display(scale=block.scale, unit=block.unit, decimals=len(decimals), symbol=symbol)
