"""The checks beyond sizes and starts, each with numbers worked out by hand, and on real experiments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence_plans import START, csv, events, group, measure, observed, parquet, plan, wide

from pitcairn.design.plan import ExposurePlan, MeasurePlan, Plan
from pitcairn.evidence import questions
from pitcairn.evidence.alike import before_check, is_alike, limit
from pitcairn.evidence.balance import level_gaps
from pitcairn.evidence.collect import collect, needed_sources
from pitcairn.evidence.cube import Block, Cube, Dimension
from pitcairn.evidence.dates import outside_check, weeks_check
from pitcairn.evidence.deciding import carried_check
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import (
    ArmCount,
    Balance,
    Check,
    Cut,
    DecidingFact,
    EarlyLater,
    Facts,
    LevelCount,
    MissingCount,
    ReachCount,
    StartCount,
)
from pitcairn.evidence.health import check
from pitcairn.evidence.kept import kept_check, known_by, seen
from pitcairn.evidence.missing import missing_alike_check, worst_case_check
from pitcairn.evidence.novelty import FIRST_WEEK, novelty_check, turns
from pitcairn.evidence.reach import not_meant_check, reached_alike_check, reached_check
from pitcairn.evidence.sizes import over_time_check, sizes_check
from pitcairn.evidence.tails import capped_check
from pitcairn.reading.verdict import is_unsafe

ROOT = Path(__file__).parents[2]
AS_OF = date(2026, 4, 30)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def deciding(kind: str = "sum", **changes: Any) -> MeasurePlan:
    return measure("spend", kind, **({"role": "deciding", "worth_it": 0.5} | changes))


def facts(control: int = 10_000, gift: int = 10_000, **changes: Any) -> Facts:
    pair = (("control", control), ("gift", gift))
    given: dict[str, Any] = {
        "as_of": AS_OF,
        "files": (),
        "rows": (),
        "arms": tuple(ArmCount(arm=a, assigned=n, counted=n, pending=0, before_start=0) for a, n in pair),
        "missing": (),
        "balance": (),
        "duplicates_checked": True,
        "outside": 0,
        "statements": 2,
    }
    return Facts(**given | changes)


PLAIN = plan([deciding()])


# --- the page -------------------------------------------------------------------------------------------------


def test_the_page_of_all_checks_is_the_one_that_the_questions_make() -> None:
    assert (ROOT / "docs" / "health.md").read_text(encoding="utf-8") == questions.page()


def test_a_question_has_no_answer_that_its_page_does_not_describe() -> None:
    with pytest.raises(ValueError, match="'weeks' has no answer 'fail'"):
        questions.WEEKS.answer("fail", "Never.")


# --- sizes over time ------------------------------------------------------------------------------------------


def days(*sizes: tuple[int, int]) -> tuple[StartCount, ...]:
    return tuple(
        StartCount(day=START + timedelta(days=place), arm=arm, counted=count)
        for place, pair in enumerate(sizes)
        for arm, count in zip(("control", "gift"), pair, strict=True)
    )


def test_a_day_on_which_the_draw_went_wrong_shows_though_the_whole_evens_out() -> None:
    fair = days(*[(1000, 1010), (1005, 1000), (990, 1000)])
    assert over_time_check(PLAIN, facts(starts=fair)).state == "pass"
    item = over_time_check(PLAIN, facts(starts=days((1000, 1010), (1300, 700), (700, 1300), (1000, 990))))
    assert item.state == "fail"
    assert item.sentence == "On 3 March 2026 the groups did not grow as planned: 1,300 / 700. What was different then?"


def test_a_small_leak_every_day_adds_up_to_an_alarm() -> None:
    leaking = days(*[(1000, 940)] * 20)
    item = over_time_check(PLAIN, facts(starts=leaking))
    assert item.state == "fail"
    assert item.sentence.startswith("Up to ")
    assert over_time_check(PLAIN, facts(starts=leaking[:4])).state == "pass"


def test_looking_every_day_raises_no_more_false_alarms() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(200):
        drawn = rng.binomial(500, 0.5, 28)
        alarms += over_time_check(PLAIN, facts(starts=days(*[(int(k), 500 - int(k)) for k in drawn]))).state != "pass"
    assert alarms <= 6, "promised: 1 in 100 for all days together and 1 in 100 for each alone"


def test_where_all_start_on_one_day_those_with_an_outcome_must_still_be_as_drawn() -> None:
    lost = tuple(MissingCount(measure="spend", arm=arm, missing=n) for arm, n in (("control", 100), ("gift", 900)))
    item = over_time_check(PLAIN, facts(missing=lost))
    assert (item.state, item.sentence[:60]) == ("fail", "Those who still have an outcome are not in the planned share")
    assert over_time_check(PLAIN, facts()).state == "pass"
    assert over_time_check(PLAIN, facts(0, 0)).state == "unchecked"


def test_somebody_elses_complete_draw_is_asked_more_than_our_own() -> None:
    arms = facts(44_700, 45_489).arms
    theirs = plan([deciding()], draw=observed())
    item = sizes_check(theirs, arms)
    assert item.state == "warn"
    assert item.value == pytest.approx(0.0086, abs=5e-5), "the chi-square test's chance, as published"
    rarer = sizes_check(theirs, facts(44_500, 45_489).arms)
    assert rarer.state == "fail"
    assert rarer.sentence.endswith("Chance does this in fewer than 1 of 1,000 draws.")
    assert sizes_check(PLAIN, arms).state == "pass", "a draw of our own is looked at every day"
    waiting = (replace(arms[0], pending=1), arms[1])
    assert sizes_check(theirs, waiting).state == "pass", "while customers are still coming there are more looks"


# --- alike ----------------------------------------------------------------------------------------------------


def test_a_group_is_compared_by_its_shares_in_standard_deviations() -> None:
    counts = (("young", 3000, 3600), ("old", 7000, 6400))
    levels = [
        LevelCount(group="age", level=level, arm=arm, counted=count)
        for level, *pair in counts
        for arm, count in zip(("control", "gift"), pair, strict=True)
    ]
    asked = replace(PLAIN, groups=(group("age"),))
    young, old = level_gaps(asked, levels)
    assert young.gap == pytest.approx(0.06 / sqrt((0.3 * 0.7 + 0.36 * 0.64) / 2))
    assert old.gap == pytest.approx(-young.gap)
    item = is_alike(asked, (), {"control": 10_000, "gift": 10_000}, (young, old))
    assert item.state == "fail"
    assert "in the share of “Age”: “young”" in item.sentence


def test_groups_alone_are_enough_for_alikeness_to_have_been_checked() -> None:
    levels = [LevelCount(group="age", level="all", arm=arm, counted=100) for arm in ("control", "gift")]
    asked = replace(PLAIN, groups=(group("age"),))
    assert is_alike(asked, (), {"control": 100, "gift": 100}, level_gaps(asked, levels)).state == "pass"
    assert is_alike(PLAIN, (), {"control": 100, "gift": 100}).state == "unchecked"


def test_the_more_gaps_are_looked_at_the_larger_one_chance_gives() -> None:
    assert limit(0.0027, 1) == pytest.approx(3.0, abs=1e-3)
    rng = np.random.default_rng(5)
    sizes, alarms = {"control": 500, "gift": 500}, 0
    for _ in range(400):
        gaps = rng.normal(0, sqrt(2 / 500), 40)
        balance = tuple(Balance(measure="spend", arm="gift", gap=float(gap)) for gap in gaps)
        alarms += is_alike(PLAIN, balance, sizes).state != "pass"
    assert alarms <= 5, "promised: 1 in 370"


@pytest.mark.parametrize(("gap", "state"), [(0.02, "pass"), (-0.05, "warn")])
def test_an_effect_before_the_start_is_told(gap: float, state: str) -> None:
    balance = (Balance(measure="spend", arm="gift", gap=gap),)
    item = before_check(PLAIN, balance, {"control": 10_000, "gift": 10_000})
    assert (item.state, item.value) == (state, pytest.approx(abs(gap) / sqrt(2 / 10_000)))


# --- exposure -------------------------------------------------------------------------------------------------


def exposed(control: int, gift: int, *, would_have_been: bool = False) -> tuple[Plan, Facts]:
    told = ExposurePlan(source="customers", column="seen", day=None, where=(), would_have_been=would_have_been)
    reached = tuple(ReachCount(arm=arm, reached=n, counted=10_000) for arm, n in (("control", control), ("gift", gift)))
    return replace(PLAIN, exposure=told), facts(exposure=reached)


@pytest.mark.parametrize(
    ("gift", "state", "gating"), [(9_800, "pass", False), (8_000, "warn", False), (0, "fail", True)]
)
def test_customers_who_were_never_reached_are_told(gift: int, state: str, gating: bool) -> None:
    item = reached_check(*exposed(0, gift))
    assert (item.state, item.gating) == (state, gating)
    if gift:
        assert item.sentence.startswith(f"“Gift” reached {gift:,} of 10,000 customers; {10_000 - gift:,} never.")


@pytest.mark.parametrize(
    ("control", "state", "gating"),
    [(0, "pass", False), (90, "pass", False), (500, "warn", False), (5_000, "fail", True)],
)
def test_customers_who_got_what_others_should_get_are_told(control: int, state: str, gating: bool) -> None:
    item = not_meant_check(*exposed(control, 9_800))
    assert (item.state, item.gating) == (state, gating)


def test_would_have_been_exposure_must_trigger_alike_and_is_no_mistake() -> None:
    alike = exposed(5_000, 5_060, would_have_been=True)
    assert reached_alike_check(*alike).state == "pass"
    assert not_meant_check(*alike).state == "unchecked"
    item = reached_alike_check(*exposed(5_000, 5_600, would_have_been=True))
    assert (item.state, item.gating) == ("warn", False)
    assert "5,000 / 5,600" in item.sentence


def test_without_an_exposure_the_three_questions_are_unchecked_and_bar_nothing() -> None:
    for asked in (reached_check, not_meant_check, reached_alike_check):
        item = asked(PLAIN, facts())
        assert (item.state, item.gating) == ("unchecked", False)


# --- missing outcomes -----------------------------------------------------------------------------------------


def told(control: tuple[int, float, float], gift: tuple[int, float, float]) -> tuple[DecidingFact, ...]:
    pair = (("control", control), ("gift", gift))
    return tuple(DecidingFact(arm=arm, known=k, mean=mean, deviation=sd) for arm, (k, mean, sd) in pair)


def test_a_share_is_bounded_by_the_worst_and_the_best_that_can_be() -> None:
    asked = plan([deciding("any", worth_it=0.02)])
    item = worst_case_check(asked, facts(deciding=told((9_900, 0.10, 0.3), (9_800, 0.12, 0.3))))
    # Up: 200 of 10,000 at 1 instead of 0.12, 100 of 10,000 at 0 instead of 0.10.
    assert item.value == pytest.approx(0.02 * 0.88 + 0.01 * 0.10)
    assert item.state == "pass"
    assert "would move by up to 1.9 in 100 customers" in item.sentence
    close = replace(asked, measures=(replace(asked.deciding, worth_it=0.01),))
    assert worst_case_check(close, facts(deciding=told((9_900, 0.1, 0.3), (9_800, 0.12, 0.3)))).state == "warn"


def test_an_amount_without_a_cap_is_bounded_by_the_surplus_of_one_arm() -> None:
    item = worst_case_check(PLAIN, facts(deciding=told((9_000, 3.0, 12.0), (8_100, 3.2, 12.0))))
    assert item.value == pytest.approx(12.0 * sqrt(0.1 / 0.9))
    assert item.state == "warn"
    values = np.sort(np.random.default_rng(2).lognormal(size=10_000))
    for share in (0.01, 0.1, 0.4):
        kept = values[: round(len(values) * (1 - share))]
        assert values.mean() - kept.mean() <= values.std() * sqrt(share / (1 - share)), "the bound holds"


def test_with_a_cap_an_amount_lies_between_nothing_and_the_cap() -> None:
    asked = plan([deciding(cap=50.0)])
    item = worst_case_check(asked, facts(deciding=told((10_000, 3.0, 12.0), (9_990, 3.2, 12.0))))
    assert item.value == pytest.approx(0.001 * (50 - 3.2))
    complete = worst_case_check(asked, facts(deciding=told((10_000, 3.0, 1.0), (10_000, 3.2, 1.0))))
    assert (complete.state, complete.value) == ("pass", 0.0)


# --- the deciding measure, looked at closely ------------------------------------------------------------------


def test_a_difference_that_ten_customers_make_is_carried_by_them() -> None:
    rng = np.random.default_rng(11)
    control, gift = rng.exponential(3, 5_000), rng.exponential(3, 5_000)
    gift[:3] = 20_000

    def item_of(*arms: np.ndarray[Any, Any]) -> Check:
        found = tuple(
            DecidingFact(
                arm=arm, known=len(x), mean=float(x.mean()), deviation=float(x.std()), highest=tuple(np.sort(x)[-10:])
            )
            for arm, x in zip(("control", "gift"), arms, strict=True)
        )
        return carried_check(PLAIN, facts(deciding=found))

    assert item_of(control, gift).state == "warn"
    assert item_of(control, gift[10:] + 1).state == "pass"
    without = (np.sort(gift)[:-10].mean() - np.sort(control)[:-10].mean()) - (gift.mean() - control.mean())
    error = sqrt(control.var() / 5_000 + gift.var() / 5_000)
    assert item_of(control, gift).value == pytest.approx(
        abs(without) / max(abs(gift.mean() - control.mean()), error), rel=1e-9
    )


@pytest.mark.parametrize(("early", "later", "state"), [(0.010, 0.011, "pass"), (0.030, 0.005, "warn")])
def test_a_difference_that_wears_off_is_told(early: float, later: float, state: str) -> None:
    turn = EarlyLater(arm="gift", early=early, later=later, error=0.005, weeks=3)
    item = novelty_check(PLAIN, facts(turns=(turn,)))
    assert item.state == state
    assert ("wear off" in item.sentence) == (state == "warn")
    assert novelty_check(PLAIN, facts()).state == "unchecked"


def test_events_tell_the_first_week_from_later_ones_and_the_highest_in_the_same_query(
    engine: Engine, tmp_path: Path
) -> None:
    """Orders of 2,000 customers over 28 days: the gift doubles the first week and nothing else."""
    drawn = parquet(
        engine,
        tmp_path / "draw.parquet",
        "SELECT 'c' || i AS customer, CASE WHEN i % 2 = 0 THEN 'gift' ELSE 'control' END AS arm FROM range(2000) t(i)",
    )
    orders = parquet(
        engine,
        tmp_path / "orders.parquet",
        "SELECT 'c' || i AS customer, DATE '2026-03-02' + CAST(d AS INTEGER) AS day, "
        "CAST(1 + hash(i * 100 + d) % 10 + CASE WHEN i % 2 = 0 AND d < 7 THEN 6 ELSE 0 END AS INTEGER) AS value "
        "FROM range(2000) t(i), range(-3, 40) u(d)",
    )
    spend = measure("spend", "sum", "orders", column="value", role="deciding", worth_it=1.0, window_days=28, decimals=0)
    asked = plan([spend], sources=(wide(), events()), follow_up_days=28)
    files = {"orders": (orders,)}
    cube, found = collect(engine, asked, files, assignment=drawn, as_of=AS_OF)
    _, twice = collect(
        engine,
        plan([replace(spend, kind="ratio", over_column="value")], sources=(wide(), events()), follow_up_days=28),
        files,
        assignment=drawn,
        as_of=AS_OF,
    )
    assert found.statements == twice.statements, "a first week and highest values cost no statement"
    (turn,) = found.turns
    assert turn.early == pytest.approx(6, abs=0.3)
    assert turn.later == pytest.approx(0, abs=0.2)
    assert turn.weeks == 3
    assert novelty_check(asked, found).state == "warn"
    totals = engine.rows(
        f"SELECT SUM(value) FROM read_parquet('{orders}') WHERE CAST(SUBSTR(customer, 2) AS INTEGER) % 2 = 0 "
        "AND day BETWEEN DATE '2026-03-02' AND DATE '2026-03-29' GROUP BY customer ORDER BY 1 DESC LIMIT 10"
    )
    assert next(one.highest for one in found.deciding if one.arm == "gift") == tuple(float(x) for (x,) in totals)
    (outside,) = found.outside_days
    assert (outside.early, outside.late, outside.undated) == (6_000, 24_000, 0)
    item = outside_check(asked, found)
    assert (item.state, item.sentence) == (
        "pass",
        "Rows outside the days that count are left out: “orders” (6,000 before, 24,000 after).",
    )
    assert cube.moments("spend")["gift",].count == 1000


def test_customers_who_start_too_late_for_the_planned_end_are_counted_out_and_told(
    engine: Engine, tmp_path: Path
) -> None:
    text = "customer,arm,began,spend\n" + "\n".join(
        f"c{place},{('control', 'gift')[place % 2]},2026-{('03-02', '03-10', '03-20')[place % 3]},{place}"
        for place in range(60)
    )
    asked = plan([deciding()], draw=observed(start="began"), end=date(2026, 3, 24))
    _, found = collect(engine, asked, {"customers": (csv(tmp_path / "c.csv", text),)}, assignment=None, as_of=AS_OF)
    assert [(arm.assigned, arm.counted, arm.after_end) for arm in found.arms] == [(20, 20, 10), (20, 20, 10)]
    item = outside_check(asked, found)
    assert (item.state, item.value) == ("warn", 20)
    assert item.sentence.startswith("20 customers started too late to be followed for 14 days by 24 March 2026")
    assert sum(one.counted for one in found.starts) == 40


# --- real experiments -----------------------------------------------------------------------------------------


def checks_of(asked: Plan, engine: Engine, file: Path) -> dict[str, Check]:
    _, found = collect(engine, asked, dict.fromkeys(needed_sources(asked), (file,)), assignment=None, as_of=AS_OF)
    return {item.id: item for item in check(asked, found, plan_unchanged=True)}


def test_cookie_cats_rings_the_alarm(engine: Engine, real_data: Callable[[str], Path]) -> None:
    asked = plan(
        [
            deciding("share", column="retention_7", answers=(True,), worth_it=0.005),
            measure("rounds", "sum", column="sum_gamerounds", decimals=0),
        ],
        arms=("gate_30", "gate_40"),
        sources=(wide(customer="userid"),),
        draw=observed(("gate_30", "gate_40"), column="version"),
    )
    found = checks_of(asked, engine, real_data("cookie_cats.csv"))
    assert found["sizes"].state == "warn", "flagged at 1 in 100, as published, and not at 1 in 1,000"
    assert found["sizes"].sentence == (
        "Group sizes are not as planned: 44,700 / 45,489, where 45,094 / 45,094 were expected. "
        "Chance does this in fewer than 1 of 100 draws."
    )
    by_rounds = replace(asked, measures=(deciding("sum", column="sum_gamerounds", decimals=0),))
    item = checks_of(by_rounds, engine, real_data("cookie_cats.csv"))["carried"]
    assert item.state == "warn", "one player with 49,854 rounds makes the difference in rounds"
    assert (item.value or 0) > 0.8


def test_the_donors_letters_were_drawn_alike(engine: Engine, real_data: Callable[[str], Path]) -> None:
    """Karlan and List (2007): balanced arms, a third and two thirds; -999 stands for what is not known."""
    asked = plan(
        [
            deciding("any", column="out_gavedum", worth_it=0.001),
            measure("amount", "sum", column="out_amountgive", before="hpa"),
            measure("gifts", "sum", column="out_gavedum", before="freq"),
        ],
        arms=("0", "1"),
        sources=(wide(customer=None),),
        draw=observed(("0", "1"), column="treatment"),
        groups=(group("red0"), group("female"), group("couple")),
    )
    control, treated = asked.arms
    asked = replace(asked, arms=(replace(control, share=1 / 3), replace(treated, share=2 / 3)))
    files = {"customers": (real_data("charitable_match_mail.csv"),)}
    _, facts_found = collect(engine, asked, files, assignment=None, as_of=AS_OF)
    found = {item.id: item for item in check(asked, facts_found, plan_unchanged=True)}
    assert found["sizes"].sentence == "Group sizes are as planned: 16,687 / 33,396."
    for id in ("sizes", "alike", "before", "sizes_within"):
        assert found[id].state == "pass", found[id].sentence
    gaps = {one.measure: one.gap for one in facts_found.balance}
    for id, column, known in (("amount", "hpa", "out_amountgive"), ("gifts", "freq", "out_gavedum")):
        rows = f"FROM read_csv('{files['customers'][0]}') WHERE {known} IS NOT NULL AND treatment ="
        (base, wide_0), (other, wide_1) = (
            engine.rows(f"SELECT AVG({column}), VAR_SAMP({column}) {rows} {arm}")[0] for arm in (0, 1)
        )
        assert gaps[id] == pytest.approx((other - base) / sqrt((wide_0 + wide_1) / 2), rel=1e-6)


def test_hillstrom_fails_nothing(engine: Engine, real_data: Callable[[str], Path]) -> None:
    said = {"none": "No E-Mail", "mens": "Mens E-Mail", "womens": "Womens E-Mail"}
    asked = plan(
        [deciding("any", column="visit", worth_it=0.01), measure("spend2", column="spend", before="history")],
        arms=tuple(said),
        sources=(wide(customer=None),),
        draw=observed(tuple(said), column="segment", values=tuple(said.items())),
        groups=(group("zip_code"), group("newbie"), group("channel")),
    )
    found = checks_of(asked, engine, real_data("hillstrom.csv"))
    assert {item.state for item in found.values()} <= {"pass", "unchecked"} | ({"warn"} if found["tails"] else set())
    assert not is_unsafe(tuple(found.values()))
    for id in ("sizes", "sizes_within", "sizes_over_time", "alike", "before"):
        assert found[id].state == "pass"


# --- customers with starts of their own -----------------------------------------------------------------------


@pytest.fixture
def rolling(tmp_path: Path) -> tuple[Plan, Path, list[tuple[str, int, int]]]:
    """Customers who start on 25 days in a row, and what they spent: the gift adds 4 in the first week, else nothing."""
    rng = np.random.default_rng(8)
    rows = [
        (
            ("control", "gift")[place % 2],
            place % 25,
            int(rng.integers(0, 9)) + (4 if place % 2 and place % 25 < 7 else 0),
        )
        for place in range(3_000)
    ]
    lines = [f"c{place},{arm},{START + timedelta(days=late)},{spent}" for place, (arm, late, spent) in enumerate(rows)]
    asked = plan([deciding(decimals=0)], draw=observed(start="began"))
    return asked, csv(tmp_path / "rolling.csv", "customer,arm,began,spend\n" + "\n".join(lines)), rows


def test_early_starters_are_compared_with_those_of_the_whole_weeks_after(
    engine: Engine, rolling: tuple[Plan, Path, list[tuple[str, int, int]]]
) -> None:
    asked, file, rows = rolling
    _, found = collect(engine, asked, {"customers": (file,)}, assignment=None, as_of=AS_OF)

    def spent(arm: str, first: int, last: int) -> np.ndarray[Any, Any]:
        return np.array([value for one, late, value in rows if one == arm and first <= late < last])

    (turn,) = found.turns
    assert turn.weeks == 2, "days 21 to 24 are no whole week"
    for told_of, ends in ((turn.early, (0, 7)), (turn.later, (7, 21))):
        assert told_of == pytest.approx(spent("gift", *ends).mean() - spent("control", *ends).mean(), rel=1e-9)
    pieces = [spent(arm, *ends) for arm in ("control", "gift") for ends in ((0, 7), (7, 21))]
    assert turn.error == pytest.approx(sqrt(sum(x.var(ddof=1) / len(x) for x in pieces)), rel=1e-9)
    assert novelty_check(asked, found).state == "warn"
    assert over_time_check(asked, found).state == "pass"


def test_what_was_counted_then_is_found_again_among_more_customers_now(
    engine: Engine, rolling: tuple[Plan, Path, list[tuple[str, int, int]]]
) -> None:
    asked, file, rows = rolling
    earlier_day = START + timedelta(days=20)
    then = seen(asked, *collect(engine, asked, {"customers": (file,)}, assignment=None, as_of=earlier_day))
    cube, now = collect(engine, asked, {"customers": (file,)}, assignment=None, as_of=AS_OF)
    again = known_by(asked, cube, earlier_day)
    counted = [value for arm, late, value in rows if arm == "gift" and late <= 7]
    gift = next(one for one in then.deciding if one.arm == "gift")
    assert (gift.known, gift.total) == (len(counted), pytest.approx(sum(counted)))
    assert kept_check(asked, now, then, again).state == "pass"
    first = file.read_text(encoding="utf-8").replace("c0,control,2026-03-02,", "c0,control,2026-03-02,9", 1)
    file.write_text(first, encoding="utf-8")
    cube, now = collect(engine, asked, {"customers": (file,)}, assignment=None, as_of=AS_OF)
    item = kept_check(asked, now, then, known_by(asked, cube, earlier_day))
    assert item.state == "warn"
    assert item.sentence.endswith("have changed since: “Spend” of “Control”.")


# --- what wears off, and what only looks like it --------------------------------------------------------------


def weekly(kind: str, *arms: tuple[float, float], count: int = 40_000) -> EarlyLater:
    """The turn of an arm, from each arm's averages of the first week and of all four; Poisson counts or shares."""
    asked = plan([measure("spend", kind, "orders", role="deciding", worth_it=0.5, window_days=28)], sources=(events(),))
    sizes = np.array([count, count])
    blocks = {
        id: Block(
            sizes.astype(float),
            np.array([[arm[place]] for arm in arms]),
            np.array([[[count * arm[place] * (1 - arm[place] * (kind == "any"))]] for arm in arms]),
        )
        for place, id in enumerate((FIRST_WEEK, "spend"))
    }
    cube = Cube((Dimension("arm", ("control", "gift")),), np.array([[0], [1]]), sizes, blocks)
    (turn,) = turns(asked, cube)
    return turn


