"""Whether a model pays for itself, with the number that may be promised and not the winner's."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pitcairn.design.plan import MeasuredCost
from pitcairn.errors import Refused
from pitcairn.promotion.candidate import Candidate
from pitcairn.promotion.claim import claim_of
from pitcairn.promotion.contents import Spent
from pitcairn.promotion.history import Turn, iterations


@dataclass(frozen=True, slots=True, kw_only=True)
class Payback:
    """What one customer brings and costs, in the program's currency."""

    pays: bool
    sentence: str
    todo: str | None


def payback(candidate: Candidate) -> Payback | None:
    """Gain against cost for one customer drawn to the model; None where no cost was declared, in no file.

    What is fixed per place is spread over the audience a place must have at least; without one, over the customers of
    the confirmation's arm. What was measured to be spent counts as it was measured: nobody chose the model for it, so
    it needs no drawing in. Not known is not paid.
    """
    spec, plan = candidate.spec, candidate.turn.plan
    in_plan = plan.arm(candidate.arm).cost
    if spec is None or (spec.cost.per_contact is None and spec.cost.fixed_per_place is None and in_plan is None):
        return None
    value = 1.0 if plan.deciding.money else spec.cost.value_per_outcome
    if value is None:
        why = f"A cost is declared, and not what one more of “{plan.deciding.label}” is worth."
        return Payback(pays=False, sentence=why, todo="write `cost.value_per_outcome` in pack.yaml")
    spent = spent_of(candidate.turn, candidate.arm)
    if spent is None and isinstance(in_plan, MeasuredCost):
        why = f"What was spent as “{plan.measure(in_plan.measure).label}” is not known."
        return Payback(pays=False, sentence=why, todo="bring its data, and read again")
    try:
        claim = claim_of(
            candidate.turn, candidate.turns, iterations(candidate.turns, plan, candidate.arm), candidate.arm
        )
    except Refused as error:
        return Payback(pays=False, sentence=str(error.problems[0].message), todo=error.problems[0].hint)
    sign = 1 if claim.better == "up" else -1
    gain = sign * claim.control * math.expm1(claim.shrunk.log_ratio) * value
    known = plan.arm(candidate.arm).known_cost - plan.comparison.known_cost
    contacts = known if spec.cost.per_contact is None else (spec.most_contacts or 1) * spec.cost.per_contact
    audience = spec.requires.smallest_audience or claim.customers_treated
    measured = spent.each - known if spent else 0.0
    cost = contacts + measured + (spec.cost.fixed_per_place or 0.0) / audience
    sentence = (
        f"{plan.currency} {_money(gain)} gained and {_money(cost)} spent for each 1,000 customers, going by the number "
        "to promise."
    )
    if spent:
        said = [f"{_money(measured)} of it was measured as “{spent.label}”", *spent.found]
        sentence = " ".join([sentence, *(f"{one}." for one in said)])
    return Payback(pays=gain > cost, sentence=sentence, todo=None if gain > cost else "make it cheaper, or better")


def spent_of(turn: Turn, arm: str) -> Spent | None:
    """What was measured to be spent on a customer of the arm; None where nothing is, or it is not known."""
    rows = [row for row in turn.result.costs if row.arm == arm and row.spent] if turn.result else []
    known = next(((row.spent, row.extra) for row in rows if row.spent and row.extra is not None), None)
    if known is None:
        return None
    measure, each = known
    label = turn.plan.measure(measure).label
    return Spent(measure=measure, label=label, each=each, found=tuple(row.text for row in rows))


def _money(each: float) -> str:
    return f"{each * 1000:,.2f}".replace("-", "−")
