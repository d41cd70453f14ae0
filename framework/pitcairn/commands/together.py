"""`pitcairn together`: what all pilots of a period changed, against customers kept out of all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitcairn.commands import options, tables
from pitcairn.commands.answer import WITHHELD, Answer
from pitcairn.commands.options import Day, verb
from pitcairn.commands.paper import Paper
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source, person

if TYPE_CHECKING:
    from pitcairn.iteration.together import TakenTogether


@verb("together", example="pitcairn together --from 2026-01-01 --to 2026-06-30")
@click.option("--from", "first", type=Day(), required=True, metavar="DATE", help="The period's first day.")
@click.option("--to", "last", type=Day(), required=True, metavar="DATE", help="The period's last day; it must be over.")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="ID",
    help="Only this measure; may be repeated, the first heads the page (default: all that can be counted).",
)
@click.option(
    "--group", "groups", multiple=True, metavar="ID", help="Split the first measure by this group; may be repeated."
)
@options.data
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@options.dry_run
@options.by
@options.today
def command(
    session: Session,
    first: date,
    last: date,
    measures: tuple[str, ...],
    groups: tuple[str, ...],
    data: tuple[str, ...],
    opens: bool,
    dry_run: bool,
    by: str | None,
) -> Answer:
    """Say what all pilots together changed over a period.

    Counts every customer of the program once: those whom the `holdout` of program.yaml keeps out of all pilots,
    against everybody else, whether a pilot drew them or not. Exit code 5 says that a health check failed and the
    numbers are withheld.
    """
    from pitcairn.iteration.together import together

    files = files_by_source(data)
    folder = session.folder
    moment, who = session.moment(folder), person(by, folder.root)
    session.stage("Reading what everybody did …")
    with session.changing("see whether it was done: pitcairn ledger verify", really=not dry_run):
        taken = together(
            folder,
            first,
            last,
            measures=measures,
            groups=groups,
            by=who,
            now=moment.now,
            today=moment.today,
            dry_run=dry_run,
            data=files,
        )
    if opens and not dry_run:
        session.open(taken.report_file)
    return Answer(
        data={
            "result": taken.result,
            "result_file": taken.result_file,
            "report_file": taken.report_file,
            "dry_run": dry_run,
        },
        show=partial(_show, taken=taken, shown=session.shown),
        next="pitcairn site",
        exit_code=WITHHELD if taken.result.withheld else 0,
    )


def _show(paper: Paper, *, taken: TakenTogether, shown: Callable[[Path], str]) -> None:
    from pitcairn.reading.together import period

    found = taken.result
    paper.mark(found.mark, found.headline)
    for sentence in found.sentences:
        paper.wrap(sentence)
    paper.say(f"All pilots together, {period(found)}", bold=True)
    if found.simulated:
        paper.wrap(found.simulated)
    paper.wrap(f"{'; '.join(f'{arm.label}: {arm.counted:,} customers' for arm in found.arms)}.")
    paper.wrap(found.touched_sentence)
    for name, text in found.touched:
        paper.say(f"  {name}: {text}")
    paper.wrap(f"Can this be read? {found.health_headline}".rstrip(".") + ".")
    tables.checks(paper, tuple(check for check in found.health if check.state in ("warn", "fail")))
    for table in found.groups:
        paper.wrap(f"{table.label}: {table.heading}.", hanging=2)
    for limit in found.limits:
        paper.wrap(f"- {limit}", hanging=2)
    for file in (taken.result_file, taken.report_file):
        paper.say(f"{'Would write' if taken.dry_run else 'Wrote'} {shown(file)}")
