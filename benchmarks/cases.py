"""What is run against what, and which ratio is asked of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Measured = Literal["work", "cpu", "wall", "memory"]
Commands = Mapping[str, tuple[str, ...]]

LITTLE = ("--memory-limit", "2GB")
"""Too little for all events at once, so that most of the work is spilling."""
CLOSE, LOOSE = 1e-9, 1e-2
"""How far answers may be apart, in widths of their ranges: the same formula, or another way to find θ."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the table: `ours` divided by `other`."""

    title: str
    ours: str
    other: str
    measured: Measured
    at_most: float | None = None
    """The target; None for rows that only tell."""
    tolerance: float = CLOSE
    limit: float | None = None
    """Of `ours` itself, in seconds."""


@dataclass(frozen=True, slots=True)
class Case:
    """Contestants that take turns, and the comparisons made of them."""

    name: str
    title: str
    commands: Commands
    comparisons: tuple[Comparison, ...]
    pairs: int
    needs: tuple[str, ...] = ()
    """Kinds of data."""


def module(name: str, *arguments: str | int | Path, python: Path | str = sys.executable) -> tuple[str, ...]:
    return (str(python), "-m", f"benchmarks.{name}", *map(str, arguments))


def wide(data: Path) -> Case:
    """One row a customer, with and without the check that nobody is there twice."""
    return Case(
        name="wide",
        title="a row a customer: 3 arms, 5 measures with a value before the start, 4 groups, 190 questions",
        commands={
            "reading": module("ours", "wide", data),
            "query": module("by_hand", "wide", data),
            "reading, each once": module("ours", "wide", data, "--once-each"),
            "query, each once": module("by_hand", "wide", data, "--once-each"),
        },
        comparisons=(
            Comparison("reading / query", "reading", "query", "work", 1.3),
            Comparison("the same, peak memory", "reading", "query", "memory", 1.2),
            Comparison("the same, start-up included", "reading", "query", "cpu"),
            Comparison(
                "both also see that no customer is there twice", "reading, each once", "query, each once", "work", 1.3
            ),
            Comparison("the same, peak memory", "reading, each once", "query, each once", "memory", 1.2),
            Comparison("only the reading sees to that", "reading, each once", "query", "work"),
        ),
        pairs=7,
        needs=("wide",),
    )


def events(data: Path, ids: str) -> Case:
    """One row an event, joined to the draw and to the customers' groups."""
    kind = f"events-{ids}"
    drawn = ("--assignment", data / "draw" / "assignment.parquet")
    ours = module("ours", "events", data, *drawn)
    hand = module("by_hand", "events", data, *drawn, "--ids", ids)
    return Case(
        name=kind,
        title=f"ten events a customer in 28 days, to the cube: 3 measures, 4 groups, ids are {ids}",
        commands={
            "reading": ours,
            "query": hand,
            "query of what is needed": (*hand, "--needed-only"),
            "reading in 2 GB": (*ours, *LITTLE),
            "query in 2 GB": (*hand, *LITTLE),
        },
        comparisons=(
            Comparison("reading / query", "reading", "query", "work", 1.15),
            Comparison("the same, peak memory", "reading", "query", "memory", 1.2),
            Comparison(
                "reading / a query that passes over what no measure looks at",
                "reading",
                "query of what is needed",
                "work",
            ),
            Comparison("both may take 2 GB", "reading in 2 GB", "query in 2 GB", "work", 1.15),
            Comparison("the same, peak memory", "reading in 2 GB", "query in 2 GB", "memory", 1.2),
        ),
        pairs=3,
        needs=(kind,),
    )


