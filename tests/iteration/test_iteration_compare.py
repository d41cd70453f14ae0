"""Two iterations side by side."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small_shop import AFTER, ITERATION, a_shop, go, look, outcomes

from pitcairn.commands.yaml_text import yaml_text
from pitcairn.errors import Refused
from pitcairn.iteration.compare import compare
from pitcairn.iteration.decide import decide
from pitcairn.iteration.next_turn import base_of, iterate
from pitcairn.iteration.standing import standings
from pitcairn.program import ProgramFolder

PREDICTING = ITERATION.replace(
    "groups:", "predictions: [{arm: note, measure: visit, gain: 40 to 90 per 1000}]\ngroups:"
)


def two(root: Path) -> ProgramFolder:
    folder = a_shop(root)
    text = PREDICTING.replace("worth_it:", "take: 1/2\nworth_it:")
    folder.iteration_file("note", 1).write_text(text, encoding="utf-8")
    go(folder)
    outcomes(folder)
    look(folder)
    iterate(
        folder,
        base_of(folder, "note", None),
        changes=[("nothing", "it looked good")],
        expected={},
        confirm="note",
        question=None,
        start=date(2026, 3, 18),
        today=AFTER.date(),
        quote=yaml_text,
    )
    return folder


def test_plan_and_result_stand_side_by_side(tmp_path: Path) -> None:
    folder = two(tmp_path)
    found = compare(folder, "note", None, None)
    assert found.changed == (("nothing", "it looked good"),)
    paths = {one.path for one in found.plan}
    assert {"stage", "start", "end", "take"} <= paths
    assert "number" not in paths
    before, after = found.sides
    assert (before.number, after.number) == (1, 2)
    assert before.arms[0].word == "Confirm"
    assert before.arms[0].effect is not None
    assert (after.headline, after.arms) == ("Not read yet.", ())


def test_one_iteration_alone_is_not_compared(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    with pytest.raises(Refused, match="no two iterations"):
        compare(folder, "note", None, None)
    with pytest.raises(Refused, match="no two iterations"):
        compare(folder, "note", 1, 1)


def test_status_says_what_the_next_attempt_would_be_and_how_predictions_fared(tmp_path: Path) -> None:
    folder = two(tmp_path)
    (drafted,) = standings(folder, today=AFTER.date())
    assert drafted.attempt is None
    assert drafted.following is not None
    assert (drafted.following.number, drafted.following.level) == (1, 0.025)
    assert drafted.predictions is not None
    assert drafted.predictions.sentence == "1 of 1 prediction came true; 0 came out lower, 0 higher."
    go(folder, number=2, now=AFTER, today=AFTER.date())
    (running,) = standings(folder, today=AFTER.date())
    assert running.attempt is not None
    assert running.attempt.sentence == "attempt 1: judged at 2.5%; 2.5% of 5% spent, 2.5% left"
    assert running.following is not None
    assert running.following.number == 2


def test_a_decided_iteration_waits_for_what_was_decided_and_leads_on(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    outcomes(folder)
    look(folder)
    (read,) = standings(folder, today=AFTER.date())
    assert (read.state, read.waiting, read.command) == ("read", True, "pitcairn decide note")
    decide(folder, "note", None, arm=None, decision="confirm", why="it looks good", by="bakery", now=AFTER)
    (decided,) = standings(folder, today=AFTER.date())
    assert (decided.state, decided.waiting) == ("decided", True)
    assert decided.command == "pitcairn iterate note --confirm"
    assert decided.decisions == ("\u201cA note\u201d: confirm, by bakery",)
