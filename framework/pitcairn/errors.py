"""What went wrong, where, and what to do about it.

    PitcairnError            1  a bug, or something the operating system refused
    ├── SpecError            3  a plan file is not valid
    ├── DataError            4  the data cannot be read as declared
    └── Refused              6  a rule of the house says no

The number is the exit code of the command that meets the error. Codes 2 (wrong usage) and 130
(interrupted) belong to click; 5 (verdict withheld) is a result, not an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: a sentence, a place where there is one, and a way out."""

    message: str
    hint: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None
    """The text of the line at fault; of a long line what is around the fault, with … where it was cut."""
    caret: int | None = None
    """Where the fault begins in the excerpt, counted from 1, if that is not `column`."""
    width: int = 1
    """How many characters of the excerpt the caret underlines."""
    severity: Literal["error", "warning"] = "error"
    """A warning is advice: it is told, and stops nothing."""
    id: str | None = None
    """The name of the advice, such as `customer/no-guardrail`."""

    @property
    def where(self) -> str:
        """`file:line:col`, as much of it as is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.message}" if self.where else self.message]
        margin = ""
        if self.excerpt is not None and self.line is not None:
            margin = " " * len(f"{self.line:>4}")
            lines.append(f"{self.line:>4} | {self.excerpt}")
            if self.column is not None:
                lines.append(f"{margin} | {' ' * ((self.caret or self.column) - 1)}{'^' * max(1, self.width)}")
        if self.hint:
            lines.append(f"{margin or '  '}   {self.hint}")
        return "\n".join(lines)


class PitcairnError(Exception):
    """Base of every error a user may meet; carries all problems found, not the first."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "failed"

    def __init__(self, problems: str | Problem | Iterable[Problem], *, hint: str | None = None) -> None:
        if isinstance(problems, str):
            problems = Problem(message=problems, hint=hint)
        found = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.problems: tuple[Problem, ...] = found
        super().__init__("\n\n".join(str(problem) for problem in found))


class SpecError(PitcairnError):
    """A plan file is not valid."""

    exit_code = 3
    code = "plan_invalid"


class DataError(PitcairnError):
    """The data cannot be read as declared."""

    exit_code = 4
    code = "data_invalid"


class Refused(PitcairnError):
    """A rule of the house says no: the plan is locked, the iteration is not launched, ..."""

    exit_code = 6
    code = "refused"
