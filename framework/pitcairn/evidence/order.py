"""The middle of an order: the values around a quantile, by arm and by arm and level, in one statement a measure.

Orders do not add, so the engine ranks each group of customers by itself and hands out a ladder: the quantile's own
value, and values at ranks around it, closer together than a thirtieth of the standard error of a rank. Ranges end on
its steps, which makes them at most that much wider. What comes out grows with the number of groups, not of customers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pitcairn.design.plan import MeasurePlan
from pitcairn.estimate.quantiles import Ladder
from pitcairn.evidence.cube import START, Dimension, Ladders
from pitcairn.evidence.query import Reduction
from pitcairn.evidence.sums import Cell

STEPS = 32
"""Of a ladder, to each standard error of a rank."""
REACH = 7
"""How many standard errors of a rank it reaches, up and down."""


@dataclass(slots=True)
class _Keys:
    """The groups of customers of one dimension, numbered as they are met."""

    axis: int | None
    """Where its levels are in a cell; None for the arms alone."""
    numbers: dict[tuple[str, ...], int] = field(default_factory=dict)

    def number(self, cell: Cell) -> int:
        key = (cell[0],) if self.axis is None else (cell[0], cell[self.axis])
        return self.numbers.setdefault(key, len(self.numbers))


@dataclass(frozen=True, slots=True)
class Order:
    """One measure's ladders: the statement, and what its rows mean."""

    sql: str
    _decimals: int
    _by: tuple[tuple[str | None, _Keys], ...]

    @classmethod
    def of(
        cls,
        measure: MeasurePlan,
        reduction: Reduction,
        cells: Mapping[int, Cell | None],
        dimensions: Sequence[Dimension],
    ) -> Order:
        """Of the one measure in `reduction`, over customers whose `p_cell` is a cell of these dimensions."""
        by: list[tuple[str | None, _Keys]] = [(None, _Keys(None))]
        by += [(one.id, _Keys(axis)) for axis, one in enumerate(dimensions) if axis and one.id != START]
        rows = [(number, *(keys.number(cell) for _, keys in by)) for number, cell in cells.items() if cell is not None]
        (slot,) = reduction.slots
        return cls(_sql(reduction.inner, slot.values[0], measure.at or 0.5, rows), slot.decimals[0], tuple(by))

    def read(self, rows: Sequence[tuple[int, int, int, int, int]]) -> Ladders:
        """The ladders, from the statement's rows: dimension, group, customers, rank, value."""
        found: dict[tuple[int, int], list[tuple[int, int]]] = {}
        counts: dict[tuple[int, int], int] = {}
        for place, key, count, rank, value in rows:
            found.setdefault((place, key), []).append((rank, value))
            counts[place, key] = count
        return {
            id: {
                key: self._ladder(counts[place, number], found[place, number])
                for key, number in keys.numbers.items()
                if (place, number) in found
            }
            for place, (id, keys) in enumerate(self._by)
        }

    def _ladder(self, count: int, steps: list[tuple[int, int]]) -> Ladder:
        ranks, values = zip(*sorted(steps), strict=True)
        return Ladder(count, np.array(ranks, dtype=np.int64), np.array(values, dtype=np.float64) / 10**self._decimals)


def _sql(inner: str, value: str, share: float, rows: Sequence[tuple[int, ...]]) -> str:
    keys = [f"p_key_{place}" for place in range(len(rows[0]) - 1)]
    places = ", ".join(f"({', '.join(map(str, row))})" for row in rows)
    ranked = " UNION ALL ".join(
        f"SELECT {place} AS p_by, {key} AS p_key, p_value, "
        f"ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY p_value) AS p_rank, "
        f"COUNT(*) OVER (PARTITION BY {key}) AS p_count FROM ordered"
        for place, key in enumerate(keys)
    )
    exact, spread = _double(share), _double(share * (1 - share))
    error = f"SQRT(CAST(p_count AS DOUBLE PRECISION) * {spread})"
    # The middle is found as the estimator finds it, in the same arithmetic.
    middle = f"CEIL(CAST(p_count AS DOUBLE PRECISION) * {exact} - {_double(1e-9)})"
    step = f"CAST(FLOOR({error} / {STEPS}) AS BIGINT)"
    return (
        f"WITH ordered AS (SELECT {', '.join(keys)}, {value} AS p_value FROM ({inner}) AS customers "
        f"INNER JOIN (VALUES {places}) AS places({', '.join(['p_place', *keys])}) ON p_place = p_cell "
        f"WHERE {value} IS NOT NULL), "
        f"ranked AS ({ranked}), "
        f"stepped AS (SELECT p_by, p_key, p_count, p_rank, p_value, "
        f"p_rank - CASE WHEN {middle} < 1 THEN 1 ELSE CAST({middle} AS BIGINT) END AS p_off, "
        f"CASE WHEN {step} < 1 THEN 1 ELSE {step} END AS p_step, {REACH} * {error} + {STEPS} AS p_reach FROM ranked) "
        f"SELECT p_by, p_key, p_count, p_rank, p_value FROM stepped WHERE ABS(p_off) <= p_reach AND p_off % p_step = 0"
    )


def _double(number: float) -> str:
    """A literal that no engine takes for a decimal of fewer digits."""
    return f"CAST('{number!r}' AS DOUBLE PRECISION)"
