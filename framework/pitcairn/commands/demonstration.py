"""The steps of `demo`: customers made up, a pilot launched, outcomes made up, the pilot read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pitcairn.commands.scaffold import new_folder
from pitcairn.commands.session import Session
from pitcairn.errors import Refused
from pitcairn.program import ProgramFolder

if TYPE_CHECKING:
    from pitcairn.iteration.outcomes import Taken

MARKER = Path(".pitcairn") / "demo"
BY = "the demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A demo that ran: its reading, and the truth it can be held against."""

    taken: Taken
    truth: str


def run(target: Path, *, seed: int, again: bool, stage: Callable[[str], None]) -> Done:
    """Makes the whole demo in `target` in one step; Refused where something else is there."""
    from pitcairn.examples.shop import demo
    from pitcairn.spec import schema

    before = target.is_dir() and any(target.iterdir())
    if before and not (target / MARKER).is_file():
        raise Refused(f"{target} is not empty, and not a demo.", hint="choose another folder: pitcairn demo FOLDER")
    if before and not again:
        raise Refused(f"{target} holds a demo already.", hint="replace it with --again, or choose another folder")
    with new_folder(target, instead=before) as draft:
        stage("Making up the customers …")
        demo.make(draft, seed)
        schema.write(ProgramFolder(draft).schema_folder)
        (draft / MARKER).parent.mkdir(exist_ok=True)
        (draft / MARKER).write_text("Made by pitcairn demo; --again replaces it.\n", encoding="utf-8")
        taken = _turn(ProgramFolder(draft), seed, stage)
    made = ProgramFolder(target.absolute())
    number = taken.result.number
    moved = replace(
        taken,
        result_file=made.result_file(demo.PILOT, number),
        report_file=made.report_file(demo.PILOT, number),
    )
    return Done(taken=moved, truth=demo.TRUTH_SENTENCE)


def _turn(folder: ProgramFolder, seed: int, stage: Callable[[str], None]) -> Taken:
    from pitcairn.examples.shop import demo
    from pitcairn.iteration.launch import launch
    from pitcairn.iteration.read import read

    number = folder.iterations(demo.PILOT)[-1]
    stage("Drawing the groups and locking the plan …")
    then = Session(today=demo.TODAY_LAUNCH).moment(folder)
    launch(folder, demo.PILOT, number, by=BY, now=then.now, today=then.today)
    stage("Making up what the customers did …")
    demo.outcomes(folder.root, demo.PILOT, number, seed)
    stage("Reading the outcomes …")
    then = Session(today=demo.TODAY_READ).moment(folder)
    return read(folder, demo.PILOT, number, by=BY, now=then.now, today=then.today)
