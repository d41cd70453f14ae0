"""From the cube to effects: which estimator a measure gets, and what it says for every arm."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.clustered import Clustered, clustered_difference
from pitcairn.estimate.dunnett import critical_value, loadings
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.exact import Counts, exact_share_difference, mid_p
from pitcairn.estimate.means import difference, ratio_difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.proportions import SMALL, is_small, share_difference
from pitcairn.estimate.quantiles import (
    Quantile,
    Ranked,
    quantile,
    quantile_difference,
    quantile_relative_difference,
)
from pitcairn.estimate.quantiles_adjusted import adjusted_quantile_difference, adjusted_quantile_relative
from pitcairn.estimate.relative import relative_difference, relative_ratio_difference
from pitcairn.estimate.skewed import is_uneven, skewed_difference, skewed_ratio_difference
from pitcairn.evidence.cube import Cube

Outcome = Effect | NotAvailable

NOT_ADJUSTED = f"not adjusted, which needs {SMALL} customers with it and {SMALL} without in each group"
"""What is said of a share from few events: all outcomes that could have been are counted, whatever came before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureEffects:
    """One measure's effect for every treatment arm, by arm id."""

    measure: MeasurePlan
    by_arm: Mapping[str, Outcome]


def effect(
    measure: MeasurePlan, control: Moments, treated: Moments, confidence: float, *, exact: bool = False
) -> Outcome:
    """The estimator that fits the measure: quantiles, ratios, shares with few events, uneven groups, everything else.

    With `exact`, every outcome of few events is counted: for what a decision hangs on, since it takes up to a second.
    """
    if measure.kind == "quantile":
        if measure.adjusts and isinstance(control, Ranked) and isinstance(treated, Ranked):
            share, known = measure.at or 0.5, measure.adjusts
            return adjusted_quantile_difference(control, treated, share, covariates=known, confidence=confidence)
        return quantile_difference(
            _ranked(measure, control, confidence), _ranked(measure, treated, confidence), confidence=confidence
        )
    control, treated = compared(measure, control), compared(measure, treated)
    if isinstance(control, Clustered) and isinstance(treated, Clustered):
        return clustered_difference(control.drawn, treated.drawn, covariates=measure.adjusts, confidence=confidence)
    skewed = is_uneven(control.count, treated.count) and control.cubes is not None and treated.cubes is not None
    if measure.kind == "ratio":
        return (skewed_ratio_difference if skewed else ratio_difference)(
            control, treated, covariates=measure.adjusts, confidence=confidence
        )
    if measure.is_rate:
        counts = _counts(control, treated)
        if _is_few(counts):
            found = _few(counts, confidence, exact=exact)
            if isinstance(found, NotAvailable) or not measure.adjusts:
                return found
            return replace(found, method=f"{found.method}; {NOT_ADJUSTED}")
    if skewed:
        return skewed_difference(
            control, treated, covariates=measure.adjusts, confidence=confidence, share=measure.is_rate
        )
    return difference(control, treated, covariates=measure.adjusts, confidence=confidence)


def relative(measure: MeasurePlan, control: Moments, treated: Moments, confidence: float) -> Outcome:
    """The effect as a share of the comparison's level; a change has none."""
    if measure.change:
        return NotAvailable(why="A change has no share of another change: that may be zero, or less.")
    if measure.kind == "quantile":
        if measure.adjusts and isinstance(control, Ranked) and isinstance(treated, Ranked):
            share, known = measure.at or 0.5, measure.adjusts
            return adjusted_quantile_relative(control, treated, share, covariates=known, confidence=confidence)
        return quantile_relative_difference(
            _ranked(measure, control, confidence), _ranked(measure, treated, confidence), confidence=confidence
        )
    if isinstance(control, Clustered) and isinstance(treated, Clustered):
        drawn = control.drawn, treated.drawn
        return relative_ratio_difference(*drawn, covariates=measure.adjusts, confidence=confidence)
    given = relative_ratio_difference if measure.kind == "ratio" else relative_difference
    return given(control, treated, covariates=measure.adjusts, confidence=confidence)


def compared(measure: MeasurePlan, arm: Moments) -> Moments:
    """What the estimators are given: of a change, without the value that it is from, which is no covariate of it."""
    if not measure.change:
        return arm
    bare = arm.along(np.eye(measure.size)[:-1])
    if not isinstance(arm, Clustered):
        return bare
    return Clustered.of_drawn(bare, arm.drawn.along(np.eye(len(arm.drawn.mean))[:-1]))


def level_of(measure: MeasurePlan, arm: Moments) -> float | None:
    """One arm's average, ratio or quantile; None for nobody, for a denominator of zero, and for a quantile that is
    not known.
    """
    if measure.kind == "quantile":
        found = quantile(arm.ladder, measure.at or 0.5) if isinstance(arm, Ranked) else None
        return found.estimate if isinstance(found, Quantile) else None
    if arm.count == 0 or (measure.kind == "ratio" and not arm.mean[1]):
        return None
    return float(arm.mean[0] / arm.mean[1]) if measure.kind == "ratio" else float(arm.mean[0])


