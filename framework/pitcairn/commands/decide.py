"""`pitcairn decide`: who decided what for an arm, and why."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import options, records
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import person

CHOICES = ("promote", "confirm", "rework", "wait", "stop")


@verb(
    "decide",
    example='pitcairn decide second-order --decision promote --why "it pays for itself" --by "Bo Lind"',
)
@options.pilot
@options.launched
@click.option("--arm", metavar="ID", help="For which arm; needed where several are tried.")
@click.option("--decision", type=click.Choice(CHOICES), help="What was decided; asked for if left out.")
@click.option("--why", metavar="TEXT", help="Why; asked for if left out.")
@options.dry_run
@options.by
@options.today
def command(
    session: Session,
    pilot: str,
    iteration: int | None,
    arm: str | None,
    decision: str | None,
    why: str | None,
    dry_run: bool,
    by: str | None,
) -> Answer:
    """Record who decided what for an arm, and why.

    The rules recommend, people decide: a decision may differ from the verdict, and the page then says so. Only
    `promote` is bound to the rules: every promotion test must be met, nothing that was tested may have deviated from
    the plan, and the one who decides must not be the pilot's owner. A later decision for the same arm replaces the
    earlier one; both stay in the ledger.
    """
    from pitcairn.iteration.decide import decide
    from pitcairn.promotion.underway import command_after

    folder = session.folder
    moment, who = session.moment(folder), person(by, folder.root)
    chosen = records.asked(session, decision, "--decision", "What was decided?", choices=CHOICES)
    reason = records.asked(session, why, "--why", "Why?")
    with session.changing("see whether it was done: pitcairn status", really=not dry_run):
        done = decide(
            folder,
            pilot,
            iteration,
            arm=arm,
            decision=chosen,  # type: ignore[arg-type]
            why=reason,
            by=who,
            now=moment.now,
            dry_run=dry_run,
        )
    return Answer(
        data={"decision": done},
        show=partial(records.decided, done=done, shown=session.shown),
        next="pitcairn status" if dry_run else command_after(folder, pilot, today=moment.today),
    )
