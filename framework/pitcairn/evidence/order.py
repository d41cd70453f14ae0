"""The middle of an order: the values around a quantile, by arm and by arm and level, in one statement a measure.

Orders do not add, so the engine ranks each group of customers by itself and hands out a ladder: the quantile's own
value, and values at ranks around it, closer together than a thirtieth of the standard error of a rank. Ranges end on
its steps, which makes them at most that much wider. Of many customers one value far out on either side says how values
lie there, for sizing. What comes out grows with the number of groups, not of customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pitcairn.design.plan import MeasurePlan
from pitcairn.estimate.quantile_sizes import WIDE
from pitcairn.estimate.quantiles import Below, Ladder
from pitcairn.evidence.apart import Apart
from pitcairn.evidence.cube import Ladders
from pitcairn.evidence.query import Reduction

STEPS = 32
"""Of a ladder, to each standard error of a rank."""
REACH = 7
"""How many standard errors of a rank it reaches, up and down."""


@dataclass(frozen=True, slots=True)
class Order:
    """One measure's ladders: the statement, and what its rows mean."""

    sql: str
    _decimals: tuple[int, ...]
    """Of the value, and of what was known before the start."""
    _apart: Apart

    @classmethod
    def of(cls, measure: MeasurePlan, reduction: Reduction, apart: Apart) -> Order:
        """Of the one measure in `reduction`."""
        (slot,) = reduction.slots
        sql = _sql(reduction.inner, slot.values[0], slot.covariates, measure.at or 0.5, apart)
        return cls(sql, slot.decimals, apart)

    def read(self, rows: Sequence[tuple[int, ...]]) -> Ladders:
        """The ladders, from the statement's rows: dimension, group, customers, rank, value, 1 for one far out; where
        something was known before the start also how many have less, how many at most that, and these ones' sums of
        what was known.
        """
        found: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        counts: dict[tuple[int, int], int] = {}
        for by, key, count, *step in rows:
            found.setdefault((by, key), []).append(tuple(step))
            counts[by, key] = count
        return {
            id: {
                key: self._ladder(counts[by, number], found[by, number])
                for number, key in enumerate(keys)
                if (by, number) in found
            }
            for by, (id, keys) in enumerate(self._apart.keys)
        }

    def _ladder(self, count: int, steps: list[tuple[int, ...]]) -> Ladder:
        scale = 10 ** self._decimals[0]
        far = tuple((rank, value / scale) for rank, value, is_far, *_ in sorted(steps) if is_far)
        ranks, values, _, *more = zip(*sorted(step for step in steps if not step[2]), strict=True)
        scaled = np.array(values, dtype=np.float64) / scale
        known = None
        if more:
            sums = [
                np.array(column, dtype=np.float64) / 10**digits
                for column, digits in zip(more[2:], self._decimals[1:], strict=True)
            ]
            under, upto = (np.array(column, dtype=np.int64) for column in more[:2])
            known = Below(under, upto, np.column_stack(sums))
        return Ladder(count, np.array(ranks, dtype=np.int64), scaled, known, far)


def _sql(inner: str, value: str, covariates: Sequence[str], share: float, apart: Apart) -> str:
    ordered = "OVER (PARTITION BY {key} ORDER BY p_value)"
    more = {}
    if covariates:
        # All who have the value itself are in it, so that the order among them does not matter.
        more = {"p_under": f"RANK() {ordered} - 1", "p_upto": f"COUNT(*) {ordered}"}
        more |= {f"p_sum_{place}": f"SUM({name}) {ordered}" for place, name in enumerate(covariates)}
    known = "".join(f", {name}" for name in covariates)
    ranked = apart.each(
        "SELECT {by} AS p_by, {key} AS p_key, p_value, "
        f"ROW_NUMBER() {ordered} AS p_rank, "
        "COUNT(*) OVER (PARTITION BY {key}) AS p_count"
        + "".join(f", {sql} AS {name}" for name, sql in more.items())
        + " FROM ordered"
    )
    kept = "".join(f", {name}" for name in more)
    exact, spread, far = (_double(one) for one in (share, share * (1 - share), WIDE * min(share, 1 - share)))
    error = f"SQRT(CAST(p_count AS DOUBLE PRECISION) * {spread})"
    # The middle is found as the estimator finds it, in the same arithmetic.
    middle = f"CEIL(CAST(p_count AS DOUBLE PRECISION) * {exact} - {_double(1e-9)})"
    step = f"CAST(FLOOR({error} / {STEPS}) AS BIGINT)"
    return (
        f"WITH ordered AS (SELECT {', '.join(apart.columns)}, {value} AS p_value{known} FROM ({inner}) AS customers "
        f"INNER JOIN {apart.sql} ON p_place = p_cell WHERE {value} IS NOT NULL), "
        f"ranked AS ({ranked}), "
        f"stepped AS (SELECT p_by, p_key, p_count, p_rank, p_value{kept}, "
        f"p_rank - CASE WHEN {middle} < 1 THEN 1 ELSE CAST({middle} AS BIGINT) END AS p_off, "
        f"CASE WHEN {step} < 1 THEN 1 ELSE {step} END AS p_step, {REACH} * {error} + {STEPS} AS p_reach, "
        f"CAST(FLOOR(CAST(p_count AS DOUBLE PRECISION) * {far}) AS BIGINT) AS p_far FROM ranked) "
        f"SELECT p_by, p_key, p_count, p_rank, p_value, "
        f"CASE WHEN ABS(p_off) <= p_reach THEN 0 ELSE 1 END{kept} FROM stepped "
        f"WHERE (ABS(p_off) <= p_reach AND p_off % p_step = 0) OR (ABS(p_off) = p_far AND p_far > p_reach)"
    )


def _double(number: float) -> str:
    """A literal that no engine takes for a decimal of fewer digits."""
    return f"CAST('{number!r}' AS DOUBLE PRECISION)"
