"""The cube: moments by arm and by every combination of group levels, from one aggregate query per source."""

from __future__ import annotations

from dataclasses import dataclass

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

    def moments(self, measure: str, by: str | None = None) -> dict[tuple[str, ...], Moments]:
        """A measure's moments rolled up: by arm, keyed (arm,), or by arm and one more dimension, keyed (arm, level)."""
        names = [dimension.id for dimension in self.dimensions]
        axes = [0] if by is None else [0, names.index(by)]
        block = self.blocks[measure]
        keys, inverse = np.unique(self.index[:, axes], axis=0, return_inverse=True)
        result: dict[tuple[str, ...], Moments] = {}
        for number, key in enumerate(keys):
            chosen = inverse.ravel() == number
            count, mean, spread = combined(block.count[chosen], block.mean[chosen], block.spread[chosen])
            named = tuple(self.dimensions[axis].levels[level] for axis, level in zip(axes, key, strict=True))
            result[named] = Moments(round(count), mean, spread)
        return result

    def sizes(self, by: str | None = None) -> dict[tuple[str, ...], int]:
        """Counted customers, keyed as in `moments`."""
        names = [dimension.id for dimension in self.dimensions]
        axes = [0] if by is None else [0, names.index(by)]
        keys, inverse = np.unique(self.index[:, axes], axis=0, return_inverse=True)
        sums = np.bincount(inverse.ravel(), weights=self.customers, minlength=len(keys))
        return {
            tuple(self.dimensions[axis].levels[level] for axis, level in zip(axes, key, strict=True)): round(total)
            for key, total in zip(keys, sums, strict=True)
        }
