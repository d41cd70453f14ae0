"""Whether words name customers: all that other rooms may ask about ids. Positions of words come back, never an id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pitcairn.evidence.engine import Engine
from pitcairn.evidence.sql import parquet_sql


def mentioned(engine: Engine, lists: Sequence[Path], words: Sequence[str]) -> frozenset[int]:
    """The positions of the words that are the id of a customer in one of the files that launches wrote.

    DataError where a file cannot be read.
    """
    if not words or not lists:
        return frozenset()
    rows = engine.rows(
        f"WITH words AS (SELECT unnest(range(len($1))) AS place, unnest($1::VARCHAR[]) AS word) "
        f"SELECT DISTINCT place FROM words SEMI JOIN {parquet_sql(*lists)} AS lists "
        f"ON word = CAST(lists.customer AS VARCHAR)",
        [list(words)],
    )
    return frozenset(int(place) for (place,) in rows)
