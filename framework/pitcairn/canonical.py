"""One way to turn a value into JSON and into a digest, so that "the same" always means the same."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

SIGNIFICANT_DIGITS = 12
"""Floats keep this many digits: sums added in another order agree to more than that."""


def plain(value: object) -> Any:
    """The value as dicts, lists, text, numbers, booleans and None; field names starting with `_` stay out."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _number(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (field.name for field in dataclasses.fields(value))
        return {name: plain(getattr(value, name)) for name in names if not name.startswith("_")}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return value.as_posix()
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(mode="json"))
    if hasattr(value, "item"):
        return plain(value.item())
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def _number(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{value} has no canonical form: use a type that says why there is no number.")
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0


def unplaced(written: Any, understood: Any, path: str = "") -> Iterator[str]:
    """Paths at which plain data says something that what was read from it has no place for."""
    if isinstance(written, dict) and isinstance(understood, dict):
        for key in written:
            here = f"{path}.{key}".lstrip(".")
            yield from unplaced(written[key], understood[key], here) if key in understood else (here,)
    elif isinstance(written, list) and isinstance(understood, list):
        for index, (one, other) in enumerate(zip(written, understood, strict=True)):
            yield from unplaced(one, other, f"{path}.{index}")


def reads_as(parse: Callable[[str], object], text: str) -> bool:
    """Whether a text is what `parse` understands.

    >>> reads_as(date.fromisoformat, "2026-02-30")
    False
    """
    try:
        parse(text)
    except ValueError:
        return False
    return True


def dumps(value: object, *, indent: int | None = None) -> str:
    """Canonical JSON: sorted keys, no needless space, text as it is, floats to 12 significant digits.

    >>> dumps({"b": 0.1 + 0.2, "a": (1, None)})
    '{"a":[1,null],"b":0.3}'
    """
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(
        plain(value), sort_keys=True, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators
    )


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(dumps(value).encode("utf-8")).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
