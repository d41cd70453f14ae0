"""`pitcairn init`: a program folder with everything in its place."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

import click

from pitcairn.commands import options
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.paper import Paper
from pitcairn.commands.session import Session
from pitcairn.program import ProgramFolder


@verb("init", example="pitcairn init right-message")
@click.argument("name")
@options.dry_run
def command(session: Session, name: str, dry_run: bool) -> Answer:
    """Make a program folder called NAME.

    Writes a program.yaml with comments, folders for pilots and data, and the schemas that let an editor complete
    and check plan files while you type. Never overwrites anything.
    """
    from pitcairn.commands.program_files import program_files
    from pitcairn.commands.scaffold import new_folder, write_files
    from pitcairn.spec import schema

    if Path(name).name in ("", "..") or name.strip() != name:
        told = f"“{name}” cannot name a program: give the name of a new folder, such as: pitcairn init corner-shop"
        raise click.UsageError(told)
    target = (session.program or Path.cwd()) / name
    with new_folder(target, keep=not dry_run) as draft:
        write_files(draft, program_files(target.name))
        schema.write(ProgramFolder(draft).schema_folder)
        (draft / "pilots").mkdir()
        names = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
    return Answer(
        data={"folder": target, "files": names, "dry_run": dry_run},
        show=partial(_show, target=session.shown(target), names=names, dry_run=dry_run),
        next=f"pitcairn init {shlex.quote(name)}"
        if dry_run
        else f"cd {shlex.quote(session.shown(target))} && pitcairn new my-first-pilot",
    )


def _show(paper: Paper, *, target: str, names: list[str], dry_run: bool) -> None:
    paper.say(f"{'Would make' if dry_run else 'Made'} program {target}")
    for name in names:
        paper.say(f"{target}/{name}", indent=2)
