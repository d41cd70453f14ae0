from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pitcairn import __version__
from pitcairn.commands import reference
from pitcairn.commands.failures import failure_of
from pitcairn.commands.group import VERBS, pitcairn, run
from pitcairn.errors import DataError

HEAVY = ("numpy", "scipy", "duckdb", "sqlite_utils", "jinja2", "pydantic", "yaml", "rich")
DOCS = Path(__file__).parents[2] / "docs" / "commands.md"


def loaded_after(*words: str) -> tuple[set[str], str]:
    """The heavy libraries in memory after a command line, and what it printed."""
    code = (
        "import sys; from pitcairn.commands.group import run; code = run(sys.argv[1:]);"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1].replace("'", '"'))), done.stdout


@pytest.mark.parametrize("words", [("--help",), ("--version",), (), ("read", "--help"), ("completion", "zsh")])
def test_help_imports_nothing_heavy(words):
    loaded, printed = loaded_after(*words)
    assert loaded == set()
    assert "pitcairn" in printed


def test_status_and_list_never_open_data_or_numbers(call):
    call("init", "tea")
    call("-C", "tea", "new", "p", *_answers(), "--no-input")
    for verb in ("status", "list"):
        loaded, printed = loaded_after("-C", "tea", verb)
        assert not loaded & {"numpy", "scipy", "duckdb", "sqlite_utils", "jinja2"}
        assert "p" in printed


def test_help_lists_every_command_under_its_section(call):
    said = call("--help")
    assert said.code == 0
    places = [said.out.index(f"\n{section}:") for section in ("Start", "Plan", "Run and read", "See", "Options")]
    assert places == sorted(places)
    for name, (_, words, _) in VERBS.items():
        assert f"  {name.ljust(10)}  {words}" in said.out


def test_version_comes_from_the_package(call):
    assert call("--version").out == f"pitcairn {__version__}\n"


def test_no_command_shows_the_help(call):
    assert call() == call("--help")


@pytest.mark.parametrize(("typed", "meant"), [("lunch", "launch"), ("repot", "report"), ("stats", "status")])
def test_a_misspelt_command_is_answered_with_the_nearest(call, typed, meant):
    said = call(typed)
    assert (said.code, said.out) == (2, "")
    assert f"There is no command “{typed}”. Did you mean “{meant}”" in said.err


def test_every_command_has_help_and_ends_with_an_example_of_itself():
    for path, text in reference.helps():
        assert len(text.splitlines()) > 5
        if path != "pitcairn":
            assert text.splitlines()[-2] == "  Example:"
            assert text.splitlines()[-1].startswith(f"    {path}")


def test_every_command_appears_in_the_docs():
    for name in VERBS:
        assert f"\n## pitcairn {name}\n" in reference.reference()


def test_the_reference_page_is_what_the_commands_say_today():
    assert DOCS.read_text(encoding="utf-8") == reference.reference(), (
        "write it anew: python -m pitcairn.commands.reference > docs/commands.md"
    )


def test_short_help_in_the_table_belongs_to_a_command_that_exists():
    context = click.Context(pitcairn)
    for name in pitcairn.list_commands(context):
        command = pitcairn.get_command(context, name)
        assert command is not None
        assert command.name == name


def test_global_options_mean_the_same_before_and_after_the_verb(call):
    call("init", "tea")
    before = call("--json", "--plain", "-C", "tea", "list")
    after = call("list", "-C", "tea", "--json", "--plain")
    assert before.json == after.json
    assert before.json["schema"] == "pitcairn.list/1"
    assert before.json["ok"] is True


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("read", "--json"), "usage", 2),
        (("--json", "reed"), "usage", 2),
        (("check", "--bogus", "--json"), "usage", 2),
        (("--json",), "usage", 2),
        (("status", "--json"), "plan_invalid", 3),
        (("list", "-C", "nowhere", "--json"), "usage", 2),
    ],
)
def test_json_is_one_object_also_on_failure(call, words, code, exit_code):
    said = call(*words)
    assert said.code == exit_code
    assert said.json["schema"] == "pitcairn.error/1"
    assert said.json["ok"] is False
    assert said.json["code"] == code
    assert said.json["exit"] == exit_code
    assert said.json["problems"][0]["message"]
    assert set(said.json["problems"][0]) >= {"file", "line", "column", "message", "hint"}


def test_a_json_flag_behind_a_double_dash_is_an_argument(call):
    said = call("read", "a", "--", "--json")
    assert (said.code, said.out) == (2, "")


def break_status(monkeypatch, error):
    def broken(*_, **__):
        raise error

    monkeypatch.setattr("pitcairn.iteration.standing.standings", broken)


