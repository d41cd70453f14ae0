"""Rows to fill a ledger with, and ways to break one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pitcairn.canonical import digest, plain
from pitcairn.evidence.facts import FileFact
from pitcairn.ledger.entry import DrawnArm, Entry, Kind, LaunchBody, ReadingBody
from pitcairn.ledger.ledger import Ledger
from pitcairn.reading.result import LeftOut

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
LINEAGE = "product_line:coffee:second_order"
PILOT = "second-order"
NOBODY = 65534


def launch_body(stage: str = "explore", **differences: Any) -> dict[str, Any]:
    plan = {"stage": stage, "question": "Does it help?", "start": "2026-03-03", "end": "2026-03-30", "take": 1.0}
    body = LaunchBody(
        plan=plan,
        plan_digest=digest(plan),
        retrospective=False,
        list_digest="ab" * 32,
        in_scope=1000,
        left_out=(LeftOut(reason="opted out", count=20),),
        arms=(
            DrawnArm(arm="today", label="Today’s e-mail", customers=490),
            DrawnArm(arm="early", label="Early", customers=490),
        ),
        files=(FileFact(source="customers", name="customers.parquet", bytes=12, sha256="cd" * 32),),
    )
    return dict(plain(body)) | differences


def reading_body(**differences: Any) -> dict[str, Any]:
    body = ReadingBody(
        as_of="2026-03-30",
        plan_digest="ef" * 32,
        result_digest="01" * 32,
        withheld=False,
        headline="Early brings 14 more orders per 1,000 customers.",
        verdicts=(("early", "adapt"), ("late", "harm")),
        files=(),
    )
    return dict(plain(body)) | differences


def add(
    ledger: Ledger,
    kind: Kind = "launch",
    *,
    pilot: str = PILOT,
    iteration: int = 1,
    lineage: str = LINEAGE,
    body: dict[str, Any] | None = None,
    by: str = "Ana Ruiz",
    at: datetime = NOW,
) -> Entry:
    held = body if body is not None else launch_body() if kind == "launch" else reading_body()
    return ledger.append(kind, pilot=pilot, iteration=iteration, lineage=lineage, body=held, by=by, at=at)


def filled(path: Path) -> tuple[Entry, ...]:
    """Four rows: two iterations launched and read, an hour apart, the last one an hour ago."""
    kinds: tuple[Kind, ...] = ("launch", "reading")
    with Ledger.open(path) as ledger:
        return tuple(
            add(ledger, kind, iteration=iteration, at=NOW + timedelta(hours=2 * iteration + kinds.index(kind) - 6))
            for iteration in (1, 2)
            for kind in kinds
        )


def rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM entries ORDER BY seq").fetchall()


def tamper(path: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    """What somebody with another SQLite program can do: take the triggers away, edit, put them back as they were."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for sql, values in statements:
            assert connection.execute(sql, values).rowcount == 1
        for _, sql in triggers:
            connection.execute(sql)


@contextmanager
def ordinary_rights() -> Iterator[None]:
    """Permission bits bind everybody but root; so root steps down for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
