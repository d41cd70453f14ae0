"""The reduction of one outcome source, in its three shapes.

`straight`: the draw, the groups and the outcomes are columns of one wide file, which is read as it lies. Otherwise
the outcomes are joined to the table of `people`, on plain equality: `joined` from a row a customer, `happened` from
events. Whoever has no row or event adds nothing to a sum, so nobody has to be filled in with zeros.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pitcairn.design.plan import Condition, MeasurePlan, Plan
from pitcairn.evidence import values
from pitcairn.evidence.ends import safe_as_doubles
from pitcairn.evidence.people import TABLE, People
from pitcairn.evidence.query import Reduction, Slot
from pitcairn.evidence.sources import Relation, condition_sql
from pitcairn.evidence.values import Number

DRAWN = "p_drawn"
"""In the table of people: what was drawn, as text, where that is more than a customer."""
_BUSY = 20
"""So many events for each drawn customer say that most of them are about others."""


@dataclass(frozen=True, slots=True)
class Before:
    """The different values before the start, `p_before_0`, ..., and which of them a measure has."""

    numbers: tuple[Number, ...]
    places: dict[str, tuple[int, ...]]
    """By measure id, its own value before the start last; measures without any are not in it."""
    drawn: tuple[str, ...] = ()
    """The column of what was drawn, where that is not the customer."""
    is_from: dict[str, int] = field(default_factory=dict)
    """By measure id, the value that a change is from: the last of its values before the start, once more."""

    @classmethod
    def of(cls, plan: Plan, population: Relation | None) -> Before:
        """Every `before` of the plan once; the finest decimals that any measure asks of the column."""
        numbers: list[Number] = []
        places: dict[str, tuple[int, ...]] = {}
        numeric = {measure.before for measure in plan.measures if measure.kind != "any"}
        drawn = (DRAWN,) if plan.cluster else ()
        if population is None:
            return cls((), {}, drawn)
        for measure in plan.measures:
            found = [values.known_before(population, column, measure) for column in measure.adjust_for]
            if measure.before is not None:
                finest = max(other.decimals for other in plan.measures if other.before == measure.before)
                digits = max(finest, values.COVARIATE_DECIMALS)
                found.append(values.before(population, measure, digits, guarded=measure.before not in numeric))
            numbers += [number for number in dict.fromkeys(found) if number not in numbers]
            if found:
                # The cap's twin differs by the cap alone: the values before the start stay as they are.
                places[measure.id] = places[measure.uncapped.id] = tuple(numbers.index(number) for number in found)
        is_from = {measure.id: places[measure.id][-1] for measure in plan.measures if measure.change}
        return cls(tuple(numbers), places, drawn, is_from)

    def of_measure(self, measure: MeasurePlan) -> tuple[int, ...]:
        """The places of its values before the start, in the order in which they follow its own."""
        return self.places.get(measure.id, ())

    def change(self, measure: MeasurePlan, number: Number, alias: str | None = None) -> Number:
        """A measure's value; of a change, less what it is from: NULL where either is. By aliases where one is given."""
        if measure.id not in self.is_from:
            return number if alias is None else replace(number, sql=alias)
        place = self.is_from[measure.id]
        earlier = self.numbers[place]
        decimals = max(number.decimals, earlier.decimals)
        parts = (
            (alias or number.sql, number.decimals),
            (self.aliases[place] if alias else earlier.sql, earlier.decimals),
        )
        after, since = (f"({sql}) * {10 ** (decimals - own)}" for sql, own in parts)
        return Number(f"{after} - {since}", decimals)

    def decimals(self, places: Sequence[int]) -> tuple[int, ...]:
        return tuple(self.numbers[place].decimals for place in places)

    def named(self, places: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.aliases[place] for place in places)

    def flags(self, places: Sequence[int]) -> frozenset[str]:
        """Those that are a yes or no."""
        return frozenset(self.aliases[place] for place in places if self.numbers[place].is_flag)

    @property
    def carried(self) -> list[str]:
        """What the table of people has for sums: values before the start, and what was drawn."""
        return [*self.drawn, *self.aliases]

    @property
    def aliases(self) -> list[str]:
        return [f"p_before_{place}" for place in range(len(self.numbers))]


