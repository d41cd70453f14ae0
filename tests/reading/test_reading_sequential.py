"""Confirmations read day by day: how often chance promotes or alarms, and what a reading says on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from readings import (
    SPAM,
    VISIT,
    a_cube,
    a_lock,
    a_plan,
    a_reading,
    a_rolling_plan,
    a_rolling_reading,
    shares,
    some_facts,
)

from pitcairn.design.budget import HARM, guardrail_level, level
from pitcairn.design.plan import Plan
from pitcairn.estimate.boundaries import boundary
from pitcairn.iteration.sight import Bar
from pitcairn.reading.encode import from_json, to_json
from pitcairn.reading.lock import AlarmFact
from pitcairn.reading.looks import schedule, spending
from pitcairn.reading.result import Bullet, Result, Shown, Withheld

DAYS = 14
CONFIRM = a_rolling_plan(stage="confirm")
GUARDED = a_rolling_plan(stage="confirm", measures=(replace(VISIT, worth_it=0.0001), SPAM))
ONE_START = a_plan(measures=(VISIT, SPAM))
FIRST = a_lock(attempt=1)
Events = Mapping[str, Mapping[str, Sequence[int]]]


def made_up(
    rng: np.random.Generator, control: float, note: float, *, spam: tuple[float, float] = (0.01, 0.01), count: int = 400
) -> Events:
    """Events of both measures on every start day, out of `count` customers in each arm."""
    rates = {"visit": (control, note), "spam": spam}
    return {
        id: {arm: rng.binomial(count, rate, DAYS).tolist() for arm, rate in zip(("control", "note"), both, strict=True)}
        for id, both in rates.items()
    }


def read_daily(events: Events, *, count: int = 400, plan: object = GUARDED, lock: object = FIRST) -> list[Result]:
    return [a_rolling_reading(plan, events, count, look=look, lock=lock) for look in range(1, DAYS + 1)]  # type: ignore[arg-type]


# --- how often chance gets its way ----------------------------------------------------------------------------


def crossings(runs: int, attempt: int, *, rate: float, spam: tuple[float, float], count: int) -> tuple[int, int, int]:
    """Of so many iterations without a difference: how many ever passed, rang, and held the guardrail."""
    rng = np.random.default_rng(attempt)
    passed = alarmed = held = 0
    for _ in range(runs):
        events = made_up(rng, rate, rate, spam=spam, count=count)
        result = a_rolling_reading(GUARDED, events, count, lock=a_lock(attempt=attempt))
        passed += any(row.critical is not None and row.z >= row.critical for row in result.looks)
        alarmed += any(row.alarm is not None and row.z <= row.alarm for row in result.looks)
        held += result.guardrails[0].state == "held"
    return passed, alarmed, held


def most(runs: int, share: float) -> float:
    """More than this is no luck: four standard errors above."""
    return runs * share + 4 * (runs * share) ** 0.5


def test_looking_daily_at_a_worthless_model_promotes_it_no_more_often_than_the_level_says() -> None:
    runs = 200
    passed, alarmed, held = crossings(runs, 1, rate=0.1, spam=(0.01, 0.015), count=300)
    assert passed <= most(runs, level(1))
    assert alarmed <= most(runs, HARM / 2)
    assert held <= most(runs, guardrail_level(1)), "the guardrail is exactly at its margin"


@pytest.mark.slow
@pytest.mark.parametrize(("attempt", "rate"), [(1, 0.03), (1, 0.3), (2, 0.03)])
def test_looking_daily_errs_as_often_as_the_level_says(attempt: int, rate: float) -> None:
    runs = 1500
    passed, alarmed, held = crossings(runs, attempt, rate=rate, spam=(0.02, 0.025), count=500)
    assert runs * level(attempt) * 0.6 <= passed <= most(runs, level(attempt))
    assert alarmed <= most(runs, HARM / 2)
    assert held <= most(runs, guardrail_level(attempt))


def test_a_harmful_arm_is_stopped_before_the_end() -> None:
    rng = np.random.default_rng(5)
    stopped = 0
    for _ in range(30):
        result = a_rolling_reading(GUARDED, made_up(rng, 0.12, 0.08), 400, look=8, lock=FIRST)
        stopped += result.verdicts[0].code == "harm"
    assert stopped >= 25, "3,200 customers an arm: a loss of 5 standard errors at half time"


def part_way(
    events: Mapping[str, tuple[int, int]], count: int, days: int, *, plan: Plan = ONE_START, **changes: object
) -> Result:
    """A reading while everybody's follow-up runs: (control, note) events by measure, out of `count` each."""
    arms = ("control", "note")
    cells = {(arm,): {id: shares(both[at], count) for id, both in events.items()} for at, arm in enumerate(arms)}
    nobody = replace(a_cube(cells).only("arm", "nobody"), so_far=a_cube(cells))
    facts = some_facts(plan, nobody, as_of=plan.start + timedelta(days=days - 1), pending=count)
    return a_reading(plan, nobody, facts=facts, **changes)


