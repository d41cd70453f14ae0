from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from readings import AREA, SPAM, SPEND, VISIT, a_check, a_cube, a_plan, a_reading, shares
from scipy import stats

from pitcairn.design.plan import ExposurePlan
from pitcairn.evidence.exposure import DIMENSION, NOT_REACHED, REACHED
from pitcairn.reading.encode import from_json, to_json
from pitcairn.reading.result import Result, Shown, TwinRow, Withheld

AMOUNT = replace(SPEND, role="deciding", worth_it=0.1)


def only(result: Result, kind: str) -> TwinRow:
    (found,) = (row for row in result.twins if row.kind == kind)
    return found


def shown(row: TwinRow) -> Shown:
    assert isinstance(row.effect, Shown)
    return row.effect


def exposure(*, would_have_been: bool) -> ExposurePlan:
    return ExposurePlan(source="outcomes", column="seen", day=None, where=(), would_have_been=would_have_been)


def test_a_capped_measure_is_shown_uncapped_too() -> None:
    rng = np.random.default_rng(1)
    raw = {"control": rng.lognormal(0, 1, 2000), "note": rng.lognormal(0.1, 1, 2000)}
    raw["note"][0] = 1500.0
    cube = a_cube({(arm,): {"spend": np.minimum(rows, 20), "spend uncapped": rows} for arm, rows in raw.items()})
    result = a_reading(a_plan(measures=(replace(AMOUNT, cap=20.0),)), cube)
    twin = only(result, "uncapped")
    wanted = stats.ttest_ind(raw["note"], raw["control"], equal_var=False).confidence_interval()
    assert (shown(twin).low, shown(twin).high) == pytest.approx((wanted.low, wanted.high))
    assert twin.label == "Without the cap of $20.00 per customer"
    assert twin.agrees is False
    assert twin.word == "Another answer"
    assert shown(twin).low < 0
    row = next(row for row in result.details if row.where == "All customers, not capped")
    assert float(row.low) == pytest.approx(wanted.low, rel=1e-4)
    assert float(row.mean) == pytest.approx(raw["note"].mean(), rel=1e-4)
    assert to_json(from_json(to_json(result))) == to_json(result)


def by_reach(*, events: tuple[int, int, int, int], size: int = 1000) -> Any:
    levels = (("control", REACHED), ("control", NOT_REACHED), ("note", REACHED), ("note", NOT_REACHED))
    rows = {
        key: {"visit": shares(count, size), "spam": shares(20, size)} for key, count in zip(levels, events, strict=True)
    }
    return a_cube(rows, DIMENSION)


def test_reached_customers_are_held_to_those_who_would_have_been_reached() -> None:
    plan = a_plan(measures=(VISIT, SPAM), exposure=exposure(would_have_been=True))
    result = a_reading(plan, by_reach(events=(100, 50, 160, 50)))
    (visits, spam) = (row for row in result.twins if row.kind == "reached")
    assert shown(visits).estimate == pytest.approx(0.06)
    assert result.measures[0].rows[0].effect.estimate == pytest.approx(0.03)  # type: ignore[union-attr]
    assert (spam.measure, shown(spam).estimate) == ("spam", 0.0)
    assert visits.agrees


def test_who_was_reached_in_one_arm_alone_is_compared_with_nobody() -> None:
    result = a_reading(a_plan(exposure=exposure(would_have_been=False)), by_reach(events=(0, 150, 160, 50)))
    twin = only(result, "reached")
    assert isinstance(twin.effect, Withheld)
    assert "would have been reached is not known" in twin.effect.why
    assert twin.agrees is None
    assert not any("Reached" in row.where for row in result.details)


def test_few_reached_customers_are_not_shown() -> None:
    plan = a_plan(exposure=exposure(would_have_been=True))
    twin = only(a_reading(plan, by_reach(events=(10, 10, 10, 10), size=49)), "reached")
    assert isinstance(twin.effect, Withheld)
    assert "Fewer than 50" in twin.effect.why


def test_within_groups_like_is_compared_with_like() -> None:
    """By luck the arm got more of the area that spends more; weighed by area, what luck did is taken out again."""
    rng = np.random.default_rng(3)
    sizes = {("control", "city"): 900, ("control", "country"): 1100, ("note", "city"): 1100, ("note", "country"): 900}
    rows = {key: rng.normal(10 if key[1] == "city" else 2, 1, count) for key, count in sizes.items()}
    cube = a_cube({key: {"spend": values} for key, values in rows.items()}, "area")
    result = a_reading(a_plan(measures=(AMOUNT,), groups=(AREA,)), cube)
    twin = shown(only(result, "within_groups"))
    parts = {level: rows["note", level].mean() - rows["control", level].mean() for level in ("city", "country")}
    assert twin.estimate == pytest.approx((parts["city"] + parts["country"]) / 2)
    main = result.measures[0].rows[0].effect
    assert isinstance(main, Shown)
    assert twin.high - twin.low < (main.high - main.low) / 3


def test_a_measure_that_chooses_nothing_has_no_twin_and_an_unsafe_reading_has_none() -> None:
    cube = a_cube({("control",): {"visit": shares(10, 100)}, ("note",): {"visit": shares(20, 100)}})
    assert a_reading(a_plan(), cube).twins == ()
    capped = a_plan(measures=(replace(VISIT, cap=1.0),))
    assert a_reading(capped, cube, checks=(a_check("fail"),)).twins == ()
