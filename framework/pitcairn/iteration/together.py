"""`together`: what all pilots of a period changed, everybody counted once, against those kept out of all of them."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from pitcairn.canonical import plain
from pitcairn.design.together import KEPT_OUT, NAME, Asked
from pitcairn.design.together import together as asked_of
from pitcairn.errors import Refused
from pitcairn.evidence.collect import collect, needed_sources
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.everybody import List, everybody, held_check
from pitcairn.evidence.files import files_of
from pitcairn.evidence.health import check
from pitcairn.iteration.keep import kept
from pitcairn.iteration.kept_out import refuse_another
from pitcairn.iteration.launch import list_of
from pitcairn.iteration.locked import plan_of
from pitcairn.ledger import history
from pitcairn.ledger.entry import TogetherBody
from pitcairn.ledger.history import LaunchRow
from pitcairn.program import ProgramFolder
from pitcairn.reading.together import Before, Together, take_together, to_json
from pitcairn.report.together import together_page
from pitcairn.spec.load import load
from pitcairn.version import versions

Files = Mapping[str, tuple[Path, ...]]
NO_FILES: Files = {}
OF_A_PILOT = ("plan", "start", "before", "reached", "not_meant", "reached_alike", "pending", "kept", "weeks", "novelty")
"""Questions of health that make no sense of a period: about a launch, an exposure, an earlier reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenTogether:
    """The reading, and where it is kept."""

    result: Together
    result_file: Path
    report_file: Path
    dry_run: bool


def together(
    folder: ProgramFolder,
    first: date,
    last: date,
    *,
    measures: Sequence[str] = (),
    groups: Sequence[str] = (),
    by: str,
    now: datetime,
    today: date,
    dry_run: bool = False,
    data: Files = NO_FILES,
) -> TakenTogether:
    """One reading over `first..last`; result, page and ledger row are kept together, or nothing is.

    SpecError where the program keeps nobody out or a name is wrong, Refused for days that are not over, before the
    holdout or in the wrong order, and where the holdout is not the one that was drawn; DataError for files.
    """
    program = load(folder).program
    asked = asked_of(program, first, last, measures=measures, groups=groups)
    _refuse_days(asked, first, last, today)
    refuse_another(folder, asked.holdout, last.isoformat())
    rows = _in_period(folder, first, last)
    lists = tuple(_list(folder, row) for row in rows if row.body.list_digest)
    before = Before(
        ran=len(lists),
        strangers=len(rows) - len(lists),
        earlier=len(history.entries(folder.ledger_file, "together")),
        ledger_head=history.head(folder.ledger_file),
    )
    files = files_of(folder, program, data, needed=dict.fromkeys((asked.plan.population, *needed_sources(asked.plan))))
    taken = TakenTogether(
        result=_result(folder, asked, before, lists, files),
        result_file=folder.together_result_file(first.isoformat(), last.isoformat()),
        report_file=folder.together_report_file(first.isoformat(), last.isoformat()),
        dry_run=dry_run,
    )
    if not dry_run:
        _keep(folder, asked, taken, by, now)
    return taken


def _result(folder: ProgramFolder, asked: Asked, before: Before, lists: Sequence[List], files: Files) -> Together:
    plan, last = asked.plan, asked.plan.end - timedelta(days=1)
    with (
        Engine.open(folder.scratch) as engine,
        tempfile.TemporaryDirectory(dir=folder.scratch, prefix="together-") as room,
    ):
        found = everybody(engine, asked, files, lists, into=Path(room))
        cube, facts = collect(engine, plan, files, assignment=found.assignment, as_of=last)
    asked_of_data = (one for one in check(plan, facts, plan_unchanged=True) if one.id not in OF_A_PILOT)
    kept_out = next(arm.assigned for arm in facts.arms if arm.arm == KEPT_OUT)
    checks = (held_check(plan, found, kept_out), *asked_of_data)
    return take_together(asked, found, before, cube, facts, checks, versions())


def _refuse_days(asked: Asked, first: date, last: date, today: date) -> None:
    if first > last:
        raise Refused(f"The period ends on {last}, before it begins on {first}.", hint="turn the two around")
    if last >= today:
        raise Refused(
            f"{last} is not over yet, so its outcomes are not complete.",
            hint=f"the last full day is {today - timedelta(days=1)}",
        )
    if first < asked.holdout.since:
        raise Refused(
            f"Nobody was kept out of all pilots before {asked.holdout.since}, and the period begins on {first}.",
            hint=f"begin on {asked.holdout.since} or later",
        )


def _in_period(folder: ProgramFolder, first: date, last: date) -> tuple[LaunchRow, ...]:
    """Launched iterations that ran on any day of the period; one that was closed ran until then."""
    closed = {(row.pilot, row.number): row.at.date() for row in history.closings(folder.ledger_file)}
    found = []
    for row in history.launches(folder.ledger_file):
        start, end = (date.fromisoformat(str(row.body.plan[name])) for name in ("start", "end"))
        if start <= last and min(end, closed.get((row.pilot, row.number), end)) > first:
            found.append(row)
    return tuple(found)


def _list(folder: ProgramFolder, row: LaunchRow) -> List:
    return List(path=list_of(folder, row), treatments=tuple(arm.id for arm in plan_of(row).treatments))


def _keep(folder: ProgramFolder, asked: Asked, taken: TakenTogether, by: str, now: datetime) -> None:
    """Ledger row, result and page."""
    result = taken.result
    text, page = to_json(result), together_page(result, templates=folder.templates)
    body = TogetherBody(
        first=result.first,
        last=result.last,
        holdout=plain(asked.holdout),
        measures=tuple(measure.id for measure in asked.plan.measures),
        plan_digest=result.provenance.plan_digest,
        result_digest=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        withheld=result.withheld,
        headline=result.headline,
        files=result.provenance.files,
    )
    files = {taken.result_file: text, taken.report_file: page}
    last = partial(_last_digest, folder, result.first, result.last)
    with kept(folder.ledger_file, files, body.result_digest, last) as ledger:
        ledger.append("together", pilot=NAME, iteration=1, lineage="", body=plain(body), by=by, at=now)


def _last_digest(folder: ProgramFolder, first: str, last: str) -> str:
    rows = history.entries(folder.ledger_file, "together")
    return next(
        str(row.body["result_digest"])
        for row in reversed(rows)
        if (row.body["first"], row.body["last"]) == (first, last)
    )
