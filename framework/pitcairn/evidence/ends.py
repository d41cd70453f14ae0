"""The ends of a measure's values, as files tell them in their footers: how large a sum, or a skew, could be at most.

Third sums cost a fifth of a statement over many rows. An even comparison of values that are adjusted needs them only
to see whether enough customers are there for the skew; often the ends alone say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, sqrt

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.skewed import enough_for
from pitcairn.evidence.query import Slot
from pitcairn.evidence.sources import Relation
from pitcairn.evidence.sums import Tally
from pitcairn.evidence.values import needed_by

MANY = 1_000_000
"""From so many rows on, a statement less is worth more than a statement that is asked again."""

Ends = tuple[float, float]


def ends(relation: Relation, plan: Plan) -> dict[str, Ends]:
    """The lowest and the highest value of each measure whose third sums may wait, by measure id."""
    if plan.is_uneven or relation.table.rows < MANY:
        return {}
    found = ((measure.id, _ends(relation, measure)) for measure in plan.measures)
    return {id: known for id, known in found if known is not None}


def safe_as_doubles(relation: Relation, measures: Sequence[MeasurePlan], slots: Sequence[Slot]) -> set[str]:
    """The slots' columns whose sums and products stay whole numbers below 2⁵³, which doubles add up exactly, and fast.

    Whatever the rows, no partial sum is larger than the number of rows times the largest product. A column is in only
    where all that it is multiplied with is in as well.
    """
    most: dict[str, float] = {}
    for measure, slot in zip(measures, slots, strict=True):
        asked = zip(slot.columns, (measure.column, *slot.values[1:], measure.before), slot.decimals, strict=False)
        for name, column, decimals in asked if measure.kind != "ratio" and not measure.change else ():
            most[name] = 1.0 if name in slot.flags else _largest(relation, measure, column, decimals)
    unsafe = {name for slot in slots for name in slot.columns if not _stays_whole(relation, slot, most)}
    while more := {name for slot in slots if unsafe & {*slot.columns} for name in slot.columns} - unsafe:
        unsafe |= more
    return {name for slot in slots for name in slot.columns} - unsafe


def most_skewed(tally: Tally, known: Ends) -> float | None:
    """The most that the skewness of all counted values can be, up or down; None where they do not vary.

    |Σ(x - m)³| is at most max|x - m| · Σ(x - m)², so the skewness is at most the furthest end in standard deviations.
    """
    sums = tally.cells.values()
    scale: int = 10 ** tally.decimals[0]
    count, total = sum(one.count for one in sums), sum(one.linear[0] for one in sums)
    varied = count * sum(one.products[0, 0] for one in sums) - total**2
    if varied <= 0:
        return None
    mean = total / (count * scale)
    deviation = sqrt(varied) / (count * scale)
    return max(known[1] - mean, mean - known[0]) / deviation


def is_enough(tally: Tally, skew: float, plan: Plan) -> bool:
    """Whether the smallest arm has the customers that values of this skew need."""
    counts = {arm.id: 0 for arm in plan.arms}
    for cell, sums in tally.cells.items():
        counts[cell[0]] += sums.count
    return min(counts.values()) >= enough_for(skew)


def _stays_whole(relation: Relation, slot: Slot, most: Mapping[str, float]) -> bool:
    largest = max(most.get(name, inf) for name in slot.columns)
    return relation.table.rows > 0 and relation.table.rows * largest ** (3 if slot.thirds else 2) < 2.0**53


def _largest(relation: Relation, measure: MeasurePlan, column: str | None, decimals: int) -> float:
    """The largest integer that a column can give, up or down; infinite where the file does not say."""
    found = relation.table.ends.get(relation.name(column, needed_by=needed_by(measure))) if column else None
    return inf if found is None else max(*map(abs, found), abs(measure.cap or 0.0)) * 10**decimals + 1


def _ends(relation: Relation, measure: MeasurePlan) -> Ends | None:
    """None where a file does not say, and for what is no amount of one column."""
    if measure.is_rate or measure.kind == "ratio" or measure.before is None or measure.column is None or measure.change:
        return None
    found = relation.table.ends.get(relation.name(measure.column, needed_by=needed_by(measure)))
    if found is None:
        return None
    low, high = found if measure.kind == "mean" else (min(0.0, found[0]), max(0.0, found[1]))
    rounded = 10.0**-measure.decimals
    return low - rounded, (high if measure.cap is None else min(high, measure.cap)) + rounded