def test_an_alarm_that_rang_on_an_earlier_day_stays_and_is_said() -> None:
    first = part_way({"visit": (500, 300), "spam": (10, 90)}, 5000, 5).alarms
    assert [(one.measure, one.arm, one.day) for one in first] == [
        ("visit", "note", "2026-03-06"),
        ("spam", "note", "2026-03-06"),
    ]
    lock = a_lock(alarms=first)
    calm = part_way({"visit": (600, 600), "spam": (10, 10)}, 5000, 6, lock=lock)
    assert calm.verdicts[0].code == "harm"
    assert calm.headline == (
        "Stop “Note”: the alarm rang on 6 March 2026: Visits changed by −40 visits per 1,000 customers and Complaints "
        "changed by +16 complaints per 1,000 customers. It stays, whatever later days look like."
    )
    assert calm.guardrails[0].word == "Broken"
    assert calm.alarms == ()
    again = part_way({"visit": (600, 360), "spam": (10, 10)}, 5000, 6, lock=lock)
    assert "so far, with 6 of 14 days over" in again.headline
    assert any(one.text.startswith("The alarm rang on 6 March 2026: Visits") for one in again.verdicts[0].bullets)


def test_where_every_look_is_worked_out_anew_an_alarm_that_no_longer_rings_is_said_and_binds_nobody() -> None:
    rang = AlarmFact(arm="note", measure="visit", day="2026-03-08", text="Visits changed by −40 visits")
    events = {"visit": {"control": [40] * 14, "note": [40] * 14}, "spam": {"control": [4] * 14, "note": [4] * 14}}
    result = a_rolling_reading(GUARDED, events, 400, look=8, lock=replace(FIRST, alarms=(rang,)))
    assert result.verdicts[0].code == "too_early"
    texts = [one.text for one in result.verdicts[0].bullets]
    assert (
        "The alarm rang on 8 March 2026: Visits changed by −40 visits. With the data as they are now it does not"
        in texts
    )


def test_harm_in_the_first_days_stops_before_anybodys_follow_up_is_over() -> None:
    result = part_way({"visit": (500, 300), "spam": (10, 10)}, 5000, 5)
    assert result.verdicts[0].code == "harm"
    assert result.headline == (
        "Stop “Note”: so far, with 5 of 14 days over, Visits changed by −40 visits per 1,000 customers."
    )
    assert isinstance(result.measures[0].rows[0].effect, Withheld)
    assert result.looks == ()
    broken = part_way({"visit": (500, 500), "spam": (10, 90)}, 5000, 5)
    assert "so far, with 5 of 14 days over, Complaints changed by +16" in broken.headline
    assert broken.guardrails[0].word == "Broken"


def test_what_happens_in_the_first_days_promotes_nobody_and_alarms_seldom() -> None:
    better = part_way({"visit": (300, 900), "spam": (10, 10)}, 5000, 5)
    assert better.verdicts[0].code == "too_early"
    assert part_way({"visit": (500, 430), "spam": (10, 10)}, 5000, 5).verdicts[0].code == "too_early"
    rng = np.random.default_rng(12)
    runs, rang = 150, 0
    for _ in range(runs):
        grown = {arm: np.cumsum(rng.binomial(3000, [0.02] * 6)) for arm in ("control", "note")}
        daily = [
            part_way({"visit": (int(grown["control"][day]), int(grown["note"][day])), "spam": (5, 5)}, 3000, day + 1)
            for day in range(6)
        ]
        rang += any(result.verdicts[0].code == "harm" for result in daily)
    assert rang <= most(runs, HARM / 2)


# --- what a reading says --------------------------------------------------------------------------------------


