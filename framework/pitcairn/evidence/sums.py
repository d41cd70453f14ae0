"""Exact sums of integers, cell by cell, and the one step from them to means and centred spreads.

Sums stay Python integers, which do not round; only the last division does. So a measure near 1e8 with a variance near
1 keeps its variance, and the result does not depend on the order in which rows were added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, permutations

import numpy as np

from pitcairn.evidence.cube import Block

Cell = tuple[str, ...]
"""The arm's id and the name of the level in each group."""


@dataclass(slots=True)
class Sums:
    """Count, sums and sums of products of a measure's k integers over the customers of one cell."""

    count: int
    linear: list[int]
    products: dict[tuple[int, int], int]
    cubes: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """Sums of products of three, of the first so many integers; none where they did not fit or nobody asked."""

    @classmethod
    def none(cls, size: int, thirds: int = 0) -> Sums:
        """Nobody yet; products of three for the first `thirds` integers."""
        pairs = [(one, other) for one in range(size) for other in range(one, size)]
        return cls(0, [0] * size, dict.fromkeys(pairs, 0), dict.fromkeys(triples(thirds), 0))

    def add(self, other: Sums) -> None:
        """More customers of the cell. What the others do not know of products of three, the sum does not either."""
        self.count += other.count
        self.add_values(other, len(self.linear))

    def add_values(self, other: Sums, size: int) -> None:
        """What the first `size` integers add for customers who are counted already, with 0 for them."""
        for place in range(size):
            self.linear[place] += other.linear[place]
        for places, product in other.products.items():
            self.products[places] += product if places[0] < size else 0
        self.cubes = {
            triple: total + other.cubes[triple] if triple[0] < size else total
            for triple, total in self.cubes.items()
            if triple[0] >= size or triple in other.cubes
        }

    def add_people(self, count: int, before: Sums | None) -> None:
        """Customers with 0 for everything but the last integers, the values before the start, if there are any."""
        self.count += count
        if before is None:
            return
        first = len(self.linear) - len(before.linear)
        for place, total in enumerate(before.linear):
            self.linear[first + place] += total
        for (one, other), product in before.products.items():
            self.products[first + one, first + other] += product
        for triple in [triple for triple in self.cubes if triple[0] >= first]:
            one, two, three = (place - first for place in triple)
            if (one, two, three) in before.cubes:
                self.cubes[triple] += before.cubes[one, two, three]
            else:
                del self.cubes[triple]


@dataclass(slots=True)
class Tally:
    """One measure's sums in every cell."""

    decimals: tuple[int, ...]
    """Of each of the k integers."""
    thirds: int = 0
    """Products of three are added up for the first so many integers."""
    cells: dict[Cell, Sums] = field(default_factory=dict)

    def at(self, cell: Cell) -> Sums:
        """The cell's sums, to be added to."""
        found = self.cells.get(cell)
        if found is None:
            found = self.cells[cell] = Sums.none(len(self.decimals), self.thirds)
        return found

    def add(self, cell: Cell, sums: Sums) -> None:
        """More customers of the cell; the first ones' sums become the tally's own."""
        found = self.cells.get(cell)
        if found is None:
            self.cells[cell] = sums
        else:
            found.add(sums)

    def block(self, order: Sequence[Cell]) -> Block:
        """Counts, means and centred spreads of the cells in this order; a cell that has nobody is zero."""
        size = len(self.decimals)
        counts, means, spreads = np.zeros(len(order)), np.zeros((len(order), size)), np.zeros((len(order), size, size))
        places = [place for place, cell in enumerate(order) if cell in self.cells and self.cells[cell].count]
        found = [self.cells[order[place]] for place in places]
        counts[places] = [sums.count for sums in found]
        for one, digits in enumerate(self.decimals):
            scale = 10**digits
            means[places, one] = [sums.linear[one] / (sums.count * scale) for sums in found]
            for other in range(one, size):
                spread = self._centred(found, one, other)
                spreads[places, one, other] = spreads[places, other, one] = spread
        triads = triples(self.thirds)
        if not triads or any(len(sums.cubes) < len(triads) for sums in found):
            return Block(counts, means, spreads)
        cubes = np.zeros((len(order), self.thirds, self.thirds, self.thirds))
        for triple in triads:
            third = self._centred_thirds(found, triple)
            for one, two, three in set(permutations(triple)):
                cubes[places, one, two, three] = third
        return Block(counts, means, spreads, cubes)

    def _centred(self, found: Sequence[Sums], one: int, other: int) -> list[float]:
        """The centred sum of the products of two of the integers in every cell."""
        scale, pair = 10 ** (self.decimals[one] + self.decimals[other]), (one, other)
        return [
            (sums.count * sums.products[pair] - sums.linear[one] * sums.linear[other]) / (sums.count * scale)
            for sums in found
        ]

    def _centred_thirds(self, found: Sequence[Sums], triple: tuple[int, int, int]) -> list[float]:
        """Σ(x - x̄)(y - ȳ)(z - z̄) in every cell, multiplied out so that only the last step rounds."""
        one, two, three = triple
        scale: int = 10 ** sum(self.decimals[place] for place in triple)
        thirds = []
        for sums in found:
            count, (x, y, z) = sums.count, (sums.linear[place] for place in triple)
            pairs = sums.products[two, three] * x + sums.products[one, three] * y + sums.products[one, two] * z
            thirds.append((count * (count * sums.cubes[triple] - pairs) + 2 * x * y * z) / (count**2 * scale))
        return thirds


def triples(size: int) -> tuple[tuple[int, int, int], ...]:
    """The places of products of three of so many integers, each once.

    >>> triples(2)
    ((0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1))
    """
    return tuple(combinations_with_replacement(range(size), 3))
