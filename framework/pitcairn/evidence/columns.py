"""Which columns a plan needs of each source, and whether the files have them: all of it asked before a row is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pitcairn.design.plan import Condition, GroupPlan, MeasurePlan, Plan
from pitcairn.errors import DataError, Problem
from pitcairn.evidence.sources import Relation


@dataclass(frozen=True, slots=True)
class Need:
    """A column, in the plan's words, and what it is needed for."""

    source: str
    column: str
    needed_by: str


def draw_needs(plan: Plan, groups: Iterable[GroupPlan] = ()) -> tuple[Need, ...]:
    """What a draw reads: who is in scope, who opted out, who was contacted, values before the start, these groups."""
    levels = [need for group in groups for need in _group(plan, group)]
    return tuple(dict.fromkeys((*_scope(plan), *_policy(plan), *_before(plan), *levels)))


def reading_needs(plan: Plan) -> tuple[Need, ...]:
    """What a reading reads: outcomes, groups, values before the start, an observed draw."""
    found = [need for measure in plan.measures for need in _measure(plan, measure)]
    found += [need for group in plan.groups for need in _group(plan, group)]
    return tuple(dict.fromkeys((*_observed(plan), *found, *_before(plan), *_exposure(plan))))


def check_columns(relations: Iterable[Relation], needs: Iterable[Need]) -> None:
    """DataError with every column that is missing in these relations, what it is for, and the nearest there is."""
    by_source = {found.source.id: found for found in relations}
    problems: dict[tuple[str, str], Problem] = {}
    for need in needs:
        found = by_source.get(need.source)
        if found is None or (need.source, need.column) in problems:
            continue
        try:
            found.name(need.column, needed_by=need.needed_by)
        except DataError as error:
            problems[need.source, need.column] = error.problems[0]
    if problems:
        raise DataError(problems.values())


def _scope(plan: Plan) -> Iterator[Need]:
    yield from _customer(plan, plan.population, "the draw")
    yield from _conditions(plan.population, plan.keep, "the pilot's “keep”")
    if plan.drawn_cluster is not None:
        yield Need(plan.population, plan.drawn_cluster, "what is drawn")


def _policy(plan: Plan) -> Iterator[Need]:
    if plan.observed is None and plan.holdout and plan.holdout.cluster:
        yield from _customer(plan, plan.holdout.source, "the program's holdout")
        yield Need(plan.holdout.source, plan.holdout.cluster, "the program's holdout")
    for choice in plan.opt_out:
        yield from _customer(plan, choice.source, "the opt-outs")
        yield from _conditions(choice.source, choice.where, "the opt-outs")
    for cap in plan.caps:
        yield from _customer(plan, cap.source, "the contact cap")
        yield from _conditions(cap.source, cap.where, "the contact cap")


def _before(plan: Plan) -> Iterator[Need]:
    for measure in plan.measures:
        if measure.before is not None:
            yield Need(plan.population, measure.before, f"measure “{measure.id}”")
        for column in measure.adjust_for:
            yield Need(plan.population, column, f"adjusting “{measure.id}”")


def _observed(plan: Plan) -> Iterator[Need]:
    if plan.observed is None:
        return
    yield Need(plan.observed.source, plan.observed.column, "the observed draw")
    if plan.observed.start is not None:
        yield Need(plan.observed.source, plan.observed.start, "the observed start")
    if plan.observed.cluster is not None:
        yield Need(plan.observed.source, plan.observed.cluster, "what was drawn")
    yield from _conditions(plan.population, plan.keep, "the pilot's “keep”")


def _exposure(plan: Plan) -> Iterator[Need]:
    if plan.exposure is None:
        return
    asked, why = plan.exposure, "the exposure"
    yield from _customer(plan, asked.source, why)
    for column in (asked.column, asked.day):
        if column is not None:
            yield Need(asked.source, column, why)
    yield from _conditions(asked.source, asked.where, why)


def _measure(plan: Plan, measure: MeasurePlan) -> Iterator[Need]:
    why = f"{measure.role} “{measure.id}”" if measure.role == "guardrail" else f"measure “{measure.id}”"
    yield from _customer(plan, measure.source, why)
    for column in (measure.column, measure.over_column):
        if column is not None:
            yield Need(measure.source, column, why)
    yield from _conditions(measure.source, (*measure.where, *measure.over_where), why)


def _group(plan: Plan, group: GroupPlan) -> Iterator[Need]:
    why = f"group “{group.id}”"
    yield from _customer(plan, group.source, why)
    if group.column is not None:
        yield Need(group.source, group.column, why)
    for level in group.levels:
        yield from _conditions(group.source, level.conditions, why)


def _customer(plan: Plan, source: str, why: str) -> Iterator[Need]:
    """The source's own columns that say who and when."""
    found = plan.source(source)
    for column in (found.customer, found.time):
        if column is not None:
            yield Need(source, column, why)


def _conditions(source: str, conditions: Iterable[Condition], why: str) -> Iterator[Need]:
    for condition in conditions:
        yield Need(source, condition.column, why)
