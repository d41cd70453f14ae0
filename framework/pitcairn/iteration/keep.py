"""A reading kept: its row in the ledger, then its files, so that no file is there that the ledger does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pitcairn.atomic import prepared
from pitcairn.ledger.ledger import Ledger


@contextmanager
def kept(path: Path, files: Mapping[Path, str], digest: str, last: Callable[[], str]) -> Iterator[Ledger]:
    """The ledger, for the reading's row to be appended; its files, ready by then, take their places afterwards.

    A crash between the two leaves a row without its files, and whatever needs them asks to read again. A file without
    its row would be told as one that somebody changed. `last` gives the digest of the result recorded last: where that
    is not this reading's `digest`, somebody else recorded theirs in between, and the files that stay are theirs.
    """
    with Ledger.open(path) as ledger, prepared(files) as put_in_place:
        yield ledger
        with ledger.transaction():
            if last() == digest:
                put_in_place()
