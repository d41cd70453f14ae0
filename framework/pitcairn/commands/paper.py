"""What text may look like on one stream: colour, marks and characters the terminal can show."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

import click

Kind = Literal["good", "watch", "bad", "neutral"]

WIDEST = 80
_MARKS: dict[Kind, tuple[str, str, str]] = {
    "good": ("✓", "ok", "green"),
    "watch": ("!", "warn", "yellow"),
    "bad": ("×", "FAIL", "red"),
    "neutral": ("·", "-", "blue"),
}
_TYPEWRITER = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "−": "-", "–": "-", "—": "-", "…": "...",
        "×": "x", "·": "-", "✓": "ok", "≤": "<=", "≥": ">=", "→": "->", "\u00a0": " ", "\u202f": " ",
    }
)  # fmt: skip
# Text from plan files could otherwise recolour, overwrite or reverse what the terminal shows.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Paper:
    """A stream to write lines on; every text passes `clean` before it is coloured."""

    stream: TextIO
    colour: bool
    typographic: bool
    """Whether the stream can show ✓, “ ” and −."""
    width: int = WIDEST

    @classmethod
    def on(cls, stream: TextIO, *, plain: bool) -> Paper:
        """The paper for a stream: no colour without a terminal, with NO_COLOR, TERM=dumb or `plain`."""
        dumb = plain or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        columns = shutil.get_terminal_size((WIDEST, 24)).columns
        return cls(
            stream,
            colour=stream.isatty() and not dumb,
            typographic=not plain and _can_show(stream, "✓×“”−"),
            width=max(40, min(WIDEST, columns)),
        )

    def clean(self, text: str) -> str:
        """The text without control characters, in characters the stream has."""
        text = _UNSHOWABLE.sub("\ufffd" if self.typographic else "?", text.replace("\t", "    "))
        return text if self.typographic else text.translate(_TYPEWRITER)

    def say(self, text: str = "", *, colour: str | None = None, bold: bool = False, indent: int = 0) -> None:
        """Writes one text, whatever its length, on lines of its own."""
        shown = "\n".join(" " * indent + line if line else "" for line in self.clean(text).split("\n"))
        self.write(click.style(shown, fg=colour, bold=bold) if self.colour and (colour or bold) else shown)

    def wrap(self, text: str, *, indent: int = 0, hanging: int | None = None) -> None:
        """Writes a sentence, broken to the width."""
        import textwrap

        first, rest = " " * indent, " " * (indent if hanging is None else hanging)
        lines = textwrap.wrap(
            self.clean(text), self.width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
        self.write("\n".join(lines))

    def mark(self, kind: Kind, name: str, text: str = "", *, column: int = 0) -> None:
        """Writes `✓ name   text`, the text wrapped to its own column; a name alone is the text."""
        import textwrap

        sign, word, colour = _MARKS[kind]
        head = f"{sign if self.typographic else word.ljust(4)} "
        label = f"{self.clean(name).ljust(column)}  " if text else ""
        room = max(20, self.width - len(head) - len(label))
        body = textwrap.wrap(self.clean(text or name), room, break_on_hyphens=False) or [""]
        margin = "\n" + " " * (len(head) + len(label))
        self.write((click.style(head, fg=colour, bold=True) if self.colour else head) + label + margin.join(body))

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[int] = ()) -> None:
        """Writes a table without lines, at most `width` wide; columns in `numbers` are set right and never broken."""
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        right = set(numbers)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
        for place, head in enumerate(heads):
            table.add_column(
                Text(self.clean(head), style="bold" if self.colour else ""),
                justify="right" if place in right else "left",
                no_wrap=place in right,
            )
        for row in rows:
            table.add_row(*(Text(self.clean(cell)) for cell in row))
        console = Console(
            width=self.width,
            force_terminal=self.colour,
            color_system="standard" if self.colour else None,
            no_color=not self.colour,
            legacy_windows=False,
            _environ={},
        )
        with console.capture() as captured:
            console.print(table)
        self.write("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))

    def write(self, text: str) -> None:
        """Writes a finished text and a line end; a reader who has gone is no error."""
        encoding = self.stream.encoding or "utf-8"
        try:
            self.stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
            self.stream.flush()
        except BrokenPipeError:
            _leave_quietly(self.stream)


def open_what_is_closed() -> None:
    """Gives standard streams that the caller closed (`>&-`) a place to write to, which keeps nothing."""
    nowhere = Path(os.devnull)
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")


def finish(stream: TextIO) -> None:
    """The last flush: what a full disk did not take is told already, and must not fail once more as Python ends."""
    try:
        stream.flush()
    except OSError:
        _leave_quietly(stream)


def unicode_safe(stream: TextIO) -> bool:
    """Whether the stream takes every character as it is."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def _can_show(stream: TextIO, characters: str) -> bool:
    try:
        characters.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _leave_quietly(stream: TextIO) -> None:
    """Later writes, Python's own last flush included, go nowhere instead of failing again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno() if stream is not sys.__stdout__ else 1)
    os.close(nowhere)
