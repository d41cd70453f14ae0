"""`decide`: who decided what for an arm, on which reading, and why."""

from __future__ import annotations

import hashlib
from datetime import datetime

from pitcairn.canonical import plain
from pitcairn.errors import DataError, Problem, Refused
from pitcairn.iteration.locked import launched_last, plan_of
from pitcairn.iteration.outcomes import Decided
from pitcairn.iteration.people import may_be_same
from pitcairn.iteration.report import rebuild
from pitcairn.ledger import history
from pitcairn.ledger.entry import DecisionBody
from pitcairn.ledger.history import LaunchRow, ReadingRow
from pitcairn.ledger.ledger import Ledger
from pitcairn.ledger.recorded import bars
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import from_json
from pitcairn.reading.past import Ruling
from pitcairn.reading.result import ArmVerdict, Result
from pitcairn.reading.since import Decision, differs


def decide(
    folder: ProgramFolder,
    pilot: str,
    number: int | None,
    *,
    arm: str | None,
    decision: Decision,
    why: str,
    by: str,
    now: datetime,
    dry_run: bool = False,
) -> Decided:
    """Record one person's decision for one arm, on the last reading, and put it on the page.

    `number` is the last iteration launched where None; `arm` may be None where only one is tried. A decision may differ
    from what the rules recommend, and then says so; only `promote` needs the rules' own verdict, every promotion test
    met, no deviation in what was tested, and somebody other than the pilot's owner. Refused otherwise, DataError where
    the result is not the last one in the ledger; nothing is written then.
    """
    launch = launched_last(folder, pilot, number)
    with Ledger.open(folder.ledger_file) as ledger, ledger.transaction():
        reading, result = last_result(folder, launch)
        verdict = _verdict(result, arm)
        if decision == "promote":
            _refuse_promotion(folder, launch, result, verdict, by)
        body = _body(launch, reading, result, verdict, decision, why)
        done = _done(folder, launch, body, by, now, dry_run)
        if not dry_run:
            ledger.append(
                "decision",
                pilot=pilot,
                iteration=launch.number,
                lineage=launch.lineage,
                body=plain(body),
                by=by,
                at=now,
            )
    if not dry_run:
        # Only now can the page know: it is made from what the ledger holds. If it fails, `report` makes it again.
        rebuild(folder, pilot, launch.number)
    return done


def last_result(folder: ProgramFolder, launch: LaunchRow) -> tuple[ReadingRow, Result]:
    """The last reading of an iteration and its result; Refused without one, DataError if changed."""
    rows = history.readings(folder.ledger_file, launch.pilot, launch.number)
    if not rows:
        raise Refused(
            f"Iteration {launch.number} of {launch.pilot} has not been read, so there is nothing to decide on.",
            hint=f"take a reading: pitcairn read {launch.pilot}",
        )
    path = folder.result_file(launch.pilot, launch.number)
    name = folder.relative(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{name} cannot be read: {error}.", hint=f"take the reading again: pitcairn read {launch.pilot}"
        ) from None
    if hashlib.sha256(text.encode("utf-8")).hexdigest() != rows[-1].body.result_digest:
        raise DataError(
            f"{name} is not the result of the last reading in the ledger.",
            hint=f"take the reading again: pitcairn read {launch.pilot}",
        )
    return rows[-1], from_json(text, file=name)


def _verdict(result: Result, arm: str | None) -> ArmVerdict:
    arms = [verdict.arm for verdict in result.verdicts]
    if arm is None and len(arms) == 1:
        return result.verdicts[0]
    found = next((verdict for verdict in result.verdicts if verdict.arm == arm), None)
    if found is None:
        what = "It is not said for which arm." if arm is None else f"“{arm}” is not an arm that was tried."
        raise Refused(what, hint=f"say --arm with one of: {', '.join(arms)}")
    return found


def _refuse_promotion(folder: ProgramFolder, launch: LaunchRow, result: Result, verdict: ArmVerdict, by: str) -> None:
    label = next(arm.label for arm in result.arms if arm.id == verdict.arm)
    found = [
        Problem(message=f"Not met: {row.test}. {row.evidence}")
        for row in result.promotion
        if row.arm == verdict.arm and not row.met
    ]
    if verdict.code != "promote":
        found.append(Problem(message=f"The rules do not recommend it: {verdict.headline}"))
    found += [Problem(message=sentence) for sentence in bars(folder.ledger_file, launch.pilot, launch.number)]
    if may_be_same(by, result.owner):
        found.append(
            Problem(
                message=f"Promotion is decided by somebody other than the owner, “{result.owner}”; this is “{by}”.",
                hint="let another person record it, with their full name: --by NAME",
            )
        )
    if found:
        raise Refused([Problem(message=f"“{label}” cannot be promoted."), *found])


def _body(
    launch: LaunchRow, reading: ReadingRow, result: Result, verdict: ArmVerdict, decision: Decision, why: str
) -> DecisionBody:
    return DecisionBody(
        arm=verdict.arm,
        label=next(arm.label for arm in result.arms if arm.id == verdict.arm),
        decision=decision,
        why=why,
        verdict=verdict.code,
        as_of=reading.body.as_of,
        result_digest=reading.body.result_digest,
        owner=plan_of(launch).owner,
    )


def _done(
    folder: ProgramFolder, launch: LaunchRow, body: DecisionBody, by: str, now: datetime, dry_run: bool
) -> Decided:
    earlier = history.decisions(folder.ledger_file, launch.pilot, launch.number)
    return Decided(
        pilot=launch.pilot,
        number=launch.number,
        ruling=Ruling(
            arm=body.arm,
            label=body.label,
            decision=body.decision,
            by=by,
            on=now.date(),
            why=body.why,
            differs=differs(body.decision, body.verdict),
        ),
        body=body,
        replaces=any(row.body.arm == body.arm for row in earlier),
        report_file=folder.report_file(launch.pilot, launch.number),
        dry_run=dry_run,
    )
