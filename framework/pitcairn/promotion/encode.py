"""`pack.json`: contents as text, and back. What is read is trusted only if it says the same again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pitcairn.canonical import dumps, plain, reads_as, unplaced
from pitcairn.errors import DataError, Problem
from pitcairn.program import ID
from pitcairn.promotion.contents import SCHEMA, Contents

if TYPE_CHECKING:
    from pydantic import TypeAdapter

VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")
LARGEST = 1e15
"""Of any number: beyond this, floats no longer count one by one."""
LARGEST_EFFECT, LARGEST_VARIANCE = 20.0, 400.0
"""On the log-ratio scale: 20 is half a billion times as much."""


def to_json(contents: Contents) -> str:
    """Contents as canonical JSON, one key a line, so that two packs can be compared line by line."""
    return _canonical(contents)


def from_json(text: str, *, file: str) -> Contents:
    """What `to_json` wrote; DataError, with `file` and every place at fault, for anything else.

    The text must be in the canonical form, so there is no key twice that two readers take differently; and a key that
    this version has no place for is refused, because it may change what the others mean.
    """
    written = _written(text, file)
    strange = [f"{path}: {what}" for path, what in _strange(written, "")]
    if strange:
        raise DataError(Problem(message=f"{what}.", file=file) for what in strange)
    contents = _typed(text, file)
    wrong = [f"{path}: not part of a pack" for path in unplaced(written, plain(contents))]
    if contents.core_digest != contents.model.core_digest:
        wrong.append(
            f"core_digest: says {contents.core_digest[:12]}…, but the core here gives "
            f"{contents.model.core_digest[:12]}…"
        )
    wrong += _loose_ends(contents)
    if wrong:
        raise DataError(Problem(message=f"{what}.", file=file) for what in wrong)
    return contents


def settled(contents: Contents) -> Contents:
    """The same contents with every number in the type it will have when it is read back."""
    return _reader().validate_json(dumps(contents), strict=True)


@cache
def _reader() -> TypeAdapter[Contents]:
    """Made once: it costs more than reading a pack does."""
    from pydantic import TypeAdapter

    return TypeAdapter(Contents)


def _written(text: str, file: str) -> dict[str, Any]:
    try:
        written = json.loads(text)
        same = isinstance(written, dict) and _canonical(written) == text
    except (ValueError, TypeError, RecursionError):
        written, same = None, False
    schema = written.get("schema") if isinstance(written, dict) else None
    if schema != SCHEMA:
        named = f"“{schema}”" if isinstance(schema, str) and schema.isprintable() else "none that it names"
        raise DataError(Problem(message=f"Its schema is {named}; this version reads “{SCHEMA}”.", file=file))
    if not same:
        raise DataError(Problem(message="It is not written as a pack writes it: sorted, each key once.", file=file))
    return dict(written)


def _typed(text: str, file: str) -> Contents:
    from pydantic import ValidationError

    try:
        return _reader().validate_json(text, strict=True)
    except ValidationError as error:
        found = {".".join(str(step) for step in item["loc"]): item["msg"] for item in error.errors(include_url=False)}
        raise DataError(Problem(message=f"{path}: {why}", file=file) for path, why in found.items()) from None


def _loose_ends(contents: Contents) -> Iterator[str]:
    """What types alone do not see: names that lead into folders, dates that are none, numbers that are none."""
    identity = contents.identity
    if not ID.fullmatch(identity.name):
        yield "identity.name: small letters, digits and hyphens make a name"
    if not VERSION.fullmatch(identity.version):
        yield "identity.version: a version is three numbers, such as 1.0.0"
    for name, value, parse in (
        ("promoted_at", identity.promoted_at, datetime.fromisoformat),
        ("valid_until", identity.valid_until, date.fromisoformat),
    ):
        if not reads_as(parse, value):
            yield f"identity.{name}: not a date"
    if not contents.measures or contents.measures[0].id != contents.claim.measure:
        yield "measures: the claim is not about the first of them"
    estimates = [contents.claim.raw, contents.claim.shrunk]
    estimates += [level.effect for level in contents.by_group if level.effect is not None]
    estimates += [turn.effect for turn in contents.iterations if turn.effect is not None]
    if any(not 0 < one.variance < LARGEST_VARIANCE or abs(one.log_ratio) > LARGEST_EFFECT for one in estimates):
        yield "an estimate is out of all proportion"


def _strange(written: Any, path: str) -> Iterator[tuple[str, str]]:
    """Texts with control signs, which a terminal would obey, and numbers out of all proportion."""
    if isinstance(written, str):
        if not all(letter.isprintable() or letter == "\n" for letter in written):
            yield path.lstrip("."), "holds a sign that cannot be shown"
    elif isinstance(written, int | float):
        if abs(written) > LARGEST:
            yield path.lstrip("."), "is out of all proportion"
    elif isinstance(written, dict):
        for key, value in written.items():
            yield from _strange(value, f"{path}.{key}")
    elif isinstance(written, list):
        for index, value in enumerate(written):
            yield from _strange(value, f"{path}.{index}")


def _canonical(value: object) -> str:
    return dumps(value, indent=1) + "\n"
