"""Plan files -> Plan: every default filled in, every name followed, nothing left to look up."""

from __future__ import annotations

from itertools import accumulate
from typing import Literal

from pitcairn.design.assignment import BUCKETS
from pitcairn.design.plan import (
    SCHEMA,
    ArmPlan,
    CapPlan,
    ChangePlan,
    Condition,
    CustomerPlan,
    ExposurePlan,
    GroupPlan,
    HoldoutPlan,
    Level,
    MeasuredCost,
    MeasurePlan,
    ObservedPlan,
    OptOutPlan,
    Plan,
    PredictionPlan,
    Role,
    SourcePlan,
)
from pitcairn.errors import SpecError
from pitcairn.spec.fields import Bounds, Conditions
from pitcairn.spec.load import Loaded
from pitcairn.spec.measures import Group, Measure
from pitcairn.spec.models import Arm, EventSource, IterationSpec, PilotSpec, ProgramSpec, WideSource
from pitcairn.spec.models import MeasuredCost as Measured


def resolve(loaded: Loaded) -> Plan:
    """What the iteration promises; SpecError where no iteration was loaded. Expects files that passed the rules."""
    program, pilot, iteration = loaded.program, loaded.pilot, loaded.iteration
    if loaded.pilot_id is None or pilot is None:
        raise SpecError("No pilot is named.", hint="name one, such as: pitcairn check PILOT")
    if loaded.number is None or iteration is None:
        raise SpecError(
            f"Pilot “{loaded.pilot_id}” has no iteration yet.", hint=f"write pilots/{loaded.pilot_id}/iteration-1.yaml"
        )
    scope_kind, scope, scope_label = _scope(program, pilot)
    measures, groups = _measures(program, pilot, iteration), _groups(program, pilot, iteration)
    observed, exposure = _observed(iteration), _exposure(iteration)
    opt_out, caps = _contact(program) if observed is None else ((), ())
    largest = program.largest_plausible_gain
    kept_out = holdout(program) if program.holdout and iteration.start >= program.holdout.since else None
    return Plan(
        schema=SCHEMA,
        program=program.program,
        purpose=program.purpose,
        currency=program.currency,
        time_zone=program.time_zone,
        simulated=program.simulated,
        pilot=loaded.pilot_id,
        title=pilot.title,
        owner=pilot.owner,
        scope_kind=scope_kind,
        scope=scope,
        scope_label=scope_label,
        challenge=pilot.challenge,
        customer=_customer(pilot),
        number=loaded.number,
        stage=iteration.stage,
        question=iteration.question,
        changed=tuple(ChangePlan(what=change.what, why=change.why) for change in iteration.changed),
        arms=_arms(iteration),
        observed=observed,
        population=pilot.customers.source,
        keep=conditions(pilot.customers.keep),
        take=float(iteration.take),
        opt_out=opt_out,
        caps=caps,
        sources=source_plans(
            program,
            _used(pilot.customers.source, measures, groups, (observed, exposure, _asked(kept_out)), opt_out, caps),
        ),
        measures=measures,
        groups=groups,
        predictions=tuple(
            PredictionPlan(arm=item.arm, measure=item.measure, low=item.gain.low, high=item.gain.high)
            for item in iteration.predictions
        ),
        promotion_iterations=pilot.promotion.iterations,
        promotion_no_group_worse=pilot.promotion.no_group_worse,
        promotion_also=tuple((id, least.value) for id, least in pilot.promotion.also.items()),
        start=iteration.start,
        follow_up_days=iteration.follow_up,
        end=iteration.end,
        redraw_after_days=iteration.redraw_after,
        largest_plausible_gain=None if largest is None else float(largest),
        exposure=exposure,
        start_days=iteration.starts_over,
        spending=iteration.spending,
        holdout=kept_out,
        drawn_cluster=iteration.cluster,
    )


