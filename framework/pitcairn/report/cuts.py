"""What a page leaves out where it would be too large: the least needed first, and the page says where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pitcairn.report.fit import Cut
from pitcairn.report.pages import Crumb, IterationPage, Story
from pitcairn.report.site_pages import PilotRow, ProgramPage, StoryPage

if TYPE_CHECKING:
    from pitcairn.report.together import TogetherPage

FEW = 20
"""Of pilots, lessons and what is waiting, so many stay whatever there is."""
CHAPTERS = 3
"""So many iterations of a story stay with their effects: the latest."""
_ROLES = {"deciding": 0, "guardrail": 1, "signal": 2, "watch": 3}
_CSV = "the numbers for a spreadsheet have all of them: pitcairn report, with --csv."


def _story(page: Any) -> int:
    return len(page.story.chapters) if page.story else 0


def _last_chapters(page: Any, number: int) -> Any:
    story: Story = page.story
    gone = story.chapters[: len(story.chapters) - number]
    links = tuple(Crumb(text=f"{chapter.name}: {chapter.about}", href=chapter.href) for chapter in gone)
    return replace(page, story=replace(story, chapters=story.chapters[len(gone) :], others=links))


def _groups(page: IterationPage, number: int) -> IterationPage:
    """Those whose levels clearly differ stay longest."""
    if page.groups is None:
        return page
    tables = page.groups.tables
    first = sorted(range(len(tables)), key=lambda at: (not tables[at].differs, at))[:number]
    return replace(page, groups=replace(page.groups, tables=tuple(tables[at] for at in sorted(first))))


def _blocks(page: IterationPage, number: int) -> IterationPage:
    first = sorted(range(len(page.blocks)), key=lambda at: (_ROLES[page.blocks[at].role], at))[:number]
    return replace(page, blocks=tuple(page.blocks[at] for at in sorted(first)))


def _pilots(page: ProgramPage, number: int) -> ProgramPage:
    """Those that have an effect to show stay longest."""

    def told(row: PilotRow) -> str:
        return f"{row.title}: {row.scope}, {row.stage}"

    shown = sorted(range(len(page.pilots)), key=lambda at: (page.pilots[at].arms[0].picture is None, at))[:number]
    others = (Crumb(text=told(row), href=row.href) for at, row in enumerate(page.pilots) if at not in shown)
    return replace(page, pilots=tuple(page.pilots[at] for at in sorted(shown)), others=tuple(others))


def _say(sentence: str) -> Callable[[Any, int, int], str]:
    return lambda _, left, total: sentence.format(left=f"{left:,}", total=f"{total:,}")


def first(field: str, sentence: str, least: int = 0) -> Cut[Any]:
    """A list of which the first stay."""
    return Cut(
        count=lambda page: len(getattr(page, field)),
        keep=lambda page, number: replace(page, **{field: getattr(page, field)[:number]}),
        say=_say(sentence),
        least=least,
    )


def _measures(least: int) -> Cut[IterationPage]:
    return Cut(
        count=lambda page: len(page.blocks),
        keep=_blocks,
        say=_say("{left} of {total} measures are left out, none that decides: " + _CSV),
        least=least,
    )


def _splits(least: int) -> Cut[IterationPage]:
    return Cut(
        count=lambda page: len(page.groups.tables) if page.groups else 0,
        keep=_groups,
        say=_say("{left} of {total} groups are left out, those that clearly differ last: " + _CSV),
        least=least,
    )


FIGURES: Cut[Any] = first(
    "figures", "{left} of {total} lines of exact figures are left out: the result file holds all of them, as “details”."
)
STORY: Cut[Any] = Cut(
    count=_story,
    keep=_last_chapters,
    say=_say("the effects of {left} of {total} iterations are not repeated here: each has a page of its own."),
    least=CHAPTERS,
)
PILOTS: Cut[ProgramPage] = Cut(
    count=lambda page: len(page.pilots),
    keep=_pilots,
    say=_say("{left} of {total} pilots stand below the others without their effects: each has a page of its own."),
    least=FEW,
)

ITERATION: tuple[Cut[IterationPage], ...] = (FIGURES, STORY, _measures(5), _splits(1), _measures(1), _splits(0))
STORIES: tuple[Cut[StoryPage], ...] = (STORY,)
PROGRAM: tuple[Cut[ProgramPage], ...] = (
    first("lessons", "{left} of {total} lessons, the oldest, stand only on the pages of their pilots.", FEW),
    PILOTS,
    first("spendings", "{left} of {total} lineages are not listed: their pages are in the folder “lineages”.", FEW),
    first("waiting", "{left} of {total} things that wait are not listed: pitcairn status names all of them.", FEW),
    first("others", "{left} of {total} other pilots are not listed: pitcairn list names all of them.", FEW),
)
TOGETHER: tuple[Cut[TogetherPage], ...] = (
    FIGURES,
    first("levels", "{left} of {total} levels of groups are left out: the result file holds all of them, as “groups”."),
)
