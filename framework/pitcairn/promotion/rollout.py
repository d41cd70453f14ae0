"""A rollout within one place: stages that only grow, gates, a named person last, and a way back that was tried."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pitcairn.atomic import write_all
from pitcairn.design.assignment import BUCKETS
from pitcairn.errors import Refused
from pitcairn.estimate.effect import NotAvailable
from pitcairn.iteration.locked import launched, plan_of
from pitcairn.iteration.people import different
from pitcairn.ledger import history
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.promotion.adoption import Look, State, Step, record, state_of
from pitcairn.promotion.compiled import StageValues, model_digest, next_stage
from pitcairn.promotion.exports import flagd, growthbook
from pitcairn.promotion.gates import Judgement, judge
from pitcairn.promotion.layout import Span, arm_at, cuts_at, spans_of
from pitcairn.promotion.scale import effect_of
from pitcairn.reading.encode import from_json
from pitcairn.reading.result import Result
from pitcairn.spec.load import load

UNSENT = (
    "A message that was sent cannot be unsent: what can be done is to stop, to cancel what is queued, to honour every "
    "offer that was made, and to keep measuring the customers already reached."
)


WHOLE = "Every stage is open. What came is held against what was predicted, on those held out for good."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a rollout is: its stages, the gates of the one that is open, and what may happen next."""

    state: State
    spans: tuple[Span, ...]
    result: Result | None
    look: Look | None
    judgement: Judgement

    @property
    def number(self) -> int:
        """The open stage, from 1."""
        return self.state.reached

    @property
    def span(self) -> Span:
        return self.spans[self.number - 1]

    @property
    def is_last(self) -> bool:
        return self.number == len(self.spans)

    @property
    def is_whole(self) -> bool:
        """Every stage is open, and nothing stands against it."""
        return self.is_last and self.judgement.colour in ("green", "amber")

    @property
    def sentence(self) -> str:
        """What the gates come to, where the rollout is."""
        return WHOLE if self.is_whole else self.judgement.sentence


def standing(folder: ProgramFolder, pilot: str) -> Standing:
    """The rollout of one adopted pilot, judged on its stage's last reading.

    Refused where the pilot adopts no pack; DataError where the ledger or a result is damaged.
    """
    state = state_of(folder.ledger_file, pilot)
    refuse_another_model(folder, state)
    spans = spans_of(state.adoption.stages)
    result = result_of(folder, pilot, state.reached)
    look = None if result is None else look_at(state, result)
    return Standing(
        state=state,
        spans=spans,
        result=result,
        look=look,
        judgement=judge(
            result,
            spans[state.reached - 1],
            practice=state.adoption.practice,
            prediction=state.adoption.prediction,
            look=look,
        ),
    )


def refuse_another_model(folder: ProgramFolder, state: State) -> None:
    """Refused where a stage was launched with another practice or other customers than were adopted."""
    for row in history.launches(folder.ledger_file, state.pilot):
        plan = plan_of(row)
        known = {arm.id for arm in plan.arms} >= {state.adoption.practice}
        if not known or model_digest(plan) != state.adoption.model:
            raise Refused(
                f"Iteration {row.number} of {state.pilot} was launched with another model than was adopted, so the "
                "prediction is not about it, and what came is no evidence for the pack.",
                hint=f"retire the adoption, and go on as a pilot of its own: pitcairn retire {state.pilot}",
            )


def result_of(folder: ProgramFolder, pilot: str, number: int) -> Result | None:
    """The last reading of an iteration, None where there is none. DataError where it is damaged."""
    path = folder.result_file(pilot, number)
    if not path.is_file():
        return None
    return from_json(path.read_text(encoding="utf-8"), file=folder.relative(path))


def look_at(state: State, result: Result) -> Look | None:
    """The practice's effect in a reading, on the packs' scale; None where it has none."""
    deciding = next((block.id for block in result.measures if block.role == "deciding"), None)
    if deciding is None:
        return None
    effect = effect_of(result, deciding, state.adoption.practice)
    if isinstance(effect, NotAvailable) or not effect.variance > 0:
        return None
    return Look(
        iteration=result.number,
        as_of=result.as_of,
        log_ratio=effect.log_ratio,
        standard_error=effect.variance**0.5,
    )


