"""Customers' ids: compared as whole numbers where every file keeps them as such, as text otherwise.

Text is never taken for a number: “007” is no 7, in a file that was drawn into earlier neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pitcairn.evidence.engine import Engine
from pitcairn.evidence.sources import Relation, is_whole
from pitcairn.evidence.sql import parquet_sql


def alike(relations: Mapping[str, Relation]) -> dict[str, Relation]:
    """The same relations, all with keys of one kind, so that they can be joined on equality."""
    named = [found for found in relations.values() if found.source.customer is not None]
    whole = bool(named) and all(found.keeps_whole_ids for found in named)
    return {id: replace(found, whole_ids=whole) for id, found in relations.items()}


def drawn_key(engine: Engine, assignment: Path, *, whole: bool) -> str:
    """The customer of a draw's file as a whole number or as text; NULL for text that no whole number is written as."""
    ((_, kind, *_),) = engine.rows(f"DESCRIBE SELECT customer FROM {parquet_sql(assignment)}")
    if is_whole(kind):
        return "customer" if whole else "CAST(customer AS VARCHAR)"
    if not whole:
        return "customer"
    number = "TRY_CAST(customer AS BIGINT)"
    return f"CASE WHEN CAST({number} AS VARCHAR) = customer THEN {number} END"
