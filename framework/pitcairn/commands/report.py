"""`pitcairn report`: a page again from its result."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import options, tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import iteration_number
from pitcairn.errors import DataError


@verb("report", example="pitcairn report second-order --open")
@options.pilot
@options.iteration
@click.option("--verify", is_flag=True, help="Compare the page with its result instead of writing it.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option("--markdown", is_flag=True, help="Print the reading for a mail or a pull request.")
@click.option("--csv", is_flag=True, help="Print the numbers for a spreadsheet; nothing is written.")
def command(
    session: Session, pilot: str, iteration: int | None, verify: bool, opens: bool, markdown: bool, csv: bool
) -> Answer:
    """Make a page again from its result.

    The result holds every word and number, so the page is the same to the byte. With --verify nothing is written:
    exit code 4 says that the page is not what its result gives, and where, or the result not what the ledger recorded.
    Charts that another version of the charting library drew are not compared; everything else is.
    """
    from pitcairn.iteration.report import rebuild, told

    if markdown and csv:
        raise click.UsageError("--markdown and --csv print the reading in two forms; ask for one at a time.")
    folder, form = session.folder, "markdown" if markdown else "csv" if csv else None
    if form and (verify or opens):
        raise click.UsageError(f"--{form} prints the reading; it does not go with --verify or --open.")
    if form:
        text = told(folder, pilot, iteration_number(folder, pilot, iteration), form)  # type: ignore[arg-type]
        return Answer(data={"form": form, "text": text}, show=lambda paper: paper.write(text.rstrip("\n")))
    found = rebuild(folder, pilot, iteration_number(folder, pilot, iteration), verify=verify)
    if opens:
        session.open(found.report_file)
    return Answer(
        data={"report": found},
        show=partial(tables.rebuilt, found=found, shown=session.shown),
        next=f"pitcairn report {pilot}" if verify and not found.same else "pitcairn status",
        exit_code=DataError.exit_code if verify and not found.same else 0,
    )