def straight(
    relation: Relation,
    plan: Plan,
    measures: Sequence[MeasurePlan],
    before: Before,
    keys: Sequence[str],
    *,
    later: Collection[str],
) -> Reduction:
    """From the one wide file; `keys` are expressions for arm, levels and an own day of start.

    Products of three of the measures in `later`, by id, are left out.
    """
    slots, found = _wide(relation, measures, before, thirds=plan.is_uneven)
    slots = [replace(slot, thirds=0) if slot.id in later else slot for slot in slots]
    aliases = [f"p_key_{place}" for place in range(len(keys))]
    columns = {name: before.change(measure, number).sql for name, (measure, number) in found.items()}
    columns |= {alias: number.sql for number, alias in zip(before.numbers, before.aliases, strict=True)}
    columns |= {name: f"CAST({columns[name]} AS DOUBLE)" for name in safe_as_doubles(relation, measures, slots)}
    columns |= dict(zip(aliases, keys, strict=True))
    where = f" WHERE {condition_sql(relation, plan.keep)}" if plan.keep else ""
    inner = f"SELECT {_listed(columns)} FROM {relation.sql}{where}"
    return Reduction(inner, aliases, slots, highest_of=_weighed(measures, slots))


def counted(before: Before, *, thirds: bool) -> Reduction:
    """The table of people itself: how many, and their values before the start: a slot for all that go together."""
    slots = [
        Slot(
            together(names),
            (),
            names,
            before.decimals(places),
            False,
            flags=before.flags(places),
            thirds=len(places) * thirds,
        )
        for places in dict.fromkeys(before.places.values())
        for names in (before.named(places),)
    ]
    return Reduction(f"SELECT {', '.join(['p_cell', *before.aliases])} FROM {TABLE}", ["p_cell"], slots)


def together(covariates: Sequence[str]) -> str:
    """The id of the slot of values before the start that go together."""
    return " ".join(covariates)


def joined(relation: Relation, measures: Sequence[MeasurePlan], before: Before, *, thirds: bool) -> Reduction:
    """From a wide file, by `p_cell`, which is NULL for rows about nobody who was drawn."""
    slots, found = _wide(relation, measures, before, thirds=thirds)
    key = relation.key(needed_by="finding a customer's outcomes")
    columns = {name: number.sql for name, (_, number) in found.items()}
    rows = f"SELECT {_listed({'p_who': key} | columns)} FROM {relation.sql}"
    values_sql = {name: before.change(measure, number, name).sql for name, (measure, number) in found.items()}
    wanted = ["p_cell", *before.carried, _listed(values_sql)]
    inner = f"SELECT {', '.join(wanted)} FROM ({rows}) AS outcomes LEFT JOIN {TABLE} ON p_customer = p_who"
    return Reduction(inner, ["p_cell"], _on_top(slots), highest_of=_weighed(measures, slots))


def happened(
    relation: Relation,
    measures: Sequence[MeasurePlan],
    before: Before,
    people: People,
    *,
    events: int,
    as_of: date,
    thirds: bool,
) -> Reduction:
    """From events in the window of each measure and not after `as_of`, by `p_cell` as in `joined`."""
    shape = _Events(relation, measures, before, people, as_of)
    inner = shape.joined_first() if people.own_start or events > _BUSY * people.count else shape.added_up_first()
    slots = shape.slots(thirds=thirds)
    return Reduction(inner, ["p_cell"], _on_top(slots), rows="SUM(p_seen)", highest_of=_weighed(measures, slots))


def _on_top(slots: Sequence[Slot]) -> list[Slot]:
    """Where whoever has no row has 0, outcomes come on top of what is known of everybody before the start."""
    return [replace(slot, before_known=not slot.may_be_missing) for slot in slots]


