from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path

import pytest
from small_shop import AFTER, a_shop, assigned, files_in, go, look, outcomes

from pitcairn.errors import DataError, Refused
from pitcairn.iteration.report import rebuild
from pitcairn.iteration.standing import standings
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.reading.result import Shown


@pytest.fixture
def shop(tmp_path: Path) -> ProgramFolder:
    folder = a_shop(tmp_path / "shop")
    go(folder)
    outcomes(folder)
    return folder


def state(folder: ProgramFolder, today: date) -> str:
    return standings(folder, today=today)[0].state


def test_a_reading_finds_what_is_in_the_files(shop: ProgramFolder) -> None:
    result = look(shop).result
    drawn = assigned(shop)
    lines = (shop.root / "data" / "outcomes.csv").read_text(encoding="utf-8").split()[1:]
    visits = {line.split(",")[0]: int(line.split(",")[1]) for line in lines}
    rates = {
        arm: sum(visits[one] for one in drawn if drawn[one] == arm) / list(drawn.values()).count(arm)
        for arm in ("usual", "note")
    }
    effect = result.measures[0].rows[0].effect
    assert isinstance(effect, Shown)
    assert effect.control == pytest.approx(rates["usual"])
    # Adjusted for visits before the start, so near the plain difference, not equal to it.
    assert effect.estimate == pytest.approx(rates["note"] - rates["usual"], abs=0.005)
    assert result.verdicts[0].code == "adapt"
    assert {arm.id: arm.counted for arm in result.arms} == {
        arm: list(drawn.values()).count(arm) for arm in ("usual", "note")
    }
    assert result.as_of == "2026-03-16"


def test_result_page_and_ledger_row_belong_together(shop: ProgramFolder) -> None:
    taken = look(shop)
    text = taken.result_file.read_bytes()
    row = history.readings(shop.ledger_file, "note", 1)[-1]
    assert row.body.result_digest == hashlib.sha256(text).hexdigest()
    assert row.body.verdicts == (("note", "adapt"),)
    assert json.loads(text)["headline"] == taken.result.headline
    assert taken.result.headline in taken.report_file.read_text(encoding="utf-8")
    assert rebuild(shop, "note", 1, verify=True).same


def test_no_customer_is_named_outside_the_lists(shop: ProgramFolder) -> None:
    look(shop)
    customers = set(assigned(shop))
    for name in files_in(shop):
        if "/lists/" in name:
            continue
        text = (shop.root / name).read_bytes().decode("utf-8", errors="replace")
        # An id by itself: the digits of a digest may say c02776 by chance.
        assert not customers & set(re.findall(r"(?<![0-9a-z])c\d{5}(?![0-9a-z])", text)), name


def test_a_dry_run_writes_nothing(shop: ProgramFolder) -> None:
    before = files_in(shop)
    taken = look(shop, dry_run=True)
    assert files_in(shop) == before
    assert taken.result.verdicts[0].code == "adapt"
    assert history.readings(shop.ledger_file) == ()


def test_reading_before_the_end_says_to_go_on(shop: ProgramFolder) -> None:
    assert look(shop, today=date(2026, 3, 10)).result.verdicts[0].code == "too_early"
    on_the_day = look(shop, today=date(2026, 3, 16))
    assert on_the_day.result.as_of == "2026-03-15"
    assert on_the_day.result.verdicts[0].code == "adapt"


def test_harm_stops_while_follow_up_runs_and_a_gain_waits(shop: ProgramFolder) -> None:
    outcomes(shop, gain=-0.09)
    harmed = look(shop, today=date(2026, 3, 8)).result
    assert harmed.verdicts[0].code == "harm"
    assert "so far, with 6 of 14 days over, Visits changed by −" in harmed.headline
    outcomes(shop, gain=0.3)
    assert look(shop, today=date(2026, 3, 8)).result.verdicts[0].code == "too_early"


def test_an_alarm_is_not_forgotten_the_next_day_nor_at_the_end(shop: ProgramFolder) -> None:
    outcomes(shop, gain=-0.09)
    look(shop, today=date(2026, 3, 8))
    outcomes(shop, gain=0.0)
    next_day = look(shop, today=date(2026, 3, 9)).result
    assert next_day.verdicts[0].code == "harm"
    assert next_day.headline.startswith("Stop “A note”: the alarm rang on 7 March 2026: Visits changed by −")
    assert next_day.headline.endswith("It stays, whatever later days look like.")
    outcomes(shop, gain=0.06)
    at_the_end = look(shop).result
    assert at_the_end.verdicts[0].code == "harm"
    assert "the alarm rang on 7 March 2026" in at_the_end.headline


def test_an_alarm_of_wrong_data_goes_when_the_same_day_is_read_with_the_right_ones(shop: ProgramFolder) -> None:
    outcomes(shop, gain=-0.09)
    look(shop, today=date(2026, 3, 8))
    outcomes(shop, gain=0.0)
    assert look(shop, as_of=date(2026, 3, 7)).result.verdicts[0].code == "too_early"
    assert look(shop, today=date(2026, 3, 9)).result.verdicts[0].code == "too_early"


def test_an_earlier_day_does_not_know_of_a_later_alarm(shop: ProgramFolder) -> None:
    outcomes(shop, gain=-0.09)
    look(shop, today=date(2026, 3, 8))
    outcomes(shop, gain=0.0)
    assert look(shop, as_of=date(2026, 3, 5)).result.verdicts[0].code == "too_early"


