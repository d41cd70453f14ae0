"""What each template may use: one dataclass a template. A test holds that a template uses all of it and nothing else.

Everything here is text, ready to be shown, or a choice already made; templates lay out and decide nothing else.
Sentences and numbers come from `reading.result` word for word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pitcairn.reading.result import Bullet
from pitcairn.report.axis_charts import Drawn
from pitcairn.report.charts import Axis, Span

Icon = Literal["good", "watch", "bad", "neutral", "open", "up", "down"]
"""The four marks of a result, an empty circle for what is not met yet, and two arrows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """An arm as it is named everywhere: its label, and the slot that owns a colour and a shape."""

    label: str
    slot: int
    """0 for the comparison, 1 to 5 for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and what belongs to it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """One step of the way to this page."""

    text: str
    href: str | None
    """None on a page that stands alone, and for the page itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word that the page uses, explained."""

    id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a page: its stable name, and what it has found."""

    id: str
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One range on the axis of its block, with the words that say the same."""

    id: str
    slot: int
    title: str
    estimate: str
    range: str
    line: str | None
    """The worth-it line, or the limit."""
    axis: Axis
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One arm's level of the deciding measure, from zero."""

    arm: Name
    text: str
    length: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The deciding measure in every arm."""

    label: str
    unit: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One arm's verdict."""

    arm: Name
    word: str
    mark: Icon
    number: str | None
    """The first word of the big number: `+77`."""
    unit: str
    """The rest of it."""
    range_sentence: str | None
    picture: Picture | None
    bullets: tuple[Bullet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One arm's effect: the numbers as text with a picture, or why there are none."""

    arm: Name
    control: str
    treated: str
    estimate: str
    range: str
    picture: Picture | None
    why: str | None
    """Set where numbers and picture are withheld."""
    mark: Icon
    word: str | None
    """How it is judged; None where it is not, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One measure with its arms stacked."""

    label: str
    unit: str
    role: Literal["deciding", "guardrail", "signal", "watch"]
    better: Literal["up", "down"]
    line: str | None
    """The worth-it line, or a guardrail's limit."""
    axis: Axis
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One health check."""

    mark: Icon
    state: Literal["pass", "warn", "fail", "unchecked"]
    name: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The health checks: those that withhold the verdict, and those that warn."""

    gating: tuple[Checked, ...]
    warning: tuple[Checked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCount:
    """How many customers one arm has."""

    arm: Name
    counts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """From the customer file to the result."""

    in_scope: str | None
    """None where somebody else made the draw."""
    left_out: tuple[Fact, ...]
    """(how many, why)."""
    drawn: str
    arms: tuple[ArmCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """What one arm's effect looked like on one day."""

    day: str
    customers: str
    estimate: str
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltArm:
    """How one arm's effect built up."""

    arm: Name
    chart: Drawn | None
    """None where the charting library is not installed."""
    days: tuple[DayRow, ...]
    stop: str | None
    """What the test came to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltUp:
    """How the deciding measure built up, arm by arm on the same axes."""

    label: str
    unit: str
    line: str | None
    arms: tuple[BuiltArm, ...]
    note: str | None
    """Why there are no charts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """One arm in one level of a group."""

    level: str
    span: int
    """How many rows the level has; 0 where a row above has named it."""
    customers: str | None
    row: Row
    counted: str | None
    """The difference before it was drawn towards the others: `+11`; None where there is none to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One way to split customers."""

    label: str
    heading: str
    differs: bool
    lines: tuple[GroupLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """All splits, on one axis."""

    label: str
    unit: str
    has_arms: bool
    """Whether there is more than one arm to tell apart."""
    axis: Axis
    tables: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What was written beforehand, and what happened."""

    arm: Name
    measure: str
    written: str
    happened: str
    mark: Icon
    word: str | None
    """None before the planned end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What one arm's customers got."""

    arm: Name
    share: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One promotion test."""

    mark: Icon
    met: bool | None
    """None before the planned end: not judged yet."""
    name: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """One arm's promotion tests."""

    arm: Name
    tests: tuple[Tested, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What somebody decided."""

    mark: Icon
    word: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One iteration of the story so far."""

    name: str
    href: str | None
    about: str
    """`an exploration, read as of 2 March 2026`"""
    question: str
    here: bool
    """It is the one that the page is about."""
    missing: str | None
    """Why there is nothing to show."""
    rows: tuple[Row, ...]
    decided: tuple[Judged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All iterations of the same question, on one axis where they share the measure."""

    label: str
    unit: str
    axis: Axis | None
    chapters: tuple[Chapter, ...]
    budget: str | None
    """What the confirmations so far have spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the exact figures."""

    measure: str
    where: str
    arm: str
    customers: str
    mean: str
    deviation: str
    difference: str
    low: str
    high: str
    relative: str
    p: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The fingerprint of one file that was read."""

    source: str
    name: str
    size: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationPage:
    """Everything `iteration.html.j2` may use."""

    notices: tuple[str, ...]
    """What must be said before anything else."""
    sections: tuple[Section, ...]
    """The parts that have something to say, in their order; the verdict stands before all of them."""
    crumbs: tuple[Crumb, ...]
    program: str
    title: str
    """The pilot's."""
    number: int
    question: str
    facts: tuple[Fact, ...]
    """Scope, stage, dates, customers, owner."""
    headline: str
    headline_size: Literal["large", "medium", "small"]
    lede: str
    withheld: bool
    """A check that gates the verdict failed: no effect is on this page."""
    interim: bool
    """Before the planned end: effects are shown, and not judged."""
    wrong: tuple[Checked, ...]
    """The failed checks, where the verdict is withheld."""
    levels: Levels | None
    cards: tuple[Card, ...]
    decided: tuple[Judged, ...]
    """Empty while nobody has decided."""
    comparison: Name
    treatments: tuple[Name, ...]
    health_headline: str
    health_mark: Icon
    trust: Trust
    blocks: tuple[Block, ...]
    guardrails: tuple[Block, ...]
    funnel: Funnel
    built_up: BuiltUp | None
    groups: Groups | None
    predictions: tuple[Prediction, ...]
    surprise: str | None
    """The first prediction that failed."""
    background: tuple[Fact, ...]
    """Purpose, challenge, audience, behaviour."""
    practices: tuple[Practice, ...]
    changes: tuple[Fact, ...]
    """(what, why), since the iteration before."""
    story: Story | None
    readiness: tuple[Readiness, ...]
    next_sentence: str
    next_command: str
    limits: tuple[str, ...]
    method: tuple[str, ...]
    figures: tuple[Figure, ...]
    files: tuple[File, ...]
    origins: tuple[Fact, ...]
    """Digests, lock, rows, versions."""
    terms: tuple[Word, ...]
    """The words of the page, explained."""
