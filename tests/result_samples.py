"""Results to lay out and to encode: made up, plausible, one for every verdict and edge. No number here was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pitcairn.evidence.facts import Check
from pitcairn.phrases import day as named
from pitcairn.phrases import several
from pitcairn.reading.following import PromisedRow, ScaleRow
from pitcairn.reading.result import (
    SCHEMA,
    ArmNote,
    ArmVerdict,
    Attempt,
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
WORDS: dict[Code, tuple[str, Mark, str]] = {
    "unsafe_to_read": ("Do not read", "bad", "Do not read this yet. 5,212 and 4,788 customers, not 5,000 each."),
    "too_early": ("Keep going", "neutral", "Keep going until 29 March 2026."),
    "harm": ("Stop", "bad", "Stop {}: Repeat orders changed by −31 orders per 1,000 customers."),
    "promote": ("Promote", "good", "Promote {}."),
    "adapt": ("Adapt", "watch", "{} gains enough, but is not shown safe on “Opt-outs”."),
    "not_worth_it": ("Stop: too small", "watch", "{} helps, but less than it must."),
    "no_difference": ("Stop: no gain", "watch", "{} makes no difference that matters. The lesson is kept."),
    "cannot_tell": (
        "Cannot tell",
        "neutral",
        "We cannot tell yet about {}: about 7,000 more customers would settle it.",
    ),
}
LEVEL, LINE = 0.106, 0.02
GAINS: dict[Code, tuple[float, float, int]] = {
    "unsafe_to_read": (0, 0.011, 5_000),
    "too_early": (0.031, 0.034, 1_400),
    "harm": (-0.031, 0.011, 5_000),
    "promote": (0.044, 0.011, 7_000),
    "adapt": (0.038, 0.011, 7_000),
    "not_worth_it": (0.009, 0.006, 20_000),
    "no_difference": (0.001, 0.008, 11_000),
    "cannot_tell": (0.014, 0.022, 1_500),
}
"""The first arm's gain, half its range, and so many customers an arm as make the range about so wide."""


MARGIN, HALF_APART = 0.002, 0.01
SMALL = "Fewer than 50 customers: not shown."
QUESTION = "Does a note about care bring first-time buyers back?"
ATTEMPT = Attempt(
    number=1,
    level=0.025,
    guardrail_level=0.05,
    spent=0.025,
    left=0.025,
    total=0.05,
    sentence="Attempt 1: judged at 2.5%; 2.5% of 5% spent, 2.5% left.",
)


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


def sizes(code: Code, count: int) -> list[int]:
    """Customers drawn to each arm, the comparison first."""
    if code == "unsafe_to_read":
        return [5_212, 4_788, 5_000, 5_000, 5_000, 5_000][: count + 1]
    return [GAINS[code][2] + 7 * slot for slot in range(count + 1)]


def counted(code: Code, drawn: int) -> int:
    """Those whose follow-up is over and who are in the reading."""
    return drawn // 2 if code == "too_early" else drawn


def arms(code: Code, count: int) -> tuple[ArmNote, ...]:
    return tuple(
        ArmNote(
            id=IDS[slot],
            label=LABELS[slot],
            role="treatment" if slot else "control",
            share_text=f"{100 / (count + 1):.1f}%".replace(".0%", "%"),
            slot=slot,
            assigned=drawn,
            counted=counted(code, drawn),
            pending=drawn - counted(code, drawn),
            practice=(
                ("Message", "“We kept your size”, with the three products bought most often together"),
                ("Channel", "E-mail"),
                ("When", "Nine days after the order"),
                ("How often", "Once"),
            )
            if slot
            else (),
        )
        for slot, drawn in enumerate(sizes(code, count))
    )


