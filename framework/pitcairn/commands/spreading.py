"""How the answers of the commands that spread a pack look on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pitcairn.commands.paper import Kind, Paper

if TYPE_CHECKING:
    from pitcairn.promotion.adoption import State
    from pitcairn.promotion.handing import Exported
    from pitcairn.promotion.keys import Signed
    from pitcairn.promotion.registry import Index
    from pitcairn.promotion.rollout import Standing
    from pitcairn.promotion.watch import Watched
    from pitcairn.promotion.waves import Waves

MARKS: dict[str, Kind] = {"green": "good", "amber": "watch", "red": "bad", "inconclusive": "neutral"}


def adopted(
    paper: Paper, *, said: Sequence[str], files: Sequence[Path], dry_run: bool, shown: Callable[[Path], str]
) -> None:
    """The prediction, and what was written."""
    for sentence in said:
        paper.wrap(sentence)
    for file in files:
        paper.say(f"{'Would write' if dry_run else 'Wrote'} {shown(file)}")
    paper.say("Nothing was written." if dry_run else "The prediction is in the ledger, before the first customer.")


def rollout(paper: Paper, *, now: Standing, said: Sequence[str]) -> None:
    """The stages, the gates of the open one, and what was just done."""
    for sentence in said:
        paper.wrap(sentence)
    for number, span in enumerate(now.spans, start=1):
        word = "open" if number == now.number else "done" if number < now.number else "ahead"
        paper.say(
            f"{number}. {span.name}: {span.treated / 100:g} % with the practice, "
            f"{(span.held - span.held_from) / 100:g} % held out ({word})"
        )
    if now.state.over:
        from pitcairn.phrases import day

        over = now.state.over
        paper.wrap(f"Over since {day(over.at.date())}, by {over.by}: {over.step.why}")
        return
    width = max(len(gate.name) for gate in now.judgement.gates)
    for gate in now.judgement.gates:
        paper.mark(MARKS[gate.colour], gate.name, gate.why, column=width)
    paper.wrap(now.sentence)


def exported(paper: Paper, *, done: Exported, dry_run: bool, shown: Callable[[Path], str]) -> None:
    """Which places get what, and where it says so."""
    for cut in done.cuts:
        paper.say(f"{cut.arm}: places {cut.first:,} to {cut.last - 1:,} of pilot_bucket")
    if not done.enabled:
        paper.wrap("It is over: the flags are switched off.")
    if done.customers is not None:
        paper.say(f"{done.customers:,} customers in the list.")
    for file in done.files:
        paper.say(f"{'Would write' if dry_run else 'Wrote'} {shown(file)}")


def watched(
    paper: Paper,
    *,
    state: State,
    found: Watched,
    signed: Sequence[Signed],
    written: Path | None,
    shown: Callable[[Path], str],
) -> None:
    """The run chart as a list, and what the questions answer."""
    from pitcairn.phrases import day
    from pitcairn.promotion.foretold import looked, percent

    rows = [(one.as_of, percent(one.log_ratio)) for one in found.looks]
    if rows:
        paper.table(("as of", "came"), rows, numbers=(1,))
    for sentence in looked(state.adoption.prediction, found):
        paper.wrap(sentence)
    for one in signed:
        paper.wrap(f"The prediction: {one.sentence}")
    if state.over:
        word = "rolled back" if state.over.step.happened == "rolled_back" else "retired"
        paper.wrap(f"It was {word} on {day(state.over.at.date())} by {state.over.by}: {state.over.step.why}")
    if written:
        paper.say(f"Wrote {shown(written)}")


def retired(paper: Paper, *, state: State) -> None:
    """That it is over, and why."""
    if state.over:
        paper.wrap(f"{state.pilot} is retired by {state.over.by}: {state.over.step.why}")


def renewed(paper: Paper, *, state: State) -> None:
    """On what it goes on, and until when."""
    step = state.steps[-1]
    paper.wrap(f"{state.pilot} goes on with {step.step.name}, by {step.by}. {step.step.why}")


def registry(
    paper: Paper, *, index: Index, said: Sequence[str], files: Sequence[Path], shown: Callable[[Path], str]
) -> None:
    """How many packs and adoptions there are, and the grade of the predictions."""
    packs, adoptions = len(index.packs), len(index.adoptions)
    paper.say(f"{packs:,} pack{'s' * (packs != 1)}, {adoptions:,} adoption{'s' * (adoptions != 1)}.")
    for sentence in said:
        paper.wrap(sentence)
    for problem in index.problems:
        paper.wrap(str(problem))
    for file in files:
        paper.say(f"Wrote {shown(file)}")


def waves(paper: Paper, *, found: Waves) -> None:
    """The waves with their places, and the places that need a pilot of their own."""
    for number, wave in enumerate(found.waves, start=1):
        paper.say(f"{number}. {wave.name}:")
        for place, alike in wave.places:
            paper.say(f"{place} (similarity {alike.similarity:.2f})", indent=3)
    if found.refused:
        paper.say("Too unlike; run a fresh pilot there:")
        for place, alike in found.refused:
            paper.say(f"{place} (similarity {alike.similarity:.2f})", indent=3)
