"""The facts of one reading, put together for the sentences about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pitcairn.design.plan import Plan
from pitcairn.estimate.stopping import StoppedEstimate
from pitcairn.evidence.facts import Check, Facts
from pitcairn.reading.cost_row import CostRow
from pitcairn.reading.courses import Course, Courses
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
    costs: tuple[CostRow, ...]
    checks: tuple[Check, ...]
    courses: Courses
    stops: Mapping[str, StoppedEstimate]
    """What the test came to, by arm, once it has passed or its time is over."""
    passed: frozenset[str]
    """Arms whose gain is sure and worth having."""
    complete: bool
    """The planned end is there, and everybody's follow-up is over."""

    def course(self, arm: str) -> Course | None:
        """How the deciding measure of an arm came along; None where effects are withheld."""
        return self.courses.get((self.plan.deciding.id, arm))

    @property
    def display(self) -> Display:
        """How the deciding measure is shown."""
        return display_for(self.plan, self.plan.deciding, list(self.effects[0].by_arm.values()))