def checks(code: Code, count: int) -> tuple[Check, ...]:
    failed = code == "unsafe_to_read"
    drawn = [f"{size:,}" for size in sizes(code, count)]
    found = f"{several(drawn)} customers, {GAINS[code][2]:,} each planned."
    if failed:
        found = "5,212 and 4,788 customers, not 5,000 each."
    locked = f"Locked on 1 {'February' if code == 'too_early' else 'March'} 2026, unchanged."

    def check(id: str, name: str, gating: bool, state: Any, sentence: str) -> Check:
        return Check(id=id, name=name, gating=gating, state=state, sentence=sentence, value=None, limit=None)

    return (
        check("sizes", "Groups are the size that was drawn", True, "fail" if failed else "pass", found),
        check("one-arm", "Nobody is in two groups", True, "pass", f"0 of {sum(sizes(code, count)):,} customers."),
        check("plan", "The plan was not changed after launch", True, "pass", locked),
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


def stage(code: Code, count: int) -> Any:
    """A confirmation has one arm beside the comparison, and nothing else is promoted."""
    return "confirm" if code == "promote" or count == 1 else "explore"


def opt_outs(code: Code, arm: int) -> Shown:
    """Inside the margin for sure, but where the verdict is that this is not shown, or was looked at on the way."""
    return shown(0.0022, (0.0008 if code in ("adapt", "too_early") else 0.0001) + 0.00005 * arm, 0.0014, decimals=1)


def visits(effect: Shown) -> Shown:
    """Visits to the shop online, moving as the orders do."""
    return shown(0.21, round(effect.estimate * 1.2, 3), round((effect.high - effect.low) * 0.7, 3))


def spend(effect: Shown) -> Shown:
    """What they spend, moving as the orders do."""
    half = round((effect.high - effect.low) * 5, 2)
    return shown(0.65, round(effect.estimate * 9, 2), half, scale=1, decimals=2, symbol="$")


def moved(label: str, effect: Shown, unit: str) -> Bullet:
    mark: Mark = "good" if effect.low > 0 else "bad" if effect.high < 0 else "neutral"
    return Bullet(mark=mark, text=f"{label}: {effect.estimate_text} {unit} ({effect.range_text})")


def verdict(code: Code, arm: int, effect: Shown | None, count: int) -> ArmVerdict:
    word, mark, headline = WORDS[code]
    return ArmVerdict(
        arm=IDS[arm],
        code=code,
        word=word,
        mark=mark,
        headline=headline.format(f"“{LABELS[arm]}”"),
        big=f"{effect.estimate_text} orders per 1,000 customers" if effect else None,
        range_sentence=f"Likely between {effect.range_text.replace(' to ', ' and ')}. Worth it from +20."
        if effect
        else None,
        bullets=bullets(code, arm, effect, count) if effect else (),
    )


def bullets(code: Code, arm: int, effect: Shown, count: int) -> tuple[Bullet, ...]:
    held = opt_outs(code, arm).high <= MARGIN
    found = [
        moved("Looked at the shop online", visits(effect), "visits per 1,000 customers"),
        moved("Spend", spend(effect), "per customer"),
        Bullet(mark="good" if held else "watch", text=f"{int(held)} of 1 guardrails held"),
    ]
    if differs(code) and arm == 1:
        found.append(Bullet(mark="watch", text="It depends on the customer: see “Bought before”"))
    if code != "too_early":
        tests = promotion(code, arm, effect, count)
        met = sum(row.met for row in tests)
        mark: Mark = "good" if met == len(tests) else "neutral"
        found.append(Bullet(mark=mark, text=f"{met} of {len(tests)} promotion tests met"))
    return tuple(found)


def promotion(code: Code, arm: int, effect: Shown, count: int) -> tuple[PromotionRow, ...]:
    fresh = stage(code, count) == "confirm"
    held = opt_outs(code, arm).high <= MARGIN
    low = signed(effect.low * 1000)
    tests = (
        (
            "Confirmed on fresh customers",
            fresh,
            "Planned beforehand, on fresh customers." if fresh else "Not yet: this reading is an exploration.",
        ),
        (
            "A gain for sure, and worth having",
            code in ("promote", "adapt"),
            f"Gain of {effect.estimate_text}, at least {low}; the line is +20 orders per 1,000 customers.",
        ),
        ("The data can be trusted", True, "3 of the 3 checks that must pass did."),
        ("Every guardrail held", held, f"{int(held)} of 1 held."),
    )
    return tuple(PromotionRow(test=test, arm=IDS[arm], met=met, evidence=evidence) for test, met, evidence in tests)


def predicted(arm: int, effect: Shown) -> PredictionRow:
    found = round(effect.estimate, 6)
    match: Any = "lower" if found < 0.03 else "higher" if found > 0.06 else "inside"
    return PredictionRow(
        arm=IDS[arm],
        measure="orders",
        written="+30 to +60 orders per 1,000 customers",
        happened=f"{effect.estimate_text} ({effect.range_text})",
        match=match,
        word={"lower": "Lower", "higher": "Higher", "inside": "As predicted"}[match],
    )


def detail(code: Code, slot: int, effect: Shown | None) -> DetailRow:
    mean = LEVEL if effect is None else effect.treated
    ends = () if effect is None else (effect.estimate, effect.low, effect.high)
    relative = [f"{signed(value / LEVEL * 100, 1)}%" for value in ends]
    return DetailRow(
        measure="orders",
        where="All customers",
        arm=IDS[slot],
        customers=counted(code, GAINS[code][2] + 7 * slot),
        mean=f"{mean:.6g}",
        deviation=f"{(mean * (1 - mean)) ** 0.5:.6g}",
        difference=f"{ends[0]:.6g}" if ends else "",
        low=f"{ends[1]:.6g}" if ends else "",
        high=f"{ends[2]:.6g}" if ends else "",
        relative=f"{relative[0]} ({relative[1]} to {relative[2]})" if ends else "",
        p="",
        method="Welch" if ends else "",
    )


def measures(code: Code, effects: tuple[Shown, ...]) -> tuple[MeasureBlock, ...]:
    def rows(values: Any) -> tuple[EffectRow, ...]:
        return tuple(EffectRow(arm=IDS[arm], effect=value) for arm, value in enumerate(values, start=1))

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
            rows=rows(opt_outs(code, arm) for arm in range(1, len(effects) + 1)),
        ),
        MeasureBlock(
            id="opens",
            label="Looked at the shop online",
            role="signal",
            unit="visits per 1,000 customers",
            scale=1000.0,
            better="up",
            worth_it=None,
            worth_it_text=None,
            rows=rows(visits(effect) for effect in effects),
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
            rows=rows(spend(effect) for effect in effects),
        ),
    )


