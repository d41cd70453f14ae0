"""How often a worthless model passes, or rings the alarm, when it is looked at every day: `python -m benchmarks.daily`.

Customers start on 28 days and a confirmation is judged on each of them, by the very functions of a reading. The table
in docs/calibration.md is what `--keep` writes.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np

from benchmarks.calibration import PAGE, Setting, is_doubtful, made_arm, settings
from benchmarks.kept import keep, shown
from benchmarks.ours import plan_of
from pitcairn.design.budget import HARM, level
from pitcairn.design.plan import ArmPlan, MeasurePlan, Plan
from pitcairn.evidence.cube import START, Block, Cube, Dimension
from pitcairn.reading.courses import courses
from pitcairn.reading.lock import Lock

DAYS, FOLLOWED = 28, 7
FIRST_DAY = date(2026, 3, 2)
REPETITIONS = 600
UNEVEN = 3
"""Uneven arms take five times as long, and get a third of the repetitions."""
SEED = 20_240_608
SETTINGS = settings()
"""The crossing of the other table: every measure, share and number of customers."""


@dataclass(frozen=True, slots=True)
class Found:
    """Out of `repetitions` confirmations of a worthless model."""

    repetitions: int
    passed: int
    """On any of the days."""
    passed_naively: int
    """Where every day is judged as if it were the only one."""
    alarmed: int
    doubtful: int
    """The check “Enough customers for averages” says at the end that the range is doubtful."""


def judged(setting: Setting, repetitions: int, seed: int) -> Found:
    """So many confirmations, each looked at on every one of 28 days."""
    made = np.random.default_rng([seed, *np.frombuffer(setting.name.encode(), np.uint8), *setting.arms])
    plan = _plan(setting)
    once = 1.959963984540054
    passed = naive = alarmed = doubtful = 0
    for _ in range(repetitions):
        cube = _cube(made, setting, plan)
        (course,) = courses(plan, cube, plan.end, _lock()).values()
        passed += course.passed is not None
        naive += any(one.z >= once for one in course.seen)
        alarmed += course.harmed is not None
        doubtful += is_doubtful(plan, cube)
    return Found(repetitions, passed, naive, alarmed, doubtful)


def _plan(setting: Setting) -> Plan:
    plan = plan_of("wide")
    measure: MeasurePlan = replace(
        plan.deciding,
        kind="any" if setting.sigma is None else "sum",
        before=None,
        cap=None,
        better="up",
        worth_it=0.001,
        adjust_for=(),
    )
    cut = round(10_000 * (1 - setting.share))
    pieces = (("usual", "control", 0, cut), ("tried", "treatment", cut, 10_000))
    arms = tuple(
        ArmPlan(id=id, label=id, role=role, share=(last - first) / 10_000, first=first, last=last)  # type: ignore[arg-type]
        for id, role, first, last in pieces
    )
    return replace(
        plan,
        stage="confirm",
        observed=None,
        arms=arms,
        measures=(measure,),
        groups=(),
        start=FIRST_DAY,
        start_days=DAYS,
        follow_up_days=FOLLOWED,
        end=FIRST_DAY + timedelta(days=DAYS + FOLLOWED - 1),
    )


def _lock() -> Lock:
    return Lock(
        digest="0" * 64,
        at=datetime(2026, 3, 1, tzinfo=UTC),
        by="benchmarks",
        retrospective=False,
        attempt=1,
        in_scope=None,
        left_out=(),
        earlier_gains=(),
        ledger_head="0" * 64,
    )


def _cube(made: np.random.Generator, setting: Setting, plan: Plan) -> Cube:
    """Both arms by day of start; nobody gains anything."""
    arms = tuple(arm.id for arm in plan.arms)
    sizes = [size for total in setting.arms for size in _spread(total)]
    cells = [made_arm(made, setting, size, 1.0) for size in sizes]
    index = np.array(list(product(range(len(arms)), range(DAYS))))
    counts = np.array(sizes, dtype=float)
    means, spreads = np.stack([cell.mean for cell in cells]), np.stack([cell.spread for cell in cells])
    block = Block(counts, means, spreads, np.array([cell.cubes for cell in cells]))
    days = tuple((plan.start + timedelta(days=day)).isoformat() for day in range(DAYS))
    dimensions = (Dimension("arm", arms), Dimension(START, days))
    return Cube(dimensions, index, counts.astype(int), {plan.deciding.id: block})


def _spread(customers: int) -> list[int]:
    """The customers of an arm on each of the days, as even as can be."""
    return [(customers + day) // DAYS for day in range(DAYS)]


# --- the table -------------------------------------------------------------------------------------------------


def table(repetitions: int, processes: int) -> Iterator[str]:
    """The lines of the table in Markdown."""
    yield "| measure | in the arm | customers | passed | each day as if alone | rang the alarm | of | the page says |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"
    with ProcessPoolExecutor(processes) as pool:
        often = [repetitions if one.share == 0.5 else repetitions // UNEVEN for one in SETTINGS]
        many = pool.map(judged, SETTINGS, often, [SEED] * len(SETTINGS))
        for setting, found in zip(SETTINGS, many, strict=True):
            shares = (100 * count / found.repetitions for count in (found.passed, found.passed_naively, found.alarmed))
            rates = " | ".join(f"{share:.1f} %" for share in shares)
            said = "doubtful" if found.doubtful > found.repetitions / 2 else ""
            cells = (
                setting.name,
                f"{setting.share:.0%}",
                f"{setting.customers:,}",
                rates,
                f"{found.repetitions:,}",
                said,
            )
            yield f"| {' | '.join(cells)} |"
    yield f"| allowed | | | {100 * level(1):.1f} % | {100 * level(1):.1f} % | {100 * HARM:.1f} % | | |"


def main() -> None:
    """Prints the table; with `--keep` also puts it into its page."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks.daily", description=__doc__)
    reader.add_argument("--repetitions", type=int, default=REPETITIONS)
    reader.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    reader.add_argument("--keep", action="store_true", help="put the table into docs/calibration.md")
    given = reader.parse_args()
    lines = shown(table(given.repetitions, given.processes))
    if given.keep:
        keep("daily", lines, PAGE)


if __name__ == "__main__":
    main()
