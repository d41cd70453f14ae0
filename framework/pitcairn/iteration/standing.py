"""Where every pilot stands: from the plan files, the ledger and the calendar; no data is opened."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from pitcairn.canonical import plain
from pitcairn.design.plan import Plan
from pitcairn.design.resolve import resolve
from pitcairn.errors import SpecError
from pitcairn.iteration.locked import plan_of
from pitcairn.iteration.outcomes import Standing
from pitcairn.iteration.scores import scores
from pitcairn.ledger import attempts, history
from pitcairn.ledger.entry import ReadingBody
from pitcairn.ledger.history import DecisionRow, LaunchRow
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.reading.overview import RolloutNow
from pitcairn.spec.load import Loaded, load

COME_BACK = "pitcairn status"
"""What to type where there is nothing to do yet."""


def standings(folder: ProgramFolder, *, today: date) -> tuple[Standing, ...]:
    """The latest iteration of every pilot, in order of name; a pilot whose files are not valid says so."""
    fared = {score.owner: score for score in scores(folder)}
    found = (standing(folder, pilot, today=today) for pilot in folder.pilot_ids())
    return tuple(replace(one, predictions=fared.get(one.owner)) for one in found)


def followed(found: Sequence[Standing], rollouts: Sequence[RolloutNow]) -> tuple[Standing, ...]:
    """The same, where a pack is adopted: once its stage is read, what comes next is the rollout's word."""
    next_of = {one.pilot: one for one in rollouts}
    return tuple(
        replace(
            one,
            command=rollout.command,
            waiting=rollout.waiting,
            sentence=f"{rollout.word} (stage {rollout.stage})",
        )
        if (rollout := next_of.get(one.pilot)) and one.state in ("read", "decided")
        else one
        for one in found
    )


def standing(folder: ProgramFolder, pilot: str, *, today: date) -> Standing:
    """Where one pilot's latest iteration stands; without how its owner's predictions have fared."""
    try:
        loaded = load(folder, pilot)
    except SpecError as error:
        return _invalid(folder, pilot, error)
    launch = history.launch_of(folder.ledger_file, pilot, loaded.number) if loaded.number else None
    found = _draft(loaded, pilot) if launch is None else _launched(folder, launch, today)
    if loaded.iteration is None:
        return found
    promise = plain(resolve(loaded)) if launch is None else launch.body.plan
    last, following = attempts.of_lineage(folder.ledger_file, promise, loaded.program.error_control)
    return replace(found, attempt=last, following=following)


def _launched(folder: ProgramFolder, launch: LaunchRow, today: date) -> Standing:
    plan, path, pilot = plan_of(launch), folder.ledger_file, launch.pilot
    readings = history.readings(path, pilot, plan.number)
    decided = {row.body.arm: row for row in history.decisions(path, pilot, plan.number)}
    told = tuple(f"“{row.body.label}”: {row.body.decision}, by {row.by}" for row in decided.values())
    closed = next((row for row in history.closings(path, pilot) if row.number == plan.number), None)
    packed = next((row for row in history.entries(path, "promotion", pilot, plan.number)), None)
    ruled = {row.body.arm for row in decided.values() if row.body.decision != "wait"}
    last = readings[-1].body if readings else None
    if closed is not None:
        sentence = f"ended early on {day(closed.at.date())}: {closed.body.why}"
        found = _described(plan, "closed", sentence, f"pitcairn iterate {pilot}", waiting=False)
    elif packed is not None:
        # Whole, because a file on the command line is looked for from where the person is.
        command = f"pitcairn pack verify {shlex.quote(str(folder.root / str(packed.body.get('file'))))}"
        named = f"packed as {packed.body.get('name')} {packed.body.get('version')}"
        found = _described(plan, "promoted", named, command, waiting=False)
    elif last and ruled.issuperset(arm.id for arm in plan.treatments):
        stopped = all(row.body.decision == "stop" for row in decided.values())
        found = _described(plan, "decided", "; ".join(told), _after(plan, decided.values()), waiting=not stopped)
    elif last and last.withheld and today >= plan.end:
        found = _described(plan, "to read", last.headline, f"pitcairn read {pilot}", waiting=True)
    elif last and (date.fromisoformat(last.as_of) >= _last_full_day(plan) or _settles(last)):
        found = _described(plan, "read", last.headline, _decide(plan, ruled), waiting=True)
    elif today >= plan.end:
        due = f"results were due on {day(plan.end)}"
        found = _described(plan, "to read", due, f"pitcairn read {pilot}", waiting=True)
    elif today <= plan.start:
        found = _described(plan, "running", _progress(plan, today), COME_BACK, waiting=False)
    else:
        found = _described(plan, "running", _progress(plan, today), f"pitcairn read {pilot}", waiting=False)
    return replace(found, decisions=told)


def _settles(reading: ReadingBody) -> bool:
    """Whether a reading before the planned end asks for a decision all the same: a gate was passed, or harm rang."""
    return not reading.withheld and any(code in ("promote", "harm") for _, code in reading.verdicts)


def _decide(plan: Plan, ruled: Collection[str]) -> str:
    arms = [arm.id for arm in plan.treatments]
    left = next((arm for arm in arms if arm not in ruled), arms[0])
    return f"pitcairn decide {plan.pilot}" + (f" --arm {left}" if len(arms) > 1 else "")


def _after(plan: Plan, decided: Iterable[DecisionRow]) -> str:
    """What to type once everything is decided."""
    arms = {row.body.decision: row.body.arm for row in decided}
    if "promote" in arms:
        return f"pitcairn promote {plan.pilot} --arm {arms['promote']}"
    if "confirm" in arms:
        which = f" --arm {arms['confirm']}" if len(plan.treatments) > 1 else ""
        return f"pitcairn iterate {plan.pilot} --confirm{which}"
    return "pitcairn site" if set(arms) == {"stop"} else f"pitcairn iterate {plan.pilot}"


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