def guardrails(code: Code, count: int) -> tuple[GuardrailRow, ...]:
    found = []
    open_word = "Not yet shown safe" if code == "too_early" else "Not shown safe"
    for arm in range(1, count + 1):
        effect = opt_outs(code, arm)
        states: tuple[tuple[Any, str, Mark], ...] = (("held", "Held", "good"), ("not_shown_safe", open_word, "watch"))
        state, word, mark = states[effect.high > MARGIN]
        found.append(
            GuardrailRow(
                measure="opt-outs",
                arm=IDS[arm],
                margin=MARGIN,
                margin_text="+2 opt-outs per 1,000 customers",
                state=state,
                word=word,
                mark=mark,
                effect=effect,
                used_low=round(effect.low / MARGIN, 9),
                used_estimate=round(effect.estimate / MARGIN, 9),
                used_high=round(effect.high / MARGIN, 9),
            )
        )
    return tuple(found)


def differs(code: Code) -> bool:
    """Whether the first arm's groups clearly differ: where its gain is sure, all of them gain, some more."""
    return code in ("promote", "adapt")


def groups(code: Code, effects: tuple[Shown, ...]) -> tuple[GroupTable, ...]:
    def table(id: str, label: str, apart: float, names: tuple[str, ...]) -> GroupTable:
        rows = []
        for at, level in enumerate(names):
            for arm, effect in enumerate(effects, start=1):
                spread = apart if arm == 1 and differs(code) else 0.002
                gain = effect.estimate + spread * (1 - 2 * at / (len(names) - 1))
                half = (effect.high - effect.low) / 2 * 1.6
                size = (counted(code, GAINS[code][2] + 7 * arm) - 31) // len(names)
                rows.append(GroupRow(level=level, arm=IDS[arm], customers=size, effect=shown(LEVEL, gain, half)))
        small = [
            GroupRow(level="Not known", arm=IDS[arm], customers=None, effect=Withheld(why=SMALL))
            for arm in range(1, len(effects) + 1)
        ]
        clearly = apart > HALF_APART and differs(code)
        heading = f"Groups clearly differ for {LABELS[1]}" if clearly else "No clear difference between groups"
        arms = (IDS[1],) if clearly else ()
        return GroupTable(id=id, label=label, heading=heading, differs_for=arms, rows=tuple(rows + small))

    return (
        table("before", "Bought before", 0.018, ("Only once", "Twice or more")),
        table("place", "Where they live", 0.003, ("In town", "Within an hour", "Further away")),
    )


