"""The sentences around a reading: notices, health, limits, method, next step. Headlines have a room of their own."""

from __future__ import annotations

from collections.abc import Iterator

from pitcairn.design.budget import HARM, guardrail_level
from pitcairn.design.plan import Plan
from pitcairn.estimate.effect import Effect
from pitcairn.evidence.facts import Check
from pitcairn.phrases import day, days, percentage, several
from pitcairn.reading.built_up import attempt_of, stop_rows
from pitcairn.reading.groups import prior_scale
from pitcairn.reading.lock import Lock
from pitcairn.reading.numbers import count, written
from pitcairn.reading.told import Told


def notices(plan: Plan, lock: Lock) -> tuple[str, ...]:
    """What must be said before anything else."""
    found = [plan.simulated] if plan.simulated else []
    if lock.retrospective:
        found.append(
            f"Looking back: this plan was locked on {day(lock.at.date())}, after the outcomes existed. "
            "Such a reading can teach; it never promotes."
        )
    elif lock.adopts:
        found.append(
            f"A stage of the rollout of {lock.adopts}, which was proven before: the model stays as it is, and what "
            "comes here is held against what was predicted."
        )
    elif plan.stage == "explore":
        found.append(
            "An exploration: look as often as you like and rework the model freely. It never promotes; "
            "only a confirmation on fresh customers does."
        )
    if lock.redrawn:
        found.append(
            f"Redrawn, not fresh: {count(lock.redrawn)} of these customers were in an earlier iteration, which ended "
            f"at least {plan.redraw_after_days} days before. What they got then may still show."
        )
    attempt = attempt_of(lock)
    if attempt is not None:
        found.append(attempt.sentence)
    return tuple(found)


def health_headline(checks: tuple[Check, ...]) -> str:
    """`Yes: all 8 checks passed`, or what is wrong."""
    failed = [check.name for check in checks if check.state == "fail"]
    if failed:
        return f"Not as it stands: {several([f'“{name}”' for name in failed])} failed"
    passed = sum(check.state == "pass" for check in checks)
    warned = sum(check.state == "warn" for check in checks)
    unchecked = sum(check.state == "unchecked" for check in checks)
    rest = [f"{warned} gave a warning"] if warned else []
    rest += [f"{unchecked} could not be made"] if unchecked else []
    if not rest:
        return f"Yes: all {passed} checks passed"
    return f"Yes: {passed} of {len(checks)} checks passed; {several(rest)}"


def limits(told: Told) -> tuple[str, ...]:
    """What this reading cannot say."""
    plan = told.plan
    kind = "product line" if plan.scope_kind == "product_line" else "location"
    found = [
        f"It is about one {kind}, {plan.scope_label}. Another place has other customers, and may answer differently.",
        f"Each customer was followed for {days(plan.follow_up_days)}; what happens later is not in here.",
    ]
    pending = sum(arm.pending for arm in told.facts.arms)
    if pending:
        told_of = "1 customer is" if pending == 1 else f"{count(pending)} customers are"
        found.append(f"{told_of} still being followed, and not counted yet.")
    if plan.cluster:
        found.append(
            f"What was drawn by lot is “{plan.cluster}”, not the customer. So groups may differ more in how many "
            f"customers they have, and ranges go by “{plan.cluster}”: the more alike its customers, the wider they are."
        )
    if plan.holdout and plan.observed:
        found.append(
            f"The program keeps {percentage(plan.holdout.share)} of its customers out of all pilots. This draw was "
            "made by somebody else, so it may have some of them."
        )
    if plan.groups:
        found.append("Groups are shown to learn from. A group that wins needs a confirmation of its own.")
    if len(plan.treatments) > 1 and plan.stage == "explore":
        found.append("With several arms, the best-looking one looks a little better than it is.")
    return tuple(found)


def _kinds(plan: Plan) -> Iterator[str]:
    """What analysts must know of measures that are no averages of all customers' values."""
    if any(measure.kind == "quantile" for measure in plan.measures):
        yield (
            "A quantile is that of the customers who have a value. Each group's range ends at values that customers "
            "had, those whose rank chance cannot rule out (Woodruff 1952); the two are put together as by Zou and "
            "Donner (2008). Where something was known before the start, each group's distribution is adjusted for it "
            "before the quantile is taken (Jiang, Phillips, Tao and Zhang 2023; Oka et al. 2024)."
        )
    if plan.cluster:
        yield (
            f"What was drawn is “{plan.cluster}”, and not the customer: averages per customer are ratios of sums over "
            "what was drawn, with the delta method's error, which is the cluster-robust one (Deng, Knoblich and Lu "
            "2018). Shares with few events are not counted out, and uneven arms not corrected for skew."
        )
    for measure in plan.measures:
        if measure.change:
            yield (
                f"“{measure.label}” is a change against a change: each customer's value less the same customer's "
                "value before the start, of those who have both. Who answered in which group is a check of its own."
            )


