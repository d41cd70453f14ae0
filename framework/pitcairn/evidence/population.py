"""The customers in scope, each with the first rule that leaves them out: one SQL text for the draw and for `plan`.

Joins are on plain equality of ids, and the tests on days and columns come before them: a function in a join's
condition turns it into a nested loop on some engines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pitcairn.design.assignment import holdout_sql
from pitcairn.design.eligibility import Alongside, Drawn, KeptOut, OptedOut, OverCap, Rule, rules
from pitcairn.design.plan import GroupPlan, MeasurePlan, Plan
from pitcairn.evidence.columns import check_columns, draw_needs
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.ids import alike, drawn_key
from pitcairn.evidence.levels import Split, split
from pitcairn.evidence.sources import Relation, binding_sql, condition_sql, relation
from pitcairn.evidence.sql import literal, parquet_sql
from pitcairn.evidence.values import on_days

Files = Mapping[str, tuple[Path, ...]]
DRAWN_WHOLE, HOLDOUT = "what is drawn", "the program's holdout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A draw whose customers are not available, and why: its `assignment.parquet`."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Population:
    """`sql` gives a row a customer in scope: `who` (their id), `reason` (NULL: may be drawn), those `beside`, and
    `cluster` (NULL: drawn alone), where more than a customer is drawn and the customers' source names it.
    """

    sql: str
    reasons: tuple[str, ...]
    """What the numbers in `reason` mean."""
    measures: tuple[MeasurePlan, ...]
    """The measures with a value before the start, in the order of the columns `before_0`, `before_1`, ..."""
    relations: tuple[Relation, ...]
    """Everything `sql` reads from, for explaining its failures."""
    whole_ids: bool
    """Whether `who` is a whole number; text otherwise."""
    has_clusters: bool = False
    """Whether there is a column `cluster`."""
    splits: tuple[Split, ...] = ()
    """The groups whose raw levels are in the columns `level_0`, `level_1`, ..."""

    @property
    def beside(self) -> str:
        """The columns that say what customers were before the start, with a comma before each."""
        return self.each_before("{}") + "".join(f", level_{place}" for place in range(len(self.splits)))

    @property
    def unit(self) -> str:
        """What is drawn, as SQL over the columns of `sql`: no customer is ever taken for a household."""
        own = "CONCAT('c', CAST(who AS VARCHAR))"
        return f"CASE WHEN cluster IS NULL THEN {own} ELSE CONCAT('d', cluster) END" if self.has_clusters else "who"

    def each_before(self, template: str) -> str:
        """The template for every `before` column, which takes the place of {}, with a comma before each."""
        return "".join(f", {template.replace('{}', f'before_{place}')}" for place in range(len(self.measures)))


def population(
    engine: Engine, plan: Plan, files: Files, taken: Sequence[Taken], *, groups: Sequence[GroupPlan] = ()
) -> Population:
    """The customers in scope and their reasons, as SQL text over the plan's sources; with their levels of `groups`.

    DataError for a missing column, and for a customer column that is not text or whole numbers. Customers without an
    id are NULL in `who` and no rule finds them: whoever draws must refuse them. Where somebody else makes the draw
    and nothing is left out, nobody needs a name: `who` is NULL.
    """
    engine.use_time_zone(plan.time_zone)
    sources = {id: relation(engine, plan.source(id), files[id]) for id in draw_sources(plan)}
    check_columns(sources.values(), draw_needs(plan, groups))
    sources = alike(sources)
    asked = rules(plan, (draw.reason for draw in taken))
    measures = tuple(measure for measure in plan.measures if measure.before is not None)
    cluster = _cluster(plan)
    named = bool(asked) or plan.observed is None or cluster is not None
    splits = tuple(split(sources[plan.population], group) for group in groups)
    scope = _scope(plan, sources[plan.population], measures, splits, cluster, named=named)
    known = {place: _known(engine, rule, plan, sources, taken) for place, rule in enumerate(asked)}
    tables = [f"rule_{place} AS ({sql})" for place, sql in known.items() if sql]
    joins = [f"LEFT JOIN rule_{place} ON {_on(place, asked[place])}" for place, sql in known.items() if sql]
    columns = ["scope.who", *(["scope.cluster"] if cluster else [])]
    columns += [f"scope.before_{place}" for place in range(len(measures))]
    columns += [f"scope.level_{place}" for place in range(len(splits))]
    sql = (
        f"WITH {', '.join([f'scope AS ({scope})', *tables])} "
        f"SELECT {', '.join(columns)}, {_first_reason(asked)} AS reason FROM scope {' '.join(joins)}"
    )
    whole = sources[plan.population].whole_ids
    reasons = tuple(rule.reason for rule in asked)
    return Population(sql, reasons, measures, tuple(sources.values()), whole, cluster is not None, splits)


def draw_sources(plan: Plan) -> tuple[str, ...]:
    """The sources a draw opens: the customers, opt-outs, contacts, and households that are kept out."""
    wanted = [plan.population, *(one.source for one in plan.opt_out), *(one.source for one in plan.caps)]
    if plan.observed is None and plan.holdout and plan.holdout.cluster:
        wanted.append(plan.holdout.source)
    return tuple(dict.fromkeys(wanted))


def _cluster(plan: Plan) -> str | None:
    """The column of the customers' source with what is drawn; somebody else's may be in another source."""
    if plan.observed and plan.observed.source != plan.population:
        return None
    return plan.cluster


def _scope(
    plan: Plan,
    customers: Relation,
    measures: Sequence[MeasurePlan],
    splits: Sequence[Split],
    cluster: str | None,
    *,
    named: bool,
) -> str:
    who = customers.key(needed_by="the draw") if named else "CAST(NULL AS VARCHAR)"
    columns = [f"{who} AS who", *([f"{customers.label(cluster, needed_by=DRAWN_WHOLE)} AS cluster"] if cluster else [])]
    columns += [f"{_before(customers, measure)} AS before_{place}" for place, measure in enumerate(measures)]
    columns += [f"{found.sql} AS level_{place}" for place, found in enumerate(splits)]
    keep = condition_sql(customers, plan.keep, needed_by="the pilot's choice of customers")
    return f"SELECT {', '.join(columns)} FROM {customers.sql} WHERE {keep}"


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
    engine: Engine, rule: Rule, plan: Plan, sources: Mapping[str, Relation], taken: Sequence[Taken]
) -> str | None:
    """The ids that a rule knows, as `who`; for a cap with the number of `contacts`, for a holdout of households with
    the customer's, for `Alongside` the households as `cluster`. None where the id alone tells.
    """
    if isinstance(rule, OverCap):
        return _contacts(rule, sources[rule.cap.source])
    if isinstance(rule, OptedOut):
        parts = [
            f"SELECT {found.key(needed_by='the opt-out')} AS who FROM {found.sql} "
            f"WHERE {binding_sql(found, choice.where, needed_by='the opt-out')}"
            for choice in rule.choices
            for found in (sources[choice.source],)
        ]
        return f"SELECT DISTINCT who FROM ({' UNION ALL '.join(parts)}) AS known"
    if isinstance(rule, KeptOut):
        return _kept_households(rule, sources)
    if isinstance(rule, Alongside):
        return _households_of(engine, rule.of, plan, sources, taken)
    whole = all(found.whole_ids for found in sources.values())
    parts = [
        f"SELECT {drawn_key(engine, draw.path, whole=whole)} AS who FROM {parquet_sql(draw.path)}"
        for draw in taken
        if draw.reason == rule.reason
    ]
    return f"SELECT DISTINCT who FROM ({' UNION ALL '.join(parts)}) AS known"


def _kept_households(rule: KeptOut, sources: Mapping[str, Relation]) -> str | None:
    if rule.holdout.cluster is None:
        return None
    found = sources[rule.holdout.source]
    who, cluster = found.key(needed_by=HOLDOUT), found.label(rule.holdout.cluster, needed_by=HOLDOUT)
    named = f"SELECT {who} AS who, {cluster} AS cluster FROM {found.sql}"
    return f"SELECT who, MIN(cluster) AS cluster FROM ({named}) AS named GROUP BY who"


def _households_of(
    engine: Engine, lot: KeptOut | Drawn, plan: Plan, sources: Mapping[str, Relation], taken: Sequence[Taken]
) -> str:
    """What the plan draws, wherever somebody of it was hit by the other lot; in the pilot's scope or not."""
    found, column = sources[plan.population], plan.drawn_cluster or ""
    who, cluster = found.key(needed_by="the draw"), found.label(column, needed_by=DRAWN_WHOLE)
    ids = _known(engine, lot, plan, sources, taken)
    join = f"LEFT JOIN ({ids}) AS hit ON hit.who = everyone.who" if ids else ""
    if isinstance(lot, Drawn):
        test = "hit.who IS NOT NULL"
    else:
        test = holdout_sql("duckdb", "everyone.who", lot.holdout, "hit.cluster")
    return (
        f"SELECT DISTINCT everyone.cluster AS cluster FROM "
        f"(SELECT {who} AS who, {cluster} AS cluster FROM {found.sql}) AS everyone {join} "
        f"WHERE everyone.cluster IS NOT NULL AND {test}"
    )


