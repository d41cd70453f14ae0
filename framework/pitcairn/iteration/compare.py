"""`compare`: what changed between two iterations of a pilot, in the plan and in the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pitcairn.canonical import plain
from pitcairn.design.as_written import told
from pitcairn.design.resolve import resolve
from pitcairn.errors import Refused
from pitcairn.iteration.outcomes import Compared, ComparedArm, Side
from pitcairn.ledger import attempts, history
from pitcairn.program import ProgramFolder
from pitcairn.reading.result import Result
from pitcairn.report.context import NOT_READ, Records
from pitcairn.spec.load import load

ALWAYS_OTHER = ("number", "changed")
"""What differs between any two iterations, and is told by itself."""


def compare(folder: ProgramFolder, pilot: str, before: int | None, after: int | None) -> Compared:
    """Two iterations side by side; the last two where none are named.

    The plan is the locked one where the iteration was launched, else the file's. Refused where there are no two,
    SpecError where a file is not valid, DataError where the ledger is damaged.
    """
    numbers = folder.iterations(pilot)
    if after is None:
        before, after = (numbers[-2], numbers[-1]) if len(numbers) > 1 and before is None else (before, None)
    if before is None or after is None or before == after:
        raise Refused(
            f"There are no two iterations of {pilot} to compare.",
            hint=f"iterations here: {', '.join(map(str, numbers))}",
        )
    first, second = _plan(folder, pilot, before), _plan(folder, pilot, after)
    return Compared(
        pilot=pilot,
        changed=tuple((str(one["what"]), str(one["why"])) for one in second.get("changed", ())),
        plan=told(_without(first), _without(second)),
        sides=(_side(folder, pilot, before, first), _side(folder, pilot, after, second)),
    )


def _plan(folder: ProgramFolder, pilot: str, number: int) -> Mapping[str, Any]:
    launch = history.launch_of(folder.ledger_file, pilot, number)
    if launch is not None:
        return launch.body.plan
    found: Mapping[str, Any] = plain(resolve(load(folder, pilot, number)))
    return found


def _without(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in plan.items() if key not in ALWAYS_OTHER}


def _side(folder: ProgramFolder, pilot: str, number: int, plan: Mapping[str, Any]) -> Side:
    result, missing = Records.of(folder).result(pilot, number)
    launch = history.launch_of(folder.ledger_file, pilot, number)
    attempt = attempts.launched(folder.ledger_file, launch) if launch else None
    return Side(
        number=number,
        stage="confirm" if plan.get("stage") == "confirm" else "explore",
        attempt=attempt,
        headline=result.headline if result else missing if launch else NOT_READ,
        as_of=result.as_of if result else None,
        arms=_arms(result) if result else (),
    )


def _arms(result: Result) -> tuple[ComparedArm, ...]:
    labels = {arm.id: arm.label for arm in result.arms}
    return tuple(
        ComparedArm(
            arm=verdict.arm,
            label=labels[verdict.arm],
            word=verdict.word,
            mark=verdict.mark,
            effect=verdict.big,
            range_sentence=verdict.range_sentence,
        )
        for verdict in result.verdicts
    )
