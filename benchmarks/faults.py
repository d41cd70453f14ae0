"""What can be wrong with a pilot's data, one fault at a time, and which check must notice it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from benchmarks.shop import (
    ANSWERING,
    FOLLOWED,
    FORMS,
    NO_DAY,
    START_DAYS,
    Form,
    Shop,
    answers,
    checked,
    clean,
    orders,
    plan_for,
    sends,
)
from pitcairn.design.plan import Plan
from pitcairn.evidence.facts import Check

Made = np.random.Generator
CUSTOMERS = 8_000
"""Four thousand in each arm: a pilot of the usual size."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, in the forms in which it can be seen."""

    name: str
    check: str
    """The id of the check that must not pass."""
    done: Callable[[Made, Shop], Shop]
    among: Callable[[Form], bool] = lambda form: True  # noqa: ARG005
    plan: Callable[[Plan], Plan] = lambda plan: plan
    since: bool = False
    """Whether the last reading saw the shop without it."""
    days_early: int = 0
    """How long before the end it is read."""

    @property
    def forms(self) -> tuple[Form, ...]:
        return tuple(form for form in FORMS if self.among(form))


def found(fault: Fault, form: Form, made: Made) -> dict[str, Check]:
    """Every check of a shop with the fault. DataError where the reading is refused."""
    shop = clean(made, CUSTOMERS, own_starts=form.own_starts)
    plan = fault.plan(plan_for(form))
    day = plan.end - timedelta(days=fault.days_early)
    return checked(fault.done(made, shop), form, as_of=day, plan=plan, before=shop if fault.since else None)


def wide(form: Form) -> bool:
    return form.outcomes == "wide"


def events(form: Form) -> bool:
    return form.outcomes == "events"


def own_starts(form: Form) -> bool:
    return form.own_starts


def observed(form: Form) -> bool:
    return not form.drawn


# --- who is there ---------------------------------------------------------------------------------------------


def _one_arm_loses(made: Made, shop: Shop) -> Shop:
    return shop.only(~shop.of(1) | (made.random(shop.size) < 0.88))


def _one_arm_loses_in_one_area(made: Made, shop: Shop) -> Shop:
    """A fifth of the letters' customers in town, and as many of the others elsewhere: sizes even out."""
    town = shop.people["area"] == 0
    kept = np.where(town & shop.of(1), made.random(shop.size) < 0.78, True)
    lost = int((~kept).sum())
    others = np.flatnonzero(~town & shop.of(0))
    kept[made.choice(others, lost, replace=False)] = False
    return shop.only(kept)


def _one_arm_joins_late(made: Made, shop: Shop) -> Shop:
    """Nobody gets a letter in the first three days; whoever was drawn to one comes later."""
    began = shop.people["began"].copy()
    late = shop.of(1) & (began < 3)
    moved = made.integers(3, START_DAYS, shop.size) - began
    moved[~late] = 0
    who = shop.orders["who"]
    shop = replace(shop, orders={**shop.orders, "day": shop.orders["day"] + moved[who]})
    return shop.having(began=began + moved)


def _lost_outcomes_in_one_arm(made: Made, shop: Shop) -> Shop:
    return replace(shop, known=shop.known & (~shop.of(1) | (made.random(shop.size) < 0.88)))


def _some_twice(made: Made, shop: Shop) -> Shop:
    again = made.choice(shop.size, 40, replace=False)
    return replace(shop, again=(again, shop.people["arm"][again]))


def _some_in_both_arms(made: Made, shop: Shop) -> Shop:
    again = made.choice(shop.size, 40, replace=False)
    return replace(shop, again=(again, 1 - shop.people["arm"][again]))


def _began_before(made: Made, shop: Shop) -> Shop:
    early = made.random(shop.size) < 0.01
    return shop.having(began=np.where(early, -3, shop.people["began"]))


def _began_too_late(made: Made, shop: Shop) -> Shop:
    late = made.random(shop.size) < 0.01
    return shop.having(began=np.where(late, START_DAYS + 5, shop.people["began"]))


def _nobody_in_one_arm(_: Made, shop: Shop) -> Shop:
    return shop.having(arm=np.zeros(shop.size, dtype=int))


# --- alike ----------------------------------------------------------------------------------------------------


def _better_customers_in_one_arm(_: Made, shop: Shop) -> Shop:
    before = shop.people["spent_before"]
    return shop.having(spent_before=np.round(before * np.where(shop.of(1), 1.25, 1.0), 2))


