"""What many rehearsals said, counted and put into sentences: counts are of rehearsals, never percentages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.special import betaincinv

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.evidence.facts import Check
from pitcairn.evidence.makebelieve import Habit, Push
from pitcairn.iteration.outcomes import Rehearsal, RehearsedArm, RehearsedScenario
from pitcairn.phrases import several
from pitcairn.reading.numbers import Display, written
from pitcairn.reading.result import Code, Result, Shown

Scenario = Literal["none", "gain", "harm"]
SCENARIOS: dict[Scenario, int] = {"none": 0, "gain": 1, "harm": -1}
"""What is put in, in worth-it lines; a harm is negative."""
STOPS: tuple[Code, ...] = ("harm", "not_worth_it", "no_difference")
"""Verdicts after which nobody goes on."""
COLUMNS: tuple[tuple[Code, ...], ...] = (
    ("promote",),
    ("adapt",),
    STOPS,
    ("cannot_tell", "too_early"),
    ("unsafe_to_read",),
)
"""Promote, adapt, stop, cannot tell, withheld."""

_LABELS: dict[Scenario, str] = {"none": "no effect", "gain": "the worth-it gain", "harm": "a harm as large"}
_ENOUGH = 0.8
_ERRORS = 4.0
"""Standard errors by which the average reading may miss what was put in: chance does it in 1 of 16,000."""


@dataclass(slots=True)
class Tally:
    """What the readings of one scenario said so far."""

    plan: Plan
    verdicts: dict[str, Counter[Code]] = field(default_factory=dict)
    gains: dict[str, list[float]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    open_tests: Counter[str] = field(default_factory=Counter)
    believed: int = 0
    promoted: int = 0

    def add(self, result: Result) -> None:
        """Counts one reading."""
        codes = {verdict.arm: verdict.code for verdict in result.verdicts}
        for arm, code in codes.items():
            self.verdicts.setdefault(arm, Counter())[code] += 1
        self.believed += any(code in ("promote", "adapt") for code in codes.values())
        self.promoted += "promote" in codes.values()
        if self.plan.stage == "confirm":
            self.open_tests.update(row.test for row in result.promotion if codes[row.arm] == "adapt" and not row.met)
        for row in result.measures[0].rows if result.measures else ():
            if isinstance(row.effect, Shown):
                self._add_effect(row.arm, row.effect)

    def told(self, plan: Plan, id: Scenario, gain: float) -> RehearsedScenario:
        """All of them together."""
        return RehearsedScenario(
            id=id,
            label=_LABELS[id],
            gain=gain,
            arms=tuple(self._arm(arm.id, arm.label) for arm in plan.treatments),
            believed=self.believed,
            promoted=self.promoted,
            open_tests=tuple(self.open_tests.most_common()),
        )

    def _add_effect(self, arm: str, effect: Shown) -> None:
        up = self.plan.deciding.better == "up"
        self.gains.setdefault(arm, []).append(effect.estimate if up else -effect.estimate)
        self.seen[arm] += effect.low > 0 if up else effect.high < 0

    def _arm(self, arm: str, label: str) -> RehearsedArm:
        gains = np.array(self.gains.get(arm, ()))
        return RehearsedArm(
            arm=arm,
            label=label,
            verdicts=tuple(self.verdicts[arm].most_common()),
            seen=self.seen[arm],
            average=float(gains.mean()) if len(gains) else None,
            error=float(gains.std(ddof=1) / len(gains) ** 0.5) if len(gains) > 1 else None,
        )


def counted(arm: RehearsedArm, codes: Sequence[Code]) -> int:
    """In how many rehearsals the arm's verdict was one of these."""
    return sum(number for code, number in arm.verdicts if code in codes)


def findings(found: Rehearsal) -> tuple[Check, ...]:
    """Whether the rules kept what the plan promised: no false gains, real ones seen, harm stopped, effects found."""
    none, gain, harm = found.scenarios
    return (_false_gains(found, none), _power(found, gain), _stopped(found, harm), _recovered(found))


def notes(
    plan: Plan, habits: Mapping[str, Habit], pushes: Sequence[Push], repetitions: int, *, locked: bool
) -> tuple[str, ...]:
    """What was made up and how, what could not be, and how far the counts can be trusted."""
    said = [
        "This is the plan as it was locked at launch." if locked else "",
        "Outcomes are made up from the time before the start: half of the customers do again what they did then, "
        "the others do what another customer did. An effect is put into the deciding measure of everybody who would "
        "get something; all other measures stay as they are.",
        _whole(plan, habits),
        _tossed(habits),
        *(_limited(plan, push, sign) for push, sign in zip(pushes, SCENARIOS.values(), strict=True)),
        _how(pushes[1]),
        _left_out(plan, habits),
        "Only the reading at the planned end is rehearsed, with the measures and groups that can change its verdict.",
        f"Rehearsals are a sample too: with {repetitions:,}, a count near one half is good to about "
        f"{98 / repetitions**0.5:.0f} in 100 either way, 19 times in 20.",
    ]
    return tuple(sentence for sentence in said if sentence)


