"""Decisions, deviations and early ends: who may record what, and where it shows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small_shop import AFTER, ITERATION, LAUNCHED, a_shop, files_in, go, look, outcomes

from pitcairn.errors import DataError, Refused
from pitcairn.iteration.amend import amend, close
from pitcairn.iteration.decide import decide
from pitcairn.iteration.people import may_be_same
from pitcairn.iteration.report import rebuild
from pitcairn.ledger import history
from pitcairn.ledger.verify import verify
from pitcairn.program import ProgramFolder


def confirmed(root: Path, *, gain: float = 0.06, stage: str = "confirm") -> ProgramFolder:
    folder = a_shop(root)
    folder.iteration_file("note", 1).write_text(ITERATION.replace("explore", stage), encoding="utf-8")
    go(folder)
    outcomes(folder, gain)
    look(folder)
    return folder


def say(folder: ProgramFolder, decision: str = "promote", **given: object):
    settings = {"arm": None, "why": "it pays for itself", "by": "Bo Lind", "now": AFTER} | given
    return decide(folder, "note", None, decision=decision, **settings)  # type: ignore[arg-type]


def page(folder: ProgramFolder) -> str:
    return folder.report_file("note", 1).read_text(encoding="utf-8")


def test_a_promotion_is_recorded_by_somebody_else_and_is_on_the_page(tmp_path: Path) -> None:
    folder = confirmed(tmp_path)
    done = say(folder)
    assert done.ruling.sentence == "“A note”, by Bo Lind on 17 March 2026: it pays for itself."
    assert done.ruling.sentence in page(folder)
    (row,) = history.decisions(folder.ledger_file)
    assert (row.by, row.body.decision, row.body.verdict, row.body.owner) == ("Bo Lind", "promote", "promote", "bakery")
    assert row.body.result_digest == history.readings(folder.ledger_file)[-1].body.result_digest
    assert verify(folder.ledger_file).findings == ()
    assert rebuild(folder, "note", 1, verify=True).same


@pytest.mark.parametrize("name", ["bakery", "Bakery ", "BAKERY.", "the bakery", "Ann, bakery"])
def test_the_owner_cannot_promote_by_any_spelling(tmp_path: Path, name: str) -> None:
    folder = confirmed(tmp_path)
    before = page(folder)
    with pytest.raises(Refused, match="somebody other than the owner"):
        say(folder, by=name)
    assert history.decisions(folder.ledger_file) == ()
    assert page(folder) == before


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ana ruíz", "Ruiz, Ana", True),
        ("Ana", "Ana Ruiz", True),
        ("Ana Ruiz", "Ana Lind", False),
        ("—", "Ana Ruiz", True),
        ("Noor, Canal Street", "Noor", True),
        ("李娜", "王芳", False),
    ],
)
def test_a_name_is_a_persons_however_it_is_spelled(one: str, other: str, same: bool) -> None:
    assert may_be_same(one, other) is same
    assert may_be_same(other, one) is same


def test_an_exploration_is_not_promoted_and_every_reason_is_told(tmp_path: Path) -> None:
    folder = confirmed(tmp_path, stage="explore")
    with pytest.raises(Refused) as refused:
        say(folder, by="bakery")
    told = str(refused.value)
    assert "Confirmed on fresh customers" in told
    assert "The rules do not recommend it" in told
    assert "somebody other than the owner" in told


def test_a_decision_may_differ_from_the_rules_and_says_so(tmp_path: Path) -> None:
    folder = confirmed(tmp_path)
    assert say(folder, "stop", by="bakery").ruling.differs == "The rules recommended to promote it."
    assert "The rules recommended to promote it." in page(folder)


def test_a_later_decision_replaces_the_earlier_one_and_both_are_kept(tmp_path: Path) -> None:
    folder = confirmed(tmp_path)
    say(folder, "wait")
    done = say(folder, "promote")
    assert done.replaces
    assert [row.body.decision for row in history.decisions(folder.ledger_file)] == ["wait", "promote"]
    assert "Decided: promote" in page(folder)
    assert "Decided: wait" not in page(folder)


def test_a_decision_before_any_reading_is_refused(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    with pytest.raises(Refused, match="No iteration of note has been launched"):
        say(folder, "stop")
    go(folder)
    with pytest.raises(Refused, match="has not been read"):
        say(folder, "stop")
    assert history.decisions(folder.ledger_file) == ()


def test_a_result_that_was_edited_is_not_decided_on(tmp_path: Path) -> None:
    folder = confirmed(tmp_path, stage="explore")
    file = folder.result_file("note", 1)
    file.write_text(file.read_text(encoding="utf-8").replace("adapt", "promote"), encoding="utf-8")
    with pytest.raises(DataError, match="is not the result of the last reading"):
        say(folder)


def test_an_arm_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="“late” is not an arm") as refused:
        say(confirmed(tmp_path), "stop", arm="late")
    assert "note" in (refused.value.problems[0].hint or "")


def test_a_dry_run_decides_nothing(tmp_path: Path) -> None:
    folder = confirmed(tmp_path)
    before = page(folder)
    assert say(folder, dry_run=True).dry_run
    assert history.decisions(folder.ledger_file) == ()
    assert page(folder) == before


def note(folder: ProgramFolder, *touches: str, **given: object):
    settings = {"what": "The note went out a day late", "why": "an outage", "by": "ada", "now": AFTER} | given
    return amend(folder, "note", None, touches=touches, **settings)  # type: ignore[arg-type]


def test_a_deviation_heads_the_page_and_bars_promotion_where_it_touches_what_was_tested(tmp_path: Path) -> None:
    folder = confirmed(tmp_path)
    note(folder, "dates")
    assert "Not as planned: The note went out a day late. Why: an outage." in page(folder)
    assert "It touches the dates, so nothing here can be promoted." in page(folder)
    with pytest.raises(Refused, match="Not as planned"):
        say(folder)


def test_a_reading_after_a_barring_deviation_does_not_recommend_promotion(tmp_path: Path) -> None:
    folder = confirmed(tmp_path)
    assert look(folder, dry_run=True).result.verdicts[0].code == "promote"
    note(folder, "deciding")
    result = look(folder).result
    assert result.verdicts[0].code == "adapt"
    assert [row.test for row in result.promotion if not row.met] == ["Carried out as planned"]


def test_a_deviation_elsewhere_is_shown_and_bars_nothing(tmp_path: Path) -> None:
    folder = confirmed(tmp_path)
    note(folder, "other")
    assert "Not as planned" in page(folder)
    assert say(folder).ruling.decision == "promote"


def test_a_deviation_recorded_before_the_first_reading_is_on_its_page(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    note(folder, "arms")
    outcomes(folder)
    look(folder)
    assert "It touches what the groups got" in page(folder)


def test_an_iteration_closed_early_can_be_read_and_not_promoted(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    folder.iteration_file("note", 1).write_text(ITERATION.replace("explore", "confirm"), encoding="utf-8")
    go(folder)
    done = close(folder, "note", None, why="the shop burnt", by="ada", now=LAUNCHED, today=date(2026, 3, 5))
    assert "Attempt 1 is spent all the same." in done.sentence
    outcomes(folder)
    look(folder)
    assert "Ended early: closed by ada on 1 March 2026" in page(folder)
    with pytest.raises(Refused, match="Ended early"):
        say(folder)
    with pytest.raises(Refused, match="was closed already"):
        close(folder, "note", None, why="again", by="ada", now=AFTER, today=date(2026, 3, 5))


def test_an_iteration_past_its_end_is_not_closed(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    before = files_in(folder)
    with pytest.raises(Refused, match="ended as planned"):
        close(folder, "note", None, why="tired", by="ada", now=AFTER, today=date(2026, 3, 16))
    assert files_in(folder) == before
    assert history.closings(folder.ledger_file) == ()
