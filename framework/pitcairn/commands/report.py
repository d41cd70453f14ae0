"""`pitcairn report`: a page again from its result."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Literal

import click

from pitcairn.commands import options, tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import Day, verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import iteration_number
from pitcairn.errors import DataError


@verb("report", example="pitcairn report second-order --open")
@options.any_pilot
@options.iteration
@click.option("--together", is_flag=True, help="Of all pilots together, in place of a pilot (default: the last read).")
@click.option("--from", "first", type=Day(), metavar="DATE", help="With --together: the period's first day.")
@click.option("--to", "last", type=Day(), metavar="DATE", help="With --together: the period's last day.")
@click.option("--verify", is_flag=True, help="Compare the page with its result instead of writing it.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option("--markdown", is_flag=True, help="Print the reading for a mail or a pull request.")
@click.option("--csv", is_flag=True, help="Print the numbers for a spreadsheet; nothing is written.")
def command(
    session: Session,
    pilot: str | None,
    iteration: int | None,
    together: bool,
    first: date | None,
    last: date | None,
    verify: bool,
    opens: bool,
    markdown: bool,
    csv: bool,
) -> Answer:
    """Make a page again from its result.

    The result holds every word and number, so the page is the same to the byte. With --verify nothing is written:
    exit code 4 says that the page is not what its result gives, and where, or the result not what the ledger recorded.
    Charts that another version of the charting library drew are not compared; everything else is.
    """
    from pitcairn.iteration.report import rebuild, told
    from pitcairn.iteration.report_together import rebuild_together, told_together

    form = _form(markdown, csv, verify or opens)
    days = _days(first, last)
    if together == bool(pilot) or (together and iteration) or (days and not together):
        raise click.UsageError("Name a PILOT (and --iteration N), or ask for --together (and --from and --to).")
    folder = session.folder
    number = iteration_number(folder, pilot, iteration) if pilot else 0
    if form:
        text = told(folder, pilot, number, form) if pilot else told_together(folder, days, form)
        return Answer(data={"form": form, "text": text}, show=lambda paper: paper.write(text.rstrip("\n")))
    found = rebuild(folder, pilot, number, verify=verify) if pilot else rebuild_together(folder, days, verify=verify)
    if opens:
        session.open(found.report_file)
    period = f" --from {days[0]} --to {days[1]}" if days else ""
    return Answer(
        data={"report": found},
        show=partial(tables.rebuilt, found=found, shown=session.shown),
        next=f"pitcairn report {pilot or '--together'}{period}" if verify and not found.same else "pitcairn status",
        exit_code=DataError.exit_code if verify and not found.same else 0,
    )


def _form(markdown: bool, csv: bool, another: bool) -> Literal["markdown", "csv"] | None:
    """Which text is asked for, if one; usage error where that does not go with what else was."""
    if markdown and csv:
        raise click.UsageError("--markdown and --csv print the reading in two forms; ask for one at a time.")
    form: Literal["markdown", "csv"] | None = "markdown" if markdown else "csv" if csv else None
    if form and another:
        raise click.UsageError(f"--{form} prints the reading; it does not go with --verify or --open.")
    return form


def _days(first: date | None, last: date | None) -> tuple[date, date] | None:
    if (first is None) != (last is None):
        raise click.UsageError("--from and --to are given together.")
    return (first, last) if first and last else None
