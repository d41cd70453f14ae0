"""`renew`: an adoption goes on with newer evidence for the very same model; without it, it lapses."""

from __future__ import annotations

from datetime import date, datetime

from pitcairn.errors import Refused
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.promotion.adoption import State, Step, record, state_of
from pitcairn.promotion.contents import Contents, Identity
from pitcairn.promotion.since import refresh


def renew(
    folder: ProgramFolder, pilot: str, contents: Contents, pack_digest: str, *, by: str, now: datetime, today: date
) -> State:
    """Records that a newer pack of the same core stands behind the adoption; the prediction and the looks stay.

    Refused where the adoption is over, the pack is about another model, or its evidence is no newer or too old.
    """
    state, identity = state_of(folder.ledger_file, pilot), contents.identity
    if state.over is not None:
        raise Refused(f"{pilot} is over since {day(state.over.at.date())}: {state.over.step.why}")
    if contents.core_digest != state.adoption.core_digest:
        raise Refused(
            f"{identity.name} {identity.version} is another model than {pilot} adopted, so its evidence is about that.",
            hint=f"retire this one, and adopt the other: pitcairn retire {pilot} --because TEXT",
        )
    if today.isoformat() > identity.valid_until:
        raise Refused(f"The evidence of {identity.name} {identity.version} was itself good until {_until(identity)}.")
    if identity.valid_until <= state.valid_until:
        raise Refused(
            f"{identity.name} {identity.version} is good until {_until(identity)}, and {pilot} is already good until "
            f"{day(date.fromisoformat(state.valid_until))}.",
            hint="a later confirmation at its place, promoted again, gives a pack that is good for longer",
        )
    step = Step(
        happened="renewed",
        stage=state.reached,
        name=f"{identity.name} {identity.version}",
        why=f"Its evidence is good until {_until(identity)}.",
        valid_until=identity.valid_until,
        pack_digest=pack_digest,
    )
    record(folder.ledger_file, state, step, by=by, at=now)
    refresh(folder, state.lineage)
    return state_of(folder.ledger_file, pilot)


def _until(identity: Identity) -> str:
    return day(date.fromisoformat(identity.valid_until))
