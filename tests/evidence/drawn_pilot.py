"""A small pilot to draw customers for: its plan, its files, its engine."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pitcairn.design.plan import (
    SCHEMA,
    ArmPlan,
    CapPlan,
    Condition,
    CustomerPlan,
    MeasurePlan,
    OptOutPlan,
    Plan,
    SourcePlan,
)
from pitcairn.evidence.sql import path_literal

START = date(2026, 3, 2)
CUSTOMERS = SourcePlan(id="customers", kind="wide", customer="customer")
CONTACTS = SourcePlan(id="contacts", kind="events", customer="customer", time="sent")
CHOICES = SourcePlan(id="choices", kind="wide", customer="customer")


def arm(id: str, first: int, last: int, role: Any = "treatment") -> ArmPlan:
    return ArmPlan(id=id, label=id.title(), role=role, share=(last - first) / 10_000, first=first, last=last)


def measure(id: str = "visits", kind: Any = "any", **changes: Any) -> MeasurePlan:
    given: dict[str, Any] = {
        "id": id, "label": id.title(), "unit": id, "kind": kind, "role": "deciding", "source": "outcomes",
        "column": id, "where": (), "over_column": None, "over_where": (), "answers": (), "window_days": 14,
        "cap": None, "better": "up", "money": False, "decimals": 0, "before": None, "usual": None, "margin": None,
        "worth_it": None,
    }  # fmt: skip
    return MeasurePlan(**given | changes)


def plan(**changes: Any) -> Plan:
    """Three arms, all customers taken, no policy; every key can be given."""
    customer = CustomerPlan(audience="a", behaviour="b", barriers=(), benefits=(), competing=(), segments=())
    given: dict[str, Any] = {
        "schema": SCHEMA, "program": "p", "purpose": "q", "currency": "EUR", "time_zone": "UTC", "simulated": None,
        "pilot": "second-order", "title": "t", "owner": "o", "scope_kind": "product_line", "scope": "coffee",
        "scope_label": "Coffee", "challenge": "nurture", "customer": customer, "number": 1, "stage": "explore",
        "question": "?", "changed": (), "observed": None, "population": "customers", "keep": (), "take": 1.0,
        "arms": (arm("none", 0, 3334, "control"), arm("early", 3334, 6667), arm("late", 6667, 10_000)),
        "opt_out": (), "caps": (), "sources": (CUSTOMERS, CONTACTS, CHOICES), "measures": (measure(),), "groups": (),
        "predictions": (), "promotion_iterations": 1, "promotion_no_group_worse": False, "promotion_also": (),
        "start": START, "follow_up_days": 14, "end": date(2026, 3, 16),
    }  # fmt: skip
    return Plan(**given | changes)


def only(column: str, *values: Any) -> tuple[Condition, ...]:
    return (Condition(column=column, comparison="in", values=values),)


def opted_out(source: str, column: str, *values: Any) -> OptOutPlan:
    return OptOutPlan(source=source, where=only(column, *values))


def cap(at_most: int, within_days: int, where: tuple[Condition, ...] = ()) -> CapPlan:
    return CapPlan(source="contacts", at_most=at_most, within_days=within_days, where=where)


def csv_file(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> tuple[Path, ...]:
    """A file and nothing else, as the plan's source wants it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    return (path,)


def parquet_file(path: Path, select: str) -> tuple[Path, ...]:
    """A file from a SELECT, for columns that must have a type."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return (path,)


def assigned(path: Path) -> list[tuple[str, str]]:
    """The rows of an assignment file, in its order."""
    with duckdb.connect() as connection:
        relation = f"read_parquet({path_literal(path)})"
        return connection.execute(f"SELECT customer, arm FROM {relation}").fetchall()


def listed(path: Path) -> list[str]:
    """The ids of a list, after its header."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["customer"]
    return [row[0] for row in rows[1:]]


def numbered(count: int, **columns: Mapping[int, Any]) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of customers c0, c1, ...; columns give values by number, others get an empty cell."""
    rows = [[f"c{number}", *(values.get(number, "") for values in columns.values())] for number in range(count)]
    return ["customer", *columns], rows
