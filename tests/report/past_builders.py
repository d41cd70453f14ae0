"""A program with launches and readings in its ledger, made without any customer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from pitcairn.canonical import plain
from pitcairn.ledger.entry import DecisionBody, LaunchBody, ReadingBody
from pitcairn.ledger.ledger import Ledger
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import to_json
from pitcairn.reading.result import Code, Result
from result_samples import LABELS, result

MORNING = datetime(2026, 1, 5, 8, tzinfo=UTC)


def launched(folder: ProgramFolder, number: int, *, pilot: str = "second-order", stage: str = "explore") -> None:
    body = LaunchBody(
        plan={"title": "A reason for a second order", "stage": stage, "question": f"Question {number}?"},
        plan_digest="0" * 64,
        retrospective=False,
        list_digest=None,
        in_scope=10,
        left_out=(),
        arms=(),
        files=(),
    )
    append(folder, "launch", number, plain(body), pilot)


def was_read(
    folder: ProgramFolder,
    number: int,
    code: Code,
    *,
    pilot: str = "second-order",
    changed: Callable[[str], str] = str,
) -> Result:
    found = replace(result(code, 2), number=number, pilot=pilot)
    text = changed(to_json(found))
    file = folder.result_file(pilot, number)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    body = ReadingBody(
        as_of=found.as_of,
        plan_digest="0" * 64,
        result_digest=hashlib.sha256(text.encode()).hexdigest(),
        withheld=found.withheld,
        headline=found.headline,
        verdicts=tuple((verdict.arm, verdict.code) for verdict in found.verdicts),
        files=(),
    )
    append(folder, "reading", number, plain(body), pilot)
    return found


def append(folder: ProgramFolder, kind: str, number: int, body: object, pilot: str) -> None:
    with Ledger.open(folder.ledger_file) as ledger, ledger.transaction():
        ledger.append(
            kind,  # type: ignore[arg-type]
            pilot=pilot,
            iteration=number,
            lineage="product_line:shoes:orders",
            body=body,  # type: ignore[arg-type]
            by="mara",
            at=MORNING,
        )


def decided(folder: ProgramFolder, found: Result, decision: str, why: str, arm: str = "note") -> None:
    body = DecisionBody(
        arm=arm,
        label=LABELS[1],
        decision=decision,  # type: ignore[arg-type]
        why=why,
        verdict="adapt",
        as_of=found.as_of,
        result_digest="0" * 64,
        owner="Mara",
    )
    append(folder, "decision", found.number, plain(body), found.pilot)
