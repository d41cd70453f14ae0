"""A model that somebody wants to promote, and everything the program knows about it, ready or not."""

from __future__ import annotations

from dataclasses import dataclass

from pitcairn.errors import Problem, Refused, SpecError
from pitcairn.ledger import history
from pitcairn.ledger.history import AmendmentRow, ClosingRow, DecisionRow
from pitcairn.program import ProgramFolder
from pitcairn.promotion.history import Turn, turns
from pitcairn.spec.practice import PackSpec
from pitcairn.spec.practice_rules import load_pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One arm of one pilot, with the iteration its promotion would rest on."""

    folder: ProgramFolder
    pilot: str
    arm: str
    turn: Turn
    turns: tuple[Turn, ...]
    """Every launched iteration of the program, oldest first."""
    spec: PackSpec | None
    spec_problems: tuple[Problem, ...]
    """What is wrong with `pack.yaml`, where there is no `spec`."""
    decision: DecisionRow | None
    """The last one on this arm in this iteration."""
    amendments: tuple[AmendmentRow, ...]
    closing: ClosingRow | None


def candidate(folder: ProgramFolder, pilot: str, arm: str | None, number: int | None = None) -> Candidate:
    """The arm in the iteration asked for, or in the latest confirmation that has it, or else the latest iteration.

    `arm` may be None where one alone was tried in that iteration. SpecError where the pilot has no such arm; Refused
    where nothing of it was launched, or several arms could be meant; DataError for a damaged ledger.
    """
    known = turns(folder)
    mine = [turn for turn in known if turn.plan.pilot == pilot]
    if not mine:
        raise Refused(f"No iteration of {pilot} was launched.", hint=f"launch one: pitcairn launch {pilot}")
    arm = arm or _only_arm(pilot, mine, number)
    having = [turn for turn in mine if any(one.id == arm for one in turn.plan.treatments)]
    asked = [turn for turn in having if turn.plan.number == number] if number else having
    if not asked:
        arms = dict.fromkeys(one.id for turn in mine for one in turn.plan.treatments)
        where = f"iteration {number} of {pilot}" if number else pilot
        raise SpecError(f"There is no arm “{arm}” in {where}.", hint=f"the arms are: {', '.join(arms)}")
    turn = next((turn for turn in reversed(asked) if turn.plan.stage == "confirm"), asked[-1])
    spec, problems = _spec(folder, pilot)
    file, which = folder.ledger_file, turn.plan.number
    decided = [row for row in history.decisions(file, pilot, which) if row.body.arm == arm]
    return Candidate(
        folder=folder,
        pilot=pilot,
        arm=arm,
        turn=turn,
        turns=known,
        spec=spec,
        spec_problems=problems,
        decision=decided[-1] if decided else None,
        amendments=history.amendments(file, pilot, which),
        closing=next((row for row in history.closings(file, pilot) if row.number == which), None),
    )


def _only_arm(pilot: str, mine: list[Turn], number: int | None) -> str:
    asked = [turn for turn in mine if number in (None, turn.plan.number)]
    if not asked:
        raise SpecError(f"Iteration {number} of {pilot} was not launched.")
    turn = next((turn for turn in reversed(asked) if turn.plan.stage == "confirm"), asked[-1])
    arms = [one.id for one in turn.plan.treatments]
    if len(arms) != 1:
        raise Refused("It is not said which arm is to be packed.", hint=f"say --arm with one of: {', '.join(arms)}")
    return arms[0]


def _spec(folder: ProgramFolder, pilot: str) -> tuple[PackSpec | None, tuple[Problem, ...]]:
    try:
        return load_pack(folder, pilot), ()
    except SpecError as error:
        return None, error.problems
