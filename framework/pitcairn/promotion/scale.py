"""Effects of a result on the packs' one scale: the logarithm of the ratio to the comparison's level."""

from __future__ import annotations

import math

from pitcairn.estimate.effect import NotAvailable
from pitcairn.promotion.contents import NORMAL_95, Estimate
from pitcairn.reading.details import ALL
from pitcairn.reading.groups import SMALLEST_CELL
from pitcairn.reading.result import DetailRow, Result

CLEAR = 3.0
"""A level is clearly above zero at so many of its standard errors, as in `estimate.relative`."""


def effect_of(result: Result, measure: str, arm: str, where: str = ALL) -> Estimate | NotAvailable:
    """One arm's effect on one measure, of all customers or of a level (`Newcomer: More than a year`).

    The estimate is the result's own, adjusted where that was; its variance is the delta method's from the levels'
    spreads, made smaller by as much as the adjustment narrowed the difference. Not available where the result has no
    difference, a cell is too small, or a level is not clearly above zero.
    """
    rows = {row.arm: row for row in result.details if row.measure == measure and row.where == where}
    comparison = next((note.id for note in result.arms if note.slot == 0), "")
    control, treated = rows.get(comparison), rows.get(arm)
    if control is None or treated is None or min(control.customers, treated.customers) < SMALLEST_CELL:
        return NotAvailable(why=f"Fewer than {SMALLEST_CELL} customers in an arm.")
    if not treated.difference or not control.mean:
        return NotAvailable(why="There is no difference to go by.")
    return _estimate(control, treated)


def _estimate(control: DetailRow, treated: DetailRow) -> Estimate | NotAvailable:
    level = float(control.mean)
    reached = level + float(treated.difference)
    error = (float(treated.high) - float(treated.low)) / (2 * NORMAL_95)
    below, above = _error(control, error), _error(treated, error)
    if min(below, above) <= 0:
        return NotAvailable(why="Every customer did the same.")
    if min(level / below, reached / above) < CLEAR:
        return NotAvailable(why="A level is not clearly above zero, so there is no share of it.")
    narrowed = min(1.0, error**2 / (below**2 + above**2))
    variance = narrowed * ((below / level) ** 2 + (above / reached) ** 2)
    return Estimate(log_ratio=math.log(reached / level), variance=variance)


def _error(row: DetailRow, of_difference: float) -> float:
    """The standard error of one arm's level; where the row has no spread, half of the difference's variance."""
    if row.deviation and float(row.deviation) > 0:
        return float(row.deviation) / math.sqrt(row.customers)
    return of_difference / math.sqrt(2)
