"""Can this be read at all? Every question is asked every time, and answered with a sentence and a number.

A gating check that fails withholds all effects. A question that the data cannot answer is `unchecked`, never left out.
What each question is, and when it warns or fails, stands in `questions`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pitcairn.design.plan import Plan
from pitcairn.evidence import questions
from pitcairn.evidence.alike import before_check, is_alike
from pitcairn.evidence.dates import outside_check, pending_check, started_check, weeks_check
from pitcairn.evidence.deciding import carried_check
from pitcairn.evidence.facts import ArmCount, Check, Facts, Known, Seen
from pitcairn.evidence.kept import kept_check
from pitcairn.evidence.missing import answering_alike_check, missing_alike_check, missing_check, worst_case_check
from pitcairn.evidence.novelty import novelty_check
from pitcairn.evidence.previous import previous_check
from pitcairn.evidence.reach import not_meant_check, reached_alike_check, reached_check
from pitcairn.evidence.sizes import over_time_check, sizes_check, within_check
from pitcairn.evidence.tails import capped_check, tails_check
from pitcairn.phrases import several


def check(
    plan: Plan,
    facts: Facts,
    *,
    plan_unchanged: bool,
    earlier: Seen | None = None,
    again: tuple[Known, ...] = (),
) -> tuple[Check, ...]:
    """Every check, the gating ones first.

    `earlier` is what the last reading saw, `again` the outcomes of the customers it counted, as they are now.
    """
    # Chance moves what was drawn, so gaps are held against what is sure to be told by it.
    drawn = {arm.arm: arm.counted if arm.worth is None else arm.worth for arm in facts.arms}
    return (
        _unchanged(plan_unchanged),
        _peopled(plan, facts.arms),
        sizes_check(plan, facts.arms),
        within_check(plan, facts),
        over_time_check(plan, facts),
        _once(plan, facts),
        started_check(plan, facts.arms),
        is_alike(plan, facts.balance, drawn, facts.level_gaps),
        missing_alike_check(plan, facts),
        _something(plan, facts),
        reached_check(plan, facts),
        not_meant_check(plan, facts),
        reached_alike_check(plan, facts),
        before_check(plan, facts.balance, drawn),
        missing_check(plan, facts),
        worst_case_check(plan, facts),
        answering_alike_check(plan, facts),
        pending_check(plan, facts.arms),
        outside_check(plan, facts),
        kept_check(plan, facts, earlier, again),
        weeks_check(plan),
        carried_check(plan, facts),
        capped_check(plan, facts),
        novelty_check(plan, facts),
        previous_check(plan, facts),
        tails_check(plan, facts),
    )


def _unchanged(same: bool) -> Check:
    if same:
        return questions.PLAN.answer("pass", "The plan is the one that was locked at launch.", 0, 0)
    return questions.PLAN.answer("fail", "The plan was changed after launch.", 1, 0)


def _peopled(plan: Plan, arms: Sequence[ArmCount]) -> Check:
    empty = [f"“{plan.arm(arm.arm).label}”" for arm in arms if not arm.assigned]
    least = min(arm.assigned for arm in arms)
    if len(plan.arms) < 2:
        return questions.ARMS.answer("fail", "There is one group only, and nothing to compare.", 1, 2)
    if empty:
        return questions.ARMS.answer("fail", f"Nobody is in {several(empty)}.", 0, 1)
    return questions.ARMS.answer("pass", f"Every group has customers, the smallest {least:,}.", least, 1)


def _once(plan: Plan, facts: Facts) -> Check:
    if facts.duplicates_checked:
        whole = f"Nobody is counted twice, and no “{plan.cluster}” is in two groups."
        sentence = whole if plan.cluster else "Nobody is counted twice or in two groups."
        return questions.ONCE.answer("pass", sentence, 0, 0)
    sentence = "The data names no customers, so nobody can tell whether one is there twice or in two groups."
    return questions.ONCE.answer("unchecked", sentence)


def _something(plan: Plan, facts: Facts) -> Check:
    """Zeros everywhere look like a result and are most often an export that has not arrived, or other ids."""
    if not sum(arm.counted for arm in facts.arms):
        return questions.SOMETHING.answer("unchecked", "Nobody has been counted yet.")
    if not facts.silent:
        return questions.SOMETHING.answer("pass", "Every measure has outcomes.", 0, 0)
    names = several([f"“{plan.measure(id).label}”" for id in facts.silent])
    others = f" {facts.outside:,} rows are about customers outside the draw: do the ids agree?" if facts.outside else ""
    state: questions.State = "fail" if plan.deciding.id in facts.silent else "warn"
    sentence = f"{names}: zero, or not known, for everybody.{others}"
    return questions.SOMETHING.answer(state, sentence, len(facts.silent), 0)
