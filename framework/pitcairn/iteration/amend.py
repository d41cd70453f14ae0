"""`amend` and `close`: what did not go as planned, and an iteration ended early. Neither can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pitcairn.canonical import plain
from pitcairn.errors import Refused
from pitcairn.iteration.locked import launched_last, plan_of
from pitcairn.iteration.outcomes import Noted
from pitcairn.iteration.report import rebuild
from pitcairn.ledger import attempts
from pitcairn.ledger.entry import AmendmentBody, ClosingBody, Kind, Touched
from pitcairn.ledger.history import LaunchRow
from pitcairn.ledger.ledger import Ledger
from pitcairn.ledger.recorded import closing_of
from pitcairn.program import ProgramFolder
from pitcairn.reading.since import deviation, early_end


def amend(
    folder: ProgramFolder,
    pilot: str,
    number: int | None,
    *,
    what: str,
    why: str,
    touches: Sequence[Touched],
    by: str,
    now: datetime,
    dry_run: bool = False,
) -> Noted:
    """Record a deviation from the locked plan that cannot be undone; every page of the iteration heads with it.

    It bars promotion where it touches the deciding measure, the arms or the dates. `number` is the last iteration
    launched where None. Refused where nothing was launched.
    """
    launch = launched_last(folder, pilot, number)
    body = AmendmentBody(what=what, why=why, touches=tuple(dict.fromkeys(touches)))
    sentence = deviation(what=what, why=why, by=by, on=now.date(), touches=body.touches, bars=body.bars_promotion)
    return _noted(folder, launch, "amendment", body, sentence, by=by, now=now, dry_run=dry_run)


def close(
    folder: ProgramFolder,
    pilot: str,
    number: int | None,
    *,
    why: str,
    by: str,
    now: datetime,
    today: date,
    dry_run: bool = False,
) -> Noted:
    """End an iteration before its planned end, for good. A confirmation has spent its attempt all the same.

    Refused where nothing was launched, where it was closed before, and where the planned end has come: then it is
    read like any other.
    """
    launch = launched_last(folder, pilot, number)
    plan = plan_of(launch)
    if closing_of(folder.ledger_file, pilot, launch.number) is None and today >= plan.end:
        raise Refused(
            f"Iteration {launch.number} of {pilot} ended as planned on {plan.end}; there is nothing to close.",
            hint=f"read it: pitcairn read {pilot}",
        )
    turn = attempts.launched(folder.ledger_file, launch)
    attempt = turn.number if turn else None
    body = ClosingBody(why=why, planned_end=plan.end.isoformat(), attempt=attempt)
    sentence = early_end(why=why, by=by, on=now.date(), attempt=attempt)
    return _noted(folder, launch, "closing", body, sentence, by=by, now=now, dry_run=dry_run)


def _noted(
    folder: ProgramFolder,
    launch: LaunchRow,
    kind: Kind,
    body: AmendmentBody | ClosingBody,
    sentence: str,
    *,
    by: str,
    now: datetime,
    dry_run: bool,
) -> Noted:
    report = folder.report_file(launch.pilot, launch.number)
    read = folder.result_file(launch.pilot, launch.number).is_file()
    if not dry_run:
        with Ledger.open(folder.ledger_file) as ledger:
            ledger.append(
                kind,
                pilot=launch.pilot,
                iteration=launch.number,
                lineage=launch.lineage,
                body=plain(body),
                by=by,
                at=now,
            )
        if read:
            rebuild(folder, launch.pilot, launch.number)
    return Noted(
        pilot=launch.pilot,
        number=launch.number,
        body=body,
        sentence=sentence,
        report_file=report if read else None,
        dry_run=dry_run,
    )
