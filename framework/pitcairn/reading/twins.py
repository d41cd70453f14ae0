"""The same question, counted otherwise: without what narrows a range, and among the customers who were reached.

A twin never decides. It shows how much of the answer hangs on one choice that the plan made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.clustered import Clustered
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import ADJUSTED
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.quantiles import Ranked
from pitcairn.estimate.strata import stratified_difference
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.exposure import DIMENSION, REACHED
from pitcairn.reading.effects import NOT_ADJUSTED, MeasureEffects, Outcome, compared, effect, relative
from pitcairn.reading.groups import SMALLEST_CELL
from pitcairn.reading.numbers import display_for, written
from pitcairn.reading.result import TwinKind, TwinRow

UNADJUSTED = "All customers, not adjusted for the value before"
NO_LIKES = "Who in the comparison would have been reached is not known, so reached customers have nobody to be held to."
FEW_EVENTS = f"The result itself is {NOT_ADJUSTED}."
NOTHING_KNOWN = (
    "What is known from before the start is missing, or the same for everybody, so the result itself is not adjusted."
)
FEW_REACHED = f"Fewer than {SMALLEST_CELL} customers were reached: not shown."


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One measure's effect for one arm, counted otherwise."""

    kind: TwinKind
    where: str
    """As the exact figures name it: `All customers, not capped`."""
    measure: MeasurePlan
    """The plan's measure as it is read here."""
    of: MeasurePlan
    """The plan's measure."""
    arm: str
    control: Moments
    treated: Moments
    main: Outcome
    """What the reading goes by."""
    outcome: Outcome
    share: Outcome | None
    """Relative to the comparison's level; None where that would be another question."""


def twins(plan: Plan, cube: Cube, found: tuple[MeasureEffects, ...]) -> tuple[Twin, ...]:
    """Every way in which the plan lets a measure be counted otherwise, measure by measure, arm by arm."""
    return tuple(twin for item in found for twin in _of_measure(plan, cube, item))


def twin_rows(plan: Plan, found: tuple[Twin, ...]) -> tuple[TwinRow, ...]:
    """The twins as pages show them."""
    return tuple(
        TwinRow(
            measure=twin.of.id,
            arm=twin.arm,
            kind=twin.kind,
            label=_label(plan, twin),
            effect=display_for(plan, twin.of, [twin.main, twin.outcome]).shown(twin.outcome),
            agrees=_agrees(twin),
            word=_word(twin),
        )
        for twin in found
    )


def _of_measure(plan: Plan, cube: Cube, item: MeasureEffects) -> Iterator[Twin]:
    measure = item.measure
    moments = _by_arm(cube.moments(measure.id))
    if measure.adjusts:
        plainly = replace(measure, before=None, adjust_for=(), change=False)
        bare = {arm: _bare(found, plainly.size) for arm, found in moments.items()}
        for twin in _twins(plan, item, "unadjusted", UNADJUSTED, plainly, bare):
            same = _same_as_plain(twin.main)
            yield replace(twin, outcome=NotAvailable(why=same), share=None) if same else twin
    if measure.cap is not None:
        whole = _by_arm(cube.moments(measure.uncapped.id))
        yield from _twins(plan, item, "uncapped", "All customers, not capped", replace(measure, cap=None), whole)
    if measure.role in ("deciding", "guardrail") and plan.exposure is not None:
        yield from _reached(plan, cube, item, would_have_been=plan.exposure.would_have_been)
    if measure.role == "deciding" and plan.cluster is None and measure.kind not in ("ratio", "quantile"):
        yield from _within_groups(plan, cube, item, moments)


def _twins(
    plan: Plan, item: MeasureEffects, kind: TwinKind, where: str, measure: MeasurePlan, moments: Mapping[str, Moments]
) -> Iterator[Twin]:
    nobody = Moments.none(measure.size)
    control = moments.get(plan.comparison.id, nobody)
    for arm, main in item.by_arm.items():
        treated = moments.get(arm, nobody)
        confidence = main.confidence if isinstance(main, Effect) else plan.confidence
        yield Twin(
            kind=kind,
            where=where,
            measure=measure,
            of=item.measure,
            arm=arm,
            control=control,
            treated=treated,
            main=main,
            outcome=effect(measure, control, treated, confidence),
            share=relative(measure, control, treated, confidence),
        )


