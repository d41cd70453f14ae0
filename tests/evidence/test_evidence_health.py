from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from math import exp, lgamma
from typing import Any

import numpy as np
import pytest
from evidence_plans import START, measure, observed, plan

from pitcairn.design.plan import GroupPlan, Plan
from pitcairn.evidence import questions
from pitcairn.evidence.alike import is_alike
from pitcairn.evidence.facts import ArmCount, Balance, Check, Facts, Known, LevelCount, MissingCount, Seen, Tail
from pitcairn.evidence.health import check
from pitcairn.evidence.sizes import log_evidence


def count(arm: str, assigned: int, **changes: int) -> ArmCount:
    given = {"assigned": assigned, "counted": assigned, "pending": 0, "before_start": 0} | changes
    return ArmCount(arm=arm, **given)


def facts(*arms: ArmCount, **changes: Any) -> Facts:
    given: dict[str, Any] = {
        "as_of": date(2026, 4, 1),
        "files": (),
        "rows": (("customers", 20_000),),
        "arms": arms or (count("control", 10_000), count("gift", 10_050)),
        "missing": (),
        "balance": (),
        "duplicates_checked": True,
        "outside": 0,
        "statements": 2,
    }
    return Facts(**(given | changes))


def missing(measure: str, control: int, gift: int) -> tuple[MissingCount, ...]:
    pair = (("control", control), ("gift", gift))
    return tuple(MissingCount(measure=measure, arm=arm, missing=number) for arm, number in pair)


SIMPLE = plan([measure("spend")])


def found(id: str, asked: Plan = SIMPLE, given: Facts | None = None, *, plan_unchanged: bool = True) -> Check:
    checks = check(asked, given or facts(), plan_unchanged=plan_unchanged)
    return next(item for item in checks if item.id == id)


def test_every_question_is_asked_every_time() -> None:
    asked = [item.id for item in check(SIMPLE, facts(), plan_unchanged=True)]
    empty = facts(count("control", 0), count("gift", 0), duplicates_checked=False)
    assert [item.id for item in check(SIMPLE, empty, plan_unchanged=False)] == asked
    assert asked == [question.id for question in questions.ALL]
    assert len(set(asked)) == len(asked)


def test_clean_data_fails_nothing_and_canonical_json_takes_every_value() -> None:
    checks = check(SIMPLE, facts(), plan_unchanged=True)
    assert {item.state for item in checks} == {"pass", "unchecked"}
    json.dumps([item.value for item in checks], allow_nan=False)


# Numbers from the tests of another program (ssrm), and its closed form, to 1e-9.
@pytest.mark.parametrize(
    ("counts", "log_e"),
    [
        ([5000, 5000], -2.310035464273824),
        ([5100, 4900], -0.32951190154562937),
        ([5200, 4800], 5.613613411776896),
    ],
)
def test_the_evidence_is_that_of_the_published_formula(counts: list[int], log_e: float) -> None:
    assert log_evidence(counts, [0.5, 0.5], concentration=100) == pytest.approx(log_e, rel=1e-9)


def test_the_evidence_averages_to_one_over_all_fair_draws() -> None:
    total, share = 40, 0.3
    average = sum(
        exp(lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1))
        * share**k
        * (1 - share) ** (total - k)
        * exp(log_evidence([k, total - k], [share, 1 - share], concentration=100))
        for k in range(total + 1)
    )
    assert average == pytest.approx(1, rel=1e-9)


def test_sizes_as_planned_are_told_in_numbers() -> None:
    asked = plan([measure("spend")], arms=("none", "mens", "womens"), draw=observed(("none", "mens", "womens")))
    given = facts(count("none", 21_306), count("mens", 21_307), count("womens", 21_387))
    item = found("sizes", asked, given)
    assert (item.state, item.gating) == ("pass", True)
    assert item.sentence == "Group sizes are as planned: 21,306 / 21,307 / 21,387."
    assert found("sizes").sentence == "Group sizes are as drawn: 10,000 / 10,050."


@pytest.mark.parametrize(("gift", "state"), [(10_000, "pass"), (10_350, "pass"), (10_580, "warn"), (10_800, "fail")])
def test_sizes_off_plan_warn_and_then_fail(gift: int, state: str) -> None:
    item = found("sizes", given=facts(count("control", 10_000), count("gift", gift)))
    assert item.state == state
    if state == "fail":
        assert item.sentence.startswith("Group sizes are not as planned: 10,000 / 10,800, where 10,400 / 10,400 were")


def test_sizes_that_are_absurd_still_have_a_finite_number() -> None:
    item = found("sizes", given=facts(count("control", 9_000_000), count("gift", 10)))
    assert item.state == "fail"
    assert item.value is not None
    assert item.value < float("inf")


def test_an_arm_without_customers_fails_and_is_named() -> None:
    item = found("arms", given=facts(count("control", 100), count("gift", 0)))
    assert (item.state, item.gating, item.sentence) == ("fail", True, "Nobody is in “Gift”.")