def _contacts(rule: OverCap, events: Relation) -> str:
    who = events.key(needed_by="the contact cap")
    day = events.day(events.source.time, needed_by="the contact cap")
    counts = binding_sql(events, rule.cap.where, needed_by="the contact cap")
    return (
        f"SELECT {who} AS who, COUNT(*) AS contacts FROM {events.sql} "
        f"WHERE {on_days(day, rule.first, rule.last)} AND {counts} GROUP BY {who}"
    )


def _first_reason(asked: Sequence[Rule]) -> str:
    tests = [f"WHEN {_test(place, rule)} THEN {place}" for place, rule in enumerate(asked)]
    return f"CASE {' '.join(tests)} END" if tests else "CAST(NULL AS INTEGER)"


def _on(place: int, rule: Rule) -> str:
    key = "cluster" if isinstance(rule, Alongside) else "who"
    return f"rule_{place}.{key} = scope.{key}"


def _test(place: int, rule: Rule) -> str:
    if isinstance(rule, KeptOut):
        return holdout_sql("duckdb", "scope.who", rule.holdout, f"rule_{place}.cluster")
    if isinstance(rule, OverCap):
        return f"COALESCE(rule_{place}.contacts, 0) >= {rule.cap.at_most}"
    return f"rule_{place}.{'cluster' if isinstance(rule, Alongside) else 'who'} IS NOT NULL"
