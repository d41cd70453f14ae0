"""`pitcairn read`: the outcomes as of a day, the verdict, the page."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import click

from pitcairn.commands import options, reading
from pitcairn.commands.answer import WITHHELD, Answer
from pitcairn.commands.options import Day, verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source, iteration_number, person

if TYPE_CHECKING:
    from pitcairn.iteration.outcomes import Taken
    from pitcairn.program import ProgramFolder


@verb("read", example="pitcairn read second-order --open")
@options.pilot
@options.iteration
@options.data
@click.option(
    "--as-of", type=Day(), metavar="DATE", help="Read the data as it was at the end of this day (default: yesterday)."
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@options.dry_run
@options.by
@options.today
def command(
    session: Session,
    pilot: str,
    iteration: int | None,
    data: tuple[str, ...],
    as_of: date | None,
    opens: bool,
    dry_run: bool,
    by: str | None,
) -> Answer:
    """Read the outcomes: health first, then effects, verdict and page.

    Ends with exit code 0 whatever the pilot showed: a pilot that does not work is a result. Exit code 5 says that
    a health check failed and the verdict is withheld.
    """
    from pitcairn.iteration.read import read

    files = files_by_source(data)
    folder = session.folder
    number = iteration_number(folder, pilot, iteration)
    moment, who = session.moment(folder), person(by, folder.root)
    session.stage("Reading the outcomes …")
    with session.changing("see whether it was done: pitcairn status", really=not dry_run):
        taken = read(
            folder, pilot, number, by=who, now=moment.now, today=moment.today, as_of=as_of, dry_run=dry_run, data=files
        )
    if opens and not dry_run:
        session.open(taken.report_file)
    return Answer(
        data=reading.data(taken),
        show=partial(reading.show, taken=taken, shown=session.shown),
        next=_next(folder, taken, moment.today),
        exit_code=WITHHELD if taken.result.withheld else 0,
    )


def _next(folder: ProgramFolder, taken: Taken, today: date) -> str:
    """The reading's own command, unless the pilot has gone on since, or its rollout is what counts."""
    from pitcairn.promotion.underway import command_after

    own = taken.result.next_command
    now = own if taken.dry_run else command_after(folder, taken.result.pilot, today=today)
    return own if own.startswith(now) else now
