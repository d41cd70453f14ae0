"""The same questions put to Pitcairn, through the functions that its commands call.

python -m benchmarks.ours wide DATA [--once-each] [--questions 190]
python -m benchmarks.ours events DATA --assignment FILE
python -m benchmarks.ours draw DATA --into FOLDER
python -m benchmarks.ours lot DATA
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.clock import Answer, Clock
from pitcairn.design.assignment import arm_salt, bucket_sql
from pitcairn.design.plan import Plan
from pitcairn.design.resolve import resolve
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.collect import collect
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.draw import draw
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Facts
from pitcairn.evidence.health import check
from pitcairn.program import ProgramFolder
from pitcairn.reading.effects import effect
from pitcairn.reading.lock import Lock
from pitcairn.reading.take import take
from pitcairn.spec.load import load
from pitcairn.version import versions

PROGRAMS = Path(__file__).parent / "programs"
LAST_DAY = date(2026, 3, 29)
LOCK = Lock(
    digest="0" * 64,
    at=datetime(2026, 3, 1, tzinfo=UTC),
    by="benchmarks",
    retrospective=False,
    attempt=None,
    in_scope=None,
    left_out=(),
    earlier_gains=(),
    ledger_head="0" * 64,
)


def plan_of(program: str) -> Plan:
    """The one plan of `programs/<program>`."""
    return resolve(load(ProgramFolder(PROGRAMS / program), "letters", 1))


def files_of(data: Path) -> dict[str, tuple[Path, ...]]:
    return {"customers": (data / "customers.parquet",), "events": tuple(sorted((data / "events").glob("*.parquet")))}


def wide(engine: Engine, data: Path, *, once_each: bool, questions: int) -> Answer:
    """The reading as `read` takes it, and on top of it every measure in every slice; the page is not rendered."""
    plan = plan_of("wide")
    if not once_each:
        plan = replace(plan, sources=tuple(replace(source, customer=None) for source in plan.sources))
    if questions == 10:
        plan = replace(plan, groups=())
    cube, facts = collect(engine, plan, files_of(data), assignment=None, as_of=LAST_DAY)
    read(plan, cube, facts)
    return answers(plan, cube)


def read(plan: Plan, cube: Cube, facts: Facts) -> None:
    """The whole reading, down to the words."""
    result = take(plan, LOCK, cube, facts, check(plan, facts, plan_unchanged=True), versions())
    assert not result.withheld


def answers(plan: Plan, cube: Cube) -> Answer:
    """Every measure, arm and slice: the effect and its range at 95 %."""
    found: Answer = {}
    for measure in plan.measures:
        for group in ("", *(group.id for group in plan.groups)):
            moments = cube.moments(measure.id, group or None)
            for (arm, *level), treated in moments.items():
                if arm != plan.comparison.id:
                    control = moments.get((plan.comparison.id, *level), Moments.none(measure.size))
                    outcome = effect(measure, control, treated, plan.confidence)
                    assert not isinstance(outcome, NotAvailable)
                    question = " ".join((measure.id, arm, group, *level)).strip()
                    found[question] = [outcome.estimate, outcome.low, outcome.high]
    return found


def events(engine: Engine, data: Path, assignment: Path) -> Answer:
    """The cube; its effects as well, so that both can be seen to be right."""
    plan = plan_of("events")
    cube, _ = collect(engine, plan, files_of(data), assignment=assignment, as_of=LAST_DAY)
    return answers(plan, cube)


def drawn(engine: Engine, data: Path, into: Path) -> Answer:
    """The whole draw: arms, checks, likeness before the start, and the files that `launch` writes."""
    shutil.rmtree(into, ignore_errors=True)
    found = draw(engine, plan_of("events"), files_of(data), taken=(), into=into)
    return {arm: [float(count)] for arm, count in found.arms}


def lot(engine: Engine, data: Path) -> Answer:
    """The lot alone: everybody's place in 0..9999, as the draw works it out."""
    (path,) = files_of(data)["customers"]
    place = bucket_sql("duckdb", "customer", arm_salt(plan_of("events")))
    engine.rows(f"SELECT MAX({place}) FROM read_parquet('{path}')")
    return {}


def main() -> None:
    """One run, as the benchmarks start it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("wide", "events", "draw", "lot"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--assignment", type=Path)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--once-each", action="store_true")
    parser.add_argument("--memory-limit")
    parser.add_argument("--questions", type=int, default=190)
    asked = parser.parse_args()
    with Engine.open(asked.data / "spill", memory_limit=asked.memory_limit) as engine:
        clock = Clock()
        if asked.what == "wide":
            answer = wide(engine, asked.data, once_each=asked.once_each, questions=asked.questions)
        elif asked.what == "events":
            answer = events(engine, asked.data, asked.assignment)
        elif asked.what == "draw":
            answer = drawn(engine, asked.data, asked.into)
        else:
            answer = lot(engine, asked.data)
        clock.stop(answer)


if __name__ == "__main__":
    main()