def _whole(plan: Plan, habits: Mapping[str, Habit]) -> str:
    if plan.drawn_cluster is None:
        return ""
    said = f"Every rehearsal draws by “{plan.drawn_cluster}”; the customers of one are about as alike as they were"
    tossed = [f"“{one.measure.label}”" for one in habits.values() if one.column is None]
    return f"{said}." if not tossed else f"{said}, but for {several(tossed)}, of which nothing is known by customer."


# --- findings -------------------------------------------------------------------------------------------------


def _false_gains(found: Rehearsal, none: RehearsedScenario) -> Check:
    promotes = found.plan.stage == "confirm"
    number = none.promoted if promotes else none.believed
    low, _ = _likely(number, found.repetitions)
    allowed = found.level * len(none.arms)
    each = f" for each of {len(none.arms)} groups" if len(none.arms) > 1 else ""
    what = "something would have been promoted" if promotes else "the rules would have gone on with a group"
    sentence = (
        f"With no effect, {what} in {_times(number, found.repetitions)}; "
        f"the plan allows {_in_hundred(found.level)} in 100{each}."
    )
    state: Literal["pass", "fail"] = "fail" if low > allowed else "pass"
    return _finding("false_gains", "Nothing there", state, sentence, number / found.repetitions, allowed)


def _power(found: Rehearsal, gain: RehearsedScenario) -> Check:
    arm = _smallest(found, gain)
    share = arm.seen / found.repetitions
    passed = counted(arm, ("promote", "adapt"))
    sentence = (
        f"{_put_in(found.plan, gain)}{_named(found, arm)} was told from none in "
        f"{_times(arm.seen, found.repetitions)}; by formula, {_in_hundred(found.expected)} in 100 were to be expected."
    )
    if share < _ENOUGH:
        sentence += f" This plan would miss it in {found.repetitions - arm.seen:,}: it draws too few customers."
    if passed < arm.seen:
        sentence += (
            f" It was called worth having in {passed:,}: the best estimate must reach the line as well, and of a gain "
            "right at the line it falls short half of the time."
        )
    if found.plan.stage == "confirm":
        sentence += _promoted(counted(arm, ("promote",)), gain)
    state: Literal["pass", "warn"] = "pass" if share >= _ENOUGH else "warn"
    return _finding("power", "Worth-it gain seen", state, sentence, share, found.expected)


def _promoted(promoted: int, gain: RehearsedScenario) -> str:
    said = f" It was promoted in {promoted:,}."
    if not gain.open_tests:
        return said
    tests = several([f"“{test}” ({number:,})" for test, number in gain.open_tests])
    return f"{said} Where it was not, this was open: {tests}."


def _stopped(found: Rehearsal, harm: RehearsedScenario) -> Check:
    arm = _smallest(found, harm)
    stopped = counted(arm, STOPS)
    wrong = harm.believed
    sentence = (
        f"{_put_in(found.plan, harm)}{_named(found, arm)} was stopped in {_times(stopped, found.repetitions)}, "
        f"as harm in {counted(arm, ('harm',)):,}; it was taken for a gain in {'none' if not wrong else f'{wrong:,}'}."
    )
    low, _ = _likely(wrong, found.repetitions)
    state: Literal["pass", "warn", "fail"] = "pass" if stopped >= _ENOUGH * found.repetitions else "warn"
    if low > found.level * len(harm.arms):
        state = "fail"
    return _finding("stopped", "Harm stopped", state, sentence, stopped / found.repetitions, _ENOUGH)


