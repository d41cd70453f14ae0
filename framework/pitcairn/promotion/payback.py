"""Whether a model pays for itself, with the number that may be promised and not the winner's."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pitcairn.errors import Refused
from pitcairn.promotion.candidate import Candidate
from pitcairn.promotion.claim import claim_of
from pitcairn.promotion.history import iterations


@dataclass(frozen=True, slots=True, kw_only=True)
class Payback:
    """What one customer brings and costs, in the program's currency."""

    pays: bool
    sentence: str
    todo: str | None


def payback(candidate: Candidate) -> Payback | None:
    """Gain against cost for one customer drawn to the model; None where no cost was declared.

    What is fixed per place is spread over the audience a place must have at least; without one, over the customers of
    the confirmation's arm. Not known is not paid.
    """
    spec, plan = candidate.spec, candidate.turn.plan
    if spec is None or (spec.cost.per_contact is None and spec.cost.fixed_per_place is None):
        return None
    value = 1.0 if plan.deciding.money else spec.cost.value_per_outcome
    if value is None:
        why = f"A cost is declared, and not what one more of “{plan.deciding.label}” is worth."
        return Payback(pays=False, sentence=why, todo="write `cost.value_per_outcome` in pack.yaml")
    try:
        claim = claim_of(
            candidate.turn, candidate.turns, iterations(candidate.turns, plan, candidate.arm), candidate.arm
        )
    except Refused as error:
        return Payback(pays=False, sentence=str(error.problems[0].message), todo=error.problems[0].hint)
    sign = 1 if claim.better == "up" else -1
    gain = sign * claim.control * math.expm1(claim.shrunk.log_ratio) * value
    contacts = (spec.most_contacts or 1) * (spec.cost.per_contact or 0.0)
    audience = spec.requires.smallest_audience or claim.customers_treated
    cost = contacts + (spec.cost.fixed_per_place or 0.0) / audience
    sentence = (
        f"{plan.currency} {_money(gain)} gained and {_money(cost)} spent for each 1,000 customers, going by the number "
        "to promise."
    )
    return Payback(pays=gain > cost, sentence=sentence, todo=None if gain > cost else "make it cheaper, or better")


def _money(each: float) -> str:
    return f"{each * 1000:,.2f}".replace("-", "−")
