"""Made-up outcomes for a rehearsal: what eligible customers might do, from what they did before the start.

Half of the customers do again what they did before; the others do what another customer, drawn by lot, did, all of it
at once. So averages, zeros and long tails are the program's own, measures move together as they do in life, and
values before the start foretell the outcome as well as a correlation of one half does. Where only the usual level of
a share is known, coins are tossed at that rate. Where whole households are drawn, all of one keep to themselves or do
what neighbours in the list did, who are mostly of one household as well: so they are as alike as they were before.

Customers become a temporary table and files of the rehearsal's own; only sums leave the engine. What a customer
draws follows from their id and a salt, so the same salt makes the same outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pitcairn.design.plan import MeasurePlan, Plan, SourcePlan
from pitcairn.errors import DataError
from pitcairn.estimate.power import rate_spread
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.population import Files, Population, Taken, population
from pitcairn.evidence.sources import explained, relation
from pitcairn.evidence.sql import literal, literals, parquet_sql

MADE = "made-up outcomes"
"""The made-up file's source; no source of a program can have a name with spaces."""
How = Literal["turn", "scale", "shift"]
"""Yes into no or back for a share of customers; times a factor, which leaves zeros zero; so much more for everybody."""
KEPT = 0.5
"""The share of customers who do again what they did before."""

