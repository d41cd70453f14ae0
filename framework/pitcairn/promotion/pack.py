"""A pack as a file: written, and read with nothing unpacked before all of it is known to be whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pitcairn.errors import DataError, Problem
from pitcairn.promotion import archive, attest, bag, encode
from pitcairn.promotion.archive import Files
from pitcairn.promotion.attest import Envelope
from pitcairn.promotion.contents import Contents
from pitcairn.promotion.crate import CONTENTS

ENDING = ".pilotpack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that is whole: every byte is accounted for. Who stands for it is another question."""

    contents: Contents
    payload: Files
    """Everything under `data/`, by its path below it."""
    digest: str
    """The pack digest, which signatures are about; signing does not change it."""
    envelope: Envelope | None
    """The signed statement; None while nobody has signed."""

    @property
    def name(self) -> str:
        """The name of its folder and, with an ending, of its file."""
        return f"{self.contents.identity.name}-{self.contents.identity.version}"


def packed(contents: Contents, payload: Files, envelope: Envelope | None = None) -> bytes:
    """The pack's bytes: the same for the same contents, payload and signatures, on any machine at any time."""
    files = bag.bagged(payload, label(contents))
    if envelope is not None:
        files[attest.PLACE] = attest.to_json(envelope)
    return archive.written(f"{contents.identity.name}-{contents.identity.version}", files)


def label(contents: Contents) -> bag.Label:
    """What the pack's bag says of itself."""
    identity = contents.identity
    return bag.Label(
        name=identity.name, version=identity.version, summary=identity.summary, day=identity.promoted_at[:10]
    )


def opened(path: Path) -> Pack:
    """The pack in a file. DataError with every reason, and where, for which it is none; PitcairnError if unreadable."""
    return read(archive.opened(path), file=path.name)


def read(data: bytes, *, file: str) -> Pack:
    """The pack in these bytes; DataError, with what is wrong and where. Nothing is written anywhere."""
    found = archive.read(data, file=file)
    payload = bag.payload_of(found.files)
    contents = _contents(payload, file)
    problems = [*bag.faults(found.files, label(contents), file=file), *_asset_faults(contents, payload, file)]
    name = f"{contents.identity.name}-{contents.identity.version}"
    if found.top != name:
        problems.append(
            _problem(f"Its folder is called {archive.quoted(found.top)}, and it says it is “{name}”.", file)
        )
    problems += [
        _problem(f"{archive.quoted(path)} is no attestation that this version knows.", file)
        for path in found.files
        if path.startswith(bag.ATTESTATIONS) and path != attest.PLACE
    ]
    if problems:
        raise DataError(problems)
    digest = bag.digest_of(found.files)
    return Pack(
        contents=contents,
        payload=payload,
        digest=digest,
        envelope=_envelope(found.files, contents, digest, file),
    )


def archive_digest(data: bytes) -> str:
    """SHA-256 of the file itself, signatures included."""
    return hashlib.sha256(data).hexdigest()


def _contents(payload: Files, file: str) -> Contents:
    data = payload.get(CONTENTS)
    if data is None:
        raise DataError(_problem(f"This is no pack: “data/{CONTENTS}” is missing.", file))
    try:
        return encode.from_json(data.decode("utf-8"), file=f"{file}: data/{CONTENTS}")
    except UnicodeDecodeError:
        raise DataError(_problem(f"“data/{CONTENTS}” is not UTF-8 text.", file)) from None


def _asset_faults(contents: Contents, payload: Files, file: str) -> list[Problem]:
    """Playbook and assets are the ones the contents speak of, and no others."""
    named = {one.path: one for one in contents.assets}
    found = [path for path in payload if path.startswith("practice/") and path not in named]
    problems = [_problem(f"{archive.quoted(path)} is no part of the practice in {CONTENTS}.", file) for path in found]
    for path, one in named.items():
        data = payload.get(path)
        if data is None or hashlib.sha256(data).hexdigest() != one.sha256 or len(data) != one.size:
            problems.append(_problem(f"{archive.quoted(path)} is not the file that {CONTENTS} speaks of.", file))
    return problems


def _envelope(files: Files, contents: Contents, digest: str, file: str) -> Envelope | None:
    if attest.PLACE not in files:
        return None
    where = f"{file}: {attest.PLACE}"
    envelope = attest.from_json(files[attest.PLACE], file=where)
    problems = attest.faults(envelope, contents, digest, file=where)
    if problems:
        raise DataError(problems)
    return envelope


def _problem(message: str, file: str) -> Problem:
    return Problem(message=message, file=file, hint="get the file again from whoever made it; nothing was unpacked")
