"""What must hold between the keys of a file and between the files."""

from __future__ import annotations

from dataclasses import dataclass

from pitcairn.errors import Problem
from pitcairn.program import ProgramFolder
from pitcairn.spec.draft import Draft
from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec


@dataclass(frozen=True)
class Drafts:
    """The files that are checked together."""

    folder: ProgramFolder
    program: Draft[ProgramSpec]
    pilot_id: str | None
    pilot: Draft[PilotSpec] | None
    number: int | None
    iteration: Draft[IterationSpec] | None


def check(drafts: Drafts) -> tuple[Problem, ...]:
    """Every problem, in the order of the files and of their lines."""
    found = [*drafts.program.problems]
    for draft in (drafts.pilot, drafts.iteration):
        found += draft.problems if draft else ()
    return tuple(found)
