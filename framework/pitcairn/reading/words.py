"""The sentences of a reading: headlines, cards, notices, limits, method. Made once, here, from one set of facts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri

from pitcairn.design.budget import TOTAL, level, spent
from pitcairn.design.plan import ArmPlan, Plan
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.evidence.facts import Check, Facts
from pitcairn.reading.effects import MeasureEffects, Outcome
from pitcairn.reading.lock import Lock
from pitcairn.reading.numbers import Display, count, day, display_for, percent, several, written
from pitcairn.reading.result import ArmVerdict, Bullet, Code, GroupTable, GuardrailRow, Mark, PromotionRow
from pitcairn.reading.verdict import INTERIM_CONFIDENCE, gain

WORDS: dict[Code, tuple[str, Mark]] = {
    "unsafe_to_read": ("Do not read", "bad"),
    "too_early": ("Keep going", "neutral"),
    "harm": ("Stop", "bad"),
    "promote": ("Promote", "good"),
    "adapt": ("Adapt", "watch"),
    "not_worth_it": ("Stop: too small", "watch"),
    "no_difference": ("Stop: no gain", "watch"),
    "cannot_tell": ("Cannot tell", "neutral"),
}
NINE_IN_TEN = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the sentences about one reading are made from."""

    plan: Plan
    lock: Lock
    facts: Facts
    effects: tuple[MeasureEffects, ...]
    guardrails: tuple[GuardrailRow, ...]
    groups: tuple[GroupTable, ...]
    promotion: tuple[PromotionRow, ...]
    checks: tuple[Check, ...]

    @property
    def display(self) -> Display:
        """How the deciding measure is shown."""
        return display_for(self.plan, self.plan.deciding, list(self.effects[0].by_arm.values()))


def arm_verdict(told: Told, arm: ArmPlan, code: Code) -> ArmVerdict:
    """One card: tag, headline, the big number with its range, and the bullets under it."""
    word, mark = WORDS[code]
    outcome = told.effects[0].by_arm[arm.id] if told.effects else NotAvailable(why="Withheld.")
    shown = isinstance(outcome, Effect) and code != "unsafe_to_read"
    return ArmVerdict(
        arm=arm.id,
        code=code,
        word=word,
        mark=mark,
        headline=_headline(told, arm, code, outcome),
        big=told.display.amount(outcome.estimate) if shown and isinstance(outcome, Effect) else None,
        range_sentence=_range_sentence(told, outcome) if shown and isinstance(outcome, Effect) else None,
        bullets=() if code == "unsafe_to_read" else tuple(_bullets(told, arm, code)),
    )


def headline(verdicts: tuple[ArmVerdict, ...]) -> str:
    """The page's first sentence: what to do, arm by arm; one sentence where all arms share it."""
    sentences = list(dict.fromkeys(verdict.headline for verdict in verdicts))
    return " ".join(sentences)


def lede(told: Told) -> str:
    """The deciding measure in natural frequencies, the comparison first."""
    deciding = told.plan.deciding
    known = [(arm, told.effects[0].by_arm[arm.id]) for arm in told.plan.treatments] if told.effects else []
    effects = [(arm, outcome) for arm, outcome in known if isinstance(outcome, Effect)]
    if not effects:
        return told.plan.question
    display = told.display
    levels = [(told.plan.comparison.label, effects[0][1].control)] + [(arm.label, one.treated) for arm, one in effects]
    if deciding.is_rate:
        parts = [f"{display.level(value)} with “{label}”" for label, value in levels]
        return f"{deciding.label}, out of every 1,000 customers: {several(parts)}."
    parts = [f"{display.level(value)} with “{label}”" for label, value in levels]
    return f"{deciding.label}, {display.unit}: {several(parts)}."


def notices(plan: Plan, lock: Lock) -> tuple[str, ...]:
    """What must be said before anything else."""
    found = [plan.simulated] if plan.simulated else []
    if lock.retrospective:
        found.append(
            f"Looking back: this plan was locked on {day(lock.at.date())}, after the outcomes existed. "
            "Such a reading can teach; it never promotes."
        )
    elif plan.stage == "explore":
        found.append(
            "An exploration: look as often as you like and rework the model freely. It never promotes; "
            "only a confirmation on fresh customers does."
        )
    if lock.attempt is not None:
        found.append(
            f"Attempt {lock.attempt}: judged at {percent(level(lock.attempt), 2)}; "
            f"{percent(spent(lock.attempt), 2)} of {percent(TOTAL)} spent."
        )
    return tuple(found)


