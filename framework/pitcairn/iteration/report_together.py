"""`report --together`: the page of all pilots together again from its result, its proof, or its numbers as text."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal

from pitcairn.errors import DataError, Refused
from pitcairn.iteration.outcomes import Rebuilt
from pitcairn.iteration.report import compared, written
from pitcairn.ledger import history
from pitcairn.ledger.entry import Entry
from pitcairn.program import ProgramFolder
from pitcairn.reading.together import Together, from_json
from pitcairn.report.plain import together_markdown, together_table
from pitcairn.report.together import together_page

Days = tuple[date, date]


def rebuild_together(folder: ProgramFolder, days: Days | None, *, verify: bool = False) -> Rebuilt:
    """The page of a period, or of the last one read, made anew from its result; with `verify` compared instead.

    Refused where there is no such reading; DataError where the result is damaged, or, with `verify`, is not the one in
    the ledger.
    """
    row = _row(folder, days)
    text, result = _result(folder, row)
    page = together_page(result, templates=folder.templates)
    report_file = folder.together_report_file(result.first, result.last)
    found = compared(report_file, lambda _: page) if verify else written(report_file, page)
    if verify and hashlib.sha256(text.encode("utf-8")).hexdigest() != row.body["result_digest"]:
        name = folder.relative(folder.together_result_file(result.first, result.last))
        raise DataError(f"{name} is not the result of the last reading in the ledger.", hint=_again(row))
    return Rebuilt(
        result_file=folder.together_result_file(result.first, result.last),
        report_file=report_file,
        same=found.kind != "differs",
        match=found,
        verified=verify,
    )


def told_together(folder: ProgramFolder, days: Days | None, form: Literal["markdown", "csv"]) -> str:
    """The reading as text for elsewhere. Refused where there is none, DataError where its result is damaged."""
    _, result = _result(folder, _row(folder, days))
    return together_markdown(result) if form == "markdown" else together_table(result)


def _row(folder: ProgramFolder, days: Days | None) -> Entry:
    """The last reading of the period, or of any."""
    rows = history.entries(folder.ledger_file, "together")
    asked = tuple(day.isoformat() for day in days) if days else None
    found = [row for row in rows if asked in (None, _days(row))]
    if found:
        return found[-1]
    there = ", ".join(dict.fromkeys(f"--from {first} --to {last}" for first, last in map(_days, rows)))
    if there:
        raise Refused("All pilots together were not read over these days.", hint=f"there is: {there}")
    raise Refused("All pilots together were not read yet.", hint="read them: pitcairn together --from DATE --to DATE")


def _result(folder: ProgramFolder, row: Entry) -> tuple[str, Together]:
    path = folder.together_result_file(*_days(row))
    name = folder.relative(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refused(f"{name} is not there.", hint=_again(row)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{name} cannot be read: {error}.") from None
    result = from_json(text, file=name)
    if (result.first, result.last) != _days(row):
        raise DataError(f"{name} is the reading of another period.", hint=_again(row))
    return text, result


def _days(row: Entry) -> tuple[str, str]:
    return str(row.body["first"]), str(row.body["last"])


def _again(row: Entry) -> str:
    first, last = _days(row)
    return f"take the reading again: pitcairn together --from {first} --to {last}"