def _reached(plan: Plan, cube: Cube, item: MeasureEffects, *, would_have_been: bool) -> Iterator[Twin]:
    """Only where the comparison knows its likes: those reached in one arm alone are other people than its customers."""
    cells = cube.moments(item.measure.id, DIMENSION)
    reached = {arm: moments for (arm, level), moments in cells.items() if level == REACHED}
    for twin in _twins(plan, item, "reached", "Reached customers only", item.measure, reached):
        if not would_have_been:
            yield replace(twin, outcome=NotAvailable(why=NO_LIKES), share=None)
        elif min(twin.control.count, twin.treated.count) < SMALLEST_CELL:
            yield replace(twin, outcome=NotAvailable(why=FEW_REACHED), share=None)
        else:
            yield twin


def _within_groups(plan: Plan, cube: Cube, item: MeasureEffects, moments: Mapping[str, Moments]) -> Iterator[Twin]:
    nobody = Moments.none(item.measure.size)
    for group in plan.groups:
        cells = cube.moments(item.measure.id, group.id)
        levels = list(dict.fromkeys(level for _, level in cells))
        if not levels:
            continue
        for twin in _twins(plan, item, "within_groups", f"Within levels of {group.label}", item.measure, moments):
            pairs = [
                (
                    compared(item.measure, cells.get((plan.comparison.id, level), nobody)),
                    compared(item.measure, cells.get((twin.arm, level), nobody)),
                )
                for level in levels
            ]
            confidence = twin.main.confidence if isinstance(twin.main, Effect) else plan.confidence
            outcome: Outcome = NotAvailable(why="Nobody has been counted yet.")
            if pairs:
                outcome = stratified_difference(pairs, covariates=item.measure.adjusts, confidence=confidence)
            yield replace(twin, outcome=outcome, share=None)


def _bare(arm: Moments, size: int) -> Moments:
    """The first `size` values, with the order of the first, or the sums of what was drawn, where these are known."""
    found = arm.along(np.eye(len(arm.mean))[:size])
    if isinstance(arm, Clustered):
        return Clustered.of_drawn(found, arm.drawn.along(np.eye(len(arm.drawn.mean))[:2]))
    return Ranked.of_ladder(found, arm.ladder) if isinstance(arm, Ranked) else found


def _same_as_plain(main: Outcome) -> str | None:
    """Why nothing was taken out of a result that was to be adjusted; None where something was."""
    if isinstance(main, NotAvailable) or ADJUSTED in main.method:
        return None
    return FEW_EVENTS if NOT_ADJUSTED in main.method else NOTHING_KNOWN


def _by_arm(moments: Mapping[tuple[str, ...], Moments]) -> dict[str, Moments]:
    return {arm: found for (arm,), found in moments.items()}


def _label(plan: Plan, twin: Twin) -> str:
    if twin.kind == "uncapped":
        return f"Without the cap of {written(twin.of, twin.of.cap or 0.0, plan.currency).lstrip('+')}"
    if twin.kind == "unadjusted":
        return "Not adjusted for the value before the start"
    return twin.where


def _agrees(twin: Twin) -> bool | None:
    """Whether the range lies on the same side of zero, or around it; None where one of the two is not there."""
    if isinstance(twin.main, NotAvailable) or isinstance(twin.outcome, NotAvailable):
        return None
    return _side(twin.main) == _side(twin.outcome)


def _word(twin: Twin) -> str:
    if isinstance(twin.outcome, NotAvailable):
        return twin.outcome.why
    return {True: "Same answer", False: "Another answer", None: ""}[_agrees(twin)]


def _side(outcome: Effect) -> int:
    return (outcome.low > 0) - (outcome.high < 0)
