from __future__ import annotations

from dataclasses import replace

import numpy as np
from readings import SPAM, SPEND, VISIT, a_cube, a_plan, a_reading, shares

from pitcairn.reading.result import Result, Shown


def reading(visits: int = 800, spam: int = 25, **changes: object) -> Result:
    def cell(visit: int, complaints: int, spent: float) -> dict[str, np.ndarray]:
        money = np.tile([0.0, spent], 2500)
        return {"visit": shares(visit, 5000), "spam": shares(complaints, 5000), "spend": money}

    cube = a_cube({("control",): cell(500, 20, 2.0), ("note",): cell(visits, spam, 3.0)})
    return a_reading(a_plan(**{"measures": (VISIT, SPAM, SPEND)} | changes), cube)


def test_many_customers_get_the_numbers_of_the_page_so_many_times() -> None:
    result = reading()
    (row,) = result.at_scale
    (promised,) = result.promised
    spam, spend = (block.rows[0].effect for block in result.measures[1:])
    assert isinstance(spam, Shown)
    assert isinstance(spend, Shown)
    low, high = (int(end.lstrip("+")) * 100 for end in promised.range_text.split(" to "))
    extra = int(promised.estimate_text.lstrip("+")) * 100
    assert (spam.estimate_text, spam.range_text) == ("+1.0", "−1.6 to +3.6")
    assert (spend.estimate_text, spend.range_text) == ("+$0.50", "+$0.45 to +$0.55")
    assert row.sentence == (
        f"If 100,000 such customers got “Note”, expect about {extra:,} more visits ({low:,} to {high:,}), 100 more "
        "complaints (160 fewer to 360 more) and $50,000 more in “Spend” ($45,000 to $55,000)."
    )


def test_only_what_may_be_wanted_for_more_customers_is_multiplied() -> None:
    assert reading(visits=505).at_scale == ()
    assert reading(visits=300).at_scale == ()


def test_where_less_is_better_there_are_fewer() -> None:
    fewer = replace(VISIT, better="down", label="Returns", unit="returns")
    assert "fewer returns (" in reading(visits=200, measures=(fewer,)).at_scale[0].sentence


def test_money_that_is_measured_twice_is_told_once() -> None:
    capped = replace(SPEND, id="capped", label="Spend, up to $2", cap=2.0)
    cells = {"visit": shares(500, 5000), "spend": np.tile([0.0, 2.0], 2500), "capped": np.tile([0.0, 2.0], 2500)}
    cells["capped uncapped"] = cells["spend"]
    more = cells | {"visit": shares(800, 5000)}
    cube = a_cube({("control",): cells, ("note",): more})
    told = a_reading(a_plan(measures=(VISIT, SPEND, capped)), cube).at_scale[0].sentence
    assert "“Spend”" in told
    assert "“Spend, up to $2”" not in told
