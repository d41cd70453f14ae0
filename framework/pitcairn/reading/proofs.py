"""The promotion tests: what must hold, besides a gain worth having, before a model may be promoted."""

from __future__ import annotations

from dataclasses import dataclass

from pitcairn.design.plan import Plan
from pitcairn.estimate.effect import Effect
from pitcairn.evidence.facts import Check
from pitcairn.phrases import several
from pitcairn.reading.effects import MeasureEffects
from pitcairn.reading.groups import Slice
from pitcairn.reading.lock import Lock
from pitcairn.reading.numbers import display_for, written
from pitcairn.reading.result import GuardrailRow, PromotionRow
from pitcairn.reading.verdict import CONFIRMED, gain

NOBODY_WORSE = "No group clearly worse off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Everything the promotion tests look at."""

    plan: Plan
    lock: Lock
    effects: tuple[MeasureEffects, ...]
    guardrails: tuple[GuardrailRow, ...]
    slices: tuple[Slice, ...]
    checks: tuple[Check, ...]
    passed: frozenset[str]
    """Arms whose gain is sure and worth having."""


def promotion_rows(proof: Proof) -> tuple[PromotionRow, ...]:
    """Every test for every treatment arm: fixed ones first, then those the pilot declares."""
    return tuple(row for arm in proof.plan.treatments for row in _arm_rows(proof, arm.id))


def _arm_rows(proof: Proof, arm: str) -> list[PromotionRow]:
    plan = proof.plan
    rows = [_confirmed(proof, arm), _enough(proof, arm), _healthy(proof, arm)]
    if proof.lock.barred:
        told = " ".join(proof.lock.barred)
        rows.append(PromotionRow(test="Carried out as planned", arm=arm, met=False, evidence=told))
    if plan.guardrails:
        rows.append(_guarded(proof, arm))
    if plan.promotion_iterations > 1:
        rows.append(_repeated(proof, arm))
    if plan.promotion_no_group_worse:
        rows.append(_nobody_worse(proof, arm))
    return rows + [_also(proof, arm, measure, least) for measure, least in plan.promotion_also]


def _confirmed(proof: Proof, arm: str) -> PromotionRow:
    met = proof.plan.stage == "confirm" and not proof.lock.retrospective and proof.plan.observed is None
    who = f"customers of whom {proof.lock.redrawn:,} were redrawn" if proof.lock.redrawn else "fresh customers"
    why = f"Planned beforehand, on {who}." if met else "Not yet: this reading is an exploration."
    if proof.plan.stage == "confirm" and proof.plan.observed is not None:
        why = "No: somebody else made the draw, so nothing proves that it was by lot and among fresh customers."
    if proof.lock.retrospective:
        why = "No: the plan was locked after the outcomes existed."
    return PromotionRow(test=CONFIRMED, arm=arm, met=met, evidence=why)


def _enough(proof: Proof, arm: str) -> PromotionRow:
    deciding = proof.effects[0]
    found = gain(deciding.measure, deciding.by_arm[arm])
    evidence = "No number."
    if found is not None:
        display = display_for(proof.plan, deciding.measure, list(deciding.by_arm.values()))
        line = written(deciding.measure, deciding.measure.worth_it or 0.0, proof.plan.currency)
        evidence = f"Gain of {display.change(found[1])}, at least {display.change(found[0])}; the line is {line}."
    return PromotionRow(test="A gain for sure, and worth having", arm=arm, met=arm in proof.passed, evidence=evidence)


def _healthy(proof: Proof, arm: str) -> PromotionRow:
    gating = [check for check in proof.checks if check.gating]
    passed = [check for check in gating if check.state in ("pass", "warn")]
    evidence = f"{len(passed)} of the {len(gating)} checks that must pass did."
    if unchecked := sum(check.state == "unchecked" for check in gating):
        evidence = f"{evidence[:-1]}; {unchecked} could not be made."
    return PromotionRow(test="The data can be trusted", arm=arm, met=len(passed) == len(gating), evidence=evidence)


def _guarded(proof: Proof, arm: str) -> PromotionRow:
    mine = [row for row in proof.guardrails if row.arm == arm]
    held = [row for row in mine if row.state == "held"]
    return PromotionRow(
        test="Every guardrail held", arm=arm, met=len(held) == len(mine), evidence=f"{len(held)} of {len(mine)} held."
    )


def _repeated(proof: Proof, arm: str) -> PromotionRow:
    deciding = proof.effects[0]
    found = gain(deciding.measure, deciding.by_arm[arm])
    seen = dict(proof.lock.earlier_gains).get(arm, 0) + (found is not None and found[0] > 0)
    needed = proof.plan.promotion_iterations
    return PromotionRow(
        test=f"A gain in {needed} iterations or more", arm=arm, met=seen >= needed, evidence=f"{seen} so far."
    )


def _nobody_worse(proof: Proof, arm: str) -> PromotionRow:
    mine = [cell for cell in proof.slices if cell.arm == arm]
    worse = [
        cell.level for cell in mine if (found := gain(proof.plan.deciding, cell.widened)) is not None and found[2] < 0
    ]
    known = [cell for cell in mine if isinstance(cell.widened, Effect)]
    small = len(mine) - len(known)
    evidence = f"None of {len(mine)} groups is."
    if small:
        evidence = f"None of the {len(known)} groups that could be looked at is; {small} could not."
    if worse:
        evidence = f"Clearly worse off: {several([f'“{level}”' for level in worse])}."
    return PromotionRow(test=NOBODY_WORSE, arm=arm, met=not worse and bool(known), evidence=evidence)


def _also(proof: Proof, arm: str, measure: str, least: float) -> PromotionRow:
    item = next(item for item in proof.effects if item.measure.id == measure)
    found = gain(item.measure, item.by_arm[arm])
    display = display_for(proof.plan, item.measure, list(item.by_arm.values()))
    needed = written(item.measure, least, proof.plan.currency)
    evidence = "No number." if found is None else f"At least {display.change(found[0])}; needed: {needed}."
    return PromotionRow(
        test=f"{item.measure.label}: at least {needed}",
        arm=arm,
        met=found is not None and found[0] >= least,
        evidence=evidence,
    )
