"""`pitcairn check`: every problem of the plan files at once."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import checking, options
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source


@verb("check", example="pitcairn check second-order --data orders=data/orders.csv")
@options.any_pilot
@options.iteration
@options.data
def command(session: Session, pilot: str | None, iteration: int | None, data: tuple[str, ...]) -> Answer:
    """Check plan files, and data if given; changes nothing.

    Without PILOT all plan files are checked. Every problem is told at once, with its file, line and column. With
    a PILOT the files of its sources, as far as they are there, are asked for the columns it needs.
    """
    files = files_by_source(data)
    if (iteration or files) and not pilot:
        raise click.UsageError("--iteration and --data need a PILOT.")
    found = checking.checked(session.folder, pilot, iteration, files)
    return Answer(
        data={"checked": found.lines, "advice": found.advice},
        show=partial(checking.show, found=found),
        next=f"pitcairn plan {pilot}" if pilot and found.ready else "pitcairn status",
    )
