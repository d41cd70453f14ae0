"""The number to promise, next to the raw one: drawn towards what all iterations of the program came to."""

from __future__ import annotations

from pitcairn.canonical import digest
from pitcairn.design.plan import ArmPlan, Plan
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.promised import ANCHOR, Promised, promised
from pitcairn.evidence.cube import Cube
from pitcairn.reading.effects import relative
from pitcairn.reading.following import PromisedRow
from pitcairn.reading.lock import GainFact
from pitcairn.reading.numbers import Display, display_for, percent
from pitcairn.reading.told import Told

SMALLEST = 2 * ANCHOR
"""The least that is taken for the largest plausible relative gain."""


def promised_rows(told: Told, cube: Cube) -> tuple[PromisedRow, ...]:
    """One row for every arm whose gain has a share of the comparison's level; none where effects are withheld."""
    if not told.effects:
        return ()
    plan, mine = told.plan, gains(told.plan, cube)
    display = display_for(plan, plan.deciding, list(told.effects[0].by_arm.values()))
    everything = (*told.lock.gains, *mine)
    return tuple(_row(plan, told, display, fact, everything) for fact in mine)


def gains(plan: Plan, cube: Cube) -> tuple[GainFact, ...]:
    """The deciding difference of every arm relative to the comparison's level, better being positive."""
    moments = cube.moments(plan.deciding.id)
    nobody = Moments.none(plan.deciding.size)
    control, sign = moments.get((plan.comparison.id,), nobody), 1 if plan.deciding.better == "up" else -1
    found = []
    for arm in plan.treatments:
        share = relative(plan.deciding, control, moments.get((arm.id,), nobody), plan.confidence)
        if isinstance(share, Effect) and share.standard_error > 0:
            variance = share.standard_error**2
            value = sign * share.estimate
            found.append(GainFact(arm=arm.id, relative=value, variance=variance, model=model_of(plan, arm)))
    return tuple(found)


def model_of(plan: Plan, arm: ArmPlan) -> str:
    """What makes two iterations' arms the same version: the place, the measure, and what both groups got."""
    practice = [_practice(one) for one in (arm, plan.comparison)]
    return digest([plan.scope_kind, plan.scope, plan.deciding.id, plan.pilot, *practice])


def _practice(arm: ArmPlan) -> list[str | None]:
    return [arm.id, arm.message, arm.channel, arm.when, arm.how_often, arm.offer]


def _row(plan: Plan, told: Told, display: Display, fact: GainFact, everything: tuple[GainFact, ...]) -> PromisedRow:
    own = [(one.relative, one.variance) for one in everything if one.model == fact.model]
    effect = told.effects[0].by_arm[fact.arm]
    level = effect.control if isinstance(effect, Effect) else 0.0
    largest = _largest(plan, level)
    found = promised(own, [(one.relative, one.variance) for one in everything], anchor=largest / 2)
    sign = 1 if plan.deciding.better == "up" else -1
    texts = [display.change(sign * level * value) for value in (found.raw, found.estimate, found.low, found.high)]
    return PromisedRow(
        arm=fact.arm,
        relative=fact.relative,
        variance=fact.variance,
        model=fact.model,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        raw_text=texts[0],
        estimate_text=texts[1],
        range_text=f"{texts[2]} to {texts[3]}" if sign > 0 else f"{texts[3]} to {texts[2]}",
        sentence=_told(plan, fact.arm) + _sentence(texts, display.unit, len(own), rising=sign > 0),
        why=_why(found, largest),
    )


def _largest(plan: Plan, level: float) -> float:
    """The largest relative gain that counts as plausible: the program's word, else what the plan was written for.

    Whoever writes a line or a prediction before the launch holds such a gain for possible; a prior that does not would
    draw a true gain away.
    """
    if plan.largest_plausible_gain is not None:
        return plan.largest_plausible_gain
    foretold = [one.high for one in plan.predictions if one.measure == plan.deciding.id]
    hoped = max([2 * (plan.deciding.worth_it or 0.0), *foretold])
    return max(SMALLEST, hoped / level) if level > 0 else SMALLEST


def _told(plan: Plan, arm: str) -> str:
    """Whose number it is, where several are promised."""
    label = next(one.label for one in plan.arms if one.id == arm)
    return f"For “{label}” promise " if len(plan.treatments) > 1 else "Promise "


def _sentence(texts: list[str], unit: str, own: int, *, rising: bool) -> str:
    raw, estimate, low, high = texts
    ends = (low, high) if rising else (high, low)
    seen = "" if own == 1 else f" in {own} iterations"
    return f"{estimate} {unit}, likely between {ends[0]} and {ends[1]}; {raw} was measured{seen}."


def _why(found: Promised, largest: float) -> str:
    results = "this result alone"
    if found.count > 1:
        results = "both results" if found.count == 2 else f"all {found.count} results"
        results = f"{results} of the program so far"
    return (
        "What looks best looks a little better than it is, so the number to promise is drawn in: by "
        f"{results}, and by a gain of {percent(largest)} as the largest plausible."
    )