def _slightly_better_customers_in_one_arm(_: Made, shop: Shop) -> Shop:
    before = shop.people["spent_before"]
    return shop.having(spent_before=np.round(before + np.where(shop.of(1), 2.0, 0.0), 2))


def _other_kinds_in_one_arm(made: Made, shop: Shop) -> Shop:
    """One in eight of the letters' customers is of another area than their home."""
    moved = shop.of(1) & (made.random(shop.size) < 0.2)
    return shop.having(area=np.where(moved, 0, shop.people["area"]))


# --- what is known --------------------------------------------------------------------------------------------


def _missing_everywhere(made: Made, shop: Shop) -> Shop:
    return replace(shop, known=shop.known & (made.random(shop.size) < 0.92))


def _missing_in_one_arm(made: Made, shop: Shop) -> Shop:
    return replace(shop, known=shop.known & (~shop.of(1) | (made.random(shop.size) < 0.96)))


def _answers_in_one_arm(made: Made, shop: Shop) -> Shop:
    chance = np.where(shop.of(1), ANSWERING + 0.06, ANSWERING)
    return replace(shop, answers=answers(made, chance))


def _nothing_happened(_: Made, shop: Shop) -> Shop:
    """An export that came without its amounts."""
    return replace(shop, orders={**shop.orders, "amount": np.zeros_like(shop.orders["amount"])})


def _rows_without_a_day(made: Made, shop: Shop) -> Shop:
    days = shop.orders["day"]
    return replace(shop, orders={**shop.orders, "day": np.where(made.random(len(days)) < 0.02, NO_DAY, days)})


def _fewer_rows_now(made: Made, shop: Shop) -> Shop:
    kept = made.random(len(shop.orders["who"])) < 0.97
    return replace(shop, orders={name: column[kept] for name, column in shop.orders.items()})


def _fewer_customers_now(made: Made, shop: Shop) -> Shop:
    return shop.only(made.random(shop.size) < 0.99)


def _other_amounts_now(_: Made, shop: Shop) -> Shop:
    return replace(shop, orders={**shop.orders, "amount": np.round(shop.orders["amount"] * 1.01, 2)})


# --- who was reached ------------------------------------------------------------------------------------------


def _sent_to(shop: Shop, given: np.ndarray) -> Shop:  # type: ignore[type-arg]
    return replace(shop.having(given=given), sends=sends(given))


def _many_letters_bounced(made: Made, shop: Shop) -> Shop:
    return _sent_to(shop, shop.people["given"] & (made.random(shop.size) < 0.8))


def _no_letter_went_out(_: Made, shop: Shop) -> Shop:
    return _sent_to(shop, np.zeros(shop.size, dtype=bool))


def _some_letters_went_astray(made: Made, shop: Shop) -> Shop:
    return _sent_to(shop, shop.people["given"] | (~shop.of(1) & (made.random(shop.size) < 0.03)))


def _everybody_got_a_letter(made: Made, shop: Shop) -> Shop:
    return _sent_to(shop, made.random(shop.size) < 0.9)


def _logged_more_often_in_one_arm(made: Made, shop: Shop) -> Shop:
    return _sent_to(shop, made.random(shop.size) < np.where(shop.of(1), 0.64, 0.52))


# --- what they did --------------------------------------------------------------------------------------------


def _one_customer_bought_the_shop(made: Made, shop: Shop) -> Shop:
    (someone,) = made.choice(np.flatnonzero(shop.of(1) & shop.known), 1)
    more = {"who": someone, "day": shop.people["began"][someone] + 2, "amount": 40_000.0}
    return replace(shop, orders={name: np.append(column, more[name]) for name, column in shop.orders.items()})


def _a_robot_orders(made: Made, shop: Shop) -> Shop:
    """Three customers of one arm who order three hundred times."""
    robots = np.repeat(made.choice(np.flatnonzero(shop.of(1) & shop.known), 3), 300)
    days = shop.people["began"][robots] + made.integers(0, FOLLOWED, len(robots))
    more = {"who": robots, "day": days, "amount": np.full(len(robots), 19.9)}
    return replace(shop, orders={name: np.append(column, more[name]) for name, column in shop.orders.items()})


