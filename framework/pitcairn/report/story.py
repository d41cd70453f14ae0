"""The iterations of one question beneath each other: what each asked, found and was judged to be."""

from __future__ import annotations

from collections.abc import Sequence

from pitcairn.reading import past
from pitcairn.reading.past import Turn
from pitcairn.reading.result import MeasureBlock
from pitcairn.report.pages import Chapter, Judged, Story
from pitcairn.report.pictures import Row
from pitcairn.report.rows import Canvas, Index, row_of


def story(turns: Sequence[Turn], *, pilots: str | None) -> Story | None:
    """All turns, oldest first; pictures share an axis, which only iterations of the latest one's measure are on.

    `pilots` is where the pilots' folders are, seen from the page; None on a page that stands alone.
    """
    if not turns:
        return None
    last = next((block for turn in reversed(turns) if (block := _deciding(turn))), None)
    on_axis = [block for turn in turns if (block := _deciding(turn)) and last and _same(block, last)]
    canvas = Canvas.of(last, [row.effect for block in on_axis for row in block.rows]) if last else None
    return Story(
        label=last.label if last else "",
        unit=last.unit if last else "",
        axis=canvas.axis if canvas else None,
        chapters=tuple(_chapter(turn, at, last, canvas, pilots) for at, turn in enumerate(turns, start=1)),
        others=(),
        budget=past.budget(turns),
    )


def _chapter(turn: Turn, at: int, last: MeasureBlock | None, canvas: Canvas | None, pilots: str | None) -> Chapter:
    return Chapter(
        name=f"{turn.title}, iteration {turn.number}",
        href=f"{pilots}{turn.pilot}/iteration-{turn.number}.html"
        if pilots is not None and turn.result and not turn.here
        else None,
        about=f"{past.asked(turn)}, {past.when(turn)}",
        question=turn.question,
        here=turn.here,
        missing=turn.missing or None,
        decided=judged(turn),
        rows=_rows(turn, f"turn-{at}", last, canvas),
    )


def judged(turn: Turn) -> tuple[Judged, ...]:
    """What was decided on an iteration."""
    return tuple(Judged(mark=one.mark, word=one.word, sentence=one.sentence) for one in turn.rulings)


def _rows(turn: Turn, key: str, last: MeasureBlock | None, canvas: Canvas | None) -> tuple[Row, ...]:
    if turn.result is None:
        return ()
    index = Index.of(turn.result)
    block = _deciding(turn)
    effects = {row.arm: row.effect for row in block.rows} if block else {}
    found = []
    for at, verdict in enumerate(turn.result.verdicts, start=1):
        name, effect = index.names[verdict.arm], effects.get(verdict.arm)
        picture = None
        if canvas and effect and block and last and _same(block, last):
            picture = canvas.picture(f"{key}-{at}", f"Iteration {turn.number}: {name.label}", name.slot, effect)
        found.append(row_of(name, effect, picture, verdict.mark, verdict.word))
    return tuple(found)


def _deciding(turn: Turn) -> MeasureBlock | None:
    return past.deciding(turn.result) if turn.result else None


def _same(one: MeasureBlock, other: MeasureBlock) -> bool:
    return (one.id, one.scale, one.unit) == (other.id, other.scale, other.unit)
