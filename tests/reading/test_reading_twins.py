from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from readings import AREA, SPAM, SPEND, VISIT, a_check, a_cube, a_plan, a_reading, shares
from scipy import stats

from pitcairn.design.plan import ExposurePlan, ObservedPlan
from pitcairn.estimate.clustered import clustered_difference
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.quantiles import Ladder
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


def test_a_share_from_few_events_says_that_it_is_not_adjusted_and_so_does_its_twin() -> None:
    rng = np.random.default_rng(3)
    before = rng.random(3000) < 0.1
    rows = {
        arm: np.column_stack([np.arange(3000) < events, before]).astype(float)
        for arm, events in (("control", 4), ("note", 9))
    }
    plan = a_plan(measures=(replace(VISIT, before="visited"),))
    result = a_reading(plan, a_cube({(arm,): {"visit": each} for arm, each in rows.items()}))
    said = "not adjusted, which needs 10 customers with it and 10 without in each group"
    assert any(row.method == f"Mid-p, all outcomes counted; {said}" for row in result.details)
    twin = only(result, "unadjusted")
    assert isinstance(twin.effect, Withheld)
    assert twin.word == f"The result itself is {said}."
    many = {arm: np.column_stack([each[:, 1], each[:, 1]]) for arm, each in rows.items()}
    many["note"][:40, 0] = 1.0
    many["control"][:30, 0] = 0.0
    assert isinstance(
        only(a_reading(plan, a_cube({(a,): {"visit": e} for a, e in many.items()})), "unadjusted").effect, Shown
    )


def test_a_quantile_has_its_twin_that_is_not_adjusted() -> None:
    rng = np.random.default_rng(4)
    basket = replace(SPEND, id="basket", kind="quantile", at=0.5, role="deciding", worth_it=0.1, before="spent")
    raw, ladders = {}, {}
    for arm, gain in (("control", 0.0), ("note", 1.0)):
        before = rng.gamma(3, 2, (800, 1))
        rows = before[:, 0] + gain + rng.gamma(2, 0.5, 800)
        raw[arm,] = {"basket": np.column_stack([rows, before])}
        ladders[arm,] = Ladder.of(rows, before)
    cube = replace(a_cube(raw), ladders={"basket": {None: ladders}})
    result = a_reading(a_plan(measures=(basket,)), cube)
    main, twin = result.measures[0].rows[0].effect, shown(only(result, "unadjusted"))
    assert isinstance(main, Shown)
    assert main.high - main.low < 0.8 * (twin.high - twin.low)
    medians = [float(np.median(raw[arm,]["basket"][:, 0])) for arm in ("control", "note")]
    assert twin.estimate == pytest.approx(medians[1] - medians[0], abs=0.05)


def test_households_have_their_twin_that_is_not_adjusted() -> None:
    rng = np.random.default_rng(5)
    units = {}
    for arm, gain in (("control", 0.0), ("note", 0.5)):
        size, before = rng.integers(1, 4, 500), rng.gamma(2, 2, 500)
        units[arm,] = Moments.of(np.column_stack([before + gain * size + rng.gamma(1, 1, 500), size, before]))
    amount = replace(AMOUNT, before="spent")
    observed = ObservedPlan(source="outcomes", column="arm", values=(), start=None, cluster="home")
    people = {arm: {"spend": rng.gamma(2, 1, (1000, 2))} for arm in units}
    cube = replace(a_cube(people), drawn={"spend": {None: units}})
    result = a_reading(a_plan(measures=(amount,), observed=observed), cube)
    wanted = clustered_difference(*(units[arm].along(np.eye(3)[:2]) for arm in units))
    assert isinstance(wanted, Effect)
    twin = shown(only(result, "unadjusted"))
    assert (twin.low, twin.high) == pytest.approx((wanted.low, wanted.high))


def test_a_value_before_that_nobody_has_is_told_where_the_adjustment_would_be_seen() -> None:
    rng = np.random.default_rng(6)
    rows = {(arm,): {"spend": np.column_stack([rng.gamma(2, 1, 500), np.zeros(500)])} for arm in ("control", "note")}
    result = a_reading(a_plan(measures=(replace(AMOUNT, before="spent"),)), a_cube(rows))
    assert only(result, "unadjusted").word.startswith("What is known from before the start is missing")
    assert not any("adjusted for" in row.method for row in result.details)
