from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from readings import SPEND, VISIT, a_cube, a_plan, a_reading, an_arm, shares

from pitcairn.design.plan import MeasuredCost, MeasurePlan, Plan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.cube import Both
from pitcairn.reading.cost_row import CostRow
from pitcairn.reading.encode import from_json, to_json
from pitcairn.reading.result import Result, Shown


def costly(cost: float | None, today: float | None = None) -> Plan:
    arms = (replace(an_arm("control", 0, 5000, "control"), cost=today), replace(an_arm("note", 5000, 10000), cost=cost))
    watched = replace(SPEND, id="spend", label="Spend")
    return a_plan(arms=arms, measures=(VISIT, watched))


def read(plan: Plan, events: int = 800) -> Result:
    rng = np.random.default_rng(1)
    rows = {"control": rng.gamma(1, 1, 5000), "note": rng.gamma(1, 1.2, 5000)}
    cube = a_cube(
        {
            ("control",): {"visit": shares(500, 5000), "spend": rows["control"]},
            ("note",): {"visit": shares(events, 5000), "spend": rows["note"]},
        }
    )
    return a_reading(plan, cube)


def price(result: Result) -> CostRow:
    return next(row for row in result.costs if row.kind == "price")


def test_an_extra_visit_costs_the_extra_cost_over_the_gain() -> None:
    result = read(costly(0.9, today=0.3))
    found = price(result)
    effect = result.measures[0].rows[0].effect
    assert isinstance(effect, Shown)
    assert found.extra == pytest.approx(0.6)
    assert found.estimate == pytest.approx(0.6 / 0.06)
    assert (found.low, found.high) == pytest.approx((0.6 / effect.high, 0.6 / effect.low))
    assert found.text.startswith("Extra visits: $10.00 each ($8")
    assert any(bullet.text == found.text for bullet in result.verdicts[0].bullets)
    assert to_json(from_json(to_json(result))) == to_json(result)


def test_money_spent_comes_back_as_the_effect_over_the_cost() -> None:
    result = read(costly(0.1))
    found = next(row for row in result.costs if row.kind == "return")
    effect = result.measures[1].rows[0].effect
    assert isinstance(effect, Shown)
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (effect.estimate / 0.1, effect.low / 0.1, effect.high / 0.1)
    )
    assert "back for each extra $1.00 spent" in found.text


def test_where_there_may_be_no_gain_only_a_least_cost_is_said() -> None:
    found = price(read(costly(0.6), events=510))
    assert (found.estimate, found.high) == (None, None)
    assert found.low is not None
    assert found.text == f"Extra visits: at least ${found.low:.2f} each, if any at all"


def test_a_loss_has_no_price_and_an_arm_without_a_cost_has_no_row() -> None:
    found = price(read(costly(0.6), events=300))
    assert (found.estimate, found.low, found.high) == (None, None, None)
    assert found.text == "Extra visits: none, for $0.60 more a customer"
    assert read(costly(None)).costs == ()
    assert read(costly(0.3, today=0.3)).costs == ()


# --- a cost that is measured ----------------------------------------------------------------------------------

COUPONS = replace(SPEND, id="coupons", label="Coupons redeemed", better="down")
REVENUE = replace(SPEND, id="spend", label="Spend")


def measured(per_customer: float = 0.0, *, deciding: MeasurePlan = VISIT) -> Plan:
    cost = MeasuredCost(measure="coupons", per_customer=per_customer)
    arms = (an_arm("control", 0, 5000, "control"), replace(an_arm("note", 5000, 10000), cost=cost))
    return a_plan(arms=arms, measures=(deciding, REVENUE, COUPONS))


def read_measured(plan: Plan, *, redeem: float = 0.12, visits: float = 0.16, back: float = 3.0) -> Result:
    """Coupons of $5 that some redeem; what comes back is `back` for each dollar of them."""
    rng = np.random.default_rng(8)
    rows = {}
    for arm, redeems, visiting in (("control", 0.02, 0.10), ("note", redeem, visits)):
        coupons = 5.0 * (rng.random(5000) < redeems)
        rows[arm] = {
            "visit": (rng.random(5000) < visiting).astype(float),
            "spend": rng.gamma(2, 4, 5000) + back * coupons,
            "coupons": coupons,
        }
    beside = {
        id: Both(
            {arm: Moments.of(np.column_stack([each[id], each["coupons"]])) for arm, each in rows.items()},
            ((), ()),
            clustered=False,
        )
        for id in ("visit", "spend")
    }
    cube = replace(a_cube({(arm,): each for arm, each in rows.items()}), beside=beside)
    result = a_reading(plan, cube)
    assert to_json(from_json(to_json(result))) == to_json(result)
    return result


