"""Who was really reached, in which arm: gaps of exposure, and exposure of customers who should have none."""

from __future__ import annotations

from dataclasses import replace

from pitcairn.design.plan import Plan
from pitcairn.evidence import questions
from pitcairn.evidence.facts import Check, Facts, ReachCount
from pitcairn.evidence.sizes import FAIL_SIZES, WARN_SIZES, evidence, named
from pitcairn.phrases import customers

WARN_UNREACHED = 0.1
WARN_MISTAKEN = 0.01
FAIL_MISTAKEN = 0.5
"""Of the share that was reached in an arm that should be: beyond it hardly a contrast is left."""
_NO_PLAN = "The plan does not say where it is known who was reached."
_NOBODY = "Nobody has been counted yet."


def reached_check(plan: Plan, facts: Facts) -> Check:
    """Whether the customers of the arms that try something were reached."""
    found = [(share, one) for arm in plan.treatments if (one := _of(facts, arm.id)) and (share := _share(one)) >= 0]
    if not found:
        return questions.REACHED.answer("unchecked", _NOBODY if plan.exposure else _NO_PLAN)
    share, worst = min(found, key=lambda pair: pair[0])
    label, lost = plan.arm(worst.arm).label, worst.counted - worst.reached
    if not worst.reached:
        sentence = f"Nobody of “{label}” was reached: what happened there is not what was planned."
        return replace(questions.REACHED.answer("fail", sentence, 0.0, 1 - WARN_UNREACHED), gating=True)
    sentence = f"“{label}” reached {worst.reached:,} of {customers(worst.counted)}; {lost:,} never."
    state: questions.State = "warn" if share < 1 - WARN_UNREACHED else "pass"
    if state == "warn":
        sentence += " The result is about all of them, so it is smaller than for those who were reached."
    return questions.REACHED.answer(state, sentence, share, 1 - WARN_UNREACHED)


def not_meant_check(plan: Plan, facts: Facts) -> Check:
    """Whether customers of the comparison got what only the others should get."""
    if plan.exposure is None:
        return questions.NOT_MEANT.answer("unchecked", _NO_PLAN)
    label = plan.comparison.label
    if plan.exposure.would_have_been:
        sentence = f"“{label}” is logged when it would have been reached; if anybody really was, nobody can tell."
        return questions.NOT_MEANT.answer("unchecked", sentence)
    base = _of(facts, plan.comparison.id)
    if base is None or not base.counted:
        return questions.NOT_MEANT.answer("unchecked", _NOBODY)
    share = _share(base)
    least = min((_share(one) for arm in plan.treatments if (one := _of(facts, arm.id)) and one.counted), default=1.0)
    if not base.reached:
        return questions.NOT_MEANT.answer("pass", f"Nobody of “{label}” was reached.", 0.0, WARN_MISTAKEN)
    sentence = f"{customers(base.reached)} of “{label}”, {share:.1%}, got what only the others should get."
    if share >= FAIL_MISTAKEN * least:
        sentence += " The groups hardly differ in what they got."
        return replace(questions.NOT_MEANT.answer("fail", sentence, share, FAIL_MISTAKEN * least), gating=True)
    if share > WARN_MISTAKEN:
        return questions.NOT_MEANT.answer(
            "warn", f"{sentence} The result is smaller than it would be otherwise.", share, WARN_MISTAKEN
        )
    return questions.NOT_MEANT.answer("pass", sentence, share, WARN_MISTAKEN)


def reached_alike_check(plan: Plan, facts: Facts) -> Check:
    """Whether the customers who were, or would have been, reached have the planned shares."""
    if plan.exposure is None or not plan.exposure.would_have_been:
        why = "It is not known who of the comparison would have been reached." if plan.exposure else _NO_PLAN
        return questions.REACHED_ALIKE.answer("unchecked", why)
    counts = {one.arm: one.reached if one.drawn is None else one.drawn for one in facts.exposure}
    if not sum(counts.values()):
        return questions.REACHED_ALIKE.answer("unchecked", "Nobody has been reached yet.")
    said = " / ".join(f"{counts.get(arm.id, 0):,}" for arm in plan.arms) + named(plan)
    found = evidence(plan, counts)
    if found < WARN_SIZES:
        sentence = f"Customers were reached alike in all groups: {said}."
        return questions.REACHED_ALIKE.answer("pass", sentence, found, FAIL_SIZES)
    sentence = (
        f"Customers were not reached alike: {said}, which are not the planned shares. Results of reached customers "
        "alone compare different kinds of customers."
    )
    return questions.REACHED_ALIKE.answer("warn", sentence, found, FAIL_SIZES)


def _of(facts: Facts, arm: str) -> ReachCount | None:
    return next((one for one in facts.exposure if one.arm == arm), None)


def _share(one: ReachCount) -> float:
    """Reached of counted; below 0 where nobody has been counted."""
    return one.reached / one.counted if one.counted else -1.0
