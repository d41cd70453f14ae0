"""The reduction: rows of integers to one row of sums a cell, in one statement.

The text is plain SQL over columns that the inner query names, so that another engine can run it as it is. Products
of integers are BIGINT, which is fast; a statement whose products do not fit is run again with 38 digits, first for
those of three alone, which a skew needs. Where 38 digits do not do for these, there is no skew.

Rows are also grouped by their gaps (which measures have no value), so that every measure has its own complete cases
while all of them share one sum of each value before the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pitcairn.evidence.engine import Engine, Overflow
from pitcairn.evidence.sums import Sums, triples

HIGHEST = 10
"""So many of a cell's highest values are given, to see whether a few customers carry the result."""
MOST_ROWS = 200_000
"""More cells than this are no reading: some group is a column with a level a customer."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one measure's integers are among the columns of the inner query."""

    id: str
    values: tuple[str, ...]
    """Columns of the value, and of a ratio's denominator."""
    covariates: tuple[str, ...]
    """Columns of values before the start."""
    decimals: tuple[int, ...]
    """Of each value, covariates last."""
    may_be_missing: bool
    """A customer can be without a value; otherwise the value of who does not appear is 0."""
    has_gaps: bool = False
    """The columns can be NULL in the inner query."""
    flags: frozenset[str] = frozenset()
    """Columns that are 0 or 1, and so their own squares."""
    thirds: int = 0
    """Products of three are added up for the first so many columns."""
    before_known: bool = False
    """What has only values before the start in it is not added up: it is known of everybody already."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.values, *self.covariates)


@dataclass(frozen=True, slots=True)
class Reduced:
    """One row of the answer: the raw keys, how many rows went in, and each measure's sums."""

    keys: tuple[Any, ...]
    rows: int
    slots: tuple[tuple[Slot, Sums], ...]
    """Only the measures whose values are there in these rows."""
    highest: tuple[int, ...] = ()
    """The highest values of the one column that was asked for, at most `HIGHEST`, in no order."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which of the statement's sums are a slot's."""

    linear: tuple[int, ...]
    products: tuple[tuple[tuple[int, int], int], ...]
    cubes: tuple[tuple[tuple[int, int, int], int], ...]

    def sums(self, count: int, numbers: Sequence[int]) -> Sums:
        products = {pair: numbers[place] for pair, place in self.products}
        cubes = {triple: numbers[place] for triple, place in self.cubes}
        return Sums(count, [numbers[place] for place in self.linear], products, cubes)


class Reduction:
    """`inner` is a query that gives the key columns and every slot's columns, a row a customer."""

    def __init__(
        self,
        inner: str,
        keys: Sequence[str],
        slots: Sequence[Slot],
        *,
        rows: str = "COUNT(*)",
        highest_of: str | None = None,
    ) -> None:
        self._inner = inner
        self._keys = tuple(keys)
        self._rows = rows
        self._highest = [f"MAX({highest_of}, {HIGHEST})"] if highest_of else []
        self._use(slots)

    @property
    def inner(self) -> str:
        """The query of a row a customer; columns as the slots name them."""
        return self._inner

    def _use(self, slots: Sequence[Slot]) -> None:
        self.slots = tuple(slots)
        self._places: dict[tuple[str, ...], int] = {}
        self._layout = tuple(self._places_of(slot) for slot in self.slots)

    def sql(self, *, wide: int = 4) -> str:
        """The statement; products of `wide` columns and more have 38 digits, others 64 bits."""
        keys = [*self._keys, *self._gaps()]
        sums = [_sum(term, wide=wide) for term in self._places]
        return (
            f"SELECT {', '.join([*keys, 'COUNT(*)', self._rows, *sums, *self._highest])} "
            f"FROM ({self._inner}) AS customers GROUP BY {', '.join(keys)} LIMIT {MOST_ROWS + 1}"
        )

    def run(self, engine: Engine) -> list[tuple[Any, ...]]:
        """The answer's rows. Raises what `Engine.rows` raises; `Overflow` only where 38 digits do not do either."""
        for wide in (4, 3, 2) if any(len(term) == 3 for term in self._places) else (4, 2):
            try:
                return engine.rows(self.sql(wide=wide))
            except Overflow:
                continue
        self._use([replace(slot, thirds=0) for slot in self.slots])
        return engine.rows(self.sql(wide=2))

    def read(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Reduced]:
        """The rows of `run`, with their sums by measure."""
        skip = len(self._keys)
        gaps = len(self._gaps())
        for row in rows:
            missing = row[skip] if gaps else 0
            count, seen = row[skip + gaps], row[skip + gaps + 1]
            numbers = [int(value or 0) for value in row[skip + gaps + 2 : len(row) - len(self._highest)]]
            highest = tuple(row[-1] or ()) if self._highest else ()
            found = [
                (slot, layout.sums(count, numbers))
                for place, (slot, layout) in enumerate(zip(self.slots, self._layout, strict=True))
                if not missing >> place & 1
            ]
            yield Reduced(row[:skip], int(seen), tuple(found), highest)

    def _gaps(self) -> list[str]:
        """One number whose bits say which measures have no value; none where all always have one."""
        bits = [
            f"CASE WHEN {' OR '.join(f'{column} IS NULL' for column in slot.values)} THEN {1 << place} ELSE 0 END"
            for place, slot in enumerate(self.slots)
            if slot.has_gaps
        ]
        return [" + ".join(bits)] if bits else []

    def _places_of(self, slot: Slot) -> _Layout:
        """Where the slot's sums stand among those of the statement, to which those it lacks are added."""

        def place(*at: int) -> int:
            names = [slot.columns[one] for one in at]
            # A yes or no is its own power, and so needed once.
            term = tuple(
                name for count, name in enumerate(names) if name not in slot.flags or name not in names[:count]
            )
            return self._places.setdefault(term, len(self._places))

        size = len(slot.columns)
        first = range(len(slot.values) if slot.before_known else size)
        return _Layout(
            tuple(place(one) for one in first),
            tuple(((one, other), place(one, other)) for one in first for other in range(one, size)),
            tuple((triple, place(*triple)) for triple in triples(slot.thirds) if triple[0] in first),
        )


def _sum(term: tuple[str, ...], *, wide: int) -> str:
    first, *rest = term
    if len(term) >= wide:
        first = f"CAST({first} AS DECIMAL(38, 0))"
    return f"SUM({' * '.join([first, *rest])})"
