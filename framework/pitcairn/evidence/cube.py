"""The cube: moments by arm and by every combination of group levels, from one aggregate query per source."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pitcairn.estimate.moments import Floats, Moments, combined

START = "start"
"""The dimension of customers' own days of start, as ISO text, last; not there where all start on the same day."""


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
    _parts: dict[str | None, tuple[tuple[tuple[str, ...], NDArray[np.int64]], ...]] = field(default_factory=dict)
    """The cells behind every key, by dimension, as they have been asked for so far."""

    def moments(self, measure: str, by: str | None = None) -> dict[tuple[str, ...], Moments]:
        """A measure's moments rolled up: by arm, keyed (arm,), or by arm and one more dimension, keyed (arm, level)."""
        block = self.blocks[measure]
        result: dict[tuple[str, ...], Moments] = {}
        for key, cells in self._split(by):
            count, mean, spread = combined(block.count[cells], block.mean[cells], block.spread[cells])
            result[key] = Moments(round(count), mean, spread)
        return result

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
