"""The story of a question over its iterations: what was asked, what came out, and what the attempts have cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pitcairn.design.budget import TOTAL, level
from pitcairn.phrases import day, percentage, several
from pitcairn.reading.result import Mark, MeasureBlock, Result
from pitcairn.reading.since import ended
from pitcairn.reading.titles import number

DECIDED: dict[str, tuple[str, Mark]] = {
    "promote": ("Decided: promote", "good"),
    "confirm": ("Decided: confirm", "good"),
    "rework": ("Decided: rework", "watch"),
    "wait": ("Decided: wait", "neutral"),
    "stop": ("Decided: stop", "neutral"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a named person decided for one arm, last."""

    arm: str
    label: str
    decision: str
    by: str
    on: date
    why: str
    differs: str | None = None
    """What the rules recommended instead; None where the decision follows them."""

    @property
    def word(self) -> str:
        return DECIDED[self.decision][0]

    @property
    def mark(self) -> Mark:
        return DECIDED[self.decision][1]

    @property
    def sentence(self) -> str:
        """`“A call”, by mara on 2 March 2026: the shops can cope.`"""
        told = f"“{self.label}”, by {self.by} on {day(self.on)}: {ended(self.why)}"
        return f"{told} {self.differs}" if self.differs else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One launched iteration, and its last reading where there is one."""

    pilot: str
    title: str
    number: int
    stage: Literal["explore", "confirm"]
    attempt: int | None
    """Which confirmation of its lineage it is; None for an exploration."""
    question: str
    launched: date
    here: bool
    """It is the iteration that the page is about."""
    result: Result | None
    """None where there is no reading yet, or its result file is not the one the ledger recorded."""
    missing: str
    """Why there is no result; empty where there is one."""
    rulings: tuple[Ruling, ...] = ()
    """The last decision for each arm, in the order they were made."""
    level: float | None = None
    """The one-sided level a confirmation was launched with; None where the ledger's rule gives it."""
    deviations: tuple[str, ...] = ()
    """What was recorded as not kept of the plan, and why it ended early if it did, as sentences."""


def title(turns: Sequence[Turn]) -> str:
    """`Three iterations: first cannot tell, then adapt, now promote`."""
    words = [_words(turn.result) for turn in turns if turn.result is not None]
    told = f"{number(len(turns)).capitalize()} iteration{'s' if len(turns) != 1 else ''}"
    if len(turns) == 1:
        return "This is the first iteration"
    if len(words) < 2:
        return f"{told}; {'one' if words else 'none'} has been read"
    if len(set(words)) == 1:
        return f"{told}: {words[0]}, {'both times' if len(words) == 2 else 'every time'}"
    parts = [f"first {words[0]}", *(f"then {word}" for word in words[1:-1]), f"now {words[-1]}"]
    return f"{told}: {', '.join(parts)}"


def budget(turns: Sequence[Turn]) -> str | None:
    """What the confirmations so far have spent; None where there was none."""
    confirmed = [(turn.attempt, turn.level) for turn in turns if turn.attempt is not None]
    if not confirmed:
        return None
    attempts = max(attempt for attempt, _ in confirmed)
    used = sum(level(attempt) if frozen is None else frozen for attempt, frozen in confirmed)
    return (
        f"{number(attempts).capitalize()} {'confirmation has' if attempts == 1 else 'confirmations have'} spent "
        f"{percentage(used)} of the {percentage(TOTAL)} that this lineage has. The next would be judged at "
        f"{percentage(level(attempts + 1))} at most."
    )


def asked(turn: Turn) -> str:
    """`Iteration 2, a confirmation, attempt 1`."""
    if turn.result is not None and turn.result.adopts:
        return f"a stage of the rollout of {turn.result.adopts}"
    if turn.attempt is None:
        return "an exploration"
    return f"a confirmation, attempt {turn.attempt}"


def when(turn: Turn) -> str:
    """`read as of 2 March 2026`, or `launched on 1 March 2026`."""
    if turn.result is None:
        return f"launched on {day(turn.launched)}"
    return f"read as of {day(date.fromisoformat(turn.result.as_of))}"


def deciding(result: Result) -> MeasureBlock | None:
    """The deciding measure's block; None where the verdict is withheld."""
    if result.withheld:
        return None
    return next((block for block in result.measures if block.role == "deciding"), None)


def _words(result: Result | None) -> str:
    if result is None:
        return ""
    words = dict.fromkeys(verdict.word[:1].lower() + verdict.word[1:] for verdict in result.verdicts)
    return several(list(words))
