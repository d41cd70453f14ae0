from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import pytest
from small_shop import CUSTOMERS, a_shop, go, look, outcomes

from pitcairn.iteration.outlook import outlook
from pitcairn.program import ProgramFolder


def test_the_outlook_counts_and_sizes_from_the_programs_own_customers(tmp_path: Path) -> None:
    found = outlook(a_shop(tmp_path / "shop"), "note", 1)
    assert found.in_scope == CUSTOMERS
    assert found.drawn == CUSTOMERS - CUSTOMERS // 100
    deciding, guardrail = found.sights
    share = 0.1
    spread = math.sqrt(share * (1 - share))
    # 95% range, beta 10% split over the deciding measure and one guardrail; about 10 % of customers visit.
    expected = (1.95996 + 1.64485) * spread * math.sqrt(2 / (found.drawn / 2))
    assert deciding.visible_gain == pytest.approx(expected, rel=0.12)
    assert deciding.line_text == "worth-it line 20 visits per 1,000 customers"
    assert deciding.enough is False
    assert found.settle_total is not None
    assert found.settle_total > found.drawn
    assert found.can_show is False
    assert found.answer.startswith("This iteration cannot show what it asks: a gain of 20 visits per 1,000 customers")
    assert any(f"It would take {found.settle_total:,} customers; 3,960 can be drawn" in one for one in found.helps)
    assert guardrail.line_text == "margin 10 complaints per 1,000 customers"
    assert guardrail.enough is True


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    text = shop.program_file.read_text(encoding="utf-8").replace(", before: visited", "")
    shop.program_file.write_text(text, encoding="utf-8")
    found = outlook(shop, "note", 1)
    assert found.sights[0].visible_gain is None
    assert found.sights[0].visible_text.startswith("cannot be said: nothing is known of its usual level")
    assert found.settle_total is None


def test_looking_again_after_the_launch_sees_the_same_and_sends_on(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    before = outlook(shop, "note", 1)
    assert before.next_command == "pitcairn launch note --dry-run"
    go(shop)
    assert outlook(shop, "note", 1) == replace(before, next_command="pitcairn status")


def edited(shop: ProgramFolder, number: int, **changes: str) -> None:
    """Iteration `number` is the first one with some keys' lines replaced; an empty value removes the line."""
    lines = shop.iteration_file("note", 1).read_text(encoding="utf-8").splitlines()
    if number > 1:
        changes["changed"] = "[{what: the day, why: to see it again}]"
    kept = [line for line in lines if line.partition(":")[0] not in changes]
    added = [f"{key}: {value}" for key, value in changes.items() if value]
    shop.iteration_file("note", number).write_text("\n".join(kept + added) + "\n", encoding="utf-8")


def test_the_chance_and_the_curve_follow_the_number_of_customers(tmp_path: Path) -> None:
    found = outlook(a_shop(tmp_path / "shop"), "note", 1)
    assert [point.customers for point in found.curve] == [990, 1980, 3960, 7920, 15840]
    gains = [point.gain for point in found.curve]
    assert gains == sorted(gains, reverse=True)
    assert found.curve[2].gain == found.sights[0].visible_gain
    # Four times the customers see half the gain, but for the spread at the higher level.
    assert gains[4] / gains[2] == pytest.approx(0.5, abs=0.02)
    now = found.curve[2].chance
    assert now is not None
    error = math.sqrt((0.1 * 0.9 + 0.12 * 0.88) / 1980)
    assert now == pytest.approx(NormalDist().cdf(0.02 / error - 1.96), abs=0.03)
    assert f"{round(now * 100)} of 100 such pilots" in found.answer


def test_a_plan_that_asks_for_what_it_can_see_is_told_so(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    edited(shop, 1, worth_it="60 per 1000")
    found = outlook(shop, "note", 1)
    assert found.can_show is True
    assert found.helps == ()
    assert found.answer.startswith("This iteration can show what it asks")


def test_taking_more_of_the_customers_is_proposed_with_the_share_that_would_do(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    edited(shop, 1, worth_it="45 per 1000", take="1/4")
    found = outlook(shop, "note", 1)
    assert found.settle_total is not None
    assert found.drawn < found.settle_total <= 3960
    advice = next(one for one in found.helps if one.startswith("Take more"))
    assert f"{found.settle_total:,} of 3,960" in advice
    edited(shop, 1, worth_it="45 per 1000", take=f"{found.settle_total / 3960:.4f}")
    again = outlook(shop, "note", 1)
    assert again.sights[0].visible_gain == pytest.approx(0.045, rel=0.05)


def test_uneven_shares_and_a_missing_value_before_are_named_as_what_would_help(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    text = shop.program_file.read_text(encoding="utf-8").replace("before: visited", "usual: 100 per 1000")
    shop.program_file.write_text(text, encoding="utf-8")
    path = shop.iteration_file("note", 1)
    path.write_text(path.read_text(encoding="utf-8").replace("1/2", "9/10", 1).replace("1/2", "1/10", 1))
    found = outlook(shop, "note", 1)
    assert any(one.startswith("Try one arm against As today, half each") for one in found.helps)
    assert any(one.startswith("Declare `before` for “Visits”") for one in found.helps)


def test_the_next_iteration_is_sized_from_what_the_last_one_saw(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    edited(shop, 1, take="1/2")
    go(shop)
    outcomes(shop, gain=0.05)
    result = look(shop).result
    edited(shop, 2, take="1/1", start="2026-04-06", end="2026-04-20")
    found = outlook(shop, "note", 2)
    assert "customers of note, iteration 1, who got today's practice" in found.sights[0].basis
    row = next(one for one in result.details if one.measure == "visit" and one.arm == "usual")
    assert f"{row.customers:,} customers of note" in found.sights[0].basis
    shop.result_file("note", 1).write_text("{}", encoding="utf-8")
    assert "column “visited”" in outlook(shop, "note", 2).sights[0].basis


def test_a_confirmation_is_sized_at_its_attempts_level_and_told_its_chance(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    edited(shop, 1, take="1/3")
    explore = outlook(shop, "note", 1)
    go(shop)
    outcomes(shop, gain=0.06)
    look(shop)
    edited(shop, 2, take="1/1", stage="confirm", start="2026-04-06", end="2026-04-20")
    found = outlook(shop, "note", 2)
    assert (explore.attempt, found.attempt) == (None, 1)
    assert found.level == pytest.approx(0.025)
    said = next(one for one in found.sentences if "confirmations" in one)
    chance = int(said.partition("about ")[2].partition(" of 100")[0])
    assert 20 <= chance <= 99
