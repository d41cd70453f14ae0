"""A recorded reading, made again: from the ledger's plan, the same day and the same files, is every number the same?"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import isclose
from pathlib import Path
from typing import Any

from pitcairn.canonical import dumps, plain
from pitcairn.design.plan import Plan
from pitcairn.errors import DataError, PitcairnError
from pitcairn.evidence.collect import needed_sources
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import FileFact
from pitcairn.evidence.files import files_of, fingerprint
from pitcairn.iteration.locked import lock_of, plan_of
from pitcairn.iteration.read import NO_FILES, Files, drawn, judged, last_seen
from pitcairn.ledger.history import LaunchRow, ReadingRow
from pitcairn.ledger.rewind import rewound
from pitcairn.program import ProgramFolder
from pitcairn.reading.result import Result
from pitcairn.spec.load import load
from pitcairn.spec.models import ProgramSpec

AGREES = 1e-9
"""Relative: another processor or numerical library may differ in the last digits, and in no other."""
MOST_SHOWN = 3
CODES = frozenset({"code", "state", "match", "kind", "as_of", "plan_digest", "ledger_head", "salt"})
"""Texts that decide. Other words another version of Pitcairn may choose otherwise, but for the figures in them."""
FIGURES = frozenset({"mean", "deviation", "difference", "low", "high", "relative", "p"})
LONGEST = 60
_NUMBER = re.compile(r"\d[\d.,]*")
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What came of reading again."""

    numbers: int
    """How many were compared."""
    files: int
    """How many data files were read, each with the recorded fingerprint."""
    faults: tuple[str, ...]
    """What is gone, has changed or came out otherwise; empty where the reading reproduces."""

    @property
    def reproduces(self) -> bool:
        """Whether every number is as it was recorded."""
        return not self.faults


def again(
    folder: ProgramFolder, launch: LaunchRow, reading: ReadingRow, recorded: Result, *, data: Files = NO_FILES
) -> Again:
    """Takes a recorded reading again and compares all of it; writes nothing.

    What the reading knew of other iterations is taken from the ledger as it stood then, so later rows change nothing.
    `data` are files given by hand, for sources that lie elsewhere by now. Whatever stands in the way is in `faults`;
    DataError only for a damaged ledger.
    """
    plan, facts = plan_of(launch), recorded.provenance.files
    try:
        files, faults = _same_files(folder, load(folder).program, plan, facts, data)
        if faults:
            return Again(numbers=0, files=len(facts), faults=faults)
        made = _made(folder, launch, reading, plan, files)
    except PitcairnError as error:
        return Again(numbers=0, files=len(facts), faults=tuple(str(problem) for problem in error.problems))
    was, now = _compared(recorded), _compared(made)
    same = _software(recorded) == _software(made)
    changed = [one for one in _differences(was, now, ()) if not _agrees(one[0][-1], *one[1:], same_software=same)]
    return Again(numbers=_numbers(was), files=len(facts), faults=_told(changed))


def _made(folder: ProgramFolder, launch: LaunchRow, reading: ReadingRow, plan: Plan, files: Files) -> Result:
    with tempfile.TemporaryDirectory(prefix="again-") as temporary, Engine.open(folder.scratch) as engine:
        then = ProgramFolder(Path(temporary))
        rewound(folder.ledger_file, reading.seq, then.ledger_file)
        result, _ = judged(
            engine,
            plan,
            lock_of(then, launch),
            files,
            assignment=drawn(folder, launch, plan),
            as_of=date.fromisoformat(reading.body.as_of),
            earlier=last_seen(then, plan),
        )
    return result


