"""The pages of a registry: its packs and how far their evidence reaches, and the grade of every prediction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pitcairn.atomic import write_all
from pitcairn.canonical import dumps
from pitcairn.errors import Refused
from pitcairn.phrases import day
from pitcairn.program import PROGRAM_FILE
from pitcairn.promotion.calibration import Calibration, Published
from pitcairn.promotion.foretold import percent, several_looks
from pitcairn.promotion.gates import observed_range
from pitcairn.promotion.registry import Index, Listed, read
from pitcairn.report.charts import Axis, Scale, Tick
from pitcairn.report.cuts import first
from pitcairn.report.layout import words
from pitcairn.report.pages import Fact, Word
from pitcairn.report.pictures import Icon, Picture
from pitcairn.report.render import rendered

SCHEMA = "pitcairn.registry/1"
INDEX = "index.json"
PAGES = (INDEX, "index.html", "calibration.html")
SHARES = (-0.9, -0.75, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 9.0, 99.0)
"""Round shares for the axis, which is a logarithm: twice as much is as far from no difference as half as much."""
APART = 0.12
"""Of the width, between two numbers below the picture."""
SIMULATED = "Some of this comes from simulated customers; where it does, its row says so."


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """One pack."""

    name: str
    href: str
    title: str
    summary: str
    proven_at: str
    mark: Icon
    evidence: str
    valid_until: str
    over: bool
    adoptions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryPage:
    """Everything `registry.html.j2` may use."""

    notices: tuple[str, ...]
    title: str
    packs: tuple[PackRow, ...]
    problems: tuple[Fact, ...]
    """(file, what is wrong with it)."""
    terms: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionRow:
    """One adoption: what was predicted, and what came."""

    name: str
    place: str
    predicted: str
    range: str
    came: str
    came_at: str | None
    picture: Picture
    mark: Icon
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPage:
    """Everything `calibration.html.j2` may use."""

    notices: tuple[str, ...]
    sentences: tuple[str, ...]
    axis: Axis
    rows: tuple[AdoptionRow, ...]
    terms: tuple[Word, ...]


def write(registry: Path, today: date, *, moved: bool = False) -> tuple[Index, tuple[Path, ...]]:
    """Reads the registry and writes `index.json`, `index.html` and `calibration.html`: the same for the same files.

    Refused where the clock was `moved` and something in the registry comes from real customers, in a program's own
    folder, and where a page there is not a registry's.
    """
    _refuse_elsewhere(registry)
    index = read(registry, today)
    if moved and not all((*(one.simulated for one in index.packs), *(one.simulated for one in index.adoptions))):
        raise Refused(
            "--today moves the clock, and not everything in this registry comes from simulated customers.",
            hint="leave --today out",
        )
    texts = {
        registry / INDEX: dumps({"schema": SCHEMA, "packs": index.packs}, indent=1) + "\n",
        registry / "index.html": index_page(index),
        registry / "calibration.html": calibration_page(index.calibration, index.adoptions),
    }
    write_all(texts)
    return index, tuple(texts)


def _refuse_elsewhere(registry: Path) -> None:
    """Refused where the pages would lie in a program, or replace pages that are somebody else's."""
    if (registry / PROGRAM_FILE).is_file():
        raise Refused(
            f"{registry.resolve().name} is a program's folder, and a registry is a folder of its own.",
            hint="copy the packs to ANOTHER/packs, then: pitcairn registry ANOTHER",
        )
    there = [name for name in PAGES if (registry / name).exists()]
    index = registry / INDEX
    if there and not (index.is_file() and SCHEMA in index.read_text(encoding="utf-8", errors="replace")):
        raise Refused(
            f"{registry.resolve().name} has a file {there[0]} that no registry made.",
            hint="move it away, or choose another folder",
        )


def index_page(index: Index) -> str:
    """The first page of a registry."""
    number = len(index.packs)
    page = RegistryPage(
        notices=(SIMULATED,) if any(one.simulated for one in index.packs) else (),
        title=f"{number:,} {'pack' if number == 1 else 'packs'}",
        packs=tuple(_pack(one) for one in index.packs),
        problems=tuple(Fact(name=one.file or "", text=one.message) for one in index.problems),
        terms=words("confirmation", "iteration", "model", "pilot", "prediction", "range"),
    )
    cuts = (
        first("packs", "{left} of {total} packs are left out: the file index.json beside this page lists all of them."),
        first("problems", "{left} of {total} files that are left out are not named: pitcairn registry names them."),
    )
    return rendered("registry.html.j2", page, cuts=cuts)


