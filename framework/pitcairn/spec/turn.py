"""An iteration with the pilot and the program it belongs to, as its rules see it."""

from __future__ import annotations

from dataclasses import dataclass

from pitcairn.spec.draft import Draft
from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec


@dataclass(frozen=True)
class Turn:
    """An iteration with what it belongs to."""

    number: int
    numbers: tuple[int, ...]
    """Every iteration of the pilot that has a file."""
    iteration: Draft[IterationSpec]
    pilot: Draft[PilotSpec]
    program: Draft[ProgramSpec]
    earlier: tuple[tuple[int, Draft[IterationSpec]], ...] = ()
    """The iterations before this one with their numbers, the latest first."""
