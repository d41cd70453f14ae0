"""An adoption as an ordinary pilot: the values of `pilot.yaml` and of each stage's `iteration-N.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from pitcairn.canonical import digest
from pitcairn.design.assignment import BUCKETS
from pitcairn.design.plan import Condition, MeasurePlan, Plan, Scalar
from pitcairn.promotion.contents import Contents, RolloutPlan, Stage
from pitcairn.promotion.fitting import Setting, chosen
from pitcairn.promotion.layout import Span, growth, spans_of
from pitcairn.promotion.parameters import filled

PRACTICE, COMPARISON = "practice", "held-out"
TEXTS = ("message", "channel", "when", "how_often", "offer")
Test = tuple[Scalar, ...] | Mapping[str, Scalar]
LATE = 0.05
"""Of the holdout, what each later stage adds to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotValues:
    """What `pilot.yaml` says."""

    title: str
    owner: str
    at_kind: str
    at: str
    challenge: str
    customer: Mapping[str, Any]
    source: str
    keep: tuple[tuple[str, Test], ...]
    """(column, its allowed values, or its bounds by name)."""
    deciding: str
    guardrails: tuple[tuple[str, str], ...]
    """(measure, margin as written)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageValues:
    """What `iteration-N.yaml` says."""

    number: int
    question: str
    changed: str | None
    practice: Mapping[str, str]
    practice_share: str
    comparison_label: str
    comparison_role: str
    comparison_share: str
    take: str
    cluster: str | None
    worth_it: str
    groups: tuple[str, ...]
    start: date
    follow_up: int
    end: date


def growing_stages(plan: RolloutPlan) -> tuple[Stage, ...]:
    """The stages such that both arms only ever grow.

    A plan that gives the comparison back at the end would move customers. Instead the holdout that stays is drawn in
    the first stages almost whole, where it is needed to compare with, and the practice grows beside it.
    """
    stages = plan.stages
    if all(after.treat > one.treat and after.control > one.control for one, after in pairwise(stages)):
        return stages
    found: list[Stage] = []
    for number, stage in enumerate(stages):
        most = plan.holdout * (1 - LATE * (len(stages) - 1 - number))
        control = min(stage.control, most) if number + 1 < len(stages) else plan.holdout
        treat = min(stage.treat, 1 - plan.holdout)
        if not found or (treat > found[-1].treat and control > found[-1].control):
            found.append(replace(stage, treat=treat, control=control))
    return tuple(found)


def pilot_values(contents: Contents, setting: Setting) -> PilotValues:
    """The pilot file of an adoption; the setting must fit."""
    customer = contents.model.targeting.customer
    margins = [one for one in contents.measures if one.role == "guardrail" and one.margin is not None]
    keep = [*contents.model.targeting.keep, *(_own(column, value) for column, value in setting.keep.items())]
    return PilotValues(
        title=contents.identity.title,
        owner=setting.owner,
        at_kind=setting.at_kind,
        at=setting.at,
        challenge=contents.identity.challenge,
        customer={
            "audience": customer.audience,
            "behaviour": customer.behaviour,
            "barriers": customer.barriers,
            "benefits": customer.benefits,
        },
        source=setting.here(contents.requirements.population),
        keep=_conditions(keep, setting),
        deciding=setting.here(contents.claim.measure),
        guardrails=tuple((setting.here(one.id), _amount(one, one.margin or 0.0)) for one in margins),
    )


def first_stage(contents: Contents, setting: Setting, stages: Sequence[Stage]) -> StageValues:
    """The iteration file of the first stage; the setting must fit."""
    practice, values = contents.model.practice, chosen(contents, setting)
    texts = {name: getattr(practice, name) for name in TEXTS}
    measure = contents.measures[0]
    return _stage(
        spans_of(stages),
        1,
        title=contents.identity.title,
        practice={"label": practice.label} | {name: filled(text, values) for name, text in texts.items() if text},
        comparison=(practice.instead, practice.instead_role),
        worth_it=_amount(measure, contents.claim.worth_it or measure.worth_it or 0.0),
        groups=tuple(setting.here(group.id) for group in contents.groups),
        cluster=None if contents.requirements.cluster is None else setting.here(contents.requirements.cluster),
        start=setting.start,
        follow_up=practice.follow_up_days,
    )


def next_stage(plan: Plan, spans: Sequence[Span], number: int, start: date) -> StageValues:
    """The iteration file of a later stage: the locked plan of the one before, for the customers this stage adds."""
    practice, comparison = plan.arm(PRACTICE), plan.comparison
    texts = {name: getattr(practice, name) for name in TEXTS}
    return _stage(
        spans,
        number,
        title=plan.title,
        practice={"label": practice.label} | {name: text for name, text in texts.items() if text},
        comparison=(comparison.label, comparison.role),
        worth_it=_amount(plan.deciding, plan.deciding.worth_it or 0.0),
        groups=tuple(group.id for group in plan.groups),
        cluster=plan.drawn_cluster,
        start=start,
        follow_up=plan.follow_up_days,
    )


def model_digest(plan: Plan) -> str:
    """What customers get and who they are, as this plan says it; shares and days are not in it."""
    practice, comparison = plan.arm(PRACTICE), plan.comparison
    return digest(
        {
            "practice": {name: getattr(practice, name) for name in ("label", *TEXTS)},
            "comparison": [comparison.label, comparison.role],
            "keep": plan.keep,
            "population": plan.population,
            "deciding": plan.deciding.id,
            "follow_up": plan.follow_up_days,
        }
    )


def _stage(
    spans: Sequence[Span],
    number: int,
    *,
    title: str,
    practice: Mapping[str, str],
    comparison: tuple[str, str],
    worth_it: str,
    groups: tuple[str, ...],
    cluster: str | None,
    start: date,
    follow_up: int,
) -> StageValues:
    (first, last), (held, held_to) = growth(spans, number - 1)
    treated, kept, span = last - first, held_to - held, spans[number - 1]
    before = first + held - span.held_from
    return StageValues(
        number=number,
        question=f"Does “{title}” do here what was predicted? Stage “{span.name}”.",
        changed=None if number == 1 else f"More customers: stage “{span.name}”.",
        practice=practice,
        practice_share=f"{treated}/{treated + kept}",
        comparison_label=comparison[0],
        comparison_role=comparison[1],
        comparison_share=f"{kept}/{treated + kept}",
        take=f"{treated + kept}/{BUCKETS - before}",
        cluster=cluster,
        worth_it=worth_it,
        groups=groups,
        start=start,
        follow_up=follow_up,
        end=start + timedelta(days=max(span.days, follow_up)),
    )


def _amount(measure: MeasurePlan, value: float) -> str:
    return f"{value * 1000:.10g} per 1000" if measure.is_rate else f"{value:.10g} each"


def _own(column: str, value: str) -> Condition:
    return Condition(column=column, comparison="in", values=(value,))


def _conditions(keep: Sequence[Condition], setting: Setting) -> tuple[tuple[str, Test], ...]:
    allowed: dict[str, Test] = {}
    bounds: dict[str, dict[str, Scalar]] = {}
    for one in keep:
        column = setting.here(one.column)
        if one.comparison == "in":
            allowed[column] = one.values
        else:
            bounds.setdefault(column, {})[one.comparison] = one.values[0]
    return tuple((bounds | allowed).items())
