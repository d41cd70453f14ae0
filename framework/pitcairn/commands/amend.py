"""`pitcairn amend`: a deviation from the plan that cannot be undone, on record."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import options, records
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import person

TOUCHES = ("deciding", "arms", "dates", "other")


@verb(
    "amend",
    example='pitcairn amend second-order --what "the e-mail went out a day late" --why "an outage" --touches dates',
)
@options.pilot
@options.launched
@click.option("--what", metavar="TEXT", help="What happened; asked for if left out.")
@click.option("--why", metavar="TEXT", help="Why it happened; asked for if left out.")
@click.option(
    "--touches",
    type=click.Choice(TOUCHES),
    multiple=True,
    help="What it touches; may be repeated; asked for if left out.",
)
@options.dry_run
@options.by
@options.today
def command(
    session: Session,
    pilot: str,
    iteration: int | None,
    what: str | None,
    why: str | None,
    touches: tuple[str, ...],
    dry_run: bool,
    by: str | None,
) -> Answer:
    """Record what did not go as planned and cannot be undone.

    The plan stays as it was locked. The deviation heads every page of the iteration from now on; where it touches the
    deciding measure, the arms or the dates, nothing in the iteration can be promoted. It cannot be taken back.
    """
    from pitcairn.iteration.amend import amend
    from pitcairn.promotion.underway import command_after

    folder = session.folder
    moment, who = session.moment(folder), person(by, folder.root)
    happened = records.asked(session, what, "--what", "What did not go as planned?")
    reason = records.asked(session, why, "--why", "Why?")
    touched = touches or (records.asked(session, None, "--touches", "What does it touch?", choices=TOUCHES),)
    with session.changing("see whether it was done: pitcairn status", really=not dry_run):
        done = amend(
            folder,
            pilot,
            iteration,
            what=happened,
            why=reason,
            touches=touched,  # type: ignore[arg-type]
            by=who,
            now=moment.now,
            dry_run=dry_run,
        )
    return Answer(
        data={"amendment": done},
        show=partial(records.noted, done=done, shown=session.shown),
        next="pitcairn status" if dry_run else command_after(folder, pilot, today=moment.today),
    )
