"""`read`: the outcomes as of a day, to a verdict, a result file, a page and a row in the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from pitcairn.canonical import file_digest, plain
from pitcairn.design.plan import Plan
from pitcairn.design.resolve import resolve
from pitcairn.errors import DataError, Refused
from pitcairn.evidence.collect import collect, needed_sources
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Seen
from pitcairn.evidence.files import files_of
from pitcairn.evidence.health import check
from pitcairn.evidence.kept import known_by, seen
from pitcairn.iteration.keep import kept
from pitcairn.iteration.locked import launched, lock_of, plan_of, refuse_changes
from pitcairn.iteration.outcomes import Taken
from pitcairn.ledger import history
from pitcairn.ledger.entry import ReadingBody
from pitcairn.ledger.history import LaunchRow
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import to_json
from pitcairn.reading.lock import GainFact, Lock
from pitcairn.reading.result import Result
from pitcairn.reading.take import take
from pitcairn.report.context import Records
from pitcairn.report.render import iteration_page
from pitcairn.spec.load import Loaded, load
from pitcairn.version import versions

Files = Mapping[str, tuple[Path, ...]]
NO_FILES: Files = {}


def read(
    folder: ProgramFolder,
    pilot: str,
    number: int,
    *,
    by: str,
    now: datetime,
    today: date,
    as_of: date | None = None,
    dry_run: bool = False,
    data: Files = NO_FILES,
) -> Taken:
    """One reading of a launched iteration, with the data up to and including `as_of` (yesterday if left out).

    SpecError, DataError or Refused (not launched, plan changed, a day before the start or not over) with nothing
    written. A
    reading whose verdict is withheld is a reading: it is written and recorded like any other.
    """
    loaded = load(folder, pilot, number)
    launch = launched(folder, pilot, number)
    refuse_changes(folder, launch, resolve(loaded))
    plan = plan_of(launch)
    result, saw = _result(folder, loaded, launch, plan, _last_full_day(plan, as_of, today), data)
    taken = Taken(
        result=result,
        result_file=folder.result_file(pilot, number),
        report_file=folder.report_file(pilot, number),
        dry_run=dry_run,
    )
    if not dry_run:
        _keep(folder, taken, plan, saw, by, now)
    return taken


def _last_full_day(plan: Plan, as_of: date | None, today: date) -> date:
    yesterday = today - timedelta(days=1)
    if as_of is not None and as_of > yesterday:
        raise Refused(
            f"{as_of} is not over yet, so its outcomes are not complete.", hint=f"the last full day is {yesterday}"
        )
    found = as_of or yesterday
    if found < plan.start:
        raise Refused(
            f"There is nothing to read as of {day(found)}: the first customer starts on {day(plan.start)}.",
            hint=f"read it from {day(plan.start + timedelta(days=1))} on",
        )
    return found


def _result(
    folder: ProgramFolder, loaded: Loaded, launch: LaunchRow, plan: Plan, as_of: date, data: Files
) -> tuple[Result, Seen]:
    files = files_of(folder, loaded.program, data, needed=needed_sources(plan))
    assignment = drawn(folder, launch, plan)
    with Engine.open(folder.scratch) as engine:
        return judged(
            engine,
            plan,
            lock_of(folder, launch),
            files,
            assignment=assignment,
            as_of=as_of,
            earlier=last_seen(folder, plan),
        )


def judged(
    engine: Engine,
    plan: Plan,
    lock: Lock,
    files: Files,
    *,
    assignment: Path | None,
    as_of: date,
    earlier: Seen | None = None,
) -> tuple[Result, Seen]:
    """From files to a result: every reading, and every rehearsal of one, goes this way. DataError as in `collect`.

    `earlier` is what the last reading saw; with the result comes what this one did.
    """
    cube, facts = collect(engine, plan, files, assignment=assignment, as_of=as_of)
    again = known_by(plan, cube, earlier.as_of) if earlier else ()
    checks = check(plan, facts, plan_unchanged=True, earlier=earlier, again=again)
    return take(plan, lock, cube, facts, checks, versions()), seen(plan, cube, facts)


def last_seen(folder: ProgramFolder, plan: Plan) -> Seen | None:
    """What the last reading saw, as the ledger holds it; None where there was none."""
    found = history.readings(folder.ledger_file, plan.pilot, plan.number)
    return found[-1].body.seen if found else None


def drawn(folder: ProgramFolder, launch: LaunchRow, plan: Plan) -> Path | None:
    """The draw's own file, unchanged since the launch; None where somebody else made the draw."""
    if plan.observed:
        return None
    path = folder.assignment_file(plan.pilot, plan.number)
    name = folder.relative(path)
    if not path.is_file():
        raise DataError(f"{name} is missing: who was drawn to what is not known without it.", hint="restore the file")
    if file_digest(path) != launch.body.list_digest:
        raise DataError(f"{name} is not the file that the launch wrote.", hint="restore the original file")
    return path


def _keep(folder: ProgramFolder, taken: Taken, plan: Plan, saw: Seen, by: str, now: datetime) -> None:
    """Ledger row, result and page."""
    text = to_json(taken.result)
    page = iteration_page(taken.result, Records.of(folder).context(taken.result), templates=folder.templates)
    body = ReadingBody(
        as_of=taken.result.as_of,
        plan_digest=taken.result.provenance.plan_digest,
        result_digest=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        withheld=taken.result.withheld,
        headline=taken.result.headline,
        verdicts=tuple((verdict.arm, verdict.code) for verdict in taken.result.verdicts),
        files=taken.result.provenance.files,
        seen=saw,
        gains=tuple(
            GainFact(arm=row.arm, relative=row.relative, variance=row.variance, model=row.model)
            for row in taken.result.promised
        ),
        alarms=taken.result.alarms,
        predictions=tuple((row.arm, row.measure, row.match) for row in taken.result.predictions),
    )

    def last() -> str:
        return history.readings(folder.ledger_file, plan.pilot, plan.number)[-1].body.result_digest

    pilot, number, lineage = plan.pilot, plan.number, plan.lineage
    files = {taken.result_file: text, taken.report_file: page}
    with kept(folder.ledger_file, files, body.result_digest, last) as ledger:
        ledger.append("reading", pilot=pilot, iteration=number, lineage=lineage, body=plain(body), by=by, at=now)
