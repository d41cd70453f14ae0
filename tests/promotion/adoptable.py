"""A pack's contents, made from the corner shop's pilot: what a promotion there would hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from iteration.small_shop import a_shop
from pitcairn.design.plan import Condition, Plan
from pitcairn.design.resolve import resolve
from pitcairn.promotion.contents import (
    SCHEMA,
    Claim,
    ContactPolicy,
    Contents,
    Cost,
    Estimate,
    GroupEvidence,
    GuardrailEvidence,
    Identity,
    Model,
    Parameter,
    Practice,
    Requirements,
    RolloutPlan,
    SourceNeed,
    Stage,
    Targeting,
    Wave,
)
from pitcairn.spec.load import load

STAGES = (
    Stage(name="smoke", treat=0.05, control=0.05, days=14, smallest=100, gate="safety", approval=("owner",)),
    Stage(name="half", treat=0.25, control=0.15, days=14, smallest=200, gate="safety", approval=("owner",)),
    Stage(name="read", treat=0.75, control=0.25, days=14, smallest=400, gate="final", approval=("owner", "analyst")),
)
WAVES = (
    Wave(name="test of scale-up", places=2, share=None, choose="most_different"),
    Wave(name="widen", places=None, share=0.25, choose="random"),
    Wave(name="full", places=None, share=1.0, choose="all"),
)


def plan_of_the_shop(root: Path) -> Plan:
    return resolve(load(a_shop(root), "note", 1))


def contents(plan: Plan, *, town: float = 0.20, land: float = 0.16, **changes: object) -> Contents:
    """A note that was proven in town and land alike, at 10 % visits before and 12 % after."""
    model = Model(
        targeting=Targeting(
            customer=plan.customer,
            keep=(Condition(column="visited", comparison="at_least", values=(0,)),),
            place=(),
        ),
        practice=Practice(
            label="A note",
            message="Fresh bread at [[shop_name]], {{ first_name }}.",
            channel="note",
            when="[[hour]] o'clock",
            how_often="once",
            offer=None,
            instead="As today",
            instead_role="control",
            follow_up_days=14,
        ),
        contact_policy=ContactPolicy(opt_out=plan.opt_out, caps=(), channel="note", most_contacts=1, within_days=14),
        parameters=(
            Parameter(name="offer", kind="core", label="Offer", value="none"),
            Parameter(name="hour", kind="adaptable", label="Hour", value=18, low=16, high=20, tested=(17, 18)),
            Parameter(name="shop_name", kind="local", label="The shop's name", value=None),
        ),
    )
    raw = Estimate(log_ratio=0.18, variance=0.06**2)
    made = Contents(
        schema=SCHEMA,
        identity=Identity(
            name="bread-note",
            version="1.0.0",
            title="A note with the bread",
            summary="A note in the bag brings people back",
            program=plan.program,
            pilot=plan.pilot,
            arm="note",
            scope_kind="product_line",
            scope="bread",
            scope_label="Bread",
            challenge=plan.challenge,
            owner=plan.owner,
            simulated=None,
            promoted_at="2026-05-01T12:00:00+00:00",
            valid_until="2027-05-01",
            license="CC-BY-4.0",
        ),
        model=model,
        core_digest=model.core_digest,
        claim=Claim(
            measure="visit",
            label="Visits",
            unit="visits",
            better="up",
            estimand="Visits within 14 days of people who bought bread, against as today.",
            control=0.10,
            treated=0.12,
            control_text="100",
            treated_text="120",
            estimate_text="+20",
            range_text="+7 to +32",
            worth_it=0.005,
            worth_it_text="5 per 1,000",
            raw=raw,
            shrunk=Estimate(log_ratio=0.14, variance=0.053**2),
            anchor=0.15,
            customers_control=10000,
            customers_treated=10000,
            iteration=3,
            as_of="2026-04-30",
        ),
        measures=plan.measures,
        groups=plan.groups,
        by_group=tuple(
            GroupEvidence(
                group="area",
                level=level,
                customers=10000,
                share=0.5,
                effect=Estimate(log_ratio=effect, variance=2 * 0.06**2),
                why=None,
            )
            for level, effect in (("town", town), ("land", land))
        ),
        guardrails=(
            GuardrailEvidence(
                measure="complaint",
                label="Complaints",
                margin=0.01,
                margin_text="10 per 1,000",
                state="held",
                estimate_text="0",
                range_text="−1 to +1",
            ),
        ),
        tests=(),
        iterations=(),
        requirements=Requirements(
            sources=(
                SourceNeed(
                    id="customers",
                    kind="wide",
                    columns=("id", "area", "visited", "opted_out"),
                    absent="missing",
                    customer=True,
                    time=False,
                ),
                SourceNeed(
                    id="outcomes",
                    kind="wide",
                    columns=("id", "visit", "complaint"),
                    absent="missing",
                    customer=True,
                    time=False,
                ),
            ),
            population="customers",
            channels=("note",),
            smallest_audience=500,
            also=(),
        ),
        conflicts=(),
        cost=Cost(currency="USD", per_contact=0.02, fixed_per_place=50, value_per_outcome=None, pilot_only=()),
        assets=(),
        rollout=RolloutPlan(
            waves=WAVES, stages=STAGES, holdout=0.1, holdout_months=12, rollback=("Stop drawing new customers.",)
        ),
        out_of_scope=(),
        decided_by="grace",
        decided_why="It works.",
        ledger_head="0" * 64,
    )
    return replace(made, **changes)  # type: ignore[arg-type]
