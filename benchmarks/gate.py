"""How often the gate promotes what does not work, and what does: `python -m benchmarks.gate [--pilots N] [--keep]`.

Made-up pilots of twelve reworks go through the functions that a real reading uses, and beside them through the rules
that teams use without an error budget. The tables in docs/gate.md are what `--keep` writes.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.gate_as_built import Owner, Pilot
from benchmarks.gate_naive import NAIVE, Naive
from benchmarks.gate_program import CONTROLS, MIXES, PILOTS, Program, program
from benchmarks.gate_worlds import GUARDED, WORLDS, Version, World, pilot_of
from benchmarks.kept import DOCS, keep, shown

PAGE = DOCS / "gate.md"
SEED = 20_261_122
USUAL = 500
"""Pilots, where a part of the table does not ask for more of them."""
PROGRAMS = 40
"""Programs for every `USUAL` pilots."""
CHUNK = 50

OWNERS = (
    Owner("**Pitcairn**, the owner peeks"),
    Owner("**Pitcairn**, the owner waits", peeks=False),
)
MORE_OWNERS = (
    Owner("**Pitcairn**, peeks, explores on 12,500", days=7),
    Owner("**Pitcairn**, peeks, all start on one day", rolling=False),
)
WITH_MORE = ("zero", "late", "broken")
EVERY_WORLD = {world.id: world for world in (*WORLDS, *GUARDED)}

Rule = Owner | Naive


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one pilot ended under one rule."""

    promoted: bool
    right: bool
    """What was promoted truly works, and does no harm."""
    gain: float
    """The true one of what was promoted, relative; 0 where nothing was."""
    raw: float
    promised: float | None
    customers: int
    """In each arm, explorations and confirmations together."""


def rules(world: World) -> tuple[Rule, ...]:
    """The rows of one part of the table. The naive rules know no guardrails."""
    more = MORE_OWNERS if world.id in WITH_MORE else ()
    return (*OWNERS, *more, *(NAIVE if world.rise is None else ()))


def ended(world: str, first: int, last: int, seed: int = SEED) -> list[list[Ended]]:
    """These pilots of a world, each under every one of its rules, on the same customers."""
    found = []
    for number in range(first, last):
        versions = pilot_of(EVERY_WORLD[world], np.random.default_rng([seed, *world.encode(), number]))
        found.append([_under(rule, versions) for rule in rules(EVERY_WORLD[world])])
    return found


def _under(rule: Rule, versions: tuple[Version, ...]) -> Ended:
    if isinstance(rule, Naive):
        promotion, customers = rule.run(versions)
    else:
        pilot = Pilot(versions, rule)
        promotion = pilot.run()
        customers = pilot.customers
    if promotion is None:
        return Ended(promoted=False, right=False, gain=0.0, raw=0.0, promised=None, customers=customers)
    version = promotion.version
    return Ended(
        promoted=True,
        right=version.is_good,
        gain=version.gain,
        raw=promotion.raw,
        promised=promotion.promised,
        customers=customers,
    )


# --- the tables ------------------------------------------------------------------------------------------------


def pilots_table(pool: Executor, pilots: int) -> Iterator[str]:
    """What became of the pilots, part by part."""
    yield "| what is true | rule | false | right | customers an arm | truly | measured | promised |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for world in EVERY_WORLD.values():
        count = pilots * world.weight
        starts = range(0, count, CHUNK)
        ends = [min(start + CHUNK, count) for start in starts]
        found = [one for part in pool.map(ended, [world.id] * len(starts), starts, ends) for one in part]
        for place, rule in enumerate(rules(world)):
            name = world.name if place == 0 else ""
            yield f"| {name} | {rule.name} | {' | '.join(_cells([one[place] for one in found]))} |"


def _cells(found: Sequence[Ended]) -> Iterator[str]:
    promoted = [one for one in found if one.promoted]
    yield in_hundred(sum(not one.right for one in promoted), len(found))
    yield in_hundred(sum(one.right for one in promoted), len(found))
    yield f"{np.mean([one.customers for one in found]) / 1000:,.0f},000"
    yield _average([one.gain for one in promoted])
    yield _average([one.raw for one in promoted])
    yield _average([one.promised for one in promoted if one.promised is not None])


def in_hundred(count: int, of: int) -> str:
    """`3.1 ± 0.2`: how many in a hundred, and the standard error, which is not nothing where the count is."""
    share = (count + 0.5) / (of + 1)
    return f"{100 * count / of:.1f} ± {100 * math.sqrt(share * (1 - share) / of):.1f}"


def _average(values: Sequence[float]) -> str:
    return f"{100 * np.mean(values):+.1f} %".replace("-", "−") if len(values) > 9 else ""


def programs_table(pool: Executor, programs: int) -> Iterator[str]:
    """What became of whole programs."""
    yield "| nothing to find in | rule | false among promotions | false | right, of the others | confirmations |"
    yield "| ---: | --- | ---: | ---: | ---: | ---: |"
    for null in MIXES:
        seeds = [(SEED, null, number) for number in range(programs)]
        found = list(pool.map(program, [null] * programs, seeds))
        for place, control in enumerate(CONTROLS):
            yield f"| {null} of {PILOTS} | `{control}` | {' | '.join(_told([one[place] for one in found], null))} |"


def _told(found: Sequence[Program], null: int) -> Iterator[str]:
    shares = np.array([one.false_share for one in found])
    error = shares.std(ddof=1) / math.sqrt(len(found)) if len(found) > 1 else math.nan
    yield f"{100 * shares.mean():.1f} % ± {100 * error:.1f}"
    yield f"{np.mean([one.worthless for one in found]):.1f}"
    yield f"{100 * np.mean([one.good for one in found]) / (PILOTS - null):.0f} %"
    yield f"{np.mean([one.confirmations for one in found]):.0f}"


def main() -> None:
    """Prints the tables; with `--keep` also puts them into their page."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    reader.add_argument("--pilots", type=int, default=USUAL, help=f"how many in most rows; {USUAL} if left out")
    reader.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    reader.add_argument("--keep", action="store_true", help="put the tables into docs/gate.md")
    given = reader.parse_args()
    programs = max(2, math.ceil(PROGRAMS * given.pilots / USUAL))
    with ProcessPoolExecutor(given.processes) as pool:
        for name, lines in (
            ("pilots", pilots_table(pool, given.pilots)),
            ("programs", programs_table(pool, programs)),
        ):
            began, table = time.perf_counter(), shown(lines)
            sys.stderr.write(f"{name}: {time.perf_counter() - began:.0f} s\n")
            if given.keep:
                keep(name, table, PAGE)


if __name__ == "__main__":
    main()
