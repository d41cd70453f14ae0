"""What a page says first: a sentence with a verb for every verdict, the cards' words, the levels in plain numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri

from pitcairn.design.plan import ArmPlan, Plan
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.phrases import about, day, several
from pitcairn.reading import built_up
from pitcairn.reading.effects import MeasureEffects, Outcome
from pitcairn.reading.numbers import display_for, written
from pitcairn.reading.result import ArmVerdict, Bullet, Code, GroupTable, Mark, Shown
from pitcairn.reading.told import Told
from pitcairn.reading.verdict import CONFIRMED, gain

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
CONFIRM: tuple[str, Mark] = ("Confirm", "good")
"""Instead of `Adapt`, where the model may be confirmed as it is."""
ADOPTED: dict[Code, tuple[str, Mark]] = {
    "adapt": ("Works here", "good"),
    "not_worth_it": ("Too small here", "watch"),
    "no_difference": ("No gain here", "watch"),
}
"""Instead, where a pack is adopted: whether to go on is the word of its rollout's gates."""
NINE_IN_TEN = 0.9


@dataclass(frozen=True, slots=True)
class Phrase:
    """A headline about one arm, and the same about several; `{}` is who."""

    one: str
    several: str

    @classmethod
    def same(cls, text: str) -> Phrase:
        """A sentence whose verb does not change with the number of arms."""
        return cls(text, text)

    def about(self, labels: list[str]) -> str:
        """The sentence about these arms."""
        return (self.one if len(labels) == 1 else self.several).format(several([f"“{label}”" for label in labels]))


def arm_verdict(told: Told, arm: ArmPlan, code: Code) -> ArmVerdict:
    """One card: tag, headline, the big number with its range, and the bullets under it."""
    word, mark = _word(told, arm, code)
    outcome = _outcome(told, arm)
    shown = outcome if isinstance(outcome, Effect) and code != "unsafe_to_read" else None
    return ArmVerdict(
        arm=arm.id,
        code=code,
        word=word,
        mark=mark,
        headline=_phrase(told, arm, code).about([arm.label]),
        big=told.display.amount(shown.estimate) if shown else None,
        range_sentence=_range_sentence(told, shown) if shown else None,
        bullets=() if code == "unsafe_to_read" else tuple(_bullets(told, arm, code)),
    )


def headline(told: Told, verdicts: tuple[ArmVerdict, ...]) -> str:
    """The page's first sentence: what to do with every arm; arms that share a sentence are named together."""
    shared: dict[Phrase, list[str]] = {}
    for verdict in verdicts:
        arm = told.plan.arm(verdict.arm)
        shared.setdefault(_phrase(told, arm, verdict.code), []).append(arm.label)
    return " ".join(phrase.about(labels) for phrase, labels in shared.items())


def lede(told: Told) -> str:
    """The deciding measure in natural frequencies, the comparison first."""
    deciding = told.plan.deciding
    known = [(arm, outcome) for arm in told.plan.treatments if isinstance(outcome := _outcome(told, arm), Effect)]
    if not known:
        return told.plan.question
    display = told.display
    levels = [(told.plan.comparison.label, known[0][1].control), *((arm.label, one.treated) for arm, one in known)]
    parts = several([f"{display.level(value)} with “{label}”" for label, value in levels])
    among = "out of every 1,000 customers" if deciding.is_rate else display.unit
    return f"{deciding.label}, {among}: {parts}."


def settle(plan: Plan, outcome: Effect, line: float) -> int:
    """Customers counted in these two arms that would tell a gain equal to the line from none, 9 times in 10."""
    wanted = line / float(ndtri(0.5 + plan.confidence / 2) + ndtri(NINE_IN_TEN))
    now = outcome.count_control + outcome.count_treated
    return math.ceil(now * (outcome.standard_error / wanted) ** 2)


