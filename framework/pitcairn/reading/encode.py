"""A result as text, and back. What is written is canonical JSON; what is read is trusted only if it says the same."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pitcairn.canonical import dumps, plain, reads_as, unplaced
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
    wrong = [f"{path}: not part of a result" for path in unplaced(written, plain(result))]
    wrong += _loose_ends(result)
    if wrong:
        raise DataError(_damaged(what, file) for what in wrong)
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


def _loose_ends(result: Result) -> Iterable[str]:
    """Arms, measures and dates that are named and not there: types alone do not see them."""
    arms = {arm.id for arm in result.arms}
    measures = {block.id for block in result.measures}
    if not any(arm.slot == 0 for arm in result.arms):
        yield "arms: none that the others are compared with"
    yield from (f"arm “{id}” is not one of the arms" for id in dict.fromkeys(_arms_named(result)) if id not in arms)
    unknown = (id for id in dict.fromkeys(_measures_named(result)) if id not in measures)
    yield from (f"measure “{id}” is not one of the measures" for id in unknown)
    for name, text in (("start", result.start), ("end", result.end), ("as_of", result.as_of)):
        if not reads_as(date.fromisoformat, text):
            yield f"{name}: “{text}” is not a date"
    if not reads_as(datetime.fromisoformat, result.provenance.locked_at):
        yield f"provenance.locked_at: “{result.provenance.locked_at}” is not a time"


def _arms_named(result: Result) -> Iterable[str]:
    yield from (one.arm for one in result.verdicts)
    yield from (row.arm for block in result.measures for row in block.rows)
    yield from (row.arm for row in result.guardrails)
    yield from (row.arm for table in result.groups for row in table.rows)
    yield from (row.arm for row in result.predictions)
    yield from (row.arm for row in result.promotion)
    yield from (row.arm for row in result.details)
    yield from (row.arm for row in result.twins)
    yield from (row.arm for row in result.costs)


def _measures_named(result: Result) -> Iterable[str]:
    yield from (row.measure for row in result.guardrails)
    yield from (row.measure for row in result.predictions)
    yield from (row.measure for row in result.details)
    yield from (row.measure for row in result.twins)
    yield from (name for row in result.costs for name in (row.measure, row.spent) if name is not None)
