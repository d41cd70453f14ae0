"""One reading: from the plan, the cube and the checks to a Result. Everything shown anywhere is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pitcairn.design.plan import ArmPlan, Plan
from pitcairn.estimate.stopping import StoppedEstimate
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.facts import Check, Facts
from pitcairn.reading import headlines, words
from pitcairn.reading.at_scale import scale_rows
from pitcairn.reading.built_up import alarm_rows, attempt_of, look_rows, stop_rows
from pitcairn.reading.costs import cost_rows
from pitcairn.reading.courses import Courses, courses, judged_at
from pitcairn.reading.details import detail_rows
from pitcairn.reading.effects import MeasureEffects, effects
from pitcairn.reading.groups import Slice, group_tables, slices
from pitcairn.reading.guardrails import guardrail_rows
from pitcairn.reading.lock import Lock
from pitcairn.reading.numbers import display_for, percent, written
from pitcairn.reading.predictions import prediction_rows
from pitcairn.reading.promised import promised_rows
from pitcairn.reading.proofs import Proof, promotion_rows
from pitcairn.reading.result import (
    SCHEMA,
    ArmNote,
    ArmVerdict,
    EffectRow,
    Flow,
    LeftOut,
    MeasureBlock,
    Provenance,
    Result,
)
from pitcairn.reading.stayed import stayed_the_same
from pitcairn.reading.steps import steps
from pitcairn.reading.told import Told
from pitcairn.reading.twins import twin_rows, twins
from pitcairn.reading.verdict import gain, is_passed, is_unsafe, standing, verdict


def take(
    plan: Plan, lock: Lock, cube: Cube, facts: Facts, checks: tuple[Check, ...], versions: tuple[tuple[str, str], ...]
) -> Result:
    """The whole reading. Where a gating check failed, no effect is worked out, let alone shown."""
    unsafe = is_unsafe(checks)
    found = () if unsafe else slices(plan, cube)
    told = _told(plan, lock, facts, checks, None if unsafe else cube, found)
    verdicts = tuple(_verdict(told, arm, unsafe) for arm in plan.treatments)
    otherwise = () if unsafe else twins(plan, cube, told.effects)
    promised = () if unsafe else promised_rows(told, cube)
    following = steps(told, tuple(one.code for one in verdicts))
    return Result(
        schema=SCHEMA,
        program=plan.program,
        purpose=plan.purpose,
        currency=plan.currency,
        simulated=plan.simulated,
        pilot=plan.pilot,
        title=plan.title,
        owner=plan.owner,
        scope=f"{'Product line' if plan.scope_kind == 'product_line' else 'Location'}: {plan.scope_label}",
        challenge=plan.challenge,
        audience=plan.customer.audience,
        behaviour=plan.customer.behaviour,
        number=plan.number,
        stage=plan.stage,
        question=plan.question,
        changed=tuple((change.what, change.why) for change in plan.changed),
        start=plan.start.isoformat(),
        follow_up_days=plan.follow_up_days,
        end=plan.end.isoformat(),
        as_of=facts.as_of.isoformat(),
        notices=words.notices(plan, lock),
        headline=headlines.headline(told, verdicts),
        lede=plan.question if unsafe else headlines.lede(told),
        withheld=unsafe,
        arms=arm_notes(plan, facts),
        flow=_flow(lock, facts),
        verdicts=verdicts,
        health_headline=words.health_headline(checks),
        health=checks,
        measures=tuple(measure_block(plan, item) for item in told.effects),
        guardrails=told.guardrails,
        groups=told.groups,
        predictions=() if unsafe else prediction_rows(plan, told.effects),
        # What is adopted was promoted where it comes from; the gates of its rollout ask what counts here.
        promotion=() if lock.adopts else told.promotion,
        limits=words.limits(told),
        method=words.method(told),
        details=() if unsafe else detail_rows(plan, cube, told.effects, otherwise, found, told.costs),
        next_sentence=following[0].what,
        next_command=following[0].command,
        provenance=_provenance(plan, lock, facts, versions),
        attempt=attempt_of(lock),
        looks=look_rows(told),
        stops=stop_rows(told),
        costs=told.costs,
        twins=twin_rows(plan, otherwise),
        promised=promised,
        at_scale=() if unsafe else scale_rows(told, verdicts, promised),
        alarms=alarm_rows(told),
        steps=following,
        adopts=lock.adopts,
        stayed=stayed_the_same(lock.before, plan) if plan.changed else None,
    )


def _told(
    plan: Plan, lock: Lock, facts: Facts, checks: tuple[Check, ...], cube: Cube | None, cells: tuple[Slice, ...]
) -> Told:
    complete = _complete(plan, facts)
    taken = {} if cube is None else courses(plan, cube, facts.as_of, lock)
    found = () if cube is None else effects(plan, cube, judged_at(plan, taken, complete=complete))
    stops = _stops(plan, taken)
    passed = _passed(plan, found, taken, stops, complete=complete)
    guardrails = guardrail_rows(plan, found, taken, complete=complete)
    proof = Proof(
        plan=plan, lock=lock, effects=found, guardrails=guardrails, slices=cells, checks=checks, passed=passed
    )
    return Told(
        plan=plan,
        lock=lock,
        facts=facts,
        effects=found,
        guardrails=guardrails,
        groups=() if cube is None else group_tables(plan, cells),
        promotion=() if cube is None else promotion_rows(proof),
        costs=() if cube is None else cost_rows(plan, cube, found),
        checks=checks,
        courses=taken,
        stops=stops,
        passed=passed,
        complete=complete,
    )


def _stops(plan: Plan, taken: Courses) -> dict[str, StoppedEstimate]:
    """What the test of the deciding measure came to, by arm."""
    found = {arm.id: taken[plan.deciding.id, arm.id].stop() for arm in plan.treatments} if taken else {}
    return {arm: stop for arm, stop in found.items() if isinstance(stop, StoppedEstimate)}


def _passed(
    plan: Plan,
    found: tuple[MeasureEffects, ...],
    taken: Courses,
    stops: Mapping[str, StoppedEstimate],
    *,
    complete: bool,
) -> frozenset[str]:
    """The arms whose gain is sure and worth having; none where effects are withheld."""
    deciding = plan.deciding
    return frozenset(
        arm
        for item in found[:1]
        for arm, outcome in item.by_arm.items()
        if is_passed(
            taken[deciding.id, arm],
            stops.get(arm),
            gain(deciding, outcome),
            deciding.worth_it or 0.0,
            complete=complete,
        )
    )


def _verdict(told: Told, arm: ArmPlan, unsafe: bool) -> ArmVerdict:
    if unsafe:
        return headlines.arm_verdict(told, arm, "unsafe_to_read")
    deciding = told.effects[0]
    code = verdict(
        unsafe=False,
        alarm=any(course.is_harmed for (_, whose), course in told.courses.items() if whose == arm.id),
        passed=arm.id in told.passed,
        tests_met=all(row.met for row in told.promotion if row.arm == arm.id),
        complete=told.complete,
        guardrail_broken=any(row.state == "broken" for row in told.guardrails if row.arm == arm.id),
        stands=standing(gain(deciding.measure, deciding.by_arm[arm.id]), deciding.measure.worth_it or 0.0),
    )
    return headlines.arm_verdict(told, arm, code)


def _complete(plan: Plan, facts: Facts) -> bool:
    last_full_day = plan.end - timedelta(days=1)
    return facts.as_of >= last_full_day and not any(arm.pending for arm in facts.arms)


def arm_notes(plan: Plan, facts: Facts) -> tuple[ArmNote, ...]:
    """Every arm with its customers, the comparison first."""
    counts = {count.arm: count for count in facts.arms}
    order = (plan.comparison, *plan.treatments)
    return tuple(
        ArmNote(
            id=arm.id,
            label=arm.label,
            role=arm.role,
            share_text=percent(arm.share, 0 if round(arm.share * 100, 6).is_integer() else 1),
            slot=slot,
            assigned=counts[arm.id].assigned,
            counted=counts[arm.id].counted,
            pending=counts[arm.id].pending,
            practice=_practice(arm),
        )
        for slot, arm in enumerate(order)
    )


def _practice(arm: ArmPlan) -> tuple[tuple[str, str], ...]:
    named = (
        ("Message", arm.message),
        ("Channel", arm.channel),
        ("When", arm.when),
        ("How often", arm.how_often),
        ("Offer", arm.offer),
    )
    return tuple((name, text) for name, text in named if text is not None)


def _flow(lock: Lock, facts: Facts) -> Flow:
    return Flow(
        in_scope=lock.in_scope,
        left_out=tuple(LeftOut(reason=reason, count=number) for reason, number in lock.left_out if number),
        drawn=sum(arm.assigned for arm in facts.arms),
        counted=sum(arm.counted for arm in facts.arms),
        pending=sum(arm.pending for arm in facts.arms),
    )


def measure_block(plan: Plan, item: MeasureEffects) -> MeasureBlock:
    """One measure with its effects as they are shown."""
    measure = item.measure
    display = display_for(plan, measure, list(item.by_arm.values()))
    sign = 1 if measure.better == "up" else -1
    line = None if measure.worth_it is None else sign * measure.worth_it
    return MeasureBlock(
        id=measure.id,
        label=measure.label,
        role=measure.role,
        unit=display.unit,
        scale=display.scale,
        better=measure.better,
        worth_it=line,
        worth_it_text=None if line is None else written(measure, line, plan.currency),
        rows=tuple(EffectRow(arm=arm, effect=display.shown(outcome)) for arm, outcome in item.by_arm.items()),
        symbol=display.symbol,
    )


def _provenance(plan: Plan, lock: Lock, facts: Facts, versions: tuple[tuple[str, str], ...]) -> Provenance:
    return Provenance(
        files=facts.files,
        rows=facts.rows,
        plan_digest=lock.digest,
        locked_at=lock.at.isoformat(timespec="seconds"),
        locked_by=lock.by,
        ledger_head=lock.ledger_head,
        salt=None if plan.observed else plan.salt,
        versions=versions,
    )