def test_a_bug_is_told_in_two_lines_without_a_traceback(call, monkeypatch):
    call("init", "tea")
    break_status(monkeypatch, ZeroDivisionError("no customers"))
    said = call("-C", "tea", "status")
    assert (said.code, said.out) == (1, "")
    assert "This is a bug in Pitcairn, not in your files: ZeroDivisionError: no customers" in said.err
    assert "Traceback" not in said.err
    assert "--verbose" in said.err


def test_verbose_shows_the_traceback_of_a_bug(call, monkeypatch):
    call("init", "tea")
    break_status(monkeypatch, ZeroDivisionError("no customers"))
    assert "Traceback (most recent call last)" in call("-C", "tea", "-v", "status").err


def test_a_bug_is_json_too(call, monkeypatch):
    call("init", "tea")
    break_status(monkeypatch, ZeroDivisionError("no customers"))
    said = call("-C", "tea", "status", "--json")
    assert (said.code, said.json["code"], said.json["exit"]) == (1, "bug", 1)


def test_a_refusal_of_the_operating_system_names_the_file(call, monkeypatch):
    call("init", "tea")
    break_status(monkeypatch, PermissionError(13, "Permission denied", "ledger.db"))
    said = call("-C", "tea", "status")
    assert said.code == 1
    assert "ledger.db: Permission denied." in said.err
    assert "bug" not in said.err


def test_ctrl_c_says_that_nothing_was_changed_where_that_is_true(call, monkeypatch):
    call("init", "tea")
    break_status(monkeypatch, KeyboardInterrupt())
    said = call("-C", "tea", "status")
    assert (said.code, said.out) == (130, "")
    assert "Interrupted; nothing was changed." in said.err


def test_ctrl_c_while_writing_does_not_promise_anything():
    failure = failure_of(KeyboardInterrupt(), unsure="see whether it was done: pitcairn status")
    assert failure.exit_code == 130
    assert "nothing" not in str(failure.problems[0])
    assert "pitcairn status" in str(failure.problems[0])


def test_errors_of_the_house_keep_their_exit_codes():
    failure = failure_of(DataError("The file is empty."), unsure=None)
    assert (failure.code, failure.exit_code) == ("data_invalid", 4)
    assert "Nothing was changed." in (failure.last or "")


def test_a_reader_who_leaves_is_no_error(tmp_path):
    script = "import sys; from pitcairn.commands import main; sys.argv[0] = 'pitcairn'; main()"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", script, "completion", "bash"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_python_m_pitcairn_is_the_same_command():
    done = subprocess.run([sys.executable, "-m", "pitcairn", "lunch"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Did you mean “launch”" in done.stderr


def test_run_gives_the_exit_code_back(capsys):
    assert run(["--version"]) == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_and_its_place_as_comments(call, shell):
    said = call("completion", shell)
    assert said.code == 0
    assert "_PITCAIRN_COMPLETE" in said.out
    assert said.out.splitlines()[-2].startswith("# Keep this in ")
    assert "Next:" not in said.out


def complete(typed: str, folder: Path) -> set[str]:
    words = typed.split(" ")
    environment = {
        **os.environ,
        "_PITCAIRN_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pitcairn"], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    return {line.partition(",")[2] for line in done.stdout.splitlines() if line}


def test_completion_knows_commands_and_the_names_of_pilot_folders(call, tmp_path):
    call("init", "tea")
    for name in ("first", "second"):
        folder = tmp_path / "tea" / "pilots" / name
        folder.mkdir()
        (folder / "pilot.yaml").write_text("not even yaml: [")
    assert complete("pitcairn la", tmp_path) == {"launch"}
    assert complete("pitcairn read ", tmp_path / "tea") == {"first", "second"}
    assert complete("pitcairn -C tea read se", tmp_path) == {"second"}
    assert complete("pitcairn read ", tmp_path) == set()


def _answers() -> tuple[str, ...]:
    from command_builders import ANSWERS

    return ANSWERS


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("form", [("status",), ("status", "--json"), ("--help",), ("status", "--help")])
def test_an_answer_that_cannot_be_written_ends_without_a_traceback(tmp_path, form):
    subprocess.run([sys.executable, "-m", "pitcairn", "init", "tea"], cwd=tmp_path, check=True, capture_output=True)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pitcairn", "-C", "tea", *form],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "No space left" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="only a POSIX shell closes a standard stream")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize(("words", "code"), [("--help", 0), ("status --json", 3), ("status", 3), ("nope", 2)])
def test_a_closed_stream_keeps_nothing_and_changes_no_exit_code(tmp_path, words, code, closed):
    line = f"exec '{sys.executable}' -m pitcairn {words} {closed}"
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr
