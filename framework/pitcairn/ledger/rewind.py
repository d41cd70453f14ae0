"""The ledger as it stood before one of its rows, for whoever makes again what was made then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pitcairn.ledger import schema
from pitcairn.ledger.connection import complaints_about, reading
from pitcairn.ledger.entry import COLUMNS

_NAMES = ", ".join(COLUMNS)


def rewound(path: Path, before: int, into: Path) -> None:
    """Writes a ledger to `into` that has the rows of the one at `path` up to, and without, row number `before`.

    The rows keep their digests, so its head is what the head was then. DataError where the ledger is damaged.
    """
    with reading(path) as connection:
        query = f"SELECT {_NAMES} FROM entries WHERE seq < ? ORDER BY seq"  # noqa: S608  the names are our own
        rows = connection.execute(query, (before,)).fetchall()
    with complaints_about(into), closing(sqlite3.connect(into, isolation_level=None)) as copy:
        copy.execute("BEGIN")
        schema.build(copy)
        copy.executemany(f"INSERT INTO entries ({_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})", rows)  # noqa: S608
        copy.execute("COMMIT")
