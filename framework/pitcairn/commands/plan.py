"""`pitcairn plan`: how many customers there are, and what they could show."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import options, planning
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source, iteration_number


@verb("plan", example="pitcairn plan second-order")
@options.pilot
@options.iteration
@options.data
@click.option("--page", "writes", is_flag=True, help="Also write it as a page, with a curve over numbers of customers.")
@click.option("--open", "opens", is_flag=True, help="Write the page and open it in the browser.")
def command(
    session: Session, pilot: str, iteration: int | None, data: tuple[str, ...], writes: bool, opens: bool
) -> Answer:
    """Say how many customers there are and what gain could be seen.

    Answers whether the iteration can show what it asks: how likely a gain as large as the worth-it line is told
    from none, how many customers would settle it, and what would help where they are too few. Levels and spreads
    come from earlier readings of the same customers, else from before the start. Changes nothing; --page writes a page.
    """
    from pitcairn.iteration.outlook import outlook

    files = files_by_source(data)
    folder = session.folder
    number = iteration_number(folder, pilot, iteration)
    session.stage("Counting the customers …")
    found = outlook(folder, pilot, number, data=files)
    told: dict[str, object] = {"outlook": found}
    if writes or opens:
        from pitcairn.iteration.plan_page import write_plan_page

        told["page"] = page = write_plan_page(folder, found)
        if opens:
            session.open(page)
    wrote = session.shown(page) if writes or opens else None
    return Answer(
        data=told,
        show=partial(planning.outlook, found=found, wrote=wrote),
        next=found.next_command,
    )
