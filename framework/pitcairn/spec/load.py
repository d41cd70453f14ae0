"""The plan files of a program, a pilot and an iteration, read together and checked together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from pitcairn.errors import Problem, SpecError
from pitcairn.program import PROGRAM_FILE, ProgramFolder
from pitcairn.spec.draft import Draft, Drafts
from pitcairn.spec.loaded import Loaded
from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec
from pitcairn.spec.place import Source, problem_at
from pitcairn.spec.rules import check
from pitcairn.spec.source import read_source
from pitcairn.spec.words import suggestion

M = TypeVar("M", bound=BaseModel)

MOST_SHOWN = 100
"""Problems told at a time."""

__all__ = ["Loaded", "load", "load_all"]


def load(folder: ProgramFolder, pilot: str | None = None, number: int | None = None) -> Loaded:
    """The program, the pilot and the iteration (the latest if no number is given), checked against each other.

    Raises SpecError with every problem of all files involved, in the order of the files and their lines.
    """
    if pilot is not None:
        _known_pilot(folder, pilot)
        number = _known_number(folder, pilot, number)
    drafts = Drafts(
        folder=folder,
        program=_draft(folder, folder.program_file, ProgramSpec),
        pilot_id=pilot,
        pilot=None if pilot is None else _draft(folder, folder.pilot_file(pilot), PilotSpec),
        number=number,
        iteration=None if pilot is None or number is None else _iteration(folder, pilot, number),
        earlier=() if pilot is None or number is None else _earlier(folder, pilot, number),
    )
    _refuse(check(drafts))
    return _loaded(drafts)


def load_all(folder: ProgramFolder) -> tuple[Loaded, ...]:
    """Every iteration of every pilot (a pilot without iterations as itself; the bare program where there is no pilot).

    Raises SpecError with every problem of all plan files, each told once.
    """
    program = _draft(folder, folder.program_file, ProgramSpec)
    drafts = [Drafts(folder=folder, program=program)]
    badly_named: list[Problem] = []
    for id in folder.pilot_ids():
        try:
            pilot = _draft(folder, folder.pilot_file(id), PilotSpec)
        except SpecError as error:
            badly_named += error.problems
            continue
        turns = folder.iterations(id)
        alone = Drafts(folder=folder, program=program, pilot_id=id, pilot=pilot)
        drafts += [_with_iteration(alone, number) for number in turns] or [alone]
    _refuse((*(problem for one in drafts for problem in check(one)), *badly_named))
    return tuple(_loaded(one) for one in (drafts[1:] or drafts))


def load_file(folder: ProgramFolder, path: Path, model: type[M], *rules: Callable[[Source, M], Iterable[Problem]]) -> M:
    """One file that stands beside the plan files, through its model and then its rules.

    Raises SpecError with every problem of the file.
    """
    draft = _draft(folder, path, model)
    _refuse(draft.problems)
    _refuse(problem for rule in rules for problem in rule(draft.source, draft.spec))
    return draft.spec


def _with_iteration(drafts: Drafts, number: int) -> Drafts:
    iteration = _iteration(drafts.folder, drafts.pilot_id or "", number)
    earlier = _earlier(drafts.folder, drafts.pilot_id or "", number)
    return Drafts(drafts.folder, drafts.program, drafts.pilot_id, drafts.pilot, number, iteration, earlier)


def _iteration(folder: ProgramFolder, pilot: str, number: int) -> Draft[IterationSpec]:
    return _draft(folder, folder.iteration_file(pilot, number), IterationSpec)


def _earlier(folder: ProgramFolder, pilot: str, number: int) -> tuple[tuple[int, Draft[IterationSpec]], ...]:
    found = sorted((one for one in folder.iterations(pilot) if one < number), reverse=True)
    return tuple((one, _iteration(folder, pilot, one)) for one in found)


def _draft(folder: ProgramFolder, path: Path, model: type[M]) -> Draft[M]:
    """The file as far as it can be read; one that cannot be opened is a draft with that problem."""
    name = folder.relative(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be opened: {error.strerror}"
        problem = problem_at(name, (), None, message, _hint(path))
        return Draft.of(Source(name, None, (problem,), readable=False), model)
    return Draft.of(read_source(data, name), model)


def _hint(path: Path) -> str | None:
    return "make a program with: pitcairn init NAME" if path.name == PROGRAM_FILE and not path.exists() else None


def _loaded(drafts: Drafts) -> Loaded:
    sources = {"program": drafts.program.source}
    if drafts.pilot:
        sources["pilot"] = drafts.pilot.source
    if drafts.iteration:
        sources["iteration"] = drafts.iteration.source
    return Loaded(
        program=drafts.program.spec,
        pilot_id=drafts.pilot_id,
        pilot=drafts.pilot.spec if drafts.pilot else None,
        number=drafts.number,
        iteration=drafts.iteration.spec if drafts.iteration else None,
        sources=sources,
    )


def unknown_pilot(folder: ProgramFolder, pilot: str) -> Problem:
    """What to say where there is no such pilot; the nearest is named even where the word could not name one."""
    hint = suggestion(pilot, folder.pilot_ids(), "pilots here") or "make one with: pitcairn new PILOT"
    return Problem(message=f"There is no pilot “{pilot}” in “{folder.root.name}”.", hint=hint)


def _known_pilot(folder: ProgramFolder, pilot: str) -> None:
    if pilot not in folder.pilot_ids() or not folder.pilot_file(pilot).is_file():
        raise SpecError(unknown_pilot(folder, pilot))


def _known_number(folder: ProgramFolder, pilot: str, number: int | None) -> int | None:
    numbers = folder.iterations(pilot)
    if number is None:
        return numbers[-1] if numbers else None
    if number in numbers:
        return number
    known = ", ".join(map(str, numbers)) or "none yet"
    raise SpecError(f"Pilot “{pilot}” has no iteration {number}.", hint=f"iterations here: {known}")


def _refuse(problems: Iterable[Problem]) -> None:
    """SpecError where there are problems: each once, at most MOST_SHOWN."""
    found = tuple(dict.fromkeys(problems))
    if len(found) > MOST_SHOWN:
        more = Problem(message=f"There are {len(found) - MOST_SHOWN} more problems.", hint="mend these first")
        found = (*found[:MOST_SHOWN], more)
    if found:
        raise SpecError(found)
