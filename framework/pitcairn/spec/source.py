"""A plan file's text as values, with the place of every key and value, so that any later problem can be shown there.

The text is YAML 1.2 without its surprises: only `true` and `false` are booleans, `no`, `16:20` and `2026-03-02` stay
text, keys are always text. What could mean two things, or do something, is refused: a key twice, anchors and aliases,
tags, merge keys, several documents, characters that cannot be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from pitcairn.errors import Problem
from pitcairn.spec.place import Mark, Path, Source, problem_at
from pitcairn.spec.yaml_errors import syntax_problem
from pitcairn.spec.yaml_scalars import WordError, resolve

LARGEST = 1_000_000
"""Bytes; a plan file a person wrote is a hundredth of this."""
DEEPEST = 40
"""Levels of nesting; the plan files need seven."""
MOST_PROBLEMS = 100
"""Nobody mends more at a time."""
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff]"
)
"""Control characters, and those that change the order of text or hide in it. The zero-width joiners
(200C, 200D) stay: some scripts and emoji need them."""


def read_source(data: bytes, file: str) -> Source:
    """The values of a plan file and every problem with its text. Never raises, whatever the bytes are."""
    if len(data) > LARGEST:
        message = f"the file has {len(data):,} bytes; a plan file has at most {LARGEST:,}"
        problem = problem_at(file, (), None, message, "data belongs in a source, not in a plan file")
        return Source(file, None, (problem,), readable=False)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Source(file, None, (_not_utf8(data, error, file),), readable=False)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    visible = _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    builder = _Builder(file, tuple(visible.split("\n")))
    builder.hidden_characters(text)
    builder.build(visible)
    return builder.source()


def _not_utf8(data: bytes, error: UnicodeDecodeError, file: str) -> Problem:
    before = data[: error.start]
    start = before.rfind(b"\n") + 1
    column = len(before[start:].decode("utf-8", "replace")) + 1
    return Problem(
        message=f"byte {data[error.start]:#04x} is not UTF-8 text",
        hint="save the file with the encoding UTF-8",
        file=file,
        line=before.count(b"\n") + 1,
        column=column,
    )


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    path: Path
    value: dict[str, Any] | list[Any]
    key: str | None = None
    """The key waiting for its value; None where a key is expected next."""
    skip: bool = False
    """The value to come belongs to no key that is kept."""


class _Builder:
    """Turns YAML events into values one by one: no recursion, and no place to run anything."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self._file = file
        self._lines = lines
        self._problems: list[Problem] = []
        self._refused: set[Path] = set()
        self._keys: dict[Path, Mark] = {}
        self._values: dict[Path, Mark] = {}
        self._open: list[_Open] = []
        self._skipping = 0
        self._root: Any = None
        self._documents = 0
        self._readable = True

    def source(self) -> Source:
        """Everything found."""
        if not self._documents and self._readable and not self._problems:
            self._say(None, "the file is empty", "write its keys, or delete it")
            self._readable = False
        problems = tuple(sorted(self._problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
        return Source(
            file=self._file,
            value=self._root,
            problems=problems,
            readable=self._readable,
            refused=frozenset(self._refused),
            lines=self._lines,
            keys=self._keys,
            values=self._values,
        )

    def hidden_characters(self, text: str) -> None:
        """One problem for each line with a character that cannot be seen."""
        for number, line in enumerate(text.split("\n"), start=1):
            if match := _HIDDEN.search(line):
                self._say(Mark(number, match.start() + 1, 1), *_hidden(match[0]))

    def build(self, text: str) -> None:
        """Take in the whole text, or as much as comes before a syntax error."""
        try:
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                if not self._take(event):
                    self._readable = False
                    return
        except yaml.MarkedYAMLError as error:
            self._readable = False
            self._say(*syntax_problem(error))
        except (yaml.YAMLError, ValueError, OverflowError):
            # An escape such as "\UFFFFFFFF" or a %YAML version of 5,000 digits; the parser says no place.
            self._readable = False
            self._say(None, "the file is not readable YAML", "look for a number or an escape that is far too large")

    def _take(self, event: Event) -> bool:
        """False where reading on makes no sense."""
        if len(self._problems) >= MOST_PROBLEMS:
            return False
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._say(
                    _mark(event), "a second document starts here", "a plan file is one document: remove the “---”"
                )
                return False
        elif isinstance(event, CollectionEndEvent):
            self._end(event)
        elif isinstance(event, NodeEvent):
            return self._node(event)
        return True

    def _node(self, event: NodeEvent) -> bool:
        if self._skipping:
            self._skipping += isinstance(event, CollectionStartEvent)
            return True
        if len(self._open) >= DEEPEST and isinstance(event, CollectionStartEvent):
            self._say(_mark(event), f"this is nested more than {DEEPEST} levels deep", "look for a bracket too many")
            return False
        parent = self._open[-1] if self._open else None
        if parent and isinstance(parent.value, dict) and parent.key is None and not parent.skip:
            self._key(parent, parent.value, event)
        else:
            self._value(parent, event)
        return True

    def _key(self, parent: _Open, mapping: dict[str, Any], event: NodeEvent) -> None:
        parent.skip = True
        if not isinstance(event, ScalarEvent):
            message = "a key must be a single word or text, not a list, a mapping or an alias"
            self._say(_mark(event), message, "write `key: value`; text in braces or brackets goes in quotes")
            self._skipping = int(isinstance(event, CollectionStartEvent))
            return
        mark, key = _mark(event), event.value
        if self._decorated(event, (*parent.path, key)):
            return
        if hidden := _HIDDEN.search(key):
            self._say(mark, *_hidden(hidden[0]))
        elif event.implicit[0] and key == "<<":
            self._say(mark, "merge keys (“<<”) are not used in plan files", "write the keys out")
        elif event.implicit[0] and key in ("", "~", "null"):
            message = "a key is missing before the “:”" if key == "" else f"“{key}” cannot be a key"
            self._say(mark, message, "give the key a name, or delete the line")
        elif key in mapping:
            first = self._keys[(*parent.path, key)].line
            self._say(mark, f"“{key}” is written twice", f"it is already on line {first}: keep one of them")
        else:
            parent.key, parent.skip = key, False
            self._keys[(*parent.path, key)] = mark

    def _value(self, parent: _Open | None, event: NodeEvent) -> None:
        if parent and parent.skip:
            parent.skip = False
            self._skipping = int(isinstance(event, CollectionStartEvent))
            return
        path = _child(parent)
        self._values[path] = self._mark_of_value(event, path)
        if self._decorated(event, path):
            self._skipping = int(isinstance(event, CollectionStartEvent))
            self._place(parent, None)
        elif isinstance(event, ScalarEvent):
            self._place(parent, self._scalar(event, path))
        else:
            value: dict[str, Any] | list[Any] = {} if isinstance(event, MappingStartEvent) else []
            self._place(parent, value)
            self._open.append(_Open(path, value))

    def _mark_of_value(self, event: NodeEvent, path: Path) -> Mark:
        """A block of lines is best shown by the key above it."""
        if isinstance(event, CollectionStartEvent) and not event.flow_style and path in self._keys:
            return self._keys[path]
        return _mark(event, self._lines)

    def _decorated(self, event: NodeEvent, path: Path) -> bool:
        if isinstance(event, AliasEvent):
            self._refuse(path, _mark(event), f"aliases (“*{event.anchor}”) are not used in plan files", "write it out")
        elif event.anchor is not None:
            self._refuse(path, _mark(event), f"anchors (“&{event.anchor}”) are not used in plan files", "remove it")
        elif getattr(event, "tag", None) is not None:
            tag = _HIDDEN.sub("?", str(getattr(event, "tag", "")))
            self._refuse(path, _mark(event), f"tags (“{tag}”) are not used in plan files", "remove it")
        else:
            return False
        return True

    def _scalar(self, event: ScalarEvent, path: Path) -> Any:
        mark = self._values[path]
        if hidden := _HIDDEN.search(event.value):
            self._refuse(path, mark, *_hidden(hidden[0]))
            return None
        if not event.implicit[0]:
            return event.value
        try:
            return resolve(event.value)
        except WordError as error:
            self._refuse(path, mark, error.message, error.hint)
            return None

    def _place(self, parent: _Open | None, value: Any) -> None:
        if parent is None:
            self._root = value
        elif isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is not None:
            parent.value[parent.key] = value
            parent.key = None

    def _end(self, event: Event) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        path = self._open.pop().path
        start, end = self._values[path], event.end_mark
        if end and self._keys.get(path) != start and end.line + 1 == start.line:
            self._values[path] = Mark(start.line, start.column, max(1, end.column + 1 - start.column))

    def _refuse(self, path: Path, mark: Mark, message: str, hint: str | None = None) -> None:
        self._refused.add(path)
        self._say(mark, message, hint)

    def _say(self, mark: Mark | None, message: str, hint: str | None = None) -> None:
        self._problems.append(problem_at(self._file, self._lines, mark, message, hint))


def _child(parent: _Open | None) -> Path:
    if parent is None:
        return ()
    step = len(parent.value) if isinstance(parent.value, list) else parent.key
    return parent.path if step is None else (*parent.path, step)


def _mark(event: Event, lines: tuple[str, ...] = ()) -> Mark:
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return Mark(1, 1, 1)
    if end.line == start.line:
        width = end.column - start.column
    else:
        width = len(lines[start.line].rstrip()) - start.column if start.line < len(lines) else 1
    return Mark(start.line + 1, start.column + 1, max(1, width))


def _hidden(character: str) -> Iterator[str]:
    yield f"there is a character here that cannot be seen (U+{ord(character):04X})"
    yield "delete it, and type the text around it again"
