"""All pilots together, against those kept out of all of them."""

from __future__ import annotations

import csv
import dataclasses
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment, meta
from small_shop import assigned, files_in, go
from two_pilots import COUNT, EFFECTS, FIRST, LAST, LATER, SEED, a_program, kept_out, live, run, see

import pitcairn.templates
from pitcairn.commands.group import run as command
from pitcairn.errors import Refused, SpecError
from pitcairn.examples.shop.people import people
from pitcairn.iteration.site import build
from pitcairn.iteration.together import TakenTogether
from pitcairn.ledger import history
from pitcairn.ledger.verify import verify
from pitcairn.ledger.witnesses import witnesses
from pitcairn.program import ProgramFolder
from pitcairn.reading.result import Shown, Withheld
from pitcairn.reading.together import from_json, to_json
from pitcairn.report.together import TogetherPage, together_page

PARTS = ("notices", "masthead", "crumbs", "limits", "method", "data", "words")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[ProgramFolder, float, TakenTogether]:
    """Two pilots, half a year, one reading of all of it, and the truth."""
    folder = a_program(tmp_path_factory.mktemp("fennel") / "lane")
    truth = run(folder)
    return folder, truth, see(folder, groups=("brews",))


def small(tmp_path: Path) -> ProgramFolder:
    folder = a_program(tmp_path / "lane", count=4000)
    run(folder, count=4000)
    return folder


def shown(taken: TakenTogether, measure: int = 0) -> Shown:
    effect = taken.result.measures[measure].rows[0].effect
    assert isinstance(effect, Shown)
    return effect


def test_the_range_holds_what_both_pilots_together_truly_did(
    lived: tuple[ProgramFolder, float, TakenTogether],
) -> None:
    _, truth, taken = lived
    effect = shown(taken)
    assert 0.02 < truth < max(EFFECTS.values())
    assert effect.low < truth < effect.high
    assert effect.low > 0
    assert taken.result.headline.startswith("Of every 1,000 customers, 25 more visitors; likely between 13 more and 37")
    assert not taken.result.withheld