def test_a_big_gain_is_promoted_early_and_stays_promoted() -> None:
    daily = read_daily(made_up(np.random.default_rng(1), 0.1, 0.16, spam=(0.003, 0.003)))
    codes = [result.verdicts[0].code for result in daily]
    first = codes.index("promote")
    assert set(codes[:first]) == {"too_early"}
    assert 0 < first < DAYS - 1
    assert set(codes[first:]) == {"promote"}
    on_the_day = daily[first]
    assert on_the_day.stops[0].passed
    assert on_the_day.stops[0].low > 0
    assert any("before the end; customers are followed to the end as planned" in one.text for one in cards(on_the_day))


def cards(result: Result) -> tuple[Bullet, ...]:
    return result.verdicts[0].bullets


def test_a_gain_waits_for_guardrails_that_are_not_yet_shown_safe() -> None:
    events = made_up(np.random.default_rng(1), 0.1, 0.2, spam=(0.01, 0.015))
    result = a_rolling_reading(GUARDED, events, 400, look=8, lock=FIRST)
    assert result.stops[0].passed
    assert result.guardrails[0].word == "Not yet shown safe"
    assert result.verdicts[0].code == "too_early"
    assert any("Sure to be a gain" in one.text for one in cards(result))


def test_a_later_reading_tells_of_the_same_looks_as_the_readings_on_those_days() -> None:
    daily = read_daily(made_up(np.random.default_rng(2), 0.1, 0.11))
    whole = daily[-1].looks
    for look, result in enumerate(daily, start=1):
        then = [(row.day, row.time, row.z, row.critical, row.alarm, row.effect.low) for row in result.looks]
        assert then == [(row.day, row.time, row.z, row.critical, row.alarm, row.effect.low) for row in whole[:look]]
    assert [row.day for row in whole] == [day.isoformat() for day, _ in schedule(GUARDED)]


def test_bounds_narrow_from_look_to_look_and_the_last_is_above_the_single_look() -> None:
    rows = a_rolling_reading(GUARDED, made_up(np.random.default_rng(3), 0.1, 0.1), 400, lock=FIRST).looks
    bounds = [row.critical for row in rows if row.critical is not None]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == pytest.approx(2.10, abs=0.01), "14 looks at 2.5 %: gsDesign says 2.103 for equal steps"


def test_what_the_test_came_to_says_the_same_as_the_range_shown() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        result = a_rolling_reading(GUARDED, made_up(rng, 0.1, 0.11), 400, lock=FIRST)
        stop, shown = result.stops[0], result.looks[-1].effect
        if not stop.passed or stop.day == result.looks[-1].day:
            assert (stop.low > 0) == stop.passed == (shown.low > 0)
        assert (stop.p < level(1)) == stop.passed
        assert stop.low < stop.estimate < stop.high


def test_one_look_leaves_nothing_to_allow_for() -> None:
    arms = {("control",): {"visit": shares(500, 5000)}, ("note",): {"visit": shares(620, 5000)}}
    result = a_reading(a_plan(stage="confirm"), a_cube(arms), lock=FIRST)
    stop, card = result.stops[0], result.measures[0].rows[0].effect
    assert isinstance(card, Shown)
    assert (stop.estimate, stop.low, stop.high) == (card.estimate, card.low, card.high)
    assert stop.passed
    assert "one look: the test passed on 15 March 2026, look 1 of 1" in stop.sentence


def test_little_hope_at_half_time_is_advice_and_no_verdict() -> None:
    events = made_up(np.random.default_rng(6), 0.1, 0.095)
    early, late = (a_rolling_reading(GUARDED, events, 400, look=look, lock=FIRST) for look in (6, 9))
    assert early.looks[-1].z < 0
    assert late.looks[-1].z < 0
    assert not any("little hope" in one.text for one in early.verdicts[0].bullets)
    assert any("little hope" in one.text for one in late.verdicts[0].bullets)
    assert late.verdicts[0].code == "too_early"


def test_an_exploration_has_bands_that_hold_on_any_day_and_no_test() -> None:
    plan = a_rolling_plan()
    events = made_up(np.random.default_rng(7), 0.1, 0.16)
    halfway = a_rolling_reading(plan, events, 400, look=7)
    plain = 1.96 * halfway.looks[-1].z ** -1 * halfway.looks[-1].effect.estimate
    assert halfway.attempt is None
    assert halfway.stops == ()
    assert {row.critical for row in halfway.looks} == {None}
    assert halfway.verdicts[0].code == "too_early"
    assert halfway.looks[-1].effect.high - halfway.looks[-1].effect.estimate > 1.3 * plain
    card = halfway.measures[0].rows[0].effect
    assert isinstance(card, Shown)
    assert card.range_text == halfway.looks[-1].effect.range_text, "the card and the band are one"


