"""Failures of every command, in the one form that programs read."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from pitcairn.commands.group import VERBS, pitcairn

NEEDS = {
    "name": "tea", "pilot": "p", "file": "there.pilotpack", "other": "there.pilotpack", "key": "my.key", "at": "x",
    "places": "places.csv", "seed": "3", "because": "so", "first": "2026-01-01", "last": "2026-01-02",
    "folder": "nowhere", "shell": "bash",
}  # fmt: skip
OF_NO_PROGRAM = {"demo", "init", "explain", "completion", "pack keygen", "ledger verify"}
"""They read no plan file, so a broken one does not stop them."""


def every_command() -> dict[str, click.Command]:
    context, found = click.Context(pitcairn), dict[str, click.Command]()
    for verb in VERBS:
        command = pitcairn.get_command(context, verb)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{verb} {name}": command.commands[name] for name in command.commands}
        else:
            found[verb] = command
    return found


COMMANDS = every_command()


def arguments(command: click.Command) -> list[str]:
    """What a command cannot do without."""
    needed = [parameter for parameter in command.params if parameter.required]
    flags = [word for one in needed if isinstance(one, click.Option) for word in (one.opts[0], NEEDS[str(one.name)])]
    return flags + [NEEDS[str(one.name)] for one in needed if isinstance(one, click.Argument)]


def assert_one_failure(said, *codes: int) -> None:
    told = said.json
    assert (told["schema"], told["ok"], told["exit"]) == ("pitcairn.error/1", False, said.code)
    assert said.code in codes
    assert told["code"]
    assert told["problems"]
    assert all(problem["message"] for problem in told["problems"])
    assert "Traceback" not in said.err


def test_all_commands_are_looked_at():
    assert {name.partition(" ")[0] for name in COMMANDS} == set(VERBS)
    assert set(COMMANDS) > OF_NO_PROGRAM


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_arguments_are_one_object(call, name):
    assert_one_failure(call("--json", *name.split(), *arguments(COMMANDS[name]), "--bogus"), 2)
    assert_one_failure(call(*name.split(), *arguments(COMMANDS[name]), "too", "many", "of", "them", "--json"), 2)


@pytest.mark.parametrize("name", [name for name in COMMANDS if arguments(COMMANDS[name])])
def test_missing_arguments_are_one_object(call, name):
    assert_one_failure(call(*name.split(), "--json"), 2)


@pytest.mark.parametrize("group", [name for name in VERBS if f"{name}" not in COMMANDS])
def test_a_group_without_its_verb_is_one_object(call, group):
    assert_one_failure(call(group, "--json"), 2)
    assert_one_failure(call(group, "bogus", "--json"), 2)


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - OF_NO_PROGRAM))
def test_a_broken_program_is_one_object(call, tmp_path: Path, name):
    root = tmp_path / "tea"
    (root / "pilots" / "p").mkdir(parents=True)
    (tmp_path / "there.pilotpack").write_bytes(b"PK")
    (tmp_path / "places.csv").write_text("place\n", encoding="utf-8")
    for file in ("program.yaml", "pilots/p/pilot.yaml", "pilots/p/iteration-1.yaml"):
        (root / file).write_text("a: [\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    words = ["--together"] if name == "report" else []
    said = call("-C", "tea", *name.split(), *arguments(COMMANDS[name]), *words, "--json")
    assert_one_failure(said, 1, 2, 3, 4, 6)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
