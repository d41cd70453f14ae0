"""A program of many pilots side by side: the ledger's rule against `error_control: program_fdr`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.gate_as_built import Owner, Pilot, Promotion
from benchmarks.gate_worlds import NOTHING, RAMP, REWORKS, Version, pilot_of
from pitcairn.design.budget import ErrorControl, launched_level

PILOTS = 100
MIXES = (50, 90)
"""Pilots of a hundred in which nothing ever works."""
CONTROLS: tuple[ErrorControl, ...] = ("ledger", "program_fdr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What came of one program."""

    worthless: int
    """Promoted, of the pilots in which nothing works."""
    good: int
    """Promoted with a true gain, of the others."""
    confirmations: int

    @property
    def false_share(self) -> float:
        """Of the promotions; 0 where there was none, as the false discovery rate counts it."""
        return self.worthless / max(1, self.worthless + self.good)


def program(null: int, seed: Sequence[int]) -> tuple[Program, ...]:
    """One program under each rule, on the same customers; `null` of its pilots are about nothing."""
    made = np.random.default_rng(list(seed))
    pilots = [pilot_of(NOTHING if number < null else RAMP, made) for number in range(PILOTS)]
    order = made.permutation(PILOTS)
    return tuple(_run([pilots[place] for place in order], control) for control in CONTROLS)


def _run(versions: Sequence[Sequence[Version]], control: ErrorControl) -> Program:
    """All pilots take a turn together, so that a launch knows of the promotions of earlier turns only."""
    waiting = [Pilot(one, Owner("peeks")) for one in versions]
    promoted: list[Promotion] = []
    known: list[int] = []
    launched = 0
    for rework in range(REWORKS):
        going_on, now = [], []
        for pilot in waiting:
            found = None
            if pilot.explores(rework):
                launched += 1
                found = pilot.confirms(rework, launched_level(control, pilot.attempts + 1, launched, known))
            if found is None:
                going_on.append(pilot)
            else:
                now.append(found)
        promoted, known = promoted + now, known + [launched] * len(now)
        waiting = going_on
    good = sum(one.version.is_good for one in promoted)
    return Program(worthless=len(promoted) - good, good=good, confirmations=launched)