_POOL = "pitcairn_pool"
"""Columns: `place` from 0, `who`, `value_0`, ... for the measures with a value before the start, and `unit` where
whole households or the like are drawn, whose customers have places one after the other.
"""
_PIECES, _DIGITS = 4, 13
"""Numbers cut from one hash of 64 hexadecimal digits, and the digits of each: 52 bits, all that a float holds."""
_HALVINGS = 60
_LARGEST_FACTOR = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What eligible customers did before the start, by one measure."""

    measure: MeasurePlan
    mean: float
    sd: float
    answered: float
    """The share of customers with a value."""
    lowest: float
    column: str | None
    """The table's column with everybody's own value; None where only the usual level is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a scenario does to the deciding measure of every customer in a treatment arm."""

    gain: float
    """By how much their average changes; less than was asked for where more is not possible."""
    how: How
    amount: float
    """The share of customers who turn, the factor, or what is added."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Everybody who could be drawn, as a temporary table and as files to draw from and to read groups from."""

    engine: Engine
    plan: Plan
    """The plan over these files: nobody in them is left out any more."""
    files: Files
    size: int
    habits: Mapping[str, Habit]
    """By measure id, in the plan's order; measures of which nothing is known are not in it."""
    alike: float
    """How many times the variance of the deciding average is what it would be with customers drawn one by one: more
    than 1 where whole households are drawn whose customers do alike.
    """

    @classmethod
    def of(cls, engine: Engine, plan: Plan, files: Files, *, taken: Sequence[Taken], into: Path) -> Pool:
        """The eligible customers, with copies of their rows under `into`.

        DataError for what is wrong with the files, and for a share whose values before are other than 1 and 0.
        """
        people = population(engine, plan, files, taken)
        with explained(engine, *people.relations):
            engine.run(f"CREATE OR REPLACE TEMPORARY TABLE {_POOL} AS {_pool_sql(people)}")
        ids = (plan.population, *(group.source for group in plan.groups))
        copies = {id: _copied(engine, plan, id, files, into) for id in dict.fromkeys(ids)}
        sources = (replace(source, sha256=None) if source.id in copies else source for source in plan.sources)
        ((size,),) = engine.rows(f"SELECT COUNT(*) FROM {_POOL}")
        habits = _habits(engine, plan, people)
        return cls(
            engine=engine,
            plan=replace(plan, holdout=None, opt_out=(), caps=(), sources=tuple(sources)),
            files=dict(files) | copies,
            size=size,
            habits=habits,
            alike=_alike(engine, habits.get(plan.deciding.id), size) if people.has_clusters else 1.0,
        )

    def push(self, gain: float) -> Push:
        """How treated customers' outcomes must change for the deciding measure's average to change by `gain`."""
        habit = self.habits[self.plan.deciding.id]
        if habit.measure.is_rate:
            room = 1 - habit.mean if gain > 0 else -habit.mean
            share = min(1.0, gain / room)
            return Push(gain=share * room, how="turn", amount=share)
        how: How = "scale" if habit.lowest >= 0 else "shift"
        if gain == 0:
            return Push(gain=0.0, how=how, amount=1.0 if how == "scale" else 0.0)
        amount = self._solved(habit, how, habit.mean + gain)
        return Push(gain=self._average(habit, how, amount) - habit.mean, how=how, amount=amount)

    def make(self, salt: str, assignment: Path, pushes: Sequence[Push], into: Path) -> None:
        """Writes made-up outcomes of everybody in the assignment: a deciding column for every push, and the others."""
        names = list(self.habits)
        coins = [id for id in names if self.habits[id].column is None]
        numbers = ["lot_keep", "lot_other", "lot_turn", "lot_round", *(f"lot_{place}" for place in range(len(coins)))]
        tossed = {id: f"lot_{place}" for place, id in enumerate(coins)}
        values = [f"{self._value(self.habits[id], tossed.get(id))} AS value_{place}" for place, id in enumerate(names)]
        deciding = self.habits[names[0]]
        columns = [
            f"{self._pushed(deciding, push)} AS {made_column(0, scenario)}" for scenario, push in enumerate(pushes)
        ]
        columns += [f"value_{place} AS {made_column(place, 0)}" for place in range(1, len(names))]
        whole = self.plan.drawn_cluster is not None
        lots = [*_lots(numbers[:2], of="shared"), *_lots(numbers[2:])] if whole else _lots(numbers)
        beside = ", ROW_NUMBER() OVER (PARTITION BY unit ORDER BY customer) - 1 AS nth" if whole else ", 0 AS nth"
        partner = f"(CAST(FLOOR(lot_other * {self.size}) AS BIGINT) + nth) % {self.size}"
        self.engine.run(
            f"COPY (WITH drawn AS ({_drawn(salt, assignment, len(numbers), whole=whole)}), "
            f"lucky AS (SELECT customer, arm, {', '.join(lots)}{beside} FROM drawn), "
            f"paired AS (SELECT *, {partner} AS partner FROM lucky), "
            f"valued AS (SELECT customer, arm, lot_turn, lot_round, {', '.join(values)} FROM paired "
            f"INNER JOIN {_POOL} AS own ON own.who = customer INNER JOIN {_POOL} AS their ON their.place = partner) "
            f"SELECT customer, {', '.join(columns)} FROM valued) TO {literal(str(into))} (FORMAT parquet)"
        )

    def read_from(self, scenario: int) -> Plan:
        """The plan whose outcomes are the made-up file's, with the deciding column of that push.

        Measures of which nothing is known are left out, and with them what is demanded of them before a promotion.
        """
        plan = self.plan
        measures = tuple(
            _made_measure(habit.measure, made_column(place, scenario if place == 0 else 0))
            for place, habit in enumerate(self.habits.values())
        )
        return replace(
            plan,
            measures=measures,
            sources=(*plan.sources, SourcePlan(id=MADE, kind="wide", customer="customer")),
            promotion_also=tuple(one for one in plan.promotion_also if one[0] in self.habits),
        )

    # --- parts ------------------------------------------------------------------------------------------------

    def _value(self, habit: Habit, coin: str | None) -> str:
        """What a customer does when nothing is done to them."""
        if habit.column is None:
            return f"CASE WHEN {coin} < {literal(habit.mean)} THEN 1 ELSE 0 END"
        return f"CASE WHEN lot_keep < {literal(KEPT)} THEN own.{habit.column} ELSE their.{habit.column} END"

    def _pushed(self, habit: Habit, push: Push) -> str:
        treated = f"arm IN ({literals(arm.id for arm in self.plan.treatments)})"
        if habit.measure.is_rate:
            before, after = (0, 1) if push.gain > 0 else (1, 0)
            turned = f"{treated} AND value_0 = {before} AND lot_turn < {literal(push.amount)}"
            return f"CASE WHEN {turned} THEN {after} ELSE value_0 END"
        changed = f"CASE WHEN {treated} THEN {_changed('value_0', habit, push.how, push.amount)} ELSE value_0 END"
        # Rounding by lot keeps the average where rounding to the nearest would lose a small change.
        unit = 10**habit.measure.decimals
        return f"FLOOR(CAST({changed} AS DOUBLE) * {unit} + lot_round) / {unit}"

    def _solved(self, habit: Habit, how: How, wanted: float) -> float:
        """The factor or the shift that gives the wanted average; as far as it can go where that is not far enough."""
        if habit.measure.cap is None:
            return wanted - habit.mean if how == "shift" else max(0.0, wanted / habit.mean)
        reach = habit.measure.cap - habit.lowest
        low, high = (0.0, _LARGEST_FACTOR) if how == "scale" else (-reach, reach)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self._average(habit, how, middle) < wanted else (low, middle)
        # So many digits do not depend on the order in which the engine adds.
        return round(high, 9)

    def _average(self, habit: Habit, how: How, amount: float) -> float:
        changed = _changed(f"CAST({habit.column} AS DOUBLE)", habit, how, amount)
        ((found,),) = self.engine.rows(f"SELECT AVG({changed}) FROM {_POOL}")
        return float(found)


