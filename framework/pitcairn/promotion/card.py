"""The card of a pack: one self-contained HTML page, made from its contents alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pitcairn.phrases import customers
from pitcairn.promotion.contents import Contents, Estimate, GroupEvidence
from pitcairn.promotion.telling import Section, Telling, change, told
from pitcairn.report.charts import Axis, Scale, Tick
from pitcairn.report.cuts import first
from pitcairn.report.fit import Cut
from pitcairn.report.layout import words
from pitcairn.report.pages import Word
from pitcairn.report.pictures import Name, Picture, Row
from pitcairn.report.render import rendered

MEASURED, EXPECTED = Name(label="Measured", slot=1), Name(label="To be expected there", slot=2)
"""One colour for what was measured, on all of the card, and one for the smaller number that is fit to be promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """Everything `card.html.j2` may use."""

    notices: tuple[str, ...]
    told: Telling
    sections: tuple[Section, ...]
    axis: Axis
    """In per cent of the level without the practice."""
    rows: tuple[Row, ...]
    """Measured, and to be expected; then every level of every group."""
    terms: tuple[Word, ...]


def card(contents: Contents) -> str:
    """The page: no script, no request, the same bytes every time."""
    found = told(contents)
    scale = Scale.around((_three(one) for one in _estimates(contents)), line=None)
    ticks = scale.axis(None)
    axis = Axis(zero=ticks.zero, line=None, ticks=tuple(Tick(at=tick.at, text=_percent(tick)) for tick in ticks.ticks))
    labels = {group.id: group.label for group in contents.groups}
    page = CardPage(
        notices=found.notices,
        told=found,
        sections=found.sections,
        axis=axis,
        rows=(
            _row("claim-1", MEASURED, contents.claim.raw, scale, axis),
            _row("claim-2", EXPECTED, contents.claim.shrunk, scale, axis),
            *(_level(at, one, labels, scale, axis) for at, one in enumerate(contents.by_group, start=1)),
        ),
        terms=words(),
    )
    return rendered("card.html.j2", page, cuts=(_LINES, _ROWS))


def _estimates(contents: Contents) -> tuple[Estimate, ...]:
    groups = (one.effect for one in contents.by_group if one.effect is not None)
    return (contents.claim.raw, contents.claim.shrunk, *groups)


def _three(one: Estimate) -> tuple[float, float, float]:
    low, high = one.share_range
    return 100 * low, 100 * one.share, 100 * high


def _percent(tick: Tick) -> str:
    return f"{tick.text}%" if tick.text != "0" else "0"


def _level(at: int, one: GroupEvidence, labels: dict[str, str], scale: Scale, axis: Axis) -> Row:
    number = f", {customers(one.customers)}" if one.customers else ""
    name = Name(label=f"{labels.get(one.group, one.group)}: {one.level}{number}", slot=1)
    if one.effect is None:
        return _empty(name, one.why or "Too few customers.")
    return _row(f"level-{at}", name, one.effect, scale, axis)


def _row(id: str, name: Name, effect: Estimate, scale: Scale, axis: Axis) -> Row:
    estimate, _, range_text = change(effect).partition(" ")
    range_text = range_text.strip("()")
    picture = Picture(
        id=id,
        slot=name.slot,
        title=name.label,
        estimate=estimate,
        range=range_text,
        line=None,
        axis=axis,
        span=scale.span(*_three(effect)),
    )
    return replace(_empty(name, None), estimate=estimate, range=range_text, picture=picture)


def _empty(name: Name, why: str | None) -> Row:
    return Row(
        arm=name, control="", treated="", estimate="", range="", picture=None, why=why, mark="neutral", word=None
    )


def _shorter(field: str) -> Callable[[CardPage, int], CardPage]:
    def keep(page: CardPage, number: int) -> CardPage:
        changes: Any = (replace(one, **{field: getattr(one, field)[:number]}) for one in page.sections)
        return replace(page, sections=tuple(changes))

    return keep


_LINES: Cut[CardPage] = Cut(
    count=lambda page: max(len(one.lines) for one in page.sections),
    keep=_shorter("lines"),
    say=lambda _, left, total: f"{left:,} of {total:,} tries are left out: pack.json in the pack holds all of them.",
)
_ROWS: Cut[CardPage] = first(
    "rows", "{left} of {total} ranges are not drawn: pack.json in the pack holds all of them.", 2
)