def _only_new(made: Made, shop: Shop) -> Shop:
    """Half as much again in the first week of the pilot or, where all start at once, of each customer; then nothing."""
    started_early = shop.people["began"] < 7
    rolling = bool(shop.people["began"].max() > 0)
    before = orders(made, shop, np.ones(shop.size))
    more = orders(made, shop, np.where(shop.of(1), 0.8, 0.0))
    after = more["day"] - shop.people["began"][more["who"]]
    kept = (after >= 0) & (started_early[more["who"]] if rolling else after < 7)
    return replace(shop, orders={name: np.append(before[name], more[name][kept]) for name in before})


def _a_few_hold_much(made: Made, shop: Shop) -> Shop:
    amount = np.round(made.lognormal(1.0, 2.0, len(shop.orders["amount"])), 2)
    return replace(shop, orders={**shop.orders, "amount": amount})


def _as_it_was(_: Made, shop: Shop) -> Shop:
    return shop


def _ten_days(plan: Plan) -> Plan:
    measures = tuple(replace(one, window_days=10) for one in plan.measures)
    return replace(plan, follow_up_days=10, measures=measures)


def _low_cap(plan: Plan) -> Plan:
    measures = tuple(replace(one, cap=25.0) if one.kind == "sum" else one for one in plan.measures)
    return replace(plan, measures=measures)


def _short_window(plan: Plan) -> Plan:
    return replace(plan, measures=tuple(replace(one, window_days=10) for one in plan.measures))


def _would_have_been(plan: Plan) -> Plan:
    assert plan.exposure is not None
    return replace(plan, exposure=replace(plan.exposure, would_have_been=True))


FAULTS = (
    Fault("one arm lost an eighth of its customers", "sizes", _one_arm_loses),
    Fault("one arm lost customers in one area", "sizes_within", _one_arm_loses_in_one_area),
    Fault("one arm joined three days late", "sizes_over_time", _one_arm_joins_late, own_starts),
    Fault(
        "one arm lost an eighth of its outcomes",
        "sizes_over_time",
        _lost_outcomes_in_one_arm,
        lambda form: wide(form) and not form.own_starts,
    ),
    Fault("an arm has nobody", "arms", _nobody_in_one_arm),
    Fault("40 customers are there twice", "once", _some_twice, lambda form: wide(form) or observed(form)),
    Fault("40 customers are in both arms", "once", _some_in_both_arms, observed),
    Fault("1 in 100 began before the start", "start", _began_before, lambda form: own_starts(form)),
    Fault("1 in 100 began too late", "outside", _began_too_late, lambda form: own_starts(form)),
    Fault("one arm's customers spent a quarter more before", "alike", _better_customers_in_one_arm),
    Fault("one arm's customers are of other areas", "alike", _other_kinds_in_one_arm),
    Fault("one arm's customers spent a little more before", "before", _slightly_better_customers_in_one_arm),
    Fault("1 in 12 outcomes is missing", "missing", _missing_everywhere, wide),
    Fault("outcomes are missing in one arm", "missing_alike", _missing_in_one_arm, wide),
    Fault("missing outcomes could turn the result", "worst_case", _missing_in_one_arm, wide),
    Fault("one arm answers more often", "answering_alike", _answers_in_one_arm),
    Fault("all amounts are zero", "something", _nothing_happened),
    Fault("1 in 50 orders has no day", "outside", _rows_without_a_day, events),
    Fault("rows are gone since the last reading", "kept", _fewer_rows_now, since=True),
    Fault("customers are gone since the last reading", "kept", _fewer_customers_now, since=True),
    Fault("amounts have changed since the last reading", "kept", _other_amounts_now, since=True),
    Fault("1 letter in 5 bounced", "reached", _many_letters_bounced),
    Fault("no letter went out", "reached", _no_letter_went_out),
    Fault("some letters went to the wrong arm", "not_meant", _some_letters_went_astray),
    Fault("everybody got a letter", "not_meant", _everybody_got_a_letter),
    Fault("one arm was logged more often", "reached_alike", _logged_more_often_in_one_arm, plan=_would_have_been),
    Fault("one customer bought the shop", "carried", _one_customer_bought_the_shop),
    Fault("three robots order all day", "carried", _a_robot_orders),
    Fault("what is new wears off", "novelty", _only_new, lambda form: events(form) or own_starts(form)),
    Fault("a few customers hold much", "tails", _a_few_hold_much),
    Fault("follow-up is ten days", "weeks", _as_it_was, plan=_ten_days),
    Fault("spend is looked at for ten days of fourteen", "weeks", _as_it_was, events, plan=_short_window),
    Fault("the cap cuts a third", "capped", _as_it_was, plan=_low_cap),
    Fault("read a week early", "pending", _as_it_was, days_early=7),
)