def test_a_gain_of_so_many_per_cent_does_not_wear_off_where_everybody_does_less_later() -> None:
    turn = weekly("count", (2.0, 3.0), (2.2, 3.3))
    assert abs(turn.early - turn.later) > 5 * turn.error, "in amounts it does"
    assert turn.apart < 0.1


def test_a_gain_of_so_much_does_not_wear_off_where_everybody_does_more_later() -> None:
    turn = weekly("count", (0.5, 5.0), (0.7, 5.8))
    assert turn.beside is not None
    assert turn.beside > 5, "in per cent it does"
    assert turn.apart < 0.1


@pytest.mark.parametrize(("later", "rings"), [(0.10, False), (0.0, True)])
def test_a_share_that_fills_up_is_looked_at_by_those_who_are_left(later: float, rings: bool) -> None:
    """Every day one in twelve of those left comes; with the gift a tenth more, for a week or for good."""

    def share(*spells: tuple[int, float]) -> float:
        return 1 - float(np.exp(-sum(days * rate for days, rate in spells)))

    pair = [(share((7, 0.08 * g)), share((7, 0.08 * g), (21, 0.08 * after))) for g, after in ((1, 1), (1.1, 1 + later))]
    turn = weekly("any", *pair)
    assert abs(turn.early - turn.later) > 3 * turn.error, "what is left to gain shrinks in any case"
    assert (turn.apart > 3) is rings


