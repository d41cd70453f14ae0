"""Where every pilot stands: from the plan files, the ledger and the calendar; no data is opened."""

from __future__ import annotations

from datetime import date

from pitcairn.design.plan import Plan
from pitcairn.errors import SpecError
from pitcairn.iteration.locked import plan_of
from pitcairn.iteration.outcomes import Standing
from pitcairn.ledger import history
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import Loaded, load


def standings(folder: ProgramFolder, *, today: date) -> tuple[Standing, ...]:
    """The latest iteration of every pilot, in order of name; a pilot whose files are not valid says so."""
    return tuple(_standing(folder, pilot, today) for pilot in folder.pilot_ids())


def _standing(folder: ProgramFolder, pilot: str, today: date) -> Standing:
    try:
        loaded = load(folder, pilot)
    except SpecError as error:
        return _invalid(folder, pilot, error)
    launch = history.launch_of(folder.ledger_file, pilot, loaded.number) if loaded.number else None
    if launch is None:
        return _draft(loaded, pilot)
    plan = plan_of(launch)
    readings = history.readings(folder.ledger_file, pilot, plan.number)
    if readings and date.fromisoformat(readings[-1].body.as_of) >= _last_full_day(plan):
        body = readings[-1].body
        # Promotion is decided by a person, and rework follows anything else: only the former waits for somebody.
        waiting = any(code == "promote" for _, code in body.verdicts)
        return _described(plan, "read", body.headline, f"pitcairn report {pilot}", waiting=waiting)
    if today >= plan.end:
        return _described(
            plan, "to read", f"results were due on {day(plan.end)}", f"pitcairn read {pilot}", waiting=True
        )
    return _described(plan, "running", _progress(plan, today), f"pitcairn read {pilot}", waiting=False)


def _last_full_day(plan: Plan) -> date:
    return date.fromordinal(plan.end.toordinal() - 1)


def _progress(plan: Plan, today: date) -> str:
    if today < plan.start:
        return f"starts on {day(plan.start)}; results due {day(plan.end)}"
    days = (plan.end - plan.start).days
    return f"day {(today - plan.start).days + 1} of {days}; results due {day(plan.end)}"


def _described(plan: Plan, state: str, sentence: str, command: str, *, waiting: bool) -> Standing:
    return Standing(
        pilot=plan.pilot,
        title=plan.title,
        owner=plan.owner,
        scope=plan.scope_label,
        number=plan.number,
        stage=plan.stage,
        state=state,  # type: ignore[arg-type]
        sentence=sentence,
        waiting=waiting,
        command=command,
    )


def _draft(loaded: Loaded, pilot: str) -> Standing:
    if loaded.pilot is None:
        raise ValueError("A standing needs a pilot.")
    scope = loaded.pilot.scope
    places = {**loaded.program.product_lines, **loaded.program.locations}
    return Standing(
        pilot=pilot,
        title=loaded.pilot.title,
        owner=loaded.pilot.owner,
        scope=places[scope.product_line or scope.location or ""],
        number=loaded.number or 0,
        stage=loaded.iteration.stage if loaded.iteration else "explore",
        state="draft",
        sentence="not launched yet" if loaded.number else "no iteration written yet",
        waiting=True,
        command=f"pitcairn plan {pilot}" if loaded.number else f"pitcairn check {pilot}",
    )


def _invalid(folder: ProgramFolder, pilot: str, error: SpecError) -> Standing:
    problems = len(error.problems)
    return Standing(
        pilot=pilot,
        title=pilot,
        owner="",
        scope="",
        number=max(folder.iterations(pilot), default=0),
        stage="explore",
        state="invalid",
        sentence=f"{problems} {'problem' if problems == 1 else 'problems'} in the plan files",
        waiting=True,
        command=f"pitcairn check {pilot}",
    )