def test_the_numbers_are_those_of_another_program(lived: tuple[ProgramFolder, float, TakenTogether]) -> None:
    folder, _, taken = lived
    everybody = people(COUNT, SEED)
    out = dict(zip(everybody.ids.tolist(), kept_out(folder, everybody).tolist(), strict=True))
    came: set[str] = set()
    spent = {True: 0.0, False: 0.0}
    with (folder.root / "data" / "visits.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if FIRST.isoformat() <= row["day"] <= LAST.isoformat():
                came.add(row["customer"])
                spent[out[row["customer"]]] += float(row["amount"])
    sizes = {side: list(out.values()).count(side) for side in (True, False)}
    assert [arm.assigned for arm in taken.result.arms] == [sizes[True], sizes[False]]
    effect, money = shown(taken), shown(taken, 1)
    assert effect.control == pytest.approx(sum(out[one] for one in came) / sizes[True], rel=1e-9)
    assert effect.treated == pytest.approx(sum(not out[one] for one in came) / sizes[False], rel=1e-9)
    assert money.treated == pytest.approx(spent[False] / sizes[False], rel=1e-9)


def test_nobody_kept_out_is_in_any_list(lived: tuple[ProgramFolder, float, TakenTogether]) -> None:
    folder, _, _ = lived
    everybody = people(COUNT, SEED)
    out = set(everybody.ids[kept_out(folder, everybody)].tolist())
    lists = [path for pilot in EFFECTS for path in folder.lists(pilot, 1).iterdir()]
    assert len(lists) == 4
    for path in lists:
        reader = "read_parquet" if path.suffix == ".parquet" else "read_csv_auto"
        rows = duckdb.connect().execute(f"SELECT customer FROM {reader}(?)", [str(path)]).fetchall()
        assert rows
        assert not out & {one for (one,) in rows}


def test_how_often_pilots_had_them_is_counted_from_the_lists(
    lived: tuple[ProgramFolder, float, TakenTogether],
) -> None:
    folder, _, taken = lived
    tried = [{one for one, arm in assigned(folder, pilot).items() if arm == "tried"} for pilot in EFFECTS]
    twice, once = len(tried[0] & tried[1]), len(tried[0] ^ tried[1])
    assert dict(taken.result.touched)["twice"] == f"{twice:,} customers"
    assert dict(taken.result.touched)["once"] == f"{once:,} customers"
    assert f"{once + twice:,} of the 27,006 customers" in taken.result.touched_sentence


def test_a_small_number_of_times_is_joined_to_a_smaller_one(tmp_path: Path) -> None:
    folder = a_program(tmp_path / "lane", count=4000)
    for pilot in EFFECTS:
        path = folder.iteration_file(pilot, 1)
        path.write_text(path.read_text(encoding="utf-8").replace("take: 50%", "take: 10%"), encoding="utf-8")
    run(folder, count=4000)
    result = see(folder).result
    assert [name for name, _ in result.touched] == ["not once", "once or more"]


def test_the_reading_is_kept_with_its_page_and_the_ledger_vouches_for_it(
    lived: tuple[ProgramFolder, float, TakenTogether],
) -> None:
    folder, _, taken = lived
    text = taken.result_file.read_text(encoding="utf-8")
    assert json.loads(to_json(from_json(text))) == json.loads(text)
    assert to_json(taken.result) == text
    assert taken.result_file == folder.root / "results" / "together" / "2026-03-01-2026-08-31.json"
    page = taken.report_file.read_text(encoding="utf-8")
    assert page == together_page(taken.result)
    assert taken.result.headline in page
    (row,) = history.entries(folder.ledger_file, "together")
    assert row.body["headline"] == taken.result.headline
    assert "C0000" not in text + page + json.dumps(dict(row.body))
    found = witnesses(folder)
    assert "results/together/2026-03-01-2026-08-31.json" in found.results
    assert verify(folder.ledger_file, expected_heads=found.heads, expected_results=found.results).intact


def test_a_changed_result_file_is_found(tmp_path: Path) -> None:
    folder = small(tmp_path)
    path = see(folder).result_file
    path.write_text(path.read_text(encoding="utf-8").replace("more visitors", "more thanks"), encoding="utf-8")
    found = witnesses(folder)
    (finding,) = verify(folder.ledger_file, expected_heads=found.heads, expected_results=found.results).findings
    assert "no reading of results/together/2026-03-01-2026-08-31.json as it is now" in finding.text


def test_a_dry_run_writes_nothing_and_a_second_reading_says_that_it_is_one(tmp_path: Path) -> None:
    folder = small(tmp_path)
    before = files_in(folder)
    dry = see(folder, dry_run=True)
    assert files_in(folder) == before
    assert not history.entries(folder.ledger_file, "together")
    first = see(folder).result
    assert first == dry.result
    again = see(folder, date(2026, 3, 8), LAST).result
    assert any("one such reading is in the ledger before it" in limit for limit in again.limits)
    assert len(history.entries(folder.ledger_file, "together")) == 2


def test_customers_lost_from_one_side_are_noticed_and_nothing_is_shown(tmp_path: Path) -> None:
    folder = small(tmp_path)
    path = folder.root / "data" / "customers.parquet"
    lost = people(4000, SEED).ids[kept_out(folder, people(4000, SEED))].tolist()[:200]
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE kept AS SELECT * FROM read_parquet(?) WHERE customer NOT IN (SELECT unnest(?))", [str(path), lost]
    )
    connection.execute(f"COPY kept TO '{path}' (FORMAT parquet)")
    result = see(folder).result
    assert result.withheld
    assert result.headline.startswith("Do not read this yet. Group sizes are not as planned")
    assert result.measures == result.details == result.sentences == ()


def test_a_pilot_from_before_the_holdout_that_still_runs_withholds_everything(tmp_path: Path) -> None:
    folder = a_program(tmp_path / "lane", count=4000)
    text = folder.program_file.read_text(encoding="utf-8")
    later = text.replace("since: 2026-02-01", "since: 2026-03-03")
    folder.program_file.write_text(later, encoding="utf-8")
    go(folder, "note")
    everybody = people(4000, SEED)
    live(folder, everybody, kept_out(folder, everybody) * 0.0)
    result = see(folder, date(2026, 3, 3)).result
    assert result.withheld
    assert "who were to be kept out tried something" in result.headline
    assert not see(folder, date(2026, 4, 1)).result.withheld


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 1, 31), LAST, "Nobody was kept out of all pilots before 2026-02-01"),
        (FIRST, LATER.date(), "2026-09-02 is not over yet"),
        (LAST, FIRST, "ends on 2026-03-01, before it begins"),
    ],
)
def test_days_that_cannot_be_read_are_refused(tmp_path: Path, first: date, last: date, said: str) -> None:
    folder = small(tmp_path)
    with pytest.raises(Refused, match=said):
        see(folder, first, last)


