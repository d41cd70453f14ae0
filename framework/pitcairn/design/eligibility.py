"""Who may be drawn: the rules that leave customers out, in the order in which they are asked.

Whoever does not fit the pilot's `keep` is not in scope at all. A customer in scope is counted under the first rule
that leaves them out, so that the counts add up: in scope = left out, reason by reason, + drawn. The rules come from
the program's contact policy and from other draws; none of them can be switched off.

Where whole households are drawn, what a person said or was sent leaves out that person alone: the others are drawn,
and all that are drawn land in one arm. A lot that fell on one of a household binds all of it: nobody is drawn who
shares a household with somebody who is kept out of all pilots, is in another running pilot, or was drawn before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pitcairn.design.plan import CapPlan, HoldoutPlan, OptOutPlan, Plan

KEPT_OUT = "kept out of all pilots"
OPTED_OUT = "opted out"
IN_ANOTHER_PILOT = "in another running pilot"
IN_AN_EARLIER_ITERATION = "drawn in an earlier iteration of this pilot"
NOT_TAKEN = "not taken this time"


@dataclass(frozen=True, slots=True)
class KeptOut:
    """Customers whom the program's own holdout has, by lot and for good."""

    holdout: HoldoutPlan
    reason: str = KEPT_OUT


@dataclass(frozen=True, slots=True)
class OptedOut:
    """Customers with such a row said no, whichever of the sources knows it."""

    choices: tuple[OptOutPlan, ...]
    reason: str = OPTED_OUT


@dataclass(frozen=True, slots=True)
class OverCap:
    """Customers whose next contact, the pilot's, would be one too many."""

    cap: CapPlan
    first: date
    last: date
    """Contacts of these days count, both included."""
    reason: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """Customers who were drawn elsewhere for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Alongside:
    """Customers who share what is drawn with somebody whom another lot has."""

    of: KeptOut | Drawn
    reason: str


Rule = KeptOut | OptedOut | OverCap | Drawn | Alongside


def rules(plan: Plan, drawn: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of this plan in order: the program's holdout, so that its share of those in scope can be seen, then
    opt-outs, contact caps, and draws elsewhere by their reasons, as first met. Somebody else's draw asks none of ours.
    """
    kept_out = (KeptOut(plan.holdout),) if plan.holdout and plan.observed is None else ()
    opted_out = (OptedOut(plan.opt_out),) if plan.opt_out else ()
    caps = (_over(cap, plan.start) for cap in plan.caps)
    elsewhere = (Drawn(reason) for reason in dict.fromkeys(drawn))
    return (*_whole(plan, kept_out), *opted_out, *caps, *_whole(plan, elsewhere))


def names_the_same(plan: Plan, holdout: HoldoutPlan) -> bool:
    """Whether what the holdout keeps out is what the plan draws."""
    return (holdout.source, holdout.cluster) == (plan.population, plan.drawn_cluster)


def _whole(plan: Plan, lots: Iterable[KeptOut | Drawn]) -> Iterator[Rule]:
    for lot in lots:
        yield lot
        if plan.drawn_cluster and not (isinstance(lot, KeptOut) and names_the_same(plan, lot.holdout)):
            yield Alongside(lot, _alongside(plan, lot.reason))


def _alongside(plan: Plan, reason: str) -> str:
    return f"of the same “{plan.drawn_cluster}” as somebody {reason}"


def beside_kept_out(plan: Plan, left_out: Sequence[tuple[str, int]]) -> int:
    """Customers left out because others of what they belong to are kept out of all pilots."""
    return dict(left_out).get(_alongside(plan, KEPT_OUT), 0)


def _over(cap: CapPlan, start: date) -> OverCap:
    days = "1 day" if cap.within_days == 1 else f"{cap.within_days:,} days"
    return OverCap(
        cap=cap,
        first=_before(start, cap.within_days),
        last=_before(start, 1),
        reason=f"over the contact cap of {cap.at_most:,} in {days}",
    )


def _before(day: date, days: int) -> date:
    """So many days earlier, or the calendar's first day."""
    return date.fromordinal(max(1, day.toordinal() - days))


def drawn_whole(plan: Plan, units: Sequence[tuple[str, int]], in_scope: int | None) -> str | None:
    """How many households, or whatever is drawn whole, go to every arm; None where customers are drawn one by one.

    A customer who belongs to none is one of them.
    """
    if not units or in_scope is None:
        return None
    total = sum(count for _, count in units)
    each = ", ".join(f"“{plan.arm(arm).label}” {count:,}" for arm, count in units)
    return (
        f"What is drawn is “{plan.cluster}”, and not the customer: {total:,} of the {in_scope:,} in scope, {each}. All "
        "customers of one are in one group."
    )


def explained(in_scope: int, left_out: Sequence[tuple[str, int]]) -> str:
    """How many are drawn, and why not the others.

    >>> explained(1200, [("opted out", 700), ("not taken this time", 0), ("in another running pilot", 500)])
    '0 of 1,200 customers are drawn; the others: 700 opted out, 500 in another running pilot'
    """
    drawn = in_scope - sum(count for _, count in left_out)
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out if count)
    return f"{drawn:,} of {in_scope:,} customers are drawn" + (f"; the others: {reasons}" if reasons else "")
