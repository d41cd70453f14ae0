"""Plans and files for the tests of the evidence room, as small as they can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pitcairn.design.plan import (
    SCHEMA,
    ArmPlan,
    Condition,
    CustomerPlan,
    GroupPlan,
    Level,
    MeasurePlan,
    ObservedPlan,
    Plan,
    Scalar,
    SourcePlan,
)
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.sql import path_literal

START = date(2026, 3, 2)


def is_(column: str, *values: Scalar) -> Condition:
    return Condition(column=column, comparison="in", values=values)


def wide(id: str = "customers", **changes: Any) -> SourcePlan:
    return SourcePlan(**({"id": id, "kind": "wide", "customer": "customer"} | changes))


def events(id: str = "orders", **changes: Any) -> SourcePlan:
    return SourcePlan(**({"id": id, "kind": "events", "customer": "customer", "time": "day"} | changes))


def measure(id: str, kind: str = "sum", source: str = "customers", **changes: Any) -> MeasurePlan:
    given: dict[str, Any] = {
        "id": id,
        "label": id.capitalize(),
        "unit": id,
        "kind": kind,
        "role": "watch",
        "source": source,
        "column": id if source == "customers" else None,
        "where": (),
        "over_column": None,
        "over_where": (),
        "answers": (),
        "window_days": 14,
        "cap": None,
        "better": "up",
        "money": False,
        "decimals": 2,
        "before": None,
        "usual": None,
        "margin": None,
        "worth_it": None,
    }
    return MeasurePlan(**(given | changes))


def group(id: str, **changes: Any) -> GroupPlan:
    given: dict[str, Any] = {
        "id": id,
        "label": id.capitalize(),
        "source": "customers",
        "column": id,
        "names": (),
        "cuts": (),
        "levels": (),
    }
    return GroupPlan(**(given | changes))


def levels(**tests: Condition) -> tuple[Level, ...]:
    return tuple(Level(name=name, conditions=(test,)) for name, test in tests.items())


def observed(arms: Iterable[str] = ("control", "gift"), **changes: Any) -> ObservedPlan:
    given: dict[str, Any] = {
        "source": "customers",
        "column": "arm",
        "values": tuple((arm, arm) for arm in arms),
        "start": None,
    }
    return ObservedPlan(**(given | changes))


def plan(
    measures: Sequence[MeasurePlan],
    *,
    arms: Sequence[str] = ("control", "gift"),
    sources: Sequence[SourcePlan] = (wide(),),
    draw: ObservedPlan | None = None,
    **changes: Any,
) -> Plan:
    """A pilot with equal shares; the first arm is the control."""
    pieces = [round(10_000 * place / len(arms)) for place in range(len(arms) + 1)]
    given: dict[str, Any] = {
        "schema": SCHEMA,
        "program": "Shop",
        "purpose": "So that customers find what suits them.",
        "currency": "EUR",
        "time_zone": "UTC",
        "simulated": None,
        "pilot": "second-order",
        "title": "Second order",
        "owner": "Growth",
        "scope_kind": "product_line",
        "scope": "shoes",
        "scope_label": "Shoes",
        "challenge": "nurture",
        "customer": CustomerPlan(
            audience="New customers", behaviour="Order again", barriers=(), benefits=(), competing=(), segments=()
        ),
        "number": 1,
        "stage": "explore",
        "question": "Does it help?",
        "changed": (),
        "arms": tuple(
            ArmPlan(
                id=arm,
                label=arm.capitalize(),
                role="treatment" if place else "control",
                share=1 / len(arms),
                first=pieces[place],
                last=pieces[place + 1],
            )
            for place, arm in enumerate(arms)
        ),
        "observed": draw,
        "population": "customers",
        "keep": (),
        "take": 1.0,
        "opt_out": (),
        "caps": (),
        "sources": tuple(sources),
        "measures": tuple(measures),
        "groups": (),
        "predictions": (),
        "promotion_iterations": 1,
        "promotion_no_group_worse": False,
        "promotion_also": (),
        "start": START,
        "follow_up_days": 14,
        "end": date(2026, 4, 30),
    }
    return Plan(**(given | changes))


def csv(path: Path, text: str) -> Path:
    """A CSV file from a block of text; indentation does not count."""
    path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding="utf-8")
    return path


def parquet(engine: Engine, path: Path, query: str) -> Path:
    engine.run(f"COPY ({query}) TO {path_literal(path)} (FORMAT parquet)")
    return path
