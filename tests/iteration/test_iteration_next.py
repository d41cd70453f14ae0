"""The next iteration from the last: comments kept, a confirmation frozen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small_shop import AFTER, ITERATION, PILOT, a_shop, assigned, go, look, outcomes

from pitcairn.commands.yaml_text import yaml_text
from pitcairn.errors import Refused, SpecError
from pitcairn.iteration.next_turn import arm_to_confirm, base_of, iterate
from pitcairn.iteration.outcomes import Next
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

THREE = ITERATION.replace(
    "  note: {label: A note, share: 1/2}",
    "  note: {label: A note, share: 1/4, message: Fresh bread}   # the note\n  card: {label: A card, share: 1/4}",
).replace("stage: explore", "# first try\nstage: explore   # look as often as you like\ntake: 1/4")


def explored(root: Path, text: str = THREE) -> ProgramFolder:
    folder = a_shop(root)
    folder.iteration_file("note", 1).write_text(text, encoding="utf-8")
    go(folder)
    return folder


def write(folder: ProgramFolder, confirm: str | None = None, **given: object) -> Next:
    settings = {
        "changes": [("Shorter: \u201cbread\u201d", "few read on")],
        "expected": {"note": "5 to 20 per 1000"},
        "question": None,
        "start": None,
        "today": AFTER.date(),
        "quote": yaml_text,
    } | given
    return iterate(folder, base_of(folder, "note", None), confirm=confirm, **settings)  # type: ignore[arg-type]


def test_the_next_exploration_keeps_comments_and_asks_predictions_anew(tmp_path: Path) -> None:
    folder = explored(tmp_path)
    done = write(folder)
    text = folder.iteration_file("note", 2).read_text(encoding="utf-8")
    assert done.text == text
    assert "# first try" in text
    assert "# the note" in text
    turn = load(folder, "note", 2).iteration
    assert turn is not None
    assert [(one.what, one.why) for one in turn.changed] == [("Shorter: \u201cbread\u201d", "few read on")]
    assert [(one.arm, one.measure) for one in turn.predictions] == [("note", "visit")]
    assert (turn.start, turn.end) == (date(2026, 3, 18), date(2026, 4, 1))
    assert (turn.stage, done.attempt, done.base) == ("explore", None, 1)


def test_a_confirmation_keeps_the_winner_and_the_control_half_and_half(tmp_path: Path) -> None:
    folder = explored(tmp_path)
    done = write(folder, "note")
    turn = load(folder, "note", 2).iteration
    assert turn is not None
    assert {id: str(arm.share) for id, arm in turn.arms.items()} == {"usual": "1/2", "note": "1/2"}
    assert turn.arms["note"].message == "Fresh bread"
    assert turn.take == 1
    assert "# look as often" not in done.text
    assert done.attempt is not None
    assert (done.attempt.number, done.attempt.level, done.attempt.left) == (1, 0.025, 0.025)


def test_a_confirmation_draws_nobody_from_before_and_its_attempt_is_locked(tmp_path: Path) -> None:
    folder = explored(tmp_path)
    write(folder, "note", start=date(2026, 3, 18))
    go(folder, number=2, now=AFTER, today=AFTER.date())
    assert not set(assigned(folder)) & set(assigned(folder, number=2))
    row = history.launch_of(folder.ledger_file, "note", 2)
    assert row is not None
    assert (row.body.attempt, row.body.level) == (1, 0.025)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("message: Fresh bread", "message: Warm bread", "\u201cmessage\u201d is not what it was in iteration 1"),
        ("worth_it: 20 per", "worth_it: 10 per", "\u201cworth_it\u201d is not what it was"),
        ("follow_up: 14 days", "follow_up: 7 days", "\u201cfollow_up\u201d is not what it was"),
        ("  note:", "  notes:", "\u201cnotes\u201d was not tried in iteration 1"),
    ],
)
def test_a_confirmation_that_changes_the_model_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    folder = explored(tmp_path)
    write(folder, "note", expected={})
    file = folder.iteration_file("note", 2)
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SpecError, match=told) as refused:
        load(folder, "note", 2)
    (problem,) = refused.value.problems
    assert problem.where.startswith("pilots/note/iteration-2.yaml:")
    assert problem.line is not None


def test_a_confirmation_with_another_margin_is_not_launched(tmp_path: Path) -> None:
    folder = explored(tmp_path)
    write(folder, "note", start=date(2026, 3, 18))
    folder.pilot_file("note").write_text(PILOT.replace("margin: 10", "margin: 12"), encoding="utf-8")
    with pytest.raises(Refused, match="keeps the measures and margins") as refused:
        go(folder, number=2, now=AFTER, today=AFTER.date())
    assert "guardrails.complaint.margin: was “10 per 1000”, is now “12 per 1000”" in str(refused.value)
    assert history.launch_of(folder.ledger_file, "note", 2) is None


def test_a_second_draft_is_refused_and_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = explored(tmp_path)
    write(folder)
    before = folder.iteration_file("note", 2).read_bytes()
    with pytest.raises(Refused, match="is written and not launched yet"):
        write(folder)
    assert folder.iteration_file("note", 2).read_bytes() == before


def test_nothing_is_written_that_would_not_be_valid_or_in_a_dry_run(tmp_path: Path) -> None:
    folder = explored(tmp_path)
    with pytest.raises(SpecError, match="more"):
        write(folder, expected={"note": "more"})
    write(folder, dry_run=True)
    assert folder.iterations("note") == (1,)
    assert not list(folder.root.glob(".iterate-*"))


def test_which_arm_is_confirmed_is_asked_where_it_is_not_clear(tmp_path: Path) -> None:
    folder = explored(tmp_path)
    base = base_of(folder, "note", None)
    with pytest.raises(Refused, match="about one arm"):
        arm_to_confirm(folder, base, None)
    with pytest.raises(SpecError, match="is not an arm that was tried"):
        arm_to_confirm(folder, base, "usual")
    assert arm_to_confirm(folder, base, "card") == "card"


def test_nothing_follows_an_iteration_that_was_not_launched(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not launched yet"):
        base_of(a_shop(tmp_path), "note", None)


def test_a_reading_can_follow_on_the_confirmation(tmp_path: Path) -> None:
    folder = explored(tmp_path)
    write(folder, "note", start=date(2026, 3, 18))
    go(folder, number=2, now=AFTER, today=AFTER.date())
    outcomes(folder, number=2)
    later = AFTER.replace(month=4, day=3)
    assert look(folder, number=2, now=later, today=later.date()).result.stage == "confirm"