def _word(told: Told, arm: ArmPlan, code: Code) -> tuple[str, Mark]:
    """The tag, which says the same as the headline: what is ready to be confirmed is not to be adapted."""
    if told.lock.adopts and code in ADOPTED:
        return ("Works in part", "watch") if code == "adapt" and _is_partial(told, arm) else ADOPTED[code]
    if code == "adapt" and is_confirmable(told, arm.id):
        return CONFIRM
    return WORDS[code]


def _is_partial(told: Told, arm: ArmPlan) -> bool:
    """Whether a gain has a drawback: not for everybody, or not shown safe."""
    return works_for_some(told.groups, arm.id) is not None or bool(_unsafe(told, arm))


def _outcome(told: Told, arm: ArmPlan) -> Outcome:
    return told.effects[0].by_arm[arm.id] if told.effects else NotAvailable(why="Withheld.")


def _phrase(told: Told, arm: ArmPlan, code: Code) -> Phrase:
    if code == "unsafe_to_read":
        failed = next(check for check in told.checks if check.gating and check.state == "fail")
        return Phrase.same(_literal(f"Do not read this yet. {failed.sentence}"))
    if code == "too_early":
        return Phrase.same(f"Keep going until {day(told.plan.end)}.")
    if code == "harm":
        return Phrase.same("Stop {}: " + _literal(_harm(told, arm)))
    if code == "promote":
        return Phrase.same("Promote {}.")
    if code == "adapt":
        return _adapt(told, arm)
    if code == "not_worth_it":
        return _too_small(told, arm)
    if code == "no_difference":
        if told.lock.adopts:
            return Phrase("{} makes no difference that matters here.", "{} make no difference that matters here.")
        return Phrase(
            "{} makes no difference that matters. The lesson is kept.",
            "{} make no difference that matters. The lesson is kept.",
        )
    return _cannot_tell(told, arm)


def _harm(told: Told, arm: ArmPlan) -> str:
    alarms = [course for (_, whose), course in told.courses.items() if whose == arm.id and course.is_harmed]
    if any(course.so_far is not None and course.harmed is not None for course in alarms):
        return built_up.so_far(told, alarms)
    if any(course.rang is not None for course in alarms):
        return built_up.rang(alarms)
    outcome = _outcome(told, arm)
    found = gain(told.plan.deciding, outcome)
    course = told.course(arm.id)
    is_loss = (found is not None and found[2] < 0) or (course is not None and course.harmed is not None)
    if is_loss and isinstance(outcome, Effect):
        return f"{told.plan.deciding.label} changed by {told.display.amount(outcome.estimate)}."
    broken = [row.measure for row in told.guardrails if row.arm == arm.id and row.state == "broken"]
    return f"worse than the limit on {several([f'“{told.plan.measure(id).label}”' for id in broken])}."


def _adapt(told: Told, arm: ArmPlan) -> Phrase:
    table = works_for_some(told.groups, arm.id)
    if table is not None:
        # Whom an adopted practice is for is part of what was proven, and not aimed anew.
        aim = "" if told.lock.adopts else " Aim better."
        text = " for some customers and not for others: see “" + _literal(table.label) + f"”.{aim}"
        return Phrase("{} works" + text, "{} work" + text)
    if told.lock.retrospective:
        return Phrase(
            "{} gained enough here. Try it yourselves, on customers of your own.",
            "{} gained enough here. Try them yourselves, on customers of your own.",
        )
    if is_confirmable(told, arm.id):
        return Phrase(
            "{} looks worth it. Confirm it on fresh customers.", "{} look worth it. Confirm one on fresh customers."
        )
    unsafe = _unsafe(told, arm)
    if unsafe:
        names = _literal(several([f"“{told.plan.measure(id).label}”" for id in unsafe]))
        return Phrase(
            "{} gains enough, but is not shown safe on " + names + ".",
            "{} gain enough, but are not shown safe on " + names + ".",
        )
    if told.lock.adopts:
        return Phrase.same("{} gained enough here too.")
    return Phrase("{} gains enough, but is not proven yet.", "{} gain enough, but are not proven yet.")