def test_one_arm_alone_compares_with_nothing() -> None:
    item = found("arms", plan([measure("spend")], arms=("control",)), facts(count("control", 100)))
    assert (item.state, item.sentence) == ("fail", "There is one group only, and nothing to compare.")


def test_a_changed_plan_fails() -> None:
    assert found("plan", plan_unchanged=False).state == "fail"
    assert found("plan").state == "pass"


def test_without_a_customer_column_twice_cannot_be_checked() -> None:
    assert found("once", given=facts(duplicates_checked=False)).state == "unchecked"
    assert found("once").state == "pass"


def test_dates_before_launch_fail() -> None:
    asked = plan([measure("spend")], draw=observed(start="day"))
    given = facts(count("control", 9_990, before_start=1), count("gift", 10_010, before_start=1_203))
    item = found("start", asked, given)
    assert (item.state, item.value) == ("fail", 1_204)
    assert item.sentence == "1,204 customers started before 2 March 2026: dates before launch."
    assert found("start", asked).state == "pass"
    assert found("start", plan([measure("spend")], draw=observed())).state == "unchecked"
    assert date(2026, 3, 2) == START


@pytest.mark.parametrize(
    ("gap", "size", "state"),
    [
        (0.02, 10_000, "pass"),
        (0.09, 1_000, "pass"),
        (0.05, 10_000, "warn"),
        (0.12, 10_000, "fail"),
        (-0.12, 10_000, "fail"),
        (0.3, 50, "pass"),
        (0.8, 50, "warn"),
        (0.9, 50, "fail"),
    ],
)
def test_gaps_before_the_start_must_be_large_and_beyond_chance_to_fail(gap: float, size: int, state: str) -> None:
    balance = (Balance(measure="spend", arm="gift", gap=gap), Balance(measure="spend", arm="gift", gap=0.001))
    item = is_alike(SIMPLE, balance, {"control": size, "gift": size})
    assert item.state == state
    assert item.value == gap
    assert f"{abs(gap):.2f} standard deviations" in item.sentence


def test_without_values_before_the_start_alikeness_is_unchecked() -> None:
    assert found("alike").state == "unchecked"


@pytest.mark.parametrize(
    ("control", "gift", "state"), [(100, 100, "pass"), (500, 560, "pass"), (100, 165, "warn"), (300, 900, "fail")]
)
def test_outcomes_missing_more_often_in_one_arm_fail(control: int, gift: int, state: str) -> None:
    given = facts(count("control", 10_000), count("gift", 10_000), missing=missing("spend", control, gift))
    item = found("missing_alike", given=given)
    assert (item.state, item.gating) == (state, True)
    if state == "fail":
        assert item.sentence.startswith(
            "“Spend” is missing more often for “Gift” than for “Control”: a gap of 6.0 in 100"
        )


def test_answers_given_more_often_in_one_arm_are_a_warning_since_the_arm_may_cause_them() -> None:
    asked = plan([measure("basket", "mean")])
    given = facts(count("control", 10_000), count("gift", 10_000), missing=missing("basket", 9_000, 8_000))
    assert found("missing_alike", asked, given).state == "pass"
    item = found("answering_alike", asked, given)
    assert (item.state, item.gating) == ("warn", False)
    assert "“Basket” is missing less often for “Gift”" in item.sentence


def test_many_missing_outcomes_are_a_warning() -> None:
    item = found("missing", given=facts(missing=missing("spend", 600, 603)))
    assert (item.state, item.gating) == ("warn", False)
    assert item.sentence == "“Spend” is not known for 1,203 customers, 6.0% of those counted."
    assert found("missing", given=facts(missing=missing("spend", 1, 0))).state == "pass"


def test_zeros_for_everybody_are_a_warning_and_for_the_deciding_measure_a_failure() -> None:
    asked = plan([measure("spend"), measure("complaints")])
    assert found("something", asked, facts(silent=("complaints",))).state == "warn"
    item = found("something", asked, facts(silent=("spend", "complaints"), outside=1_234))
    assert (item.state, item.gating) == ("fail", True)
    assert item.sentence == (
        "“Spend” and “Complaints”: zero, or not known, for everybody. "
        "1,234 rows are about customers outside the draw: do the ids agree?"
    )


def test_customers_whose_follow_up_is_not_over_are_told() -> None:
    pending = facts(count("control", 10_000, counted=9_999, pending=1), count("gift", 10_000))
    assert found("pending", given=pending).sentence == "1 customer is not counted yet: their 14 days are not over."
    assert found("pending").state == "pass"


@pytest.mark.parametrize(("days", "state"), [(14, "pass"), (7, "pass"), (10, "warn"), (1, "warn")])
def test_follow_up_of_broken_weeks_is_a_warning(days: int, state: str) -> None:
    assert found("weeks", plan([measure("spend")], follow_up_days=days)).state == state


