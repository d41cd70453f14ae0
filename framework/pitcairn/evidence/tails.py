"""Do a few customers hold so much of a measure that its averages have not settled yet, and how much do caps cut?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, sqrt

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.adjust import linearised
from pitcairn.estimate.clustered import units
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.skewed import enough_for, skewness
from pitcairn.evidence import questions
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.facts import Check, Cut, Facts, Tail
from pitcairn.phrases import about

WARN_CUT = 0.1
FEWEST = 20
"""Customers of an arm who have what is counted, or lack it: of fewer, ranges of shares err less often than they say."""


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
    return (*found, *_rare(plan, cube))


def _rare(plan: Plan, cube: Cube) -> Iterator[Tail]:
    """The deciding measure where it is a share that neither nobody nor everybody has."""
    if plan.deciding.is_rate:
        arms = cube.moments(plan.deciding.id)
        known = sum(one.count for one in arms.values())
        level = sum(one.count * float(one.mean[0]) for one in arms.values()) / known if known else 0.0
        if 0 < level < 1:
            yield Tail(
                measure=plan.deciding.id,
                skew=(1 - 2 * level) / sqrt(level * (1 - level)),
                smallest=min(units(arms[arm.id,]) if (arm.id,) in arms else 0 for arm in plan.arms),
                needed=ceil(FEWEST / min(level, 1 - level)),
                rare=True,
            )


def tails_check(plan: Plan, facts: Facts) -> Check:
    """Whether averages of amounts are close enough to normal for their ranges to keep their word."""
    amounts = [measure for measure in plan.measures if not measure.is_rate and measure.kind != "quantile"]
    doubtful = [tail for tail in facts.tails if tail.smallest < tail.needed]
    if amounts and not doubtful and all(tail.rare for tail in facts.tails):
        return questions.TAILS.answer(
            "unchecked", "No amount varies yet, so how far a few customers could sway it is not known."
        )
    if not facts.tails:
        return questions.TAILS.answer("pass", "Shares and quantiles of customers only.")
    worst = max(facts.tails, key=lambda tail: tail.needed / max(1, tail.smallest))
    if not doubtful:
        sentence = "No measure hangs on a few customers."
        return questions.TAILS.answer("pass", sentence, float(worst.smallest), float(worst.needed))
    whom = f"drawn by “{plan.cluster}”, so many of these" if plan.cluster else "customers"
    more = len(doubtful) - 1
    others = "" if not more else f" (and of {more} more {'measure' if more == 1 else 'measures'})"
    named = f"“{plan.measure(worst.measure).label}”"
    what = f"A few customers hold much of {named}{others}: its average"
    if worst.rare:
        what = f"{named} is so rare, or so common, that its share{others}"
    sentence = (
        f"{what} settles from about {about(worst.needed)} {whom} in each group, and the smallest has "
        f"{worst.smallest:,}. Its range is doubtful."
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
