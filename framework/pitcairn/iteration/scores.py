"""How predictions fared: those written before launches, over everything that an owner owns."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.reading.overview import Score


def scores(folder: ProgramFolder) -> tuple[Score, ...]:
    """One score for every owner with a prediction whose iteration has been read at its planned end, by name.

    Only predictions that were written before there was anything to see count: retrospective iterations do not.
    DataError where the ledger is damaged.
    """
    matches: dict[str, Counter[str]] = {}
    last = {(row.pilot, row.number): row for row in history.readings(folder.ledger_file)}
    for launch in history.launches(folder.ledger_file):
        reading, plan = last.get((launch.pilot, launch.number)), launch.body.plan
        if reading is None or launch.body.retrospective or not _complete(reading.body.as_of, str(plan.get("end", ""))):
            continue
        found = Counter(match for _, _, match in reading.body.predictions)
        matches.setdefault(str(plan.get("owner", "")), Counter()).update(found)
    told = (
        Score(owner=owner, inside=found["inside"], higher=found["higher"], lower=found["lower"])
        for owner, found in sorted(matches.items())
    )
    return tuple(score for score in told if score.total)


def _complete(as_of: str, end: str) -> bool:
    try:
        return date.fromisoformat(as_of) >= date.fromisoformat(end) - timedelta(days=1)
    except ValueError:
        return False
