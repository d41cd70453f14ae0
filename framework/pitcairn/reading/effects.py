"""From the cube to effects: which estimator a measure gets, and what it says for every arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference, ratio_difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.proportions import is_small, share_difference
from pitcairn.estimate.relative import relative_difference, relative_ratio_difference
from pitcairn.estimate.skewed import is_uneven, skewed_difference, skewed_ratio_difference
from pitcairn.evidence.cube import Cube

Outcome = Effect | NotAvailable


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureEffects:
    """One measure's effect for every treatment arm, by arm id."""

    measure: MeasurePlan
    by_arm: Mapping[str, Outcome]


def effect(measure: MeasurePlan, control: Moments, treated: Moments, confidence: float) -> Outcome:
    """The estimator that fits the measure: ratios, shares with few events or uneven groups, everything else."""
    covariates = int(measure.before is not None)
    skewed = is_uneven(control.count, treated.count) and control.cubes is not None and treated.cubes is not None
    if measure.kind == "ratio":
        return (skewed_ratio_difference if skewed else ratio_difference)(
            control, treated, covariates=covariates, confidence=confidence
        )
    if measure.is_rate:
        events = [round(float(arm.mean[0]) * arm.count) for arm in (control, treated)]
        if is_small(events[0], control.count) or is_small(events[1], treated.count):
            return share_difference(events[0], control.count, events[1], treated.count, confidence=confidence)
    return (skewed_difference if skewed else difference)(control, treated, covariates=covariates, confidence=confidence)


def relative(measure: MeasurePlan, control: Moments, treated: Moments, confidence: float) -> Outcome:
    """The effect as a share of the comparison's level."""
    covariates = int(measure.before is not None)
    if measure.kind == "ratio":
        return relative_ratio_difference(control, treated, confidence=confidence)
    return relative_difference(control, treated, covariates=covariates, confidence=confidence)


def effects(plan: Plan, cube: Cube, deciding_confidence: float) -> tuple[MeasureEffects, ...]:
    """Every measure of the plan, deciding one first; only that one is judged at a confidence of its own."""
    found = []
    for measure in plan.measures:
        confidence = deciding_confidence if measure.role == "deciding" else plan.confidence
        moments = cube.moments(measure.id)
        found.append(MeasureEffects(measure=measure, by_arm=_by_arm(plan, measure, moments, confidence)))
    return tuple(found)


def _by_arm(
    plan: Plan, measure: MeasurePlan, moments: Mapping[tuple[str, ...], Moments], confidence: float
) -> dict[str, Outcome]:
    nobody = Moments.none(measure.size)
    control = moments.get((plan.comparison.id,), nobody)
    return {arm.id: effect(measure, control, moments.get((arm.id,), nobody), confidence) for arm in plan.treatments}
