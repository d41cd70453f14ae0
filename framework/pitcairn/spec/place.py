"""Where things stand in a plan file, so that whatever is wrong with a value can be shown at its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pitcairn.errors import Problem

Path = tuple[str | int, ...]
"""Where a value stands: keys and list positions from the top."""

LONGEST_EXCERPT, BEFORE = 120, 40
"""Characters of a line that are shown; of a longer one, so many of them before the fault."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text: line and column counted from 1, and how many characters it covers on that line."""

    line: int
    column: int
    width: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a plan file says, and where it says it."""

    file: str
    value: Any
    """Dicts, lists, text, numbers, booleans and None; None where nothing could be read."""
    problems: tuple[Problem, ...]
    readable: bool = True
    """False where the text ended in a syntax error, so that what is missing means nothing."""
    refused: frozenset[Path] = frozenset()
    """Places that already have a problem: nothing more needs to be said about their values."""
    lines: tuple[str, ...] = field(default=(), repr=False)
    keys: dict[Path, Mark] = field(default_factory=dict, repr=False)
    values: dict[Path, Mark] = field(default_factory=dict, repr=False)

    def key_mark(self, path: Path) -> Mark | None:
        """Where the key is written; for a list item, which has none, where its value is."""
        return self.keys.get(path) or self.values.get(path)

    def mark(self, path: Path) -> Mark | None:
        """Where the value is written; the nearest thing around it where the value is not there at all."""
        while path and path not in self.values:
            path = path[:-1]
            if path in self.keys:
                return self.keys[path]
        return self.values.get(path) if path else None

    def written(self, path: Path) -> str:
        """The value exactly as the file has it, where it stands on one line."""
        mark = self.values.get(path)
        return self.lines[mark.line - 1][mark.column - 1 : mark.column - 1 + mark.width] if mark else ""

    def problem(self, path: Path, message: str, hint: str | None = None, *, at_key: bool = False) -> Problem:
        """A problem about the value at `path`, or about its key, with line, column and excerpt."""
        mark = self.key_mark(path) if at_key else self.mark(path)
        return problem_at(self.file, self.lines, mark, message, hint)


def problem_at(file: str, lines: tuple[str, ...], mark: Mark | None, message: str, hint: str | None = None) -> Problem:
    """A problem with as much of its place as is known; a long line is cut around the fault."""
    if mark is None:
        return Problem(message=message, hint=hint, file=file, line=1, column=1)
    line = lines[mark.line - 1].replace("\t", " ") if mark.line <= len(lines) else ""
    start = max(0, min(mark.column - 1 - BEFORE, len(line) - LONGEST_EXCERPT))
    end = min(len(line), start + LONGEST_EXCERPT)
    left, right = "…" if start else "", "…" if end < len(line) else ""
    return Problem(
        message=message,
        hint=hint,
        file=file,
        line=mark.line,
        column=mark.column,
        excerpt=f"{left}{line[start:end]}{right}",
        caret=mark.column - start + len(left) if start else None,
        width=max(1, min(mark.width, end - mark.column + 1)),
    )
