"""The cube: moments by arm and by every combination of group levels, from one aggregate query per source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pitcairn.estimate.clustered import Clustered
from pitcairn.estimate.moments import Floats, Moments, combined, combined_cubes
from pitcairn.estimate.quantiles import Ladder, Ranked

Ladders = Mapping[str | None, Mapping[tuple[str, ...], Ladder]]
"""By dimension, None for the arms alone, and by key as in `Cube.moments`."""

START = "(start)"
"""The dimension of customers' own days of start, as ISO text, last; not there where all start on the same day.

No group can have this id.
"""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way the cube is split: the arm, a group, or the day of the customer's start."""

    id: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One measure in every cell: count (cells,), mean (cells, k), spread (cells, k, k), centred per cell."""

    count: Floats
    mean: Floats
    spread: Floats
    cubes: Floats | None = None
    """Third centred sums (cells, t, t, t) of the first t values; None where they are not known."""

    def at(self, kept: NDArray[np.bool_]) -> Block:
        """Some of the cells."""
        cubes = None if self.cubes is None else self.cubes[kept]
        return Block(self.count[kept], self.mean[kept], self.spread[kept], cubes)

    def rolled_up(self, cells: NDArray[np.int64]) -> Moments:
        """The cells at these places as one; with third sums where those of all k values are known."""
        parts = self.count[cells], self.mean[cells], self.spread[cells]
        count, mean, spread = combined(*parts)
        if count == 0 or self.cubes is None or self.cubes.shape[1] < len(mean):
            return Moments(round(count), mean, spread)
        return Moments(round(count), mean, spread, combined_cubes(*parts, self.cubes[cells]))


@dataclass(frozen=True, slots=True, eq=False)
class Both:
    """A measure and what was spent, by arm: two values, then what was known before the start."""

    by_arm: Mapping[str, Moments]
    """Per customer; where more was drawn, per unit of it, with the customers of a unit after the two values."""
    known: tuple[tuple[int, ...], tuple[int, ...]]
    """Where the values per customer stand that are taken out of the first, and of the second."""
    clustered: bool


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Cells are the combinations of levels that occur; `index` (cells, dimensions) says which levels each has."""

    dimensions: tuple[Dimension, ...]
    """The first is always the arm."""
    index: NDArray[np.int64]
    customers: NDArray[np.int64]
    """Counted customers (follow-up complete) in each cell."""
    blocks: dict[str, Block]
    """By measure id."""
    so_far: Cube | None = None
    """Customers whose follow-up is under way, with what they did so far: to watch for harm, and for nothing else. None
    where nobody is, and where customers start on days of their own: those who started first say more.
    """
    ladders: Mapping[str, Ladders] = field(default_factory=dict)
    """Of the quantiles, by measure id: not by day of start, and not of some of the cells, for orders do not add."""
    beside: Mapping[str, Both] = field(default_factory=dict)
    """By measure id, together with what was spent, where a measure adds that up: of all counted customers."""
    drawn: Mapping[str, Mapping[str | None, Mapping[tuple[str, ...], Moments]]] = field(default_factory=dict)
    """By measure id, dimension and key: moments of what was drawn, where that is more than a customer."""
    _parts: dict[str | None, tuple[tuple[tuple[str, ...], NDArray[np.int64]], ...]] = field(default_factory=dict)
    """The cells behind every key, by dimension, as they have been asked for so far."""

    def moments(self, measure: str, by: str | None = None) -> dict[tuple[str, ...], Moments]:
        """A measure's moments rolled up: by arm, keyed (arm,), or by arm and one more dimension, keyed (arm, level).

        A quantile's are `Ranked` where its ladder is known, and `Clustered` where more than customers was drawn.
        """
        block, ladders = self.blocks[measure], self.ladders.get(measure, {}).get(by, {})
        found = {key: block.rolled_up(cells) for key, cells in self._split(by)}
        if drawn := self.drawn.get(measure, {}).get(by, {}):
            return {key: Clustered.of_drawn(one, drawn[key]) for key, one in found.items()}
        return {key: Ranked.of_ladder(one, ladders[key]) if key in ladders else one for key, one in found.items()}

    def units(self, measure: str, by: str | None = None) -> dict[tuple[str, ...], int]:
        """What was drawn that has a counted customer, where that is more than a customer; keyed as in `moments`."""
        return {key: found.count for key, found in self.drawn.get(measure, {}).get(by, {}).items()}

    def everyone(self, measure: str) -> Moments | None:
        """All arms' counted customers, their value (and denominator) only; None where third sums are not known."""
        block = self.blocks[measure]
        if block.cubes is None:
            return None
        size = block.cubes.shape[1]
        values = Block(block.count, block.mean[:, :size], block.spread[:, :size, :size], block.cubes)
        return values.rolled_up(np.arange(len(block.count)))

    def only(self, dimension: str, level: str) -> Cube:
        """The cells of one level of a dimension: the same questions, put to these customers alone.

        With no cells where the level does not occur. ValueError for a dimension that the cube does not have.
        """
        place = [each.id for each in self.dimensions].index(dimension)
        levels = self.dimensions[place].levels
        number = levels.index(level) if level in levels else -1
        kept = self.index[:, place] == number
        blocks = {id: block.at(kept) for id, block in self.blocks.items()}
        return Cube(self.dimensions, self.index[kept], self.customers[kept], blocks)

    def sizes(self, by: str | None = None) -> dict[tuple[str, ...], int]:
        """Counted customers, keyed as in `moments`."""
        return {key: int(self.customers[cells].sum()) for key, cells in self._split(by)}

    def _split(self, by: str | None) -> tuple[tuple[tuple[str, ...], NDArray[np.int64]], ...]:
        """The keys that occur, in the order of the levels, with the places of their cells."""
        if by not in self._parts:
            axes = [0] if by is None else [0, [dimension.id for dimension in self.dimensions].index(by)]
            levels = [self.dimensions[axis].levels for axis in axes]
            shape = tuple(len(names) for names in levels)
            codes = np.ravel_multi_index(tuple(self.index[:, axes].T), shape) if len(self.index) else np.array([])
            self._parts[by] = tuple(
                (
                    tuple(names[place] for names, place in zip(levels, np.unravel_index(code, shape), strict=True)),
                    np.flatnonzero(codes == code),
                )
                for code in np.unique(codes)
            )
        return self._parts[by]