def opening(code: Code, effects: tuple[Shown, ...]) -> str:
    """The sentence under the headline."""
    if code == "unsafe_to_read":
        return QUESTION
    levels = [f"106 with “{LABELS[0]}”"]
    levels += [f"{effect.treated_text} with “{LABELS[arm]}”" for arm, effect in enumerate(effects, start=1)]
    return f"Repeat orders, out of every 1,000 customers: {several(levels)}."


def following(code: Code, count: int) -> tuple[str, str]:
    """What to do next, and the command for it."""
    name, which = f"“{LABELS[1]}”", f" --arm {IDS[1]}" if count > 1 else ""
    decide = f"pitcairn decide second-order{which}"
    stop = f"Decide whether {name} is stopped or reworked"
    return {
        "unsafe_to_read": (
            "Find the cause of the failed check and mend the data, then read again.",
            "pitcairn read second-order",
        ),
        "too_early": ("Read again when the follow-up is over, on 29 March 2026.", "pitcairn read second-order"),
        "harm": (f"Stop sending {name}, and record who decided so and why.", f"{decide} --decision stop"),
        "promote": (
            f"Decide whether to promote {name}; the rules recommend it, and the owner may not decide it.",
            f"{decide} --decision promote",
        ),
        "adapt": (
            f"Decide how to rework {name}: it gains enough, but is not shown safe on “Opt-outs”.",
            f"{decide} --decision rework",
        ),
        "not_worth_it": (f"{stop}: it gains less than it must.", decide),
        "no_difference": (f"{stop}: it makes no difference that matters.", decide),
        "cannot_tell": (f"Decide whether {name} is worth more customers, a rework, or an end.", decide),
    }[code]


