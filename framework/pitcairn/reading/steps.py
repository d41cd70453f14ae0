"""Next steps: who has to do what, and what to type; and what decisions since have made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from pitcairn.design.plan import ArmPlan, Plan
from pitcairn.phrases import day, several
from pitcairn.reading.following import Step, StepKind
from pitcairn.reading.headlines import is_confirmable, works_for_some
from pitcairn.reading.past import Ruling
from pitcairn.reading.result import Code, Result
from pitcairn.reading.titles import number
from pitcairn.reading.told import Told

_ORDER: tuple[Code, ...] = ("harm", "promote", "adapt", "cannot_tell", "not_worth_it", "no_difference", "too_early")
_PARTS: dict[StepKind, tuple[str, str]] = {
    "decide": ("{} decision", "{} decisions"),
    "confirm": ("{} confirmation", "{} confirmations"),
    "iterate": ("{} more iteration", "{} more iterations"),
    "promote": ("{} model to pack", "{} models to pack"),
    "read": ("{} more reading", "{} more readings"),
}
"""(one, several): what a title calls the steps of a kind."""


def steps(told: Told, codes: Sequence[Code]) -> tuple[Step, ...]:
    """What to do next, most urgent first; one decision for every arm that is judged, then what follows from them."""
    plan = told.plan
    if "unsafe_to_read" in codes:
        return _mending(told)
    if told.lock.adopts:
        return _rolling_out(told, codes)
    found = list(zip(plan.treatments, codes, strict=True))
    ordered = sorted(found, key=lambda pair: _ORDER.index(pair[1]))
    judged = [_decision(told, arm, code) for arm, code in ordered if code != "too_early"]
    early = [_reading(told)] if "too_early" in codes else []
    return (*judged, *early, *(() if early else _after(told, ordered)))


def since(result: Result, rulings: Sequence[Ruling], packed: Collection[str] = ()) -> tuple[Step, ...]:
    """The steps that are left once somebody has decided; `packed` are the arms whose model is packed already."""
    before = result.steps or (
        Step(kind="read", arm=None, who=result.owner, what=result.next_sentence, command=result.next_command),
    )
    if result.adopts:
        return before
    ruled = [one for one in rulings if one.decision != "wait"]
    decided = {one.arm for one in ruled}
    if not ruled or not (result.steps or decided.issuperset(verdict.arm for verdict in result.verdicts)):
        return before
    left = [step for step in before if step.kind == "decide" and step.arm not in decided]
    follow = [step for one in ruled if (step := _following(result, one, packed))]
    waiting = [step for step in before if step.kind != "decide"] if left else []
    found = {step.command: step for step in reversed([*left, *follow, *waiting])}
    kept = tuple(reversed(found.values()))
    return kept or (
        Step(
            kind="done",
            arm=None,
            who=result.owner,
            what="It is decided, and the lesson is kept.",
            command="pitcairn site",
        ),
    )


def title(found: Sequence[Step]) -> str:
    """`Two decisions and one more iteration`; a step that stands alone, or comes before any decision, is its own."""
    counted: dict[StepKind, int] = {}
    for step in found:
        counted[step.kind] = counted.get(step.kind, 0) + 1
    if len(found) == 1 or not set(counted) <= set(_PARTS):
        return found[0].what.rstrip(".")
    parts = [_PARTS[kind][times > 1].format(number(times)) for kind, times in counted.items()]
    told = several(parts)
    return f"{told[:1].upper()}{told[1:]}"


def more(found: Sequence[Step]) -> str | None:
    """`and two more steps`: what a page says behind the first."""
    left = len(found) - 1
    return f"and {number(left)} more {'step' if left == 1 else 'steps'}" if left else None


def _mending(told: Told) -> tuple[Step, ...]:
    plan = told.plan
    spent = "" if told.lock.attempt is None else f" Attempt {told.lock.attempt} stays spent."
    return (
        Step(
            kind="mend",
            arm=None,
            who=plan.owner,
            what="Find the cause of the failed check and mend the data, then read again.",
            command=f"pitcairn read {plan.pilot}",
        ),
        Step(
            kind="close",
            arm=None,
            who=plan.owner,
            what=f"If it cannot be mended, end the iteration and say why.{spent}",
            command=f"pitcairn close {plan.pilot}",
        ),
    )


def _rolling_out(told: Told, codes: Sequence[Code]) -> tuple[Step, ...]:
    """What an adoption's reading is for: to be held against the prediction, and to ask the gates whether to go on."""
    plan = told.plan
    watched = Step(
        kind="watch",
        arm=None,
        who=plan.owner,
        what="Hold what came against what was predicted.",
        command=f"pitcairn watch {plan.pilot}",
    )
    if "harm" in codes:
        what, command = "Roll back, and record why.", f"pitcairn rollout {plan.pilot} --rollback --because TEXT"
        return (Step(kind="rollout", arm=None, who=plan.owner, what=what, command=command), watched)
    if "too_early" in codes:
        return (_reading(told),)
    what = "Go on with the rollout, if its gates agree: they say whether to go on, to hold, or to go back."
    gates = Step(kind="rollout", arm=None, who=plan.owner, what=what, command=f"pitcairn rollout {plan.pilot}")
    return (watched, gates)


