"""`pitcairn list`: all pilots."""

from __future__ import annotations

from functools import partial

from pitcairn.commands import tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import today, verb
from pitcairn.commands.session import Session


@verb("list", example="pitcairn list --json")
@today
def command(session: Session) -> Answer:
    """List all pilots: where each is, who answers for it, how far it is."""
    from pitcairn.iteration.standing import standings

    folder = session.folder
    found = standings(folder, today=session.moment(folder).today)
    return Answer(
        data={"pilots": found},
        show=partial(tables.pilots, found=found),
        next="pitcairn status" if found else "pitcairn new PILOT",
    )
