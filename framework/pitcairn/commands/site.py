"""`pitcairn site`: the program's pages as a folder that any web server, or none, can show."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitcairn.commands import options
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.paper import Paper
from pitcairn.commands.session import Session

if TYPE_CHECKING:
    from pitcairn.iteration.site import Built


@verb("site", example="pitcairn site --open")
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to (default: site/ in the program's folder). A folder of somebody else's files is not replaced.",
)
@click.option("--open", "opens", is_flag=True, help="Open the first page in the browser.")
@options.today
def command(session: Session, to: Path | None, opens: bool) -> Answer:
    """Make the program's pages.

    One page for the program, one for each pilot, each lineage and each reading. They are files without scripts that
    ask no server for anything; the folder is replaced as a whole or not at all.
    """
    from pitcairn.iteration.site import build
    from pitcairn.promotion.underway import underway

    folder = session.folder
    today = session.moment(folder).today
    built = build(
        folder,
        today=today,
        to=to.absolute() if to else None,
        rollouts=underway(folder, today=today),
    )
    if opens:
        session.open(built.index)
    return Answer(
        data={"site": built},
        show=partial(_show, built=built, index=session.shown(built.index)),
        next="pitcairn status",
    )


def _show(paper: Paper, *, built: Built, index: str) -> None:
    more = built.pages - 1
    beside = f" and {more} more {'page' if more == 1 else 'pages'}, the largest of" if more else ", a page of"
    paper.say(f"Wrote {index}{beside} {built.largest / 1000:,.0f} KB.")
    for sentence in built.left_out:
        paper.mark("watch", "left out", sentence)
