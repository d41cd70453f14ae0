"""A result fit to leave the program: no count of fewer than fifty customers, nothing to draw the groups anew with."""

from __future__ import annotations

from dataclasses import replace

from pitcairn.reading.groups import SMALLEST_CELL
from pitcairn.reading.result import Flow, LeftOut, Result

OTHER = "Other reasons"


def shareable(result: Result) -> Result | None:
    """The result with small counts left out; None where an arm itself is too small to be shown."""
    if any(0 < note.counted < SMALLEST_CELL for note in result.arms):
        return None
    return replace(
        result,
        flow=_flow(result.flow),
        details=tuple(row for row in result.details if row.customers >= SMALLEST_CELL),
        provenance=replace(result.provenance, salt=None, rows=()),
    )


def _flow(flow: Flow) -> Flow:
    """Reasons with few customers are told together; where they stay few together, nothing is said of them."""
    large = tuple(one for one in flow.left_out if one.count >= SMALLEST_CELL or one.count == 0)
    rest = sum(one.count for one in flow.left_out if one not in large)
    if rest >= SMALLEST_CELL:
        return replace(flow, left_out=(*large, LeftOut(reason=OTHER, count=rest)))
    # Their sum would follow from the number in scope, so that one is not told either.
    return replace(flow, left_out=large, in_scope=flow.in_scope if rest == 0 else None)
