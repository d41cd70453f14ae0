"""The plan files of a program, a pilot and an iteration, read together and checked together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pitcairn.errors import Problem, SpecError
from pitcairn.program import ProgramFolder
from pitcairn.spec.draft import Draft
from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec
from pitcairn.spec.rules import Drafts, check
from pitcairn.spec.source import read_source
from pitcairn.spec.words import suggestion

MOST_SHOWN = 100
"""Problems told at a time."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Valid plan files: a program, and where asked for a pilot and one of its iterations."""

    program: ProgramSpec
    pilot_id: str | None = None
    pilot: PilotSpec | None = None
    number: int | None = None
    iteration: IterationSpec | None = None


def load(folder: ProgramFolder, pilot: str | None = None, number: int | None = None) -> Loaded:
    """The program, the pilot and the iteration (the latest if no number is given), checked against each other.

    Raises SpecError with every problem of all files involved, in the order of the files and their lines.
    """
    if pilot is not None:
        _known_pilot(folder, pilot)
        number = _known_number(folder, pilot, number)
    drafts = _drafts(folder, _program(folder), pilot, number)
    found = check(drafts)
    if found:
        raise SpecError(_limited(found))
    return _loaded(drafts)


def load_all(folder: ProgramFolder) -> tuple[Loaded, ...]:
    """Every iteration of every pilot (a pilot without iterations as itself; the bare program where there is no pilot).

    Raises SpecError with every problem of all plan files, each told once.
    """
    program = _program(folder)
    drafts = [_drafts(folder, program, None, None)]
    for pilot in folder.pilot_ids():
        numbers = folder.iterations(pilot)
        drafts += [_drafts(folder, program, pilot, number) for number in numbers or (None,)]
    found = dict.fromkeys(problem for one in drafts for problem in check(one))
    if found:
        raise SpecError(_limited(found))
    return tuple(_loaded(one) for one in (drafts[1:] or drafts))


def _program(folder: ProgramFolder) -> Draft[ProgramSpec]:
    return _draft(folder, folder.program_file, ProgramSpec)


def _drafts(folder: ProgramFolder, program: Draft[ProgramSpec], pilot: str | None, number: int | None) -> Drafts:
    return Drafts(
        folder=folder,
        program=program,
        pilot_id=pilot,
        pilot=_draft(folder, folder.pilot_file(pilot), PilotSpec) if pilot else None,
        number=number,
        iteration=_draft(folder, folder.iteration_file(pilot, number), IterationSpec) if pilot and number else None,
    )


def _draft(folder: ProgramFolder, path: Path, model: type) -> Draft:  # type: ignore[type-arg]
    name = folder.relative(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SpecError(Problem(message=f"cannot be read: {error.strerror}", file=name)) from None
    return Draft.of(read_source(data, name), model)


def _loaded(drafts: Drafts) -> Loaded:
    return Loaded(
        program=drafts.program.spec,
        pilot_id=drafts.pilot_id,
        pilot=drafts.pilot.spec if drafts.pilot else None,
        number=drafts.number,
        iteration=drafts.iteration.spec if drafts.iteration else None,
    )


def _known_pilot(folder: ProgramFolder, pilot: str) -> None:
    if folder.pilot_file(pilot).is_file():
        return
    known = folder.pilot_ids()
    hint = suggestion(pilot, known, "pilots here") or f"make one with: pitcairn new {pilot}"
    raise SpecError(f"There is no pilot “{pilot}” in this program.", hint=hint)


def _known_number(folder: ProgramFolder, pilot: str, number: int | None) -> int | None:
    numbers = folder.iterations(pilot)
    if number is None:
        return numbers[-1] if numbers else None
    if number in numbers:
        return number
    known = ", ".join(map(str, numbers)) or "none yet"
    raise SpecError(f"Pilot “{pilot}” has no iteration {number}.", hint=f"iterations here: {known}")


def _limited(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    found = tuple(problems)
    if len(found) <= MOST_SHOWN:
        return found
    more = Problem(message=f"There are {len(found) - MOST_SHOWN} more problems.", hint="mend these first")
    return (*found[:MOST_SHOWN], more)
