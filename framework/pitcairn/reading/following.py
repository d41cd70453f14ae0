"""What may follow from a reading, as a result keeps it: what to do next, and what to expect of many customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedRow:
    """The number to promise for one arm: the measured gain drawn towards what the program has come to."""

    arm: str
    relative: float
    """This reading's own gain as a share of the comparison's level; positive is better."""
    variance: float
    """Of `relative`."""
    model: str
    """The same for the same version at the same place."""
    estimate: float
    """Drawn in; a share, like `relative`."""
    low: float
    high: float
    raw_text: str
    """What was measured, in the measure's unit: `+77`."""
    estimate_text: str
    range_text: str
    sentence: str
    why: str = ""
    """Why it is not the measured number; the same for every arm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRow:
    """What to expect if many customers got an arm."""

    arm: str
    sentence: str


StepKind = Literal["mend", "close", "read", "decide", "confirm", "iterate", "promote", "watch", "rollout", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to do next, and who has to do it."""

    kind: StepKind
    arm: str | None
    """The arm it is about; None where it is about the iteration."""
    who: str
    what: str
    """A sentence, with the day where there is one."""
    command: str