def _weighed(measures: Sequence[MeasurePlan], slots: Sequence[Slot]) -> str | None:
    """The column whose highest values are asked for: the deciding measure's, where a customer can have more of it."""
    amounts = {one.id for one in measures if one.role == "deciding" and one.kind in ("count", "sum", "mean")}
    return next((slot.values[0] for slot in slots if slot.id in amounts), None)


def _wide(
    relation: Relation, measures: Sequence[MeasurePlan], before: Before, *, thirds: bool
) -> tuple[list[Slot], dict[str, tuple[MeasurePlan, Number]]]:
    """The measures' slots, and by alias what the file has of them."""
    slots: list[Slot] = []
    columns: dict[str, tuple[MeasurePlan, Number]] = {}
    for place, measure in enumerate(measures):
        numbers = values.wide(relation, measure)
        names = tuple(f"p_value_{place}_{part}" for part in range(len(numbers)))
        columns |= {name: (measure, number) for number, name in zip(numbers, names, strict=True)}
        decimals = [before.change(measure, number).decimals for number in numbers]
        slots.append(_slot(measure, names, decimals, before, relation, thirds=thirds))
    return slots, columns


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {alias}" for alias, sql in columns.items())


def _slot(
    measure: MeasurePlan,
    names: tuple[str, ...],
    decimals: Sequence[int],
    before: Before,
    relation: Relation,
    *,
    thirds: bool,
) -> Slot:
    """Products of three are needed of the value, for its skew; of values before the start with uneven arms only."""
    is_events = relation.source.kind == "events"
    missing = values.may_be_missing(measure, from_events=is_events, absent=relation.source.absent)
    places = before.of_measure(measure)
    return Slot(
        measure.id,
        names,
        before.named(places),
        (*decimals, *before.decimals(places)),
        missing,
        has_gaps=missing and (is_events or measure.change or values.has_gaps(relation, measure)),
        flags=before.flags(places) | frozenset(names if measure.is_rate else ()),
        thirds=len(names) + len(places) * thirds,
    )


