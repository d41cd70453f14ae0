"""A result as text, and back. What is written is canonical JSON; what is read is trusted only if it says the same."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pitcairn.canonical import dumps, plain
from pitcairn.errors import DataError, Problem
from pitcairn.reading.result import SCHEMA, Result

_AGAIN = "take the reading again: pitcairn read PILOT"


def to_json(result: Result) -> str:
    """The result as canonical JSON, one key a line so that two readings can be compared line by line."""
    return dumps(result, indent=1) + "\n"


def from_json(text: str, *, file: str | None = None) -> Result:
    """The result that `to_json` wrote; DataError for another schema, a damaged text, or anything not said in a Result.

    `file` is the name that the error shows.
    """
    written = _parsed(text, file)
    if not isinstance(written, dict) or written.get("schema") != SCHEMA:
        raise DataError(_foreign(written, file))
    result = _typed(text, file)
    unknown = tuple(_differences(written, plain(result), ""))
    if unknown:
        raise DataError(_damaged(f"{path}: not part of a result", file) for path in unknown)
    return result


def _parsed(text: str, file: str | None) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line, column = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (None, None)
        problem = Problem(message="This result is not whole JSON.", hint=_AGAIN, file=file, line=line, column=column)
        raise DataError(problem) from None


def _typed(text: str, file: str | None) -> Result:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Result).validate_json(text, strict=True)
    except ValidationError as error:
        found = {".".join(str(step) for step in item["loc"]): item["msg"] for item in error.errors(include_url=False)}
        raise DataError(_damaged(f"{path}: {message}", file) for path, message in found.items()) from None


def _foreign(written: Any, file: str | None) -> Problem:
    schema = written.get("schema") if isinstance(written, dict) else None
    named = f"“{schema}”" if isinstance(schema, str) else "no schema that it names"
    return Problem(message=f"This file has {named}; this version reads “{SCHEMA}”.", hint=_AGAIN, file=file)


def _damaged(what: str, file: str | None) -> Problem:
    return Problem(message=f"This result is damaged: {what}.", hint=_AGAIN, file=file)


def _differences(written: Any, understood: Any, path: str) -> Iterable[str]:
    """Paths at which the text says something that the result does not hold: keys that a Result has no place for."""
    if isinstance(written, dict) and isinstance(understood, dict):
        for key in written:
            here = f"{path}.{key}".lstrip(".")
            if key not in understood:
                yield here
            else:
                yield from _differences(written[key], understood[key], here)
    elif isinstance(written, list) and isinstance(understood, list):
        for index, (one, other) in enumerate(zip(written, understood, strict=True)):
            yield from _differences(one, other, f"{path}.{index}")
