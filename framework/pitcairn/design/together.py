"""All pilots together, as one plan with two arms: customers kept out of all pilots, and everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pitcairn.design.plan import SCHEMA, ArmPlan, CustomerPlan, HoldoutPlan, MeasurePlan, Plan, Role
from pitcairn.design.resolve import group_plan, holdout, measure_plan, source_plans
from pitcairn.errors import Problem, SpecError
from pitcairn.program import PROGRAM_FILE
from pitcairn.spec.models import EventSource, ProgramSpec
from pitcairn.spec.words import nearest

KEPT_OUT, OTHERS = "kept-out", "others"
"""The two arms."""
NAME = "all pilots"
"""Stands where a pilot's id would; no pilot can have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a period, resolved."""

    plan: Plan
    holdout: HoldoutPlan
    joined: str | None
    """Column of the holdout's source with the day each customer joined."""
    left_out: tuple[tuple[str, str], ...]
    """(label, why): measures of the program that cannot be counted over the period."""


def together(
    program: ProgramSpec, first: date, last: date, *, measures: Sequence[str] = (), groups: Sequence[str] = ()
) -> Asked:
    """The plan of a reading over `first..last`, of the measures named, or of all that can be counted over these days.

    A measure counts the whole period, for everybody from its first day: its own window and cap are a pilot's. Values
    before the start are not used, for the file may hold newer ones. SpecError where the program keeps nobody out,
    for an unknown name, and for a measure named that cannot be counted.
    """
    kept, written = holdout(program), program.holdout
    if kept is None or written is None:
        raise SpecError(
            Problem(
                message="The program keeps nobody out of its pilots, so there is nobody to compare with.",
                file=PROGRAM_FILE,
                hint="add  holdout: {share: 5%, source: SOURCE, since: DAY}  ; it counts from that day on",
            )
        )
    _refuse_unknown("measure", measures, tuple(program.measures))
    _refuse_unknown("group", groups, tuple(program.groups))
    why = {id: reason for id in program.measures if (reason := _why_not(program, id, first, last))}
    if refused := [id for id in measures if id in why]:
        raise SpecError(Problem(message=f"“{id}” cannot be counted: {why[id]}.", file=PROGRAM_FILE) for id in refused)
    chosen = tuple(measures) or tuple(id for id in program.measures if id not in why)
    if not chosen:
        raise SpecError(Problem(message=f"“{id}” cannot be counted: {reason}.") for id, reason in why.items())
    days = (last - first).days + 1
    found = tuple(_measure(program, id, days, is_first=place == 0) for place, id in enumerate(chosen))
    split = tuple(group_plan(id, program.groups[id], written.source) for id in groups)
    used = {written.source, *(one.source for one in found), *(one.source for one in split)}
    plan = Plan(
        schema=SCHEMA,
        program=program.program,
        purpose=program.purpose,
        currency=program.currency,
        time_zone=program.time_zone,
        simulated=program.simulated,
        pilot=NAME,
        title="All pilots together",
        owner="",
        scope_kind="product_line",
        scope=NAME,
        scope_label="All",
        challenge="engage",
        customer=CustomerPlan(audience="", behaviour="", barriers=(), benefits=(), competing=(), segments=()),
        number=1,
        stage="explore",
        question="What did all pilots together change?",
        changed=(),
        arms=_arms(kept),
        observed=None,
        population=written.source,
        keep=(),
        take=1.0,
        opt_out=(),
        caps=(),
        sources=source_plans(program, used),
        measures=found,
        groups=split,
        predictions=(),
        promotion_iterations=1,
        promotion_no_group_worse=False,
        promotion_also=(),
        start=first,
        follow_up_days=days,
        end=last + timedelta(days=1),
        holdout=kept,
        drawn_cluster=kept.cluster,
    )
    left_out = () if measures else tuple((program.measures[id].label, reason) for id, reason in why.items())
    return Asked(plan=plan, holdout=kept, joined=written.joined, left_out=left_out)


def _arms(kept: HoldoutPlan) -> tuple[ArmPlan, ...]:
    share = round(kept.share * 10_000)
    return (
        ArmPlan(id=KEPT_OUT, label="Kept out of all pilots", role="holdout", share=share / 10_000, first=0, last=share),
        ArmPlan(
            id=OTHERS,
            label="Everybody else",
            role="treatment",
            share=(10_000 - share) / 10_000,
            first=share,
            last=10_000,
        ),
    )


def _measure(program: ProgramSpec, id: str, days: int, *, is_first: bool) -> MeasurePlan:
    role: Role = "deciding" if is_first else "watch"
    found = measure_plan(id, program.measures[id], role=role, follow_up=days, margin=None, worth_it=None)
    return replace(found, window_days=days, cap=None, before=None, adjust_for=())


def _why_not(program: ProgramSpec, id: str, first: date, last: date) -> str | None:
    """Why a measure cannot be counted over these days; None where it can."""
    measure = program.measures[id]
    source = program.sources[measure.source]
    if source.customer is None:
        return f"“{measure.source}” does not say which column names the customer"
    if measure.change:
        return "it is a change since before a pilot's start"
    if measure.kind == "quantile" and program.holdout and program.holdout.cluster:
        return f"it is a quantile, and who is kept out was drawn by “{program.holdout.cluster}”"
    if isinstance(source, EventSource):
        return None
    if source.covers is None:
        return (
            f"“{measure.source}” has a row a customer and does not say which days its outcomes are about "
            f"(`covers: {{first: {first}, last: {last}}}` if they are about these)"
        )
    if (source.covers.first, source.covers.last) != (first, last):
        return f"“{measure.source}” is about {source.covers.first} to {source.covers.last}"
    return None


def _refuse_unknown(kind: str, names: Sequence[str], known: tuple[str, ...]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SpecError(
            Problem(
                message=f"“{name}” is not a {kind} of the program.",
                hint=f"did you mean “{near}”?" if (near := nearest(name, known)) else f"there is {', '.join(known)}",
            )
            for name in unknown
        )
