"""What the pages of a program's site may use: one dataclass a template, like `pages` for an iteration."""

from __future__ import annotations

from dataclasses import dataclass

from pitcairn.report.charts import Axis
from pitcairn.report.pages import Crumb, Fact, Judged, Section, Story, Word
from pitcairn.report.pictures import Icon, Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that somebody has to do."""

    mark: Icon
    word: str
    title: str
    href: str
    sentence: str
    owner: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmNow:
    """One arm's latest effect, in worth-it lines."""

    arm: str | None
    """None where the pilot has no reading."""
    text: str
    range: str
    picture: Picture | None
    why: str | None
    mark: Icon
    word: str
    decided: Judged | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotRow:
    """One pilot among all."""

    title: str
    href: str
    scope: str
    measure: str
    """What decides, and in which iteration."""
    reached: int
    """Of the stages."""
    stage: str
    owner: str
    next: str
    arms: tuple[ArmNow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRow:
    """One pack that was adopted here."""

    pack: str
    href: str
    stage: str
    mark: Icon
    word: str
    sentence: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One lesson."""

    lesson: str
    found: str
    """The number with its range."""
    href: str
    source: str
    mark: Icon
    word: str
    sure_mark: Icon
    sure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One lineage's share of the error budget."""

    name: str
    href: str
    attempts: str
    spent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One owner's predictions."""

    owner: str
    judged: int
    inside: int
    higher: int
    lower: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """What all pilots together changed over one period."""

    period: str
    href: str
    mark: Icon
    headline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramPage:
    """Everything `program.html.j2` may use."""

    notices: tuple[str, ...]
    program: str
    purpose: str
    as_of: str
    counts: tuple[Fact, ...]
    """Name is the number, text what it counts."""
    sections: tuple[Section, ...]
    waiting: tuple[Waiting, ...]
    stages: tuple[str, ...]
    axis: Axis
    pilots: tuple[PilotRow, ...]
    others: tuple[Crumb, ...]
    """Pilots for whose effects there was no room."""
    rollouts: tuple[RolloutRow, ...]
    """Empty where no pack is adopted; then there is no section either."""
    lessons: tuple[Kept, ...]
    spendings: tuple[Spent, ...]
    scores: tuple[Scored, ...]
    together: tuple[Combined, ...]
    terms: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Everything `story.html.j2` may use: the page of a pilot, or of a lineage."""

    notices: tuple[str, ...]
    crumbs: tuple[Crumb, ...]
    title: str
    about: str
    facts: tuple[Fact, ...]
    next_sentence: str
    next_command: str | None
    """None on the page of a lineage."""
    sections: tuple[Section, ...]
    story: Story | None
    terms: tuple[Word, ...]
