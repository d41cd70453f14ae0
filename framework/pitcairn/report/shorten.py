"""Texts too long for a page are cut where everybody sees it; nothing is cut that plan files may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from markupsafe import Markup

P = TypeVar("P")

NAME, TEXT = 200, 2_400
"""Characters of a name and of any other text: as many as a plan file may hold, with what sentences put around them."""
ELLIPSIS = "…"
_NAMES = frozenset({"label", "level", "group", "owner", "scope", "program"})
_KEPT = frozenset({"id", "href", "drawn_by", "chart_by"})
"""What is no text for people: cut, it would lead nowhere."""
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that nobody sees and that turn the direction of all that follows; marks that a script needs are not here."""


def shortened(page: P, *, name: int = NAME, text: int = TEXT) -> P:
    """The page with every name of at most `name` characters, wherever it stands, and every text of at most `text`.

    What is cut ends in an ellipsis. A name that is too long is cut inside sentences too, so that they keep their ends.
    """
    if not _wants_cutting(page, min(name, text)):
        return page
    names = {_plain(value) for field, value in _texts(page) if field in _NAMES and len(_plain(value)) > name}
    # A label may hold a name; the longest first, so that what is cut from a name is not looked for any more.
    cuts = {value: _cut(value, name) for value in sorted(names, key=lambda value: (-len(value), value))}
    found: P = _changed(page, cuts, text, "")
    return found


def _wants_cutting(value: Any, most: int) -> bool:
    kind = type(value)
    if kind is str:
        return len(value) > most or _TURNING.search(value) is not None
    if kind is tuple:
        return any(_wants_cutting(item, most) for item in value)
    return any(_wants_cutting(getattr(value, name), most) for name in getattr(kind, "__dataclass_fields__", ()))


def _texts(value: object, field: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if field not in _KEPT and not isinstance(value, Markup):
            yield field, value
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _texts(getattr(value, each.name), each.name)
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item, field)


def _changed(value: Any, names: dict[str, str], most: int, field: str) -> Any:
    if isinstance(value, str):
        return value if field in _KEPT or isinstance(value, Markup) else _said(value, names, most)
    if is_dataclass(value) and not isinstance(value, type):
        changes = {each.name: _changed(getattr(value, each.name), names, most, each.name) for each in fields(value)}
        return replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(_changed(item, names, most, field) for item in value)
    return value


def _said(value: str, names: dict[str, str], most: int) -> str:
    value = _plain(value)
    for whole, cut in names.items():
        if len(value) >= len(whole):
            value = value.replace(whole, cut)
    return _cut(value, most)


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1].rstrip()}{ELLIPSIS}"


def _plain(value: str) -> str:
    return _TURNING.sub("", value)
