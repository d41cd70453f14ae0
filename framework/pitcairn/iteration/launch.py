"""`launch`: the draw, the lists and the lock, all of it or nothing.

The draw is made in a folder with a temporary name. Inside one ledger transaction the launch's row is appended and the
folder renamed to its place; the commit is what makes it a launch. Lists without a row in the ledger are what a crash
left behind between the two: the next launch, which draws the same lists from the same names, replaces them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from pitcairn.canonical import file_digest, plain
from pitcairn.design.budget import ErrorControl
from pitcairn.design.eligibility import IN_AN_EARLIER_ITERATION, IN_ANOTHER_PILOT
from pitcairn.design.lineage import kin
from pitcairn.design.plan import Plan
from pitcairn.design.resolve import resolve
from pitcairn.errors import DataError, PitcairnError, Refused
from pitcairn.evidence.alike import is_alike
from pitcairn.evidence.balance import level_gaps
from pitcairn.evidence.draw import ASSIGNMENT, Draw, draw, would_draw
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Check, FileFact
from pitcairn.evidence.files import file_facts, files_of
from pitcairn.evidence.population import Taken, draw_sources
from pitcairn.iteration.frozen import refuse_thawed
from pitcairn.iteration.kept_out import refuse_changed
from pitcairn.iteration.locked import refuse_changes
from pitcairn.iteration.outcomes import Launch
from pitcairn.iteration.whole import refuse_broken
from pitcairn.ledger import attempts, history
from pitcairn.ledger.attempts import Attempt
from pitcairn.ledger.entry import DrawnArm, LaunchBody
from pitcairn.ledger.history import LaunchRow
from pitcairn.ledger.ledger import Ledger
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.reading.result import LeftOut
from pitcairn.spec.load import Loaded, load

Files = Mapping[str, tuple[Path, ...]]
NO_FILES: Files = {}
DRAWN_AGAIN = "in an earlier iteration, and free again"


def launch(
    folder: ProgramFolder,
    pilot: str,
    number: int,
    *,
    by: str,
    now: datetime,
    today: date,
    dry_run: bool = False,
    data: Files = NO_FILES,
) -> Launch:
    """Draw the groups by lot, write the lists and lock the plan; with `dry_run` say what that would do.

    SpecError, DataError or Refused (launched before, plan changed since, start already over, a confirmation on a ledger
    that is not whole) with nothing written.
    """
    loaded = load(folder, pilot, number)
    plan = resolve(loaded)
    _refuse_second(folder, plan)
    refuse_thawed(folder, plan)
    refuse_changed(folder, plan)
    refuse_broken(folder, plan)
    if plan.observed:
        control = loaded.program.error_control
        return _lock_observed(folder, plan, control, by=by, now=now, today=today, dry_run=dry_run)
    if today > plan.start:
        raise Refused(
            f"The start, {day(plan.start)}, is already over: its customers cannot be drawn before it.",
            hint=f"set `start` in {folder.relative(folder.iteration_file(pilot, number))} to today or later",
        )
    return _draw_and_lock(folder, loaded, plan, data, by=by, now=now, dry_run=dry_run)


def taken_before(folder: ProgramFolder, plan: Plan) -> tuple[Taken, ...]:
    """The other draws whose customers this one must leave out: of running pilots, and of the question's own past.

    DataError where a list that must be respected is no longer there.
    """
    return tuple(found for found in _draws(folder, plan) if found.reason != DRAWN_AGAIN)


def drawn_again(folder: ProgramFolder, plan: Plan) -> tuple[Path, ...]:
    """The assignments of earlier iterations whose customers may be drawn again, after their wash-out; latest first."""
    return tuple(found.path for found in reversed(_draws(folder, plan)) if found.reason == DRAWN_AGAIN)


def _draws(folder: ProgramFolder, plan: Plan) -> tuple[Taken, ...]:
    rows = history.launches(folder.ledger_file)
    ended = {(row.pilot, row.number): row.at.date() for row in history.closings(folder.ledger_file)}
    kindred = kin([*(row.body.plan for row in rows), plain(plan)], len(rows))
    found = []
    for place, row in enumerate(rows):
        if row.body.list_digest is None or (row.pilot, row.number) == (plan.pilot, plan.number):
            continue
        end = min(ended.get((row.pilot, row.number), date.max), _end(row))
        own = row.pilot == plan.pilot or place in kindred
        if not own and end < plan.start:
            continue
        reason = IN_AN_EARLIER_ITERATION if own else IN_ANOTHER_PILOT
        wash_out = plan.redraw_after_days
        if own and wash_out is not None and end + timedelta(days=wash_out) <= plan.start:
            reason = DRAWN_AGAIN
        found.append(Taken(path=list_of(folder, row), reason=reason))
    return tuple(found)


def _end(row: LaunchRow) -> date:
    return date.fromisoformat(str(row.body.plan["end"]))


def list_of(folder: ProgramFolder, row: LaunchRow) -> Path:
    """A draw's own file, also where somebody has renamed the pilot's folder since."""
    path = folder.assignment_file(row.pilot, row.number)
    if path.is_file():
        return path
    for other in sorted(folder.pilots.glob(f"*/lists/*/{ASSIGNMENT}")):
        if file_digest(other) == row.body.list_digest:
            return other
    raise DataError(
        f"{folder.relative(path)} is missing, so its customers cannot be left out of this draw.",
        hint="restore the file that the launch wrote",
    )


def _draw_and_lock(
    folder: ProgramFolder, loaded: Loaded, plan: Plan, data: Files, *, by: str, now: datetime, dry_run: bool
) -> Launch:
    files = files_of(folder, loaded.program, data, needed=draw_sources(plan))
    seen = history.launches(folder.ledger_file)
    taken = taken_before(folder, plan)
    if dry_run:
        with Engine.open(folder.scratch) as engine:
            drawn = would_draw(engine, plan, files, taken=taken)
        return _described(folder, plan, drawn, dry_run=True)
    with _staging(folder, plan) as staged:
        try:
            with Engine.open(folder.scratch) as engine:
                drawn = draw(engine, plan, files, taken=taken, into=staged, before=drawn_again(folder, plan))
            _lock(folder, loaded, plan, drawn, file_facts(files), staged, len(seen), by=by, now=now)
        except (OSError, PitcairnError):
            # Somebody else who launched this iteration meanwhile has cleared our folder away.
            _refuse_second(folder, plan)
            raise
        # Only now: until a launch is recorded, these may belong to somebody who is drawing and will be first.
        for left in staged.parent.glob(f".iteration-{plan.number}.*"):
            shutil.rmtree(left, ignore_errors=True)
    return _described(folder, plan, drawn, dry_run=False)


@contextmanager
def _staging(folder: ProgramFolder, plan: Plan) -> Iterator[Path]:
    """A folder beside the lists' place that nobody takes for them, gone again whatever happens."""
    lists = folder.lists(plan.pilot, plan.number).parent
    lists.mkdir(parents=True, exist_ok=True)
    # Lists hold customers' ids: even a program whose own .gitignore was lost must not commit them.
    (lists / ".gitignore").write_text("*\n", encoding="utf-8")
    staged = Path(tempfile.mkdtemp(dir=lists, prefix=f".iteration-{plan.number}."))
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        if [path.name for path in lists.iterdir()] == [".gitignore"]:
            shutil.rmtree(lists, ignore_errors=True)