def calibration_page(calibration: Calibration, adoptions: Sequence[Published]) -> str:
    """The page that grades the predictions: every adoption, coverage, voltage, and what was learnt."""
    scale = _scale(adoptions)
    axis = Axis(zero=scale.at(0.0), line=None, ticks=_ticks(scale))
    page = CalibrationPage(
        notices=(SIMULATED,) if any(one.simulated for one in adoptions) else (),
        sentences=sentences(calibration),
        axis=axis,
        rows=tuple(_adoption(one, f"adoption-{at}", scale, axis) for at, one in enumerate(adoptions, start=1)),
        terms=words("model", "prediction", "range"),
    )
    cut = first("rows", "{left} of {total} adoptions are left out: the folder “adoptions” beside this page has all.")
    return rendered("calibration.html.j2", page, cuts=(cut,))


def sentences(calibration: Calibration) -> tuple[str, ...]:
    """What the numbers say, in words."""
    if not calibration.count:
        return ("No adoption has been read yet, so the predictions have no grade.",)
    said = [
        f"Ranges meant to hold {one.confidence:.0%} of what comes held {one.held} of {one.count}."
        for one in calibration.coverage
    ]
    if calibration.voltage is not None:
        said.append(f"What came is {_share(calibration.voltage)} of what was predicted, all adoptions together.")
    if calibration.raw_voltage is not None:
        said.append(f"It is {_share(calibration.raw_voltage)} of what the packs showed at their own place.")
    one = calibration.experience
    said.append(
        f"For the next pack, places are taken to differ by about {one.spread:.0%} of what it claims, and "
        f"{_share(one.voltage)} of its own number, drawn in as a winner’s, to arrive: learnt from "
        f"{several_looks(one.learnt_from)}, and near the assumed 50% and 100% while these are few."
        if one.learnt_from
        else f"That places differ by {one.spread:.0%} of a claimed effect is assumed: no look teaches otherwise yet."
    )
    return tuple(said)


def _share(value: float) -> str:
    return f"{'−' if value < 0 else ''}{abs(value):.0%}"


def _pack(one: Listed) -> PackRow:
    return PackRow(
        name=f"{one.name} {one.version}",
        href=one.file,
        title=one.title,
        summary=one.summary,
        proven_at=one.proven_at,
        mark="watch" if one.expired else "good" if one.rung else "neutral",
        evidence=f"{one.evidence} ({one.rung} of 5)",
        valid_until=day(date.fromisoformat(one.valid_until)),
        over=one.expired,
        adoptions=one.adoptions,
    )


def _scale(adoptions: Sequence[Published]) -> Scale:
    nines = [(one.prediction, one.prediction.ranges[-1]) for one in adoptions]
    ranges = [(nine.low, prediction.estimate, nine.high) for prediction, nine in nines]
    came = [(one.look.log_ratio, one.look.log_ratio, one.look.log_ratio) for one in adoptions if one.look]
    return Scale.around([*ranges, *came, (0.0, 0.0, 0.0)], line=None)


def _ticks(scale: Scale) -> tuple[Tick, ...]:
    """Zero always, then round shares to either side while there is room between them."""
    places = {share: (math.log1p(share) - scale.low) / (scale.high - scale.low) for share in SHARES}
    kept: list[float] = [0.0]
    for share in sorted(places, key=abs):
        if 0.04 < places[share] < 0.96 and all(abs(places[share] - places[other]) >= APART for other in kept):
            kept.append(share)
    return tuple(Tick(at=scale.at(math.log1p(share)), text=_signed(share)) for share in sorted(kept))


def _signed(share: float) -> str:
    return f"{'−' if share < 0 else '+'}{abs(share):.0%}" if share else "0"


def _adoption(one: Published, id: str, scale: Scale, axis: Axis) -> AdoptionRow:
    nine, look = one.prediction.ranges[-1], one.look
    mark: Icon = "neutral"
    word = "Not read yet"
    if look is not None:
        low, high = observed_range(one.prediction, look.standard_error)
        inside = low <= look.log_ratio <= high
        mark, word = ("good", "Inside") if inside else ("watch", "Outside")
    name, came = f"{one.pack} {one.version}", percent(look.log_ratio) if look else ""
    predicted, range_text = percent(one.prediction.estimate), f"{percent(nine.low)} to {percent(nine.high)}"
    told = f"; {came} came" if came else ""
    return AdoptionRow(
        name=name,
        place=f"{one.place} (simulated)" if one.simulated else one.place,
        predicted=predicted,
        range=range_text,
        came=came,
        came_at=scale.at(look.log_ratio) if look else None,
        picture=Picture(
            id=id,
            slot=1,
            title=f"{name} at {one.place}",
            estimate=predicted,
            range=f"{range_text}{told}",
            line=None,
            axis=axis,
            span=scale.span(nine.low, one.prediction.estimate, nine.high),
        ),
        mark=mark,
        word=word,
    )
