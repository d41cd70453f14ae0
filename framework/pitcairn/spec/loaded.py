"""What loading the plan files gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec
from pitcairn.spec.place import Source


@dataclass(frozen=True, slots=True)
class Loaded:
    """Valid plan files: a program, and where asked for a pilot and one of its iterations."""

    program: ProgramSpec
    pilot_id: str | None = None
    pilot: PilotSpec | None = None
    number: int | None = None
    iteration: IterationSpec | None = None
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False, compare=False)
    """The texts of `program`, `pilot` and `iteration`, so that advice can name a line."""
