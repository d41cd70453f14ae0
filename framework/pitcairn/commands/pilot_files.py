"""The two files of a new pilot, from the answers; checked as plan files before they are written."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, count
from pathlib import Path

from pitcairn.commands.questions import NONE
from pitcairn.commands.scaffold import render, write_files
from pitcairn.errors import Problem, Refused, SpecError
from pitcairn.program import ProgramFolder
from pitcairn.spec import scalars
from pitcairn.spec.load import load
from pitcairn.spec.models import ProgramSpec

Answers = Mapping[str, tuple[str, ...]]
COMPARISON = "control"


def pilot_files(pilot: str, answers: Answers) -> dict[str, str]:
    """File name -> text, for a pilot that was described in the wizard."""
    one = {name: given[0] for name, given in answers.items() if given}
    kind, _, id = one["place"].partition(":")
    ids = _arm_ids(answers["arm"])
    return {
        "pilot.yaml": render(
            "pilot.yaml.j2",
            **{name: one[name] for name in _PILOT_TEXTS},
            place={"kind": kind, "id": id},
            barriers=answers["barrier"],
            benefits=answers["benefit"],
            guardrails=[_pair(text, "measure", "margin") for text in answers["guardrail"] if text != NONE],
        ),
        "iteration-1.yaml": render(
            "iteration.yaml.j2",
            pilot=pilot,
            question=one["question"],
            deciding=one["deciding"],
            comparison={"id": COMPARISON, "label": one["comparison"], "role": "control"},
            arms=[{"id": ids[label], "label": label} for label in ids],
            share=f"1/{len(ids) + 1}",
            worth_it=one["worth_it"],
            predictions=[_prediction(text, ids) for text in answers["expect"] if text != NONE],
            groups=one["groups"].split(",") if one["groups"] != NONE else [],
            start=one["start"],
            follow_up=one["follow_up"],
            end=_end(one["start"], one["follow_up"]),
        ),
    }


def add_pilot(folder: ProgramFolder, pilot: str, files: Mapping[str, str], *, dry_run: bool) -> tuple[Path, ...]:
    """Writes the files as a new pilot in one step, or nothing at all; gives their paths.

    Refused where the pilot exists; SpecError where the files would not be valid.
    """
    target = folder.pilot_folder(pilot)
    require_free(folder, pilot)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.root) as temporary:
        draft = ProgramFolder(Path(temporary))
        shutil.copyfile(folder.program_file, draft.program_file)
        write_files(draft.pilot_folder(pilot), files)
        try:
            load(draft, pilot, 1)
        except SpecError as error:
            raise SpecError(_about_answers(problem, pilot) for problem in error.problems) from None
        if not dry_run:
            folder.pilots.mkdir(exist_ok=True)
            draft.pilot_folder(pilot).rename(target)
    return tuple(target / name for name in files)


def _about_answers(problem: Problem, pilot: str) -> Problem:
    """A problem of a file that was never written is one of the answers; of program.yaml it stays as it is."""
    if problem.file is None or not problem.file.startswith("pilots/"):
        return problem
    asked = (
        f"{problem.hint}; answer so in: pitcairn new {pilot}" if problem.hint else f"see: pitcairn new {pilot} --help"
    )
    return replace(problem, file=None, line=None, column=None, excerpt=None, hint=asked)


def require_free(folder: ProgramFolder, pilot: str) -> None:
    """Refused where the pilot's folder exists already."""
    if folder.pilot_folder(pilot).exists():
        raise Refused(f"pilots/{pilot} exists already.", hint="choose another id, or edit its files")


def ready_program(folder: ProgramFolder) -> ProgramSpec:
    """The program; SpecError where it knows no place a pilot could be at, or no customers."""
    program = load(folder).program
    missing: list[tuple[str, str]] = []
    if not (program.product_lines or program.locations):
        what = "the program has no product line and no location, and a pilot is about exactly one"
        missing.append((what, "add for example:  product_lines: {coffee: Coffee}"))
    if all(source.kind != "wide" for source in program.sources.values()):
        what = "the program has no source with a row a customer"
        missing.append((what, "add a source of kind: wide"))
    if missing:
        name = folder.relative(folder.program_file)
        raise SpecError(Problem(message=message, hint=hint, file=name) for message, hint in missing)
    return program


_PILOT_TEXTS = ("title", "owner", "challenge", "audience", "behaviour", "customers", "deciding")


def _arm_ids(labels: tuple[str, ...]) -> dict[str, str]:
    """Label -> id: the label's letters and digits, made unlike every other id."""
    found: dict[str, str] = {}
    for place, label in enumerate(labels, start=1):
        stem = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:24].strip("-") or f"arm-{place}"
        numbered = (f"{stem}-{number}" for number in count(2))
        found[label] = next(id for id in chain((stem,), numbered) if id not in (COMPARISON, *found.values()))
    return found


def _pair(text: str, left: str, right: str) -> dict[str, str]:
    first, _, second = text.partition("=")
    return {left: first, right: second}


def _prediction(text: str, ids: Mapping[str, str]) -> dict[str, str]:
    label, _, gain = text.rpartition("=")
    return {"arm": ids[label], "gain": gain}


def _end(start: str, follow_up: str) -> date:
    return scalars.day(start) + timedelta(days=scalars.duration(follow_up))
