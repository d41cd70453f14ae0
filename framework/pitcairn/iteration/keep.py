"""A reading kept: its row in the ledger, then its files, so that no file is there that the ledger does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pitcairn.atomic import prepared
from pitcairn.ledger.entry import Kind
from pitcairn.ledger.ledger import Ledger


def keep(
    path: Path,
    kind: Kind,
    files: Mapping[Path, str],
    last: Callable[[], str],
    *,
    pilot: str,
    iteration: int,
    lineage: str,
    body: Mapping[str, Any],
    by: str,
    at: datetime,
) -> None:
    """Record a reading (canonical plain dict, with its `result_digest`), then put its files in place, ready by then.

    A crash between the two leaves a row without its files, and whatever needs them asks to read again. A file without
    its row would be told as one that somebody changed. `last` gives the digest of the reading recorded last: where
    somebody else recorded theirs in between, the files that stay are theirs.
    """
    with Ledger.open(path) as ledger, prepared(files) as put_in_place:
        ledger.append(kind, pilot=pilot, iteration=iteration, lineage=lineage, body=body, by=by, at=at)
        with ledger.transaction():
            if last() == body["result_digest"]:
                put_in_place()