def shown(result: Result, measure: str) -> Shown:
    found = next(block.rows[0].effect for block in result.measures if block.id == measure)
    assert isinstance(found, Shown)
    return found


def row(result: Result, kind: str) -> CostRow:
    return next(row for row in result.costs if row.kind == kind)


def test_a_measured_cost_gives_the_quotient_of_the_two_differences_that_the_page_shows() -> None:
    result = read_measured(measured())
    spent, gained, visits = (shown(result, id).estimate for id in ("coupons", "spend", "visit"))
    back, price = row(result, "return"), row(result, "price")
    assert (back.extra, price.extra) == pytest.approx((spent, spent))
    assert (back.estimate, price.estimate) == pytest.approx((gained / spent, spent / visits))
    assert back.low is not None
    assert back.high is not None
    assert back.low < 3.0 < back.high
    assert (back.fits, back.spent, back.method) == ("between", "coupons", "Fieller, both differences measured")
    assert back.text.startswith("Spend: $")
    assert "back for each extra $1.00 of “Coupons redeemed” ($" in back.text
    assert price.text.startswith("Extra visits: $")
    figures = {row.where: row for row in result.details if row.method.startswith("Fieller")}
    assert set(figures) == {"For each USD of Coupons redeemed", "Coupons redeemed, of each extra one"}
    found = figures["For each USD of Coupons redeemed"]
    assert (float(found.difference), float(found.low), float(found.high)) == pytest.approx(
        (back.estimate, back.low, back.high), rel=1e-5
    )
    assert any(bullet.text == back.text for bullet in result.verdicts[0].bullets)


def test_a_known_part_of_the_cost_counts_as_spent() -> None:
    plain, more = (row(read_measured(measured(amount)), "return") for amount in (0.0, 0.25))
    assert plain.extra is not None
    assert more.extra == pytest.approx(plain.extra + 0.25)


def test_where_there_may_be_no_extra_spend_no_return_is_told_and_the_open_set_is_said_in_words() -> None:
    result = read_measured(measured(), redeem=0.0185, back=0.0)
    found = row(result, "return")
    assert (found.estimate, found.low, found.high) == (None, None, None)
    assert found.fits in ("outside", "anything")
    assert "no return on each extra $1.00 of “Coupons redeemed” can be told, since there may be no" in found.text
    assert any("fits: " in row.method for row in result.details)


def test_where_there_may_be_no_gain_only_a_least_price_is_told() -> None:
    found = row(read_measured(measured(), visits=0.102), "price")
    assert found.fits == "outside"
    assert (found.estimate, found.high) == (None, None)
    assert found.low == found.at_least
    assert found.text == f"Extra visits: at least ${found.low:.2f} each, if any at all"


def test_a_loss_has_no_price_and_savings_no_return() -> None:
    lost = row(read_measured(measured(), visits=0.05), "price")
    assert lost.text.startswith("Extra visits: none, for $0.")
    assert lost.text.endswith(" more a customer")
    saved = row(read_measured(measured(), redeem=0.0), "return")
    assert saved.text.startswith("Spend: no return, for $0.")
    assert saved.text.endswith(" less of “Coupons redeemed” a customer")


def test_fewer_of_what_is_bad_has_a_price_above_zero() -> None:
    plan = measured(deciding=replace(VISIT, better="down"))
    found = row(read_measured(plan, visits=0.06), "price")
    assert found.text.startswith("Fewer visits: $")
    assert found.low is not None
    assert found.high is not None
    assert found.estimate is not None
    assert 0 < found.low < found.estimate < found.high


def test_without_sums_of_both_together_the_reason_stands_there() -> None:
    rng = np.random.default_rng(1)
    rows = {"visit": shares(500, 5000), "spend": rng.gamma(1, 1, 5000), "coupons": rng.gamma(1, 1, 5000)}
    result = a_reading(measured(), a_cube({("control",): rows, ("note",): rows}))
    assert row(result, "return").text == (
        "Spend: no return. Outcomes and spend of the same customers were not put together."
    )
