"""The plan files of an adopted pack, rendered like those of any other pilot."""

from __future__ import annotations

import json

from pitcairn.commands.scaffold import render
from pitcairn.promotion.compiled import COMPARISON, PRACTICE, PilotValues, StageValues


def pilot_file(values: PilotValues, note: str) -> str:
    """`pilot.yaml`; the note is its first comment."""
    return render("adopted-pilot.yaml.j2", pilot=values, note=_line(note))


def stage_file(values: StageValues, note: str) -> str:
    """`iteration-N.yaml` of one stage."""
    arms = {"practice": PRACTICE, "comparison": COMPARISON}
    return render("adopted-iteration.yaml.j2", stage=values, arms=arms, note=_line(note))


def _line(note: str) -> str:
    """A comment that cannot end: whatever a pack calls itself, it stays on its line."""
    return json.dumps(note, ensure_ascii=True)[1:-1]
