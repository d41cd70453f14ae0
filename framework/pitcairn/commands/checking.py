"""What `check` looks at, and how it tells what is in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pitcairn.commands.paper import Paper
from pitcairn.errors import Problem, SpecError
from pitcairn.program import ProgramFolder

if TYPE_CHECKING:
    from pitcairn.spec.load import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Valid plan files: what they hold, and what could be better."""

    lines: tuple[tuple[str, str], ...]
    """(what is in order, what it holds)."""
    advice: tuple[Problem, ...]
    ready: bool
    """An iteration is among them, so that `plan` has something to say."""


def checked(
    folder: ProgramFolder, pilot: str | None, number: int | None, files: Mapping[str, tuple[Path, ...]]
) -> Checked:
    """The plan files asked for, all of them without a pilot; SpecError with every problem, DataError for the data."""
    from pitcairn.ledger import history
    from pitcairn.spec.customer import advice
    from pitcairn.spec.load import load, load_all

    problems: list[Problem] = []
    found: tuple[Loaded, ...] = ()
    with _gathered(problems):
        found = (load(folder, pilot, number),) if pilot else load_all(folder)
    lines = [_line(one) for one in found]
    lines += _packs(folder, [pilot] if pilot else folder.pilot_ids(), problems)
    lines += _trusted_keys(folder, problems)
    if problems:
        raise SpecError(dict.fromkeys(problems))
    if pilot and found[0].number:
        lines += _sources(folder, pilot, found[0].number, files)
    # What is expected of an adoption stands in the ledger, registered before its files were written.
    foretold = {row.pilot for row in history.entries(folder.ledger_file, "adoption")}
    told = dict.fromkeys(
        problem
        for one in found
        for problem in advice(one)
        if not (one.pilot_id in foretold and problem.id == "customer/no-prediction")
    )
    return Checked(lines=tuple(lines), advice=tuple(told), ready=any(one.iteration for one in found))


def show(paper: Paper, *, found: Checked) -> None:
    """A line for everything that is in order, then the advice."""
    column = max(len(name) for name, _ in found.lines)
    for name, text in found.lines:
        paper.mark("good", name, text, column=column)
    for advice in found.advice:
        paper.mark("watch", advice.message)
        paper.wrap("; ".join(part for part in (advice.hint, advice.where) if part), indent=2)


def _line(loaded: Loaded) -> tuple[str, str]:
    program, pilot, turn = loaded.program, loaded.pilot, loaded.iteration
    if pilot is None:
        return "program is valid", f"{len(program.sources)} sources, {len(program.measures)} measures"
    if turn is None:
        return f"{loaded.pilot_id} is valid", "no iteration yet"
    counts = (
        _many(len(turn.arms), "arm"),
        "1 deciding measure",
        _many(len(pilot.guardrails), "guardrail"),
        _many(len(turn.groups), "group"),
    )
    return f"{loaded.pilot_id} {loaded.number} is valid", ", ".join(counts)


@contextmanager
def _gathered(problems: list[Problem]) -> Iterator[None]:
    """What is wrong with one file is kept until all have been looked at."""
    try:
        yield
    except SpecError as error:
        problems += error.problems


def _packs(folder: ProgramFolder, pilots: Iterable[str], problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """What the pilots say for others, where they say something."""
    from pitcairn.spec.practice_rules import load_pack

    for pilot in pilots:
        with _gathered(problems):
            if folder.pack_file(pilot).exists():
                yield f"{pilot} for others", f"pack.yaml is valid: {load_pack(folder, pilot).playbook}"


def _trusted_keys(folder: ProgramFolder, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    from pitcairn.spec.practice_rules import load_trusted_keys

    with _gathered(problems):
        if trusted := load_trusted_keys(folder.trusted_keys_file):
            yield "trusted-keys.yaml is valid", _many(len(trusted.keys), "key")


def _sources(
    folder: ProgramFolder, pilot: str, number: int, files: Mapping[str, tuple[Path, ...]]
) -> list[tuple[str, str]]:
    from pitcairn.iteration.check import check_data

    lines = []
    for seen in check_data(folder, pilot, number, data=files):
        there = f"{_many(len(seen.files), 'file')} with the {_many(seen.columns, 'column')} needed"
        lines.append((f"source {seen.source}", there if seen.files else "no file yet"))
    return lines


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
