"""Where a pilot stands: what is waiting, and a next command that does what it says."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from small_shop import AFTER, ITERATION, a_shop, go, look, outcomes

from pitcairn.canonical import digest, plain
from pitcairn.design.resolve import resolve
from pitcairn.errors import Refused, SpecError
from pitcairn.iteration.amend import amend
from pitcairn.iteration.decide import decide
from pitcairn.iteration.locked import refuse_changes
from pitcairn.iteration.outcomes import Standing
from pitcairn.iteration.standing import standing
from pitcairn.ledger import history
from pitcairn.ledger.ledger import Ledger
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

AFTER_DAY = AFTER.date()
TWO_ARMS = ITERATION.replace("share: 1/2}", "share: 1/3}").replace("share: 1/2,", "share: 1/3,")
TWO_ARMS = TWO_ARMS.replace("worth_it", "  card: {label: A card, share: 1/3}\nworth_it")


def read(root: Path, text: str = ITERATION) -> ProgramFolder:
    folder = a_shop(root)
    folder.iteration_file("note", 1).write_text(text, encoding="utf-8")
    go(folder)
    outcomes(folder)
    look(folder)
    return folder


def now(folder: ProgramFolder, today: date = AFTER_DAY) -> Standing:
    return standing(folder, "note", today=today)


def say(folder: ProgramFolder, decision: str, arm: str | None = None) -> None:
    decide(folder, "note", None, arm=arm, decision=decision, why="so", by="Bo Lind", now=AFTER)  # type: ignore[arg-type]


def test_the_next_command_names_the_arm_that_is_left_where_there_are_several(tmp_path: Path) -> None:
    folder = read(tmp_path, TWO_ARMS)
    assert now(folder).command == "pitcairn decide note --arm note"
    say(folder, "confirm", "note")
    assert now(folder).command == "pitcairn decide note --arm card"
    say(folder, "stop", "card")
    assert now(folder).command == "pitcairn iterate note --confirm --arm note"


def test_to_wait_decides_nothing_once_the_end_has_come(tmp_path: Path) -> None:
    folder = read(tmp_path)
    say(folder, "wait")
    assert (now(folder).state, now(folder).waiting) == ("read", True)


def test_only_a_pilot_that_is_over_waits_for_nothing(tmp_path: Path) -> None:
    folder = read(tmp_path)
    say(folder, "rework")
    assert (now(folder).waiting, now(folder).command) == (True, "pitcairn iterate note")
    say(folder, "stop")
    assert (now(folder).waiting, now(folder).command) == (False, "pitcairn site")


def test_a_promotion_is_typed_with_its_arm_and_not_asked_for_twice(tmp_path: Path) -> None:
    folder = read(tmp_path, ITERATION.replace("explore", "confirm"))
    say(folder, "promote")
    assert now(folder).command == "pitcairn promote note --arm note"
    with Ledger.open(folder.ledger_file) as ledger, ledger.transaction():
        body = {"name": "note", "version": "1.0.0", "file": "packs/note-1.0.0.pilotpack"}
        ledger.append("promotion", pilot="note", iteration=1, lineage="bread", body=body, by="Bo Lind", at=AFTER)
    found = now(folder)
    assert (found.state, found.waiting) == ("promoted", False)
    assert found.sentence == "packed as note 1.0.0"
    assert found.command == f"pitcairn pack verify {tmp_path}/packs/note-1.0.0.pilotpack"


def test_an_early_pass_waits_for_a_decision(tmp_path: Path) -> None:
    text = ITERATION.replace("explore", "confirm").replace("end: 2026-03-16", "starts_over: 2 weeks\nend: 2026-03-29")
    folder = a_shop(tmp_path)
    folder.iteration_file("note", 1).write_text(text, encoding="utf-8")
    go(folder)
    outcomes(folder, 0.3)
    early = datetime(2026, 3, 26, 12, tzinfo=UTC)
    taken = look(folder, now=early, today=early.date())
    assert taken.result.verdicts[0].code == "promote"
    found = now(folder, early.date())
    assert (found.state, found.waiting, found.command) == ("read", True, "pitcairn decide note")


def test_a_reading_before_the_first_start_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    folder = a_shop(tmp_path)
    go(folder)
    outcomes(folder)
    for given in ({"as_of": date(2026, 3, 1)}, {"today": date(2026, 3, 2)}):
        with pytest.raises(Refused, match=r"the first customer starts on 2 March 2026(.|\n)*from 3 March 2026 on"):
            look(folder, **given)
    assert history.readings(folder.ledger_file) == ()
    assert not folder.result_file("note", 1).exists()


def test_a_pilot_that_is_not_there_is_not_told_to_launch(tmp_path: Path) -> None:
    folder = read(tmp_path)
    with pytest.raises(SpecError, match=r"There is no pilot “nite”(.|\n)*did you mean “note”"):
        amend(folder, "nite", None, what="x", why="y", touches=("other",), by="Bo", now=AFTER)


def test_a_plan_locked_before_a_field_existed_is_the_same_plan_at_its_default(tmp_path: Path) -> None:
    folder = read(tmp_path)
    plan = plain(resolve(load(folder, "note", 1)))
    older = {key: value for key, value in plan.items() if key not in ("start_days", "largest_plausible_gain")}
    _rewrite_launch(folder.ledger_file, older)
    launch = history.launches(folder.ledger_file)[0]
    assert launch.body.plan_digest != resolve(load(folder, "note", 1)).digest
    refuse_changes(folder, launch, resolve(load(folder, "note", 1)))
    path = folder.iteration_file("note", 1)
    path.write_text(ITERATION.replace("end: 2026-03-16", "starts_over: 1 week\nend: 2026-03-22"), encoding="utf-8")
    with pytest.raises(Refused, match="starts_over: was “1 day”, is now “7 days”"):
        refuse_changes(folder, launch, resolve(load(folder, "note", 1)))


def _rewrite_launch(ledger: Path, plan: object) -> None:
    """The launch as an older version would have written it; its triggers out of the way."""
    with closing(sqlite3.connect(ledger)) as opened, opened:
        for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            opened.execute(f"DROP TRIGGER {name}")
        ((body,),) = opened.execute("SELECT body FROM entries WHERE kind = 'launch'").fetchall()
        changed = json.dumps({**json.loads(body), "plan": plan, "plan_digest": digest(plan)})
        opened.execute("UPDATE entries SET body = ? WHERE kind = 'launch'", [changed])
