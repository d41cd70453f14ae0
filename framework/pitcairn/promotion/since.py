"""The pages of promoted iterations, made again when more is known of what their models did since."""

from __future__ import annotations

from contextlib import suppress

from pitcairn.errors import PitcairnError
from pitcairn.iteration.report import rebuild
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder


def refresh(folder: ProgramFolder, lineage: str) -> None:
    """Makes the pages of the lineage's promoted iterations again; one that fails is what `report` makes again."""
    promoted = {
        (row.pilot, row.iteration) for row in history.entries(folder.ledger_file, "promotion") if row.lineage == lineage
    }
    for pilot, number in sorted(promoted):
        with suppress(PitcairnError):
            rebuild(folder, pilot, number)
