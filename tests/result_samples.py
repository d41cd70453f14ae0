"""Results to lay out and to encode: made up, plausible, one for every verdict and edge. No number here was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pitcairn.evidence.facts import Check
from pitcairn.reading.following import PromisedRow, ScaleRow
from pitcairn.reading.result import (
    SCHEMA,
    ArmNote,
    ArmVerdict,
    Bullet,
    Code,
    CostRow,
    DetailRow,
    EffectRow,
    FileFact,
    Flow,
    GroupRow,
    GroupTable,
    GuardrailRow,
    LeftOut,
    LookRow,
    Mark,
    MeasureBlock,
    PredictionRow,
    PromotionRow,
    Provenance,
    Result,
    Shown,
    StopRow,
    TwinRow,
    Withheld,
)

CODES: tuple[Code, ...] = (
    "unsafe_to_read",
    "too_early",
    "harm",
    "promote",
    "adapt",
    "not_worth_it",
    "no_difference",
    "cannot_tell",
)
LABELS = ("Sent nothing", "A note from the shop", "A voucher by post", "A call", "A birthday card", "A sample")
IDS = ("none", "note", "voucher", "call", "card", "sample")
WORDS: dict[Code, tuple[str, Mark, str, float, float]] = {
    "unsafe_to_read": ("Do not read", "bad", "Do not read this yet. 5,212 and 4,788 customers, not 5,000 each.", 0, 0),
    "too_early": ("Keep going", "neutral", "Keep going until 29 March 2026.", 0.031, 0.034),
    "harm": ("Stop", "bad", "Stop “{}”: Repeat orders changed by −31 orders per 1,000 customers.", -0.031, 0.011),
    "promote": ("Promote", "good", "Promote “{}”.", 0.044, 0.011),
    "adapt": ("Adapt", "watch", "“{}” gains enough, but is not shown safe on “Opt-outs”.", 0.038, 0.011),
    "not_worth_it": ("Stop: too small", "watch", "“{}” helps, but less than it must.", 0.009, 0.006),
    "no_difference": ("Stop: no gain", "watch", "“{}” makes no difference that matters.", 0.001, 0.008),
    "cannot_tell": ("Cannot tell", "neutral", "We cannot tell yet about “{}”.", 0.014, 0.022),
}


def signed(value: float, decimals: int = 0, symbol: str = "") -> str:
    text = f"{abs(value):,.{decimals}f}"
    return f"{'' if not float(text.replace(',', '')) else '−' if value < 0 else '+'}{symbol}{text}"


def shown(
    control: float, estimate: float, half: float, *, scale: float = 1000, decimals: int = 0, symbol: str = ""
) -> Shown:
    low, high = estimate - half, estimate + half

    def text(value: float) -> str:
        return signed(value * scale, decimals, symbol)

    return Shown(
        control=round(control, 9),
        treated=round(control + estimate, 9),
        estimate=round(estimate, 9),
        low=round(low, 9),
        high=round(high, 9),
        control_text=f"{symbol}{control * scale:,.{decimals}f}",
        treated_text=f"{symbol}{(control + estimate) * scale:,.{decimals}f}",
        estimate_text=text(estimate),
        range_text=f"{text(low)} to {text(high)}",
    )


def arms(count: int) -> tuple[ArmNote, ...]:
    return tuple(
        ArmNote(
            id=IDS[slot],
            label=LABELS[slot],
            role="treatment" if slot else "control",
            share_text=f"{100 / (count + 1):.1f}%",
            slot=slot,
            assigned=5000 + 7 * slot,
            counted=4980 + 7 * slot,
            pending=0,
            practice=(
                ("Message", "“We kept your size”, with the three products bought most often together"),
                ("Channel", "E-mail"),
                ("When", "Nine days after the order"),
                ("How often", "Once"),
            )
            if slot
            else (),
        )
        for slot in range(count + 1)
    )


def checks(failed: bool = False) -> tuple[Check, ...]:
    sizes = "5,212 and 4,788 customers, not 5,000 each." if failed else "5,000 and 5,007 customers, 5,000 each planned."

    def check(id: str, name: str, gating: bool, state: Any, sentence: str) -> Check:
        return Check(id=id, name=name, gating=gating, state=state, sentence=sentence, value=None, limit=None)

    return (
        check("sizes", "Groups are the size that was drawn", True, "fail" if failed else "pass", sizes),
        check("one-arm", "Nobody is in two groups", True, "pass", "0 of 10,007 customers."),
        check("plan", "The plan was not changed after launch", True, "pass", "Locked on 1 March 2026, unchanged."),
        check(
            "alike",
            "Groups were alike before the start",
            False,
            "warn",
            "Largest gap: 0.12 standard deviations; the limit is 0.10.",
        ),
        check("complete", "The data is complete", False, "pass", "No counted customer lacks a value."),
        check("reached", "The message arrived", False, "unchecked", "No source says who was reached."),
    )


def verdict(code: Code, arm: int, effect: Shown | None) -> ArmVerdict:
    word, mark, headline, _, _ = WORDS[code]
    return ArmVerdict(
        arm=IDS[arm],
        code=code,
        word=word,
        mark=mark,
        headline=headline.format(LABELS[arm]),
        big=f"{effect.estimate_text} orders per 1,000 customers" if effect else None,
        range_sentence=f"Likely between {effect.range_text.replace(' to ', ' and ')}. Worth it from +20."
        if effect
        else None,
        bullets=(
            Bullet(mark="good", text=f"Spend: +$0.{40 + arm} per customer (+$0.12 to +$0.{70 + arm})"),
            Bullet(mark="watch", text=f"{arm % 2 + 1} of 2 guardrails held"),
            Bullet(mark="neutral", text=f"{2 + arm % 3} of 4 promotion tests met"),
        )
        if effect
        else (),
    )


def measures(effects: tuple[Shown | Withheld, ...]) -> tuple[MeasureBlock, ...]:
    def rows(values: Any) -> tuple[EffectRow, ...]:
        return tuple(EffectRow(arm=IDS[arm], effect=value) for arm, value in enumerate(values, start=1))

    several = range(1, len(effects) + 1)
    return (
        MeasureBlock(
            id="orders",
            label="Repeat orders",
            role="deciding",
            unit="orders per 1,000 customers",
            scale=1000.0,
            better="up",
            worth_it=0.02,
            worth_it_text="+20 orders per 1,000 customers",
            rows=rows(effects),
        ),
        MeasureBlock(
            id="opt-outs",
            label="Opt-outs",
            role="guardrail",
            unit="opt-outs per 1,000 customers",
            scale=1000.0,
            better="down",
            worth_it=None,
            worth_it_text=None,
            rows=rows(shown(0.0022, 0.0004 * arm, 0.0014, decimals=1) for arm in several),
        ),
        MeasureBlock(
            id="opens",
            label="Opened the message",
            role="signal",
            unit="openings per 1,000 customers",
            scale=1000.0,
            better="up",
            worth_it=None,
            worth_it_text=None,
            rows=rows(shown(0.21, 0.035 * arm, 0.03) for arm in several),
        ),
        MeasureBlock(
            id="spend",
            label="Spend",
            role="watch",
            unit="per customer",
            scale=1.0,
            better="up",
            worth_it=None,
            worth_it_text=None,
            rows=rows(shown(0.65, 0.4 + arm / 100, 0.29, scale=1, decimals=2, symbol="$") for arm in several),
        ),
    )


def guardrails(count: int) -> tuple[GuardrailRow, ...]:
    found = []
    for arm in range(1, count + 1):
        effect = shown(0.0022, 0.0004 * arm, 0.0014, decimals=1)
        states: tuple[tuple[Any, str, Mark], ...] = (
            ("held", "Held", "good"),
            ("not_shown_safe", "Not shown safe", "watch"),
        )
        state, word, mark = states[effect.high > 0.002]
        found.append(
            GuardrailRow(
                measure="opt-outs",
                arm=IDS[arm],
                margin=0.002,
                margin_text="+2 opt-outs per 1,000 customers",
                state=state,
                word=word,
                mark=mark,
                effect=effect,
                used_low=round(effect.low / 0.002, 9),
                used_estimate=round(effect.estimate / 0.002, 9),
                used_high=round(effect.high / 0.002, 9),
            )
        )
    return tuple(found)


def groups(count: int) -> tuple[GroupTable, ...]:
    def table(id: str, label: str, differs: bool, levels: tuple[tuple[str, float], ...]) -> GroupTable:
        rows = [
            GroupRow(level=level, arm=IDS[arm], customers=1800 - 90 * arm, effect=shown(0.1, gain / arm, 0.028))
            for level, gain in levels
            for arm in range(1, count + 1)
        ]
        small = [
            GroupRow(
                level="Not known",
                arm=IDS[arm],
                customers=None,
                effect=Withheld(why="Fewer than 50 customers: not shown."),
            )
            for arm in range(1, count + 1)
        ]
        heading = f"Groups clearly differ for {LABELS[1]}" if differs else "No clear difference between groups"
        arms = (IDS[1],) if differs else ()
        return GroupTable(id=id, label=label, heading=heading, differs_for=arms, rows=tuple(rows + small))

    return (
        table("before", "Bought before", True, (("Only once", 0.081), ("Twice or more", 0.012))),
        table(
            "place", "Where they live", False, (("In town", 0.041), ("Within an hour", 0.046), ("Further away", 0.039))
        ),
    )


def result(code: Code = "promote", treatments: int = 1) -> Result:
    """A whole reading; with several treatments, each has the same verdict."""
    _, _, _, gain, half = WORDS[code]
    unsafe = code == "unsafe_to_read"
    effects = tuple(shown(0.106, gain + 0.004 * arm * (gain > 0.02), half) for arm in range(treatments))
    verdicts = tuple(verdict(code, arm, None if unsafe else effects[arm - 1]) for arm in range(1, treatments + 1))
    several = range(1, treatments + 1)
    return Result(
        schema=SCHEMA,
        program="After the first order",
        purpose="Customers who bought once find a reason to come back",
        currency="USD",
        simulated="Made-up customers: every number on this page is test data.",
        pilot="second-order",
        title="A reason for a second order",
        owner="Mara, customer care",
        scope="Product line: Walking shoes",
        challenge="nurture",
        audience="Bought walking shoes once, three to six months ago",
        behaviour="Order a second time within four weeks",
        number=3,
        stage="confirm",
        question="Does a note about care bring first-time buyers back?",
        changed=(("The note leaves on day 9, not day 3", "Readers said it came before the shoes were worn in."),),
        start="2026-03-02",
        follow_up_days=28,
        end="2026-03-29",
        as_of="2026-03-16" if code == "too_early" else "2026-03-30",
        notices=(
            "Made-up customers: every number on this page is test data.",
            "Attempt 1: judged at 2.50%; 2.50% of 5% spent.",
        ),
        headline=" ".join(dict.fromkeys(one.headline for one in verdicts)),
        lede="Does a note about care bring first-time buyers back?"
        if unsafe
        else "Repeat orders, out of every 1,000 customers: 106 with “Sent nothing” and "
        + ", ".join(f"{effect.treated_text} with “{LABELS[arm]}”" for arm, effect in enumerate(effects, start=1))
        + ".",
        withheld=unsafe,
        arms=arms(treatments),
        flow=Flow(
            in_scope=40_000,
            left_out=(
                LeftOut(reason="opted out", count=1_204),
                LeftOut(reason="heard from us twice in the last 7 days", count=1_693),
            ),
            drawn=sum(arm.assigned for arm in arms(treatments)),
            counted=sum(arm.counted for arm in arms(treatments)),
            pending=0,
        ),
        verdicts=verdicts,
        health_headline="Not as it stands: “Groups are the size that was drawn” failed"
        if unsafe
        else "Yes: 4 of 6 checks passed, 1 with a warning and 1 could not be checked",
        health=checks(unsafe),
        measures=() if unsafe else measures(effects),
        guardrails=() if unsafe else guardrails(treatments),
        groups=() if unsafe else groups(treatments),
        predictions=()
        if unsafe
        else tuple(
            PredictionRow(
                arm=IDS[arm],
                measure="orders",
                written="+30 to +60 orders per 1,000 customers",
                happened=f"{effects[arm - 1].estimate_text} ({effects[arm - 1].range_text})",
                match="inside",
                word="As predicted",
            )
            for arm in several
        ),
        promotion=()
        if unsafe
        else tuple(
            PromotionRow(test=test, arm=IDS[arm], met=met, evidence=evidence)
            for arm in several
            for test, met, evidence in (
                ("Confirmed on fresh customers", True, "Planned beforehand, on fresh customers."),
                (
                    "A gain for sure, and worth having",
                    code == "promote",
                    "At least +33; the line is +20.",
                ),
                ("Every guardrail held", arm < 2, f"{arm % 2} of 1."),
            )
        ),
        limits=(
            "It is about one product line, Walking shoes. Another place may answer differently.",
            "Each customer was followed for 28 days; what happens later is not in here.",
        ),
        method=(
            "Estimand: the difference in the average per customer drawn (intention to treat).",
            "Ranges are two-sided 95% confidence intervals (Welch).",
        ),
        details=()
        if unsafe
        else tuple(
            DetailRow(
                measure="orders",
                where="All customers",
                arm=IDS[arm],
                customers=4980 + 7 * arm,
                mean="0.106112",
                deviation="0.307998",
                difference="0.0441233" if arm else "",
                low="0.0331004" if arm else "",
                high="0.0551462" if arm else "",
                relative="+12.0% (+3.0% to +21.9%)" if arm else "",
                p="",
                method="Welch" if arm else "",
            )
            for arm in range(treatments + 1)
        ),
        next_sentence="Find the cause of the failed check and mend the data, then read again."
        if unsafe
        else "Write pilots/second-order/iteration-4.yaml: say what changes and why.",
        next_command="pitcairn read second-order" if unsafe else "pitcairn check second-order",
        provenance=Provenance(
            files=(FileFact(source="orders", name="data/orders.csv", bytes=4_213_993, sha256="0f" * 32),),
            rows=(("orders", 61_204),),
            plan_digest="9c" * 32,
            locked_at="2026-03-01T16:20:00+00:00",
            locked_by="mara",
            ledger_head="a1" * 32,
            salt="second-order/3",
            versions=(("pitcairn", "0.1.0"), ("duckdb", "1.5.0")),
        ),
    )


def relabelled(base: Result, labels: tuple[str, ...]) -> Result:
    """The same reading with other names for its arms."""
    return replace(base, arms=tuple(replace(arm, label=label) for arm, label in zip(base.arms, labels, strict=True)))


def bare() -> Result:
    """The least a reading can hold: one arm, one measure, no guardrail, no group, no history, drawn by others."""
    base = result("cannot_tell")
    return replace(
        base,
        simulated=None,
        stage="explore",
        changed=(),
        notices=(),
        flow=replace(base.flow, in_scope=None, left_out=()),
        measures=base.measures[:1],
        guardrails=(),
        groups=(),
        predictions=(),
        promotion=(),
        details=(),
    )


def with_looks(base: Result, days: int = 28) -> Result:
    """The same reading with a look a day, the range narrowing as customers come in."""
    rows = []
    for arm in (one.id for one in base.arms if one.slot):
        effect = next(row.effect for row in base.measures[0].rows if row.arm == arm)
        assert isinstance(effect, Shown)
        for at in range(1, days + 1):
            part = at / days
            wobble = 0.02 * (1 - part) * (1 if at % 3 else -1)
            half = (effect.high - effect.low) / 2 * 1.5 / part**0.5
            rows.append(
                LookRow(
                    arm=arm,
                    day=(date(2026, 3, 15) + timedelta(days=at)).isoformat(),
                    time=part,
                    information=part,
                    customers=at * 350,
                    z=2.0,
                    critical=3.0,
                    alarm=-3.0,
                    effect=shown(effect.control, effect.estimate + wobble, half),
                )
            )
    return replace(base, looks=tuple(rows))


def with_extras(base: Result) -> Result:
    """The same reading with what may stand beside it: costs, effects counted otherwise, a promised number, a test."""
    effect = next(row.effect for row in base.measures[0].rows if row.arm == IDS[1])
    stopped = "Looks allowed for: the test passed on 29 March 2026; one-sided p-value 0.001."
    twins: tuple[tuple[Any, str, Shown | Withheld, bool | None, str], ...] = (
        ("unadjusted", "Not adjusted for the value before", effect, True, "Same answer"),
        ("within_groups", "Within levels of Bought before", effect, False, "Another answer"),
        ("uncapped", "Without the cap", Withheld(why="Nobody reached the cap."), None, "Nobody reached the cap."),
    )
    return replace(
        base,
        method=(*base.method, stopped),
        at_scale=(
            ScaleRow(
                arm=IDS[1],
                sentence="If 100,000 such customers got it, expect about 3,500 more orders (1,800 to 5,100).",
            ),
        ),
        costs=(
            CostRow(
                measure="orders",
                arm=IDS[1],
                kind="price",
                extra=0.4,
                estimate=9.1,
                low=7.3,
                high=12.1,
                text="Extra orders: $9.10 each ($7.30 to $12.10)",
            ),
        ),
        twins=tuple(
            TwinRow(measure="orders", arm=IDS[1], kind=kind, label=label, effect=found, agrees=agrees, word=word)
            for kind, label, found, agrees, word in twins
        ),
        promised=(
            PromisedRow(
                arm=IDS[1],
                model="0" * 64,
                relative=0.4,
                variance=0.01,
                estimate=0.3,
                low=0.1,
                high=0.5,
                estimate_text="+35",
                range_text="+18 to +51",
                raw_text="+44",
                sentence="Promise +35 orders per 1,000 customers, likely between +18 and +51; +44 was measured.",
                why="What looks best looks a little better than it is, so the number to promise is drawn in.",
            ),
        ),
        stops=(
            StopRow(
                arm=IDS[1],
                day="2026-03-29",
                passed=True,
                p=0.001,
                estimate=0.043,
                low=0.03,
                high=0.05,
                confidence=0.95,
                sentence=stopped,
            ),
        ),
    )
