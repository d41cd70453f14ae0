"""`pitcairn status`: what is waiting, for whom, and what to type next."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from pitcairn.commands import tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import today, verb
from pitcairn.commands.session import Session

if TYPE_CHECKING:
    from pitcairn.program import ProgramFolder
    from pitcairn.reading.overview import RolloutNow


@verb("status", example="pitcairn status")
@today
def command(session: Session) -> Answer:
    """Say what is waiting, for whom, and the next command.

    Pilots that wait for somebody come first; then, for every pack adopted here, its open stage and what its gates say.
    """
    from pitcairn.iteration.scores import scores
    from pitcairn.iteration.standing import COME_BACK, followed, standings
    from pitcairn.ledger import attempts

    folder = session.folder
    today = session.moment(folder).today
    rollouts = _rollouts(folder, today)
    told = followed(standings(folder, today=today), rollouts)
    found = sorted(told, key=lambda one: not one.waiting)
    following = next((one.command for one in found if one.command != COME_BACK), "pitcairn site")
    spending = attempts.spending(folder.ledger_file)
    return Answer(
        data={"pilots": found, "rollouts": rollouts, "spending": spending, "predictions": scores(folder)},
        show=partial(tables.status, found=tuple(found), rollouts=rollouts, spending=spending),
        next=following if found else "pitcairn new PILOT",
    )


def _rollouts(folder: ProgramFolder, today: date) -> tuple[RolloutNow, ...]:
    """Where adopted packs stand; judging one takes a library of numbers, so it is only loaded where there is one."""
    from pitcairn.ledger import history

    if not history.entries(folder.ledger_file, "adoption"):
        return ()
    from pitcairn.promotion.underway import underway

    return underway(folder, today=today)
