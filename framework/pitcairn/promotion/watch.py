"""Realised against predicted, on those held out for good: harm, confirmation and drift are three questions.

Harm may be asked at any look, so its bound holds at all of them at once. Confirmation is asked with a spending function
over the planned information. Drift is asked of an e-value that bets on “no effect” against “as predicted”; it stays
small in all but 1 of 20 adoptions that are as predicted, and finds slow fading late or never: that is what the run
chart is for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pitcairn.errors import Refused
from pitcairn.estimate.always_valid import mixing, needed_z
from pitcairn.estimate.boundaries import boundary
from pitcairn.estimate.spending import information_time, o_brien_fleming
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.promotion.adoption import Look, State, Step, record, state_of
from pitcairn.promotion.gates import observed_range
from pitcairn.promotion.predict import Prediction
from pitcairn.promotion.rollout import look_at, refuse_another_model, result_of
from pitcairn.promotion.since import refresh

HARM_LEVEL = 0.05
CONFIRM_LEVEL = 0.05
DRIFT_ALARM = 20.0
IN_A_ROW = 7

Answer = Literal["yes", "no", "not_yet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the looks so far say; log ratios, gains positive whichever way the measure is better."""

    looks: tuple[Look, ...]
    harm: Answer
    confirmed: Answer
    drifted: Answer
    evidence_of_drift: float
    """The e-value; 20 is the alarm."""
    inside: bool | None
    """Whether the last look lies where 9 of 10 were predicted to lie."""
    same_side: int
    """How many looks at the end lie on one side of the prediction."""
    run: bool
    """Seven or more in a row: something is not as predicted, whatever each look says alone."""
    expired: bool
    retire: tuple[str, ...]
    """Reasons to end it."""


def together(looks: Sequence[Look]) -> Look | None:
    """Several iterations' looks as one, weighed by their precision; their customers are different people."""
    if not looks:
        return None
    weights = [one.standard_error**-2 for one in looks]
    total = sum(weights)
    return Look(
        iteration=max(one.iteration for one in looks),
        as_of=max(one.as_of for one in looks),
        log_ratio=sum(weight * one.log_ratio for weight, one in zip(weights, looks, strict=True)) / total,
        standard_error=total**-0.5,
    )


def judged(
    looks: Sequence[Look], prediction: Prediction, *, planned_information: float, valid_until: str, today: date
) -> Watched:
    """The three questions and the run chart over every look so far, oldest first.

    `planned_information` is 1 / standard error² of the whole adoption as planned. ValueError where it is not positive.
    """
    sign = 1.0 if prediction.better == "up" else -1.0
    seen = _growing(looks)
    drift = max((_drift(one, prediction, sign) for one in seen), default=0.0)
    side, expired = _same_side(looks, prediction), today.isoformat() > valid_until
    harm = _harm(seen, sign, planned_information)
    confirmed = _confirmed(seen, sign, planned_information)
    drifted: Answer = "yes" if drift >= DRIFT_ALARM else "no" if seen else "not_yet"
    reasons = [
        (harm == "yes", "It does harm."),
        (expired, f"Its evidence was good until {day(date.fromisoformat(valid_until))}, and was not renewed."),
        (drifted == "yes", "What happens here is not what was predicted."),
    ]
    return Watched(
        looks=tuple(looks),
        harm=harm,
        confirmed=confirmed,
        drifted=drifted,
        evidence_of_drift=drift,
        inside=_inside(looks[-1], prediction) if looks else None,
        same_side=side,
        run=side >= IN_A_ROW,
        expired=expired,
        retire=tuple(reason for so, reason in reasons if so),
    )


