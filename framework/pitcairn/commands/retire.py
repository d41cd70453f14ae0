"""`pitcairn retire`: an adoption ends, and stays readable."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import options, spreading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import person, recordable


@verb("retire", example='pitcairn retire bread-note --because "a better one is in use"')
@options.pilot
@click.option("--because", metavar="TEXT", required=True, help="Why.")
@options.by
@options.today
def command(session: Session, pilot: str, because: str, by: str | None) -> Answer:
    """End an adoption for good.

    Nothing is deleted: the prediction, the looks and the reason stay in the ledger. Its share of the customers'
    contacts is free again, and exports are switched off the next time they are written.
    """
    from pitcairn.promotion.watch import retire

    folder = session.folder
    state = retire(
        folder,
        pilot,
        by=person(by, folder.root),
        because=recordable(because, "--because"),
        now=session.moment(folder).now,
    )
    return Answer(
        data={"pilot": pilot, "over": state.over},
        show=partial(spreading.retired, state=state),
        next=f"pitcairn export {pilot}",
    )
