"""What a page needs besides its result: the ledger's rows about the same question, and the results they vouch for.

A page of iteration N is a function of its result and of what the ledger says about the iterations that were launched
up to N in the same pilot or the same lineage: their last readings, decisions and deviations. Iterations launched later
change no page; a later decision does, so whoever records one has the page made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pitcairn.design.lineage import kin
from pitcairn.errors import DataError
from pitcairn.ledger import attempts, history
from pitcairn.ledger.entry import Entry
from pitcairn.ledger.history import AmendmentRow, ClosingRow, DecisionRow, LaunchRow, ReadingRow
from pitcairn.ledger.recorded import deviation_of, early_end_of, ruling
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import from_json
from pitcairn.reading.holdback import HeldBack, Look
from pitcairn.reading.past import Ruling, Turn
from pitcairn.reading.result import Result

NOT_READ = "Not read yet."
NOT_READABLE = "Its result file cannot be read by this version; take the reading again."
NOT_HERE = "Its result file is not the one in the ledger, so nothing of it is shown."


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The iterations of the same question up to the page's own, oldest first."""

    turns: tuple[Turn, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    """What became of the arms of the page's own iteration that were promoted, since the decision."""

    @property
    def own(self) -> Turn | None:
        """The iteration that the page is about; None where no ledger here knows it."""
        return next((turn for turn in self.turns if turn.here), None)


ALONE = Context()
"""A page without its past: of a result that no ledger here knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The ledger, read once for as many pages as are wanted."""

    folder: ProgramFolder
    launches: tuple[LaunchRow, ...]
    readings: tuple[ReadingRow, ...]
    decisions: tuple[DecisionRow, ...]
    amendments: tuple[AmendmentRow, ...]
    closings: tuple[ClosingRow, ...]
    promotions: tuple[Entry, ...] = ()
    adoptions: tuple[Entry, ...] = ()
    stages: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, folder: ProgramFolder) -> Records:
        """Everything the ledger holds; DataError where it is damaged."""
        return cls(
            folder=folder,
            launches=history.launches(folder.ledger_file),
            readings=history.readings(folder.ledger_file),
            decisions=history.decisions(folder.ledger_file),
            amendments=history.amendments(folder.ledger_file),
            closings=history.closings(folder.ledger_file),
            promotions=history.entries(folder.ledger_file, "promotion"),
            adoptions=history.entries(folder.ledger_file, "adoption"),
            stages=history.entries(folder.ledger_file, "stage"),
        )

    def context(self, result: Result) -> Context:
        """What the page of this result shows besides it; nothing where the ledger does not know the iteration."""
        own = next((row for row in self.launches if (row.pilot, row.number) == (result.pilot, result.number)), None)
        if own is None:
            return ALONE
        before = [row for row in self.launches if row.seq <= own.seq]
        kindred = kin([row.body.plan for row in before], before.index(own))
        same = [row for place, row in enumerate(before) if row.pilot == own.pilot or place in kindred]
        return Context(
            turns=tuple(self.turn(row, result if row is own else None) for row in same),
            held_back=self.held_back(own.pilot, own.number),
        )

    def held_back(self, pilot: str, number: int) -> tuple[HeldBack, ...]:
        """The promoted arms of an iteration, each with the last look of the pack's adoption at the same place."""
        rows = [row for row in self.promotions if (row.pilot, row.iteration) == (pilot, number)]
        last = {str(row.body.get("arm")): row for row in rows}
        return tuple(self._since(arm, row) for arm, row in last.items())

    def _since(self, arm: str, promotion: Entry) -> HeldBack:
        core, pack = promotion.body.get("core_digest"), f"{promotion.body.get('name')} {promotion.body.get('version')}"
        here = [
            row
            for row in self.adoptions
            if row.lineage == promotion.lineage and row.body.get("core_digest") == core and row.seq > promotion.seq
        ]
        if not here:
            return HeldBack(arm=arm, pack=pack, pilot=None, look=None)
        after = [row for row in self.stages if row.pilot == here[-1].pilot and row.seq > here[-1].seq]
        looks = [row.body["look"] for row in after if row.body.get("happened") == "watched" and row.body.get("look")]
        return HeldBack(arm=arm, pack=pack, pilot=here[-1].pilot, look=_look(looks[-1]) if looks else None)

    def turns(self, launches: Iterable[LaunchRow]) -> tuple[Turn, ...]:
        """Launched iterations with their last readings."""
        return tuple(self.turn(row, None) for row in launches)

    def turn(self, launch: LaunchRow, result: Result | None) -> Turn:
        """One iteration; `result` is given where a page is about it."""
        here, missing = result is not None, ""
        if result is None:
            result, missing = self.result(launch.pilot, launch.number)
        plan, attempt = launch.body.plan, attempts.among(self.launches, launch)
        return Turn(
            pilot=launch.pilot,
            title=str(plan.get("title", launch.pilot)),
            number=launch.number,
            stage="confirm" if plan.get("stage") == "confirm" else "explore",
            attempt=attempt.number if attempt else None,
            level=attempt.level if attempt else None,
            question=str(plan.get("question", "")),
            launched=launch.at.date(),
            here=here,
            result=result,
            missing=missing,
            rulings=self.rulings(launch.pilot, launch.number),
            deviations=self.deviations(launch.pilot, launch.number),
        )

    def rulings(self, pilot: str, number: int) -> tuple[Ruling, ...]:
        """The last decision for each arm of an iteration."""
        last = {row.body.arm: row for row in self.decisions if (row.pilot, row.number) == (pilot, number)}
        return tuple(ruling(row) for row in sorted(last.values(), key=lambda row: row.seq))

    def deviations(self, pilot: str, number: int) -> tuple[str, ...]:
        """What was recorded as not kept of an iteration's plan."""
        amended = (row for row in self.amendments if (row.pilot, row.number) == (pilot, number))
        ended = (row for row in self.closings if (row.pilot, row.number) == (pilot, number))
        return (
            *(deviation_of(row) for row in amended),
            *(early_end_of(row) for row in ended),
        )

    def result(self, pilot: str, number: int) -> tuple[Result | None, str]:
        """The last reading's result, if the file is the one the ledger recorded; else why there is none."""
        rows = [row for row in self.readings if (row.pilot, row.number) == (pilot, number)]
        if not rows:
            return None, NOT_READ
        try:
            text = self.folder.result_file(pilot, number).read_bytes()
            if hashlib.sha256(text).hexdigest() != rows[-1].body.result_digest:
                return None, NOT_HERE
            return from_json(text.decode("utf-8")), ""
        except OSError:
            return None, NOT_HERE
        except (UnicodeDecodeError, DataError):
            return None, NOT_READABLE


def _look(found: Mapping[str, Any]) -> Look:
    try:
        return Look(
            as_of=date.fromisoformat(str(found["as_of"])).isoformat(),
            log_ratio=float(found["log_ratio"]),
            standard_error=float(found["standard_error"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            "A step of a rollout in the ledger does not hold what it should.",
            hint="see what was changed with: pitcairn ledger verify",
        ) from error
