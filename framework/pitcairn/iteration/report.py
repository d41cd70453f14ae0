"""`report`: the page again from its result and its past, or the proof that the page on disk is what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from pitcairn.atomic import write_all
from pitcairn.errors import DataError, Refused
from pitcairn.iteration.outcomes import Rebuilt
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import from_json
from pitcairn.reading.result import Result
from pitcairn.report.axis_charts import Charts
from pitcairn.report.context import Context, Records
from pitcairn.report.plain import markdown, table
from pitcairn.report.render import iteration_page
from pitcairn.report.same import Match, matched


def rebuild(folder: ProgramFolder, pilot: str, number: int, *, verify: bool = False) -> Rebuilt:
    """The page made anew from the result file; with `verify` compared instead of written.

    Refused where there is no reading; DataError where the result is damaged, or, with `verify`, is not the last one
    in the ledger.
    """
    result_file = folder.result_file(pilot, number)
    text = _text(folder, result_file, pilot, number)
    result = from_json(text, file=folder.relative(result_file))
    make = partial(_page, folder, result, Records.of(folder).context(result))
    report_file = folder.report_file(pilot, number)
    if verify:
        found = compared(report_file, make)
        _in_ledger(folder, pilot, number, text)
    else:
        found = written(report_file, make(Charts.DRAWN))
    same = found.kind != "differs"
    return Rebuilt(result_file=result_file, report_file=report_file, same=same, match=found, verified=verify)


def _page(folder: ProgramFolder, result: Result, context: Context, charts: Charts) -> str:
    return iteration_page(result, context, templates=folder.templates, charts=charts)


def compared(file: Path, make: Callable[[Charts], str]) -> Match:
    """The page on disk beside what the result gives; one that is not there, or is no text, is not the same."""
    try:
        text = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return Match(kind="differs", sentence="There is no page.")
    except (OSError, UnicodeDecodeError):
        return Match(kind="differs", sentence="It cannot be read as a page.")
    return matched(text, make)


def written(file: Path, page: str) -> Match:
    """The page is on disk afterwards; the match says whether it was before."""
    if file.is_file() and file.read_bytes() == page.encode("utf-8"):
        return Match(kind="same", sentence="")
    write_all({file: page})
    return Match(kind="differs", sentence="")


def told(folder: ProgramFolder, pilot: str, number: int, form: Literal["markdown", "csv"]) -> str:
    """A reading as text for elsewhere: Markdown for a mail or a pull request, CSV for a spreadsheet.

    Refused where there is no reading, DataError where its result is damaged.
    """
    path = folder.result_file(pilot, number)
    result = from_json(_text(folder, path, pilot, number), file=folder.relative(path))
    return markdown(result) if form == "markdown" else table(result)


def _text(folder: ProgramFolder, path: Path, pilot: str, number: int) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refused(
            f"Iteration {number} of {pilot} has no result to report.", hint=f"take a reading: pitcairn read {pilot}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{folder.relative(path)} cannot be read: {error}.") from None


def _in_ledger(folder: ProgramFolder, pilot: str, number: int, text: str) -> None:
    readings = history.readings(folder.ledger_file, pilot, number)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    if not readings or readings[-1].body.result_digest != digest:
        name = folder.relative(folder.result_file(pilot, number))
        raise DataError(
            f"{name} is not the result of the last reading in the ledger.",
            hint=f"take the reading again: pitcairn read {pilot}",
        )
