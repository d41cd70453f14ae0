"""The customers in scope, each with the first rule that leaves them out: one SQL text for the draw and for `plan`.

Joins are on plain equality of ids, and the tests on days and columns come before them: a function in a join's
condition turns it into a nested loop on some engines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pitcairn.design.assignment import holdout_sql
from pitcairn.design.eligibility import Drawn, KeptOut, OptedOut, OverCap, Rule, rules
from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.evidence.columns import check_columns, draw_needs
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.ids import alike, drawn_key
from pitcairn.evidence.sources import Relation, condition_sql, relation
from pitcairn.evidence.sql import literal, path_literal
from pitcairn.evidence.values import on_days

Files = Mapping[str, tuple[Path, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A draw whose customers are not available, and why: its `assignment.parquet`."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Population:
    """`sql` gives a row a customer in scope: `who` (their id), `reason` (NULL: may be drawn), `before_0`, ..."""

    sql: str
    reasons: tuple[str, ...]
    """What the numbers in `reason` mean."""
    measures: tuple[MeasurePlan, ...]
    """The measures with a value before the start, in the order of the columns `before_0`, `before_1`, ..."""
    relations: tuple[Relation, ...]
    """Everything `sql` reads from, for explaining its failures."""
    whole_ids: bool
    """Whether `who` is a whole number; text otherwise."""

    def each_before(self, template: str) -> str:
        """The template for every `before` column, which takes the place of {}, with a comma before each."""
        return "".join(f", {template.replace('{}', f'before_{place}')}" for place in range(len(self.measures)))


def population(engine: Engine, plan: Plan, files: Files, taken: Sequence[Taken]) -> Population:
    """The customers in scope and their reasons, as SQL text over the plan's sources.

    DataError for a missing column, and for a customer column that is not text or whole numbers. Customers without an
    id are NULL in `who` and no rule finds them: whoever draws must refuse them. Where somebody else makes the draw
    and nothing is left out, nobody needs a name: `who` is NULL.
    """
    engine.use_time_zone(plan.time_zone)
    ids = (plan.population, *(one.source for one in plan.opt_out), *(one.source for one in plan.caps))
    sources = {id: relation(engine, plan.source(id), files[id]) for id in dict.fromkeys(ids)}
    check_columns(sources.values(), draw_needs(plan))
    sources = alike(sources)
    asked = rules(plan, (draw.reason for draw in taken))
    measures = tuple(measure for measure in plan.measures if measure.before is not None)
    scope = _scope(plan, sources[plan.population], measures, named=bool(asked) or plan.observed is None)
    joined = [(place, rule) for place, rule in enumerate(asked) if not isinstance(rule, KeptOut)]
    tables = [f"rule_{place} AS ({_known(engine, rule, sources, taken)})" for place, rule in joined]
    joins = [f"LEFT JOIN rule_{place} ON rule_{place}.who = scope.who" for place, _ in joined]
    columns = ["scope.who", *(f"scope.before_{place}" for place in range(len(measures)))]
    sql = (
        f"WITH {', '.join([f'scope AS ({scope})', *tables])} "
        f"SELECT {', '.join(columns)}, {_first_reason(asked)} AS reason FROM scope {' '.join(joins)}"
    )
    whole = sources[plan.population].whole_ids
    return Population(sql, tuple(rule.reason for rule in asked), measures, tuple(sources.values()), whole)


def _scope(plan: Plan, customers: Relation, measures: Sequence[MeasurePlan], *, named: bool) -> str:
    who = customers.key(needed_by="the draw") if named else "CAST(NULL AS VARCHAR)"
    before = [f"{_before(customers, measure)} AS before_{place}" for place, measure in enumerate(measures)]
    keep = condition_sql(customers, plan.keep, needed_by="the pilot's choice of customers")
    return f"SELECT {', '.join([f'{who} AS who', *before])} FROM {customers.sql} WHERE {keep}"


def _before(customers: Relation, measure: MeasurePlan) -> str:
    """The value before the start on the scale the outcome will be read on: yes or no, capped, empty as declared.

    As a decimal its sum does not depend on the order of rows, and what is no finite number stops the statement.
    """
    number = customers.number(str(measure.before), needed_by=f"“{measure.id}” before the start")
    value = f"CAST({number} AS DECIMAL(18, 6))"
    if customers.source.absent == "zero":
        value = f"COALESCE({value}, 0)"
    if measure.kind == "any":
        return f"CASE WHEN {value} > 0 THEN 1 WHEN {value} IS NOT NULL THEN 0 END"
    if measure.cap is None:
        return value
    cap = literal(measure.cap)
    return f"CASE WHEN {value} > {cap} THEN {cap} ELSE {value} END"


def _known(
    engine: Engine, rule: OptedOut | OverCap | Drawn, sources: Mapping[str, Relation], taken: Sequence[Taken]
) -> str:
    """The ids that a rule knows, as `who`; for a cap with the number of `contacts`."""
    if isinstance(rule, OverCap):
        return _contacts(rule, sources[rule.cap.source])
    if isinstance(rule, OptedOut):
        parts = [
            f"SELECT {found.key(needed_by='the opt-out')} AS who FROM {found.sql} "
            f"WHERE {condition_sql(found, choice.where, needed_by='the opt-out')}"
            for choice in rule.choices
            for found in (sources[choice.source],)
        ]
    else:
        whole = all(found.whole_ids for found in sources.values())
        parts = [
            f"SELECT {drawn_key(engine, draw.path, whole=whole)} AS who FROM read_parquet({path_literal(draw.path)})"
            for draw in taken
            if draw.reason == rule.reason
        ]
    return f"SELECT DISTINCT who FROM ({' UNION ALL '.join(parts)}) AS known"


def _contacts(rule: OverCap, events: Relation) -> str:
    who = events.key(needed_by="the contact cap")
    day = events.day(events.source.time, needed_by="the contact cap")
    counts = condition_sql(events, rule.cap.where, needed_by="the contact cap")
    return (
        f"SELECT {who} AS who, COUNT(*) AS contacts FROM {events.sql} "
        f"WHERE {on_days(day, rule.first, rule.last)} AND {counts} GROUP BY {who}"
    )


def _first_reason(asked: Sequence[Rule]) -> str:
    tests = [f"WHEN {_test(place, rule)} THEN {place}" for place, rule in enumerate(asked)]
    return f"CASE {' '.join(tests)} END" if tests else "CAST(NULL AS INTEGER)"


def _test(place: int, rule: Rule) -> str:
    if isinstance(rule, KeptOut):
        return holdout_sql("duckdb", "scope.who", rule.holdout)
    if isinstance(rule, OverCap):
        return f"COALESCE(rule_{place}.contacts, 0) >= {rule.cap.at_most}"
    return f"rule_{place}.who IS NOT NULL"
