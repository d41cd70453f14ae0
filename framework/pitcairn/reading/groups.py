"""No average customer: the deciding measure by the levels of each declared group.

Of many levels the one that looks best looks too good. So what is shown is each level drawn towards the others by as
much as they differ beyond chance; as counted, and with ranges widened for their number, they stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scipy.special import ndtri

from pitcairn.design.plan import GroupPlan, Plan
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.multiplicity import holm
from pitcairn.estimate.pool import Spread, cochran_q
from pitcairn.estimate.shrink import Shrunk, shrink
from pitcairn.evidence.cube import Cube
from pitcairn.phrases import several
from pitcairn.reading.effects import Outcome, effect, level_of
from pitcairn.reading.numbers import display_for
from pitcairn.reading.result import GroupRow, GroupTable, Shown, Withheld

SMALLEST_CELL = 50
"""Fewer counted customers than this, in a level of either arm, are not shown: for privacy, and for sense."""
DIFFERS_BELOW = 0.05
PLAUSIBLE = 0.03
"""Levels whose gains differ by this share of today's level would not surprise, nor by as much as the worth-it line."""
DRAWN_IN = "Drawn towards the other levels"
_TOO_SMALL = f"Fewer than {SMALLEST_CELL} customers: not shown."


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One level of one group, one arm against the comparison."""

    group: str
    level: str
    arm: str
    control: Moments
    treated: Moments
    outcome: Outcome
    """As counted, at the plan's confidence."""
    widened: Outcome
    """As counted, all ranges together at the plan's confidence."""
    shrunk: Outcome
    """Drawn towards the other levels; as counted and widened where there is no other."""


def slices(plan: Plan, cube: Cube) -> tuple[Slice, ...]:
    """Every level of every declared group, small ones withheld; widened ranges share the error (Bonferroni)."""
    cells = [cell for group in plan.groups for cell in _cells(plan, cube, group)]
    confidence = 1 - (1 - plan.confidence) / max(1, len(cells))
    found = []
    for group, level, arm, control, treated in cells:
        widened = _outcome(plan, control, treated, confidence)
        found.append(
            Slice(
                group=group,
                level=level,
                arm=arm,
                control=control,
                treated=treated,
                outcome=_outcome(plan, control, treated, plan.confidence),
                widened=widened,
                shrunk=widened,
            )
        )
    together = [
        [cell for cell in found if (cell.group, cell.arm) == (group.id, arm.id)]
        for group in plan.groups
        for arm in plan.treatments
    ]
    drawn = {(cell.group, cell.level, cell.arm): cell for family in together for cell in _drawn_in(plan, cube, family)}
    return tuple(drawn[cell.group, cell.level, cell.arm] for cell in found)


def prior_scale(plan: Plan, level: float) -> float:
    """A spread between the gains of levels that would not surprise, per customer; `level` is the comparison's."""
    return max(PLAUSIBLE * abs(level), plan.deciding.worth_it or 0.0)


def group_tables(plan: Plan, found: tuple[Slice, ...]) -> tuple[GroupTable, ...]:
    """One table a group, headed by whether its levels clearly differ."""
    differing = differences(plan, found)
    return tuple(_table(plan, group, found, differing) for group in plan.groups)


def differences(plan: Plan, found: tuple[Slice, ...]) -> dict[tuple[str, str], tuple[Spread, float]]:
    """(group, arm) -> Cochran's Q over the group's levels and its p-value adjusted over all of them (Holm)."""
    spreads: dict[tuple[str, str], Spread] = {}
    for group in plan.groups:
        for arm in plan.treatments:
            known = [
                cell.outcome
                for cell in found
                if (cell.group, cell.arm) == (group.id, arm.id)
                and isinstance(cell.outcome, Effect)
                and cell.outcome.standard_error > 0
            ]
            if len(known) > 1:
                spreads[group.id, arm.id] = cochran_q(
                    [one.estimate for one in known], [one.standard_error for one in known]
                )
    adjusted = holm([spread.p for spread in spreads.values()])
    return {key: (spread, p) for (key, spread), p in zip(spreads.items(), adjusted, strict=True)}