def draw(data: Path) -> Case:
    """The draw with its checks and files, against hashing alone, and against a draw by hand with the same files."""
    return Case(
        name="draw",
        title="drawing every customer to 3 arms",
        commands={
            "lot": module("ours", "lot", data),
            "SHA-256": module("by_hand", "sha256", data),
            "place by hand": module("by_hand", "place", data),
            "draw": module("ours", "draw", data, "--into", data / "drawn"),
            "draw by hand": module("by_hand", "draw", data, "--into", data / "drawn-by-hand"),
        },
        comparisons=(
            Comparison("everybody's place / SHA-256 of the same column", "lot", "SHA-256", "work", 1.2),
            Comparison("the same by hand / SHA-256 of the same column", "place by hand", "SHA-256", "work"),
            Comparison("everybody's place / the same by hand", "lot", "place by hand", "work", 1.2),
            Comparison("the whole draw, files and checks / SHA-256 alone", "draw", "SHA-256", "work", 1.2),
            Comparison("the whole draw / the same draw by hand", "draw", "draw by hand", "work", 1.2),
            Comparison("the same, peak memory", "draw", "draw by hand", "memory", 1.2),
        ),
        pairs=5,
        needs=("events-text",),
    )


def peers(data: Path, pythons: Mapping[str, Path]) -> Case:
    """Other people's software over the same wide file, start-up included, as somebody at a keyboard waits for it."""
    commands: dict[str, tuple[str, ...]] = {}
    comparisons = []
    for questions in ("10", "190"):
        ours = f"reading, {questions}"
        commands[ours] = module("ours", "wide", data, "--questions", questions)
        commands[f"{ours}, each once"] = module("ours", "wide", data, "--questions", questions, "--once-each")
        found = {}
        if "tea-tasting" in pythons:
            for engine, title in (("duckdb", "DuckDB"), ("polars", "Polars")):
                found[f"tea-tasting on {title}"] = module(
                    "peers.tea", data, engine, questions, python=pythons["tea-tasting"]
                )
        if "gbstats" in pythons:
            found["gbstats, fed by a hand-written query"] = module(
                "peers.growthbook", data, questions, python=pythons["gbstats"]
            )
        for title, command in found.items():
            commands[f"{title}, {questions}"] = command
            row = f"{questions} questions: reading / {title}"
            other = f"{title}, {questions}"
            comparisons += [
                Comparison(row, ours, other, "cpu", 1.0, LOOSE),
                Comparison("the same, seconds waited", ours, other, "wall", None, LOOSE),
                Comparison(
                    "only the reading sees that nobody is there twice",
                    f"{ours}, each once",
                    other,
                    "cpu",
                    None,
                    LOOSE,
                ),
            ]
    return Case(
        name="peers",
        title="the same file through other people's software, start-up included",
        commands=commands,
        comparisons=tuple(comparisons),
        pairs=3,
        needs=("wide",),
    )


ONE_READING = "a whole reading, with checks, verdicts and words, twenty times / its 190 effects alone"


def moments(pythons: Mapping[str, Path]) -> Case:
    """What is left once the data are read: estimates and boundaries from summaries alone, twenty times over."""
    commands = {name: module("from_moments", name) for name in ("amounts", "shares", "boundaries")}
    comparisons = []
    for ours, peer, program, tolerance in (
        ("amounts", "gbstats", "gbstats", LOOSE),
        ("amounts", "tea-tasting", "tea", LOOSE),
        ("shares", "statsmodels", "statsmodels", CLOSE),
    ):
        if peer in pythons:
            commands[peer] = module("peers.from_moments", program, python=pythons[peer])
            title = f"1,000 groups' {ours}, twenty times / {peer}"
            comparisons.append(Comparison(title, ours, peer, "work", 1.0, tolerance))
    commands["SciPy"] = module("peers.from_moments", "scipy")
    title = "finding the boundary of 28 looks, twenty times / SciPy's one check of it, twenty times"
    comparisons.append(Comparison(title, "boundaries", "SciPy", "work", 1.0, LOOSE))
    return Case(
        name="moments",
        title="from summaries: effects of 1,000 groups, and the boundary of 28 looks",
        commands=commands,
        comparisons=tuple(comparisons),
        pairs=3,
    )


