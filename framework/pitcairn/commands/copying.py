"""`new --from`: another pilot's files, comments and all, with the few values that must differ replaced in place."""

from __future__ import annotations

from collections.abc import Mapping

import click

from pitcairn.commands.questions import QUESTIONS
from pitcairn.commands.yaml_text import yaml_text
from pitcairn.errors import SpecError
from pitcairn.program import ProgramFolder
from pitcairn.spec import scalars
from pitcairn.spec.edit import replaced, without
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
    turn = _with(without(turn, ("changed",)), "question", flags)
    if "start" in flags:
        start = scalars.day(flags["start"][0])
        moved = loaded.iteration.end + (start - loaded.iteration.start)
        turn = replaced(replaced(turn, ("start",), start.isoformat()), ("end",), moved.isoformat())
    return {"pilot.yaml": about, "iteration-1.yaml": turn}


def _only_replaceable(flags: Mapping[str, tuple[str, ...]]) -> None:
    wrong = [option for question in QUESTIONS for option in question.options if question.name in flags]
    wrong = [option for option in wrong if option.strip("-").replace("-", "_") not in REPLACEABLE | _PLACES]
    if wrong:
        raise click.UsageError(f"{', '.join(wrong)} cannot be combined with --from; edit the copy instead.")


_PLACES = {"product_line", "location"}


def _with(text: str, key: str, flags: Mapping[str, tuple[str, ...]]) -> str:
    return replaced(text, (key,), yaml_text(flags[key][0])) if key in flags else text


def _with_place(text: str, flags: Mapping[str, tuple[str, ...]]) -> str:
    if "place" not in flags:
        return text
    kind, _, id = flags["place"][0].partition(":")
    return replaced(text, ("scope",), f"{{{kind}: {yaml_text(id)}}}")