def _lock(
    folder: ProgramFolder,
    loaded: Loaded,
    plan: Plan,
    drawn: Draw,
    facts: tuple[FileFact, ...],
    staged: Path,
    seen: int,
    *,
    by: str,
    now: datetime,
) -> None:
    place = folder.lists(plan.pilot, plan.number)
    ours = False
    with Ledger.open(folder.ledger_file) as ledger:
        try:
            with ledger.transaction():
                _refuse_overtaken(folder, plan, seen)
                attempt = attempts.planned(folder.ledger_file, plain(plan), loaded.program.error_control)
                body = plain(_body(plan, drawn, facts, file_digest(staged / ASSIGNMENT), attempt))
                ledger.append(
                    "launch", pilot=plan.pilot, iteration=plan.number, lineage=plan.lineage, body=body, by=by, at=now
                )
                # Appending has refused a second launch, so lists found here now are a crash's remains.
                ours = True
                shutil.rmtree(place, ignore_errors=True)
                staged.replace(place)
        except BaseException:
            if ours and history.launch_of(folder.ledger_file, plan.pilot, plan.number) is None:
                shutil.rmtree(place, ignore_errors=True)
            raise


def _refuse_overtaken(folder: ProgramFolder, plan: Plan, seen: int) -> None:
    """Refused where somebody launched while we drew: their customers might be in our lists as well."""
    rows = history.launches(folder.ledger_file)
    if len(rows) > seen and (rows[-1].pilot, rows[-1].number) != (plan.pilot, plan.number):
        raise Refused(
            f"{rows[-1].by} launched iteration {rows[-1].number} of {rows[-1].pilot} in the meantime.",
            hint=f"draw again, without their customers: pitcairn launch {plan.pilot}",
        )


