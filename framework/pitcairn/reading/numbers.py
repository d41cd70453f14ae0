"""How numbers are written for people: units, signs, rounding. Every number is rounded here, once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.reading.result import Shown, Withheld

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """How one measure is shown: raw numbers times `scale`, to `decimals`, with a currency sign where it is money."""

    scale: float
    unit: str
    """`visits per 1,000 customers`, `per customer` for money."""
    decimals: int
    symbol: str = ""

    @classmethod
    def of(
        cls, measure: MeasurePlan, currency: str, standard_error: float | None, largest: float | None = None
    ) -> Display:
        """Decimals keep one figure of the standard error, one more where the `largest` effect would be a single
        figure; money keeps cents while a cent can matter.
        """
        scale = 1000.0 if measure.is_rate else 1.0
        unit = f"{measure.unit} per 1,000 customers" if measure.is_rate else f"{measure.unit} per customer"
        if measure.is_level:
            unit = measure.unit
        decimals = _decimals((standard_error or 0.0) * scale)
        if largest is not None and 0 < round(largest * scale * 10**decimals) < 10:
            decimals += 1
        if measure.money:
            decimals = 0 if decimals == 0 and (standard_error or 0.0) >= 10 else max(2, decimals)
            unit = measure.unit if measure.is_level else "per customer"
        return cls(scale=scale, unit=unit, decimals=decimals, symbol=_symbol(currency) if measure.money else "")

    def level(self, value: float) -> str:
        """`106`, `$0.65`"""
        return self._text(value, plus="")

    def change(self, value: float) -> str:
        """`+77`, `−$0.05`, `0`"""
        return self._text(value, plus="+")

    def range(self, low: float, high: float) -> str:
        """`+65 to +88`"""
        return f"{self.change(low)} to {self.change(high)}"

    def shown(self, effect: Effect | NotAvailable) -> Shown | Withheld:
        """An effect as it goes to every page and terminal."""
        if isinstance(effect, NotAvailable):
            return Withheld(why=effect.why)
        return Shown(
            control=effect.control,
            treated=effect.treated,
            estimate=effect.estimate,
            low=effect.low,
            high=effect.high,
            control_text=self.level(effect.control),
            treated_text=self.level(effect.treated),
            estimate_text=self.change(effect.estimate),
            range_text=self.range(effect.low, effect.high),
        )

    def amount(self, value: float) -> str:
        """A change with its unit: `+77 visits per 1,000 customers`, `+$0.77 per customer`."""
        return f"{self.change(value)} {self.unit}"

    def _text(self, value: float, *, plus: str) -> str:
        text = f"{abs(value) * self.scale:,.{self.decimals}f}"
        is_zero = not any(digit in text for digit in "123456789")
        sign = "" if is_zero else "−" if value < 0 else plus
        return f"{sign}{self.symbol}{text}"


def display_for(plan: Plan, measure: MeasurePlan, effects: list[Effect | NotAvailable]) -> Display:
    """One display a measure, from the least certain of its effects, so that its rows share their decimals."""
    known = [effect for effect in effects if isinstance(effect, Effect)]
    error = max((effect.standard_error for effect in known), default=None)
    return Display.of(measure, plan.currency, error, max((abs(effect.estimate) for effect in known), default=None))


def written(measure: MeasurePlan, value: float, currency: str) -> str:
    """An amount from the plan file, as exactly as it was written: `+20 visits per 1,000 customers`."""
    display = Display.of(measure, currency, None)
    scaled = value * display.scale
    decimals = next((places for places in range(7) if math.isclose(round(scaled, places), scaled, rel_tol=1e-9)), 6)
    if measure.money:
        decimals = max(2, decimals)
    exact = Display(scale=display.scale, unit=display.unit, decimals=decimals, symbol=display.symbol)
    return exact.amount(value)


def money(value: float, currency: str) -> str:
    """`$12.40`, `−$0.05`, `$1,240`: cents below 100."""
    decimals = 2 if abs(value) < 100 else 0
    return Display(scale=1.0, unit="", decimals=decimals, symbol=_symbol(currency)).level(value)


def count(value: int) -> str:
    """`21,306`"""
    return f"{value:,}"


def percent(value: float, decimals: int = 0) -> str:
    """`33%`"""
    return f"{value * 100:.{decimals}f}%"


def _decimals(error: float) -> int:
    return 0 if error <= 0 else min(6, max(0, -math.floor(math.log10(error))))


def _symbol(currency: str) -> str:
    return SYMBOLS.get(currency, f"{currency} ")
