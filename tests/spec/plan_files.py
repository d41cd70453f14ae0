"""Builders of program folders for tests: the example of the key reference, with some pieces changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pitcairn.errors import Problem, SpecError
from pitcairn.program import ProgramFolder
from pitcairn.spec.example import ITERATION, PILOT, PROGRAM
from pitcairn.spec.load import load

CHANGED = "changed: [{what: The card, why: Nobody could read it}]\n"


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with every `old` that must be there exactly once, replaced."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def program_folder(
    root: Path, program: str = PROGRAM, pilot: str = PILOT, iterations: Mapping[int, str] | None = None
) -> ProgramFolder:
    """A folder with one pilot, `card`, and its iterations."""
    folder = root / "pilots" / "card"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "program.yaml").write_text(program, encoding="utf-8")
    (folder / "pilot.yaml").write_text(pilot, encoding="utf-8")
    for number, text in ({1: ITERATION} if iterations is None else iterations).items():
        (folder / f"iteration-{number}.yaml").write_text(text, encoding="utf-8")
    return ProgramFolder(root)


def problems(folder: ProgramFolder, number: int | None = None) -> tuple[Problem, ...]:
    """What loading the pilot complains about; nothing where it is valid."""
    try:
        load(folder, "card", number)
    except SpecError as error:
        return error.problems
    return ()
