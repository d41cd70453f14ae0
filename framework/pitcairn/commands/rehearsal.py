"""How a rehearsal looks on a terminal. Every sentence comes from the rehearsal; here is only layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pitcairn.commands import tables
from pitcairn.commands.paper import Paper

if TYPE_CHECKING:
    from pitcairn.iteration.outcomes import Rehearsal


def show(paper: Paper, *, found: Rehearsal) -> None:
    """How often the rules would have said what, whether that is what the plan promised, and what it rests on."""
    plan = found.plan
    paper.say(f"{plan.title}, iteration {plan.number} ({plan.stage})", bold=True)
    paper.wrap(f"Rehearsed {found.repetitions:,} times on {found.eligible:,} customers who could be drawn.")
    paper.say(f"\nOf {found.repetitions:,} rehearsals, the rules would have said")
    heads, rows = _table(found)
    paper.table(heads, rows, numbers=range(len(rows[0]) - 5, len(rows[0])))
    paper.say()
    tables.checks(paper, found.findings)
    paper.say("\nWhat this rests on")
    for note in found.notes:
        paper.wrap(note, indent=2)


def _table(found: Rehearsal) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """A row for each scenario and arm; who the arm is stands there only where there are several."""
    several = len(found.plan.treatments) > 1
    heads = ("", *(("for",) if several else ()), "Promote", "Adapt", "Stop", "Cannot tell", "Withheld")
    return heads, list(_rows(found, several=several))


def _rows(found: Rehearsal, *, several: bool) -> Iterator[tuple[str, ...]]:
    from pitcairn.iteration.rehearsed import COLUMNS, counted

    for scenario in found.scenarios:
        for place, arm in enumerate(scenario.arms):
            counts = (f"{counted(arm, codes):,}" for codes in COLUMNS)
            yield (scenario.label if place == 0 else "", *((arm.label,) if several else ()), *counts)