def test_before_anybody_is_counted_questions_about_outcomes_are_unchecked() -> None:
    nobody = facts(
        count("control", 10_000, counted=0, pending=10_000), count("gift", 10_000, counted=0, pending=10_000)
    )
    for id in ("missing", "missing_alike", "something"):
        assert found(id, given=nobody).state == "unchecked"


def levels(*counts: tuple[str, int, int]) -> tuple[LevelCount, ...]:
    return tuple(
        LevelCount(group="phone", level=level, arm=arm, counted=counted)
        for level, *pair in counts
        for arm, counted in zip(("control", "gift"), pair, strict=True)
    )


PHONE = GroupPlan(id="phone", label="Phone", source="customers", column="phone", names=(), cuts=(), levels=())


@pytest.mark.parametrize(("lost", "state"), [(0, "pass"), (320, "warn"), (420, "fail")])
def test_customers_lost_in_one_level_show_there_and_nowhere_else(lost: int, state: str) -> None:
    asked = replace(SIMPLE, groups=(PHONE,))
    given = facts(levels=levels(("android", 3000, 3000 - lost), ("iphone", 7000, 7050)))
    check_within = found("sizes_within", asked, given)
    assert check_within.state == state
    assert check_within.gating
    if lost:
        assert "where “Phone” is “android”: 3,000 /" in check_within.sentence


@pytest.mark.parametrize(("number", "words"), [(1, "the one level"), (2, "both levels"), (3, "all 3 levels")])
def test_levels_are_counted_in_words_that_fit_their_number(number: int, words: str) -> None:
    given = facts(levels=levels(*((f"phone {place}", 3000, 3000) for place in range(number))))
    said = found("sizes_within", replace(SIMPLE, groups=(PHONE,)), given).sentence
    assert said == f"Sizes are as planned in {words} of the declared groups."


def test_more_levels_raise_no_more_false_alarms() -> None:
    rng = np.random.default_rng(12)
    asked = replace(SIMPLE, groups=(PHONE,))
    alarms = 0
    for _ in range(300):
        drawn = [(f"level {number}", *(int(count) for count in rng.binomial(1000, 0.5, 2))) for number in range(20)]
        alarms += found("sizes_within", asked, facts(levels=levels(*drawn))).state != "pass"
    assert alarms <= 6, "promised: 1 in 100 at most"


def test_data_that_shrank_is_told() -> None:
    assert kept(seen(rows=20_001)).sentence == (
        "There is less data than at the last reading: “customers” (20,001 rows, now 20,000)."
    )
    assert kept(seen(gift=10_051)).sentence == (
        "There is less data than at the last reading: “Gift” (10,051 customers, now 10,050)."
    )
    assert kept(seen(rows=19_000, gift=9_000)).state == "pass"
    assert kept(None).state == "pass"
    assert kept(seen(as_of=date(2026, 4, 2))).state == "unchecked", "a reading of an earlier day sees less"


@pytest.mark.parametrize(
    ("known", "total", "state"),
    [(9_000, 512.3, "pass"), (9_000, 512.3 * (1 + 1e-12), "pass"), (9_000, 511.3, "warn"), (8_999, 512.3, "warn")],
)
def test_outcomes_that_were_counted_and_changed_are_told(known: int, total: float, state: str) -> None:
    was = Known(arm="gift", known=9_000, total=512.3)
    item = kept(seen(deciding=(was,)), (Known(arm="gift", known=known, total=total),))
    assert item.state == state
    if state == "warn":
        assert item.sentence.endswith("counted at the last reading have changed since: “Spend” of “Gift”.")
    assert kept(seen(deciding=(was,))).state == "warn", "an arm that is gone has changed too"


def seen(*, rows: int = 20_000, gift: int = 10_050, as_of: date = date(2026, 3, 30), deciding: Any = ()) -> Seen:
    return Seen(
        as_of=as_of, rows=(("customers", rows),), assigned=(("control", 10_000), ("gift", gift)), deciding=deciding
    )


def kept(earlier: Seen | None, again: tuple[Known, ...] = ()) -> Check:
    checks = check(SIMPLE, facts(), plan_unchanged=True, earlier=earlier, again=again)
    return next(item for item in checks if item.id == "kept")


@pytest.mark.parametrize(("smallest", "state"), [(31_950, "pass"), (31_949, "warn")])
def test_an_amount_that_hangs_on_a_few_customers_is_doubtful(smallest: int, state: str) -> None:
    """A skew of 9.4868 squares to 90, and 355 · 90 = 31,950."""
    tail = Tail(measure="spend", skew=90**0.5, smallest=smallest, needed=31_950)
    given = found("tails", SIMPLE, facts(tails=(tail,)))
    assert given.state == state
    assert not given.gating
    assert found("tails", SIMPLE, facts()).state == "unchecked"
    assert found("tails", plan([measure("visited", "any")]), facts()).state == "pass"