def test_a_day_that_is_not_over_is_refused(shop: ProgramFolder) -> None:
    with pytest.raises(Refused, match="2026-03-17 is not over yet"):
        look(shop, as_of=AFTER.date())


def test_what_was_not_launched_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="has not been launched"):
        look(a_shop(tmp_path / "shop"))


def test_a_changed_plan_is_not_read(shop: ProgramFolder) -> None:
    file = shop.iteration_file("note", 1)
    file.write_text(file.read_text(encoding="utf-8").replace("20 per 1000", "2 per 1000"), encoding="utf-8")
    with pytest.raises(Refused, match="worth_it: was “20 per 1000”, is now “2 per 1000”"):
        look(shop)
    assert not shop.result_file("note", 1).exists()


def test_a_changed_list_is_not_read(shop: ProgramFolder) -> None:
    path = shop.assignment_file("note", 1)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DataError, match="is not the file that the launch wrote"):
        look(shop)


def test_groups_that_are_off_withhold_everything_and_are_recorded(shop: ProgramFolder) -> None:
    drawn = assigned(shop)
    path = shop.root / "data" / "outcomes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lost = [line for line in lines[1:] if drawn[line.split(",")[0]] == "note"][:700]
    path.write_text("\n".join(line for line in lines if line not in set(lost)) + "\n", encoding="utf-8")
    taken = look(shop)
    assert taken.result.withheld
    assert taken.result.verdicts[0].code == "unsafe_to_read"
    assert history.readings(shop.ledger_file)[-1].body.withheld
    page = taken.report_file.read_text(encoding="utf-8")
    assert "Likely between" not in page


def test_data_from_the_command_line_takes_the_place_of_the_declared_file(shop: ProgramFolder, tmp_path: Path) -> None:
    declared = shop.root / "data" / "outcomes.csv"
    elsewhere = tmp_path / "export.csv"
    declared.rename(elsewhere)
    with pytest.raises(DataError, match="There is no file"):
        look(shop)
    assert look(shop, data={"outcomes": (elsewhere,)}).result.verdicts[0].code == "adapt"


def test_a_page_changed_by_hand_is_noticed_and_mended(shop: ProgramFolder) -> None:
    taken = look(shop)
    original = taken.report_file.read_bytes()
    taken.report_file.write_bytes(original.replace(b"Confirm it", b"Promote it"))
    assert not rebuild(shop, "note", 1, verify=True).same
    rebuild(shop, "note", 1)
    assert taken.report_file.read_bytes() == original


def test_a_result_changed_by_hand_is_not_the_ledgers(shop: ProgramFolder) -> None:
    taken = look(shop)
    text = taken.result_file.read_text(encoding="utf-8")
    taken.result_file.write_text(text.replace("Confirm it", "Promote it"), encoding="utf-8")
    with pytest.raises(DataError, match="not the result of the last reading"):
        rebuild(shop, "note", 1, verify=True)


def test_nothing_read_yet_has_no_report(shop: ProgramFolder) -> None:
    with pytest.raises(Refused, match="has no result to report"):
        rebuild(shop, "note", 1)


def test_a_pilot_stands_where_the_calendar_and_the_ledger_say(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    assert state(folder, date(2026, 3, 1)) == "draft"
    go(folder)
    assert state(folder, date(2026, 3, 1)) == state(folder, date(2026, 3, 9)) == "running"
    assert standings(folder, today=date(2026, 3, 9))[0].sentence == "day 8 of 14; results due 16 March 2026"
    assert state(folder, date(2026, 3, 16)) == "to read"
    outcomes(folder)
    look(folder, today=date(2026, 3, 10))
    assert state(folder, date(2026, 3, 16)) == "to read", "an early look is not the deciding reading"
    look(folder)
    assert state(folder, date(2026, 3, 17)) == "read"
    folder.iteration_file("note", 1).write_text("stage: what\n", encoding="utf-8")
    assert state(folder, date(2026, 3, 17)) == "invalid"


@pytest.mark.parametrize("kind", ["all zero", "header only", "other ids"])
def test_outcomes_that_say_nothing_are_no_result(shop: ProgramFolder, kind: str) -> None:
    path = shop.root / "data" / "outcomes.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    changed = {
        "all zero": [f"{row.split(',')[0]},0,0" for row in rows],
        "header only": [],
        "other ids": [f"x{row}" for row in rows],
    }
    path.write_text("\n".join([head, *changed[kind]]) + "\n", encoding="utf-8")
    result = look(shop).result
    assert result.withheld
    assert "“Visits” and “Complaints”: zero, or not known, for everybody." in result.headline


def test_all_missing_columns_are_told_at_once(shop: ProgramFolder) -> None:
    path = shop.root / "data" / "outcomes.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("id,visit,complaint", "who,visits,complaints", 1), encoding="utf-8")
    with pytest.raises(DataError, match="measure “visit” needs") as caught:
        look(shop)
    told = [problem.message for problem in caught.value.problems]
    assert len(told) == 3
    assert "guardrail “complaint” needs" in told[2]
    assert caught.value.problems[1].hint is not None
    assert "columns: {visit: visits}" in caught.value.problems[1].hint


def test_a_second_reading_notices_that_rows_are_gone(shop: ProgramFolder) -> None:
    def kept() -> str:
        return next(check.state for check in look(shop).result.health if check.id == "kept")

    assert kept() == "pass"
    path = shop.root / "data" / "outcomes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-3]) + "\n", encoding="utf-8")
    assert kept() == "warn"