def result(code: Code = "promote", treatments: int = 1) -> Result:
    """A whole reading; with several treatments, each has the same verdict."""
    gain, half, _ = GAINS[code]
    unsafe, early, confirms = code == "unsafe_to_read", code == "too_early", stage(code, treatments) == "confirm"
    effects = tuple(shown(LEVEL, gain + 0.004 * arm * (gain > LINE), half) for arm in range(treatments))
    numbered = tuple(enumerate(effects, start=1))
    verdicts = tuple(verdict(code, arm, None if unsafe else effect, treatments) for arm, effect in numbered)
    drawn = arms(code, treatments)
    what, command = following(code, treatments)
    left_out = (
        LeftOut(reason="opted out", count=1_204),
        LeftOut(reason="heard from us twice in the last 7 days", count=1_693),
    )
    pending = sum(arm.pending for arm in drawn)
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
        stage="confirm" if confirms else "explore",
        question=QUESTION,
        changed=(("One model beside the comparison, half and half", "To be promoted it must hold on fresh customers."),)
        if confirms
        else (("The note leaves on day 9, not day 3", "Readers said it came before the shoes were worn in."),),
        start="2026-02-02" if early else "2026-03-02",
        follow_up_days=28,
        end="2026-03-29",
        as_of="2026-03-16" if early else "2026-03-30",
        notices=(
            "Made-up customers: every number on this page is test data.",
            ATTEMPT.sentence
            if confirms
            else "An exploration: look as often as you like and rework the model freely. It never promotes; "
            "only a confirmation on fresh customers does.",
        ),
        headline=" ".join(dict.fromkeys(one.headline for one in verdicts)),
        lede=opening(code, effects),
        withheld=unsafe,
        arms=drawn,
        flow=Flow(
            in_scope=sum(arm.assigned for arm in drawn) + sum(one.count for one in left_out),
            left_out=left_out,
            drawn=sum(arm.assigned for arm in drawn),
            counted=sum(arm.counted for arm in drawn),
            pending=pending,
        ),
        verdicts=verdicts,
        health_headline="Not as it stands: “Groups are the size that was drawn” failed"
        if unsafe
        else "Yes: 4 of 6 checks passed; 1 gave a warning and 1 could not be made",
        health=checks(code, treatments),
        measures=() if unsafe else measures(code, effects),
        guardrails=() if unsafe else guardrails(code, treatments),
        groups=() if unsafe else groups(code, effects),
        predictions=() if unsafe else tuple(predicted(arm, effect) for arm, effect in numbered),
        promotion=()
        if unsafe
        else tuple(row for arm, effect in numbered for row in promotion(code, arm, effect, treatments)),
        limits=(
            "It is about one product line, Walking shoes. Another place has other customers, and may answer "
            "differently.",
            "Each customer was followed for 28 days; what happens later is not in here.",
            *([f"{pending:,} customers are still being followed, and not counted yet."] if pending else []),
        ),
        method=(
            "Estimand: the difference in the average per customer drawn (intention to treat).",
            "Ranges are two-sided 95% confidence intervals (Welch).",
        ),
        details=() if unsafe else (detail(code, 0, None), *(detail(code, arm, effect) for arm, effect in numbered)),
        next_sentence=what,
        next_command=command,
        provenance=Provenance(
            files=(FileFact(source="orders", name="data/orders.csv", bytes=4_213_993, sha256="0f" * 32),),
            rows=(("orders", 61_204),),
            plan_digest="9c" * 32,
            locked_at=f"2026-0{2 if early else 3}-01T16:20:00+00:00",
            locked_by="mara",
            ledger_head="a1" * 32,
            salt="second-order/3",
            versions=(("pitcairn", "0.1.0"), ("duckdb", "1.5.0")),
        ),
        attempt=ATTEMPT if confirms else None,
        stayed="Which customers can be drawn, the deciding measure, “Repeat orders”, with its worth-it line, "
        "the guardrail with its margin and the follow-up of 28 days.",
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
        stayed=None,
        attempt=None,
        verdicts=tuple(replace(one, bullets=()) for one in base.verdicts),
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
    rows, last = [], date.fromisoformat(base.end)
    start = last - timedelta(days=days + base.follow_up_days - 1)
    both = sum(one.counted for one in base.arms[:2])
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
                    day=(last - timedelta(days=days - at)).isoformat(),
                    time=part,
                    information=part,
                    customers=round(both * part),
                    z=2.0,
                    critical=3.0,
                    alarm=-3.0,
                    effect=shown(effect.control, effect.estimate + wobble, half),
                )
            )
    eve = start - timedelta(days=1)
    provenance = replace(base.provenance, locked_at=f"{eve}T16:20:00+00:00")
    health = [
        replace(one, sentence=f"Locked on {named(eve)}, unchanged.") if one.id == "plan" else one for one in base.health
    ]
    return replace(base, looks=tuple(rows), start=start.isoformat(), provenance=provenance, health=tuple(health))


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
