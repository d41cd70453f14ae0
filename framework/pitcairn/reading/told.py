"""The facts of one reading, put together for the sentences about it."""

from __future__ import annotations

from dataclasses import dataclass

from pitcairn.design.plan import Plan
from pitcairn.evidence.facts import Check, Facts
from pitcairn.reading.effects import MeasureEffects
from pitcairn.reading.lock import Lock
from pitcairn.reading.numbers import Display, display_for
from pitcairn.reading.result import GroupTable, GuardrailRow, PromotionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the sentences about one reading are made from."""

    plan: Plan
    lock: Lock
    facts: Facts
    effects: tuple[MeasureEffects, ...]
    guardrails: tuple[GuardrailRow, ...]
    groups: tuple[GroupTable, ...]
    promotion: tuple[PromotionRow, ...]
    checks: tuple[Check, ...]

    @property
    def display(self) -> Display:
        """How the deciding measure is shown."""
        return display_for(self.plan, self.plan.deciding, list(self.effects[0].by_arm.values()))