def _unsafe(told: Told, arm: ArmPlan) -> list[str]:
    return [row.measure for row in told.guardrails if row.arm == arm.id and row.state != "held"]


def is_confirmable(told: Told, arm: str) -> bool:
    """Whether nothing but fresh customers stands between an arm and its promotion, whoever the customer is."""
    unproven = [row.test for row in told.promotion if row.arm == arm and not row.met]
    if told.lock.retrospective or told.lock.adopts:
        return False
    return unproven == [CONFIRMED] and works_for_some(told.groups, arm) is None


def works_for_some(groups: tuple[GroupTable, ...], arm: str) -> GroupTable | None:
    """The first group whose levels clearly differ, some with a sure gain and some without one."""
    for table in groups:
        rows = [row.effect for row in table.rows if row.arm == arm and isinstance(row.effect, Shown)]
        sure = [min(abs(effect.low), abs(effect.high)) > 0 and effect.low * effect.high > 0 for effect in rows]
        if arm in table.differs_for and any(sure) and not all(sure):
            return table
    return None


def _too_small(told: Told, arm: ArmPlan) -> Phrase:
    found = gain(told.plan.deciding, _outcome(told, arm))
    if found is not None and found[0] > 0:
        return Phrase("{} helps, but less than it must.", "{} help, but less than they must.")
    return Phrase("{} gains less than it must, if anything.", "{} gain less than they must, if anything.")


def _cannot_tell(told: Told, arm: ArmPlan) -> Phrase:
    outcome = _outcome(told, arm)
    if isinstance(outcome, NotAvailable):
        why = _literal(f"{outcome.why[0].lower()}{outcome.why[1:]}")
        return Phrase.same("We cannot tell about {}: " + why)
    found = gain(told.plan.deciding, outcome)
    if found is not None and found[0] > 0:
        return Phrase("{} helps; whether enough, we cannot tell yet.", "{} help; whether enough, we cannot tell yet.")
    needed = settle(told.plan, outcome, told.plan.deciding.worth_it or math.inf)
    more = needed - outcome.count_control - outcome.count_treated
    if more > 0:
        sentence = f"about {about(more)} more customers would settle it."
        return Phrase.same("We cannot tell yet about {}: " + sentence)
    return Phrase.same("We cannot tell yet about {}.")


def _range_sentence(told: Told, outcome: Effect) -> str:
    deciding = told.plan.deciding
    sign = 1 if deciding.better == "up" else -1
    line = written(deciding, sign * (deciding.worth_it or 0.0), told.plan.currency)
    low, high = told.display.change(outcome.low), told.display.change(outcome.high)
    return f"Likely between {low} and {high}. Worth it from {line.split(' ')[0]}."


def _bullets(told: Told, arm: ArmPlan, code: Code) -> list[Bullet]:
    found = [_measure_bullet(told, item, arm) for item in told.effects[1:] if item.measure.role in ("signal", "watch")]
    found += [Bullet(mark="neutral", text=row.text) for row in told.costs if row.arm == arm.id]
    mine = [row for row in told.guardrails if row.arm == arm.id]
    if mine:
        held = sum(row.state == "held" for row in mine)
        worst: Mark = "bad" if any(row.state == "broken" for row in mine) else "watch"
        text = f"{held} of {len(mine)} guardrails held"
        found.append(Bullet(mark="good" if held == len(mine) else worst, text=text))
    found += [Bullet(mark="neutral", text=text) for text in built_up.remarks(told, arm.id, code)]
    for table in told.groups:
        if arm.id in table.differs_for:
            found.append(Bullet(mark="watch", text=f"It depends on the customer: see “{table.label}”"))
    if (told.complete and not told.lock.adopts) or code == "promote":
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


def _literal(text: str) -> str:
    """Text whose braces mean themselves in a phrase."""
    return text.replace("{", "{{").replace("}", "}}")
