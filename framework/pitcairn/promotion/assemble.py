"""From a decision, a plan, results and `pack.yaml` to the contents of a pack, at the time of the decision."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pitcairn.design.plan import ArmPlan, Condition, Plan
from pitcairn.errors import PitcairnError, Problem, SpecError
from pitcairn.evidence.columns import draw_needs, reading_needs
from pitcairn.ledger.history import DecisionRow
from pitcairn.program import ProgramFolder
from pitcairn.promotion.claim import claim_of, groups_of
from pitcairn.promotion.contents import (
    SCHEMA,
    Asset,
    Conflict,
    ContactPolicy,
    Contents,
    Cost,
    GuardrailEvidence,
    Identity,
    Model,
    Practice,
    Requirements,
    SourceNeed,
    Targeting,
    Tested,
)
from pitcairn.promotion.encode import settled
from pitcairn.promotion.history import Turn, iterations
from pitcairn.promotion.parameters import parameters_of, with_names
from pitcairn.promotion.payback import spent_of
from pitcairn.promotion.rolling import rollout_of
from pitcairn.reading.result import Shown
from pitcairn.spec.practice import PackSpec

PLAYBOOK = "practice/playbook.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One model that somebody wants to promote, and all that is known about it."""

    folder: ProgramFolder
    pilot: str
    arm: str
    turn: Turn
    """The iteration it rests on."""
    turns: tuple[Turn, ...]
    """Every launched iteration of the program."""
    spec: PackSpec
    decision: DecisionRow


def assembled(case: Case, version: str, tests: tuple[Tested, ...], practice: dict[str, bytes]) -> Contents:
    """The contents of the pack; `practice` holds its playbook and assets, by their paths in the pack.

    SpecError where `pack.yaml` does not fit the plan; Refused where there is no effect to claim.
    """
    plan, spec = case.turn.plan, case.spec
    told = iterations(case.turns, plan, case.arm)
    model = model_of(case)
    return settled(
        Contents(
            schema=SCHEMA,
            identity=_identity(case, version),
            model=model,
            core_digest=model.core_digest,
            claim=claim_of(case.turn, case.turns, told, case.arm),
            measures=plan.measures,
            groups=plan.groups,
            by_group=groups_of(case.turn, case.arm),
            guardrails=_guardrails(case),
            tests=tests,
            iterations=told,
            requirements=_requirements(plan, spec),
            conflicts=tuple(Conflict(pack=name, why=why) for name, why in sorted(spec.conflicts.items())),
            cost=_cost(case),
            assets=tuple(_asset(path, data) for path, data in sorted(practice.items())),
            rollout=rollout_of(spec.rollout),
            out_of_scope=tuple(spec.out_of_scope),
            decided_by=case.decision.by,
            decided_why=case.decision.body.why,
            ledger_head=case.decision.digest,
        )
    )


def model_of(case: Case) -> Model:
    """The practice, with its parameters named. SpecError where `pack.yaml` does not fit the plan."""
    plan, spec = case.turn.plan, case.spec
    name = case.folder.relative(case.folder.pack_file(case.pilot))
    arm = with_names(plan.arm(case.arm), spec, file=name)
    own = _own_place(plan, spec, name)
    return Model(
        targeting=Targeting(customer=plan.customer, keep=tuple(one for one in plan.keep if one not in own), place=own),
        practice=_practice(plan, arm),
        contact_policy=ContactPolicy(
            opt_out=plan.opt_out,
            caps=plan.caps,
            channel=arm.channel,
            most_contacts=spec.most_contacts,
            within_days=None if spec.most_contacts is None else spec.within or plan.follow_up_days,
        ),
        parameters=parameters_of(spec),
    )


def practice_files(case: Case) -> dict[str, bytes]:
    """Playbook and assets as the pilot's folder has them, by their paths in the pack. PitcairnError if unreadable."""
    home = case.folder.pilot_folder(case.pilot)
    places = {PLAYBOOK: home / case.spec.playbook}
    places |= {f"practice/assets/{name}": home / name for name in case.spec.assets}
    return {path: _bytes(place, case.folder) for path, place in places.items()}


