"""`pitcairn close`: an iteration ended before its planned end, for good."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import options, records
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import person

QUESTION = "End this iteration for good? A confirmation has spent its attempt all the same."


@verb("close", example='pitcairn close second-order --why "the shop is closed for repairs"')
@options.pilot
@options.launched
@click.option("--why", metavar="TEXT", help="Why; asked for if left out.")
@options.dry_run
@options.yes
@options.by
@options.today
def command(
    session: Session, pilot: str, iteration: int | None, why: str | None, dry_run: bool, yes: bool, by: str | None
) -> Answer:
    """End an iteration before its planned end, for good.

    What it spent stays spent: closing, renaming or moving a pilot gives no error budget back. What came in can still be
    read and learned from; nothing in it can be promoted.
    """
    from pitcairn.iteration.amend import close
    from pitcairn.promotion.underway import command_after

    folder = session.folder
    moment, who = session.moment(folder), person(by, folder.root)
    reason = records.asked(session, why, "--why", "Why does it end early?")
    if not dry_run and not yes:
        session.confirm(QUESTION)
    with session.changing("see whether it was done: pitcairn status", really=not dry_run):
        done = close(folder, pilot, iteration, why=reason, by=who, now=moment.now, today=moment.today, dry_run=dry_run)
    return Answer(
        data={"closing": done},
        show=partial(records.noted, done=done, shown=session.shown),
        next="pitcairn status" if dry_run else command_after(folder, pilot, today=moment.today),
    )
