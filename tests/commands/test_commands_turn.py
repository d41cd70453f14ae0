"""The whole way at the terminal: plan, launch, read, report, on a small made-up program."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from command_builders import ANSWERS, result, taken, withheld

from pitcairn.program import ProgramFolder

START, BEFORE, AFTER = "2026-03-02", "2026-03-01", "2026-03-17"
CUSTOMERS = 600


@pytest.fixture
def program(call, tmp_path) -> ProgramFolder:
    call("init", "tea")
    folder = ProgramFolder(tmp_path / "tea")
    folder.program_file.write_text(f"{folder.program_file.read_text()}simulated: All customers are made up.\n")
    data = folder.root / "data"
    customers = [f"c{n},{'north' if n % 3 else 'south'},{'true' if n % 60 == 0 else 'false'}" for n in range(CUSTOMERS)]
    (data / "customers.csv").write_text("\n".join(["customer_id,home_shop,opted_out", *customers, ""]))
    orders = [f"c{n},2026-03-0{3 + n % 6},{5 + n % 7}.50" for n in range(0, CUSTOMERS, 4)]
    (data / "orders-1.csv").write_text("\n".join(["customer_id,ordered_on,amount", *orders, ""]))
    messages = [f"c{n},2026-02-27,sent" for n in range(0, 30) for _ in range(3)] + ["c7,2026-03-04,unsubscribed"]
    (data / "messages-1.csv").write_text("\n".join(["customer_id,sent_on,event", *messages, ""]))
    said = call("-C", "tea", "new", "p", *ANSWERS, "--no-input", "--start", START, "--owner", "CRM")
    assert said.code == 0, said.err
    return folder


@pytest.fixture
def launched(call, program) -> ProgramFolder:
    said = launch(call)
    assert said.code == 0, said.err
    return program


@pytest.fixture
def read(call, launched) -> ProgramFolder:
    said = call("-C", "tea", "read", "p", "--today", AFTER, "--by", "Ann")
    assert said.code == 0, said.err
    return launched


def launch(call, *words: str):
    return call("-C", "tea", "launch", "p", "--today", BEFORE, "--by", "Ann", "-y", *words)


def files_in(folder: ProgramFolder) -> dict[str, bytes]:
    files = (path for path in folder.root.rglob("*") if path.is_file() and "scratch" not in path.parts)
    return {path.relative_to(folder.root).as_posix(): path.read_bytes() for path in files}


# --- plan and check


def test_plan_says_who_can_be_drawn_and_what_could_be_seen(call, program):
    before = files_in(program)
    said = call("-C", "tea", "plan", "p")
    assert said.code == 0, said.err
    assert "of 600 customers are drawn" in said.out
    assert "Customers who order" in said.out
    assert "worth-it line 20" in said.out
    assert said.out.splitlines()[-1] == "Next: pitcairn -C tea launch p --dry-run"
    assert files_in(program) == before


def test_plan_as_data_holds_what_is_shown(call, program):
    found = call("-C", "tea", "plan", "p", "--json").json
    assert found["schema"] == "pitcairn.plan/1"
    assert found["outlook"]["in_scope"] == CUSTOMERS
    assert sum(count for _, _, count in found["outlook"]["arms"]) == found["outlook"]["drawn"]


def test_check_looks_for_the_columns_in_the_files_that_are_there(call, program):
    said = call("-C", "tea", "check", "p", "--data", "customers=tea/data/customers.csv")
    assert said.code == 0, said.err
    assert "source customers" in said.out
    assert "1 file with the 3 columns needed" in said.out
    following = "Next: pitcairn -C tea plan p --data customers=tea/data/customers.csv"
    assert said.out.splitlines()[-1] == following, "the next command reads the same file"


def test_check_tells_all_missing_columns_at_once(call, program):
    path = program.root / "data" / "customers.csv"
    head, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(",".join(f"my_{name}" for name in head.split(",")) + "\n" + rest, encoding="utf-8")
    said = call("-C", "tea", "check", "p")
    assert said.code == 4
    assert [name for name in ("customer_id", "home_shop", "opted_out") if f"no column “{name}”" not in said.err] == []


def test_a_data_problem_ends_with_four_and_names_the_file(call, program):
    said = call("-C", "tea", "plan", "p", "--data", "customers=tea/data/customer.csv")
    assert (said.code, said.out) == (4, "")
    assert "customer.csv" in said.err
    assert "customers.csv" in said.err
    assert "Nothing was changed." in said.err


# --- launch


def test_a_dry_run_says_what_would_be_drawn_and_writes_nothing(call, program):
    before = files_in(program)
    said = launch(call, "--dry-run")
    assert said.code == 0, said.err
    assert "Would draw" in said.out
    assert "Would write tea/pilots/p/lists/iteration-1/a-note.csv" in said.out
    assert "Nothing was written." in said.out
    assert said.out.splitlines()[-1] == "Next: pitcairn -C tea launch p"
    assert files_in(program) == before


def test_launch_asks_and_without_a_terminal_needs_a_yes(call, program):
    before = files_in(program)
    said = call("-C", "tea", "launch", "p", "--today", BEFORE)
    assert (said.code, said.out) == (2, "")
    assert "add -y" in said.err
    assert files_in(program) == before


@pytest.mark.parametrize(("reply", "code"), [("y", 0), ("n", 130), ("", 130)])
def test_at_a_terminal_a_person_decides(call, program, monkeypatch, reply, code):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _="": reply)
    said = call("-C", "tea", "launch", "p", "--today", BEFORE, "--by", "Ann")
    assert said.code == code
    assert program.ledger_file.exists() is (code == 0)
    assert ("nothing was changed" in said.err) is (code == 130)


def test_launch_draws_locks_and_says_what_to_do_next(call, program):
    said = launch(call)
    assert said.code == 0, said.err
    assert "customers by lot: “Today’s practice”" in said.out
    assert "Locked iteration 1 of p; fingerprint" in said.out
    assert "Hand the list to whoever reaches these customers." in said.out
    assert said.out.splitlines()[-1] == "Next: pitcairn -C tea status"
    assert (program.lists("p", 1) / "a-note.csv").is_file()


def test_planning_what_is_launched_sends_nobody_to_launch_it_again(call, launched):
    said = call("-C", "tea", "plan", "p", "--page")
    assert said.code == 0, said.err
    assert said.out.splitlines()[-1] == "Next: pitcairn -C tea status"
    assert "pitcairn launch" not in launched.plan_page_file("p", 1).read_text()


def test_status_sends_nobody_to_what_would_be_refused_today(call, launched):
    said = call("-C", "tea", "status", "--today", "2026-03-02")
    assert said.out.splitlines()[-1] == "Next: pitcairn -C tea site"
    said = call("-C", "tea", "status", "--today", "2026-03-03")
    assert said.out.splitlines()[-1] == "Next: pitcairn -C tea read p"


def test_launch_as_data_holds_counts_and_no_customer(call, program):
    said = launch(call, "--json")
    assert said.json["schema"] == "pitcairn.launch/1"
    drawn = sum(count for _, _, count in said.json["launch"]["arms"])
    assert 0 < drawn < CUSTOMERS
    assert '"c7"' not in said.out


def test_a_second_launch_is_refused(call, launched):
    said = launch(call)
    assert said.code == 6
    assert "was launched on 1 March 2026 by Ann" in said.err


def test_a_plan_changed_after_launch_is_refused_with_what_differs(call, launched):
    file = launched.iteration_file("p", 1)
    file.write_text(file.read_text().replace("worth_it: 20 per 1000", "worth_it: 10 per 1000"))
    said = call("-C", "tea", "read", "p", "--today", AFTER)
    assert (said.code, said.out) == (6, "")
    assert "has changed since" in said.err
    assert "worth_it: was “20 per 1000”, is now “10 per 1000”" in said.err


def test_today_is_refused_where_the_data_is_not_simulated(call, program):
    text = program.program_file.read_text().replace("simulated: All customers are made up.\n", "")
    program.program_file.write_text(text)
    assert launch(call).code == 6
    assert not program.ledger_file.exists()


# --- read


def test_read_before_launch_is_refused(call, program):
    said = call("-C", "tea", "read", "p", "--today", AFTER)
    assert said.code == 6
    assert "pitcairn launch p" in said.err


def test_read_shows_the_verdict_first_and_the_files_last(call, launched):
    said = call("-C", "tea", "read", "p", "--today", AFTER, "--by", "Ann")
    assert said.code == 0, said.err
    kept = json.loads(launched.result_file("p", 1).read_text())
    assert kept["verdicts"][0]["headline"].split(".")[0].split("“")[0] in said.out.splitlines()[0]
    assert "All customers are made up." in said.out
    assert said.out.splitlines()[-3:-1] == [
        "Wrote tea/results/p/iteration-1.json",
        "Wrote tea/reports/p/iteration-1.html",
    ]
    assert said.out.splitlines()[-1].startswith("Next: pitcairn -C tea ")
    assert max(map(len, said.out.splitlines())) <= 80


def test_read_as_data_is_the_result_that_was_kept(call, launched):
    found = call("-C", "tea", "read", "p", "--today", AFTER, "--json").json
    assert found["result"] == json.loads(launched.result_file("p", 1).read_text())
    assert [verdict["arm"] for verdict in found["verdicts"]] == ["a-note"]


def test_read_dry_run_writes_nothing(call, launched):
    before = files_in(launched)
    said = call("-C", "tea", "read", "p", "--today", AFTER, "--dry-run")
    assert said.code == 0, said.err
    assert "Would write tea/results/p/iteration-1.json" in said.out
    assert files_in(launched) == before


def test_a_missing_column_ends_with_four_and_names_the_closest(call, launched):
    file = launched.root / "data" / "messages-1.csv"
    file.write_text(file.read_text().replace("event", "events", 1))
    said = call("-C", "tea", "read", "p", "--today", AFTER)
    assert (said.code, said.out) == (4, "")
    assert "“event”" in said.err
    assert "events" in said.err
    assert not launched.result_file("p", 1).exists()


@pytest.mark.parametrize(("made", "code"), [(result(), 0), (withheld(result()), 5)])
def test_only_a_withheld_verdict_ends_with_five(call, launched, monkeypatch, made, code):
    monkeypatch.setattr("pitcairn.iteration.read.read", lambda *_, **__: taken(made))
    assert call("-C", "tea", "read", "p", "--today", AFTER).code == code
    said = call("-C", "tea", "read", "p", "--today", AFTER, "--json")
    assert (said.code, said.json["ok"], said.json["exit"]) == (code, True, code)


def test_the_browser_opens_only_when_asked(call, launched, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    call("-C", "tea", "read", "p", "--today", AFTER)
    call("-C", "tea", "report", "p")
    assert opened == []
    call("-C", "tea", "report", "p", "--open")
    assert opened == [launched.report_file("p", 1).as_uri()]


def test_without_a_browser_the_page_is_named(call, read, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    said = call("-C", "tea", "report", "p", "--open")
    assert said.code == 0
    assert "open tea/reports/p/iteration-1.html yourself" in said.err


# --- report, status, ledger


def test_report_makes_a_lost_page_again_to_the_byte(call, read):
    page = read.report_file("p", 1)
    before = page.read_bytes()
    page.unlink()
    assert "Wrote tea/reports/p/iteration-1.html" in call("-C", "tea", "report", "p").out
    assert page.read_bytes() == before


def test_a_report_is_printed_in_one_form_at_a_time(call, read):
    said = call("-C", "tea", "report", "p", "--csv", "--markdown")
    assert (said.code, said.out) == (2, "")
    assert "one at a time" in said.err


def test_what_goes_on_record_is_text_that_a_page_can_show(call, read):
    before = files_in(read)
    decide = ("-C", "tea", "decide", "p", "--today", AFTER)
    said = call(*decide, "--decision", "stop", "--why", "\udcff\udcfe")
    assert (said.code, said.out) == (2, "")
    assert "--why holds something that is no character" in said.err
    said = call(*decide, "--decision", "stop", "--why", "x" * 2001)
    assert said.code == 2
    assert "--why is 2,001 characters long; 2,000 are the most" in said.err
    assert "The name in --by" in call(*decide, "--decision", "stop", "--why", "so", "--by", "B" * 201).err
    assert files_in(read) == before
    assert "One of: promote, confirm, rework, wait, stop." in call(*decide, "--why", "so").err


def test_report_verify_tells_a_page_that_was_changed(call, read):
    assert call("-C", "tea", "report", "p", "--verify").code == 0
    page = read.report_file("p", 1)
    page.write_text(page.read_text().replace("</html>", "<p>better</p></html>"))
    said = call("-C", "tea", "report", "p", "--verify")
    assert said.code == 4
    assert "× changed" in said.out
    assert "better" in page.read_text()


def test_status_follows_the_pilot(call, launched):
    running = call("-C", "tea", "status", "--today", "2026-03-05", "--json").json["pilots"][0]
    due = call("-C", "tea", "status", "--today", AFTER, "--json").json
    assert (running["state"], due["pilots"][0]["state"]) == ("running", "to read")
    assert due["next"] == "pitcairn -C tea read p"


def test_ledger_verify_finds_an_edited_row(call, read):
    assert "2 rows" in call("-C", "tea", "ledger", "verify").out
    connection = sqlite3.connect(read.ledger_file)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("UPDATE entries SET recorded_by = 'Bob' WHERE seq = 1")
    connection.commit()
    connection.close()
    said = call("-C", "tea", "ledger", "verify")
    assert said.code == 4
    assert "Row 1 (launch of p, iteration 1) was changed after it was recorded." in " ".join(said.out.split())


# --- decide, iterate, compare, amend, close


def test_a_decision_is_recorded_shown_and_followed(call, read):
    words = ("decide", "p", "--decision", "rework", "--why", "too few came", "--by", "Ann", "--today", AFTER)
    said = call("-C", "tea", *words)
    assert said.code == 0, said.err
    assert "Decided: rework" in said.out
    assert "too few came." in read.report_file("p", 1).read_text(encoding="utf-8")
    found = call("-C", "tea", "status", "--today", AFTER, "--json").json
    assert found["pilots"][0]["state"] == "decided"
    assert found["next"] == "pitcairn -C tea iterate p"
    assert found["spending"] == {"confirmations": 0, "expected_false": 0}


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (("decide", "p", "--why", "x"), "--decision"),
        (("decide", "p", "--decision", "stop"), "--why"),
        (("iterate", "p"), "--what"),
        (("amend", "p", "--what", "x", "--why", "y"), "--touches"),
        (("close", "p"), "--why"),
        (("close", "p", "--why", " "), "--why"),
    ],
)
def test_what_cannot_be_asked_for_must_be_given(call, read, words, missing):
    before = files_in(read)
    said = call("-C", "tea", *words, "--today", "2026-03-05")
    assert (said.code, said.out) == (2, "")
    assert f"{missing} is missing" in said.err
    assert files_in(read) == before


def test_promotion_is_refused_with_every_reason_and_code_six(call, read):
    words = ("decide", "p", "--decision", "promote", "--why", "x", "--by", "crm", "--today", AFTER, "--json")
    said = call("-C", "tea", *words)
    assert said.code == 6
    told = " ".join(problem["message"] for problem in said.json["problems"])
    assert "Confirmed on fresh customers" in told
    assert "somebody other than the owner" in told


def test_the_next_iteration_is_written_checked_and_compared(call, read):
    words = ("--what", "a shorter note", "--why", "few read on", "--expect", "a-note=5 to 20 per 1000")
    said = call("-C", "tea", "iterate", "p", *words, "--today", AFTER)
    assert said.code == 0, said.err
    assert "Wrote tea/pilots/p/iteration-2.yaml from iteration 1" in said.out
    assert said.out.splitlines()[-1] == "Next: pitcairn -C tea check p"
    head = (read.iteration_file("p", 2)).read_text(encoding="utf-8").splitlines()[1]
    assert head.startswith("# Iteration 2 of p.")
    assert call("-C", "tea", "check", "p").code == 0
    again = call("-C", "tea", "read", "p", "--iteration", "1", "--today", AFTER, "--by", "Ann")
    assert again.out.splitlines()[-1] == "Next: pitcairn -C tea plan p"
    compared = call("-C", "tea", "compare", "p", "--json").json["comparison"]
    assert compared["changed"] == [["a shorter note", "few read on"]]
    assert {"start", "end"} <= {one["path"] for one in compared["plan"]}
    assert "Iteration 2 (an exploration). Not read yet." in call("-C", "tea", "compare", "p").out
    assert call("-C", "tea", "iterate", "p", *words, "--today", AFTER).code == 6


def test_a_confirmation_says_what_it_will_spend(call, read):
    words = ("iterate", "p", "--confirm", "--why", "it looked good", "--today", AFTER, "--dry-run")
    unsaid = call("-C", "tea", *words)
    assert (unsaid.code, "--expect a-note=RANGE is missing" in unsaid.err) == (2, True)
    said = call("-C", "tea", *words, "--expect", "a-note=20 to 40 per 1000")
    assert said.code == 0, said.err
    assert "attempt 1, judged at 2.5%" in " ".join(said.out.split())
    assert "Nothing was written." in said.out


@pytest.mark.parametrize("given", ["a-note", "nobody=1 to 2 per 1000"])
def test_an_expectation_names_an_arm(call, read, given):
    said = call("-C", "tea", "iterate", "p", "--what", "x", "--why", "y", "--expect", given, "--today", AFTER)
    assert said.code == 2
    assert "is not ARM=RANGE" in said.err


def test_a_deviation_and_an_early_end_are_on_record_for_good(call, launched):
    words = ("--what", "sent a day late", "--why", "an outage", "--touches", "dates", "--by", "Ann")
    said = call("-C", "tea", "amend", "p", *words, "--today", "2026-03-05")
    assert said.code == 0, said.err
    assert "nothing here can be promoted" in " ".join(said.out.split())
    asked = call("-C", "tea", "close", "p", "--why", "rain", "--today", "2026-03-05")
    assert (asked.code, "add -y" in asked.err) == (2, True)
    closed = call("-C", "tea", "close", "p", "--why", "rain", "--today", "2026-03-05", "-y", "--json")
    assert closed.json["closing"]["body"] == {"why": "rain", "planned_end": "2026-03-16", "attempt": None}
    assert call("-C", "tea", "status", "--today", AFTER, "--json").json["pilots"][0]["state"] == "closed"
    assert call("-C", "tea", "ledger", "verify").code == 0


# --- demo


def test_the_demo_runs_to_its_page_and_tells_the_truth_it_made(call, tmp_path):
    from pitcairn.examples.shop import demo

    said = call("demo", "shop")
    assert said.code == 0, said.err
    assert " ".join(demo.TRUTH_SENTENCE.split()) in " ".join(said.out.split())
    assert said.out.splitlines()[-1] == "Next: pitcairn -C shop status"
    page = next(line for line in said.out.splitlines() if line.endswith(".html")).removeprefix("Wrote ")
    assert "</html>" in (tmp_path / page).read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"shop"}
    assert call("-C", "shop", "check").code == 0
    assert call("-C", "shop", "ledger", "verify").code == 0
    assert call("-C", "shop", "report", demo.PILOT, "--verify").code == 0
    refused = call("demo", "shop")
    assert (refused.code, "--again" in refused.err) == (6, True)
    first = (tmp_path / page).read_bytes()
    assert call("demo", "shop", "--again").code == 0
    assert (tmp_path / page).read_bytes() == first
    assert {path.name for path in tmp_path.iterdir()} == {"shop"}


def test_the_demo_never_touches_another_folder(call, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("work")
    for words in (("demo", "mine"), ("demo", "mine", "--again")):
        said = call(*words)
        assert said.code == 6
        assert "not a demo" in said.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["work.txt"]


def test_a_demo_that_fails_leaves_nothing(call, tmp_path, monkeypatch):
    from pitcairn.examples.shop import demo

    def broken(folder: Path, *_: object) -> None:
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr(demo, "outcomes", broken)
    said = call("demo", "shop")
    assert said.code == 1
    assert "No space left on device" in said.err
    assert list(tmp_path.iterdir()) == []


# --- site, and the plain forms of a reading


def test_the_site_is_made_and_made_again(call, read):
    for _ in range(2):
        said = call("-C", "tea", "site", "--today", AFTER)
        assert said.code == 0, said.err
    assert (read.site / "pilots" / "p" / "iteration-1.html").is_file()
    assert "Wrote tea/site/index.html and 3 more pages" in said.out


def test_a_site_does_not_replace_somebody_elses_folder(call, read, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    said = call("-C", "tea", "site", "--today", AFTER, "--to", str(tmp_path / "mine"))
    assert said.code == 6
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "mine"


def test_a_reading_can_be_had_as_markdown_and_as_a_table(call, read):
    before = files_in(read)
    text = call("-C", "tea", "report", "p", "--markdown")
    assert text.code == 0
    assert text.out.startswith("## ")
    table = call("-C", "tea", "report", "p", "--csv")
    assert table.out.startswith("pilot,iteration,as_of,measure,")
    assert files_in(read) == before
    refused = call("-C", "tea", "report", "p", "--csv", "--verify")
    assert refused.code == 2


def test_a_template_of_the_program_that_fails_is_told_with_its_line(call, read):
    (read.root / "templates" / "partials").mkdir(parents=True)
    (read.root / "templates" / "partials" / "limits.html.j2").write_text("fine\n{{ nonsense }}\n")
    said = call("-C", "tea", "report", "p")
    assert said.code == 3
    assert "templates/partials/limits.html.j2:2" in said.err
