from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from readings import AREA, SPAM, SPEND, VISIT, a_check, a_cube, a_lock, a_plan, a_reading, an_arm, shares, some_facts

from pitcairn.canonical import dumps
from pitcairn.design.plan import ObservedPlan, PredictionPlan
from pitcairn.estimate.shrink import Groups, shrink
from pitcairn.evidence.cube import Cube
from pitcairn.reading.result import Result, Shown, Withheld


def two_arms(control: int, treated: int, count: int = 5000) -> Cube:
    return a_cube({("control",): {"visit": shares(control, count)}, ("note",): {"visit": shares(treated, count)}})


def code(result: Result) -> str:
    return result.verdicts[0].code


@pytest.mark.parametrize(
    ("control", "treated", "expected", "headline"),
    [
        (500, 800, "adapt", "looks worth it. Confirm it on fresh customers."),
        (500, 300, "harm", "Stop “Note”: Visits changed by −40 visits per 1,000 customers."),
        (500, 505, "no_difference", "makes no difference that matters"),
    ],
)
def test_the_verdict_follows_the_range(control: int, treated: int, expected: str, headline: str) -> None:
    result = a_reading(a_plan(), two_arms(control, treated))
    assert code(result) == expected
    assert headline in result.headline


def test_a_small_sure_gain_is_not_worth_it() -> None:
    result = a_reading(a_plan(), two_arms(5000, 5500, count=50_000))
    assert code(result) == "not_worth_it"
    assert "helps, but less than it must" in result.headline


def test_too_few_customers_cannot_tell_and_say_how_many_would() -> None:
    result = a_reading(a_plan(), two_arms(50, 58, count=500))
    assert code(result) == "cannot_tell"
    assert "more customers would settle it" in result.headline


def test_nobody_who_did_anything_cannot_tell() -> None:
    result = a_reading(a_plan(), two_arms(0, 0, count=40))
    assert code(result) == "cannot_tell"


def test_every_number_of_a_card_is_the_number_of_its_row() -> None:
    result = a_reading(a_plan(), two_arms(500, 800))
    row = result.measures[0].rows[0].effect
    assert isinstance(row, Shown)
    card = result.verdicts[0]
    assert card.big == f"{row.estimate_text} visits per 1,000 customers"
    low, high = row.range_text.split(" to ")
    assert card.range_sentence == f"Likely between {low} and {high}. Worth it from +20."


def test_a_failed_gate_withholds_every_effect() -> None:
    result = a_reading(a_plan(), two_arms(500, 800), checks=(a_check("fail"),))
    assert code(result) == "unsafe_to_read"
    assert result.withheld
    assert result.headline == "Do not read this yet. Group sizes are off."
    assert (result.measures, result.guardrails, result.groups, result.details, result.promotion) == ((),) * 5
    assert result.verdicts[0].big is None


def test_a_check_that_does_not_gate_withholds_nothing() -> None:
    result = a_reading(a_plan(), two_arms(500, 800), checks=(a_check("fail", gating=False),))
    assert code(result) == "adapt"


def test_before_the_end_it_says_until_when() -> None:
    plan, cube = a_plan(), two_arms(500, 800)
    result = a_reading(plan, cube, facts=some_facts(plan, cube, as_of=date(2026, 3, 14)))
    assert code(result) == "too_early"
    assert result.headline == "Keep going until 16 March 2026."
    assert isinstance(result.measures[0].rows[0].effect, Shown)


def test_pending_customers_keep_it_open_after_the_end() -> None:
    plan, cube = a_plan(), two_arms(500, 800)
    assert code(a_reading(plan, cube, facts=some_facts(plan, cube, pending=3))) == "too_early"


def test_an_exploration_never_promotes_and_a_confirmation_does() -> None:
    cube = two_arms(500, 800)
    assert code(a_reading(a_plan(), cube)) == "adapt"
    confirmed = a_reading(a_plan(stage="confirm"), cube, lock=a_lock(attempt=1))
    assert code(confirmed) == "promote"
    assert confirmed.headline == "Promote “Note”."
    assert any("judged at 2.5%; 2.5% of 5% spent" in notice for notice in confirmed.notices)


def test_a_second_attempt_is_judged_by_a_wider_range() -> None:
    cube = two_arms(500, 800)
    first, second = (
        a_reading(a_plan(stage="confirm"), cube, lock=a_lock(attempt=attempt)).measures[0].rows[0].effect
        for attempt in (1, 2)
    )
    assert isinstance(first, Shown)
    assert isinstance(second, Shown)
    assert second.low < first.low
    assert second.estimate == first.estimate


def test_looking_back_never_promotes_and_says_so_first() -> None:
    result = a_reading(a_plan(stage="confirm"), two_arms(500, 800), lock=a_lock(retrospective=True))
    assert code(result) == "adapt"
    assert result.notices[0].startswith("Looking back: this plan was locked on 1 March 2026")


