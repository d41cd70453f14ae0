from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from pitcairn.design.eligibility import (
    IN_AN_EARLIER_ITERATION,
    IN_ANOTHER_PILOT,
    NOT_TAKEN,
    OPTED_OUT,
    Drawn,
    KeptOut,
    OptedOut,
    OverCap,
    explained,
    rules,
)
from pitcairn.design.plan import CapPlan, HoldoutPlan, OptOutPlan


def cap(at_most: int, within_days: int) -> CapPlan:
    return CapPlan(source="contacts", at_most=at_most, within_days=within_days, where=())


def plan(**changes: Any) -> Any:
    usual = {"opt_out": (), "caps": (), "start": date(2026, 3, 2), "holdout": None, "observed": None}
    return SimpleNamespace(**usual | {"population": "customers", "drawn_cluster": None} | changes)


def test_rules_are_asked_in_a_fixed_order() -> None:
    opt_out = OptOutPlan(source="customers", where=())
    asked = rules(plan(opt_out=(opt_out,), caps=(cap(4, 30), cap(1, 7))), [IN_ANOTHER_PILOT, IN_AN_EARLIER_ITERATION])
    assert [rule.reason for rule in asked] == [
        OPTED_OUT,
        "over the contact cap of 4 in 30 days",
        "over the contact cap of 1 in 7 days",
        IN_ANOTHER_PILOT,
        IN_AN_EARLIER_ITERATION,
    ]
    assert [type(rule) for rule in asked] == [OptedOut, OverCap, OverCap, Drawn, Drawn]


def test_a_plan_without_policy_and_other_draws_leaves_nobody_out() -> None:
    assert rules(plan(), []) == ()


def test_several_opt_outs_are_one_reason() -> None:
    choices = (OptOutPlan(source="customers", where=()), OptOutPlan(source="complaints", where=()))
    (rule,) = rules(plan(opt_out=choices), [])
    assert isinstance(rule, OptedOut)
    assert rule.choices == choices


def test_several_draws_for_one_reason_are_one_rule() -> None:
    asked = rules(plan(), [IN_ANOTHER_PILOT, IN_AN_EARLIER_ITERATION, IN_ANOTHER_PILOT])
    assert asked == (Drawn(IN_ANOTHER_PILOT), Drawn(IN_AN_EARLIER_ITERATION))


def test_a_cap_looks_at_the_days_before_the_start_and_not_at_the_start() -> None:
    (rule,) = rules(plan(caps=(cap(2, 3),)), [])
    assert isinstance(rule, OverCap)
    assert (rule.first, rule.last) == (date(2026, 2, 27), date(2026, 3, 1))


def test_a_cap_of_one_day_is_the_day_before() -> None:
    (rule,) = rules(plan(caps=(cap(1, 1),)), [])
    assert isinstance(rule, OverCap)
    assert rule.first == rule.last == date(2026, 3, 1)
    assert rule.reason == "over the contact cap of 1 in 1 day"


def test_a_cap_does_not_look_further_back_than_the_calendar() -> None:
    (rule,) = rules(plan(start=date(1, 1, 5), caps=(cap(1, 3660),)), [])
    assert isinstance(rule, OverCap)
    assert rule.first == date(1, 1, 1)


def test_the_explanation_counts_every_reason_that_applies_to_somebody() -> None:
    left_out = [(OPTED_OUT, 700), (IN_ANOTHER_PILOT, 0), (NOT_TAKEN, 500)]
    assert (
        explained(1_200, left_out)
        == "0 of 1,200 customers are drawn; the others: 700 opted out, 500 not taken this time"
    )
    assert explained(1_300, left_out).startswith("100 of 1,300 customers")
    assert explained(0, []) == "0 of 0 customers are drawn"


def test_the_programs_holdout_is_asked_first_and_not_of_somebody_elses_draw() -> None:
    kept = HoldoutPlan(share=0.05, source="all", since=date(2026, 1, 1))
    assert rules(plan(holdout=kept), ["drawn before"]) == (KeptOut(kept), Drawn("drawn before"))
    assert rules(plan(holdout=kept, observed="theirs"), []) == ()