def effects(plan: Plan, cube: Cube, judged_at: Mapping[str, float]) -> tuple[MeasureEffects, ...]:
    """Every measure of the plan, deciding one first; `judged_at` has the confidence of those with one of their own.

    Where a confirmation has several arms, their deciding ranges hold together.
    """
    found = []
    for measure in plan.measures:
        arms = _arms(plan, measure, cube)
        confidence = judged_at.get(measure.id, plan.confidence)
        if measure.role == "deciding" and _is_one_test(plan):
            by_arm = _together(plan, measure, arms, confidence)
        else:
            by_arm = {arm.id: _judged(plan, measure, arms, arm.id, confidence) for arm in plan.treatments}
        found.append(MeasureEffects(measure=measure, by_arm=by_arm))
    return tuple(found)


def confidence_together(count_control: int, counts_treated: Sequence[int], confidence: float) -> float:
    """At which confidence each arm's two-sided range has to be, so that none of them lies above zero by luck more
    often than a single one at `confidence` would: Dunnett's bound, as a confidence. An empty arm takes no part.
    """
    counts = [count for count in counts_treated if count]
    if count_control < 1 or len(counts) < 2:
        return confidence
    bound = critical_value(loadings(count_control, counts), level=(1 - confidence) / 2, side="up")
    return 1 - 2 * float(ndtr(-bound))


def counted_out(measure: MeasurePlan, control: Moments, treated: Moments, shift: float) -> float | None:
    """Where a share from few events stands against `shift`, as a standard normal value by the rule of its exact range.

    None for other measures, and where events are many: there the estimator's own error does.
    """
    counts = _counts(control, treated) if measure.is_rate and not isinstance(control, Clustered) else None
    if counts is None or not _is_few(counts) or not -1 < shift < 1:
        return None
    tails = mid_p(counts, shift=shift)
    return None if isinstance(tails, NotAvailable) else -float(ndtri(min(max(tails[0], 1e-300), 1 - 1e-16)))


def _is_one_test(plan: Plan) -> bool:
    """Whether several arms are confirmed at one look; over many looks they share the error as the looks do."""
    return plan.stage == "confirm" and len(plan.treatments) > 1 and not plan.has_own_starts


def _together(plan: Plan, measure: MeasurePlan, arms: Mapping[str, Moments], confidence: float) -> dict[str, Outcome]:
    """All arms at Dunnett's bound; once the furthest has gained, the others among themselves, and so on.

    Naik's step-down test (1975), with the range that says the same as the test. Every arm's own range covers at least
    as often as it says.
    """
    control, left = arms[plan.comparison.id], [arm.id for arm in plan.treatments]
    found: dict[str, Outcome] = {}
    while left:
        level = confidence_together(control.count, [arms[id].count for id in left], confidence)
        judged = {id: _judged(plan, measure, arms, id, level) for id in left}
        gains = {id: one for id, one in judged.items() if isinstance(one, Effect) and _has_gained(measure, one)}
        if not gains:
            found |= judged
            break
        best = max(gains, key=lambda id: _distance(gains[id]))
        found[best] = gains[best]
        left.remove(best)
    return {
        arm.id: replace(one, method=f"{one.method}; Dunnett, {len(plan.treatments)} arms, step-down")
        if isinstance(one := found[arm.id], Effect)
        else one
        for arm in plan.treatments
    }


def _judged(plan: Plan, measure: MeasurePlan, arms: Mapping[str, Moments], arm: str, confidence: float) -> Outcome:
    exact = measure.role in ("deciding", "guardrail")
    return effect(measure, arms[plan.comparison.id], arms[arm], confidence, exact=exact)


def _distance(outcome: Effect) -> float:
    """Standard errors from zero. All of one arm and none of another have no error left."""
    return abs(outcome.estimate) / outcome.standard_error if outcome.standard_error else math.inf


def _has_gained(measure: MeasurePlan, outcome: Effect) -> bool:
    return outcome.low > 0 if measure.better == "up" else outcome.high < 0


def _ranked(measure: MeasurePlan, arm: Moments, confidence: float) -> Quantile | NotAvailable:
    if not isinstance(arm, Ranked):
        why = "A quantile of customers from several days is not worked out." if arm.count else "Nobody has a value yet."
        return NotAvailable(why=why)
    return quantile(arm.ladder, measure.at or 0.5, confidence=confidence)


def _arms(plan: Plan, measure: MeasurePlan, cube: Cube) -> dict[str, Moments]:
    moments, nobody = cube.moments(measure.id), Moments.none(measure.size)
    return {arm.id: moments.get((arm.id,), nobody) for arm in plan.arms}


def _counts(control: Moments, treated: Moments) -> Counts:
    events = [round(float(arm.mean[0]) * arm.count) for arm in (control, treated)]
    return Counts(
        events_control=events[0],
        count_control=control.count,
        events_treated=events[1],
        count_treated=treated.count,
    )


def _is_few(counts: Counts) -> bool:
    return is_small(counts.events_control, counts.count_control) or is_small(
        counts.events_treated, counts.count_treated
    )


@lru_cache(maxsize=256)
def _few(counts: Counts, confidence: float, *, exact: bool) -> Outcome:
    """Few events make few different counts, and a rehearsal reads the same ones again and again."""
    if exact:
        return exact_share_difference(counts, confidence=confidence)
    return share_difference(
        counts.events_control, counts.count_control, counts.events_treated, counts.count_treated, confidence=confidence
    )