def test_a_confirmation_among_somebody_elses_groups_is_judged_and_never_promotes() -> None:
    theirs = ObservedPlan(source="outcomes", column="arm", values=(("control", "a"), ("note", "b")), start=None)
    result = a_reading(a_plan(stage="confirm", observed=theirs), two_arms(500, 800), lock=a_lock(attempt=1))
    assert code(result) == "adapt"
    (proof,) = [row for row in result.promotion if not row.met]
    assert proof.evidence.startswith("No: somebody else made the draw")


def test_simulated_data_says_so_first() -> None:
    result = a_reading(a_plan(simulated="All of this is made up."), two_arms(500, 800))
    assert result.notices[0] == "All of this is made up."


def guarded(spam_treated: int, count: int = 20_000) -> Result:
    plan = a_plan(stage="confirm", measures=(VISIT, SPAM))
    cube = a_cube(
        {
            ("control",): {"visit": shares(2000, count), "spam": shares(20, count)},
            ("note",): {"visit": shares(3000, count), "spam": shares(spam_treated, count)},
        }
    )
    return a_reading(plan, cube, lock=a_lock(attempt=1))


@pytest.mark.parametrize(
    ("spam", "state", "expected"),
    [(22, "held", "promote"), (110, "not_shown_safe", "adapt"), (400, "broken", "harm")],
)
def test_a_guardrail_is_held_only_when_its_whole_range_is_inside(spam: int, state: str, expected: str) -> None:
    result = guarded(spam)
    assert result.guardrails[0].state == state
    assert code(result) == expected


def test_a_confirmations_guardrail_says_at_what_level_its_ranges_are() -> None:
    result = guarded(30)
    assert any(line.endswith("95% confidence intervals (Welch); of “Complaints” at 90%.") for line in result.method)
    row = next(one for one in result.details if (one.measure, one.arm) == ("spam", "note"))
    error = np.sqrt(1 / 20 - 1 / 20_000 + 1 / 30 - 1 / 20_000)
    low, high = (100 * np.expm1(np.log(1.5) + sign * 1.6449 * error) for sign in (-1, 1))
    assert row.relative == f"+50.0% ({low:+.1f}% to {high:+.1f}%)".replace("-", "−"), (
        "as wide as the difference beside it"
    )
    assert not any("of “Complaints”" in line for line in a_reading(a_plan(), two_arms(500, 800)).method)


def test_a_guardrail_without_a_number_is_not_a_pass() -> None:
    plan = a_plan(stage="confirm", measures=(VISIT, replace(SPAM, kind="sum")))
    cube = a_cube(
        {
            ("control",): {"visit": shares(500, 5000), "spam": np.zeros(5000)},
            ("note",): {"visit": shares(800, 5000), "spam": np.zeros(5000)},
        }
    )
    result = a_reading(plan, cube, lock=a_lock(attempt=1))
    assert result.guardrails[0].state == "withheld"
    assert result.guardrails[0].word == "Not shown safe"
    assert code(result) == "adapt"


def test_a_measure_that_should_fall_is_read_the_other_way_round() -> None:
    down = replace(VISIT, better="down", label="Returns")
    result = a_reading(a_plan(measures=(down,)), two_arms(800, 500))
    assert code(result) == "adapt"
    assert result.measures[0].worth_it == pytest.approx(-0.02)
    assert result.verdicts[0].range_sentence is not None
    assert result.verdicts[0].range_sentence.endswith("Worth it from −20.")


def by_area(small: int = 60) -> Result:
    plan = a_plan(groups=(AREA,))
    cube = a_cube(
        {
            ("control", "town"): {"visit": shares(200, 2000)},
            ("control", "land"): {"visit": shares(200, 2000)},
            ("control", "sea"): {"visit": shares(6, small)},
            ("note", "town"): {"visit": shares(500, 2000)},
            ("note", "land"): {"visit": shares(210, 2000)},
            ("note", "sea"): {"visit": shares(6, 60)},
        },
        "area",
    )
    return a_reading(plan, cube)


def test_groups_that_differ_are_named_in_the_heading() -> None:
    table = by_area().groups[0]
    assert table.heading == "Groups clearly differ for “Note”"
    assert [row.level for row in table.rows] == ["town", "land", "sea"]


def test_group_ranges_as_counted_are_wider_than_a_single_ones() -> None:
    row = by_area().groups[0].rows[0].effect
    assert isinstance(row, Shown)
    alone = a_reading(a_plan(), two_arms(200, 500, count=2000)).measures[0].rows[0].effect
    assert isinstance(alone, Shown)
    assert row.high - row.low > 1.15 * (alone.high - alone.low)


