"""The page of all pilots together: which facts stand where. No sentence is made here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pitcairn.errors import DataError
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.reading.numbers import count
from pitcairn.reading.result import Shown
from pitcairn.reading.together import Together, from_json, period
from pitcairn.report.cuts import TOGETHER
from pitcairn.report.layout import figures, files, words
from pitcairn.report.pages import Checked, Crumb, Fact, Figure, File, Word
from pitcairn.report.pictures import Block, Icon, Name
from pitcairn.report.render import rendered
from pitcairn.report.rows import Index, block

_MARKS: dict[str, Icon] = {"pass": "good", "warn": "watch", "fail": "bad", "unchecked": "neutral"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a group."""

    group: str
    level: str
    customers: str
    estimate: str
    range: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherPage:
    """Everything `together.html.j2` may use."""

    notices: tuple[str, ...]
    crumbs: tuple[Crumb, ...]
    facts: tuple[Fact, ...]
    period: str
    headline: str
    mark: Icon
    more: tuple[str, ...]
    """What that is in all, and the other measures."""
    comparison: Name
    others: Name
    blocks: tuple[Block, ...]
    levels: tuple[Level, ...]
    touched_sentence: str
    touched: tuple[Fact, ...]
    health_headline: str
    checks: tuple[Checked, ...]
    limits: tuple[str, ...]
    method: tuple[str, ...]
    figures: tuple[Figure, ...]
    files: tuple[File, ...]
    origins: tuple[Fact, ...]
    terms: tuple[Word, ...]


def vouched(folder: ProgramFolder) -> tuple[Together, ...]:
    """The last reading of every period whose file is the one in the ledger, the latest period first."""
    rows = history.entries(folder.ledger_file, "together")
    last = {(row.body.get("first"), row.body.get("last")): row.body.get("result_digest") for row in rows}
    found = []
    for path in folder.together_result_files():
        try:
            text = path.read_bytes()
            if hashlib.sha256(text).hexdigest() in last.values():
                found.append(from_json(text.decode("utf-8")))
        except (OSError, UnicodeDecodeError, DataError):
            continue
    return tuple(sorted(found, key=lambda one: (one.last, one.first), reverse=True))


def together_page(found: Together, *, linked: bool = False, templates: Path | None = None) -> str:
    """The page as one HTML file; `linked` and `templates` as for the page of an iteration."""
    return rendered("together.html.j2", page_of(found, linked=linked), templates, TOGETHER)


def page_of(found: Together, *, linked: bool = False) -> TogetherPage:
    """What the page shows."""
    index = _index(found)
    source = found.provenance
    origins = [
        ("Plan", source.plan_digest),
        ("Ledger before this reading", source.ledger_head),
        ("Salt of the holdout", source.salt),
        *((f"Rows in {name}", count(rows)) for name, rows in source.rows),
        *source.versions,
    ]
    return TogetherPage(
        notices=(found.simulated,) if found.simulated else (),
        crumbs=(
            Crumb(text=found.program, href="../index.html" if linked else None),
            Crumb(text="All pilots together", href=None),
        ),
        facts=tuple(
            Fact(name=arm.label, text=f"{count(arm.counted)} customers ({arm.share_text})") for arm in found.arms
        ),
        period=period(found),
        headline=found.headline,
        mark=found.mark,
        more=found.sentences,
        comparison=index.comparison,
        others=next(name for name in index.names.values() if name is not index.comparison),
        blocks=tuple(block(index, one, f"effect-{at}") for at, one in enumerate(found.measures, start=1)),
        levels=_levels(found),
        touched_sentence=found.touched_sentence,
        touched=tuple(Fact(name=name, text=text) for name, text in found.touched),
        health_headline=found.health_headline,
        checks=tuple(
            Checked(mark=_MARKS[one.state], state=one.state, name=one.name, sentence=one.sentence)
            for one in found.health
        ),
        limits=found.limits,
        method=found.method,
        figures=figures(index, found.details),
        files=files(source.files),
        origins=tuple(Fact(name=name, text=text) for name, text in origins),
        terms=words(),
    )


def _index(found: Together) -> Index:
    names = {arm.id: Name(label=arm.label, slot=arm.slot) for arm in found.arms}
    return Index(
        names=names,
        comparison=next(names[arm.id] for arm in found.arms if arm.slot == 0),
        measures={one.id: one for one in found.measures},
        deciding=found.measures[0] if found.measures else None,
        early=frozenset(),
    )


def _levels(found: Together) -> tuple[Level, ...]:
    return tuple(
        Level(
            group=table.label,
            level=row.level,
            customers="" if row.customers is None else count(row.customers),
            estimate=shown.estimate_text if isinstance(shown, Shown) else "",
            range=shown.range_text if isinstance(shown, Shown) else "",
            why="" if isinstance(shown, Shown) else shown.why,
        )
        for table in found.groups
        for row in table.rows
        for shown in (row.drawn_in or row.effect,)
    )
