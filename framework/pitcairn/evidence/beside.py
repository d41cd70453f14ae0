"""What customers did, beside what was spent on them: moments of both together, so that one can be held to the other.

Outcomes and spend may come from different files, so both are worked out customer by customer and joined by what the
table of people calls them; only sums come back. Where whole households were drawn, a unit has its customers' sums and
their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pitcairn.design.plan import MeasurePlan
from pitcairn.evidence.apart import Apart
from pitcairn.evidence.cube import Both
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.outcomes import DRAWN, Before
from pitcairn.evidence.people import TABLE
from pitcairn.evidence.query import Reduction, Slot
from pitcairn.evidence.sums import Tally

CUSTOMER = "p_customer"


@dataclass(frozen=True, slots=True)
class Beside:
    """A measure and the one that adds up the cost, each with the query of a row a customer, with their `CUSTOMER`."""

    measure: MeasurePlan
    cost: MeasurePlan
    queries: tuple[Reduction, Reduction]
    before: Before

    @property
    def known(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Where the values before the start that go with each of the two stand in the moments."""
        places = self._places
        first, second = (
            tuple(2 + places.index(place) for place in self.before.of_measure(one)) for one in (self.measure, self.cost)
        )
        return first, second

    def reduction(self, apart: Apart, *, clustered: bool) -> Reduction:
        """By arm: the two values and what was known before; of units, their sums, and how many customers they have."""
        slots = [query.slots[0] for query in self.queries]
        values = [_value(slot, f"side_{place}") for place, slot in enumerate(slots)]
        aliases = [self.before.aliases[place] for place in self._places]
        decimals = [*(slot.decimals[0] for slot in slots), *self.before.decimals(self._places)]
        sides = "".join(
            f" LEFT JOIN (SELECT {CUSTOMER} AS p_who_{place}, {slot.values[0]} AS p_side_{place} "
            f"FROM ({query.inner}) AS valued WHERE {CUSTOMER} IS NOT NULL) AS side_{place} "
            f"ON side_{place}.p_who_{place} = people.{CUSTOMER}"
            for place, (slot, query) in enumerate(zip(slots, self.queries, strict=True))
        )
        known = [f"people.{alias}" for alias in aliases]
        rows = f"FROM {TABLE} AS people INNER JOIN {apart.sql} ON p_place = people.p_cell{sides}"
        there = [f"side_{place}.p_side_{place} IS NOT NULL" for place, slot in enumerate(slots) if slot.may_be_missing]
        where = f" WHERE {' AND '.join(there)}" if there else ""
        names = [f"p_part_{place}" for place in range(2 + len(aliases) + clustered)]
        if clustered:
            added = [f"CAST(SUM({sql}) AS BIGINT)" for sql in values]
            added += ["COUNT(*)", *(f"CAST(SUM({sql}) AS BIGINT)" for sql in known)]
            group, decimals = f" GROUP BY p_key_0, people.{DRAWN}", [*decimals[:2], 0, *decimals[2:]]
        else:
            added, group = [*values, *known], ""
        listed = ", ".join(f"{sql} AS {name}" for sql, name in zip(added, names, strict=True))
        inner = f"SELECT p_key_0, {listed} {rows}{where}{group}"
        return Reduction(inner, ["p_key_0"], [Slot(self.measure.id, tuple(names), (), tuple(decimals), False)])

    @property
    def _places(self) -> tuple[int, ...]:
        """The values before the start that either of the two has, each once."""
        both = (*self.before.of_measure(self.measure), *self.before.of_measure(self.cost))
        return tuple(dict.fromkeys(both))


def read(engine: Engine, asked: Sequence[Beside], apart: Apart, *, clustered: bool) -> dict[str, Both]:
    """By the measure's id. Customers without one of the two values are left out of both."""
    found: dict[str, Both] = {}
    for one in asked:
        reduction = one.reduction(apart, clustered=clustered)
        tally = Tally(reduction.slots[0].decimals)
        for reduced in reduction.read(reduction.run(engine)):
            for _, sums in reduced.slots:
                tally.at((str(reduced.keys[0]),)).add(sums)
        order = sorted(tally.cells)
        block = tally.block(order)
        (_, keys), *_ = apart.keys
        by_arm = {keys[int(arm)][0]: block.rolled_up(np.array([place])) for place, (arm,) in enumerate(order)}
        found[one.measure.id] = Both(by_arm, one.known, clustered)
    return found


def _value(slot: Slot, side: str) -> str:
    place = side.removeprefix("side_")
    column = f"{side}.p_side_{place}"
    return column if slot.may_be_missing else f"COALESCE({column}, 0)"
