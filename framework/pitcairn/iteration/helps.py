"""What would help an iteration that cannot show what it asks: every piece of advice is worked out, none is general."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.effect import NotAvailable
from pitcairn.iteration.known import Known
from pitcairn.iteration.sight import Bar, Pair, visible
from pitcairn.reading.numbers import Display, percent, written

CLEARER = 0.67
"""Another measure is worth naming where it needs a change at most this much as large, as a share of its level."""
CLOSER = 0.95
"""What sees a gain at most this much as large is worth saying."""
FEW_ANSWER = 0.8
"""The share of customers with a value from which on more of them are no help worth naming."""
WILD = 3.0
"""A standard deviation of so many averages means that a few customers make most of the sum."""


def helps(
    plan: Plan,
    known: Mapping[str, Known],
    bar: Bar,
    alone: Bar,
    *,
    total: int,
    eligible: int,
    needed: int | None,
    gain: float,
) -> tuple[str, ...]:
    """What would let the iteration see its worth-it line; `gain` is the smallest it sees now, `alone` the bar for a
    single arm.
    """
    return (
        *_more_customers(plan, total, eligible, needed),
        *_halves(plan, known, alone, total, gain),
        *_one_by_one(plan, known[plan.deciding.id], bar, total, gain),
        *_answers(plan, known[plan.deciding.id], bar, total),
        *_other_measures(plan, known, bar, total, gain),
        *_before(plan, known[plan.deciding.id]),
        *_cap(plan, known[plan.deciding.id]),
        f"Ask for more: a gain of {told(plan, plan.deciding, gain)} or more would be seen. Only ask for what a "
        "model can give.",
    )


def told(plan: Plan, measure: MeasurePlan, gain: float) -> str:
    """A gain with its unit, to the precision of its standard error, which is about a third of it."""
    display = Display.of(measure, plan.currency, gain / 3)
    return f"{display.level(gain)} {display.unit}"


def _more_customers(plan: Plan, total: int, eligible: int, needed: int | None) -> Iterator[str]:
    if plan.observed is not None or needed is None:
        return
    if needed <= eligible:
        share = percent(min(1.0, plan.take * needed / total)) if total else "all"
        yield f"Take more of the customers there are: {needed:,} of {eligible:,} would do (take: {share})."
    else:
        yield f"It would take {needed:,} customers; {eligible:,} can be drawn here, even with everybody taken."


def _halves(plan: Plan, known: Mapping[str, Known], bar: Bar, total: int, gain: float) -> Iterator[str]:
    if len(plan.treatments) == 1 and abs(plan.treatments[0].share - 0.5) < 0.05:
        return
    half = visible(plan, plan.deciding, known[plan.deciding.id], bar, Pair(control=total // 2, treated=total // 2))
    if isinstance(half, NotAvailable) or half > CLOSER * gain:
        return
    yield f"Try one arm against {plan.comparison.label}, half each: it sees {told(plan, plan.deciding, half)}."


def _one_by_one(plan: Plan, known: Known, bar: Bar, total: int, gain: float) -> Iterator[str]:
    """What drawing whole households costs, where we could draw otherwise."""
    if plan.drawn_cluster is None or plan.observed is not None:
        return
    alone = visible(plan, plan.deciding, replace(known, design=1.0), bar, _smallest_pair(plan, total))
    if not isinstance(alone, NotAvailable) and alone < CLOSER * gain:
        yield (
            f"Draw customers one by one, if what one is sent does not reach others of the same {plan.drawn_cluster}: a "
            f"gain of {told(plan, plan.deciding, alone)} would be seen."
        )


def _answers(plan: Plan, known: Known, bar: Bar, total: int) -> Iterator[str]:
    """What it costs that few customers have a value."""
    if not plan.deciding.is_of_some or known.answered > FEW_ANSWER:
        return
    twice = replace(known, answered=min(1.0, 2 * known.answered))
    found = visible(plan, plan.deciding, twice, bar, _smallest_pair(plan, total))
    if not isinstance(found, NotAvailable):
        yield (
            f"Have more of them answer: {percent(known.answered)} of the customers are taken to have a value; with "
            f"{percent(twice.answered)} a gain of {told(plan, plan.deciding, found)} would be seen."
        )


def _smallest_pair(plan: Plan, total: int) -> Pair:
    return Pair(control=round(total * plan.comparison.share), treated=round(total * _smallest_share(plan)))


def _other_measures(plan: Plan, known: Mapping[str, Known], bar: Bar, total: int, gain: float) -> Iterator[str]:
    """The clearest of the plan's other gains, where it is much clearer than the deciding one."""
    deciding = known[plan.deciding.id]
    if deciding.mean <= 0 or plan.deciding.change:
        return
    pair = _smallest_pair(plan, total)
    found = []
    for measure in plan.measures[1:]:
        if measure.role == "guardrail" or measure.id not in known or known[measure.id].mean <= 0:
            continue
        other = visible(plan, measure, known[measure.id], bar, pair)
        if not isinstance(other, NotAvailable):
            found.append((other / known[measure.id].mean, measure.label))
    share, label = min(found, default=(1.0, ""))
    if label and share <= CLEARER * gain / deciding.mean:
        yield (
            f"Follow a measure that moves sooner: a change of {percent(share)} of today's “{label}” would be seen; for "
            f"“{plan.deciding.label}” it takes {percent(gain / deciding.mean)}."
        )


def _smallest_share(plan: Plan) -> float:
    return min(arm.share for arm in plan.treatments)


def _before(plan: Plan, known: Known) -> Iterator[str]:
    deciding = plan.deciding
    if deciding.kind == "ratio" and not deciding.adjust_for:
        yield (
            f"Declare `adjust_for` for “{deciding.label}”, with what each customer did before: it explains part of how "
            "they differ, which is as good as more customers."
        )
    elif deciding.before is None and deciding.kind != "ratio":
        yield (
            f"Declare `before` for “{deciding.label}”: knowing what each customer did before explains part of how "
            "they differ, which is as good as more customers."
        )
    elif known.left < 0.95:
        yield f"Knowing the value before is counted in already: it explains {percent(1 - known.left)} of the spread."


def _cap(plan: Plan, known: Known) -> Iterator[str]:
    deciding = plan.deciding
    if (
        deciding.kind in ("sum", "mean")
        and deciding.cap is None
        and not deciding.change
        and known.sd > WILD * abs(known.mean)
    ):
        yield f"Give “{deciding.label}” a cap: a few very large amounts make most of its spread."


def line(plan: Plan) -> str:
    """The worth-it line as it was written, without its sign."""
    return written(plan.deciding, plan.deciding.worth_it or 0.0, plan.currency).removeprefix("+")