def test_a_holdout_that_shrank_since_is_refused(tmp_path: Path) -> None:
    folder = small(tmp_path)
    text = folder.program_file.read_text(encoding="utf-8")
    folder.program_file.write_text(text.replace("share: 10%", "share: 5%"), encoding="utf-8")
    with pytest.raises(Refused, match="kept out for good") as refused:
        see(folder)
    assert "holdout.share: was “10%”, is now “5%”" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"measures": ("visted",)}, "“visted” is not a measure of the program"),
        ({"groups": ("area",)}, "“area” is not a group of the program"),
        ({"measures": ("happy",)}, "does not say which days its outcomes are about"),
    ],
)
def test_a_name_that_cannot_be_read_is_refused(tmp_path: Path, given: dict[str, object], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        see(small(tmp_path), **given)


def test_a_wide_source_counts_where_it_is_about_that_period_and_for_no_other(tmp_path: Path) -> None:
    folder = small(tmp_path)
    everybody = people(4000, SEED)
    rows = "".join(f"{one},{number % 3 == 0:d}\n" for number, one in enumerate(everybody.ids.tolist()) if number % 2)
    (folder.root / "data" / "survey.csv").write_text("customer,happy\n" + rows, encoding="utf-8")
    text = folder.program_file.read_text(encoding="utf-8")
    covers = "files: data/survey.csv, covers: {first: 2026-03-01, last: 2026-08-31}"
    folder.program_file.write_text(text.replace("files: data/survey.csv", covers), encoding="utf-8")
    result = see(folder, measures=("happy", "visited")).result
    assert [block.id for block in result.measures] == ["happy", "visited"]
    effect = result.measures[0].rows[0].effect
    assert isinstance(effect, Shown)
    assert effect.treated == pytest.approx(1 / 3, abs=0.02)
    with pytest.raises(SpecError, match="“survey” is about 2026-03-01 to 2026-08-31"):
        see(folder, FIRST, date(2026, 8, 30), measures=("happy",))


def test_who_joined_after_the_period_began_is_not_counted(tmp_path: Path) -> None:
    folder = small(tmp_path)
    path = folder.root / "data" / "customers.parquet"
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE dated AS SELECT *, CASE WHEN customer <= 'C001000' THEN DATE '2026-04-01' "
        "ELSE DATE '2025-01-01' END AS joined FROM read_parquet(?)",
        [str(path)],
    )
    connection.execute(f"COPY dated TO '{path}' (FORMAT parquet)")
    text = folder.program_file.read_text(encoding="utf-8")
    folder.program_file.write_text(text.replace("since: 2026-02-01}", "since: 2026-02-01, joined: joined}"), "utf-8")
    result = see(folder).result
    assert sum(arm.assigned for arm in result.arms) == 3000
    assert any(limit.startswith("1,000 customers joined after the period began") for limit in result.limits)


def test_a_program_that_keeps_nobody_out_is_told_how_to(tmp_path: Path) -> None:
    folder = a_program(tmp_path / "lane", count=4000)
    text = folder.program_file.read_text(encoding="utf-8")
    folder.program_file.write_text(
        text.replace("holdout: {share: 10%, source: customers, since: 2026-02-01}", ""), "utf-8"
    )
    with pytest.raises(SpecError, match="keeps nobody out of its pilots"):
        see(folder)


def test_a_level_with_few_customers_is_withheld(tmp_path: Path) -> None:
    folder = a_program(tmp_path / "lane", count=400)
    run(folder, count=400)
    result = see(folder, groups=("brews",)).result
    assert any(isinstance(row.effect, Withheld) for table in result.groups for row in table.rows)


def test_the_site_shows_the_last_reading_of_every_period_that_the_ledger_vouches_for(tmp_path: Path) -> None:
    folder = small(tmp_path)
    assert 'id="together"' not in build(folder, today=LATER.date()).index.read_text(encoding="utf-8")
    kept = see(folder).result
    changed = see(folder, date(2026, 3, 8), LAST).result_file
    changed.write_text(changed.read_text(encoding="utf-8") + " ", encoding="utf-8")
    index = build(folder, today=LATER.date()).index
    html = index.read_text(encoding="utf-8")
    assert 'href="together/2026-03-01-2026-08-31.html"' in html
    assert kept.headline in html
    assert "2026-03-08" not in html
    page = index.parent / "together" / "2026-03-01-2026-08-31.html"
    assert page.read_text(encoding="utf-8") == together_page(kept, linked=True)
    assert 'href="../index.html"' in page.read_text(encoding="utf-8")


def test_the_template_uses_all_of_its_page_and_nothing_else() -> None:
    environment = Environment(autoescape=True)
    templates = Path(pitcairn.templates.__file__ or "").parent
    used: set[str] = set()
    for name in ("together.html.j2", *(f"partials/{one}.html.j2" for one in PARTS)):
        tree = environment.parse((templates / name).read_text(encoding="utf-8"))
        used |= meta.find_undeclared_variables(tree)
    macros = {"arm", "estimate", "fact_list", "icon", "key", "numbers", "picture", "term"}
    assert used - macros == {field.name for field in dataclasses.fields(TogetherPage)}


def test_hostile_labels_stay_text_and_the_page_asks_for_nothing(tmp_path: Path) -> None:
    folder = a_program(tmp_path / "lane", count=4000)
    text = folder.program_file.read_text(encoding="utf-8")
    folder.program_file.write_text(text.replace("label: Visitors", "label: <script>alert(1)</script>"), "utf-8")
    run(folder, count=4000)
    page = see(folder).report_file.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert len(page.encode("utf-8")) < 300_000