def holdout(program: ProgramSpec) -> HoldoutPlan | None:
    """The program's own holdout, whenever it begins; None where it has none."""
    kept = program.holdout
    if kept is None:
        return None
    return HoldoutPlan(share=float(kept.share), source=kept.source, since=kept.since, cluster=kept.cluster)


def _asked(kept_out: HoldoutPlan | None) -> HoldoutPlan | None:
    """The holdout, where its source has to be read: a lot over customers' ids needs nothing but these."""
    return kept_out if kept_out and kept_out.cluster else None


def conditions(written: Conditions) -> tuple[Condition, ...]:
    """The tests of a `where` or `keep`, in the order written; bounds become one test each."""
    found: list[Condition] = []
    for column, test in written.items():
        if isinstance(test, Bounds):
            found += _bounds(column, test)
        else:
            values = tuple(test) if isinstance(test, list) else (test,)
            found.append(Condition(column=column, comparison="in", values=values))
    return tuple(found)


def _bounds(column: str, test: Bounds) -> list[Condition]:
    limits = (("at_least", test.at_least), ("at_most", test.at_most), ("above", test.above), ("below", test.below))
    return [Condition(column=column, comparison=name, values=(limit,)) for name, limit in limits if limit is not None]  # type: ignore[arg-type]


def _scope(program: ProgramSpec, pilot: PilotSpec) -> tuple[Literal["product_line", "location"], str, str]:
    if pilot.scope.product_line is not None:
        return "product_line", pilot.scope.product_line, program.product_lines[pilot.scope.product_line]
    location = pilot.scope.location or ""
    return "location", location, program.locations[location]


def _customer(pilot: PilotSpec) -> CustomerPlan:
    section = pilot.customer
    return CustomerPlan(
        audience=section.audience,
        behaviour=section.behaviour,
        barriers=tuple(section.barriers),
        benefits=tuple(section.benefits),
        competing=tuple(section.competing),
        segments=tuple(section.segments),
    )


def _arms(iteration: IterationSpec) -> tuple[ArmPlan, ...]:
    """The arms with their pieces of the hash's range, cut at the exact cumulative shares."""
    ends = [round(total * BUCKETS) for total in accumulate(arm.share for arm in iteration.arms.values())]
    firsts = [0, *ends[:-1]]
    return tuple(
        ArmPlan(
            id=id,
            label=arm.label,
            role=arm.role,
            share=float(arm.share),
            first=first,
            last=last,
            message=arm.message,
            channel=arm.channel,
            when=arm.when,
            how_often=arm.how_often,
            offer=arm.offer,
            cost=_cost(arm),
        )
        for (id, arm), first, last in zip(iteration.arms.items(), firsts, ends, strict=True)
    )


def _cost(arm: Arm) -> float | MeasuredCost | None:
    if isinstance(arm.cost, Measured):
        return MeasuredCost(measure=arm.cost.measure, per_customer=arm.cost.per_customer)
    return arm.cost


def _observed(iteration: IterationSpec) -> ObservedPlan | None:
    written = iteration.assignment
    if isinstance(written, str):
        return None
    return ObservedPlan(
        source=written.source,
        column=written.column,
        values=tuple((arm, written.values.get(arm, arm)) for arm in iteration.arms),
        start=written.start,
        cluster=written.cluster,
    )


def _exposure(iteration: IterationSpec) -> ExposurePlan | None:
    written = iteration.exposure
    if written is None:
        return None
    return ExposurePlan(
        source=written.source,
        column=written.column,
        day=written.day,
        where=conditions(written.where),
        would_have_been=written.would_have_been,
    )


def _measures(program: ProgramSpec, pilot: PilotSpec, iteration: IterationSpec) -> tuple[MeasurePlan, ...]:
    margins = {guardrail.measure: guardrail.margin.value for guardrail in pilot.guardrails}
    roles: list[tuple[str, Role]] = [(pilot.deciding, "deciding")]
    roles += [(id, "guardrail") for id in margins]
    roles += [(id, "signal") for id in pilot.signals]
    roles += [(id, "watch") for id in pilot.watch]
    return tuple(
        measure_plan(
            id,
            program.measures[id],
            role=role,
            follow_up=iteration.follow_up,
            margin=margins[id] if role == "guardrail" else None,
            worth_it=iteration.worth_it.value if role == "deciding" else None,
        )
        for id, role in roles
    )


