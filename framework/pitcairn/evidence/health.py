"""Can this be read at all? Every question is asked every time, and answered with a sentence and a number.

A gating check that fails withholds all effects. A question that the data cannot answer is `unchecked`, never left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Literal

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.evidence.facts import ArmCount, Balance, Check, Facts, MissingCount
from pitcairn.evidence.sizes import sizes_check, within_check
from pitcairn.evidence.tails import tails_check
from pitcairn.phrases import customers, day, several

FAIL_GAP = 0.1
"""Standard deviations before the start that are too many to trust an adjustment with."""
FAIL_MISSING = 0.01
WARN_MISSING = 0.05
WARN_ERRORS, FAIL_ERRORS = 3.0, 4.0
"""Standard errors that chance alone exceeds in 1 of 370, and in 1 of 16,000, comparisons."""

State = Literal["pass", "warn", "fail", "unchecked"]


def check(
    plan: Plan, facts: Facts, *, plan_unchanged: bool, earlier: Mapping[str, int] | None = None
) -> tuple[Check, ...]:
    """Every check, the gating ones first. `earlier`: how many rows each source had at the last reading."""
    return (
        _unchanged(plan_unchanged),
        _peopled(plan, facts.arms),
        sizes_check(plan, facts.arms),
        within_check(plan, facts),
        _once(facts),
        _started(plan, facts.arms),
        is_alike(plan, facts.balance, {arm.arm: arm.assigned for arm in facts.arms}),
        _missing_alike(plan, facts),
        _something(plan, facts),
        _missing(plan, facts),
        _answering_alike(plan, facts),
        _over(plan, facts.arms),
        _kept(facts, earlier),
        _weeks(plan),
        tails_check(plan, facts),
    )


def is_alike(plan: Plan, balance: Sequence[Balance], sizes: Mapping[str, int]) -> Check:
    """Whether the arms were alike before the start, in customers per arm and gaps in standard deviations.

    A tenth of a standard deviation is a common limit (Austin, "Balance diagnostics", 2009), but small arms differ as
    much by chance, so a gap must also be beyond what chance gives.
    """
    if not balance:
        return _check("alike", "Alike before the start", "unchecked", "No measure has a value before the start.")
    worst = max(balance, key=lambda gap: abs(gap.gap))
    odd = [gap for gap in balance if _errors(gap, plan, sizes) > WARN_ERRORS]
    failed = [gap for gap in odd if abs(gap.gap) > FAIL_GAP and _errors(gap, plan, sizes) > FAIL_ERRORS]
    if failed or odd:
        gap = max(failed or odd, key=lambda gap: abs(gap.gap))
        size = "too far apart to compare" if failed else "further apart than chance usually puts them"
        sentence = (
            f"Before the start, “{plan.arm(gap.arm).label}” and “{plan.comparison.label}” were {size}: "
            f"{abs(gap.gap):.2f} standard deviations in {_named(plan, gap.measure)}."
        )
        return _check("alike", "Alike before the start", "fail" if failed else "warn", sentence, gap.gap, FAIL_GAP)
    sentence = (
        f"Groups were alike before the start: the largest gap is {abs(worst.gap):.2f} standard deviations, "
        f"in {_named(plan, worst.measure)}."
    )
    return _check("alike", "Alike before the start", "pass", sentence, worst.gap, FAIL_GAP)


# --- gating ---------------------------------------------------------------------------------------------------


def _unchanged(same: bool) -> Check:
    if same:
        return _check("plan", "Plan as locked", "pass", "The plan is the one that was locked at launch.")
    return _check("plan", "Plan as locked", "fail", "The plan was changed after launch.")


def _peopled(plan: Plan, arms: Sequence[ArmCount]) -> Check:
    empty = [f"“{plan.arm(arm.arm).label}”" for arm in arms if not arm.assigned]
    least = min(arm.assigned for arm in arms)
    if len(plan.arms) < 2:
        return _check("arms", "Customers in every group", "fail", "There is one group only, and nothing to compare.")
    if empty:
        return _check("arms", "Customers in every group", "fail", f"Nobody is in {several(empty)}.", 0, 1)
    return _check(
        "arms", "Customers in every group", "pass", f"Every group has customers, the smallest {least:,}.", least, 1
    )


def _once(facts: Facts) -> Check:
    if facts.duplicates_checked:
        return _check("once", "Each customer once", "pass", "Nobody is counted twice or in two groups.")
    sentence = "The data names no customers, so nobody can tell whether one is there twice or in two groups."
    return _check("once", "Each customer once", "unchecked", sentence)


def _started(plan: Plan, arms: Sequence[ArmCount]) -> Check:
    name, first = "Started after launch", day(plan.start)
    if plan.observed and plan.observed.start is None:
        sentence = f"The data has no starts; everybody is taken to start on {first}."
        return _check("start", name, "unchecked", sentence)
    early = sum(arm.before_start for arm in arms)
    if early:
        return _check(
            "start", name, "fail", f"{customers(early)} started before {first}: dates before launch.", early, 0
        )
    return _check("start", name, "pass", f"Nobody started before {first}.", 0, 0)


def _missing_alike(plan: Plan, facts: Facts) -> Check:
    """An outcome that is more often missing in one arm compares customers who are no longer alike."""
    name, everyone = "Outcomes known alike", [measure for measure in plan.measures if not _is_of_some(measure)]
    return _compared("missing_alike", name, plan, facts, everyone, gating=True)


def _something(plan: Plan, facts: Facts) -> Check:
    """Zeros everywhere look like a result and are most often an export that has not arrived, or other ids."""
    name = "Something happened"
    if not sum(arm.counted for arm in facts.arms):
        return _check("something", name, "unchecked", "Nobody has been counted yet.")
    if not facts.silent:
        return _check("something", name, "pass", "Every measure has outcomes.")
    names = several([_named(plan, id) for id in facts.silent])
    others = f" {facts.outside:,} rows are about customers outside the draw: do the ids agree?" if facts.outside else ""
    state: State = "fail" if plan.deciding.id in facts.silent else "warn"
    sentence = f"{names}: zero, or not known, for everybody.{others}"
    return _check("something", name, state, sentence, len(facts.silent), 0)


# --- advice ---------------------------------------------------------------------------------------------------


def _missing(plan: Plan, facts: Facts) -> Check:
    counted = sum(arm.counted for arm in facts.arms)
    everyone = [measure.id for measure in plan.measures if not _is_of_some(measure)]
    shares = {id: _total(facts.missing, id) / counted for id in everyone if counted}
    if not shares:
        return _check("missing", "Few outcomes missing", "unchecked", "Nobody has been counted yet.", gating=False)
    worst = max(shares, key=lambda id: shares[id])
    share, count = shares[worst], _total(facts.missing, worst)
    if not count:
        sentence = "Every counted customer has every outcome."
    else:
        sentence = f"{_named(plan, worst)} is not known for {customers(count)}, {share:.1%} of those counted."
    state: State = "warn" if share > WARN_MISSING else "pass"
    return _check("missing", "Few outcomes missing", state, sentence, share, WARN_MISSING, gating=False)


def _answering_alike(plan: Plan, facts: Facts) -> Check:
    """Means and shares of answers are about those who have one; arms that differ in who does differ twice."""
    some = [measure for measure in plan.measures if _is_of_some(measure)]
    return _compared("answering_alike", "Answers given alike", plan, facts, some, gating=False)


def _kept(facts: Facts, earlier: Mapping[str, int] | None) -> Check:
    """A source that has fewer rows than it had has lost some, or is another file: somebody should know which."""
    name = "No data lost"
    if earlier is None:
        sentence = "This is the first reading; nothing can have been lost since."
        return _check("kept", name, "pass", sentence, gating=False)
    lost = [
        f"“{source}” ({earlier[source]:,} rows, now {rows:,})"
        for source, rows in facts.rows
        if rows < earlier.get(source, 0)
    ]
    if lost:
        sentence = f"There is less data than at the last reading: {several(lost)}."
        return _check("kept", name, "warn", sentence, len(lost), 0, gating=False)
    return _check("kept", name, "pass", "No source has fewer rows than at the last reading.", 0, 0, gating=False)


def _over(plan: Plan, arms: Sequence[ArmCount]) -> Check:
    pending = sum(arm.pending for arm in arms)
    if pending:
        verb = "is" if pending == 1 else "are"
        sentence = f"{customers(pending)} {verb} not counted yet: their {plan.follow_up_days} days are not over."
        return _check("pending", "Follow-up over", "warn", sentence, pending, 0, gating=False)
    return _check("pending", "Follow-up over", "pass", "Everybody's follow-up is over.", 0, 0, gating=False)


def _weeks(plan: Plan) -> Check:
    days = plan.follow_up_days
    if days % 7 == 0:
        sentence = f"Customers are followed for {days // 7} whole {'week' if days == 7 else 'weeks'}."
        return _check("weeks", "Whole weeks", "pass", sentence, days, gating=False)
    sentence = (
        f"Customers are followed for {days} {'day' if days == 1 else 'days'}: some weekdays count more than others."
    )
    return _check("weeks", "Whole weeks", "warn", sentence, days, gating=False)


# --- shared ---------------------------------------------------------------------------------------------------


def _compared(id: str, name: str, plan: Plan, facts: Facts, measures: Sequence[MeasurePlan], *, gating: bool) -> Check:
    """Whether the share without a value is the same in every arm, but for chance."""
    counted = {arm.arm: arm.counted for arm in facts.arms}
    gaps = [
        (gap, errors, measure, arm.label)
        for measure in measures
        for arm in plan.treatments
        if (found := _missing_gap(facts, counted, measure.id, arm.id, plan.comparison.id))
        for gap, errors in (found,)
    ]
    if not gaps:
        why = "Nobody has been counted yet." if measures else "No measure is about only some of the customers."
        return _check(id, name, "unchecked" if measures else "pass", why, gating=gating)
    gap, errors, measure, label = max(gaps, key=lambda item: (item[1], abs(item[0])))
    if errors <= WARN_ERRORS:
        return _check(id, name, "pass", "Groups do not differ in how often a value is missing.", gap, gating=gating)
    failed = gating and errors > FAIL_ERRORS and abs(gap) > FAIL_MISSING
    sentence = (
        f"{_named(plan, measure.id)} is missing {'more' if gap > 0 else 'less'} often for “{label}” than for "
        f"“{plan.comparison.label}”: a gap of {abs(gap) * 100:.1f} in 100 customers, more than chance gives."
    )
    return _check(id, name, "fail" if failed else "warn", sentence, gap, FAIL_MISSING, gating=gating)


def _missing_gap(
    facts: Facts, counted: Mapping[str, int], measure: str, arm: str, base: str
) -> tuple[float, float] | None:
    """How much larger the arm's missing share is, and in how many standard errors."""
    if not counted.get(arm) or not counted.get(base):
        return None
    missing = {found.arm: found.missing for found in facts.missing if found.measure == measure}
    gap = missing.get(arm, 0) / counted[arm] - missing.get(base, 0) / counted[base]
    share = (missing.get(arm, 0) + missing.get(base, 0)) / (counted[arm] + counted[base])
    error = sqrt(share * (1 - share) * (1 / counted[arm] + 1 / counted[base]))
    return gap, abs(gap) / error if error else 0.0


def _errors(gap: Balance, plan: Plan, sizes: Mapping[str, int]) -> float:
    pair = sizes.get(gap.arm, 0), sizes.get(plan.comparison.id, 0)
    return abs(gap.gap) / sqrt(1 / pair[0] + 1 / pair[1]) if all(pair) else 0.0


def _is_of_some(measure: MeasurePlan) -> bool:
    return measure.kind in ("mean", "share")


def _total(missing: Sequence[MissingCount], measure: str) -> int:
    return sum(found.missing for found in missing if found.measure == measure)


def _check(
    id: str,
    name: str,
    state: State,
    sentence: str,
    value: float | None = None,
    limit: float | None = None,
    *,
    gating: bool = True,
) -> Check:
    return Check(id=id, name=name, gating=gating, state=state, sentence=sentence, value=value, limit=limit)


def _named(plan: Plan, measure: str) -> str:
    return f"“{plan.measure(measure).label}”"