SPENDING = {"o_brien_fleming": "O'Brien–Fleming", "pocock": "Pocock"}


def method(told: Told) -> tuple[str, ...]:
    """For analysts: estimand, ranges, rules, corrections."""
    plan = told.plan
    names = sorted(
        {outcome.method for item in told.effects for outcome in item.by_arm.values() if isinstance(outcome, Effect)}
    )
    found = [
        "Estimand: the difference in the average per customer drawn (intention to treat) between an arm and "
        f"“{plan.comparison.label}”, over {days(plan.follow_up_days)} from each customer's own start.",
        f"Ranges are two-sided {percentage(plan.confidence)} confidence intervals"
        + (f" ({'; '.join(names)})" if names else "")
        + f"{_judged_apart(told)}.",
        "Levels and differences are each rounded once, so rows may miss by one in the last digit; exact figures below.",
        "Verdict: at the planned end the deciding range is held against zero and the worth-it line. Looks are days "
        "fixed by the plan, on the customers whose follow-up is over; a reading works out all of them up to its day.",
        f"Harm, a loss or a worsening over a guardrail's margin, is called at any look: {percentage(HARM)} one-sided, "
        f"{_shared(plan)}, spent over the looks as by Lan and DeMets' Pocock function. "
        "While everybody's follow-up runs, each day has its own part of it, for what customers did so far.",
        "A guardrail is held only when it is sure that it lies inside the margin (non-inferiority); every guardrail "
        "must hold, so their error is not divided.",
    ]
    found += _kinds(plan)
    if not told.complete:
        found.append(
            "Before the planned end, the ranges of the deciding measure and the guardrails are wide enough for all "
            "looks together: "
            + ("repeated confidence intervals." if told.lock.attempt else "an asymptotic confidence sequence.")
        )
    if told.groups:
        rows = sum(len(table.rows) for table in told.groups)
        found.append(
            "Group rows are drawn towards the levels' common gain (normal errors and levels; a half-normal prior on "
            f"their spread, scale {_prior(told)}, integrated over, so that ranges do not collapse where levels agree; "
            f"Röver et al. 2021), each range at {percentage(plan.confidence)}. As counted, ranges share the error over "
            f"{rows} rows (Bonferroni); in the exact figures each stands alone. “Clearly differ” means Cochran's Q "
            "below 5% after Holm's correction over groups and arms."
        )
    if told.lock.attempt is not None and told.lock.level is not None:
        found.append(
            f"Confirmation number {told.lock.attempt} of lineage {plan.lineage}: one-sided level "
            f"{percentage(told.lock.level)}, spent over the looks as by Lan and DeMets' {SPENDING[plan.spending]} "
            f"function; guardrails {percentage(guardrail_level(told.lock.attempt))} each. Their ranges reach as far as "
            "the bound of their test."
        )
    if plan.spent:
        found.append(
            f"Returns on what was spent as “{plan.measure(plan.spent).label}”, and prices of extra outcomes: one "
            "difference over the other with Fieller's set (1954), from both values of the same customers."
        )
    found += [row.sentence for row in stop_rows(told)]
    return tuple(found)


def _judged_apart(told: Told) -> str:
    """`; of “Complained” at 90%`: measures whose ranges reach as far as a test of their own."""
    found: dict[str, list[str]] = {}
    for item in told.effects:
        known = {percentage(round(one.confidence, 4)) for one in item.by_arm.values() if isinstance(one, Effect)}
        if known - {percentage(told.plan.confidence)}:
            found.setdefault(several(sorted(known)), []).append(f"“{item.measure.label}”")
    return "".join(f"; of {several(labels)} at {at}" for at, labels in found.items())


def _shared(plan: Plan) -> str:
    measures = 1 + len(plan.guardrails)
    return "for the deciding measure" if measures == 1 else f"shared by {measures} measures"


def _prior(told: Told) -> str:
    levels = [outcome.control for outcome in told.effects[0].by_arm.values() if isinstance(outcome, Effect)]
    scale = prior_scale(told.plan, levels[0] if levels else 0.0)
    return written(told.plan.deciding, scale, told.plan.currency).lstrip("+")
