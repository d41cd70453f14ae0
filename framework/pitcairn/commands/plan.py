"""`pitcairn plan`: how many customers there are, and what they could show."""

from __future__ import annotations

from functools import partial

from pitcairn.commands import options, tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source, iteration_number


@verb("plan", example="pitcairn plan second-order")
@options.pilot
@options.iteration
@options.data
def command(session: Session, pilot: str, iteration: int | None, data: tuple[str, ...]) -> Answer:
    """Say how many customers there are and what gain could be seen.

    Counts the customers who could be drawn, the gain that would be seen 9 times in 10, and how many customers
    would settle the worth-it line. Changes nothing.
    """
    from pitcairn.iteration.outlook import outlook

    files = files_by_source(data)
    folder = session.folder
    number = iteration_number(folder, pilot, iteration)
    session.stage("Counting the customers …")
    found = outlook(folder, pilot, number, data=files)
    return Answer(
        data={"outlook": found},
        show=partial(tables.outlook, found=found),
        next=f"pitcairn launch {pilot} --dry-run",
    )
