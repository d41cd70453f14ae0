"""`pitcairn rollout`: the stages of an adoption, their gates, and the way back."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import click

from pitcairn.commands import options, spreading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import Day, verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import person, recordable

if TYPE_CHECKING:
    from pitcairn.program import ProgramFolder
    from pitcairn.promotion.rollout import Standing

SAY = "see whether it was done: pitcairn rollout PILOT"


@verb("rollout", example="pitcairn rollout bread-note --advance --by 'Bo Lind' --by 'Ada Berg'")
@options.pilot
@click.option("--advance", is_flag=True, help="Open the next stage, where the gates allow it.")
@click.option("--rehearse-rollback", is_flag=True, help="Go through the way back, reaching nobody; needed once.")
@click.option("--rollback", is_flag=True, help="End the rollout.")
@click.option("--because", metavar="TEXT", help="Why: for a rollback, and to go on where a gate is amber.")
@click.option("--start", type=Day(), metavar="DATE", help="First day of the next stage (default: tomorrow).")
@click.option("--by", "people", multiple=True, metavar="NAME", help="Who agrees; may be given more than once.")
@options.today
def command(
    session: Session,
    pilot: str,
    advance: bool,
    rehearse_rollback: bool,
    rollback: bool,
    because: str | None,
    start: date | None,
    people: tuple[str, ...],
) -> Answer:
    """Show where a rollout stands; open its next stage, or go back.

    A stage draws fresh customers, so nobody is ever moved between arms. Gates that must be met: the data can be read,
    enough customers, no harm, guardrails held, and in the end a gain. What cannot be told yet holds the rollout.
    Named people agree last, when the numbers are in. Going back is rehearsed before the second stage opens, and says
    plainly that a message cannot be unsent.
    """
    from pitcairn.promotion.rollout import rehearse_rollback as rehearse
    from pitcairn.promotion.rollout import roll_back, standing

    if advance + rehearse_rollback + rollback > 1:
        raise click.UsageError("--advance, --rehearse-rollback and --rollback exclude one another.")
    folder = session.folder
    now = standing(folder, pilot)
    if not (advance or rehearse_rollback or rollback):
        return _answer(pilot, now, ())
    moment = session.moment(folder)
    who = tuple(person(one, folder.root) for one in people or (None,))
    because = recordable(because, "--because") if because else because
    with session.changing(SAY.replace("PILOT", pilot)):
        if advance:
            return _advance(session, folder, now, who, because, start or moment.today + timedelta(days=1))
        if rehearse_rollback:
            said = rehearse(folder, now, by=" and ".join(who), at=moment.now)
        else:
            said = roll_back(folder, now, by=" and ".join(who), because=because or "", at=moment.now)
    return _answer(pilot, standing(folder, pilot), said)


def _advance(
    session: Session, folder: ProgramFolder, now: Standing, who: tuple[str, ...], because: str | None, start: date
) -> Answer:
    from pitcairn.commands.adopted_files import stage_file
    from pitcairn.promotion.rollout import open_stage, opening, standing

    pilot = now.state.pilot
    moment = session.moment(folder)
    values = opening(folder, now, by=who, because=because, start=start, today=moment.today)
    text = stage_file(values, f"Stage {values.number} of the rollout of {now.state.adoption.pack} here.")
    path = open_stage(folder, now, text, by=who, because=because, at=moment.now)
    said = (f"Opened “{now.spans[now.number].name}”. Wrote {session.shown(path)}",)
    return _answer(pilot, standing(folder, pilot), said, f"pitcairn launch {pilot}")


def _answer(pilot: str, now: Standing, said: tuple[str, ...], following: str | None = None) -> Answer:
    from pitcairn.promotion.underway import next_command

    return Answer(
        data={
            "pilot": pilot,
            "stage": now.number,
            "stages": [span.name for span in now.spans],
            "judgement": now.judgement,
            "over": now.state.over.step if now.state.over else None,
            "said": said,
        },
        show=partial(spreading.rollout, now=now, said=said),
        next=following or next_command(now),
    )
