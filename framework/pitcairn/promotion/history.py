"""Every iteration a pack must tell of: the pilot's own and its lineage's, failures and unread ones included."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pitcairn.canonical import digest
from pitcairn.design.plan import ArmPlan, Plan
from pitcairn.errors import DataError
from pitcairn.estimate.effect import NotAvailable
from pitcairn.iteration.locked import plan_of
from pitcairn.ledger import history
from pitcairn.ledger.history import LaunchRow, ReadingRow
from pitcairn.program import ProgramFolder
from pitcairn.promotion.contents import Estimate, IterationEvidence
from pitcairn.promotion.scale import effect_of
from pitcairn.reading.encode import from_json
from pitcairn.reading.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One launched iteration: what was promised, and what the last reading found."""

    launch: LaunchRow
    plan: Plan
    reading: ReadingRow | None
    result: Result | None
    """None where nothing was read, or the result file is not the one the ledger recorded."""
    why: str | None
    """Why there is no result."""


def turns(folder: ProgramFolder) -> tuple[Turn, ...]:
    """Every launched iteration of the program, oldest first. DataError where the ledger is damaged."""
    last = {(row.pilot, row.number): row for row in history.readings(folder.ledger_file)}
    return tuple(_turn(folder, row, last.get((row.pilot, row.number))) for row in history.launches(folder.ledger_file))


def iterations(all_turns: tuple[Turn, ...], plan: Plan, arm: str) -> tuple[IterationEvidence, ...]:
    """What each arm of the pilot's and the lineage's iterations did, against the practice of `arm` in `plan`."""
    core = practice_digest(plan, plan.arm(arm))
    mine = (turn for turn in all_turns if turn.plan.pilot == plan.pilot or turn.plan.lineage == plan.lineage)
    return tuple(_evidence(turn, one, core) for turn in mine for one in turn.plan.treatments)


def gains(all_turns: tuple[Turn, ...]) -> tuple[Estimate, ...]:
    """Every arm of every iteration of the program on its deciding measure, turned so that a gain is positive."""
    found = []
    for turn in all_turns:
        for arm in turn.plan.treatments:
            effect = _effect(turn, arm.id)
            if isinstance(effect, Estimate):
                found.append(turned(effect, turn.plan))
    return tuple(found)


def turned(effect: Estimate, plan: Plan) -> Estimate:
    """The effect with a gain above zero, whichever way the measure counts; turning twice gives it back."""
    sign = 1 if plan.deciding.better == "up" else -1
    return Estimate(log_ratio=sign * effect.log_ratio, variance=effect.variance)


def practice_digest(plan: Plan, arm: ArmPlan) -> str:
    """What customers of an arm get and who they are; two arms with one digest are the same model tried twice."""
    return digest(
        {
            "keep": plan.keep,
            "practice": [arm.message, arm.channel, arm.when, arm.how_often, arm.offer],
            "opt_out": plan.opt_out,
            "caps": plan.caps,
            "follow_up_days": plan.follow_up_days,
        }
    )


def _turn(folder: ProgramFolder, launch: LaunchRow, reading: ReadingRow | None) -> Turn:
    result, why = (None, "It was not read.") if reading is None else _result(folder, reading)
    return Turn(launch=launch, plan=plan_of(launch), reading=reading, result=result, why=why)


def _result(folder: ProgramFolder, reading: ReadingRow) -> tuple[Result | None, str | None]:
    path = folder.result_file(reading.pilot, reading.number)
    try:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != reading.body.result_digest:
            return None, f"{folder.relative(path)} is not the result of the last reading in the ledger."
        return from_json(data.decode("utf-8"), file=folder.relative(path)), None
    except OSError:
        return None, f"{folder.relative(path)} is missing."
    except (DataError, UnicodeDecodeError):
        return None, f"{folder.relative(path)} cannot be read by this version."


def _evidence(turn: Turn, arm: ArmPlan, core: str) -> IterationEvidence:
    effect = _effect(turn, arm.id)
    verdicts = dict(turn.reading.body.verdicts) if turn.reading else {}
    counted = {note.id: note.counted for note in turn.result.arms} if turn.result else {}
    known = isinstance(effect, Estimate)
    return IterationEvidence(
        pilot=turn.plan.pilot,
        number=turn.plan.number,
        stage=turn.plan.stage,
        question=turn.plan.question,
        arm=arm.id,
        label=arm.label,
        same_core=practice_digest(turn.plan, arm) == core,
        verdict=verdicts.get(arm.id, "not_read" if turn.reading is None else "unsafe_to_read"),
        effect=effect if isinstance(effect, Estimate) else None,
        why=effect.why if isinstance(effect, NotAvailable) else None,
        customers_control=counted.get(turn.plan.comparison.id) if known else None,
        customers_treated=counted.get(arm.id) if known else None,
        launched_at=turn.launch.at.isoformat(),
        as_of=turn.reading.body.as_of if turn.reading else None,
        plan_digest=turn.launch.body.plan_digest,
        result_digest=turn.reading.body.result_digest if turn.reading else None,
    )


def _effect(turn: Turn, arm: str) -> Estimate | NotAvailable:
    if turn.result is None:
        return NotAvailable(why=turn.why or "There is no result.")
    if turn.result.withheld:
        return NotAvailable(why="The health checks failed, so every effect is withheld.")
    return effect_of(turn.result, turn.plan.deciding.id, arm)