def _drawn_in(plan: Plan, cube: Cube, family: list[Slice]) -> list[Slice]:
    """One group's levels for one arm, with their `shrunk` effects."""
    known = {cell.level: cell.outcome for cell in family if isinstance(cell.outcome, Effect)}
    errors = {level: _error(outcome) for level, outcome in known.items()}
    scale = prior_scale(plan, _level(plan, cube))
    if len(known) < 2 or not scale or not all(errors.values()):
        return family
    found = shrink(
        [outcome.estimate for outcome in known.values()],
        list(errors.values()),
        scale=scale,
        confidence=plan.confidence,
    )
    if isinstance(found, NotAvailable):
        return family
    drawn = dict(zip(known, found.groups, strict=True))
    return [
        replace(cell, shrunk=_as_effect(cell.outcome, drawn[cell.level])) if isinstance(cell.outcome, Effect) else cell
        for cell in family
    ]


def _level(plan: Plan, cube: Cube) -> float:
    everyone = cube.moments(plan.deciding.id).get((plan.comparison.id,))
    return 0.0 if everyone is None else level_of(plan.deciding, everyone) or 0.0


def _error(outcome: Effect) -> float:
    """The normal error that the range stands for: few events have another than the one they show."""
    return (outcome.high - outcome.low) / 2 / float(ndtri(0.5 + outcome.confidence / 2))


def _as_effect(outcome: Effect, drawn: Shrunk) -> Effect:
    return replace(
        outcome,
        treated=outcome.control + drawn.estimate,
        estimate=drawn.estimate,
        low=drawn.low,
        high=drawn.high,
        standard_error=(drawn.high - drawn.low) / 2 / float(ndtri(0.5 + outcome.confidence / 2)),
        method=DRAWN_IN,
        p=None,
    )


def _cells(plan: Plan, cube: Cube, group: GroupPlan) -> list[tuple[str, str, str, Moments, Moments]]:
    moments = cube.moments(plan.deciding.id, group.id)
    nobody = Moments.none(plan.deciding.size)
    levels = next(dimension.levels for dimension in cube.dimensions if dimension.id == group.id)
    return [
        (
            group.id,
            level,
            arm.id,
            moments.get((plan.comparison.id, level), nobody),
            moments.get((arm.id, level), nobody),
        )
        for level in levels
        for arm in plan.treatments
    ]


def _outcome(plan: Plan, control: Moments, treated: Moments, confidence: float) -> Outcome:
    if min(control.count, treated.count) < SMALLEST_CELL:
        return NotAvailable(why=_TOO_SMALL)
    return effect(plan.deciding, control, treated, confidence)


def _table(
    plan: Plan, group: GroupPlan, found: tuple[Slice, ...], differing: dict[tuple[str, str], tuple[Spread, float]]
) -> GroupTable:
    mine = [cell for cell in found if cell.group == group.id]
    display = display_for(plan, plan.deciding, [cell.widened for cell in mine])
    clear = [arm for arm in plan.treatments if _differs(differing, group.id, arm.id)]
    rows = []
    for cell in mine:
        shown = display.shown(cell.widened)
        customers = None if isinstance(shown, Withheld) else cell.control.count + cell.treated.count
        rows.append(
            GroupRow(
                level=cell.level,
                arm=cell.arm,
                customers=customers,
                effect=shown,
                drawn_in=display.shown(cell.shrunk),
            )
        )
    return GroupTable(
        id=group.id,
        label=group.label,
        heading=_heading([f"“{arm.label}”" for arm in clear], [isinstance(row.effect, Shown) for row in rows]),
        differs_for=tuple(arm.id for arm in clear),
        rows=tuple(rows),
    )


def _heading(labels: list[str], compared: list[bool]) -> str:
    if not any(compared):
        return "Too few customers to compare groups"
    return f"Groups clearly differ for {several(labels)}" if labels else "No clear difference between groups"


def _differs(differing: dict[tuple[str, str], tuple[Spread, float]], group: str, arm: str) -> bool:
    return (group, arm) in differing and differing[group, arm][1] < DIFFERS_BELOW
