from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from readings import SPEND, VISIT, a_cube, a_plan, a_reading, an_arm, shares

from pitcairn.design.plan import Plan
from pitcairn.reading.encode import from_json, to_json
from pitcairn.reading.result import CostRow, Result, Shown


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
