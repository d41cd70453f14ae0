"""A prediction, signed before the first customer: an in-toto statement about its row in the ledger.

The ledger alone says when a prediction was made; the signatures say who made it, to people who cannot see the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pitcairn.atomic import write_all
from pitcairn.canonical import dumps
from pitcairn.errors import DataError, Problem
from pitcairn.ledger import history
from pitcairn.ledger.entry import Entry
from pitcairn.program import ProgramFolder
from pitcairn.promotion.attest import STATEMENT, Envelope, from_json, to_json
from pitcairn.promotion.keys import Signed, checked, signature
from pitcairn.promotion.trust import trusted_keys
from pitcairn.spec.practice import TrustedKeysSpec

PREDICATE = "urn:pitcairn:prediction:1"
ENDING = ".dsse.json"


def place(folder: ProgramFolder, pilot: str) -> Path:
    """Where a pilot's signed prediction lies."""
    return folder.pilot_folder(pilot) / f"prediction{ENDING}"


def statement(row: Entry) -> bytes:
    """What the signers say: this was predicted of this pack at this place, in this row of the ledger."""
    body = row.body
    said = ("program", "simulated", "place", "core_digest", "prediction", "planned_error", "valid_until")
    predicate = {
        "registeredAt": row.recorded_at,
        "registeredBy": row.recorded_by,
        "ledgerRow": {"sha256": row.digest},
        "pilot": row.pilot,
        # As the row has it, so that a later version with more to say still makes the same statement.
        **{name: body[name] for name in said},
    }
    subject = {"name": f"{body['pack']}@{body['version']}", "digest": {"sha256": body["pack_digest"]}}
    whole = {"_type": STATEMENT, "subject": [subject], "predicateType": PREDICATE, "predicate": predicate}
    return dumps(whole).encode("utf-8")


def try_keys(files: Sequence[Path]) -> None:
    """Signs nothing with each key, so that a key that cannot sign is found before anything is written.

    Refused where others may read a key, PitcairnError where a file holds none or the extra `sign` is missing.
    """
    for file in files:
        signature(Envelope(payload=b"", signatures=()), file)


def sign(folder: ProgramFolder, pilot: str, files: Sequence[Path]) -> Path:
    """The statement about a registered prediction, signed with every key; the file it is in."""
    envelope = Envelope(payload=statement(_row(folder, pilot)), signatures=())
    for file in files:
        envelope = envelope.with_signature(signature(envelope, file)[0])
    path = place(folder, pilot)
    write_all({path: to_json(envelope)})
    return path


def signers(folder: ProgramFolder, pilot: str, keys: TrustedKeysSpec | None) -> tuple[Signed, ...]:
    """What each signature on the prediction is worth here; none where it was not signed.

    DataError where the file is about something else than the ledger's row, or a trusted person's signature is not
    theirs.
    """
    path = place(folder, pilot)
    if not path.is_file():
        return ()
    name, row = folder.relative(path), _row(folder, pilot)
    envelope = from_json(path.read_bytes(), file=name)
    if envelope.payload != statement(row):
        raise DataError(
            Problem(
                message="What was signed is not the prediction in the ledger.",
                hint="bring back the file that adopt wrote",
                file=name,
            )
        )
    found = checked(envelope, trusted_keys(keys), row.recorded_at.date())
    forged = [one for one in found if one.state == "bad"]
    if forged:
        raise DataError(Problem(message=one.sentence, file=name) for one in forged)
    return found


def _row(folder: ProgramFolder, pilot: str) -> Entry:
    return history.entries(folder.ledger_file, "adoption", pilot)[-1]
