"""`pitcairn launch`: draws the groups, locks the plan, writes the lists."""

from __future__ import annotations

from functools import partial

from pitcairn.commands import options, tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source, iteration_number, person

QUESTION = "Lock the plan and draw the groups? After this the plan cannot change."


@verb("launch", example="pitcairn launch second-order --dry-run")
@options.pilot
@options.iteration
@options.data
@options.dry_run
@options.yes
@options.by
@options.today
def command(
    session: Session,
    pilot: str,
    iteration: int | None,
    data: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    by: str | None,
) -> Answer:
    """Draw the groups, lock the plan and write the lists.

    Leaves out customers whom the program keeps out of all pilots, who opted out, who were contacted too often or who
    are in another running pilot, draws the rest by lot, checks that the groups are alike, and locks the plan in the
    ledger. From then on the plan cannot change. The lists, one for each group that gets something, are the only files
    with customers in them.
    """
    from pitcairn.iteration.launch import launch

    files = files_by_source(data)
    folder = session.folder
    number = iteration_number(folder, pilot, iteration)
    moment, who = session.moment(folder), person(by, folder.root)
    if not dry_run and not yes:
        session.confirm(QUESTION)
    session.stage("Reading the plan and the customers …")
    with session.changing("see whether it was done: pitcairn status", really=not dry_run):
        done = launch(folder, pilot, number, by=who, now=moment.now, today=moment.today, dry_run=dry_run, data=files)
    return Answer(
        data={"launch": done},
        show=partial(tables.launch, done=done, shown=session.shown),
        next=f"pitcairn launch {pilot}" if dry_run else done.next_command,
    )
