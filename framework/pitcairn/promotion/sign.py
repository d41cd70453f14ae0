"""`pack sign`: one more person stands for a pack. The pack digest stays; only the envelope beside the payload grows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pitcairn.atomic import write_all
from pitcairn.promotion.attest import Envelope, statement
from pitcairn.promotion.keys import keyid, public_text, signature
from pitcairn.promotion.pack import opened, packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A signature that was added."""

    file: Path
    digest: str
    keyid: str
    public: str
    signatures: int
    """How many the pack has now."""


def sign(path: Path, key: Path) -> Signing:
    """The pack in the file with the key's signature added, in its place.

    DataError where the file is no whole pack, Refused where others may read the key, PitcairnError without the extra
    `sign`. The file is replaced in one step, or not at all.
    """
    pack = opened(path)
    envelope = pack.envelope or Envelope(payload=statement(pack.contents, pack.digest), signatures=())
    added, public = signature(envelope, key)
    envelope = envelope.with_signature(added)
    write_all({path: packed(pack.contents, pack.payload, envelope)})
    return Signing(
        file=path,
        digest=pack.digest,
        keyid=keyid(public),
        public=public_text(public),
        signatures=len(envelope.signatures),
    )