def _recovered(found: Rehearsal) -> Check:
    """Do the readings, on average, find what was put in? This is how the rehearsal tests the rules, and itself."""
    name = "Effects found"
    gaps = [
        (abs(arm.average - scenario.gain) / arm.error, arm.average, arm.error, scenario.gain)
        for scenario in found.scenarios
        for arm in scenario.arms
        if arm.average is not None and arm.error
    ]
    if not gaps:
        return _finding("recovered", name, "unchecked", "Too few readings gave an effect.", None, _ERRORS)
    errors, average, error, put_in = max(gaps)
    deciding = found.plan.deciding
    display = Display.of(deciding, found.plan.currency, error)
    toward = 1 if deciding.better == "up" else -1
    read, put = display.change(toward * average), display.change(toward * put_in)
    if errors > _ERRORS:
        sentence = f"The readings did not find what was put in: {read} {display.unit} on average, where {put} was."
        return _finding("recovered", name, "fail", sentence, errors, _ERRORS)
    sentence = f"On average, readings found what was put in; the furthest off was {read} for {put} {display.unit}."
    return _finding("recovered", name, "pass", sentence, errors, _ERRORS)


# --- notes ----------------------------------------------------------------------------------------------------


def _tossed(habits: Mapping[str, Habit]) -> str:
    coins = [f"“{habit.measure.label}”" for habit in habits.values() if habit.column is None]
    if not coins:
        return ""
    verb = "is" if len(coins) == 1 else "are"
    everybody = any(habit.column is None and habit.measure.kind == "share" for habit in habits.values())
    answering = ", as if everybody answered" if everybody else ""
    return f"{several(coins)} {verb} tossed at the usual level{answering}: nothing is known of each customer."


def _limited(plan: Plan, push: Push, sign: int) -> str:
    """Where the level leaves no room for the whole effect."""
    wanted = sign * (plan.deciding.worth_it or 0.0)
    toward = 1 if plan.deciding.better == "up" else -1
    if abs(push.gain) >= abs(wanted) * (1 - 1e-6):
        return ""
    most, asked = (written(plan.deciding, value, plan.currency) for value in (push.gain, toward * wanted))
    return f"A change of {asked} is more than there is room for; {most} was put in."


def _how(push: Push) -> str:
    if push.how == "scale":
        return f"The gain multiplies what each customer does by {push.amount:.3g}, so nothing stays nothing."
    return "The effect is added for everybody, since some values lie below zero." if push.how == "shift" else ""


def _left_out(plan: Plan, habits: Mapping[str, Habit]) -> str:
    left = [measure for measure in plan.measures if measure.id not in habits]
    if not left:
        return ""
    names = several([_with_role(measure) for measure in left])
    keys = "`before`, or `usual` for a share of customers,"
    verb = "is" if len(left) == 1 else "are"
    return f"{names} {verb} left out: too little is known before the start. Declare {keys} in program.yaml."


def _with_role(measure: MeasurePlan) -> str:
    return f"“{measure.label}” (guardrail)" if measure.role == "guardrail" else f"“{measure.label}”"


# --- words ----------------------------------------------------------------------------------------------------


def _put_in(plan: Plan, scenario: RehearsedScenario) -> str:
    """`A gain of 15 second orders per 1,000 customers`, in the direction in which the measure is better."""
    rises = (scenario.gain > 0) == (plan.deciding.better == "up")
    amount = written(plan.deciding, abs(scenario.gain), plan.currency).removeprefix("+")
    return f"A {'rise' if rises else 'drop'} of {amount}"


def _smallest(found: Rehearsal, scenario: RehearsedScenario) -> RehearsedArm:
    """The arm that shows least, as in `plan`."""
    sizes = {arm: number for arm, _, number in found.arms}
    return min(scenario.arms, key=lambda one: sizes[one.arm])


def _named(found: Rehearsal, arm: RehearsedArm) -> str:
    return f" by “{arm.label}”" if len(found.plan.treatments) > 1 else ""


def _times(number: int, repetitions: int) -> str:
    low, high = _likely(number, repetitions)
    return (
        f"{number:,} of {repetitions:,} rehearsals (likely between {_in_hundred(low)} and {_in_hundred(high)} in 100)"
    )


def _in_hundred(share: float) -> str:
    """Whole numbers; with a decimal where they are small."""
    return f"{100 * share:.1f}".removesuffix(".0") if share < 0.1 else f"{100 * share:.0f}"


def _likely(number: int, repetitions: int) -> tuple[float, float]:
    """Clopper and Pearson's range at 95 %, "The use of confidence or fiducial limits", Biometrika 1934."""
    low = float(betaincinv(number, repetitions - number + 1, 0.025)) if number else 0.0
    high = float(betaincinv(number + 1, repetitions - number, 0.975)) if number < repetitions else 1.0
    return low, high


def _finding(
    id: str,
    name: str,
    state: Literal["pass", "warn", "fail", "unchecked"],
    sentence: str,
    value: float | None,
    limit: float | None,
) -> Check:
    return Check(id=id, name=name, gating=False, state=state, sentence=sentence, value=value, limit=limit)
