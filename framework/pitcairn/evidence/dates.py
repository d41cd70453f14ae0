"""Days: who started before or too late, which rows lie outside the days that count, whole weeks."""

from __future__ import annotations

from collections.abc import Sequence

from pitcairn.design.plan import Plan
from pitcairn.evidence import questions
from pitcairn.evidence.facts import ArmCount, Check, Facts
from pitcairn.phrases import customers, day, several


def started_check(plan: Plan, arms: Sequence[ArmCount]) -> Check:
    """Whether nobody started before the plan says so."""
    first = day(plan.start)
    if plan.observed and plan.observed.start is None:
        sentence = f"The data has no starts; everybody is taken to start on {first}."
        return questions.START.answer("unchecked", sentence)
    early = sum(arm.before_start for arm in arms)
    if early:
        sentence = f"{customers(early)} started before {first}: dates before launch."
        return questions.START.answer("fail", sentence, early, 0)
    return questions.START.answer("pass", f"Nobody started before {first}.", 0, 0)


def pending_check(plan: Plan, arms: Sequence[ArmCount]) -> Check:
    """Whether everybody has been followed to the end."""
    pending = sum(arm.pending for arm in arms)
    if pending:
        verb = "is" if pending == 1 else "are"
        sentence = f"{customers(pending)} {verb} not counted yet: their {plan.follow_up_days} days are not over."
        return questions.PENDING.answer("warn", sentence, pending, 0)
    return questions.PENDING.answer("pass", "Everybody's follow-up is over.", 0, 0)


def outside_check(plan: Plan, facts: Facts) -> Check:
    """What came after the end, or without a day, and is left out."""
    late = sum(arm.after_end for arm in facts.arms)
    undated = [f"{one.undated:,} of “{one.source}”" for one in facts.outside_days if one.undated]
    said = []
    if late:
        said.append(
            f"{customers(late)} started too late to be followed for {plan.follow_up_days} days by {day(plan.end)}, "
            "the planned end, and are left out."
        )
    if undated:
        said.append(f"Rows without a day are left out: {several(undated)}.")
    rows = [
        f"“{one.source}” ({one.early:,} before, {one.late:,} after)"
        for one in facts.outside_days
        if one.early or one.late
    ]
    if rows:
        said.append(f"Rows outside the days that count are left out: {several(rows)}.")
    missed = late + sum(one.undated for one in facts.outside_days)
    if missed:
        return questions.OUTSIDE.answer("warn", " ".join(said), missed, 0)
    return questions.OUTSIDE.answer(
        "pass", " ".join(said) or "No customer and no row lies outside the planned days.", 0
    )


def weeks_check(plan: Plan) -> Check:
    """Whether every weekday counts equally often, in the follow-up and in what each measure looks at."""
    followed = plan.follow_up_days
    broken = [measure for measure in plan.measures if measure.window_days % 7]
    if followed % 7:
        sentence = f"Customers are followed for {_days(followed)}: some weekdays count more than others."
        return questions.WEEKS.answer("warn", sentence, followed)
    if broken:
        names = several([f"“{measure.label}” ({_days(measure.window_days)})" for measure in broken])
        sentence = f"Customers are followed for whole weeks, but not in {names}: some weekdays count more than others."
        return questions.WEEKS.answer("warn", sentence, broken[0].window_days)
    sentence = f"Customers are followed for {followed // 7} whole {'week' if followed == 7 else 'weeks'}."
    return questions.WEEKS.answer("pass", sentence, followed)


def _days(number: int) -> str:
    return f"{number} {'day' if number == 1 else 'days'}"
