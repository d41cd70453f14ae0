"""`pitcairn compare`: what changed between two iterations."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import options, records
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session


@verb("compare", example="pitcairn compare second-order 1 2")
@options.pilot
@click.argument("before", type=click.IntRange(min=1), required=False, metavar="[N]")
@click.argument("after", type=click.IntRange(min=1), required=False, metavar="[M]")
def command(session: Session, pilot: str, before: int | None, after: int | None) -> Answer:
    """Say what changed between two iterations, in the plan and in the result.

    Without numbers, the last two. The plan is the locked one; of an iteration not launched yet, the file's.
    """
    from pitcairn.iteration.compare import compare

    found = compare(session.folder, pilot, before, after)
    return Answer(data={"comparison": found}, show=partial(records.compared, found=found), next="pitcairn status")
