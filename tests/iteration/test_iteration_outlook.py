from __future__ import annotations

import math
from pathlib import Path

import pytest
from small_shop import CUSTOMERS, a_shop, go

from pitcairn.iteration.outlook import outlook


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
    assert "too few" in found.settle_sentence
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


def test_looking_again_after_the_launch_sees_the_same(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    before = outlook(shop, "note", 1)
    go(shop)
    assert outlook(shop, "note", 1) == before
