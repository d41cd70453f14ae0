"""Where every adopted pack stands: its open stage, the colour of its gates, and what to type next."""

from __future__ import annotations

from datetime import date

from pitcairn.errors import PitcairnError
from pitcairn.iteration import standing as turns
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.promotion.adoption import State, adopted, state_of
from pitcairn.promotion.gates import Colour
from pitcairn.promotion.layout import spans_of
from pitcairn.promotion.rollout import Standing, standing
from pitcairn.reading.overview import RolloutNow
from pitcairn.reading.result import Mark

WORDS: dict[Colour, tuple[str, Mark]] = {
    "green": ("Green: go on", "good"),
    "amber": ("Amber: say why", "watch"),
    "red": ("Red: roll back", "bad"),
    "inconclusive": ("Hold", "neutral"),
}
WHOLE: tuple[str, Mark] = ("Whole: watch", "good")
"""Every stage is open: what is left is to see whether it lasts."""
LAPSED: tuple[str, Mark] = ("Lapsed: renew or end", "watch")
NOT_JUDGED: tuple[str, Mark] = ("Not judged", "bad")


def underway(folder: ProgramFolder, *, today: date) -> tuple[RolloutNow, ...]:
    """Every pack adopted here, the oldest first; one that cannot be judged says why. DataError for a damaged ledger."""
    return tuple(_now(folder, state_of(folder.ledger_file, pilot), today) for pilot in adopted(folder.ledger_file))


def command_after(folder: ProgramFolder, pilot: str, *, today: date) -> str:
    """What to type next for one pilot, after something was recorded of it. DataError for a damaged ledger."""
    return turns.followed([turns.standing(folder, pilot, today=today)], underway(folder, today=today))[0].command


def next_command(now: Standing) -> str:
    """What to type after having seen a rollout."""
    pilot = now.state.pilot
    if now.state.over:
        return f"pitcairn export {pilot}"
    if now.judgement.colour == "red":
        return f"pitcairn rollout {pilot} --rollback --because TEXT"
    if now.judgement.colour == "inconclusive":
        return f"pitcairn read {pilot}" if now.result is not None else "pitcairn status"
    if now.is_last:
        return f"pitcairn watch {pilot}"
    if not now.state.rehearsed:
        return f"pitcairn rollout {pilot} --rehearse-rollback"
    return f"pitcairn rollout {pilot} --advance" + (" --because TEXT" if now.judgement.colour == "amber" else "")


def _now(folder: ProgramFolder, state: State, today: date) -> RolloutNow:
    if state.over is not None:
        word = "Rolled back" if state.over.step.happened == "rolled_back" else "Retired"
        sentence = f"On {day(state.over.at.date())}, by {state.over.by}: {state.over.step.why}"
        return _told(state, (word, "neutral"), sentence, f"pitcairn export {state.pilot}", waiting=False)
    try:
        now = standing(folder, state.pilot)
    except PitcairnError as error:
        return _told(state, NOT_JUDGED, str(error), f"pitcairn rollout {state.pilot}", waiting=True)
    colour = now.judgement.colour
    if state.has_lapsed(today) and colour != "red":
        sentence = (
            f"Its evidence was good until {day(date.fromisoformat(state.valid_until))}. Renew it with a newer pack of "
            f"the same model, or end it: pitcairn retire {state.pilot} --because TEXT."
        )
        return _told(state, LAPSED, sentence, f"pitcairn renew {state.pilot} FILE.pilotpack", waiting=True)
    if now.is_whole:
        return _told(state, WHOLE, now.sentence, next_command(now), waiting=False)
    if now.result is None:
        sentence = "The stage has not been read yet."
        return _told(state, WORDS[colour], sentence, f"pitcairn read {state.pilot}", waiting=False)
    return _told(state, WORDS[colour], now.judgement.sentence, next_command(now), waiting=colour != "inconclusive")


def _told(state: State, word: tuple[str, Mark], sentence: str, command: str, *, waiting: bool) -> RolloutNow:
    spans = spans_of(state.adoption.stages)
    return RolloutNow(
        pilot=state.pilot,
        pack=f"{state.adoption.pack} {state.adoption.version} at {state.adoption.place}",
        stage=f"{state.reached} of {len(spans)}, {spans[state.reached - 1].name}",
        word=word[0],
        mark=word[1],
        sentence=sentence,
        waiting=waiting,
        command=command,
    )