def opening(
    folder: ProgramFolder, now: Standing, *, by: Sequence[str], because: str | None, start: date, today: date
) -> StageValues:
    """The next stage's file, where the gates and the people allow it; Refused, with what stands against it.

    Approval is the last gate: nobody is asked before the numbers are in.
    """
    _refuse_over(now.state)
    if now.state.has_lapsed(today):
        raise Refused(
            f"Its evidence was good until {day(date.fromisoformat(now.state.valid_until))}; no stage opens on it.",
            hint=f"with a newer pack of the same model: pitcairn renew {now.state.pilot} FILE.pilotpack",
        )
    if now.is_last:
        raise Refused("Every stage is open.", hint=f"watch it: pitcairn watch {now.state.pilot}")
    if not now.state.rehearsed:
        raise Refused(
            "The way back has not been tried.", hint=f"pitcairn rollout {now.state.pilot} --rehearse-rollback"
        )
    colour = now.judgement.colour
    if colour == "red":
        raise Refused(now.judgement.sentence, hint=f"pitcairn rollout {now.state.pilot} --rollback --because TEXT")
    if colour == "inconclusive":
        raise Refused(now.judgement.sentence, hint=f"pitcairn read {now.state.pilot}")
    if colour == "amber" and not (because or "").strip():
        raise Refused(now.judgement.sentence, hint="add: --because TEXT")
    _refuse_unapproved(now, by)
    plan = plan_of(launched(folder, now.state.pilot, now.number))
    return next_stage(plan, now.spans, now.number + 1, start)


def open_stage(
    folder: ProgramFolder, now: Standing, text: str, *, by: Sequence[str], because: str | None, at: datetime
) -> Path:
    """Writes the next stage's iteration file and records who opened it. SpecError where the file is not valid."""
    pilot, number = now.state.pilot, now.number + 1
    target = folder.iteration_file(pilot, number)
    if target.exists():
        raise Refused(f"{folder.relative(target)} exists already.", hint="move it away first")
    with tempfile.TemporaryDirectory(prefix=".stage-", dir=folder.root) as temporary:
        draft = ProgramFolder(Path(temporary))
        shutil.copyfile(folder.program_file, draft.program_file)
        shutil.copytree(folder.pilot_folder(pilot), draft.pilot_folder(pilot), ignore=shutil.ignore_patterns("lists"))
        draft.iteration_file(pilot, number).write_text(text, encoding="utf-8")
        load(draft, pilot, number)
    why = because or now.judgement.sentence
    step = Step(happened="advanced", stage=number, name=now.spans[number - 1].name, why=why, look=now.look)
    write_all({target: text})
    try:
        record(folder.ledger_file, now.state, step, by=" and ".join(by), at=at)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def rehearse_rollback(folder: ProgramFolder, now: Standing, *, by: str, at: datetime) -> tuple[str, ...]:
    """Goes through the rollback without reaching anybody, and records that it was done; says what would happen.

    Refused where the switched-off exports would still reach a place.
    """
    _refuse_over(now.state)
    cuts = cuts_at(now.span, now.state.adoption.practice, now.state.adoption.comparison)
    reached = sum(arm_at(cuts, place) == now.state.adoption.practice for place in range(BUCKETS))
    key = now.state.pilot
    still_on = flagd(key, cuts, {}, enabled=False)["flags"][key]["state"] != "DISABLED"
    if still_on or growthbook(key, cuts, enabled=False)["features"][key]["rules"]:
        raise Refused("The switched-off exports would still reach customers.")
    drawn = sum(
        arm.customers
        for row in history.launches(folder.ledger_file, key)
        for arm in row.body.arms
        if arm.arm == now.state.adoption.practice
    )
    step = Step(happened="rehearsed", stage=now.number, name=now.span.name, why="The way back was gone through.")
    record(folder.ledger_file, now.state, step, by=by, at=at)
    return (
        f"The flag would be off: {reached:,} of {BUCKETS:,} places get the practice now, and none would.",
        f"{drawn:,} customers have been drawn to it so far; they would stay in their arm and be measured to the end.",
        *now.state.adoption.rollback,
        UNSENT,
    )


def roll_back(folder: ProgramFolder, now: Standing, *, by: str, because: str, at: datetime) -> tuple[str, ...]:
    """Records the end of the rollout; gives what has to be done. Refused without a reason, or where it is over."""
    _refuse_over(now.state)
    if not because.strip():
        raise Refused("A rollback needs a reason.", hint="add: --because TEXT")
    step = Step(happened="rolled_back", stage=now.number, name=now.span.name, why=because, look=now.look)
    record(folder.ledger_file, now.state, step, by=by, at=at)
    return (*now.state.adoption.rollback, UNSENT)


def _refuse_over(state: State) -> None:
    if state.over is not None:
        word = "rolled back" if state.over.step.happened == "rolled_back" else "retired"
        raise Refused(
            f"{state.pilot} was {word} on {day(state.over.at.date())} by {state.over.by}: {state.over.step.why}"
        )


def _refuse_unapproved(now: Standing, by: Sequence[str]) -> None:
    wanted = now.spans[now.number].approval
    people = different(by)
    if len(people) < max(1, len(wanted)):
        roles = " and ".join(wanted) or "a named person"
        raise Refused(
            f"“{now.spans[now.number].name}” needs the agreement of {roles}; {len(people)} named so far.",
            hint="name each with --by NAME",
        )
