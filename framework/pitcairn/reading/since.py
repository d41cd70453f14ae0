"""What people recorded of an iteration after its launch, in words: deviations, an early end, differing decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pitcairn.phrases import day, several
from pitcairn.reading.result import Code

Decision = Literal["promote", "confirm", "rework", "wait", "stop"]

AGREES: dict[Code, tuple[Decision, ...]] = {
    "unsafe_to_read": ("wait", "rework", "stop"),
    "too_early": ("wait",),
    "harm": ("stop", "rework"),
    "promote": ("promote",),
    "adapt": ("rework", "confirm"),
    "not_worth_it": ("stop", "rework"),
    "no_difference": ("stop", "rework"),
    "cannot_tell": ("rework", "confirm", "wait"),
}
"""Which decisions follow a verdict; any other is allowed too, and said to differ."""
VERDICT_WORDS: dict[Code, str] = {
    "unsafe_to_read": "not to read this yet",
    "too_early": "to keep going",
    "harm": "to stop, because it does harm",
    "promote": "to promote it",
    "adapt": "to adapt it",
    "not_worth_it": "to stop, because the gain is too small",
    "no_difference": "to stop, because there is no gain",
    "cannot_tell": "nothing, because it cannot be told yet",
}
TOUCHES = {
    "deciding": "the deciding measure",
    "arms": "what the groups got",
    "dates": "the dates",
    "other": "something else",
}


def differs(decision: Decision, verdict: Code) -> str | None:
    """`The rules recommended to promote it.`; None where the decision follows what the rules recommended."""
    return None if decision in AGREES[verdict] else f"The rules recommended {VERDICT_WORDS[verdict]}."


def deviation(*, what: str, why: str, by: str, on: date, touches: Sequence[str], bars: bool) -> str:
    """The notice of a deviation from the plan."""
    named = several([TOUCHES[one] for one in touches])
    after = f" It touches {named}, so nothing here can be promoted." if bars else ""
    return f"Not as planned: {ended(what)} Why: {ended(why)} Recorded by {by} on {day(on)}.{after}"


def early_end(*, why: str, by: str, on: date, attempt: int | None) -> str:
    """The notice of an iteration that was closed before its planned end."""
    spent = "" if attempt is None else f" Attempt {attempt} is spent all the same."
    return f"Ended early: closed by {by} on {day(on)}. Why: {ended(why)} Nothing here can be promoted.{spent}"


def ended(text: str) -> str:
    """The text as the end of a sentence.

    >>> ended("it pays"), ended("Does it?")
    ('it pays.', 'Does it?')
    """
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
