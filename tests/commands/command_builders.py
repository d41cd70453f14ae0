"""A result with every kind of row, as the reading room would make it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pitcairn.evidence.facts import Check
from pitcairn.iteration.outcomes import Taken
from pitcairn.reading.result import (
    SCHEMA,
    ArmNote,
    ArmVerdict,
    EffectRow,
    Flow,
    GroupTable,
    GuardrailRow,
    MeasureBlock,
    PromotionRow,
    Provenance,
    Result,
    Shown,
    Withheld,
)

ANSWERS = (
    "--product-line", "coffee", "--behaviour", "order again", "--barrier", "they forget", "--benefit", "fresh coffee",
    "--worth-it", "20 per 1000", "--guardrail", "unsubscribed=2 per 1000", "--arm", "A note",
)  # fmt: skip
"""The answers that only a person can give."""


def arm(id: str, label: str, role: str, slot: int) -> ArmNote:
    return ArmNote(
        id=id,
        label=label,
        role=role,  # type: ignore[arg-type]
        share_text="1/3",
        slot=slot,
        assigned=1000,
        counted=1000,
        pending=0,
        practice=(),
    )


def shown(estimate: str, likely: str) -> Shown:
    return Shown(
        control=0.106,
        treated=0.183,
        estimate=0.077,
        low=0.065,
        high=0.088,
        control_text="106",
        treated_text="183",
        estimate_text=estimate,
        range_text=likely,
    )


def result() -> Result:
    visits = MeasureBlock(
        id="visit",
        label="Visits to the website",
        role="deciding",
        unit="visits per 1,000 customers",
        scale=1000,
        better="up",
        worth_it=0.02,
        worth_it_text="+20 visits per 1,000 customers",
        rows=(
            EffectRow(arm="mens", effect=shown("+77", "+65 to +88")),
            EffectRow(arm="womens", effect=Withheld(why="Fewer than 30 customers answered.")),
        ),
    )
    complaint = GuardrailRow(
        measure="complaint",
        arm="womens",
        margin=0.001,
        margin_text="+1 per 1,000",
        state="not_shown_safe",
        word="Not shown safe",
        mark="watch",
        effect=shown("+1", "−1 to +2"),
        used_low=-1.0,
        used_estimate=1.0,
        used_high=2.0,
    )
    return Result(
        schema=SCHEMA,
        program="Mail",
        purpose="Find out.",
        currency="USD",
        simulated=None,
        pilot="category-email",
        title="Category e-mail",
        owner="CRM",
        scope="Product line: Men's goods",
        challenge="engage",
        audience="All",
        behaviour="visit",
        number=3,
        stage="explore",
        question="Does it help?",
        changed=(),
        start="2026-03-02",
        follow_up_days=14,
        end="2026-03-17",
        as_of="2026-03-16",
        notices=("An exploration never promotes.",),
        headline="Promote.",
        lede="Out of every 1,000 customers ...",
        withheld=False,
        arms=(
            arm("none", "Sent nothing", "control", 0),
            arm("mens", "Men's e-mail", "treatment", 1),
            arm("womens", "Women's e-mail", "treatment", 2),
        ),
        flow=Flow(in_scope=3000, left_out=(), drawn=3000, counted=3000, pending=0),
        verdicts=(
            _verdict("mens", "promote", "Promote", "good", "Promote “Men's e-mail”."),
            _verdict("womens", "adapt", "Adapt", "watch", "“Women's e-mail” is not shown safe on “Complaints”."),
        ),
        health_headline="Yes: 7 of 8 checks passed",
        health=(
            Check(id="a", name="Group sizes", gating=True, state="pass", sentence="As drawn.", value=1, limit=2),
            Check(id="b", name="Missing", gating=False, state="warn", sentence="2 % have none.", value=1, limit=2),
        ),
        measures=(visits,),
        guardrails=(replace(complaint, arm="mens", state="held", word="Held", mark="good"), complaint),
        groups=(
            GroupTable(id="g", label="Home", heading="No clear difference between groups", differs_for=(), rows=()),
        ),
        predictions=(),
        promotion=(
            PromotionRow(test="Above the line", arm="mens", met=True, evidence="at least +65"),
            PromotionRow(test="Confirmed", arm="mens", met=False, evidence="not yet"),
        ),
        limits=(),
        method=(),
        details=(),
        next_sentence="Confirm it on fresh customers.",
        next_command="pitcairn check category-email",
        provenance=Provenance(
            files=(),
            rows=(),
            plan_digest="0" * 64,
            locked_at="2026-03-01T00:00:00+00:00",
            locked_by="CRM",
            ledger_head="0" * 64,
            salt=None,
            versions=(),
        ),
    )


def _verdict(arm: str, code: str, word: str, mark: str, headline: str) -> ArmVerdict:
    return ArmVerdict(
        arm=arm,
        code=code,  # type: ignore[arg-type]
        word=word,
        mark=mark,  # type: ignore[arg-type]
        headline=headline,
        big="+77 visits per 1,000",
        range_sentence=None,
        bullets=(),
    )


def taken(made: Result) -> Taken:
    return Taken(
        result=made,
        result_file=Path("results/category-email/iteration-3.json").absolute(),
        report_file=Path("reports/category-email/iteration-3.html").absolute(),
        dry_run=False,
    )


def withheld(made: Result) -> Result:
    verdict = _verdict("mens", "unsafe_to_read", "Do not read", "bad", "Do not read this yet. Group sizes are off.")
    return replace(made, withheld=True, measures=(), guardrails=(), groups=(), verdicts=(verdict,))
