from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from readings import SPEND, VISIT, a_cube, a_plan, an_arm, shares
from scipy import stats

from pitcairn.design.plan import ObservedPlan
from pitcairn.estimate.change import Asked, paired_change
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.quantiles import Ladder, Ranked
from pitcairn.evidence.cube import Cube
from pitcairn.reading.effects import confidence_together, counted_out, effect, effects, level_of, relative


def found(plan: Any, cube: Cube, confidence: float = 0.95) -> dict[str, Effect]:
    by_arm = effects(plan, cube, {plan.deciding.id: confidence})[0].by_arm
    assert all(isinstance(one, Effect) for one in by_arm.values())
    return {arm: one for arm, one in by_arm.items() if isinstance(one, Effect)}


def spending(*arms: tuple[str, np.ndarray]) -> Cube:
    return a_cube({(arm,): {"spend": values} for arm, values in arms})


AMOUNT = replace(SPEND, role="deciding", worth_it=0.1)


def test_an_amount_in_uneven_arms_is_judged_with_its_skew() -> None:
    """Against the formula worked out by hand: pooled central moments, z, and the bound q + g (q² - 1) / 6."""
    rng = np.random.default_rng(1)
    control, note = rng.lognormal(0, 1.2, 9000), rng.lognormal(0.1, 1.2, 1000)
    plan = a_plan(measures=(AMOUNT,), arms=(an_arm("control", 0, 9000, "control"), an_arm("note", 9000, 10000)))
    outcome = found(plan, spending(("control", control), ("note", note)))["note"]
    assert "skew" in outcome.method
    for end, q in ((outcome.low, 1.959964), (outcome.high, -1.959964)):
        # Under a difference of `end` the arm varies as much more as its level, told by all customers, is higher.
        level = control.mean() + (note.mean() - control.mean() - end) * 1000 / 10000
        grown = (level + end) / level
        weights = np.array([9000, 1000 / grown])
        common = weights @ [control.mean(), note.mean() - end] / weights.sum()
        moments = [
            (((control - common) ** k).sum() + ((note - end - common) ** k).sum() / grown) / 10000 for k in (2, 3)
        ]
        s = np.sqrt(moments[0] * (grown / 1000 + 1 / 9000))
        g = moments[1] * (grown / 1000**2 - 1 / 9000**2) / s**3
        z = (note.mean() - control.mean() - end) / s
        assert z == pytest.approx(q + g * (q**2 - 1) / 6, abs=2e-5)


def test_even_arms_and_arms_without_third_sums_are_judged_by_welch() -> None:
    rng = np.random.default_rng(2)
    cube = spending(("control", rng.gamma(1, 1, 500)), ("note", rng.gamma(1, 1, 510)))
    assert found(a_plan(measures=(AMOUNT,)), cube)["note"].method == "Welch"
    small = spending(("control", rng.gamma(1, 1, 900)), ("note", rng.gamma(1, 1, 100)))
    blocks = {"spend": replace(small.blocks["spend"], cubes=None)}
    assert found(a_plan(measures=(AMOUNT,)), replace(small, blocks=blocks))["note"].method == "Welch"


def test_few_events_are_counted_out_where_a_decision_hangs_on_them() -> None:
    cube = a_cube(
        {
            ("control",): {"visit": shares(1, 400), "seen": shares(1, 400)},
            ("note",): {"visit": shares(9, 400), "seen": shares(9, 400)},
        }
    )
    plan = a_plan(measures=(VISIT, replace(VISIT, id="seen", role="watch", worth_it=None)))
    deciding, watched = (item.by_arm["note"] for item in effects(plan, cube, {}))
    assert isinstance(deciding, Effect)
    assert isinstance(watched, Effect)
    assert deciding.method == "Mid-p, all outcomes counted"
    assert watched.method.startswith("Newcombe")
    assert deciding.p is not None
    assert (deciding.p < 0.05) == (deciding.low > 0)


