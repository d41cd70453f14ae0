"""What a verb gives back: the same facts for a program and for a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pitcairn.commands.paper import Paper

WITHHELD = 5
"""Exit code of a reading that was made, whose verdict is withheld."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Data for `--json`, a way to show it to people, and what to type next."""

    data: Mapping[str, object]
    show: Callable[[Paper], None]
    next: str | None = None
    exit_code: int = 0

    @property
    def ok(self) -> bool:
        """Whether the command did what it was asked; a withheld verdict is an honest answer."""
        return self.exit_code in (0, WITHHELD)