def _identity(case: Case, version: str) -> Identity:
    plan, spec = case.turn.plan, case.spec
    at = case.decision.at
    return Identity(
        name=(spec.name or case.pilot).replace("_", "-"),
        version=version,
        title=plan.title,
        summary=spec.summary,
        program=plan.program,
        pilot=plan.pilot,
        arm=case.arm,
        scope_kind=plan.scope_kind,
        scope=plan.scope,
        scope_label=plan.scope_label,
        challenge=plan.challenge,
        owner=plan.owner,
        simulated=plan.simulated,
        promoted_at=at.isoformat(),
        valid_until=(at.date() + timedelta(days=spec.good_for)).isoformat(),
        license=spec.license,
    )


def _own_place(plan: Plan, spec: PackSpec, file: str) -> tuple[Condition, ...]:
    columns = {one.column for one in plan.keep}
    wrong = [name for name in spec.place if name not in columns]
    if wrong:
        raise SpecError(
            Problem(
                message=f"`place` names “{name}”, which the pilot’s `customers.keep` does not test.",
                hint=f"it tests: {', '.join(sorted(columns)) or 'nothing'}",
                file=file,
            )
            for name in wrong
        )
    return tuple(one for one in plan.keep if one.column in spec.place)


def _practice(plan: Plan, arm: ArmPlan) -> Practice:
    role = plan.comparison.role
    return Practice(
        label=arm.label,
        message=arm.message,
        channel=arm.channel,
        when=arm.when,
        how_often=arm.how_often,
        offer=arm.offer,
        instead=plan.comparison.label,
        instead_role="holdout" if role == "holdout" else "control",
        follow_up_days=plan.follow_up_days,
    )


def _guardrails(case: Case) -> tuple[GuardrailEvidence, ...]:
    labels = {measure.id: measure.label for measure in case.turn.plan.measures}
    rows = case.turn.result.guardrails if case.turn.result else ()
    return tuple(
        GuardrailEvidence(
            measure=row.measure,
            label=labels[row.measure],
            margin=row.margin,
            margin_text=row.margin_text,
            state=row.state,
            estimate_text=row.effect.estimate_text if isinstance(row.effect, Shown) else None,
            range_text=row.effect.range_text if isinstance(row.effect, Shown) else None,
        )
        for row in rows
        if row.arm == case.arm
    )


def _requirements(plan: Plan, spec: PackSpec) -> Requirements:
    wanted: dict[str, set[str]] = {source.id: set() for source in plan.sources}
    for need in (*draw_needs(plan), *reading_needs(plan)):
        wanted[need.source].add(need.column)
    return Requirements(
        sources=tuple(
            SourceNeed(
                id=source.id,
                kind=source.kind,
                columns=tuple(sorted(wanted[source.id])),
                absent=source.absent,
                customer=source.customer is not None,
                time=source.time is not None,
            )
            for source in plan.sources
        ),
        population=plan.population,
        channels=tuple(spec.requires.channels),
        smallest_audience=spec.requires.smallest_audience,
        also=tuple(spec.requires.also),
        cluster=plan.drawn_cluster,
    )


def _cost(case: Case) -> Cost:
    cost = case.spec.cost
    return Cost(
        currency=case.turn.plan.currency,
        per_contact=cost.per_contact,
        fixed_per_place=cost.fixed_per_place,
        value_per_outcome=cost.value_per_outcome,
        pilot_only=tuple(cost.pilot_only),
        measured=spent_of(case.turn, case.arm),
    )


def _asset(path: str, data: bytes) -> Asset:
    return Asset(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def _bytes(path: Path, folder: ProgramFolder) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PitcairnError(f"{folder.relative(path)} cannot be read: {error.strerror}.") from None