def test_the_error_of_what_is_beside_the_level_is_that_of_many_made_up_pilots() -> None:
    rng, found = np.random.default_rng(31), []
    for _ in range(400):
        one = rng.geometric(0.02, (2, 3_000))
        found.append(weekly("any", *(((arm <= 7).mean(), (arm <= 28).mean()) for arm in one), count=3_000).beside)
    told = np.array([each for each in found if each is not None])
    assert (told**2).mean() == pytest.approx(1, abs=0.25), "a standard normal's square"


def test_days_of_a_measure_that_are_no_whole_weeks_are_told_though_customers_are_followed_for_weeks() -> None:
    item = weeks_check(plan([deciding(window_days=10), measure("visits")]))
    assert (item.state, item.value) == ("warn", 10)
    assert "“Spend” (10 days)" in item.sentence


@pytest.mark.parametrize(("share", "state"), [(0.04, "pass"), (0.2, "warn")])
def test_what_a_cap_cuts_is_told_for_the_arm_where_it_cuts_most(share: float, state: str) -> None:
    asked = plan([deciding(cap=50.0)])
    item = capped_check(asked, facts(cuts=(Cut(measure="spend", arm="gift", share=share),)))
    assert (item.state, item.value) == (state, share)
    assert f"{share * 100:.1f} in 100 of it, most from “Gift”" in item.sentence
    assert capped_check(asked, facts()).state == "unchecked"
    assert capped_check(PLAIN, facts()).state == "pass"


def test_many_measures_raise_no_more_false_alarms_of_missing_values() -> None:
    rng = np.random.default_rng(37)
    asked = plan([deciding(), *(measure(f"m{place}") for place in range(30))])
    alarms = 0
    for _ in range(300):
        lost = tuple(
            MissingCount(measure=one.id, arm=arm, missing=int(rng.binomial(10_000, 0.03)))
            for one in asked.measures
            for arm in ("control", "gift")
        )
        alarms += missing_alike_check(asked, facts(missing=lost)).state != "pass"
    assert alarms <= 4, "promised: 1 in 370"
