"""`pitcairn status`: what is waiting, for whom, and what to type next."""

from __future__ import annotations

from functools import partial

from pitcairn.commands import tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import today, verb
from pitcairn.commands.session import Session


@verb("status", example="pitcairn status")
@today
def command(session: Session) -> Answer:
    """Say what is waiting, for whom, and the next command.

    Pilots that wait for somebody come first.
    """
    from pitcairn.iteration.scores import scores
    from pitcairn.iteration.standing import standings
    from pitcairn.ledger import attempts

    folder = session.folder
    found = sorted(standings(folder, today=session.moment(folder).today), key=lambda one: not one.waiting)
    following = found[0].command if found else "pitcairn new PILOT"
    spending = attempts.spending(folder.ledger_file)
    return Answer(
        data={"pilots": found, "spending": spending, "predictions": scores(folder)},
        show=partial(tables.status, found=tuple(found), spending=spending),
        next=following,
    )
