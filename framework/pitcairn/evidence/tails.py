"""Do a few customers hold so much of a measure that its averages have not settled yet, and how much do caps cut?"""

from __future__ import annotations

from collections.abc import Mapping

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.adjust import linearised
from pitcairn.estimate.clustered import units
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.skewed import enough_for, skewness
from pitcairn.evidence import questions
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.facts import Check, Cut, Facts, Tail

WARN_CUT = 0.1


def tails(plan: Plan, cube: Cube, at_most: Mapping[str, float]) -> tuple[Tail, ...]:
    """The skew of every measure that is an amount, all arms together, and the smallest arm's customers with a value.

    Where households were drawn, they are counted: the sums of several customers are no more skewed than one's value.

    `at_most` has skews that are not known and at most so large, by measure id, where that says enough.
    Measures that do not vary, or whose third sums did not fit into 38 digits, are left out.
    """
    found = []
    for measure in plan.measures:
        values = None if measure.is_rate or measure.kind == "quantile" else cube.everyone(measure.id)
        line = values and _line(measure, values)
        skew = skewness(line) if line else at_most.get(measure.id)
        if skew is not None:
            arms = cube.moments(measure.id)
            smallest = min(units(arms[arm.id,]) if (arm.id,) in arms else 0 for arm in plan.arms)
            found.append(Tail(measure=measure.id, skew=skew, smallest=smallest, needed=enough_for(skew)))
    return tuple(found)


def tails_check(plan: Plan, facts: Facts) -> Check:
    """Whether averages of amounts are close enough to normal for their ranges to keep their word."""
    amounts = [measure for measure in plan.measures if not measure.is_rate and measure.kind != "quantile"]
    if amounts and not facts.tails:
        return questions.TAILS.answer(
            "unchecked", "No amount varies yet, so how far a few customers could sway it is not known."
        )
    doubtful = [tail for tail in facts.tails if tail.smallest < tail.needed]
    if not amounts:
        return questions.TAILS.answer("pass", "Shares and quantiles of customers only.")
    worst = max(facts.tails, key=lambda tail: tail.needed / max(1, tail.smallest))
    if not doubtful:
        sentence = "No measure hangs on a few customers."
        return questions.TAILS.answer("pass", sentence, float(worst.smallest), float(worst.needed))
    what = f"drawn by “{plan.cluster}”, so many of these" if plan.cluster else "customers"
    others = f" (and {len(doubtful) - 1} more)" if len(doubtful) > 1 else ""
    sentence = (
        f"A few customers hold much of “{plan.measure(worst.measure).label}”{others}: its average settles from about "
        f"{worst.needed:,} {what} in each group, and the smallest has {worst.smallest:,}. Its range is doubtful."
    )
    return questions.TAILS.answer("warn", sentence, float(worst.smallest), float(worst.needed))


def cuts(plan: Plan, cube: Cube) -> tuple[Cut, ...]:
    """What caps take away, from averages with and without them."""
    return tuple(
        Cut(measure=measure.id, arm=arm, share=1 - float(whole.mean[0]) / float(uncapped.mean[0]))
        for measure in plan.measures
        if measure.cap is not None
        for (arm,), whole in cube.moments(measure.id).items()
        if (uncapped := cube.moments(measure.uncapped.id)[arm,]).count and uncapped.mean[0] > 0
    )


def capped_check(plan: Plan, facts: Facts) -> Check:
    """Whether what is cut off at the caps is little beside what is left."""
    if not any(measure.cap is not None for measure in plan.measures):
        return questions.CAPPED.answer("pass", "No measure has a cap.")
    if not facts.cuts:
        return questions.CAPPED.answer("unchecked", "Nobody has anything yet that a cap could cut.")
    worst = max(facts.cuts, key=lambda cut: cut.share)
    label, arm, share = plan.measure(worst.measure).label, plan.arm(worst.arm).label, f"{worst.share * 100:.1f}"
    sentence = f"The cap of “{label}” takes away at most {share} in 100 of it, most from “{arm}”."
    if worst.share > WARN_CUT:
        sentence += " What is read is no longer the whole of it: compare it with the result without the cap."
        return questions.CAPPED.answer("warn", sentence, worst.share, WARN_CUT)
    return questions.CAPPED.answer("pass", sentence, worst.share, WARN_CUT)


def _line(measure: MeasurePlan, values: Moments) -> Moments | None:
    return linearised(values) if measure.kind == "ratio" else values