class _Events:
    """The statement's parts; `part` counts the totals of all measures."""

    def __init__(
        self,
        relation: Relation,
        measures: Sequence[MeasurePlan],
        before: Before,
        people: People,
        as_of: date,
    ) -> None:
        self._relation, self._measures, self._before, self._people = relation, measures, before, people
        self._totals = {measure.id: values.events(relation, measure) for measure in measures}
        self._longest = max(measure.window_days for measure in measures)
        self._first = people.first_start
        self._last = min(as_of, people.last_start + timedelta(days=self._longest - 1))

    def slots(self, *, thirds: bool) -> list[Slot]:
        return [
            _slot(
                measure,
                tuple(f"p_value_{place}_{part}" for part in range(len(self._totals[measure.id]))),
                [self._before.change(measure, total.event).decimals for total in self._totals[measure.id]],
                self._before,
                self._relation,
                thirds=thirds,
            )
            for place, measure in enumerate(self._measures)
        ]

    def added_up_first(self) -> str:
        """Events of everybody by customer, then the join: fastest where most events are about the drawn."""
        sums = ", ".join(self._sums())
        totals = f"SELECT p_who, COUNT(*) AS p_seen, {sums} FROM ({self._rows()}) AS events GROUP BY p_who"
        return self._valued(f"({totals}) AS totals LEFT JOIN {TABLE} ON p_customer = p_who")

    def joined_first(self) -> str:
        """The join, then events by customer: for own starts, and where most events are about others."""
        keys = ", ".join(dict.fromkeys(["p_customer", "p_cell", *self._before.carried]))
        totals = (
            f"SELECT {keys}, COUNT(*) AS p_seen, {', '.join(self._sums())} "
            f"FROM ({self._rows()}) AS events LEFT JOIN {TABLE} ON p_customer = p_who GROUP BY {keys}"
        )
        return self._valued(f"({totals}) AS totals")

    def _rows(self) -> str:
        """One row an event; the literal range of days lets storage skip what lies outside."""
        key = self._relation.key(needed_by="finding a customer's events")
        day = self._relation.day(self._relation.source.time, needed_by="the measures' windows")
        columns = [f"{key} AS p_who", f"{day} AS p_day"]
        columns += [f"{sql} AS {alias}" for sql, alias in self._events().items()]
        tests = [values.on_days(day, self._first, self._last), *self._looked_at(day)]
        return f"SELECT {', '.join(columns)} FROM {self._relation.sql} WHERE {' AND '.join(tests)}"

    def _looked_at(self, day: str) -> list[str]:
        """Whether some measure looks at an event; every other one would be added up as nothing, at the same cost."""
        longest: dict[tuple[Condition, ...], int] = {}
        for measure in self._measures:
            for where in (measure.where, measure.over_where) if measure.kind == "ratio" else (measure.where,):
                longest[where] = max(measure.window_days, longest.get(where, 0))
        found = []
        for where, days in longest.items():
            tests = [condition_sql(self._relation, where)] if where else []
            if days < self._longest and not self._people.own_start:
                tests.append(values.on_days(day, self._first, self._first + timedelta(days=days - 1)))
            if not tests:
                return []
            found.append(f"({' AND '.join(tests)})")
        return [f"({' OR '.join(found)})"]

    def _events(self) -> dict[str, str]:
        """What an event is worth, each expression once, and what it is called."""
        found: dict[str, str] = {}
        for place, part, total in self._each():
            found.setdefault(total.event.sql, f"p_event_{place}_{part}")
        return found

    def _added(self) -> dict[str, str]:
        """What is added up for a customer, each sum once: it is kept for every customer while events go by."""
        found: dict[str, str] = {}
        for place, part, total in self._each():
            found.setdefault(self._sum(place, total), f"p_total_{place}_{part}")
        return found

    def _sum(self, place: int, total: values.Total) -> str:
        event = self._events()[total.event.sql]
        if self._measures[place].kind == "any":
            return self._soonest(event, self._windows(total))
        return total.sum.format(self._windowed(place, event))

    def _windows(self, total: values.Total) -> list[int]:
        """The windows in which somebody asks whether such an event happened at all, the longest first."""
        asked = {
            self._measures[place].window_days
            for place, _, other in self._each()
            if self._measures[place].kind == "any" and other.event.sql == total.event.sql
        }
        return sorted(asked, reverse=True)

    def _soonest(self, event: str, windows: Sequence[int]) -> str:
        """In how many of the windows, one inside the other, it happened: one small number a customer."""
        whens = " ".join(
            f"WHEN {self._within(days) or 'TRUE'} THEN {number}"
            for number, days in reversed(list(enumerate(windows, start=1)))
        )
        return f"MAX(CASE WHEN {event} IS NULL THEN 0 {whens} ELSE 0 END)"

    def _sums(self) -> list[str]:
        return [f"{sql} AS {alias}" for sql, alias in self._added().items()]

    def _windowed(self, place: int, event: str) -> str:
        within = self._within(self._measures[place].window_days)
        return event if within is None else f"CASE WHEN {within} THEN {event} END"

    def _within(self, days: int) -> str | None:
        """Whether an event is in a window of so many days; None where all that is read is."""
        if self._people.own_start:
            return values.in_window("p_day", "p_start", days)
        if days == self._longest:
            return None
        return values.on_days("p_day", self._first, self._first + timedelta(days=days - 1))

    def _valued(self, totals: str) -> str:
        columns = ["p_cell", "p_seen", *self._before.carried]
        columns += [f"{self._value(place, total)} AS p_value_{place}_{part}" for place, part, total in self._each()]
        return f"SELECT {', '.join(columns)} FROM {totals}"

    def _value(self, place: int, total: values.Total) -> str:
        added = self._added()[self._sum(place, total)]
        value = total.value.format(added)
        if self._measures[place].kind == "any":
            least = self._windows(total).index(self._measures[place].window_days) + 1
            value = f"CASE WHEN {added} >= {least} THEN 1 ELSE 0 END"
        return self._before.change(self._measures[place], total.event, value).sql

    def _each(self) -> list[tuple[int, int, values.Total]]:
        return [
            (place, part, total)
            for place, measure in enumerate(self._measures)
            for part, total in enumerate(self._totals[measure.id])
        ]