def health_headline(checks: tuple[Check, ...]) -> str:
    """`Yes: 8 of 8 checks passed`, or what is wrong."""
    failed = [check.name for check in checks if check.state == "fail"]
    if failed:
        return f"Not as it stands: {several([f'“{name}”' for name in failed])} failed"
    passed = sum(check.state == "pass" for check in checks)
    warned = sum(check.state == "warn" for check in checks)
    unchecked = sum(check.state == "unchecked" for check in checks)
    rest = [f"{warned} with a warning"] if warned else []
    rest += [f"{unchecked} could not be checked"] if unchecked else []
    return f"Yes: {passed} of {len(checks)} checks passed" + (f", {several(rest)}" if rest else "")


def limits(told: Told) -> tuple[str, ...]:
    """What this reading cannot say."""
    plan = told.plan
    kind = "product line" if plan.scope_kind == "product_line" else "location"
    found = [
        f"It is about one {kind}, {plan.scope_label}. Another place has other customers, and may answer differently.",
        f"Each customer was followed for {plan.follow_up_days} days; what happens later is not in here.",
    ]
    pending = sum(arm.pending for arm in told.facts.arms)
    if pending:
        found.append(f"{count(pending)} customers' follow-up is not over yet; they are not counted.")
    if plan.groups:
        found.append("Groups are shown to learn from. A group that wins needs a confirmation of its own.")
    if len(plan.treatments) > 1 and plan.stage == "explore":
        found.append("With several arms, the best-looking one looks a little better than it is.")
    return tuple(found)


def method(told: Told) -> tuple[str, ...]:
    """For analysts: estimand, ranges, rules, corrections."""
    plan = told.plan
    names = sorted(
        {outcome.method for item in told.effects for outcome in item.by_arm.values() if isinstance(outcome, Effect)}
    )
    found = [
        "Estimand: the difference in the average per customer drawn (intention to treat) between an arm and "
        f"“{plan.comparison.label}”, over {plan.follow_up_days} days from each customer's own start.",
        f"Ranges are two-sided {percent(plan.confidence)} confidence intervals"
        + (f" ({several(names)})." if names else "."),
        "Verdict: at the planned end the deciding range is held against zero and the worth-it line; before it, only "
        f"harm is called, from a {percent(INTERIM_CONFIDENCE, 2)} interval.",
        "A guardrail is held only when its whole range lies inside the margin (non-inferiority); every guardrail must "
        "hold, so their error is not divided.",
    ]
    if plan.groups:
        rows = sum(len(table.rows) for table in told.groups)
        found.append(
            f"Group ranges share the error over {rows} rows (Bonferroni). “Clearly differ” means Cochran's Q below 5 % "
            "after Holm's correction over groups and arms."
        )
    if told.lock.attempt is not None:
        found.append(
            f"Confirmation number {told.lock.attempt} of lineage {plan.lineage}: one-sided level "
            f"{percent(level(told.lock.attempt), 2)}, which is the deciding range's."
        )
    return tuple(found)


def next_step(told: Told, codes: tuple[Code, ...]) -> tuple[str, str]:
    """(sentence, command): what to do next, and what to type."""
    plan = told.plan
    read = f"pitcairn read {plan.pilot}"
    file = f"pilots/{plan.pilot}/iteration-{plan.number + 1}.yaml"
    check = f"pitcairn check {plan.pilot}"
    if "unsafe_to_read" in codes:
        return "Find the cause of the failed check and mend the data, then read again.", read
    if "harm" in codes:
        return f"Stop sending, then write down what was learned in {file}.", check
    if "too_early" in codes:
        return f"Read again when the follow-up is over, on {day(plan.end)}.", read
    if "promote" in codes:
        return "The rules recommend promotion. A person other than the owner decides.", "pitcairn status"
    if "adapt" in codes and not told.lock.retrospective and _unproven(told) == {"Confirmed on fresh customers"}:
        return f"Write {file} with `stage: confirm`, the same model and fresh customers.", check
    return f"Write {file}: say what changes and why.", check


def settle(plan: Plan, outcome: Effect, line: float) -> int:
    """Customers counted in these two arms that would tell a gain equal to the line from none, 9 times in 10."""
    wanted = line / float(ndtri(0.5 + plan.confidence / 2) + ndtri(NINE_IN_TEN))
    now = outcome.count_control + outcome.count_treated
    return math.ceil(now * (outcome.standard_error / wanted) ** 2)


def _unproven(told: Told) -> set[str]:
    return {row.test for row in told.promotion if not row.met}


def _range_sentence(told: Told, outcome: Effect) -> str:
    deciding = told.plan.deciding
    sign = 1 if deciding.better == "up" else -1
    line = written(deciding, sign * (deciding.worth_it or 0.0), told.plan.currency)
    low, high = told.display.change(outcome.low), told.display.change(outcome.high)
    return f"Likely between {low} and {high}. Worth it from {line.split(' ')[0]}."


