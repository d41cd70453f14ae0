"""What the page of a plan may use: what an iteration could show, before its first customer."""

from __future__ import annotations

from dataclasses import dataclass

from pitcairn.report.axis_charts import Drawn
from pitcairn.report.pages import Crumb, Fact, Word
from pitcairn.report.pictures import Icon


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What could be seen of one measure."""

    mark: Icon
    measure: str
    gain: str
    line: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What so many customers would show."""

    customers: str
    gain: str
    often: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """`plan.html.j2`."""

    notices: tuple[str, ...]
    crumbs: tuple[Crumb, ...]
    facts: tuple[Fact, ...]
    title: str
    question: str
    mark: Icon
    word: str
    """`Can be shown`, `Cannot be shown`, `Cannot be said`."""
    answer: str
    settle: str
    sentences: tuple[str, ...]
    helps: tuple[str, ...]
    seen: tuple[Seen, ...]
    sizes: tuple[Size, ...]
    chart: Drawn | None
    chart_by: str | None
    """The charting library and its version; `nobody` where it is not installed, None where nothing is to be drawn."""
    note: str | None
    """Why there is no chart."""
    next_command: str
    terms: tuple[Word, ...]
