"""What a confirmation may not change: the measures and margins that the exploration before it was launched with.

The iteration's own file is held to the one before it by the rules of the plan files. Measures and margins stand in
files that all iterations share, so only the ledger knows what they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pitcairn.canonical import plain
from pitcairn.design.as_written import told
from pitcairn.design.difference import Difference
from pitcairn.design.plan import Plan
from pitcairn.errors import Problem, Refused
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder

FROZEN_ROLES = ("deciding", "guardrail")
WORDING = ("label", "unit")
"""How a measure is called is not what is measured."""


def refuse_thawed(folder: ProgramFolder, plan: Plan) -> None:
    """Refused, with what differs, where a confirmation measures otherwise than every launched iteration before it.

    A confirmation that nothing was launched before may measure as it likes.
    """
    if plan.stage != "confirm":
        return
    rows = [row for row in history.launches(folder.ledger_file, plan.pilot) if row.number < plan.number]
    found = [(row, told(_frozen(row.body.plan), _frozen(plain(plan)))) for row in reversed(rows)]
    if not found or any(not changed for _, changed in found):
        return
    row, changed = min(found, key=lambda pair: len(pair[1]))
    raise Refused(
        [
            Problem(
                message=f"A confirmation keeps the measures and margins of the exploration; iteration {row.number} was "
                "launched with others.",
                hint="put them back as they were, or explore with the new ones first",
            ),
            *(Problem(message=_told(one)) for one in changed),
        ]
    )


def _told(one: Difference) -> str:
    return f"{one.path}: was {one.before}, is now {one.after}"


def _frozen(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    measures = [measure for measure in plan["measures"] if measure["role"] in FROZEN_ROLES]
    return {"measures": [{key: value for key, value in one.items() if key not in WORDING} for one in measures]}
