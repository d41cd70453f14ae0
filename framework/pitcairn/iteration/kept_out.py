"""The program's own holdout stays as it was first drawn: whoever was kept out of all pilots is kept out for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pitcairn.canonical import plain
from pitcairn.design.as_written import told
from pitcairn.design.plan import HoldoutPlan, Plan
from pitcairn.errors import Problem, Refused
from pitcairn.ledger import history
from pitcairn.program import PROGRAM_FILE, ProgramFolder


def refuse_changed(folder: ProgramFolder, plan: Plan) -> None:
    """Refused where an earlier launch promised another holdout for the day on which this iteration starts."""
    refuse_another(folder, plan.holdout, plan.start.isoformat())


def refuse_another(folder: ProgramFolder, holdout: HoldoutPlan | None, start: str) -> None:
    """The same for a holdout, None for no holdout, that is to hold on a day (ISO text)."""
    now = _said(plain(holdout))
    for row in history.launches(folder.ledger_file):
        promised = _said(row.body.plan.get("holdout"))
        if promised and promised != now and str(promised["since"]) <= start:
            raise Refused(
                [
                    Problem(
                        message=f"The program's holdout is no longer the one that {row.pilot}, iteration {row.number}, "
                        f"was launched with on {row.at:%Y-%m-%d}: who was kept out is kept out for good.",
                        file=PROGRAM_FILE,
                        hint="put `holdout` back as it was",
                    ),
                    *(
                        Problem(message=f"{one.path}: was {one.before}, is now {one.after}", file=PROGRAM_FILE)
                        for one in told({"holdout": promised}, {"holdout": now})
                    ),
                ]
            )


def _said(holdout: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What it says; an older version locked fewer fields, and what it did not ask for is not there."""
    return {name: value for name, value in holdout.items() if value is not None} if holdout else None
