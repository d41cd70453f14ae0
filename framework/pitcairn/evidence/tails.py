"""Do a few customers hold so much of a measure that its averages have not settled yet?"""

from __future__ import annotations

from collections.abc import Mapping

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.adjust import linearised
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.skewed import enough_for, skewness
from pitcairn.evidence import questions
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.facts import Check, Facts, Tail


def tails(plan: Plan, cube: Cube, at_most: Mapping[str, float]) -> tuple[Tail, ...]:
    """The skew of every measure that is an amount, all arms together, and the smallest arm's customers with a value.

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
            smallest = min(arms[arm.id,].count if (arm.id,) in arms else 0 for arm in plan.arms)
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
    if not doubtful:
        return questions.TAILS.answer(
            "pass", "No measure hangs on a few customers." if amounts else "Shares and quantiles of customers only."
        )
    worst = max(doubtful, key=lambda tail: tail.needed / max(1, tail.smallest))
    others = f" (and {len(doubtful) - 1} more)" if len(doubtful) > 1 else ""
    sentence = (
        f"A few customers hold much of “{plan.measure(worst.measure).label}”{others}: its average settles from about "
        f"{worst.needed:,} customers in each group, and the smallest has {worst.smallest:,}. Its range is doubtful."
    )
    return questions.TAILS.answer("warn", sentence, float(worst.smallest), float(worst.needed))


def _line(measure: MeasurePlan, values: Moments) -> Moments | None:
    return linearised(values) if measure.kind == "ratio" else values
