"""Places and their customer mixes, as people write them down: `place,group,level,customers`, one row a level."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path

from pitcairn.errors import DataError, PitcairnError, Problem
from pitcairn.promotion.predict import Mix

COLUMNS = ("place", "group", "level", "customers")


def places_in(path: Path) -> Mapping[str, Mapping[str, Mix]]:
    """Place -> group -> level -> customers. DataError with every row at fault; PitcairnError where it is unreadable."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if tuple(table.fieldnames or ()) != COLUMNS:
                raise DataError(
                    Problem(message=f"The columns must be {','.join(COLUMNS)}.", file=path.name, line=1, column=1)
                )
            rows = list(enumerate(table, start=2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PitcairnError(f"{path.name} cannot be read: {error}.") from None
    found: dict[str, dict[str, dict[str, float]]] = {}
    problems = []
    for line, row in rows:
        count = _count(row["customers"])
        if count is None or not row["place"]:
            problems.append(
                Problem(
                    message=f"“{row['customers']}” customers of “{row['place']}”.",
                    hint="write a place and a whole number of customers",
                    file=path.name,
                    line=line,
                )
            )
            continue
        levels = found.setdefault(row["place"], {}).setdefault(row["group"], {})
        levels[row["level"]] = levels.get(row["level"], 0.0) + count
    empty = [place for place, groups in found.items() if any(not sum(mix.values()) for mix in groups.values())]
    problems += [Problem(message=f"“{place}” has a group without customers.", file=path.name) for place in empty]
    if problems:
        raise DataError(problems)
    return found


def _count(text: str | None) -> float | None:
    try:
        count = float(text or "")
    except ValueError:
        return None
    return count if math.isfinite(count) and count >= 0 else None
