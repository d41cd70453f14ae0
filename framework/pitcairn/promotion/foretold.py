"""Predictions and looks in sentences. Every number about them that people see is rounded here."""

from __future__ import annotations

import math
from datetime import date

from pitcairn.phrases import day
from pitcairn.promotion.predict import ALIKE, Prediction
from pitcairn.promotion.watch import IN_A_ROW, Watched


def percent(log_ratio: float) -> str:
    """
    >>> percent(0.1), percent(-0.05), percent(0.0)
    ('+10.5%', '−4.9%', '+0.0%')
    """
    share = math.expm1(log_ratio) * 100
    return f"{'−' if share < 0 else '+'}{abs(share):.1f}%"


def out_of_ten(chance: float) -> str:
    """A chance as a natural frequency.

    >>> out_of_ten(0.72), out_of_ten(0.998), out_of_ten(0.01)
    ('7 in 10', 'more than 99 in 100', 'fewer than 1 in 20')
    """
    if chance > 0.99:
        return "more than 99 in 100"
    if chance > 0.95:
        return f"{math.floor(chance * 100)} in 100"
    if chance < 0.05:
        return "fewer than 1 in 20"
    return f"{round(chance * 10)} in 10"


def predicted(one: Prediction) -> tuple[str, ...]:
    """What is expected here, how sure that is, and what it rests on."""
    nine = one.ranges[-1]
    said = [
        f"Expected here: {percent(one.estimate)}, likely between {percent(nine.low)} and {percent(nine.high)} "
        f"(9 times in 10).",
        f"A gain: {out_of_ten(one.gain)}.",
    ]
    if one.worth_it is not None:
        said.append(f"A gain worth having: {out_of_ten(one.worth_it)}.")
    if one.assurance is not None:
        said.append(f"That the adoption as planned will show a gain clearly: {out_of_ten(one.assurance)}.")
    alike = one.likeness
    word = "like the pilot’s" if alike.similarity >= ALIKE else "other than the pilot’s, and allowed for"
    said.append(f"The customers are {word}: similarity {alike.similarity:.2f}, {alike.unseen:.0%} of a kind not tried.")
    said.append(basis(one))
    if one.spread_learnt_from:
        said.append(f"Of what packs promised, {one.voltage:.0%} came elsewhere as far as past looks tell: allowed for.")
    said += [f"“{name}” is set to a value that nobody has tried, which widens the range." for name in one.untried]
    return tuple(said)


def several_looks(count: int) -> str:
    """`1 look at another pack`"""
    return f"{count:,} look{'' if count == 1 else 's'} at adoptions"


def basis(one: Prediction) -> str:
    """Where the spread between places comes from."""
    if one.places == 1:
        rows = "; ".join(f"{math.expm1(row.spread):.0%}: {out_of_ten(row.positive)}" for row in one.table)
        learnt = f", learnt from {several_looks(one.spread_learnt_from)}" if one.spread_learnt_from else ""
        return (
            "It was proven at one place, so how much places differ is an assumption"
            f"{learnt}. The chance of a gain, were they to differ by about {rows}. "
            "A second place replaces the assumption."
        )
    return f"It rests on {one.places} places ({one.method})."


def looked(one: Prediction, found: Watched) -> tuple[str, ...]:
    """What the looks say, question by question."""
    if not found.looks:
        return ("No look yet: nothing was read that has an estimate.",)
    last = found.looks[-1]
    said = [
        f"Look {len(found.looks)}, as of {day(date.fromisoformat(last.as_of))}: {percent(last.log_ratio)}. "
        f"Predicted: {percent(one.estimate)}, and it is {'inside' if found.inside else 'outside'} where 9 of 10 such "
        "looks were predicted.",
        {
            "yes": "Harm to the deciding measure: yes.",
            "no": "Harm to the deciding measure: not seen, which is not the same as none.",
            "not_yet": "Harm to the deciding measure: cannot be told yet.",
        }[found.harm],
        {
            "yes": "The gain is confirmed.",
            "no": "The gain is not confirmed, and all that was planned has been seen.",
            "not_yet": "The gain is not confirmed yet.",
        }[found.confirmed],
        "It drifts from the prediction." if found.drifted == "yes" else "No drift from the prediction is shown.",
    ]
    if found.run:
        said.append(
            f"{found.same_side} looks in a row lie on one side of the prediction; from {IN_A_ROW} on that is a sign."
        )
    return (*said, *found.retire)
