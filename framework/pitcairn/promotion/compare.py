"""What differs between two packs, and what follows for their evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pitcairn.canonical import plain
from pitcairn.design.as_written import told
from pitcairn.promotion.foretold import percent
from pitcairn.promotion.pack import Pack
from pitcairn.promotion.versions import triple

REACH = 1.96
"""Standard errors to either side that hold 95 of 100 true effects."""
_DIGESTS = ("core_digest", "plan_digest", "result_digest", "page_digest", "sha256")
"""Fingerprints: what they stand for is told itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two packs side by side."""

    same: bool
    """Both have one pack digest: they say the same in everything but signatures."""
    same_core: bool
    sentence: str
    """What may be done with their evidence."""
    changes: tuple[tuple[str, str, str], ...]
    """(where, before, after), in the words of the plan files where they have them, else of `pack.json`."""
    files: tuple[tuple[str, str], ...]
    """(file, what became of it), beside `pack.json`."""


def compared(before: Pack, after: Pack) -> Comparison:
    """Everything that one pack says and the other does not."""
    one, other = before.contents, after.contents
    same_core = one.core_digest == other.core_digest
    changes = told(_with_effects(plain(one)), _with_effects(plain(other)))
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


def _with_effects(contents: Any) -> Any:
    """The contents with effects as percentages, and without fingerprints."""
    if not isinstance(contents, Mapping):
        return [_with_effects(one) for one in contents] if isinstance(contents, list) else contents
    if {"log_ratio", "variance"} <= contents.keys():
        reach = REACH * math.sqrt(contents["variance"])
        low, estimate, high = (percent(contents["log_ratio"] + sign * reach) for sign in (-1, 0, 1))
        return f"{estimate}, likely between {low} and {high}"
    return {name: _with_effects(value) for name, value in contents.items() if name not in _DIGESTS}
