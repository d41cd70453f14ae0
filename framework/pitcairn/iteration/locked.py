"""The plan an iteration was launched with, as the ledger holds it, and whether the files still say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pitcairn.canonical import plain
from pitcairn.design.as_written import told
from pitcairn.design.plan import Plan
from pitcairn.errors import DataError, Problem, Refused, SpecError
from pitcairn.ledger import attempts, history
from pitcairn.ledger.history import LaunchRow
from pitcairn.ledger.recorded import bars
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.reading.lock import AlarmFact, GainFact, Lock
from pitcairn.spec.load import unknown_pilot

GAINED = ("promote", "adapt")
"""Verdicts that rest on a gain worth having."""


def launched(folder: ProgramFolder, pilot: str, number: int) -> LaunchRow:
    """The iteration's launch; Refused where there was none."""
    found = history.launch_of(folder.ledger_file, pilot, number)
    if found is None:
        raise Refused(
            f"Iteration {number} of {pilot} has not been launched, so there is nothing to read.",
            hint=f"lock the plan first: pitcairn launch {pilot}",
        )
    return found


def launched_last(folder: ProgramFolder, pilot: str, number: int | None) -> LaunchRow:
    """The launch of the iteration asked for, of the last one launched where None; Refused where there is none."""
    if number is not None:
        return launched(folder, pilot, number)
    rows = history.launches(folder.ledger_file, pilot)
    if not rows and not folder.pilot_file(pilot).is_file():
        raise SpecError(unknown_pilot(folder, pilot))
    if not rows:
        raise Refused(f"No iteration of {pilot} has been launched.", hint=f"lock a plan: pitcairn launch {pilot}")
    return max(rows, key=lambda row: row.number)


def plan_of(launch: LaunchRow) -> Plan:
    """The locked plan as a value; DataError where the ledger's text is not a plan."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Plan).validate_python(launch.body.plan)
    except ValidationError:
        raise DataError(
            f"The ledger's plan of {launch.pilot}, iteration {launch.number}, cannot be read.",
            hint="see what was changed with: pitcairn ledger verify",
        ) from None


def refuse_changes(folder: ProgramFolder, launch: LaunchRow, now: Plan) -> None:
    """Refused, with what differs, where the plan files no longer say what was locked."""
    if launch.body.plan_digest == now.digest:
        return
    # An older version locked fewer fields; what it did not ask for stands at its default, then and now.
    changed = told(_plain(plan_of(launch)), _plain(now))
    if not changed:
        return
    file = folder.relative(folder.iteration_file(launch.pilot, launch.number))
    raise Refused(
        [
            Problem(
                message=f"The plan was locked on {day(launch.at.date())} by {launch.by} and has changed since.",
                file=file,
                hint="put it back as it was; a change belongs into the next iteration",
            ),
            *(Problem(message=f"{one.path}: was {one.before}, is now {one.after}", file=file) for one in changed),
        ]
    )


def lock_of(folder: ProgramFolder, launch: LaunchRow) -> Lock:
    """What a reading needs to know of the launch and of the iterations before it."""
    turn = attempts.launched(folder.ledger_file, launch)
    return Lock(
        digest=launch.body.plan_digest,
        at=launch.at,
        by=launch.by,
        retrospective=launch.body.retrospective,
        attempt=turn.number if turn else None,
        spends=turn.level if turn else None,
        spent=turn.spent if turn else None,
        in_scope=launch.body.in_scope,
        left_out=tuple((item.reason, item.count) for item in launch.body.left_out),
        earlier_gains=earlier_gains(folder, launch.pilot, launch.number),
        ledger_head=history.head(folder.ledger_file),
        barred=bars(folder.ledger_file, launch.pilot, launch.number),
        redrawn=launch.body.redrawn,
        gains=gains_elsewhere(folder, launch.pilot, launch.number),
        alarms=alarms_before(folder, launch.pilot, launch.number),
        adopts=adopts(folder, launch),
        before=plan_before(folder, launch.pilot, launch.number),
    )


def adopts(folder: ProgramFolder, launch: LaunchRow) -> str | None:
    """The pack an iteration rolls out, as `NAME VERSION`; None where none was adopted, and for a confirmation."""
    rows = [row for row in history.entries(folder.ledger_file, "adoption", launch.pilot) if row.seq < launch.seq]
    if not rows or launch.body.plan.get("stage") != "explore":
        return None
    return f"{rows[-1].body.get('pack')} {rows[-1].body.get('version')}"


def plan_before(folder: ProgramFolder, pilot: str, number: int) -> Plan | None:
    """What the iteration before this one was launched with; None where it was not launched."""
    found = history.launch_of(folder.ledger_file, pilot, number - 1)
    return plan_of(found) if found else None


def gains_elsewhere(folder: ProgramFolder, pilot: str, number: int) -> tuple[GainFact, ...]:
    """What every other iteration of the program came to by its last reading, of whichever pilot, won or lost."""
    last = {(row.pilot, row.number): row.body.gains for row in history.readings(folder.ledger_file)}
    return tuple(fact for key, facts in last.items() if key != (pilot, number) for fact in facts)


def alarms_before(folder: ProgramFolder, pilot: str, number: int) -> tuple[AlarmFact, ...]:
    """What the iteration's readings so far rang. Of several as of one day the last counts, so data can be mended."""
    readings = (row.body for row in history.readings(folder.ledger_file, pilot, number) if not row.body.withheld)
    last = {body.as_of: body.alarms for body in readings}
    return tuple(alarm for alarms in last.values() for alarm in alarms)


def earlier_gains(folder: ProgramFolder, pilot: str, number: int) -> tuple[tuple[str, int], ...]:
    """By arm: iterations of the pilot before this one whose last reading rested on a gain worth having."""
    last: dict[int, tuple[tuple[str, str], ...]] = {}
    for reading in history.readings(folder.ledger_file, pilot):
        if reading.number < number:
            last[reading.number] = reading.body.verdicts
    counts: dict[str, int] = {}
    for verdicts in last.values():
        for arm, code in verdicts:
            counts[arm] = counts.get(arm, 0) + (code in GAINED)
    return tuple(sorted(counts.items()))


def _plain(plan: Plan) -> Mapping[str, Any]:
    found: Mapping[str, Any] = plain(plan)
    return found