def made_column(place: int, scenario: int) -> str:
    """The made-up file's column of the measure at this place."""
    return f"made_{place}_{scenario}"


# --- the table of customers -----------------------------------------------------------------------------------


def _pool_sql(people: Population) -> str:
    """An empty cell is 0 where a reading takes it for 0, and no answer where it takes it for none."""
    values = [
        f"before_{place} AS value_{place}" if measure.is_of_some else f"COALESCE(before_{place}, 0) AS value_{place}"
        for place, measure in enumerate(people.measures)
    ]
    order, unit = ("unit, who", ["unit"]) if people.has_clusters else ("who", [])
    columns = ", ".join([f"ROW_NUMBER() OVER (ORDER BY {order}) - 1 AS place", "who", *unit, *values])
    named = f"SELECT * REPLACE (CAST(who AS VARCHAR) AS who), {people.unit} AS unit FROM ({people.sql}) AS people"
    return f"SELECT {columns} FROM ({named}) AS named WHERE reason IS NULL"


def _copied(engine: Engine, plan: Plan, id: str, files: Files, into: Path) -> tuple[Path, ...]:
    """The source's rows about these customers, columns and all."""
    found = relation(engine, plan.source(id), files[id])
    path = into / f"{id}.parquet"
    key = found.key(needed_by="the rehearsal")
    rows = f"SELECT * FROM {found.sql} WHERE {key} IN (SELECT who FROM {_POOL})"
    engine.run(f"COPY ({rows}) TO {literal(str(path))} (FORMAT parquet)")
    return (path,)


def _habits(engine: Engine, plan: Plan, people: Population) -> dict[str, Habit]:
    moments: dict[str, tuple[Any, ...]] = {}
    if people.measures:
        asked = "COUNT({0}), AVG({0}), STDDEV_SAMP({0}), MIN({0}), SUM(CASE WHEN {0} NOT IN (0, 1) THEN 1 ELSE 0 END)"
        columns = [asked.format(f"value_{place}") for place in range(len(people.measures))]
        ((size, *row),) = engine.rows(f"SELECT COUNT(*), {', '.join(columns)} FROM {_POOL}")
        for place, measure in enumerate(people.measures):
            moments[measure.id] = (size, f"value_{place}", *row[5 * place : 5 * place + 5])
    found = (_habit(measure, moments.get(measure.id)) for measure in plan.measures)
    return {habit.measure.id: habit for habit in found if habit is not None}


