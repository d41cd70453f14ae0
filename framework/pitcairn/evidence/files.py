"""Which files a source is read from, and their fingerprints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from pitcairn.canonical import file_digest
from pitcairn.design.plan import SourcePlan
from pitcairn.errors import DataError, PitcairnError, Problem
from pitcairn.evidence.facts import FileFact
from pitcairn.program import ProgramFolder
from pitcairn.spec.models import ProgramSpec

_PATTERN = re.compile(r"[*?\[]")


def files_of(
    folder: ProgramFolder,
    program: ProgramSpec,
    overrides: Mapping[str, tuple[Path, ...]],
    *,
    needed: Iterable[str],
) -> dict[str, tuple[Path, ...]]:
    """Source id -> its files, in order of name, for the sources that are needed.

    Paths and patterns of `program.yaml` stay inside the program folder; `overrides` (given by the person at the
    keyboard) may be anywhere. DataError with every missing file and the nearest name there is, for a pattern that
    fits no file, for a path that leads out of the folder, and for an override of a source nobody declared.
    """
    problems = [_unknown(id, program) for id in overrides if id not in program.sources]
    found: dict[str, tuple[Path, ...]] = {}
    for id in dict.fromkeys(needed):
        try:
            found[id] = _given(overrides[id]) if id in overrides else _declared(folder, program.sources[id].files)
        except PitcairnError as error:
            problems += [_for_source(problem, id) for problem in error.problems]
    if problems:
        raise DataError(problems)
    return found


def file_facts(files: Mapping[str, tuple[Path, ...]]) -> tuple[FileFact, ...]:
    """Name, size and SHA-256 of every file of every source. DataError for one that cannot be read."""
    return tuple(
        FileFact(source=id, name=path.name, bytes=path.stat().st_size, sha256=fingerprint(path))
        for id, paths in files.items()
        for path in paths
    )


def fingerprint(path: Path) -> str:
    """SHA-256 of the file as it is now, worked out once while it does not change. DataError if unreadable."""
    try:
        status = path.stat()
        return _fingerprint(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}.") from None


def verified(source: SourcePlan, files: Sequence[Path]) -> None:
    """DataError where the plan declares a fingerprint and the file has another."""
    if source.sha256 is None:
        return
    if len(files) != 1:
        raise DataError(f"Source “{source.id}” declares one fingerprint and has {len(files)} files.")
    found = fingerprint(files[0])
    if found != source.sha256:
        raise DataError(
            f"{files[0].name} is not the file that source “{source.id}” declares: its SHA-256 is {found}, "
            f"the plan says {source.sha256}.",
            hint="use the declared file, or correct sha256 in program.yaml before launch",
        )


@lru_cache(maxsize=1024)
def _fingerprint(path: Path, size: int, changed: int) -> str:
    """Size and time of change are the cache's key: a file that was written anew is read anew."""
    del size, changed
    return file_digest(path)


def _declared(folder: ProgramFolder, written: str | list[str]) -> tuple[Path, ...]:
    paths = [path for item in ([written] if isinstance(written, str) else written) for path in _expanded(folder, item)]
    return tuple(dict.fromkeys(paths))


def _expanded(folder: ProgramFolder, written: str) -> tuple[Path, ...]:
    folder.inside(_PATTERN.split(written)[0])
    if not _PATTERN.search(written):
        return _given((folder.inside(written),))
    if Path(written).is_absolute():
        written = Path(written).relative_to(folder.root).as_posix()
    found = tuple(sorted(path for path in folder.root.glob(written) if path.is_file()))
    for path in found:
        folder.inside(folder.relative(path))
    if not found:
        raise DataError(f"No file fits “{written}” in {folder.root}.", hint="correct the pattern, or make the files")
    return found


def _given(paths: Sequence[Path]) -> tuple[Path, ...]:
    problems = [_absent(path) for path in paths if not path.is_file()]
    if problems or not paths:
        raise DataError(problems or "No file is given.")
    return tuple(paths)


def _absent(path: Path) -> Problem:
    if path.is_dir():
        return Problem(
            message=f"{path} is a folder, not a file.", hint=f"write a pattern, such as {path.name}/*.parquet"
        )
    names = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, names, n=1)
    place = f"in {path.parent}" if path.parent.is_dir() else f"and no folder {path.parent}"
    return Problem(
        message=f"There is no file {path.name} {place}.",
        hint=f"the nearest name is {near[0]}" if near else "give another one with --data SOURCE=FILE",
    )


def _unknown(id: str, program: ProgramSpec) -> Problem:
    near = get_close_matches(id, program.sources, n=1)
    listed = ", ".join(program.sources)
    return Problem(
        message=f"--data names the source “{id}”, which the program does not have; it has {listed}.",
        hint=f"did you mean {near[0]}?" if near else None,
    )


def _for_source(problem: Problem, id: str) -> Problem:
    return Problem(message=f"Source “{id}”: {problem.message}", hint=problem.hint)
