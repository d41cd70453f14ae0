"""What eligible customers did before the start, read as the pilot will be read: the history that sizing starts from.

Events tell it by themselves: the last whole follow-up before the start is read as if everybody had got today's
practice then. Where outcomes are a row a customer, `past` of a measure names the columns of the customers' file that
hold an earlier period. Either way the reading's own statements do it, for every kind of measure, with caps, values
before that period, and households.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.collect import collect
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.population import Files, Population, Taken, population
from pitcairn.evidence.sources import explained, relation
from pitcairn.evidence.sql import literal, parquet_sql
from pitcairn.phrases import day


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The columns of the customers' source that hold a measure over an earlier period."""

    column: str
    over: str | None
    before: str | None
    """The same quantity before that period."""
    adjust_for: tuple[str, ...]
    """What else was known before that period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One measure as eligible customers had it over an earlier period."""

    measure: MeasurePlan
    """As it was read there: its values before the start are those before that period."""
    moments: Moments
    """`Ranked` for a quantile, `Clustered` where whole households or the like are drawn."""
    answered: float
    """The share of eligible customers that had a value."""
    basis: str
    """Where the numbers come from, in words."""
    shape_only: bool
    """It is the value before the start, read for how alike the customers of a household are."""


def pasts(
    engine: Engine, plan: Plan, files: Files, earlier: Mapping[str, Earlier], *, taken: Sequence[Taken], into: Path
) -> dict[str, Past]:
    """By measure id, of the measures of which the files hold an earlier period; a table of customers goes to `into`.

    `files` has the draw's sources, and those of events that are there. DataError for what is wrong with the files.
    """
    if plan.source(plan.population).customer is None:
        return {}
    ours = _drawn_by_us(plan)
    found: dict[str, Past] = {}
    list_: Path | None = None
    people = population(engine, ours, files, taken if plan.observed is None else ())
    for group in (*_of_columns(plan, earlier), *_of_events(engine, plan, files, earlier)):
        if list_ is None:
            list_, eligible = _listed(engine, plan, people, into)
        found |= _read(engine, group.of(ours), files, group, list_, eligible)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Measures that are read by one statement over one period."""

    measures: tuple[MeasurePlan, ...]
    start: date
    end: date
    bases: tuple[str, ...]
    shape_only: bool = False

    def of(self, plan: Plan) -> Plan:
        """The plan for that period."""
        return replace(plan, measures=self.measures, start=self.start, end=self.end)


def _drawn_by_us(plan: Plan) -> Plan:
    """The same customers, each of them one whom we could draw, and nothing that only a pilot has."""
    household = plan.cluster if plan.observed is None or plan.observed.source == plan.population else None
    return replace(
        plan,
        observed=None,
        drawn_cluster=household,
        opt_out=plan.opt_out if plan.observed is None else (),
        caps=plan.caps if plan.observed is None else (),
        holdout=plan.holdout if plan.observed is None else None,
        groups=(),
        exposure=None,
        predictions=(),
        start_days=1,
    )


def _listed(engine: Engine, plan: Plan, people: Population, into: Path) -> tuple[Path, int]:
    """A list of the eligible customers, all of them in the comparison, and how many there are."""
    path = into / "eligible.parquet"
    named = "who AS customer" + (", cluster" if people.has_clusters else "")
    arm = literal(plan.comparison.id)
    with explained(engine, *people.relations):
        engine.run(
            f"COPY (SELECT {named}, {arm} AS arm FROM ({people.sql}) AS people WHERE reason IS NULL) "
            f"TO {literal(str(path))} (FORMAT parquet)"
        )
    ((eligible,),) = engine.rows(f"SELECT COUNT(*) FROM {parquet_sql(path)}")
    return path, int(eligible)


def _of_columns(plan: Plan, earlier: Mapping[str, Earlier]) -> Iterator[_Group]:
    """What `past` names; of a quantile else the values before the start, whose order says how much it varies. Where
    households are drawn the values before the start of the others say how alike their customers are.
    """
    earlier = {
        one.id: Earlier(column=one.before, over=None, before=None, adjust_for=())
        for one in plan.measures
        if one.kind == "quantile" and one.before is not None
    } | dict(earlier)
    last = plan.start - timedelta(days=1)
    start = plan.start - timedelta(days=plan.follow_up_days)
    named = tuple(_earlier(plan, one, earlier[one.id]) for one in plan.measures if one.id in earlier)
    if named:
        bases = tuple(_columns_told(earlier[one.id]) for one in named)
        yield _Group(measures=named, start=start, end=last + timedelta(days=1), bases=bases)
    alike = tuple(
        _earlier(plan, one, Earlier(column=str(one.before), over=None, before=None, adjust_for=()))
        for one in plan.measures
        if plan.cluster and one.before is not None and not one.change and one.id not in earlier
    )
    if alike:
        bases = tuple(f"column “{one.column}”" for one in alike)
        yield _Group(measures=alike, start=start, end=last + timedelta(days=1), bases=bases, shape_only=True)


def _of_events(engine: Engine, plan: Plan, files: Files, earlier: Mapping[str, Earlier]) -> Iterator[_Group]:
    """The last whole follow-up that the events tell of before the start, source by source."""
    for source in dict.fromkeys(measure.source for measure in plan.measures):
        measures = tuple(
            replace(one, before=None, adjust_for=())
            for one in plan.measures
            if one.source == source and one.id not in earlier and not one.change
        )
        if plan.source(source).kind != "events" or source not in files or not measures:
            continue
        found = relation(engine, plan.source(source), files[source])
        when = found.day(found.source.time, needed_by="the days before the start")
        with explained(engine, found):
            # Days beyond any calendar would not come back as days.
            low, high = literal(date.min + timedelta(days=plan.follow_up_days)), literal(plan.start)
            ordinary = f"CASE WHEN {when} < {low} THEN {low} WHEN {when} > {high} THEN {high} ELSE {when} END"
            ((first, last),) = engine.rows(f"SELECT MIN({ordinary}), MAX({ordinary}) FROM {found.sql}")
        if first is None:
            continue
        last = min(last, plan.start - timedelta(days=1))
        start = last - timedelta(days=plan.follow_up_days - 1)
        if first <= start:
            basis = f"what they did from {day(start)} to {day(last)}"
            yield _Group(measures=measures, start=start, end=last + timedelta(days=1), bases=(basis,) * len(measures))


def _earlier(plan: Plan, measure: MeasurePlan, columns: Earlier) -> MeasurePlan:
    """The measure over the earlier period: the same kind, from the customers' own file."""
    return replace(
        measure,
        source=plan.population,
        column=columns.column,
        where=(),
        over_column=columns.over,
        over_where=(),
        answers=(1,) if measure.kind == "share" else measure.answers,
        before=columns.before,
        adjust_for=columns.adjust_for,
    )


def _columns_told(columns: Earlier) -> str:
    names = [name for name in (columns.column, columns.over) if name]
    told = " over ".join(f"“{name}”" for name in names)
    known = [name for name in (columns.before, *columns.adjust_for) if name]
    since = f", with {', '.join(f'“{name}”' for name in known)} from before it" if known else ""
    return f"{'columns' if len(names) > 1 else 'column'} {told}{since}"


def _read(
    engine: Engine, plan: Plan, files: Files, group: _Group, assignment: Path, eligible: int
) -> Iterator[tuple[str, Past]]:
    cube, _ = collect(engine, plan, files, assignment=assignment, as_of=group.end - timedelta(days=1))
    for measure, basis in zip(group.measures, group.bases, strict=True):
        moments = cube.moments(measure.id).get((plan.comparison.id,))
        if moments is None or moments.count < 2:
            continue
        told = (
            f"{basis} of {moments.count:,} eligible customers"
            if "column" in basis
            else (f"{moments.count:,} eligible customers: {basis}")
        )
        yield (
            measure.id,
            Past(
                measure=measure,
                moments=moments,
                answered=moments.count / eligible,
                basis=told,
                shape_only=group.shape_only,
            ),
        )