def test_bands_of_an_exploration_hold_on_all_days_together() -> None:
    rng = np.random.default_rng(8)
    plan, runs, missed = a_rolling_plan(), 120, 0
    for _ in range(runs):
        rows = a_rolling_reading(plan, made_up(rng, 0.1, 0.1), 400).looks
        missed += any(not row.effect.low <= 0 <= row.effect.high for row in rows)
    assert missed <= most(runs, 0.05)


def test_a_few_customers_are_no_look() -> None:
    events = made_up(np.random.default_rng(9), 0.1, 0.1, count=20)
    rows = a_rolling_reading(GUARDED, events, 20, lock=FIRST).looks
    assert rows[0].customers == 120, "the third day: 60 in each arm"
    assert len(rows) == DAYS - 2


def test_less_is_better_turns_the_sign_and_nothing_else() -> None:
    events = made_up(np.random.default_rng(10), 0.1, 0.13)
    turned = {"visit": {"control": events["visit"]["note"], "note": events["visit"]["control"]}}
    up, down = (
        a_rolling_plan(stage="confirm"),
        a_rolling_plan(stage="confirm", measures=(replace(VISIT, better="down"),)),
    )
    one = a_rolling_reading(up, {"visit": events["visit"]}, 400, lock=FIRST)
    other = a_rolling_reading(down, turned, 400, lock=FIRST)
    assert [row.z for row in other.looks] == pytest.approx([row.z for row in one.looks])
    assert other.verdicts[0].code == one.verdicts[0].code
    assert other.stops[0].high == pytest.approx(-one.stops[0].low)
    assert other.stops[0].p == pytest.approx(one.stops[0].p)


def test_the_attempt_is_told_in_numbers_and_in_a_sentence() -> None:
    result = a_rolling_reading(GUARDED, made_up(np.random.default_rng(11), 0.1, 0.1), 400, lock=a_lock(attempt=2))
    assert result.attempt is not None
    numbers = result.attempt.level, result.attempt.spent, result.attempt.left
    assert numbers == pytest.approx((0.0125, 0.0375, 0.0125))
    assert result.attempt.guardrail_level == 0.025
    assert result.attempt.sentence == "Attempt 2: judged at 1.25%; 3.75% of 5% spent, 1.25% left."
    assert result.attempt.sentence in result.notices
    assert to_json(from_json(to_json(result))) == to_json(result)


def test_where_all_start_on_one_day_there_is_one_look_at_the_end() -> None:
    assert schedule(a_plan(stage="confirm")) == ((date(2026, 3, 15), 1.0),)
    days = schedule(CONFIRM)
    assert (days[0][0], days[-1]) == (date(2026, 3, 4), (date(2026, 3, 17), 1.0))
    assert len(days) == DAYS


def test_a_plan_may_spend_as_pocock_did_and_then_large_gains_pass_sooner() -> None:
    plan = replace(GUARDED, spending="pocock")
    days = [(day + 1) / 14 for day in range(14)]
    events = made_up(np.random.default_rng(3), 0.10, 0.14)
    passed = {}
    for each in (GUARDED, plan):
        result = a_rolling_reading(each, events, 400, lock=FIRST)
        wanted = boundary(days, days, level(1), spending(each)).critical
        told = {row.day: row.critical for row in result.looks if row.critical is not None}
        assert [*told.values()] == pytest.approx(list(wanted)[-len(told) :], rel=0.02)
        passed[each.spending] = next(row.day for row in result.looks if row.z >= (row.critical or np.inf))
        assert any(f"Lan and DeMets' {'Pocock' if each is plan else 'O'}" in sentence for sentence in result.method)
    assert passed["pocock"] < passed["o_brien_fleming"]


def test_spending_evenly_costs_about_a_quarter_more_customers() -> None:
    plan = a_rolling_plan(stage="confirm")
    late, even = (
        Bar.of(replace(plan, spending=how), plan.deciding, 0.025, (5000, 5000)).inflation  # type: ignore[arg-type]
        for how in ("o_brien_fleming", "pocock")
    )
    assert late == pytest.approx(1.04, abs=0.01)
    assert even == pytest.approx(1.24, abs=0.03)
