"""`pack.json`: contents as text, and back. What is read is trusted only if it says the same again."""

from __future__ import annotations

import json

from pitcairn.canonical import dumps
from pitcairn.errors import DataError, Problem
from pitcairn.promotion.contents import SCHEMA, Contents


def to_json(contents: Contents) -> str:
    """Contents as canonical JSON, one key a line, so that two packs can be compared line by line."""
    return dumps(contents, indent=1) + "\n"


def from_json(text: str, *, file: str) -> Contents:
    """What `to_json` wrote; DataError, with `file` and every place at fault, for anything else.

    The text must be the canonical one to the byte: so there is no key that one reader sees and another does not.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        written = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError(Problem(message="This is not whole JSON.", file=file)) from None
    schema = written.get("schema") if isinstance(written, dict) else None
    if schema != SCHEMA:
        raise DataError(
            Problem(message=f"This file has the schema {schema!r}; this version reads “{SCHEMA}”.", file=file)
        )
    try:
        contents = TypeAdapter(Contents).validate_json(text, strict=True)
        same = to_json(contents) == text
    except ValidationError as error:
        found = {".".join(str(step) for step in item["loc"]): item["msg"] for item in error.errors(include_url=False)}
        raise DataError(Problem(message=f"{path}: {why}", file=file) for path, why in found.items()) from None
    except ValueError:
        same = False
    if not same:
        raise DataError(Problem(message="This file says things, or says them in a way, that no pack does.", file=file))
    if contents.core_digest != contents.model.core_digest:
        raise DataError(
            Problem(
                message=f"`core_digest` is {contents.core_digest[:12]}…, but the core here has the digest "
                f"{contents.model.core_digest[:12]}….",
                file=file,
            )
        )
    return contents