def reading(pythons: Mapping[str, Path]) -> Case:
    """A whole reading from its cube, against peers' answers to the same questions from the same sums, twenty times."""
    commands = {name: module("from_moments", name) for name in ("reading", "effects", "plain")}
    comparisons = [Comparison(ONE_READING, "reading", "effects", "work", limit=2.0)]
    for ours, peer, program, tolerance, what in (
        ("reading", "gbstats", "gbstats", LOOSE, "a whole reading"),
        ("reading", "tea-tasting", "tea", LOOSE, "a whole reading"),
        ("effects", "gbstats", "gbstats", LOOSE, "its 190 effects"),
        ("effects", "tea-tasting", "tea", LOOSE, "its 190 effects"),
        ("plain", "statsmodels", "statsmodels", CLOSE, "its 190 effects, not adjusted"),
    ):
        if peer in pythons:
            commands[peer] = module("peers.from_moments", f"{program}-whole", python=pythons[peer])
            title = f"{what}, twenty times / {peer}"
            comparisons.append(Comparison(title, ours, peer, "work", 1.0, tolerance))
    return Case(
        name="reading",
        title="from summaries: a whole reading of 3 arms, 5 measures, 4 groups, 190 questions, twenty times",
        commands=commands,
        comparisons=tuple(comparisons),
        pairs=3,
    )


def start(command: Path) -> Case:
    """What everybody pays every time."""
    return Case(
        name="start",
        title="start-up",
        commands={
            "pitcairn --help": (str(command), "--help"),
            "python -c pass": (sys.executable, "-c", "pass"),
        },
        comparisons=(
            Comparison("pitcairn --help / python -c pass", "pitcairn --help", "python -c pass", "cpu"),
            Comparison("the same, seconds waited", "pitcairn --help", "python -c pass", "wall", limit=0.15),
        ),
        pairs=21,
    )


def packs(data: Path) -> Case:
    """What it costs to know that a pack is whole, against what its fingerprints alone cost."""
    return Case(
        name="packs",
        title="verifying a pack of 10 MB",
        commands={
            "verify": module("packs", "verify", data),
            "hash": module("packs", "hash", data),
            "pitcairn pack verify": (
                str(Path(sys.executable).with_name("pitcairn")),
                "pack",
                "verify",
                str(data / "packed.pilotpack"),
            ),
        },
        comparisons=(
            Comparison("verify / SHA-256 and SHA-512 of the same bytes", "verify", "hash", "work", limit=0.3),
            Comparison("the command, start-up included, seconds waited", "pitcairn pack verify", "hash", "wall"),
        ),
        pairs=7,
        needs=("pack",),
    )


def registry(data: Path) -> Case:
    """What it costs to index a thousand packs, each known to be whole first."""
    return Case(
        name="registry",
        title="indexing 1,000 packs",
        commands={"index": module("registry", "index", data), "hash": module("registry", "hash", data)},
        comparisons=(
            Comparison("index / SHA-256 and SHA-512 of the same bytes", "index", "hash", "work"),
            Comparison("index, seconds of work", "index", "hash", "work", limit=10.0),
        ),
        pairs=5,
        needs=("registry",),
    )


def pages(data: Path) -> Case:
    """What a page costs once its result is there, twenty times over, beside reading and writing the result itself."""
    return Case(
        name="pages",
        title="the demo's page from its result, twenty times",
        commands={
            "page": module("pages", "page", data),
            "page with charts": module("pages", "charts", data),
            "result": module("pages", "json", data),
        },
        comparisons=(
            Comparison("page / its result read and written back", "page", "result", "work", limit=1.0),
            Comparison("the same with two charts of 60 days", "page with charts", "result", "work"),
            Comparison("page, start-up included, seconds waited", "page", "result", "wall"),
            Comparison("page with charts, peak memory", "page with charts", "page", "memory"),
        ),
        pairs=7,
        needs=("demo",),
    )


NAMES = (
    "wide",
    "events-text",
    "events-numbers",
    "draw",
    "peers",
    "moments",
    "reading",
    "packs",
    "registry",
    "pages",
    "start",
)
PEERS = {
    "peers": ("tea-tasting", "gbstats"),
    "moments": ("gbstats", "tea-tasting", "statsmodels"),
    "reading": ("gbstats", "tea-tasting", "statsmodels"),
}
"""Whose environments a case wants."""
