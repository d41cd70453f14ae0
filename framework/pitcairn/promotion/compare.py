"""What differs between two packs, and what follows for their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pitcairn.canonical import plain
from pitcairn.design.difference import difference
from pitcairn.promotion.pack import Pack
from pitcairn.promotion.versions import triple


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two packs side by side."""

    same: bool
    """Both have one pack digest: they say the same in everything but signatures."""
    same_core: bool
    sentence: str
    """What may be done with their evidence."""
    changes: tuple[tuple[str, str, str], ...]
    """(where, before, after), in the words of `pack.json`."""
    files: tuple[tuple[str, str], ...]
    """(file, what became of it), beside `pack.json`."""


def compared(before: Pack, after: Pack) -> Comparison:
    """Everything that one pack says and the other does not."""
    one, other = before.contents, after.contents
    same_core = one.core_digest == other.core_digest
    changes = difference(_plain(one), _plain(other))
    return Comparison(
        same=before.digest == after.digest,
        same_core=same_core,
        sentence=_sentence(before, after, same_core),
        changes=tuple((item.path, item.before, item.after) for item in changes),
        files=_files(before, after),
    )


def _sentence(before: Pack, after: Pack, same_core: bool) -> str:
    if before.digest == after.digest:
        return "Both are the same pack; only signatures can differ."
    if same_core:
        return "The core is the same, so the evidence of both may be put together."
    one, other = before.contents.identity, after.contents.identity
    if one.name == other.name and triple(one.version)[0] == triple(other.version)[0]:
        return "The core differs under one major version: one of the two was not made by the rules. Trust neither."
    return "The core differs: they are two models, and the evidence of one says nothing of the other."


def _files(before: Pack, after: Pack) -> tuple[tuple[str, str], ...]:
    found = []
    for path in sorted({*before.payload, *after.payload}):
        if path == "pack.json" or not path.startswith(("practice/", "evidence/")):
            continue
        one, other = before.payload.get(path), after.payload.get(path)
        if one is None or other is None:
            found.append((path, "added" if one is None else "removed"))
        elif one != other:
            found.append((path, "changed"))
    return tuple(found)


def _plain(contents: object) -> dict[str, Any]:
    found: dict[str, Any] = plain(contents)
    return found
