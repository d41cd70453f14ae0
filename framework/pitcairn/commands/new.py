"""`pitcairn new`: a new pilot, described question by question."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click

from pitcairn.commands import options
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.paper import Paper
from pitcairn.commands.questions import QUESTIONS
from pitcairn.commands.session import Session
from pitcairn.commands.targets import person


def answers_as_flags(function: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each question of the wizard."""
    for question in reversed(QUESTIONS):
        for flag in reversed(question.options):
            words = f"{question.prompt}  E.g. {question.example}"
            function = click.option(flag, multiple=question.several, metavar="TEXT", help=words)(function)
    return function


@verb("new", example='pitcairn new second-order --arm "A note in time" --worth-it "20 per 1000"')
@click.argument("pilot")
@click.option("--from", "source", metavar="PILOT", shell_complete=options.pilots_here, help="Copy this pilot's files.")
@answers_as_flags
@options.dry_run
@options.by
@options.today
def command(session: Session, pilot: str, source: str | None, dry_run: bool, by: str | None, **given: Any) -> Answer:
    """Describe a new pilot, question by question.

    Every question proposes an answer, gives an example, and explains itself when you type “?”. Every answer can be
    given as an option instead. Writes pilot.yaml and iteration-1.yaml, valid and with comments; nothing if you stop.
    """
    from pitcairn.commands.pilot_files import add_pilot, require_free

    folder = session.folder
    require_free(folder, pilot)
    flags = _flags(given)
    files = _copied(session, source, flags) if source else _described(session, pilot, flags, by)
    with session.changing(f"see whether pilots/{pilot} is there", really=not dry_run):
        written = add_pilot(folder, pilot, files, dry_run=dry_run)
    return Answer(
        data={"pilot": pilot, "files": written, "dry_run": dry_run},
        show=partial(_show, files=[session.shown(path) for path in written], dry_run=dry_run),
        next=f"pitcairn new {pilot}" if dry_run else f"pitcairn check {pilot}",
    )


def _described(session: Session, pilot: str, flags: dict[str, tuple[str, ...]], by: str | None) -> dict[str, str]:
    from pitcairn.commands.pilot_files import pilot_files, ready_program
    from pitcairn.commands.questions import Known
    from pitcairn.commands.wizard import ask, take

    folder = session.folder
    program = ready_program(folder)
    today = session.moment_in(program).today
    known = Known(pilot=pilot, program=program, today=today, person=person(by, folder.root), answers={})
    return pilot_files(pilot, ask(known, flags, session.talk) if session.asks else take(known, flags))


def _copied(session: Session, source: str, flags: dict[str, tuple[str, ...]]) -> dict[str, str]:
    from pitcairn.commands.copying import copied_files

    return copied_files(session.folder, source, flags)


def _flags(given: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Question -> the answers given as options; both options for a place answer one question."""
    place = [f"{kind}:{given[kind]}" for kind in ("product_line", "location") if given[kind]]
    if len(place) > 1:
        raise click.UsageError("A pilot is about one place: give --product-line or --location, not both.")
    several = {name: value if isinstance(value, tuple) else (value,) for name, value in given.items() if value}
    return {**several, **({"place": tuple(place)} if place else {})}


def _show(paper: Paper, *, files: list[str], dry_run: bool) -> None:
    for file in files:
        paper.say(f"{'Would write' if dry_run else 'Wrote'} {file}")
    paper.say("Read them through, and change what is not true." if not dry_run else "Nothing was written.")