def measure_plan(
    id: str, measure: Measure, *, role: Role, follow_up: int, margin: float | None, worth_it: float | None
) -> MeasurePlan:
    """A measure with its defaults filled in."""
    return MeasurePlan(
        id=id,
        label=measure.label,
        unit=measure.unit or _as_unit(measure.label),
        kind=measure.kind,
        role=role,
        source=measure.source,
        column=measure.column,
        where=conditions(measure.where),
        over_column=measure.over.column if measure.over else None,
        over_where=conditions(measure.over.where) if measure.over else (),
        answers=tuple(measure.answers or ()),
        window_days=measure.window or follow_up,
        cap=measure.cap,
        better=measure.better,
        money=measure.money,
        decimals=_decimals(measure),
        before=measure.before,
        adjust_for=tuple(measure.adjust_for),
        usual=measure.usual.value if measure.usual else None,
        margin=margin,
        worth_it=worth_it,
        at=measure.at,
        change=measure.change,
    )


def _as_unit(label: str) -> str:
    """The label inside a sentence: `Visits` becomes `visits`, `NPS answers` stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _decimals(measure: Measure) -> int:
    if measure.decimals is not None:
        return measure.decimals
    if measure.money:
        return 2
    return 0 if measure.kind in ("any", "count", "share") else 4


def _groups(program: ProgramSpec, pilot: PilotSpec, iteration: IterationSpec) -> tuple[GroupPlan, ...]:
    return tuple(group_plan(id, program.groups[id], pilot.customers.source) for id in iteration.groups)


def group_plan(id: str, group: Group, population: str) -> GroupPlan:
    """A group with its defaults filled in."""
    return GroupPlan(
        id=id,
        label=group.label,
        source=group.source or population,
        column=group.column,
        names=tuple(group.names.items()),
        cuts=tuple(group.cuts or ()),
        levels=tuple(Level(name=name, conditions=conditions(tests)) for name, tests in (group.levels or {}).items()),
    )


def _contact(program: ProgramSpec) -> tuple[tuple[OptOutPlan, ...], tuple[CapPlan, ...]]:
    policy = program.contact_policy
    opt_out = tuple(OptOutPlan(source=item.source, where=conditions(item.where)) for item in policy.opt_out)
    caps = tuple(
        CapPlan(source=item.source, at_most=item.at_most, within_days=item.within, where=conditions(item.where))
        for item in policy.caps
    )
    return opt_out, caps


def _used(
    population: str,
    measures: tuple[MeasurePlan, ...],
    groups: tuple[GroupPlan, ...],
    if_any: tuple[ObservedPlan | ExposurePlan | HoldoutPlan | None, ...],
    opt_out: tuple[OptOutPlan, ...],
    caps: tuple[CapPlan, ...],
) -> set[str]:
    readers = (*measures, *groups, *opt_out, *caps, *(reader for reader in if_any if reader is not None))
    return {population, *(reader.source for reader in readers)}


def source_plans(program: ProgramSpec, used: set[str]) -> tuple[SourcePlan, ...]:
    """How these sources are read, in the program's order."""
    return tuple(_source(id, source) for id, source in program.sources.items() if id in used)


def _source(id: str, source: WideSource | EventSource) -> SourcePlan:
    return SourcePlan(
        id=id,
        kind=source.kind,
        customer=source.customer,
        time=source.time if isinstance(source, EventSource) else None,
        absent=source.absent if isinstance(source, WideSource) else "missing",
        columns=tuple(sorted(source.columns.items())),
        delimiter=source.delimiter,
        decimal=source.decimal,
        sha256=source.sha256,
    )
