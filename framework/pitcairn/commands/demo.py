"""`pitcairn demo`: a whole pilot on simulated customers, from plan to page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitcairn.commands import reading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.paper import Paper
from pitcairn.commands.session import Session

if TYPE_CHECKING:
    from pitcairn.commands.demonstration import Done


@verb("demo", example="pitcairn demo my-demo --open")
@click.argument("folder", required=False, default="demo")
@click.option("--again", is_flag=True, help="Replace a demo made before in this folder.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Which customers to make up.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
def command(session: Session, folder: str, again: bool, seed: int, opens: bool) -> Answer:
    """Make an example program in FOLDER, run a pilot in it, and show its page.

    Customers and their outcomes are made up from a seed, with a known truth that is told at the end. Everything is
    done with the same commands you would type. The default folder is ./demo.
    """
    from pitcairn.commands.demonstration import run

    target = (session.program or Path.cwd()) / folder
    with session.changing(f"see whether {folder} is there; pitcairn demo {folder} --again makes it anew"):
        done = run(target, seed=seed, again=again, stage=session.stage)
    if opens:
        session.open(done.taken.report_file)
    return Answer(
        data={"folder": target, "truth": done.truth, **reading.data(done.taken)},
        show=partial(_show, done=done, session=session),
        next=f"pitcairn -C {session.shown(target)} status",
    )


def _show(paper: Paper, *, done: Done, session: Session) -> None:
    reading.show(paper, taken=done.taken, shown=session.shown)
    paper.wrap(f"What was made up, and should be found: {done.truth}")