def test_the_command_says_the_sentence_first_and_where_the_page_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small(tmp_path)
    monkeypatch.chdir(folder.root)
    words = ["together", "--from", "2026-03-01", "--to", "2026-08-31", "--by", "ada", "--today", "2026-09-02"]
    assert command(words) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0].lstrip("·✓! ").startswith(("Of every", "Whether all pilots"))
    assert "Wrote reports/together/2026-03-01-2026-08-31.html" in said
    assert command([*words, "--json", "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["schema"] == "pitcairn.together/1"
    assert command(["together", "--from", "2026-03-01", "--to", "2026-08-31", "--measure", "visted"]) != 0
    assert "did you mean “visited”?" in capsys.readouterr().err


# --- the page again


def type_in(capsys: pytest.CaptureFixture[str], folder: ProgramFolder, *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = command(["-C", str(folder.root), "report", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_page_is_made_again_and_proven_from_the_kept_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small(tmp_path)
    assert "were not read yet" in type_in(capsys, folder, "--together")[2]
    taken = see(folder)
    page = taken.report_file.read_bytes()
    period = ("--from", FIRST.isoformat(), "--to", LAST.isoformat())
    assert type_in(capsys, folder, "--together", "--verify")[0] == 0
    taken.report_file.unlink()
    code, out, _ = type_in(capsys, folder, "--together", "--verify", *period)
    assert (code, "There is no page." in out) == (4, True)
    assert f"report --together --from {FIRST} --to {LAST}" in out
    assert not taken.report_file.exists()
    assert type_in(capsys, folder, "--together")[0] == 0
    assert taken.report_file.read_bytes() == page
    taken.report_file.write_bytes(page.replace(b"</html>", b"<p>better</p></html>"))
    code, out, _ = type_in(capsys, folder, "--together", "--verify")
    assert (code, "better" in out) == (4, True)
    code, _, err = type_in(capsys, folder, "--together", "--from", "2026-04-01", "--to", "2026-04-30")
    assert code == 6
    assert f"there is: --from {FIRST} --to {LAST}" in err


def test_a_kept_result_that_was_changed_is_not_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = small(tmp_path)
    taken = see(folder)
    path = taken.result_file
    path.write_text(to_json(dataclasses.replace(taken.result, purpose="Else.")), encoding="utf-8")
    code, _, err = type_in(capsys, folder, "--together", "--verify")
    assert code == 4
    assert f"{path.name} is not the result of the last reading in the ledger" in err
    assert f"pitcairn together --from {FIRST} --to {LAST}" in err
    path.write_text("{}", encoding="utf-8")
    code, _, err = type_in(capsys, folder, "--together", "--csv")
    assert (code, "is no reading of all pilots together" in err, path.name in err) == (4, True, True)
    path.write_text(to_json(dataclasses.replace(taken.result, first="2026-03-02")), encoding="utf-8")
    assert "is the reading of another period" in type_in(capsys, folder, "--together")[2]
    path.unlink()
    assert type_in(capsys, folder, "--together")[0] == 6


def test_the_numbers_can_be_had_as_a_table_and_as_markdown(
    lived: tuple[ProgramFolder, float, TakenTogether], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _, taken = lived
    code, out, _ = type_in(capsys, folder, "--together", "--csv")
    rows = list(csv.DictReader(out.splitlines()))
    assert code == 0
    effect = shown(taken)
    assert (rows[0]["from"], rows[0]["to"], rows[0]["measure"]) == (FIRST.isoformat(), LAST.isoformat(), "Visitors")
    scale = taken.result.measures[0].scale
    wanted = [scale * value for value in (effect.estimate, effect.low, effect.high)]
    assert [float(rows[0][name]) for name in ("difference", "low", "high")] == pytest.approx(wanted, rel=1e-9)
    levels = [line for split in taken.result.groups for line in split.rows]
    assert [row["level"] for row in rows if row["group"]] == [line.level for line in levels]
    code, out, _ = type_in(capsys, folder, "--together", "--markdown")
    assert code == 0
    assert out.startswith(f"## {taken.result.headline}")
    assert f"| Visitors ({taken.result.measures[0].unit}) |" in out
    assert effect.range_text in out


@pytest.mark.parametrize(
    "words",
    [(), ("note", "--together"), ("note", "--from", "2026-03-01", "--to", "2026-03-02"),
     ("--together", "--iteration", "1"), ("--together", "--from", "2026-03-01")],
)  # fmt: skip
def test_a_page_is_of_a_pilot_or_of_all(
    lived: tuple[ProgramFolder, float, TakenTogether], capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code, out, _ = type_in(capsys, lived[0], *words)
    assert (code, out) == (2, "")