def _lock_observed(
    folder: ProgramFolder, plan: Plan, control: ErrorControl, *, by: str, now: datetime, today: date, dry_run: bool
) -> Launch:
    retrospective = today > plan.start
    if not dry_run:
        with Ledger.open(folder.ledger_file) as ledger, ledger.transaction():
            attempt = attempts.planned(folder.ledger_file, plain(plan), control)
            body = plain(replace(_body(plan, None, (), None, attempt), retrospective=retrospective))
            ledger.append(
                "launch", pilot=plan.pilot, iteration=plan.number, lineage=plan.lineage, body=body, by=by, at=now
            )
    return Launch(
        plan=plan,
        dry_run=dry_run,
        drawn_by_us=False,
        in_scope=None,
        left_out=(),
        arms=(),
        checks=(),
        files=(),
        retrospective=retrospective,
        digest=plan.digest,
        next_command=f"pitcairn read {plan.pilot}" if retrospective else "pitcairn status",
    )


def _body(
    plan: Plan,
    drawn: Draw | None,
    facts: tuple[FileFact, ...],
    list_digest: str | None,
    attempt: Attempt | None = None,
) -> LaunchBody:
    labels = {arm.id: arm.label for arm in plan.arms}
    left_out, arms = (drawn.left_out, drawn.arms) if drawn else ((), ())
    units = dict(drawn.units) if drawn else {}
    return LaunchBody(
        plan=plain(plan),
        plan_digest=plan.digest,
        retrospective=False,
        list_digest=list_digest,
        in_scope=drawn.in_scope if drawn else None,
        left_out=tuple(LeftOut(reason=reason, count=number) for reason, number in left_out),
        arms=tuple(
            DrawnArm(arm=arm, label=labels[arm], customers=number, units=units.get(arm)) for arm, number in arms
        ),
        files=facts,
        redrawn=drawn.redrawn if drawn else 0,
        attempt=attempt.number if attempt else None,
        level=attempt.level if attempt else None,
    )


def _refuse_second(folder: ProgramFolder, plan: Plan) -> None:
    row = history.launch_of(folder.ledger_file, plan.pilot, plan.number)
    if row is None:
        return
    refuse_changes(folder, row, plan)
    raise Refused(
        f"Iteration {plan.number} of {plan.pilot} was launched on {day(row.at.date())} by {row.by}.",
        hint=f"read it: pitcairn read {plan.pilot}",
    )


def _described(folder: ProgramFolder, plan: Plan, drawn: Draw, *, dry_run: bool) -> Launch:
    place = folder.lists(plan.pilot, plan.number)
    return Launch(
        plan=plan,
        dry_run=dry_run,
        drawn_by_us=True,
        in_scope=drawn.in_scope,
        left_out=tuple(LeftOut(reason=reason, count=number) for reason, number in drawn.left_out),
        arms=tuple((arm, plan.arm(arm).label, number) for arm, number in drawn.arms),
        checks=_checks(plan, drawn),
        files=tuple(place / name for name in (ASSIGNMENT, *(f"{arm.id}.csv" for arm in plan.treatments))),
        retrospective=False,
        digest=plan.digest,
        # The first day is not over before the customers are drawn, so there is nothing to read yet.
        next_command="pitcairn status",
        units=drawn.units,
        units_in_scope=drawn.units_in_scope,
    )


def _checks(plan: Plan, drawn: Draw) -> tuple[Check, ...]:
    """Whether the groups are alike before anything is sent, from what is known of the customers."""
    return (is_alike(plan, drawn.balance, dict(drawn.worth or drawn.arms), level_gaps(plan, drawn.levels)),)