def _same_files(
    folder: ProgramFolder, program: ProgramSpec, plan: Plan, facts: tuple[FileFact, ...], data: Files
) -> tuple[Files, tuple[str, ...]]:
    """The very files of the reading, found by their fingerprints; what a source got since is left out."""
    found: dict[str, tuple[Path, ...]] = {}
    faults: list[str] = []
    for source in needed_sources(plan):
        try:
            there = _there(folder, program, source, data)
        except DataError as error:
            faults += [str(problem) for problem in error.problems]
            continue
        wanted = [fact for fact in facts if fact.source == source]
        if not wanted:
            faults.append(f"The reading recorded no file of source “{source}”.")
        chosen = [_same_file(fact, there) for fact in wanted]
        faults += [_missed(folder, fact, there) for fact, path in zip(wanted, chosen, strict=True) if path is None]
        found[source] = tuple(path for path in chosen if path is not None)
    return found, tuple(faults)


def _there(folder: ProgramFolder, program: ProgramSpec, source: str, data: Files) -> tuple[Path, ...]:
    """Where a source's files may be: those given by hand first, then those the program declares, if any are left."""
    given = files_of(folder, program, data, needed=(source,))[source]
    if source not in data:
        return given
    try:
        return (*given, *files_of(folder, program, NO_FILES, needed=(source,))[source])
    except DataError:
        return given


def _same_file(fact: FileFact, there: tuple[Path, ...]) -> Path | None:
    nearest = sorted(there, key=lambda path: path.name != fact.name)
    return next((path for path in nearest if _size(path) == fact.bytes and fingerprint(path) == fact.sha256), None)


def _missed(folder: ProgramFolder, fact: FileFact, there: tuple[Path, ...]) -> str:
    was = f"{fact.bytes:,} bytes, SHA-256 {fact.sha256[:12]}…"
    same_name = next((path for path in there if path.name == fact.name), None)
    if same_name is None:
        return f"{fact.name} of source “{fact.source}” is gone: it had {was}."
    now = f"{_size(same_name):,} bytes, SHA-256 {fingerprint(same_name)[:12]}…"
    return f"{folder.relative(same_name)} has changed since it was read: it had {was}, and has {now} now."


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}.") from None


def _software(result: Result) -> str | None:
    return dict(result.provenance.versions).get("pitcairn")


def _compared(result: Result) -> dict[str, Any]:
    """A result without the names of files and software: files were told by their bytes, software may be newer."""
    found: dict[str, Any] = plain(replace(result, provenance=replace(result.provenance, files=(), versions=())))
    return found


def _differences(was: Any, now: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every leaf that is not the very same: where it is, what it was, what it is."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*was, *now)):
            yield from _differences(was.get(key, _ABSENT), now.get(key, _ABSENT), (*path, key))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for place, (one, other) in enumerate(zip(was, now, strict=True), start=1):
            yield from _differences(one, other, (*path, str(place)))
    elif type(was) is not type(now) or was != now:
        yield path, was, now


def _agrees(key: str, was: Any, now: Any, *, same_software: bool) -> bool:
    """Whether two leaves that differ say the same: numbers but for their last digits, and newer words for them."""
    if isinstance(was, int | float) and isinstance(now, int | float) and bool not in (type(was), type(now)):
        return isclose(was, now, rel_tol=AGREES, abs_tol=AGREES**2)
    if same_software or key in CODES or not (isinstance(was, str) and isinstance(now, str)):
        return False
    is_figure = key in FIGURES or key.endswith("_text")
    return not is_figure or _NUMBER.findall(was) == _NUMBER.findall(now)


def _numbers(value: Any) -> int:
    """How many numbers a value holds."""
    if isinstance(value, dict | list):
        return sum(map(_numbers, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _told(changed: list[tuple[tuple[str, ...], Any, Any]]) -> tuple[str, ...]:
    """The first few, numbers before words: a number that changed is why the words did."""
    changed.sort(key=lambda one: isinstance(one[1], str))
    first = [f"{'.'.join(path)} was {_short(was)}, and comes out as {_short(now)}." for path, was, now in changed]
    more = len(first) - MOST_SHOWN
    return (*first[:MOST_SHOWN], *([f"And {more} more came out otherwise."] if more > 0 else []))


def _short(value: Any) -> str:
    text = "nothing" if value is None or value is _ABSENT else dumps(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
