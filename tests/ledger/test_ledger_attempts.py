"""Which attempt a confirmation is, at what level, and what has been spent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ledger_builders import add, launch_body, reading_body

from pitcairn.canonical import plain
from pitcairn.design.budget import level, lord
from pitcairn.ledger import attempts, history
from pitcairn.ledger.entry import DecisionBody
from pitcairn.ledger.ledger import Ledger

MEASURE = {"id": "visit", "kind": "any", "source": "shop", "column": "visit"}


def plan(stage: str = "confirm", scope: str = "coffee", **measure: Any) -> dict[str, Any]:
    return {
        "stage": stage,
        "scope_kind": "product_line",
        "scope": scope,
        "scope_label": scope.title(),
        "measures": [MEASURE | measure],
    }


def launch(path: Path, pilot: str, number: int, **given: Any) -> None:
    with Ledger.open(path) as ledger:
        add(ledger, pilot=pilot, iteration=number, body=launch_body(plan=given))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def test_every_launched_confirmation_spends_whatever_its_pilot_is_called(path: Path) -> None:
    launch(path, "note", 1, **plan("explore"))
    launch(path, "note", 2, **plan())
    launch(path, "card", 1, **plan(id="visits"))
    found = attempts.planned(path, plan(), "ledger")
    assert found is not None
    assert (found.number, found.level) == (3, level(3))
    assert found.spent == pytest.approx(0.04375)
    assert found.left == pytest.approx(0.00625)
    assert attempts.planned(path, plan(scope="tea"), "ledger").number == 1  # type: ignore[union-attr]
    assert attempts.planned(path, plan("explore"), "ledger") is None


def test_closing_gives_nothing_back(path: Path) -> None:
    launch(path, "note", 1, **plan())
    with Ledger.open(path) as ledger:
        add(ledger, "closing", pilot="note", body={"why": "x", "planned_end": "2026-03-30", "attempt": 1})
    assert attempts.planned(path, plan(), "ledger").number == 2  # type: ignore[union-attr]


def test_what_was_launched_keeps_its_number_and_level_whatever_comes_later(path: Path) -> None:
    launch(path, "note", 1, **plan())
    launch(path, "card", 1, **plan(id="visits", column="arrivals"))
    before = [attempts.launched(path, row) for row in history.launches(path)]
    launch(path, "bridge", 1, **plan(column="arrivals"))
    after = [attempts.launched(path, row) for row in history.launches(path)]
    assert after[:2] == before
    assert [one.number for one in after if one] == [1, 1, 3]


def test_a_level_that_was_written_down_is_the_one_that_holds(path: Path) -> None:
    with Ledger.open(path) as ledger:
        add(ledger, body=launch_body(plan=plan(), attempt=1, level=0.004))
    found = attempts.launched(path, history.launches(path)[0])
    assert found is not None
    assert (found.level, found.spent) == (0.004, 0.004)
    assert attempts.planned(path, plan(), "ledger").spent == pytest.approx(0.0165)  # type: ignore[union-attr]


def test_the_programs_rule_counts_all_lineages_and_the_promotions_known_by_then(path: Path) -> None:
    for place, scope in enumerate(("coffee", "tea", "milk"), start=1):
        launch(path, scope, 1, **plan(scope=scope))
        if place == 2:
            decide(path, scope, "promote")
    found = attempts.planned(path, plan(scope="bread"), "program_fdr")
    assert found is not None
    assert found.level == min(level(1), lord(4, [2]))
    decide(path, "tea", "stop")
    taken_back = attempts.planned(path, plan(scope="bread"), "program_fdr")
    assert taken_back is not None
    assert taken_back.level == min(level(1), lord(4, []))


def test_the_program_adds_up_what_all_lineages_spent(path: Path) -> None:
    assert attempts.spending(path).expected_false == 0
    launch(path, "note", 1, **plan())
    launch(path, "note", 2, **plan())
    launch(path, "tea", 1, **plan(scope="tea"))
    launch(path, "tea", 2, **plan("explore", scope="tea"))
    found = attempts.spending(path)
    assert (found.confirmations, found.expected_false) == (3, pytest.approx(0.0625))


def decide(path: Path, pilot: str, decision: str) -> None:
    body = DecisionBody(
        arm="early",
        label="Early",
        decision=decision,  # type: ignore[arg-type]
        why="x",
        verdict="promote",
        as_of="2026-03-30",
        result_digest=reading_body()["result_digest"],
        owner="Ana",
    )
    with Ledger.open(path) as ledger:
        add(ledger, "decision", pilot=pilot, body=plain(body))