def watch(
    folder: ProgramFolder, pilot: str, *, by: str, now: datetime, today: date, dry_run: bool = False
) -> tuple[State, Watched]:
    """Takes a look at every stage's last reading, records it where it is new, and judges all looks so far.

    Refused where the pilot adopts no pack; DataError where the ledger or a result is damaged.
    """
    state = state_of(folder.ledger_file, pilot)
    refuse_another_model(folder, state)
    found = []
    for number in range(1, state.reached + 1):
        result = result_of(folder, pilot, number)
        look = look_at(state, result) if result else None
        found += [look] if look else []
    latest = together(found)
    looks = [one.step.look for one in state.steps if one.step.happened == "watched" and one.step.look]
    if latest is not None and (not looks or looks[-1].as_of < latest.as_of):
        looks.append(latest)
        if not dry_run:
            step = Step(happened="watched", stage=state.reached, name="", why="A look at what came.", look=latest)
            record(folder.ledger_file, state, step, by=by, at=now)
            refresh(folder, state.lineage)
    planned = planned_information(state)
    return state, judged(
        looks,
        state.adoption.prediction,
        planned_information=planned,
        valid_until=state.valid_until,
        today=today,
    )


def planned_information(state: State) -> float:
    """Of the whole adoption, from the error that was planned for it."""
    return state.adoption.planned_error**-2


def retire(folder: ProgramFolder, pilot: str, *, by: str, because: str, now: datetime) -> State:
    """Ends an adoption for good; it stays readable, with the reason. Refused without one, or where it is over."""
    state = state_of(folder.ledger_file, pilot)
    if state.over is not None:
        raise Refused(f"{pilot} is over since {day(state.over.at.date())}: {state.over.step.why}")
    if not because.strip():
        raise Refused("Retiring needs a reason.", hint="add: --because TEXT")
    record(
        folder.ledger_file, state, Step(happened="retired", stage=state.reached, name="", why=because), by=by, at=now
    )
    return state_of(folder.ledger_file, pilot)


def _growing(looks: Sequence[Look]) -> list[Look]:
    """Looks whose information grew: sequential bounds know no others."""
    kept: list[Look] = []
    for one in looks:
        if not kept or one.standard_error < kept[-1].standard_error:
            kept.append(one)
    return kept


def _harm(looks: Sequence[Look], sign: float, planned: float) -> Answer:
    if not looks:
        return "not_yet"
    tuned = mixing(planned, HARM_LEVEL)
    for one in looks:
        z = -sign * one.log_ratio / one.standard_error
        if z >= needed_z(one.standard_error**-2, HARM_LEVEL, tuned):
            return "yes"
    return "no"


def _confirmed(looks: Sequence[Look], sign: float, planned: float) -> Answer:
    if not looks:
        return "not_yet"
    information = [one.standard_error**-2 for one in looks]
    first = next((place for place, amount in enumerate(information) if amount >= planned), None)
    used = looks if first is None else looks[: first + 1]
    amounts = information[: len(used)]
    critical = boundary(information_time(amounts, planned), amounts, CONFIRM_LEVEL, o_brien_fleming).critical
    z = [sign * one.log_ratio / one.standard_error for one in used]
    if any(value >= limit for value, limit in zip(z, critical, strict=True)):
        return "yes"
    return "not_yet" if first is None else "no"


def _drift(look: Look, prediction: Prediction, sign: float) -> float:
    """How much likelier the look is without an effect than as predicted; mixed over the predicted law, taken normal.

    Under the prediction its expectation is 1 at every moment, so it reaches 20 in at most 1 of 20 adoptions (Ville).
    Only looks below the prediction speak of drift.
    """
    if sign * (look.log_ratio - prediction.estimate) >= 0:
        return 0.0
    wide = math.hypot(look.standard_error, prediction.width)
    none = -0.5 * (look.log_ratio / look.standard_error) ** 2 - math.log(look.standard_error)
    predicted = -0.5 * ((look.log_ratio - prediction.estimate) / wide) ** 2 - math.log(wide)
    return math.exp(min(700.0, none - predicted))


def _inside(look: Look, prediction: Prediction) -> bool:
    low, high = observed_range(prediction, look.standard_error)
    return low <= look.log_ratio <= high


def _same_side(looks: Sequence[Look], prediction: Prediction) -> int:
    sides = [math.copysign(1.0, one.log_ratio - prediction.estimate) for one in looks]
    return next((place for place, side in enumerate(reversed(sides)) if side != sides[-1]), len(sides))
