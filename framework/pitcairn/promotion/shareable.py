"""A result fit to leave the program: no count of fewer than fifty customers, said or left to be worked out.

A level that is withheld can be found again where everybody and all other levels are told. So where the rest is small,
the smallest level that is told goes with it, until the rest is large or nobody.
"""

from __future__ import annotations

from dataclasses import replace

from pitcairn.reading.details import ALL, LAST_TIME
from pitcairn.reading.groups import SMALLEST_CELL
from pitcairn.reading.result import Flow, GroupTable, LeftOut, Result, Withheld

OTHER = "Other reasons"
WITH_IT = f"Not shown: the rest would be fewer than {SMALLEST_CELL} customers."


def shareable(result: Result) -> Result | None:
    """The result with small counts left out; None where an arm itself is too small to be shown."""
    if any(0 < note.counted < SMALLEST_CELL for note in result.arms):
        return None
    hidden = {table.id: hidden_levels(result, table) for table in result.groups}
    wheres = {where(table, level) for table in result.groups for level in hidden[table.id]} | _last_time(result)
    return replace(
        result,
        flow=_flow(result.flow),
        details=tuple(row for row in result.details if row.customers >= SMALLEST_CELL and row.where not in wheres),
        groups=tuple(_table(table, hidden[table.id]) for table in result.groups),
        provenance=replace(result.provenance, salt=None, rows=()),
    )


def hidden_levels(result: Result, table: GroupTable) -> frozenset[str]:
    """Levels of a group that must not be told, although they are large, because another one is not."""
    counts = _counts(result)
    told = {row.level: counts[where(table, row.level)] for row in table.rows if where(table, row.level) in counts}
    hidden: set[str] = set()
    while told and _small_rest(counts.get(ALL, {}), told):
        smallest = min(told, key=lambda level: (sum(told[level].values()), level))
        hidden.add(smallest)
        del told[smallest]
    return frozenset(hidden)


def where(table: GroupTable, level: str) -> str:
    """How the exact figures name a level."""
    return f"{table.label}: {level}"


def _counts(result: Result) -> dict[str, dict[str, int]]:
    """Customers of the deciding measure's exact figures, by where and arm."""
    deciding = next((block.id for block in result.measures if block.role == "deciding"), None)
    counts: dict[str, dict[str, int]] = {}
    for row in (row for row in result.details if row.measure == deciding):
        counts.setdefault(row.where, {})[row.arm] = row.customers
    return counts


def _last_time(result: Result) -> set[str]:
    """The rows by what customers had last time, all of them, where one that is not told could be worked out."""
    counts = _counts(result)
    told = {place: arms for place, arms in counts.items() if place.startswith(LAST_TIME)}
    return set(told) if _small_rest(counts.get(ALL, {}), told) else set()


def _small_rest(everybody: dict[str, int], told: dict[str, dict[str, int]]) -> bool:
    """Whether what is left of an arm, once the levels told are taken off, is somebody and fewer than fifty."""
    rests = (count - sum(level.get(arm, 0) for level in told.values()) for arm, count in everybody.items())
    return any(0 < rest < SMALLEST_CELL for rest in rests)


def _table(table: GroupTable, hidden: frozenset[str]) -> GroupTable:
    rows = (
        replace(row, customers=None, effect=Withheld(why=WITH_IT)) if row.level in hidden else row for row in table.rows
    )
    return replace(table, rows=tuple(rows))


def _flow(flow: Flow) -> Flow:
    """Reasons with few customers are told together; where they stay few together, nothing is said of them."""
    large = tuple(one for one in flow.left_out if one.count >= SMALLEST_CELL or one.count == 0)
    rest = sum(one.count for one in flow.left_out if one not in large)
    if rest >= SMALLEST_CELL:
        return replace(flow, left_out=(*large, LeftOut(reason=OTHER, count=rest)))
    # Their sum would follow from the number in scope, so that one is not told either.
    return replace(flow, left_out=large, in_scope=flow.in_scope if rest == 0 else None)
