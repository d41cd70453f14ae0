"""`report`: the page again from its result and its past, or the proof that the page on disk is what they say."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pitcairn.atomic import write_all
from pitcairn.errors import DataError, Refused
from pitcairn.iteration.outcomes import Rebuilt
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import from_json
from pitcairn.report.context import Records
from pitcairn.report.plain import markdown, table
from pitcairn.report.render import iteration_page


def rebuild(folder: ProgramFolder, pilot: str, number: int, *, verify: bool = False) -> Rebuilt:
    """The page made anew from the result file; with `verify` compared instead of written.

    Refused where there is no reading; DataError where the result is damaged, or, with `verify`, is not the last one
    in the ledger.
    """
    result_file = folder.result_file(pilot, number)
    text = _text(folder, result_file, pilot, number)
    result = from_json(text, file=folder.relative(result_file))
    page = iteration_page(result, Records.of(folder).context(result), templates=folder.templates)
    report_file = folder.report_file(pilot, number)
    same = report_file.is_file() and report_file.read_bytes() == page.encode("utf-8")
    if verify:
        _in_ledger(folder, pilot, number, text)
    elif not same:
        write_all({report_file: page})
    return Rebuilt(result_file=result_file, report_file=report_file, same=same, verified=verify)


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