def three(plan_stage: str, gains: tuple[float, float], seed: int = 5) -> tuple[Any, Cube, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    rows = {
        "control": rng.normal(10, 3, 3000),
        "note": rng.normal(10 + gains[0], 3, 3000),
        "call": rng.normal(10 + gains[1], 3, 2000),
    }
    arms = (an_arm("control", 0, 3750, "control"), an_arm("note", 3750, 7500), an_arm("call", 7500, 10000))
    plan = a_plan(measures=(AMOUNT,), arms=arms, stage=plan_stage)
    return plan, spending(*rows.items()), rows


def test_several_arms_of_a_confirmation_are_judged_together() -> None:
    plan, cube, rows = three("confirm", (0.0, 0.0))
    together = found(plan, cube)
    alone = found(replace(plan, stage="explore"), cube)
    table = stats.dunnett(rows["note"], rows["call"], control=rows["control"], alternative="greater", rng=1)
    bounds = table.confidence_interval(0.975).low
    for arm, low in zip(("note", "call"), bounds, strict=True):
        assert together[arm].low == pytest.approx(low, abs=0.012)
        assert together[arm].low < alone[arm].low
        assert "Dunnett" in together[arm].method
        assert "Dunnett" not in alone[arm].method


def test_after_the_first_gain_the_next_arm_stands_alone() -> None:
    plan, cube, _ = three("confirm", (1.0, 0.1))
    together, alone = found(plan, cube), found(replace(plan, stage="explore"), cube)
    assert together["note"].low < alone["note"].low
    assert together["call"].low == pytest.approx(alone["call"].low)


def test_step_down_keeps_the_level_for_all_arms_together() -> None:
    """800 confirmations of two arms that do nothing: any gain called in 2.5 %, three errors either way."""
    rng = np.random.default_rng(7)
    plan, _, _ = three("confirm", (0.0, 0.0))
    called = 0
    for _ in range(800):
        cube = spending(
            ("control", rng.normal(0, 1, 60)), ("note", rng.normal(0, 1, 60)), ("call", rng.normal(0, 1, 60))
        )
        called += any(outcome.low > 0 for outcome in found(plan, cube).values())
    assert 0.0085 < called / 800 < 0.0415


def test_confidence_together_is_dunnetts_bound() -> None:
    assert stats.norm.ppf(0.5 + confidence_together(100, [100, 100], 0.95) / 2) == pytest.approx(2.2121, abs=1e-3)
    assert confidence_together(100, [100, 0], 0.95) == 0.95
    assert confidence_together(0, [100, 100], 0.95) == 0.95


def test_few_events_stand_where_their_exact_range_ends() -> None:
    arms = Moments.of(shares(2, 500)), Moments.of(shares(11, 500))
    for confidence in (0.9, 0.95, 0.999):
        outcome = effect(VISIT, *arms, confidence, exact=True)
        assert isinstance(outcome, Effect)
        reach = stats.norm.ppf(0.5 + confidence / 2)
        assert counted_out(VISIT, *arms, outcome.low) == pytest.approx(reach, abs=1e-3)
        assert counted_out(VISIT, *arms, outcome.high) == pytest.approx(-reach, abs=1e-3)
    assert counted_out(SPEND, *arms, 0.0) is None
    assert counted_out(VISIT, Moments.of(shares(200, 500)), Moments.of(shares(210, 500)), 0.0) is None


def test_over_many_looks_arms_share_the_error_elsewhere() -> None:
    plan, cube, _ = three("confirm", (0.0, 0.0))
    own = ObservedPlan(source="outcomes", column="arm", values=(("control", "c"), ("note", "n")), start="day")
    assert "Dunnett" not in found(replace(plan, observed=own), cube)["note"].method


def test_several_values_before_the_start_are_taken_out_as_a_regression_does() -> None:
    rng = np.random.default_rng(12)
    rows = {}
    for arm, gain in (("control", 0.0), ("note", 0.3)):
        age, earlier = rng.normal(0, 1, 400), rng.gamma(1, 1, 400)
        rows[arm] = np.column_stack([gain + age + 2 * earlier + rng.normal(0, 1, 400), age, earlier])
    measure = replace(AMOUNT, before="earlier", adjust_for=("age",))
    outcome = found(a_plan(measures=(measure,)), spending(*rows.items()))["note"]
    design = np.vstack([np.column_stack([np.ones(400), np.full(400, arm == "note"), rows[arm][:, 1:]]) for arm in rows])
    values = np.concatenate([rows[arm][:, 0] for arm in rows])
    solved, (left,), *_ = np.linalg.lstsq(design, values, rcond=None)
    error = np.sqrt(left / (800 - 4) * np.linalg.inv(design.T @ design)[1, 1])
    assert outcome.estimate == pytest.approx(solved[1])
    assert outcome.standard_error == pytest.approx(error, rel=0.005)
    assert outcome.method == "Welch, adjusted for 2 values before the start"
    alone = found(a_plan(measures=(AMOUNT,)), spending(*((arm, values[:, 0]) for arm, values in rows.items())))["note"]
    assert outcome.standard_error < 0.5 * alone.standard_error


MEDIAN = replace(AMOUNT, kind="quantile", at=0.5)


def ranked(values: np.ndarray) -> Ranked:
    rows = np.sort(values)
    return Ranked.of_ladder(Moments.of(rows), Ladder(len(rows), np.arange(1, len(rows) + 1), rows))


def test_a_quantile_is_compared_by_ranks_and_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    inside, times = 0, 400
    for _ in range(times):
        control, note = rng.lognormal(0, 1, 301), 1.5 * rng.lognormal(0, 1, 299)
        outcome = effect(MEDIAN, ranked(control), ranked(note), 0.9)
        assert isinstance(outcome, Effect)
        assert outcome.estimate == pytest.approx(np.median(note) - np.median(control))
        inside += outcome.low <= 0.5 <= outcome.high
    assert inside / times > 0.9 - 3 * np.sqrt(0.09 / times)
    share = relative(MEDIAN, ranked(control), ranked(note), 0.9)
    assert isinstance(share, Effect)
    assert share.estimate == pytest.approx(np.median(note) / np.median(control) - 1)


def test_what_adds_up_over_days_has_no_quantile() -> None:
    rows = np.arange(200.0)
    for arm in (Moments.of(rows), ranked(rows[:100]) + ranked(rows[100:])):
        outcome = effect(MEDIAN, arm, arm, 0.95)
        assert isinstance(outcome, NotAvailable)
        assert "several days" in outcome.why
        assert level_of(MEDIAN, arm) is None
    nobody = effect(MEDIAN, Moments.none(1), Moments.none(1), 0.95)
    assert isinstance(nobody, NotAvailable)
    assert nobody.why == "Nobody has a value yet."


def test_a_change_is_compared_with_a_change_and_not_adjusted_for_what_it_is_from() -> None:
    rng = np.random.default_rng(5)
    trust = replace(AMOUNT, kind="mean", change=True, before="earlier")
    before = rng.integers(1, 8, (2, 300)).astype(float)
    after = before + rng.normal(0.2, 1, (2, 300)) + np.array([[0.0], [0.3]])
    stored = [Moments.of(np.column_stack([b - a, a])) for a, b in zip(before, after, strict=True)]
    asked = [Asked(500, Moments.of(np.column_stack([b, a]))) for a, b in zip(before, after, strict=True)]
    wanted, outcome = paired_change(*asked).effect, effect(trust, *stored, 0.95)
    by_rows = stats.ttest_ind(after[1] - before[1], after[0] - before[0], equal_var=False).confidence_interval()
    assert isinstance(outcome, Effect)
    assert isinstance(wanted, Effect)
    assert (outcome.low, outcome.high) == pytest.approx((wanted.low, wanted.high), rel=1e-9)
    assert (outcome.low, outcome.high) == pytest.approx(tuple(by_rows), rel=1e-9)
    assert isinstance(relative(trust, *stored, 0.95), NotAvailable)
    age = rng.normal(40, 10, (2, 300))
    aged = [Moments.of(np.column_stack([b - a, x, a])) for a, b, x in zip(before, after, age, strict=True)]
    only = [Moments.of(np.column_stack([b - a, x])) for a, b, x in zip(before, after, age, strict=True)]
    found, plain = effect(replace(trust, adjust_for=("age",)), *aged, 0.95), difference(*only, covariates=1)
    assert isinstance(found, Effect)
    assert isinstance(plain, Effect)
    assert (found.estimate, found.standard_error) == pytest.approx((plain.estimate, plain.standard_error), rel=1e-9)