def test_levels_are_drawn_towards_each_other_small_ones_most() -> None:
    """As the estimator does it, with the worth-it line of 0.02 for the prior's scale."""
    result = by_area()
    counted = [row.effect for row in result.groups[0].rows]
    drawn = [row.drawn_in for row in result.groups[0].rows]
    assert all(isinstance(one, Shown) for one in (*counted, *drawn))
    shares_seen = [((200, 2000), (500, 2000)), ((200, 2000), (210, 2000)), ((6, 60), (6, 60))]
    estimates, errors = [], []
    for arms in shares_seen:
        rates = [events / size for events, size in arms]
        estimates.append(rates[1] - rates[0])
        errors.append(np.sqrt(sum(p * (1 - p) / (n - 1) for p, (_, n) in zip(rates, arms, strict=True))))
    wanted = shrink(estimates, errors, scale=0.02)
    assert isinstance(wanted, Groups)
    for found, level in zip(drawn[:2], wanted.groups[:2], strict=True):
        assert isinstance(found, Shown)
        assert (found.estimate, found.low, found.high) == pytest.approx(
            (level.estimate, level.low, level.high), abs=1e-3
        )
    sea, sea_counted = drawn[2], counted[2]
    assert isinstance(sea, Shown)
    assert isinstance(sea_counted, Shown)
    assert sea_counted.estimate == 0
    assert sea.estimate > 0.02, "60 customers borrow from 4,000 others"
    assert sea.high - sea.low < sea_counted.high - sea_counted.low
    assert sea.treated - sea.control == pytest.approx(sea.estimate)
    rows = {row.where: row for row in result.details if row.arm == "note"}
    assert float(rows["Area: town"].difference) == pytest.approx(0.15)
    assert 0.13 < float(rows["Area: town, drawn in"].difference) < 0.15
    assert any("half-normal" in line and "scale 20 visits per 1,000" in line for line in result.method)


def test_levels_that_agree_keep_honest_ranges() -> None:
    """Where nothing between levels can be seen, plug-in shrinkage would put all on one point with almost no range."""
    cube = a_cube(
        {
            (arm, level): {"visit": shares(200 + 60 * (arm == "note"), 2000)}
            for arm in ("control", "note")
            for level in "abcd"
        },
        "area",
    )
    result = a_reading(a_plan(groups=(AREA,)), cube)
    whole = result.measures[0].rows[0].effect
    assert isinstance(whole, Shown)
    for row in result.groups[0].rows:
        assert isinstance(row.drawn_in, Shown)
        assert row.drawn_in.estimate == pytest.approx(0.03)
        assert row.drawn_in.high - row.drawn_in.low > 1.1 * (whole.high - whole.low)


def test_a_group_with_one_level_to_look_at_is_shown_as_counted() -> None:
    cube = a_cube(
        {("control", "town"): {"visit": shares(20, 200)}, ("note", "town"): {"visit": shares(40, 200)}}, "area"
    )
    (row,) = a_reading(a_plan(groups=(AREA,)), cube).groups[0].rows
    assert row.drawn_in == row.effect


def test_a_cell_of_fewer_than_fifty_customers_is_nowhere() -> None:
    shown = by_area(small=50).groups[0].rows[2]
    assert isinstance(shown.effect, Shown)
    result = by_area(small=49)
    hidden = result.groups[0].rows[2]
    assert isinstance(hidden.effect, Withheld)
    assert hidden.effect.why == "Fewer than 50 customers: not shown."
    assert hidden.customers is None
    assert not [row for row in result.details if row.where == "Area: sea"]


def test_predictions_are_compared_with_what_happened() -> None:
    wanted = (
        PredictionPlan(arm="note", measure="visit", low=0.04, high=0.065),
        PredictionPlan(arm="note", measure="visit", low=0.01, high=0.02),
        PredictionPlan(arm="note", measure="visit", low=0.1, high=0.2),
    )
    rows = a_reading(a_plan(predictions=wanted), two_arms(500, 800)).predictions
    assert [row.match for row in rows] == ["inside", "higher", "lower"]
    assert rows[0].written == "+40 to +65 visits per 1,000 customers"


def test_promotion_tests_that_a_pilot_declares_are_asked() -> None:
    plan = a_plan(
        stage="confirm",
        measures=(VISIT, SPEND),
        promotion_iterations=2,
        promotion_also=(("spend", 0.5),),
    )
    rng = np.random.default_rng(4)
    cube = a_cube(
        {
            ("control",): {"visit": shares(500, 5000), "spend": rng.normal(5, 2, 5000)},
            ("note",): {"visit": shares(800, 5000), "spend": rng.normal(6, 2, 5000)},
        }
    )
    once = a_reading(plan, cube, lock=a_lock(attempt=1))
    assert code(once) == "adapt"
    assert [row.test for row in once.promotion if not row.met] == ["A gain in 2 iterations or more"]
    twice = a_reading(plan, cube, lock=a_lock(attempt=1, earlier_gains=(("note", 1),)))
    assert code(twice) == "promote"
    assert any(row.test == "Spend: at least +$0.50 per customer" and row.met for row in twice.promotion)


