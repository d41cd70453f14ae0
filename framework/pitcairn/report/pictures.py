"""What stands on an axis, as templates get it: pictures with the words that say the same, rows, blocks, charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltUp:
    """How the deciding measure built up, arm by arm on the same axes."""

    label: str
    unit: str
    line: str | None
    arms: tuple[BuiltArm, ...]
    drawn_by: str
    """The charting library and its version; `nobody` where it is not installed."""
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
class Suggested:
    """What to give one kind of customer."""

    level: str
    arm: Name | None
    """None where no arm is suggested."""
    best: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What works best for whom, by one group."""

    label: str
    rows: tuple[Suggested, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """All splits, on one axis."""

    label: str
    unit: str
    has_arms: bool
    """Whether there is more than one arm to tell apart."""
    axis: Axis
    tables: tuple[Group, ...]
    suggestions: tuple[Suggestions, ...]
    """Of the groups that clearly differ."""
