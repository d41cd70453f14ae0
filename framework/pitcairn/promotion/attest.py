"""Who stands for a pack: an in-toto statement about its digest, in an envelope that people sign (DSSE, Ed25519).

An approval is one more signature on the same bytes. A signature counts only where its key is one that the reader
trusts, in the role and on the day the key was good for; several by one person count once.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pitcairn.canonical import dumps
from pitcairn.errors import DataError, Problem
from pitcairn.promotion.contents import Contents

PLACE = "attestations/promotion.dsse.json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:pitcairn:promotion:1"
_KEY = re.compile("[0-9a-f]{64}")
PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature: which key made it, and its bytes."""

    keyid: str
    """SHA-256 of the public key's 32 bytes, in hexadecimal."""
    bytes: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The signed bytes and the signatures, in the order in which they were given."""

    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def signed(self) -> bytes:
        """What a signature is made over: DSSE's encoding of type and payload, so that neither can be taken for another.

        secure-systems-lab/dsse, protocol.md, version 1.
        """
        kind = PAYLOAD_TYPE.encode("ascii")
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)

    def with_signature(self, signature: Signature) -> Envelope:
        """One signature more; the same key's earlier one gives way, since both say the same."""
        others = tuple(one for one in self.signatures if one.keyid != signature.keyid)
        return replace(self, signatures=(*others, signature))


def statement(contents: Contents, pack_digest: str) -> bytes:
    """What the signers of a pack say: this pack, with this core and this claim, passed the promotion tests."""
    identity = contents.identity
    predicate = {
        "verifier": {"id": "urn:pitcairn"},
        "timeVerified": identity.promoted_at,
        "resourceUri": uri(contents),
        "policy": {"uri": "urn:pitcairn:promotion-tests:1", "tests": [one.test for one in contents.tests]},
        "inputAttestations": [
            {"uri": f"urn:pitcairn:result:{one.pilot}/{one.number}", "digest": {"sha256": one.result_digest}}
            for one in contents.iterations
            if one.result_digest is not None
        ],
        "verificationResult": "PASSED",
        "decidedBy": contents.decided_by,
        "coreDigest": contents.core_digest,
        "claim": {
            "measure": contents.claim.measure,
            "raw": contents.claim.raw,
            "shrunk": contents.claim.shrunk,
        },
        "validUntil": identity.valid_until,
    }
    said = {
        "_type": STATEMENT,
        "subject": [{"name": f"{identity.name}@{identity.version}", "digest": {"sha256": pack_digest}}],
        "predicateType": PREDICATE,
        "predicate": predicate,
    }
    return dumps(said).encode("utf-8")


def uri(contents: Contents) -> str:
    """The pack's name as a package URL."""
    return f"pkg:pilotpack/{contents.identity.name}@{contents.identity.version}"


def to_json(envelope: Envelope) -> bytes:
    """The envelope as DSSE's JSON."""
    written = {
        "payload": _base64(envelope.payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": one.keyid, "sig": _base64(one.bytes)} for one in envelope.signatures],
    }
    return (dumps(written, indent=1) + "\n").encode("utf-8")


def from_json(data: bytes, *, file: str) -> Envelope:
    """What `to_json` wrote; DataError for anything else: an envelope that can be read in two ways proves nothing."""
    try:
        written = json.loads(data)
        envelope = Envelope(
            payload=base64.b64decode(written["payload"], validate=True),
            signatures=tuple(
                Signature(keyid=one["keyid"], bytes=base64.b64decode(one["sig"], validate=True))
                for one in written["signatures"]
            ),
        )
        keys = {one.keyid for one in envelope.signatures if _KEY.fullmatch(one.keyid)}
        if to_json(envelope) == data and len(keys) == len(envelope.signatures):
            return envelope
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        pass
    raise DataError(_problem("This is not an envelope with signatures as Pitcairn writes it.", file))


def faults(envelope: Envelope, contents: Contents, pack_digest: str, *, file: str) -> tuple[Problem, ...]:
    """Whether the signed statement is about this pack; empty where it is."""
    said = _object(envelope.payload)
    subject = [{"name": f"{contents.identity.name}@{contents.identity.version}", "digest": {"sha256": pack_digest}}]
    found = []
    if said.get("_type") != STATEMENT or said.get("predicateType") != PREDICATE:
        found.append("What was signed is not a statement about a promotion.")
    elif said.get("subject") != subject:
        found.append("What was signed is a statement about another pack.")
    elif envelope.payload != statement(contents, pack_digest):
        found.append("What was signed does not say what this pack says.")
    return tuple(_problem(message, file) for message in found)


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _problem(message: str, file: str) -> Problem:
    return Problem(message=message, file=file, hint="ask the signers for the pack they signed")