def _decision(told: Told, arm: ArmPlan, code: Code) -> Step:
    plan, decision = told.plan, _asked_for(told, arm, code)
    who = f"Somebody other than {plan.owner}" if code == "promote" else plan.owner
    which = f" --arm {arm.id}" if len(plan.treatments) > 1 else ""
    wanted = f" --decision {decision}" if decision else ""
    command = f"pitcairn decide {plan.pilot}{which}{wanted}"
    return Step(kind="decide", arm=arm.id, who=who, what=_question(told, arm, code), command=command)


def _asked_for(told: Told, arm: ArmPlan, code: Code) -> str | None:
    """The decision that a command can hold already, where the rules leave one."""
    if code == "adapt":
        return "confirm" if is_confirmable(told, arm.id) else None
    return {"harm": "stop", "promote": "promote"}.get(code)


def _question(told: Told, arm: ArmPlan, code: Code) -> str:
    name = f"“{arm.label}”"
    if code == "harm":
        return f"Stop sending {name}, and record who decided so and why."
    if code == "promote":
        return f"Decide whether to promote {name}; the rules recommend it, and the owner may not decide it."
    if code == "adapt":
        return _adapting(told, arm, name)
    if code == "cannot_tell":
        return f"Decide whether {name} is worth more customers, a rework, or an end."
    short = "it gains less than it must" if code == "not_worth_it" else "it makes no difference that matters"
    return f"Decide whether {name} is stopped or reworked: {short}."


def _adapting(told: Told, arm: ArmPlan, name: str) -> str:
    if is_confirmable(told, arm.id):
        return f"Decide whether to confirm {name} as it is, on fresh customers."
    if works_for_some(told.groups, arm.id) is not None:
        return f"Decide how to aim {name} better: it works for some customers and not for others."
    if told.lock.retrospective:
        return f"Decide whether to try {name} yourselves, on customers of your own."
    unsafe = [row.measure for row in told.guardrails if row.arm == arm.id and row.state != "held"]
    if unsafe:
        names = several([f"“{told.plan.measure(one).label}”" for one in unsafe])
        return f"Decide how to rework {name}: it gains enough, but is not shown safe on {names}."
    missing = sum(not row.met for row in told.promotion if row.arm == arm.id)
    tests = "one promotion test is" if missing == 1 else f"{number(missing)} promotion tests are"
    return f"Decide what becomes of {name}: it gains enough, but {tests} not met."


def _reading(told: Told) -> Step:
    plan = told.plan
    return Step(kind="read", arm=None, who=plan.owner, what=_again(told), command=f"pitcairn read {plan.pilot}")


def _again(told: Told) -> str:
    plan = told.plan
    if told.lock.attempt is None or not plan.has_own_starts:
        return f"Read again when the follow-up is over, on {day(plan.end)}."
    first = plan.start + timedelta(days=plan.follow_up_days)
    return f"Read again on any day: it can pass from {day(first)} on, and is over on {day(plan.end)}."


def _after(told: Told, ordered: Sequence[tuple[ArmPlan, Code]]) -> Iterator[Step]:
    """What follows once everything is decided as the rules recommend."""
    plan = told.plan
    promoted = [arm for arm, code in ordered if code == "promote"]
    confirmable = [arm for arm, code in ordered if code == "adapt" and is_confirmable(told, arm.id)]
    for arm in promoted:
        yield _packing(plan.pilot, plan.owner, arm.id, arm.label)
    if confirmable:
        yield _confirming(plan, confirmable[0])
    elif not promoted and any(code != "harm" for _, code in ordered):
        yield _turning(plan.pilot, plan.owner, plan.number)


def _confirming(plan: Plan, arm: ArmPlan) -> Step:
    return _confirmation(plan.pilot, plan.owner, arm.id, arm.label, alone=len(plan.treatments) == 1)


def _confirmation(pilot: str, owner: str, arm: str, label: str, *, alone: bool) -> Step:
    return Step(
        kind="confirm",
        arm=arm,
        who=owner,
        what=f"Plan the confirmation of “{label}”: nothing changes but the customers, and one attempt is spent.",
        command=f"pitcairn iterate {pilot} --confirm" + ("" if alone else f" --arm {arm}"),
    )


def _packing(pilot: str, owner: str, arm: str, label: str) -> Step:
    return Step(
        kind="promote",
        arm=arm,
        who=owner,
        what=f"Pack “{label}” with its evidence, for other places to adopt.",
        command=f"pitcairn promote {pilot} --arm {arm}",
    )


def _turning(pilot: str, owner: str, iteration: int) -> Step:
    return Step(
        kind="iterate",
        arm=None,
        who=owner,
        what=f"Plan iteration {iteration + 1}: it says what changes, and why.",
        command=f"pitcairn iterate {pilot}",
    )


def _following(result: Result, one: Ruling, packed: Collection[str]) -> Step | None:
    """What follows from a decision; None where nothing is left to do."""
    if one.decision == "promote" and one.arm not in packed:
        return _packing(result.pilot, result.owner, one.arm, one.label)
    if one.decision == "confirm":
        alone = len(result.verdicts) == 1
        return _confirmation(result.pilot, result.owner, one.arm, one.label, alone=alone)
    if one.decision == "rework":
        return _turning(result.pilot, result.owner, result.number)
    return None
