"""How customers in scope are mixed, by the levels of the declared groups: counts, from one query a group."""

from __future__ import annotations

from pitcairn.design.plan import GroupPlan, Plan
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.levels import split
from pitcairn.evidence.population import Files
from pitcairn.evidence.sources import condition_sql, explained, relation


def mixes(engine: Engine, plan: Plan, files: Files) -> dict[str, dict[str, int]]:
    """Group -> level -> customers in scope, for the groups that the customers' own source knows.

    Groups read from another source are left out. DataError for a missing column and for too many levels.
    """
    engine.use_time_zone(plan.time_zone)
    return {group.id: _mix(engine, plan, group, files) for group in plan.groups if group.source == plan.population}


def _mix(engine: Engine, plan: Plan, group: GroupPlan, files: Files) -> dict[str, int]:
    customers = relation(engine, plan.source(plan.population), files[plan.population])
    by = split(customers, group)
    keep = condition_sql(customers, plan.keep, needed_by="the pilot's choice of customers")
    with explained(engine, customers):
        rows = engine.rows(f"SELECT {by.sql} AS level, COUNT(*) FROM {customers.sql} WHERE {keep} GROUP BY 1")
    found: dict[str, int] = {}
    for raw, count in rows:
        found[by.level(raw)] = found.get(by.level(raw), 0) + int(count)
    return {level: found[level] for level in by.ordered(found)}
