"""`export`: what a pilot's delivery systems read, written from the locked plan and the rollout's stage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pitcairn.atomic import write_all
from pitcairn.design.assignment import arm_salt
from pitcairn.design.plan import Plan
from pitcairn.errors import DataError, Refused
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.handover import Handed, hand_over
from pitcairn.iteration.locked import plan_of
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.promotion.adoption import State, adopted, state_of
from pitcairn.promotion.exports import Facts, flagd, growthbook, growthbook_rest
from pitcairn.promotion.layout import Cut, Piece, cuts_at, cuts_of, growth, pieces_of, spans_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, or would be."""

    pilot: str
    cuts: tuple[Cut, ...]
    enabled: bool
    customers: int | None
    """In the list; None where nothing was written."""
    files: tuple[Path, ...]


def export(folder: ProgramFolder, pilot: str, *, dry_run: bool = False) -> Exported:
    """Writes the flag files under `exports/`, and the list of customers where lists live, replacing what was there.

    Refused where nothing was launched or the draw was somebody else's; DataError where a list is missing.
    """
    plans = _plans(folder, pilot)
    state = state_of(folder.ledger_file, pilot) if pilot in adopted(folder.ledger_file) else None
    cuts, pieces = _layout(plans, state)
    over = state.over if state else None
    facts: Facts = {"pilot": pilot, "plan": plans[-1].digest, "stage": plans[-1].number}
    if state is not None:
        facts = {
            **facts,
            "pack": f"{state.adoption.pack}@{state.adoption.version}",
            "packDigest": state.adoption.pack_digest,
        }
    documents = {
        "flagd.json": flagd(pilot, cuts, facts, enabled=over is None),
        "growthbook.json": growthbook(pilot, cuts, enabled=over is None),
        "growthbook-rest.json": growthbook_rest(pilot, cuts, facts, enabled=over is None),
    }
    texts = {folder.export_folder(pilot) / name: json.dumps(one, indent=1) + "\n" for name, one in documents.items()}
    listed = folder.handover_file(pilot)
    customers = None
    if not dry_run:
        customers = _hand_over(folder, plans, pieces, listed, over.at.date() if over else None)
        write_all(texts)
    return Exported(pilot=pilot, cuts=cuts, enabled=over is None, customers=customers, files=(*texts, listed))


def _plans(folder: ProgramFolder, pilot: str) -> tuple[Plan, ...]:
    plans = tuple(plan_of(row) for row in history.launches(folder.ledger_file, pilot))
    if not plans:
        raise Refused(f"{pilot} was not launched: nobody was drawn yet.", hint=f"pitcairn launch {pilot}")
    if any(plan.observed for plan in plans):
        raise Refused("Somebody else made this draw, so there is nothing to hand over.")
    return plans


def _layout(plans: tuple[Plan, ...], state: State | None) -> tuple[tuple[Cut, ...], tuple[Piece, ...]]:
    """An adoption's stages together; the latest iteration alone of any other pilot."""
    if state is None:
        return cuts_of(plans[-1]), pieces_of(plans[-1])
    spans = spans_of(state.adoption.stages)
    pieces = []
    for plan in plans:
        treated, held = growth(spans, plan.number - 1)
        for arm, (first, last) in ((plan.treatments[0], treated), (plan.comparison, held)):
            pieces.append(
                Piece(
                    iteration=plan.number, arm=arm.id, from_first=arm.first, from_last=arm.last, first=first, last=last
                )
            )
    span = spans[plans[-1].number - 1]
    return cuts_at(span, state.adoption.practice, state.adoption.comparison), tuple(pieces)


def _hand_over(
    folder: ProgramFolder, plans: tuple[Plan, ...], pieces: tuple[Piece, ...], into: Path, until: date | None
) -> int:
    by_number = {plan.number: plan for plan in plans}
    parts = []
    for piece in pieces:
        plan = by_number[piece.iteration]
        path = folder.assignment_file(plan.pilot, plan.number)
        if not path.is_file():
            raise DataError(f"{folder.relative(path)} is missing.", hint="restore the file that the launch wrote")
        parts.append(
            Handed(
                assignment=path,
                salt=arm_salt(plan),
                arm=piece.arm,
                stage=plan.number,
                from_first=piece.from_first,
                from_last=piece.from_last,
                first=piece.first,
                last=piece.last,
                valid_from=plan.start,
                valid_to=until,
                whole=plan.drawn_cluster is not None,
            )
        )
    draft = into.with_name(f".{into.name}.part")
    try:
        with Engine.open(folder.scratch) as engine:
            count = hand_over(engine, parts, draft)
        draft.replace(into)
    finally:
        draft.unlink(missing_ok=True)
    return count
