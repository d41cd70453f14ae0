"""Everybody of the program at the start of a period, kept out of all pilots or not, and how often pilots had them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pitcairn.design.assignment import holdout_sql
from pitcairn.design.plan import Plan
from pitcairn.design.together import KEPT_OUT, OTHERS, Asked
from pitcairn.evidence.columns import Need, check_columns
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Check
from pitcairn.evidence.identity import one_row_each
from pitcairn.evidence.ids import drawn_key
from pitcairn.evidence.population import HOLDOUT
from pitcairn.evidence.questions import Question
from pitcairn.evidence.sources import explained, relation
from pitcairn.evidence.sql import literal, literals, parquet_sql
from pitcairn.phrases import customers

Files = Mapping[str, tuple[Path, ...]]

FEW = 0.01
"""So small a share of those kept out, drawn by pilots from before the holdout, hardly blurs what is compared."""

HELD = Question(
    id="kept_out",
    name="Kept out as promised",
    gating=True,
    asks="Is nobody who was to be kept out of all pilots in a list of one that ran in the period?",
    warns="some are, 1 in 100 of them at most",
    fails="more are",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """One draw that ran in the period: its file, and the arms that tried something."""

    path: Path
    treatments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """How many customers of one arm were drawn so often to an arm that tries something. Counts only."""

    arm: str
    times: int
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """Who was there: the file with each customer's side, for the reading, and counts."""

    assignment: Path
    later: int
    """Customers left out because they joined after the period began, or on no known day."""
    touched: tuple[Touched, ...]


def everybody(engine: Engine, asked: Asked, files: Files, lists: Sequence[List], *, into: Path) -> Everybody:
    """Writes a file `customer, arm` as a draw would, below `into`, which is for scratch, and counts.

    DataError where the holdout's source names a customer twice or not at all, or has no such column.
    """
    plan = asked.plan
    engine.use_time_zone(plan.time_zone)
    found = relation(engine, plan.source(plan.population), files[plan.population])
    if asked.joined is not None:
        check_columns([found], [Need(plan.population, asked.joined, "who was there at the start")])
    whole = asked.holdout.cluster
    if whole is not None:
        check_columns([found], [Need(plan.population, whole, HOLDOUT)])
    path = into / "everybody.parquet"
    with explained(engine, found):
        rows = one_row_each(engine, found)
        who = found.key(needed_by="the program's holdout")
        here = "TRUE"
        if asked.joined is not None:
            day = found.day(asked.joined, needed_by="who was there at the start")
            here = f"{day} <= CAST({literal(plan.start.isoformat())} AS DATE)"
        cluster = found.label(whole, needed_by=HOLDOUT) if whole is not None else None
        arm = f"CASE WHEN {holdout_sql('duckdb', who, asked.holdout, cluster)} THEN '{KEPT_OUT}' ELSE '{OTHERS}' END"
        columns = [f"{who} AS customer", f"{arm} AS arm", *([f"{cluster} AS cluster"] if cluster else [])]
        engine.run(
            f"COPY (SELECT {', '.join(columns)} FROM {found.sql} WHERE {here} ORDER BY customer) "
            f"TO {literal(str(path))} (FORMAT parquet)"
        )
    ((there,),) = engine.rows(f"SELECT COUNT(*) FROM {parquet_sql(path)}")
    return Everybody(assignment=path, later=rows - there, touched=_touched(engine, path, lists))


def held_check(plan: Plan, found: Everybody, assigned: int) -> Check:
    """Whether nobody kept out was drawn by any pilot of the period; `assigned` is how many were kept out."""
    mistaken = sum(one.customers for one in found.touched if one.arm == plan.comparison.id and one.times)
    if not mistaken:
        return HELD.answer("pass", "Nobody who was kept out is in a list of any pilot of the period.", 0, 0)
    sentence = f"{customers(mistaken)} who were to be kept out tried something in a pilot of the period."
    return HELD.answer("warn" if mistaken <= FEW * assigned else "fail", sentence, mistaken, FEW * assigned)


def _touched(engine: Engine, assignment: Path, lists: Sequence[List]) -> tuple[Touched, ...]:
    key = drawn_key(engine, assignment, whole=False)
    base = f"SELECT {key} AS who, arm FROM {parquet_sql(assignment)}"
    draws = [
        f"SELECT {drawn_key(engine, one.path, whole=False)} AS who FROM {parquet_sql(one.path)} "
        f"WHERE arm IN ({literals(one.treatments)})"
        for one in lists
    ]
    times = f"SELECT who, COUNT(*) AS times FROM ({' UNION ALL '.join(draws)}) AS draws GROUP BY who"
    joined = f"LEFT JOIN ({times}) AS tried ON tried.who = base.who" if draws else ""
    often = "COALESCE(tried.times, 0)" if draws else "0"
    rows = engine.rows(
        f"SELECT arm, {often} AS often, COUNT(*) FROM ({base}) AS base {joined} GROUP BY arm, often ORDER BY arm, often"
    )
    return tuple(Touched(arm=arm, times=int(often), customers=int(count)) for arm, often, count in rows)
