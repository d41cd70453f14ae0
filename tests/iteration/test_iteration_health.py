"""Health, through a launch and readings, with the files and the ledger as a person has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_shop import ITERATION, PROGRAM, a_shop, assigned, go, look, luck, outcomes

from pitcairn.evidence.facts import Check
from pitcairn.iteration.outcomes import Taken
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder

SENDS = "  sends: {kind: events, files: data/sends.csv, customer: id, time: day}\nmeasures:"


def checks(taken: Taken) -> dict[str, Check]:
    return {item.id: item for item in taken.result.health}


def with_sends(root: Path, exposure: str) -> ProgramFolder:
    folder = a_shop(root)
    folder.program_file.write_text(PROGRAM.replace("measures:", SENDS, 1), encoding="utf-8")
    text = ITERATION.replace("groups: [area]", f"groups: [area]\nexposure: {exposure}")
    folder.iteration_file("note", 1).write_text(text, encoding="utf-8")
    go(folder)
    outcomes(folder)
    return folder


def sent(folder: ProgramFolder, wanted: dict[str, float]) -> None:
    """A delivery to a share of each arm's customers, and one that bounced to everybody."""
    lines = ["id,day,state"]
    seen: dict[str, int] = {}
    for customer, arm in sorted(assigned(folder).items()):
        seen[arm] = seen.get(arm, 0) + 1
        lines.append(f"{customer},2026-03-02,bounced")
        if seen[arm] % 100 < wanted[arm] * 100:
            lines.append(f"{customer},2026-03-03,delivered")
    (folder.root / "data" / "sends.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_who_was_reached_is_read_from_the_sends_and_told(tmp_path: Path) -> None:
    folder = with_sends(tmp_path / "shop", "{source: sends, where: {state: delivered}}")
    sent(folder, {"usual": 0.04, "note": 0.95})
    found = checks(look(folder))
    assert found["reached"].state == "pass"
    assert found["reached"].value == pytest.approx(0.95, abs=0.01)
    assert found["not_meant"].state == "warn"
    assert found["not_meant"].sentence.endswith("The result is smaller than it would be otherwise.")
    assert found["reached_alike"].state == "unchecked"


def test_where_nobody_was_reached_every_effect_is_withheld(tmp_path: Path) -> None:
    folder = with_sends(tmp_path / "shop", "{source: sends, where: {state: delivered}}")
    sent(folder, {"usual": 0.0, "note": 0.0})
    taken = look(folder)
    assert taken.result.withheld
    assert checks(taken)["reached"].sentence == (
        "Nobody of “A note” was reached: what happened there is not what was planned."
    )


def test_would_have_been_exposure_is_held_to_the_drawn_shares(tmp_path: Path) -> None:
    folder = with_sends(tmp_path / "shop", "{source: sends, where: {state: delivered}, would_have_been: true}")
    sent(folder, {"usual": 0.5, "note": 0.5})
    found = checks(look(folder))
    assert found["reached_alike"].state == "pass"
    assert found["not_meant"].state == "unchecked"


def test_outcomes_that_change_between_readings_are_told_from_the_ledger(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    go(folder)
    path = outcomes(folder)
    assert checks(look(folder))["kept"].state == "pass"
    assert (
        checks(look(folder))["kept"].sentence == "Every row, customer and outcome of the last reading is still there."
    )
    seen = history.readings(folder.ledger_file, "note", 1)[-1].body.seen
    assert seen is not None
    assert dict(seen.rows)["outcomes"] == len(path.read_text(encoding="utf-8").splitlines()) - 1
    folder.result_file("note", 1).unlink()
    outcomes(folder, gain=0.09)
    item = checks(look(folder))["kept"]
    assert item.state == "warn"
    assert item.sentence == "Outcomes that were counted at the last reading have changed since: “Visits” of “A note”."


@pytest.mark.parametrize(("rate", "doubtful"), [(0.005, True), (0.1, False)])
def test_a_page_says_that_a_range_of_few_events_is_doubtful(tmp_path: Path, rate: float, doubtful: bool) -> None:
    folder = a_shop(tmp_path / "shop")
    go(folder)
    lines = ["id,visit,complaint"]
    lines += [f"{who},{int(luck(who, 'visit') < rate)},{int(luck(who, 'spam') < 0.02)}" for who in assigned(folder)]
    (folder.root / "data" / "outcomes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    item = checks(look(folder))["tails"]
    assert (item.state == "warn") is doubtful
    page = folder.report_file("note", 1).read_text(encoding="utf-8")
    assert ("Its range is doubtful." in page) is doubtful
