"""Sums by what was drawn, where whole households or shops were and not customers: one statement for each source.

A drawn unit has the sum of its customers' values and their number, of a ratio both its sums, and the sums of what was
known before the start; from these come moments per unit. A unit may have customers in several levels of a group, so
what a level's units add up to is asked for by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from pitcairn.design.plan import Plan
from pitcairn.errors import DataError
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.apart import Apart, Key
from pitcairn.evidence.census import named_arm
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.outcomes import DRAWN
from pitcairn.evidence.people import TABLE, People
from pitcairn.evidence.query import Reduction, Slot
from pitcairn.evidence.sums import Tally

WORTH = "CAST(SUM(size) * SUM(size) AS DOUBLE) / SUM(size * size)"
"""The customers of units of these sizes, over the design effect of customers who are all alike within a unit: Kish,
"Survey Sampling" (1965), section 8.2 with unequal sizes. Chance moves an arm's averages no more than theirs.
"""

Drawn = dict[str | None, dict[Key, Moments]]
"""One measure's moments per drawn unit, by dimension and group."""


def sums_of(reduction: Reduction, apart: Apart) -> Reduction:
    """The same measures by drawn unit; `reduction` has a row for whoever has a row or an event, with `p_drawn`."""
    people, known, slots = [], [], []
    for place, slot in enumerate(reduction.slots):
        columns = _columns(place, slot)
        of_people, of_known = _parts(slot)
        people += [f"{sql} AS {alias}" for sql, alias in zip(of_people, columns, strict=True)]
        known += [f"{sql} AS {alias}" for sql, alias in zip(of_known, columns, strict=True)]
        size = len(slot.values)
        decimals = (slot.decimals[0], slot.decimals[1] if size > 1 else 0, *slot.decimals[size:])
        slots.append(Slot(slot.id, columns[:2], columns[2:], decimals, False))
    names = [column for slot in slots for column in slot.columns]
    rows = (
        f"SELECT p_cell, {DRAWN}, {', '.join(people)} FROM {TABLE} UNION ALL "
        f"SELECT p_cell, {DRAWN}, {', '.join(known)} FROM ({reduction.inner}) AS valued WHERE p_cell IS NOT NULL"
    )
    added = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in names)
    by_unit = apart.each(f"SELECT {{by}} AS p_by, {{key}} AS p_key, {added} FROM placed GROUP BY {{key}}, {DRAWN}")
    inner = (
        f"WITH placed AS (SELECT {', '.join([*apart.columns, DRAWN, *names])} FROM ({rows}) AS parts "
        f"INNER JOIN {apart.sql} ON p_place = p_cell) {by_unit}"
    )
    return Reduction(inner, ["p_by", "p_key"], slots)


def read(engine: Engine, reduction: Reduction, apart: Apart) -> dict[str, Drawn]:
    """The moments per drawn unit, by measure, dimension and group: the two sums first, then those known before."""
    tallies = {slot.id: Tally(slot.decimals) for slot in reduction.slots}
    for reduced in reduction.read(reduction.run(engine)):
        by, key = reduced.keys
        for slot, sums in reduced.slots:
            tallies[slot.id].at((str(by), str(key))).add(sums)
    found: dict[str, Drawn] = {}
    for id, tally in tallies.items():
        order = sorted(tally.cells)
        block = tally.block(order)
        for place, (by, key) in enumerate(order):
            dimension, keys = apart.keys[int(by)]
            moments = block.rolled_up(np.array([place]))
            found.setdefault(id, {}).setdefault(dimension, {})[keys[int(key)]] = moments
    return found


@dataclass(frozen=True, slots=True)
class Units:
    """What was drawn to one arm."""

    count: int
    worth: float
    """Customers drawn one by one that tell as much, if all of one are alike: see `WORTH`."""


def counts(engine: Engine, plan: Plan, made: People) -> dict[str, Units]:
    """How many units were drawn to each arm, whether their follow-up is over or not.

    DataError where one unit has customers in several arms.
    """
    below = prod(len(digit.raws) for digit in made.digits[1:])
    each = f"SELECT {DRAWN}, p_cell // {below} AS p_arm, COUNT(*) AS size FROM {TABLE} GROUP BY {DRAWN}, p_arm"
    split = f"SELECT *, COUNT(*) OVER (PARTITION BY {DRAWN}) - 1 AS others FROM ({each}) AS units"
    rows = engine.rows(f"SELECT p_arm, COUNT(*), {WORTH}, SUM(others) FROM ({split}) AS split GROUP BY p_arm")
    if any(others for *_, others in rows):
        raise _in_two_arms(plan)
    raws = made.digits[0].raws
    found = {named_arm(plan, raws[number]): Units(int(count), float(worth)) for number, count, worth, _ in rows}
    return {arm.id: found.get(arm.id, Units(0, 0.0)) for arm in plan.arms}


def _in_two_arms(plan: Plan) -> DataError:
    if plan.observed is None:
        return DataError(
            f"The draw was by “{plan.cluster}”, and its file has one whose customers are in several arms.",
            hint="restore the file that the launch wrote",
        )
    return DataError(
        f"Column “{plan.cluster}” is said to be what was drawn, and some of its values have customers in several arms.",
        hint="leave out  cluster  if customers were drawn one by one, or name the column that was drawn",
    )


def _columns(place: int, slot: Slot) -> tuple[str, ...]:
    return tuple(f"p_sum_{place}_{number}" for number in range(2 + len(slot.covariates)))


def _parts(slot: Slot) -> tuple[list[str], list[str]]:
    """What a customer adds by being there, and what by having a row or an event: together each is in it once."""
    counts_all = ["0"] if len(slot.values) > 1 else ["1"]
    if not slot.may_be_missing:
        values = [f"COALESCE({name}, 0)" for name in slot.values]
        return ["0", *counts_all, *slot.covariates], [
            *values,
            *["0"] * (2 - len(values)),
            *["0"] * len(slot.covariates),
        ]
    test = " AND ".join(f"{name} IS NOT NULL" for name in slot.values)
    own = [*slot.values, *(["1"] if len(slot.values) == 1 else []), *slot.covariates]
    return ["0"] * len(own), [f"CASE WHEN {test} THEN COALESCE({sql}, 0) ELSE 0 END" for sql in own]