def _habit(measure: MeasurePlan, moments: tuple[Any, ...] | None) -> Habit | None:
    """From customers' own values; from the usual level where there are none.

    Of a ratio or a change, one number says nothing.
    """
    if moments is not None and measure.kind != "ratio" and not measure.change:
        size, column, count, mean, sd, lowest, odd = moments
        if measure.is_rate and odd:
            raise DataError(
                f"Column “{measure.before}” holds {odd:,} values other than 1 and 0, but “{measure.id}” is a share.",
                hint="`before` of such a measure must hold 1 for yes and 0 for no",
            )
        if count >= 2 and sd:
            return Habit(
                measure=measure,
                mean=float(mean),
                sd=float(sd),
                answered=count / size,
                lowest=float(lowest),
                column=column,
            )
    if measure.is_rate and measure.usual is not None and 0 < measure.usual < 1:
        usual = measure.usual
        return Habit(measure=measure, mean=usual, sd=rate_spread(usual), answered=1.0, lowest=0.0, column=None)
    return None


def _alike(engine: Engine, habit: Habit | None, size: int) -> float:
    """Of the ratio of sums by what is drawn, as in `estimate.clustered`; 1 for tossed coins."""
    if habit is None or habit.column is None:
        return 1.0
    off = f"CAST({habit.column} AS DOUBLE) - {literal(habit.mean)}"
    units = f"SELECT SUM({off}) AS off FROM {_POOL} WHERE {habit.column} IS NOT NULL GROUP BY unit"
    ((squares,),) = engine.rows(f"SELECT SUM(off * off) FROM ({units}) AS units")
    return float(squares) / (habit.answered * size * habit.sd**2)


# --- one repetition -------------------------------------------------------------------------------------------


def _drawn(salt: str, assignment: Path, numbers: int, *, whole: bool) -> str:
    """Who was drawn, with as many hashes of each as hold the numbers, and one that all of a household share."""
    hashes = [
        f"sha256({literal(f'{salt}/luck-{place}:')} || CAST(customer AS VARCHAR)) AS hash_{place}"
        for place in range((numbers + _PIECES - 1) // _PIECES)
    ]
    if whole:
        unit = "CASE WHEN cluster IS NULL THEN CONCAT('c', CAST(customer AS VARCHAR)) ELSE CONCAT('d', cluster) END"
        hashes += [f"{unit} AS unit", f"sha256({literal(f'{salt}/luck-shared:')} || {unit}) AS shared_0"]
    columns = ", ".join(["CAST(customer AS VARCHAR) AS customer", "arm", *hashes])
    return f"SELECT {columns} FROM {parquet_sql(assignment)}"


def _lots(names: Iterable[str], *, of: str = "hash") -> list[str]:
    """Numbers from 0 to below 1, each from its own piece of the hashes."""
    whole = float(16**_DIGITS)
    return [
        f"CAST(('0x' || SUBSTR({of}_{place // _PIECES}, {place % _PIECES * _DIGITS + 1}, {_DIGITS})) AS BIGINT) "
        f"/ {literal(whole)} AS {name}"
        for place, name in enumerate(names)
    ]


def _changed(value: str, habit: Habit, how: How, amount: float) -> str:
    """The value scaled or shifted, and capped as a reading caps it. LEAST would take an empty cell for the cap."""
    changed = f"{value} * {literal(amount)}" if how == "scale" else f"{value} + {literal(amount)}"
    if habit.measure.cap is None:
        return changed
    cap = literal(habit.measure.cap)
    return f"CASE WHEN {changed} > {cap} THEN {cap} ELSE {changed} END"


def _made_measure(measure: MeasurePlan, column: str) -> MeasurePlan:
    answers = (1,) if measure.kind == "share" else measure.answers
    return replace(measure, source=MADE, column=column, where=(), over_column=None, over_where=(), answers=answers)
