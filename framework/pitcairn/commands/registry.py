"""`pitcairn registry`: the index of a folder of packs, and how good the predictions were."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from pitcairn.commands import options, spreading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session


@verb("registry", example="pitcairn registry ../packs")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options.today
def command(session: Session, folder: Path) -> Answer:
    """Write the index and the pages of a registry.

    A registry is a folder, or a git repository: packs/*.pilotpack, and adoptions/*.json as `watch --registry` writes
    them. Makes index.json, index.html and calibration.html, where every adoption's prediction stands beside what came.
    """
    from pitcairn.promotion.registry_pages import sentences, write

    today = session.today or datetime.now(UTC).date()
    index, files = write(folder, today, moved=session.today is not None)
    return Answer(
        data={"packs": index.packs, "adoptions": len(index.adoptions), "calibration": index.calibration},
        show=partial(
            spreading.registry, index=index, said=sentences(index.calibration), files=files, shown=session.shown
        ),
    )
