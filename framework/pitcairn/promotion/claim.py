"""The claim of a pack: what the deciding confirmation measured, and the smaller number that is fit to be promised."""

from __future__ import annotations

import math
from dataclasses import replace

from pitcairn.design.plan import Plan
from pitcairn.errors import Refused
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.winner import promised
from pitcairn.promotion.contents import Claim, Estimate, GroupEvidence, IterationEvidence
from pitcairn.promotion.history import Turn, gains, turned
from pitcairn.promotion.scale import effect_of
from pitcairn.promotion.shareable import WITH_IT, hidden_levels, where
from pitcairn.reading.result import MeasureBlock, Result, Shown

SMALLEST_ANCHOR = 0.03
"""The prior's spread where nobody wrote down a larger effect: three per cent of the level."""
DIGITS = 3
"""Decimals of a group's share of the customers: enough to compare places, too few to count anybody."""


def claim_of(turn: Turn, all_turns: tuple[Turn, ...], iterations: tuple[IterationEvidence, ...], arm: str) -> Claim:
    """The claim on the deciding measure of the confirmation in `turn`; Refused where it has no effect to claim."""
    plan, result = turn.plan, turn.result
    block, shown = deciding(result, arm) if result else (None, None)
    raw = effect_of(result, plan.deciding.id, arm) if result else NotAvailable(why="There is no result.")
    if result is None or block is None or shown is None or isinstance(raw, NotAvailable):
        why = raw.why if isinstance(raw, NotAvailable) else "The effect is withheld."
        raise Refused(f"There is no effect of “{arm}” on {plan.deciding.id} to claim.", hint=why)
    anchor = anchor_of(plan, arm, shown.control)
    counted = {note.id: note.counted for note in result.arms}
    return Claim(
        measure=plan.deciding.id,
        label=plan.deciding.label,
        unit=block.unit,
        better=plan.deciding.better,
        estimand=_estimand(plan),
        control=shown.control,
        treated=shown.treated,
        control_text=shown.control_text,
        treated_text=shown.treated_text,
        estimate_text=shown.estimate_text,
        range_text=shown.range_text,
        worth_it=plan.deciding.worth_it,
        worth_it_text=block.worth_it_text,
        raw=raw,
        shrunk=_shrunk(raw, iterations, all_turns, plan, anchor),
        anchor=anchor,
        customers_control=counted[plan.comparison.id],
        customers_treated=counted[arm],
        iteration=plan.number,
        as_of=result.as_of,
    )


def deciding(result: Result, arm: str) -> tuple[MeasureBlock | None, Shown | None]:
    """The deciding measure's block and the arm's effect in it; None where it is withheld."""
    block = next((one for one in result.measures if one.role == "deciding"), None)
    rows = block.rows if block else ()
    shown = next((row.effect for row in rows if row.arm == arm and isinstance(row.effect, Shown)), None)
    return block, shown


def anchor_of(plan: Plan, arm: str, control: float) -> float:
    """Half of the largest effect written down beforehand, as a log ratio: of the predictions and the worth-it line."""
    measure = plan.deciding.id
    written = [max(abs(one.low), abs(one.high)) for one in plan.predictions if (one.arm, one.measure) == (arm, measure)]
    written.append(plan.deciding.worth_it or 0.0)
    return max(SMALLEST_ANCHOR, math.log1p(max(written) / control) / 2 if control > 0 else 0.0)


def groups_of(turn: Turn, arm: str) -> tuple[GroupEvidence, ...]:
    """The claim's measure in every level of every declared group; small cells have no number, no count and no share."""
    if turn.result is None:
        return ()
    total = sum(note.counted for note in turn.result.arms if note.id in (arm, turn.plan.comparison.id))
    found = []
    for table in turn.result.groups:
        hidden = hidden_levels(turn.result, table)
        for row in (row for row in table.rows if row.arm == arm):
            if row.level in hidden:
                row = replace(row, customers=None)
            effect = effect_of(turn.result, turn.plan.deciding.id, arm, where(table, row.level))
            found.append(
                GroupEvidence(
                    group=table.id,
                    level=row.level,
                    customers=row.customers,
                    share=None if row.customers is None or total == 0 else round(row.customers / total, DIGITS),
                    effect=effect if isinstance(effect, Estimate) and row.customers is not None else None,
                    why=effect.why if isinstance(effect, NotAvailable) else WITH_IT if row.customers is None else None,
                )
            )
    return tuple(found)


def _shrunk(
    raw: Estimate, iterations: tuple[IterationEvidence, ...], all_turns: tuple[Turn, ...], plan: Plan, anchor: float
) -> Estimate:
    own = [one.effect for one in iterations if one.same_core and one.effect is not None] or [raw]
    own = [turned(one, plan) for one in own]
    found = promised(
        [one.log_ratio for one in own],
        [one.variance for one in own],
        tries=[(one.log_ratio, one.variance) for one in gains(all_turns)],
        anchor=anchor,
    )
    return turned(Estimate(log_ratio=found.estimate, variance=found.variance), plan)


def _estimand(plan: Plan) -> str:
    return (
        f"{plan.deciding.label}, over {plan.deciding.window_days} days from each customer’s own start, of everybody "
        f"drawn to it, reached or not, against everybody drawn to “{plan.comparison.label}”."
    )
