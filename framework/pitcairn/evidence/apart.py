"""What does not add from cell to cell is asked for by itself: of every arm, and of every arm in every level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pitcairn.evidence.cube import START, Dimension
from pitcairn.evidence.sums import Cell

Key = tuple[str, ...]
"""As in `Cube.moments`."""


@dataclass(frozen=True, slots=True)
class Apart:
    """The groups of customers of every dimension, numbered, and what joins them to `p_cell`."""

    keys: tuple[tuple[str | None, tuple[Key, ...]], ...]
    """By dimension, None for the arms alone: the groups, each at its number."""
    sql: str
    """A table with `p_place`, equal to a `p_cell`, and the number of its group in each dimension, `p_key_0`, ..."""

    @classmethod
    def of(cls, cells: Mapping[int, Cell | None], dimensions: Sequence[Dimension], *, starts: bool) -> Apart:
        """Of the customers whose `p_cell` is a cell of these dimensions; the first is the arm.

        Days of start are among them with `starts`.
        """
        axes = [(None, 0), *((one.id, at) for at, one in enumerate(dimensions) if at and (starts or one.id != START))]
        numbers: list[dict[Key, int]] = [{} for _ in axes]
        rows = []
        for place, cell in cells.items():
            if cell is not None:
                groups = [(cell[0], cell[axis]) if axis else (cell[0],) for _, axis in axes]
                found = [known.setdefault(key, len(known)) for known, key in zip(numbers, groups, strict=True)]
                rows.append(f"({', '.join(map(str, [place, *found]))})")
        names = ["p_place", *(f"p_key_{number}" for number in range(len(axes)))]
        keys = tuple((id, tuple(known)) for (id, _), known in zip(axes, numbers, strict=True))
        return cls(keys, f"(VALUES {', '.join(rows)}) AS places({', '.join(names)})")

    @property
    def columns(self) -> list[str]:
        return [f"p_key_{place}" for place in range(len(self.keys))]

    def each(self, select: str) -> str:
        """One query for all dimensions; `select` has `{by}` for the dimension's number and `{key}` for its column."""
        return " UNION ALL ".join(select.format(by=by, key=key) for by, key in enumerate(self.columns))
