"""What the ledger knows of a launch, as far as a reading needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """When, by whom and in which state the plan was locked, and who was drawn."""

    digest: str
    at: datetime
    by: str
    retrospective: bool
    """The plan was locked after its start, when outcomes existed already."""
    attempt: int | None
    """Which confirmation of its lineage this is, from 1; None for an exploration."""
    in_scope: int | None
    left_out: tuple[tuple[str, int], ...]
    earlier_gains: tuple[tuple[str, int], ...]
    """(arm, how many earlier iterations' last readings showed a gain above zero)."""
    ledger_head: str
