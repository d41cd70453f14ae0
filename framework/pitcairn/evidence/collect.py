"""From files to a cube and the facts about them: one aggregate query per outcome source, no customer in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from heapq import nlargest
from pathlib import Path
from typing import Any

import numpy as np

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.errors import DataError
from pitcairn.estimate.moments import Moments
from pitcairn.evidence import beside, clusters, exposure, faults, outcomes, previous
from pitcairn.evidence.apart import Apart
from pitcairn.evidence.balance import balance, level_gaps
from pitcairn.evidence.census import Census, start_sql
from pitcairn.evidence.columns import check_columns, reading_needs
from pitcairn.evidence.cube import Block, Both, Cube, Ladders
from pitcairn.evidence.deciding import deciding_facts, start_counts
from pitcairn.evidence.ends import Ends, ends, is_enough, most_skewed
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import ArmCount, Facts, LevelCount, MissingCount, Outside, ReachCount
from pitcairn.evidence.files import file_facts
from pitcairn.evidence.identity import one_row_each
from pitcairn.evidence.ids import alike
from pitcairn.evidence.levels import Split, split
from pitcairn.evidence.novelty import turns, week_measure
from pitcairn.evidence.order import Order
from pitcairn.evidence.outcomes import Before
from pitcairn.evidence.people import TABLE, People, arm_column, people
from pitcairn.evidence.query import HIGHEST, Reduced, Reduction, Slot
from pitcairn.evidence.sources import Relation, condition_sql, explained, relation
from pitcairn.evidence.sql import literal
from pitcairn.evidence.sums import Cell, Tally
from pitcairn.evidence.tails import cuts, tails

Files = Mapping[str, tuple[Path, ...]]


def collect(engine: Engine, plan: Plan, files: Files, *, assignment: Path | None, as_of: date) -> tuple[Cube, Facts]:
    """The plan's measures by arm and groups, of the customers whose follow-up is over at the end of `as_of`.

    `files` has every source of `needed_sources`; `assignment` is the Parquet file of the draw (columns customer,
    arm), None where the draw was observed. The same files give the same cube on every run and any number of threads.

    DataError with file, column, row number and value (never a customer) for data that is not as declared.
    """
    ran = engine.statements
    engine.use_time_zone(plan.time_zone)
    reading = _Reading(engine, plan, files, as_of, previous.split(engine, assignment))
    with explained(engine, *reading.relations):
        if assignment is None and reading.is_straight:
            reading.read_straight()
        else:
            reading.read_joined(assignment)
    cube = reading.cube()
    return cube, reading.facts(cube, engine.statements - ran)


def needed_sources(plan: Plan) -> tuple[str, ...]:
    """The sources a reading opens: who the customers are, and what they did."""
    return tuple(dict.fromkeys((*_about_customers(plan), *(measure.source for measure in plan.measures))))


def _is_silent(arms: Iterable[Moments]) -> bool:
    """Whether the measure is 0, or not known, for everybody."""
    return not any(arm.count and (arm.mean[0] or arm.spread[0, 0]) for arm in arms)


def _reached(plan: Plan, cube: Cube) -> tuple[ReachCount, ...]:
    if plan.exposure is None:
        return ()
    reached, counted = cube.sizes(exposure.DIMENSION), cube.sizes()
    units = cube.units(plan.deciding.id, exposure.DIMENSION)
    return tuple(
        ReachCount(
            arm=arm.id,
            reached=reached.get((arm.id, exposure.REACHED), 0),
            counted=counted.get((arm.id,), 0),
            drawn=units.get((arm.id, exposure.REACHED), 0) if units else None,
        )
        for arm in plan.arms
    )


def _about_customers(plan: Plan) -> tuple[str, ...]:
    """The sources of an observed draw, of values before the start, of who is in scope, and of groups."""
    wanted = [plan.observed.source] if plan.observed else []
    if any(measure.covariates for measure in plan.measures) or (plan.observed and plan.keep):
        wanted.append(plan.population)
    wanted += [group.source for group in plan.groups]
    return tuple(dict.fromkeys((*wanted, *([plan.exposure.source] if plan.exposure else []))))


class _Reading:
    """Adds up what the statements give: customers by cell, sums by measure and cell, rows by source."""

    def __init__(self, engine: Engine, plan: Plan, files: Files, as_of: date, last_time: Split | None) -> None:
        self._engine, self._plan, self._as_of = engine, plan, as_of
        self._files = {id: files[id] for id in needed_sources(plan)}
        self._relations = {id: relation(engine, plan.source(id), paths) for id, paths in self._files.items()}
        check_columns(self._relations.values(), reading_needs(plan))
        self._relations = alike(self._relations)
        self._splits = tuple(split(self._relations[group.source], group) for group in plan.groups)
        self._before = Before.of(plan, self._relations.get(plan.population))
        reached = (exposure.split(plan.exposure),) if plan.exposure else ()
        self._last_time = last_time
        self._census = Census(plan, (*self._splits, *reached, *([last_time] if last_time else [])), as_of)
        self._own_start = plan.has_own_starts
        self._tallies: dict[str, Tally] = {}
        self._tallies_before: dict[str, Tally] = {}
        self._rows: dict[str, int] = {}
        self._skews: dict[str, float] = {}
        self._outside = 0
        self._week = week_measure(plan)
        self._outside_days: list[Outside] = []
        self._highest: dict[str, list[float]] = {}
        self._identified = True
        self._ladders: dict[str, Ladders] = {}
        self._drawn: dict[str, clusters.Drawn] = {}
        self._besides: dict[str, Both] = {}
        self._units: Mapping[str, clusters.Units] = {}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Everything that is read."""
        return tuple(self._relations.values())

    @property
    def is_straight(self) -> bool:
        """Whether everything is a column of one wide file, and adds up."""
        plan = self._plan
        if plan.cluster or plan.spent or any(measure.kind == "quantile" for measure in plan.measures):
            return False
        return len(self._relations) == 1 and all(found.source.kind == "wide" for found in self._relations.values())

    def read_straight(self) -> None:
        """One statement for the cube, and one for whether every customer has one row."""
        plan, (found,) = self._plan, self._relations.values()
        observed = plan.observed
        if observed is None:
            raise DataError("Customers were drawn, and the file with the draw is not given.")
        arm = arm_column(found, observed)
        start = found.day(observed.start, needed_by="the observed start") if observed.start else None
        keys = [arm, *(split.sql for split in self._splits)]
        keys += [exposure.straight_sql(found, plan, plan.exposure, start)] if plan.exposure else []
        keys += [start_sql(start, plan, self._as_of)] if start else []
        later = ends(found, plan)
        reduction = outcomes.straight(found, plan, plan.counted, self._before, keys, later=later)
        rows, cells = 0, dict[tuple[Any, ...], Cell | None]()
        for reduced in reduction.read(faults.run(self._engine, reduction, found, plan.measures, self._splits)):
            rows += reduced.rows
            cells[reduced.keys] = self._place(reduced.keys, reduced.rows)
            if cell := cells[reduced.keys]:
                self._keep_highest(cell, reduced)
            self._add_straight(cells, reduced)
        if unsettled := [measure for measure in plan.measures if self._is_unsettled(measure, later)]:
            reduction = outcomes.straight(found, plan, unsettled, self._before, keys, later=())
            for reduced in reduction.read(faults.run(self._engine, reduction, found, unsettled, self._splits)):
                self._add_straight(cells, reduced)
        self._rows[found.source.id] = self._rows_of(found, arm, rows)
        self._require_customers()

    def read_joined(self, assignment: Path | None) -> None:
        """A table of the customers, and one statement for each outcome source."""
        plan = self._plan
        about = {id: self._relations[id] for id in _about_customers(plan)}
        made = people(
            self._engine,
            plan,
            about,
            self._splits,
            self._before.numbers,
            assignment=assignment,
            as_of=self._as_of,
            whole_ids=all(found.whole_ids for found in self._relations.values()),
            previous=self._last_time,
        )
        self._rows |= {id: made.rows[id] if id in made.rows else self._count(about[id]) for id in about}
        cells = self._place_people(made)
        self._require_customers()
        if plan.cluster:
            self._units = clusters.counts(self._engine, plan, made)
        for id in dict.fromkeys(measure.source for measure in plan.measures):
            self._read_outcomes(self._relations[id], made, cells)
        if self._census.customers:
            asked = [self._beside(measure, made) for measure in plan.beside_cost]
            apart = Apart.of(cells, self._census.dimensions(self._census.customers), starts=False)
            self._besides = beside.read(self._engine, asked, apart, clustered=plan.cluster is not None)
        self._engine.run(f"DROP TABLE {TABLE}")

    def cube(self) -> Cube:
        """What was added up. DataError for a group with too many levels."""
        counted, under_way = self._census.customers, self._census.under_way
        so_far = replace(self._cube_of(under_way), drawn=self._drawn) if under_way else None
        whole = self._cube_of(counted)
        return replace(whole, so_far=so_far, ladders=self._ladders, drawn=self._drawn, beside=self._besides)

    def facts(self, cube: Cube, statements: int) -> Facts:
        """What was counted on the way."""
        sizes = cube.sizes()
        moments = {measure.id: cube.moments(measure.id) for measure in self._plan.measures}
        missing = tuple(
            MissingCount(measure=id, arm=arm, missing=sizes[arm,] - found[arm,].count)
            for id, found in moments.items()
            for (arm,) in found
        )
        levels = tuple(
            LevelCount(group=group.id, level=level, arm=arm, counted=counted, drawn=units.get((arm, level)))
            for group in self._plan.groups
            for units in (cube.units(self._plan.deciding.id, group.id),)
            for (arm, level), counted in cube.sizes(group.id).items()
        )
        return Facts(
            as_of=self._as_of,
            files=file_facts(self._files),
            rows=tuple(self._rows.items()),
            arms=tuple(self._with_units(arm) for arm in self._census.arms()),
            missing=missing,
            balance=balance(self._plan, moments),
            duplicates_checked=self._identified,
            outside=self._outside,
            statements=statements,
            levels=levels,
            level_gaps=level_gaps(self._plan, levels),
            starts=start_counts(self._plan, cube),
            outside_days=tuple(self._outside_days),
            deciding=deciding_facts(self._plan, cube, self._highest),
            turns=turns(self._plan, cube),
            last_time=previous.levels(cube),
            previous=previous.previous_facts(self._plan, cube),
            exposure=_reached(self._plan, cube),
            silent=tuple(id for id, found in moments.items() if _is_silent(found.values())),
            tails=tails(self._plan, cube, self._skews),
            cuts=cuts(self._plan, cube),
        )

    def _with_units(self, arm: ArmCount) -> ArmCount:
        units = self._units.get(arm.arm)
        if units is None:
            return arm
        # Households are counted or under way as a whole, so a part of the customers tells as large a part.
        part = arm.counted / arm.assigned if arm.assigned else 0.0
        return replace(arm, drawn=units.count, worth=units.worth * part)

    def _cube_of(self, customers: Mapping[Cell, int]) -> Cube:
        dimensions = self._census.dimensions(customers)
        order = sorted(customers)
        sizes = np.array([customers[cell] for cell in order], dtype=np.int64)
        week = [self._week] if self._week and self._week.id in self._tallies else []
        blocks = {measure.id: self._block(measure, order) for measure in (*self._plan.counted, *week)}
        return Cube(dimensions, self._census.index(order, dimensions), sizes, blocks)

    # --- parts ------------------------------------------------------------------------------------------------

    def _place_people(self, made: People) -> dict[int, Cell | None]:
        """Counts the customers of the table; the cell of every `p_cell`, None where nothing is added up."""
        cells: dict[int, Cell | None] = {}
        reduction = outcomes.counted(self._before, thirds=self._plan.is_uneven)
        for reduced in reduction.read(reduction.run(self._engine)):
            (number,) = reduced.keys
            cells[number] = self._place(made.keys(number), reduced.rows)
            if cell := cells[number]:
                for slot, sums in reduced.slots:
                    self._tallies_before.setdefault(slot.id, Tally(slot.decimals, slot.thirds)).at(cell).add(sums)
        return cells

    def _read_outcomes(self, found: Relation, made: People, cells: Mapping[int, Cell | None]) -> None:
        id = found.source.id
        measures = tuple(measure for measure in self._plan.counted if measure.source == id)
        if found.source.kind == "events":
            if self._week and self._week.source == id:
                measures = (*measures, self._week)
            self._rows[id] = self._count_events(found, made, measures)
        elif id not in self._rows:
            self._rows[id] = one_row_each(self._engine, found)
        reduction = self._reduction(found, made, measures)
        for slot in reduction.slots:
            if not slot.may_be_missing:
                self._start_at_zero(slot)
        for reduced in reduction.read(faults.run(self._engine, reduction, found, measures, ())):
            (number,) = reduced.keys
            self._outside += reduced.rows if number is None else 0
            if cell := cells.get(number):
                self._add(cell, reduced)
        if customers := self._census.customers or self._census.under_way:
            apart = Apart.of(cells, self._census.dimensions(customers), starts=self._plan.cluster is not None)
            for measure in measures:
                if measure.kind == "quantile" and self._census.customers:
                    order = Order.of(measure, self._reduction(found, made, (measure,)), apart)
                    self._ladders[measure.id] = order.read(self._engine.rows(order.sql))
            if self._plan.cluster:
                self._drawn |= clusters.read(self._engine, clusters.sums_of(reduction, apart), apart)

    def _reduction(
        self, found: Relation, made: People, measures: Sequence[MeasurePlan], before: Before | None = None
    ) -> Reduction:
        uneven, before = self._plan.is_uneven, before or self._before
        if found.source.kind == "wide":
            return outcomes.joined(found, measures, before, thirds=uneven)
        rows = self._rows[found.source.id]
        return outcomes.happened(found, measures, before, made, events=rows, as_of=self._as_of, thirds=uneven)

    def _beside(self, measure: MeasurePlan, made: People) -> beside.Beside:
        """The measure and the one that adds up the cost, by customer."""
        cost, named = self._plan.measure(self._plan.spent or ""), replace(self._before, drawn=(beside.CUSTOMER,))
        first, second = (self._reduction(self._relations[one.source], made, (one,), named) for one in (measure, cost))
        return beside.Beside(measure, cost, (first, second), self._before)

    def _add_straight(self, cells: Mapping[tuple[Any, ...], Cell | None], reduced: Reduced) -> None:
        if cell := cells[reduced.keys]:
            for slot, sums in reduced.slots:
                self._tally(slot).add(cell, sums)

    def _is_unsettled(self, measure: MeasurePlan, later: Mapping[str, Ends]) -> bool:
        """Whether the third sums that were put off are needed after all; the tally then waits for new sums."""
        if measure.id not in later or measure.id not in self._tallies:
            return False
        tally = self._tallies[measure.id]
        skew = most_skewed(tally, later[measure.id])
        if skew is None or is_enough(tally, skew, self._plan):
            self._skews |= {} if skew is None else {measure.id: skew}
            return False
        del self._tallies[measure.id]
        return True

    def _start_at_zero(self, slot: Slot) -> None:
        """Every customer who is added up, as if nothing had happened; outcomes come on top."""
        tally = self._tally(slot)
        for cell, count in (self._census.customers or self._census.under_way).items():
            before = self._tallies_before[outcomes.together(slot.covariates)].at(cell) if slot.covariates else None
            tally.at(cell).add_people(count, before)

    def _add(self, cell: Cell, reduced: Reduced) -> None:
        self._keep_highest(cell, reduced)
        for slot, sums in reduced.slots:
            if slot.may_be_missing:
                self._tally(slot).add(cell, sums)
            else:
                self._tally(slot).at(cell).add_values(sums, len(slot.values))

    def _keep_highest(self, cell: Cell, reduced: Reduced) -> None:
        """The deciding measure's highest values of the arm, so far."""
        if reduced.highest:
            decimals = next(slot.decimals[0] for slot, _ in reduced.slots if slot.id == self._plan.deciding.id)
            found = [value / 10**decimals for value in reduced.highest]
            self._highest[cell[0]] = nlargest(HIGHEST, [*self._highest.get(cell[0], []), *found])

    def _tally(self, slot: Slot) -> Tally:
        return self._tallies.setdefault(slot.id, Tally(slot.decimals, slot.thirds))

    def _block(self, measure: MeasurePlan, order: Sequence[Cell]) -> Block:
        """Nobody may have been counted yet, and then there is no tally."""
        return self._tallies.get(measure.id, Tally((0,) * measure.size)).block(order)

    def _place(self, keys: Sequence[Any], customers: int) -> Cell | None:
        start = keys[-1] if self._own_start else 0
        return self._census.place(keys[0], keys[1 : len(keys) - self._own_start], start, customers)

    def _rows_of(self, found: Relation, arm: str, kept: int) -> int:
        """Rows of the file, once it is sure that no customer is there twice, if that can be known."""
        where = condition_sql(found, self._plan.keep)
        if found.source.customer is not None:
            return one_row_each(self._engine, found, where=where, arm=arm)
        self._identified = False
        return self._count(found) if self._plan.keep else kept

    def _count_events(self, found: Relation, made: People, measures: Sequence[MeasurePlan]) -> int:
        """Rows of the source, and on the way those whose day no measure looks at."""
        day = found.day(found.source.time, needed_by="the events' day")
        last = made.last_start + timedelta(days=max(measure.window_days for measure in measures) - 1)
        known = found.first_and_last_day(found.source.time, needed_by="the events' day")
        if known and made.first_start <= known[0] and known[1] <= last:
            self._outside_days.append(Outside(source=found.source.id, early=0, late=0, undated=0))
            return found.table.rows
        tests = (f"{day} < {literal(made.first_start)}", f"{day} > {literal(last)}", f"{day} IS NULL")
        counts = ", ".join(f"COUNT(CASE WHEN {test} THEN 1 END)" for test in tests)
        ((rows, early, late, undated),) = self._engine.rows(f"SELECT COUNT(*), {counts} FROM {found.sql}")
        self._outside_days.append(Outside(source=found.source.id, early=early, late=late, undated=undated))
        return int(rows)

    def _count(self, found: Relation) -> int:
        ((rows,),) = self._engine.rows(f"SELECT COUNT(*) FROM {found.sql}")
        return int(rows)

    def _require_customers(self) -> None:
        self._census.check()
        if any(arm.assigned for arm in self._census.arms()):
            return
        empty = [id for id, rows in self._rows.items() if rows == 0]
        if empty:
            raise DataError(f"Source “{empty[0]}” has a header and no rows.", hint="export it again")
        raise DataError("No customer is in scope.", hint="compare  customers: keep  with the data")
