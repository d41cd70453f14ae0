"""`check`: do the files that are there already have the columns that the plan will need?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pitcairn.design.resolve import resolve
from pitcairn.errors import DataError
from pitcairn.evidence.columns import check_columns, draw_needs, reading_needs
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.files import files_of
from pitcairn.evidence.sources import Relation, relation
from pitcairn.iteration.outcomes import SourceSeen
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

Files = Mapping[str, tuple[Path, ...]]
NO_FILES: Files = {}


def check_data(folder: ProgramFolder, pilot: str, number: int, *, data: Files = NO_FILES) -> tuple[SourceSeen, ...]:
    """Every source the iteration uses, and whether its file is there with the columns needed. Reads no outcome.

    DataError with all columns that are missing, in all files; a declared file that is not there yet is no error, one
    named in `data` is.
    """
    loaded = load(folder, pilot, number)
    plan = resolve(loaded)
    needs = (*(() if plan.observed else draw_needs(plan)), *reading_needs(plan))
    sources = tuple(dict.fromkeys(need.source for need in needs))
    files_of(folder, loaded.program, data, needed=[source for source in sources if source in data])
    found: list[Relation] = []
    seen: list[SourceSeen] = []
    with Engine.open(folder.scratch) as engine:
        for source in sources:
            try:
                files = files_of(folder, loaded.program, data, needed=[source])[source]
            except DataError:
                seen.append(SourceSeen(source=source, files=(), columns=0))
                continue
            found.append(relation(engine, plan.source(source), files))
            columns = {need.column for need in needs if need.source == source}
            seen.append(SourceSeen(source=source, files=files, columns=len(columns)))
        check_columns(found, needs)
    return tuple(seen)
