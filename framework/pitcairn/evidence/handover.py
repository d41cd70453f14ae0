"""The one list a delivery system needs: who was drawn to what, at which place, from when until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pitcairn.design.assignment import place_sql
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.sql import literal, parquet_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The customers of one arm of one draw, whose own places `from_first..from_last` become `first..last`."""

    assignment: Path
    salt: str
    arm: str
    stage: int
    from_first: int
    from_last: int
    first: int
    last: int
    valid_from: date
    valid_to: date | None
    whole: bool = False
    """Whether whole households or the like were drawn, whose places their customers have."""


def hand_over(engine: Engine, parts: Sequence[Handed], into: Path) -> int:
    """Writes `customer, arm, stage, pilot_bucket, valid_from, valid_to` as CSV, sorted; gives the number of customers.

    The file has customers in it: `into` must be where lists live. DataError where an assignment cannot be read.
    """
    rows = " UNION ALL ".join(_part(part) for part in parts)
    engine.run(f"COPY (SELECT * FROM ({rows}) AS rows ORDER BY customer) TO {literal(str(into))} (FORMAT csv, HEADER)")
    ((count,),) = engine.rows(f"SELECT COUNT(*) FROM ({rows}) AS rows")
    return int(count)


def _part(part: Handed) -> str:
    own = f"({place_sql('duckdb', part.salt, 'customer', 'cluster' if part.whole else None)} - {part.from_first})"
    place = f"{part.first} + {own} * {part.last - part.first} // {part.from_last - part.from_first}"
    until = literal(part.valid_to)
    return (
        f"SELECT customer, arm, {part.stage} AS stage, {place} AS pilot_bucket, "
        f"{literal(part.valid_from)} AS valid_from, {until} AS valid_to "
        f"FROM {parquet_sql(part.assignment)} WHERE arm = {literal(part.arm)}"
    )
