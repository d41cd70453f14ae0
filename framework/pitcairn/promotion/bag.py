"""A payload as a bag (RFC 8493): every byte under `data/` has a fingerprint, and the fingerprints have one.

The pack digest is the SHA-256 of `tagmanifest-sha256.txt`. It covers everything but `attestations/`, so that people may
sign later without changing what they sign.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from pitcairn.errors import Problem
from pitcairn.promotion.archive import Files, quoted

ATTESTATIONS = "attestations/"
PAYLOAD = "data/"
_HASHES = ("sha256", "sha512")
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_DIGEST_FILE = "tagmanifest-sha256.txt"
_AGAIN = "get the file again from whoever made it; nothing was unpacked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a bag says of itself, for people and for software that knows bags and not packs."""

    name: str
    version: str
    summary: str
    day: str
    """The day of the promotion."""


def bagged(payload: Files, label: Label) -> dict[str, bytes]:
    """The payload, under `data/`, with the bag's own files beside it."""
    held = {f"{PAYLOAD}{path}": data for path, data in payload.items()}
    return held | _tags(held, label)


def digest_of(files: Files) -> str:
    """The pack digest: SHA-256, in hexadecimal, of the bag's list of fingerprints of fingerprints."""
    return hashlib.sha256(files[_DIGEST_FILE]).hexdigest()


def payload_of(files: Files) -> dict[str, bytes]:
    """The files under `data/`, by their path below it."""
    return {path.removeprefix(PAYLOAD): data for path, data in files.items() if path.startswith(PAYLOAD)}


def faults(files: Files, label: Label, *, file: str) -> tuple[Problem, ...]:
    """Everything in which the files are not the bag that their payload gives; empty where they are."""
    held = {path: data for path, data in files.items() if path.startswith(PAYLOAD)}
    tags = _tags(held, label)
    strange = [path for path in files if path not in held and path not in tags and not path.startswith(ATTESTATIONS)]
    found = [f"{quoted(path)} belongs to no pack" for path in strange]
    found += [f"{quoted(path)} is missing" for path in tags if path not in files]
    for name in _HASHES:
        manifest = f"manifest-{name}.txt"
        if manifest in files and files[manifest] != tags[manifest]:
            found += _listed(files[manifest], held, name)
    # A payload at fault changes every tag file; what is told then is the cause, not its echo.
    if not found:
        found = [
            f"{quoted(path)} does not say what the files beside it give" for path in tags if files[path] != tags[path]
        ]
    return tuple(Problem(message=f"{what}.", file=file, hint=_AGAIN) for what in dict.fromkeys(found))


def _tags(held: Files, label: Label) -> dict[str, bytes]:
    tags = {"bagit.txt": _DECLARATION, "bag-info.txt": _info(held, label)}
    tags |= {f"manifest-{name}.txt": _manifest(held, name) for name in _HASHES}
    return tags | {f"tagmanifest-{name}.txt": _manifest(tags, name) for name in _HASHES}


def _manifest(files: Files, name: str) -> bytes:
    lines = (f"{hashlib.new(name, data).hexdigest()}  {path}\n" for path, data in sorted(files.items()))
    return "".join(lines).encode("ascii")


def _info(held: Files, label: Label) -> bytes:
    facts = {
        "Bagging-Date": label.day,
        "External-Description": " ".join(label.summary.split()),
        "External-Identifier": f"pkg:pilotpack/{label.name}@{label.version}",
        "Payload-Oxum": f"{sum(map(len, held.values()))}.{len(held)}",
    }
    return "".join(f"{name}: {text}\n" for name, text in facts.items()).encode("utf-8")


def _listed(manifest: bytes, held: Files, name: str) -> list[str]:
    """What the list of fingerprints and the payload do not agree on."""
    wanted = _parsed(manifest)
    if wanted is None:
        return [f"“manifest-{name}.txt” is no list of fingerprints"]
    found = [f"{quoted(path)} is listed in manifest-{name}.txt and is not there" for path in wanted if path not in held]
    found += [f"{quoted(path)} is not listed in manifest-{name}.txt" for path in held if path not in wanted]
    found += [
        f"{quoted(path)} is not the file that manifest-{name}.txt lists:"
        f" its fingerprint begins {is_now[:12]}, not {was[:12]}"
        for path, was in wanted.items()
        if path in held and (is_now := hashlib.new(name, held[path]).hexdigest()) != was
    ]
    return found


def _parsed(manifest: bytes) -> Mapping[str, str] | None:
    try:
        pairs = [line.split("  ", 1) for line in manifest.decode("ascii").splitlines()]
        return {path: digest for digest, path in pairs}
    except ValueError:
        return None
