"""`new --from`: another pilot's files, comments and all, with the few values that must differ replaced in place."""

from __future__ import annotations

from collections.abc import Mapping

import click
import yaml

from pitcairn.commands.questions import QUESTIONS
from pitcairn.commands.yaml_text import yaml_text
from pitcairn.errors import Refused, SpecError
from pitcairn.program import ProgramFolder
from pitcairn.spec import scalars
from pitcairn.spec.load import load

REPLACEABLE = {"title", "owner", "place", "question", "start"}
"""What may be given together with --from; everything else is edited in the copy."""


def copied_files(folder: ProgramFolder, source: str, flags: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """File name -> text: the source's pilot.yaml, and its latest iteration as the first one.

    SpecError where the source is unknown or not valid; usage error for an option that cannot be combined.
    """
    loaded = load(folder, source)
    if loaded.iteration is None or loaded.number is None:
        raise SpecError(f"Pilot “{source}” has no iteration to copy.")
    _only_replaceable(flags)
    about = folder.pilot_file(source).read_text(encoding="utf-8")
    turn = folder.iteration_file(source, loaded.number).read_text(encoding="utf-8")
    for name in ("title", "owner"):
        about = _with(about, name, flags)
    about = _with_place(about, flags)
    turn = _with(_without(turn, "changed"), "question", flags)
    if "start" in flags:
        start = scalars.day(flags["start"][0])
        moved = loaded.iteration.end + (start - loaded.iteration.start)
        turn = _replaced(_replaced(turn, "start", start.isoformat()), "end", moved.isoformat())
    return {"pilot.yaml": about, "iteration-1.yaml": turn}


def _only_replaceable(flags: Mapping[str, tuple[str, ...]]) -> None:
    wrong = [option for question in QUESTIONS for option in question.options if question.name in flags]
    wrong = [option for option in wrong if option.strip("-").replace("-", "_") not in REPLACEABLE | _PLACES]
    if wrong:
        raise click.UsageError(f"{', '.join(wrong)} cannot be combined with --from; edit the copy instead.")


_PLACES = {"product_line", "location"}


def _with(text: str, key: str, flags: Mapping[str, tuple[str, ...]]) -> str:
    return _replaced(text, key, yaml_text(flags[key][0])) if key in flags else text


def _with_place(text: str, flags: Mapping[str, tuple[str, ...]]) -> str:
    if "place" not in flags:
        return text
    kind, _, id = flags["place"][0].partition(":")
    return _replaced(text, "scope", f"{{{kind}: {yaml_text(id)}}}")


def _replaced(text: str, key: str, value: str) -> str:
    """The text with another value under a top-level key; a comment behind a short value stays."""
    lines = text.splitlines(keepends=True)
    first, last, node = _extent(text, lines, key)
    one_line = node.start_mark.line == node.end_mark.line == first
    comment = lines[first][node.end_mark.column :].rstrip("\n") if one_line else ""
    return "".join([*lines[:first], f"{key}: {value}{comment}\n", *lines[last:]])


def _without(text: str, key: str) -> str:
    """The text without a top-level key, if it has it."""
    if key not in {name.value for name, _ in _top(text)}:
        return text
    lines = text.splitlines(keepends=True)
    first, last, _ = _extent(text, lines, key)
    return "".join([*lines[:first], *lines[last:]])


def _extent(text: str, lines: list[str], key: str) -> tuple[int, int, yaml.Node]:
    """The lines of a top-level key and its value, and the value; comments above the next key belong to that key."""
    top = _top(text)
    place = next(place for place, (name, _) in enumerate(top) if name.value == key)
    name, node = top[place]
    last = top[place + 1][0].start_mark.line if place + 1 < len(top) else len(lines)
    while last > name.start_mark.line + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1
    return name.start_mark.line, last, node


def _top(text: str) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise Refused("The plan file is written on one line, in braces; such a file cannot be copied with changes.")
    found: list[tuple[yaml.ScalarNode, yaml.Node]] = root.value
    return found