def _headline(told: Told, arm: ArmPlan, code: Code, outcome: Outcome) -> str:
    label = f"“{arm.label}”"
    if code == "unsafe_to_read":
        failed = next(check for check in told.checks if check.gating and check.state == "fail")
        return f"Do not read this yet. {failed.sentence}"
    if code == "too_early":
        return f"Keep going until {day(told.plan.end)}."
    if code == "harm":
        return f"Stop {label}: {_harm(told, arm, outcome)}"
    if code == "promote":
        return f"Promote {label}."
    if code == "adapt":
        return _adapt(told, arm, label)
    if code == "not_worth_it":
        helps = (found := gain(told.plan.deciding, outcome)) is not None and found[0] > 0
        return f"{label} helps, but less than it must." if helps else f"{label} gains less than it must, if anything."
    if code == "no_difference":
        return f"{label} makes no difference that matters. The lesson is kept."
    return _cannot_tell(told, label, outcome)


def _harm(told: Told, arm: ArmPlan, outcome: Outcome) -> str:
    broken = [row.measure for row in told.guardrails if row.arm == arm.id and row.state == "broken"]
    found = gain(told.plan.deciding, outcome)
    if found is not None and found[2] < 0 and isinstance(outcome, Effect):
        return f"{told.plan.deciding.label} changed by {told.display.amount(outcome.estimate)}."
    labels = [told.plan.measure(id).label for id in broken]
    return f"worse than the limit on {several([f'“{name}”' for name in labels])}."


def _adapt(told: Told, arm: ArmPlan, label: str) -> str:
    if told.lock.retrospective:
        return f"{label} gained enough here. Try it yourselves, on customers of your own."
    unproven = [row.test for row in told.promotion if row.arm == arm.id and not row.met]
    if unproven == ["Confirmed on fresh customers"]:
        return f"{label} looks worth it. Confirm it on fresh customers."
    unsafe = [row for row in told.guardrails if row.arm == arm.id and row.state != "held"]
    if unsafe:
        names = several([f"“{told.plan.measure(row.measure).label}”" for row in unsafe])
        return f"{label} gains enough, but is not shown safe on {names}."
    return f"{label} gains enough, but is not proven yet."


def _cannot_tell(told: Told, label: str, outcome: Outcome) -> str:
    if isinstance(outcome, NotAvailable):
        return f"We cannot tell about {label}: {outcome.why[0].lower()}{outcome.why[1:]}"
    found = gain(told.plan.deciding, outcome)
    if found is not None and found[0] > 0:
        return f"{label} helps; whether enough, we cannot tell yet."
    needed = settle(told.plan, outcome, told.plan.deciding.worth_it or math.inf)
    more = needed - outcome.count_control - outcome.count_treated
    if more > 0:
        return f"We cannot tell yet about {label}: about {count(_rough(more))} more customers would settle it."
    return f"We cannot tell yet about {label}."


def _bullets(told: Told, arm: ArmPlan, code: Code) -> list[Bullet]:
    found: list[Bullet] = []
    for item in told.effects[1:]:
        if item.measure.role in ("signal", "watch"):
            found.append(_measure_bullet(told, item, arm))
    mine = [row for row in told.guardrails if row.arm == arm.id]
    if mine:
        held = sum(row.state == "held" for row in mine)
        worst: Mark = "bad" if any(row.state == "broken" for row in mine) else "watch"
        text = f"{held} of {len(mine)} guardrails held"
        found.append(Bullet(mark="good" if held == len(mine) else worst, text=text))
    for table in told.groups:
        if table.differs and f"{arm.label}" in table.heading:
            found.append(Bullet(mark="watch", text=f"It depends on the customer: see “{table.label}”"))
    if code != "too_early":
        tests = [row for row in told.promotion if row.arm == arm.id]
        met = sum(row.met for row in tests)
        mark: Mark = "good" if met == len(tests) else "neutral"
        found.append(Bullet(mark=mark, text=f"{met} of {len(tests)} promotion tests met"))
    return found


def _measure_bullet(told: Told, item: MeasureEffects, arm: ArmPlan) -> Bullet:
    outcome = item.by_arm[arm.id]
    if isinstance(outcome, NotAvailable):
        return Bullet(mark="neutral", text=f"{item.measure.label}: {outcome.why}")
    display = display_for(told.plan, item.measure, list(item.by_arm.values()))
    found = gain(item.measure, outcome)
    mark: Mark = "neutral"
    if found is not None:
        mark = "good" if found[0] > 0 else "bad" if found[2] < 0 else "neutral"
    text = f"{item.measure.label}: {display.amount(outcome.estimate)} ({display.range(outcome.low, outcome.high)})"
    return Bullet(mark=mark, text=text)


def _rough(value: int) -> int:
    step: int = 10 ** max(0, len(str(value)) - 2)
    return math.ceil(value / step) * step
