"""What people recorded of an iteration, in words: each row as the sentence or the ruling that every page shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pitcairn.ledger import history
from pitcairn.ledger.history import AmendmentRow, ClosingRow, DecisionRow
from pitcairn.reading.since import deviation, differs, early_end

if TYPE_CHECKING:
    from pitcairn.reading.past import Ruling


def ruling(row: DecisionRow) -> Ruling:
    """A decision, ready to be shown."""
    # Its module loads the numbers, which whoever only asks where things stand does without.
    from pitcairn.reading.past import Ruling

    body = row.body
    return Ruling(
        arm=body.arm,
        label=body.label,
        decision=body.decision,
        by=row.by,
        on=row.at.date(),
        why=body.why,
        differs=differs(body.decision, body.verdict),
    )


def deviation_of(row: AmendmentRow) -> str:
    """The notice of a deviation."""
    body = row.body
    bars = body.bars_promotion
    return deviation(what=body.what, why=body.why, by=row.by, on=row.at.date(), touches=body.touches, bars=bars)


def early_end_of(row: ClosingRow) -> str:
    """The notice of an early end."""
    return early_end(why=row.body.why, by=row.by, on=row.at.date(), attempt=row.body.attempt)


def closing_of(path: Path, pilot: str, number: int) -> ClosingRow | None:
    """How the iteration was ended early; None where it was not. DataError where the ledger is damaged."""
    return next((row for row in history.closings(path, pilot) if row.number == number), None)


def bars(path: Path, pilot: str, number: int) -> tuple[str, ...]:
    """What was recorded that keeps everything in the iteration from promotion, each as a sentence."""
    found = [deviation_of(row) for row in history.amendments(path, pilot, number) if row.body.bars_promotion]
    closed = closing_of(path, pilot, number)
    return (*found, early_end_of(closed)) if closed else tuple(found)
