"""What differs between two plans, leaf by leaf, in words a person can find in the plan files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pitcairn.canonical import dumps

ABSENT = "not there"
"""What is said of a leaf that only one of the two plans has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One leaf that changed: where it is, what it was, what it is."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}: {self.before} → {self.after}"


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every leaf that differs between two plans' canonical dicts, in the order of `before`, then what is new.

    Lists of things with an id are compared by id (`arms.early.share`), a new order among them is told as well;
    other lists by position (`customer.barriers.2`, counted from 1).
    """
    return tuple(_between((), before, after))


_Absent = object()


def _between(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    old, new = _parts(before), _parts(after)
    if old is None or new is None or not (old or new):
        if not _same(before, after):
            yield Difference(".".join(path), _text(before), _text(after))
        return
    for name in dict.fromkeys((*old, *new)):
        yield from _between((*path, name), old.get(name, _Absent), new.get(name, _Absent))
    kept_before, kept_after = [name for name in old if name in new], [name for name in new if name in old]
    if isinstance(before, list) and kept_before != kept_after:
        yield Difference(".".join((*path, "order")), ", ".join(kept_before), ", ".join(kept_after))


def _parts(value: Any) -> dict[str, Any] | None:
    """The named parts of a value; None for a leaf."""
    if isinstance(value, Mapping):
        return {str(name): part for name, part in value.items()}
    if not isinstance(value, list | tuple):
        return None
    names = [str(item["id"]) for item in value if isinstance(item, Mapping) and "id" in item]
    if len(names) != len(value) or len(set(names)) != len(names):
        names = [str(position) for position in range(1, len(value) + 1)]
    return dict(zip(names, value, strict=True))


def _same(before: Any, after: Any) -> bool:
    return before is after or (_Absent not in (before, after) and dumps(before) == dumps(after))


def _text(value: Any) -> str:
    if value is _Absent:
        return ABSENT
    if value is None:
        return "nothing"
    if isinstance(value, Mapping) and isinstance(label := value.get("label", value.get("id")), str):
        return f"“{label}”"
    return f"“{value}”" if isinstance(value, str) else dumps(value)