def test_three_arms_have_a_card_each() -> None:
    plan = a_plan(
        arms=(
            an_arm("control", 0, 3333, "control"),
            an_arm("note", 3333, 6667),
            an_arm("call", 6667, 10000),
        )
    )
    cube = a_cube(
        {
            ("control",): {"visit": shares(500, 5000)},
            ("note",): {"visit": shares(800, 5000)},
            ("call",): {"visit": shares(400, 5000)},
        }
    )
    result = a_reading(plan, cube)
    assert [(one.arm, one.code) for one in result.verdicts] == [("note", "adapt"), ("call", "harm")]
    assert [arm.slot for arm in result.arms] == [0, 1, 2]
    assert result.lede == (
        "Visits, out of every 1,000 customers: 100 with “Control”, 160 with “Note” and 80 with “Call”."
    )


def test_an_arm_with_nobody_is_no_traceback() -> None:
    plan = a_plan()
    cube = a_cube({("control",): {"visit": shares(500, 5000)}})
    result = a_reading(plan, cube)
    assert code(result) == "cannot_tell"
    assert "Too few customers" in str(result.measures[0].rows[0].effect)


def test_a_result_has_a_canonical_form_and_the_same_one_twice() -> None:
    assert dumps(by_area()) == dumps(by_area())


def test_left_out_customers_are_told_with_their_reasons() -> None:
    flow = a_reading(a_plan(), two_arms(500, 800)).flow
    assert [(one.reason, one.count) for one in flow.left_out] == [("opted out", 12)]
    assert (flow.drawn, flow.counted) == (10_000, 10_000)


def test_exact_figures_have_the_relative_difference_and_a_twin_without_the_adjustment() -> None:
    before = replace(VISIT, before="visited")
    rng = np.random.default_rng(6)
    cells = {}
    for arm, rate in (("control", 0.1), ("note", 0.14)):
        earlier = rng.random(5000) < 0.3
        after = rng.random(5000) < rate + 0.2 * earlier
        cells[arm,] = {"visit": np.column_stack([after, earlier]).astype(float)}
    result = a_reading(a_plan(measures=(before,)), a_cube(cells))
    rows = {(row.where, row.arm): row for row in result.details}
    adjusted = rows["All customers", "note"]
    twin = rows["All customers, not adjusted for the value before", "note"]
    means = {arm: float(values["visit"][:, 0].mean()) for (arm,), values in cells.items()}
    assert float(twin.difference) == pytest.approx(means["note"] - means["control"], rel=1e-4)
    assert float(adjusted.high) - float(adjusted.low) < float(twin.high) - float(twin.low)
    share = means["note"] / means["control"] - 1
    assert twin.relative.startswith(f"{share * 100:+.1f}% (")
    assert "adjusted" in adjusted.method
    assert "adjusted" not in twin.method


def test_a_share_in_uneven_groups_is_judged_with_its_skew() -> None:
    cube = a_cube({("control",): {"visit": shares(900, 9000)}, ("note",): {"visit": shares(150, 1000)}})
    plan = a_plan(arms=(an_arm("control", 0, 9000, "control"), an_arm("note", 9000, 10000)))
    result = a_reading(plan, cube)
    row = next(row for row in result.details if row.arm == "note")
    even = a_reading(a_plan(), two_arms(500, 750)).details[1]
    assert "skew" in row.method.lower()
    assert even.method == "Welch"
    effect = result.measures[0].rows[0].effect
    assert isinstance(effect, Shown)
    assert effect.estimate == pytest.approx(0.05)
    assert effect.high - effect.estimate != pytest.approx(effect.estimate - effect.low, rel=1e-3), "not symmetric"


def test_a_share_that_does_nothing_in_uneven_groups_raises_no_more_alarms_than_it_may() -> None:
    """3 % conversion, 1,500 customers against 13,500: harm or gain called in 5 % at most, but for chance."""
    rng = np.random.default_rng(31)
    plan = a_plan(arms=(an_arm("control", 0, 9000, "control"), an_arm("note", 9000, 10000)))
    outside = 0
    for _ in range(400):
        events = rng.binomial([13_500, 1_500], 0.03)
        cube = a_cube(
            {("control",): {"visit": shares(events[0], 13_500)}, ("note",): {"visit": shares(events[1], 1_500)}}
        )
        effect = a_reading(plan, cube).measures[0].rows[0].effect
        assert isinstance(effect, Shown)
        outside += not effect.low <= 0 <= effect.high
    assert outside <= 35, "5 % of 400 are 20; more than 35 come once in 2,000 runs"
