"""Keys: making one, signing with it, and whose signatures a reader trusts.

A private key is a file of its owner alone, outside every program folder. `trusted-keys.yaml` in a program folder says
which public keys are believed, whose they are, in which role, and from when until when.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pitcairn.errors import PitcairnError, Problem, Refused
from pitcairn.promotion.attest import Envelope, Signature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX = "ed25519:"
State = Literal["good", "bad", "unknown", "not_then", "not_checked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A public key that a reader believes."""

    public: bytes
    person: str
    role: str
    valid_from: date | None
    valid_until: date | None

    @property
    def keyid(self) -> str:
        return keyid(self.public)

    def is_good_on(self, day: date) -> bool:
        """Whether a signature of that day counts, both ends included."""
        return not (self.valid_from and day < self.valid_from) and not (self.valid_until and day > self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What one signature is worth to this reader."""

    keyid: str
    state: State
    person: str | None
    role: str | None
    sentence: str


def keyid(public: bytes) -> str:
    """SHA-256 of the public key's bytes, in hexadecimal."""
    return hashlib.sha256(public).hexdigest()


def public_text(public: bytes) -> str:
    """The public key as it stands in `trusted-keys.yaml`."""
    return PREFIX + base64.b64encode(public).decode("ascii")


def public_bytes(text: str) -> bytes | None:
    """The key that `public_text` wrote; None for anything else."""
    try:
        public = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:
        return None
    return public if text.startswith(PREFIX) and len(public) == 32 else None


def make(path: Path) -> bytes:
    """A new private key in a file that only its owner may read; the public key's bytes.

    Refused where the file is there already or would lie inside a program folder; PitcairnError without the extra
    `sign`, or where the file cannot be written.
    """
    from pitcairn.program import PROGRAM_FILE

    _needs_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    place = path.absolute()
    if any((folder / PROGRAM_FILE).is_file() for folder in place.resolve().parents):
        raise Refused(
            f"{path} lies inside a program folder, where it would be shared with everybody who has the program.",
            hint="keep private keys elsewhere, such as ~/.config/pitcairn/keys",
        )
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)
    except FileExistsError:
        raise Refused(f"{path} is there already; a key is never written over.", hint="choose another name") from None
    except OSError as error:
        raise PitcairnError(f"{path} cannot be written: {error.strerror}.") from None
    return key.public_key().public_bytes_raw()


def signature(envelope: Envelope, path: Path) -> tuple[Signature, bytes]:
    """The signature of the key in the file on the envelope's payload, and the public key.

    Refused where others than its owner may read the file; PitcairnError where it holds no Ed25519 key.
    """
    key = _private(path)
    public = key.public_key().public_bytes_raw()
    return Signature(keyid=keyid(public), bytes=key.sign(envelope.signed)), public


def checked(envelope: Envelope, trusted: tuple[TrustedKey, ...], day: date) -> tuple[Signed, ...]:
    """Every signature of an envelope against the keys that are believed; `day` is the day of the promotion."""
    known = {key.keyid: key for key in trusted}
    return tuple(_checked(envelope, one, known.get(one.keyid), day) for one in envelope.signatures)


def can_check() -> bool:
    """Whether the extra `sign` is installed."""
    from importlib.util import find_spec

    return find_spec("cryptography") is not None


def _checked(envelope: Envelope, one: Signature, key: TrustedKey | None, day: date) -> Signed:
    if key is None:
        return _signed(one, "unknown", None, f"A key that is not trusted here signed: {one.keyid[:12]}….")
    who = f"{key.person} ({key.role})"
    if not can_check():
        return _signed(one, "not_checked", key, f"The signature of {who} was not checked: install pitcairn[sign].")
    if not _fits(key.public, one.bytes, envelope.signed):
        return _signed(one, "bad", key, f"The signature in the name of {who} is not theirs.")
    if not key.is_good_on(day):
        return _signed(one, "not_then", key, f"The key of {who} was not good on {day}.")
    return _signed(one, "good", key, f"Signed by {who}.")


def _signed(one: Signature, state: State, key: TrustedKey | None, sentence: str) -> Signed:
    return Signed(
        keyid=one.keyid,
        state=state,
        person=key.person if key else None,
        role=key.role if key else None,
        sentence=sentence,
    )


def _fits(public: bytes, signed: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed, message)
    except InvalidSignature:
        return False
    return True


def _private(path: Path) -> Ed25519PrivateKey:
    _needs_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        if path.stat().st_mode & 0o077:
            raise Refused(f"{path} can be read by others than you.", hint=f"chmod 600 {path}")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise PitcairnError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise PitcairnError(
            Problem(message=f"{path} holds no key to sign with.", hint="make one: pitcairn pack keygen FILE")
        )
    return key


def _needs_cryptography() -> None:
    if not can_check():
        raise PitcairnError("Signing needs the extra `sign`.", hint="pip install 'pitcairn[sign]'")
