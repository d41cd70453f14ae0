"""What each template may use: one dataclass a template. A test holds that a template uses all of it and nothing else.

Everything here is text, ready to be shown, or a choice already made; templates lay out and decide nothing else.
Sentences and numbers come from `reading.result` word for word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pitcairn.reading.result import Bullet
from pitcairn.report.charts import Axis
from pitcairn.report.pictures import Block, BuiltUp, Groups, Icon, Levels, Name, Picture, Row


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
class Card:
    """One arm's verdict."""

    arm: Name
    tried: tuple[str, ...]
    """What its customers got: message, channel, when, how often."""
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
    others: tuple[Crumb, ...]
    """Earlier ones, for whose effects there was no room."""
    budget: str | None
    """What the confirmations so far have spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """One effect as another choice of the plan would have counted it."""

    measure: str
    arm: Name
    how: str
    estimate: str | None
    """None where there is no number."""
    range: str | None
    word: str
    """Whether the answer is the same, or why there is none."""


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
class NextStep:
    """One thing to do next."""

    who: str
    what: str
    command: str


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
    audience: str
    """Who the customers are."""
    facts: tuple[Fact, ...]
    """Scope, stage, dates, customers, owner."""
    headline: str
    headline_size: Literal["large", "medium", "small"]
    lede: str
    withheld: bool
    """A check that gates the verdict failed: no effect is on this page."""
    interim: bool
    """Before the planned end: effects are shown, and not judged."""
    planned_before: bool
    """The plan was locked before the first customer; else nothing on the page was written beforehand."""
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
    costs: tuple[Fact, ...]
    """(arm, what its gain costs or brings back)."""
    otherwise: tuple[Otherwise, ...]
    """The same effects, counted otherwise."""
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
    stayed: str | None
    """What is as it was then."""
    story: Story | None
    readiness: tuple[Readiness, ...]
    promised: tuple[str, ...]
    """The number to promise for each arm that has one."""
    promised_why: str | None
    """Why it is not the measured one."""
    at_scale: tuple[str, ...]
    """What to expect if many customers got it, for each arm worth going on with."""
    next_sentence: str
    next_command: str
    next_more: str | None
    """`and two more steps`; None where there is one."""
    steps: tuple[NextStep, ...]
    """All of them, most urgent first."""
    limits: tuple[str, ...]
    method: tuple[str, ...]
    figures: tuple[Figure, ...]
    files: tuple[File, ...]
    origins: tuple[Fact, ...]
    """Digests, lock, rows, versions."""
    terms: tuple[Word, ...]
    """The words of the page, explained."""
