"""`rehearse`: the pilot as planned, run again and again on made-up outcomes, read by the rules of a real reading.

Every rehearsal draws the customers anew with the functions of `launch`, under a salt of its own, and reads outcomes
that are made up from what customers did before the start. The same outcomes are read three times, with no effect, a
gain as large as the worth-it line and a harm as large put into every treatment arm: scenarios then differ by the
effect alone. Everything happens in a folder of the engine's scratch that is gone afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from pitcairn.canonical import plain
from pitcairn.design.plan import Plan
from pitcairn.design.resolve import resolve
from pitcairn.errors import Refused
from pitcairn.evidence.draw import ASSIGNMENT, Draw, count, draw
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.files import files_of
from pitcairn.evidence.makebelieve import MADE, Pool
from pitcairn.evidence.population import Taken, draw_sources
from pitcairn.iteration.known import Known
from pitcairn.iteration.launch import taken_before
from pitcairn.iteration.locked import earlier_gains, lock_of, plan_before, plan_of, refuse_changes
from pitcairn.iteration.outcomes import Rehearsal
from pitcairn.iteration.read import judged
from pitcairn.iteration.rehearsed import SCENARIOS, Tally, findings, notes
from pitcairn.iteration.sight import Bar, Pair, chance
from pitcairn.ledger import attempts, history
from pitcairn.ledger.history import LaunchRow
from pitcairn.program import ProgramFolder
from pitcairn.reading.lock import Lock
from pitcairn.spec.load import Loaded, load

Files = Mapping[str, tuple[Path, ...]]
NO_FILES: Files = {}
REPETITIONS = 200
"""Half a minute for 12,000 customers."""


def rehearse(
    folder: ProgramFolder,
    pilot: str,
    number: int,
    *,
    repetitions: int = REPETITIONS,
    seed: int = 1,
    data: Files = NO_FILES,
    done: Callable[[int], None] = lambda _: None,
) -> Rehearsal:
    """What the rules would say, in how many of so many rehearsals; `done` hears of each one that is over.

    The locked plan where there is one, else the files'. Changes nothing. SpecError and DataError as in `launch`;
    Refused where somebody else makes the draw, and where nothing is known of the deciding measure before the start.
    """
    loaded = load(folder, pilot, number)
    launch = history.launch_of(folder.ledger_file, pilot, number)
    plan = _plan(folder, loaded, launch)
    if plan.observed is not None:
        raise Refused(
            f"Somebody else makes the draw of {pilot}, so it cannot be rehearsed: nobody here knows how they draw.",
            hint=f"see what it could show: pitcairn plan {pilot}",
        )
    played = _that_matters(plan)
    needed = (*draw_sources(played), *(group.source for group in played.groups))
    files = files_of(folder, loaded.program, data, needed=needed)
    taken = _taken(folder, plan, launch)
    with Engine.open(folder.scratch) as engine, _room(folder) as room:
        drawn = count(engine, played, files, taken=taken)
        pool = Pool.of(engine, played, files, taken=taken, into=room)
        _refuse_unknown(plan, pool)
        run = _Run(pool, _lock(folder, loaded, plan, drawn, launch), room, seed)
        for repetition in range(1, repetitions + 1):
            run.repeat(repetition)
            done(repetition)
    return _told(run, plan, drawn, repetitions, locked=launch is not None)


def _plan(folder: ProgramFolder, loaded: Loaded, launch: LaunchRow | None) -> Plan:
    if launch is None:
        return resolve(loaded)
    plan = plan_of(launch)
    if any(source.id not in loaded.program.sources for source in plan.sources):
        refuse_changes(folder, launch, resolve(loaded))
    return plan


def _that_matters(plan: Plan) -> Plan:
    """The plan without what cannot change a verdict, which would take most of the time.

    An exploration's verdict knows the deciding measure and the guardrails; a confirmation's tests look at the values
    before the start of all measures, and at groups where none may be worse off.
    """
    plan = replace(plan, exposure=None)
    if plan.stage == "confirm":
        return replace(plan, groups=plan.groups if plan.promotion_no_group_worse else (), predictions=())
    measures = tuple(one for one in plan.measures if one.role in ("deciding", "guardrail"))
    return replace(plan, measures=measures, groups=(), predictions=(), promotion_also=())


def _taken(folder: ProgramFolder, plan: Plan, launch: LaunchRow | None) -> tuple[Taken, ...]:
    """The draws that this one leaves out; of a launched plan, those that were there when it was launched."""
    found = taken_before(folder, plan)
    if launch is None:
        return found
    earlier = {
        folder.assignment_file(row.pilot, row.number)
        for row in history.launches(folder.ledger_file)
        if row.seq < launch.seq
    }
    return tuple(one for one in found if one.path in earlier)


@contextmanager
def _room(folder: ProgramFolder) -> Iterator[Path]:
    """A folder for draws and outcomes that must never be taken for real ones."""
    room = Path(tempfile.mkdtemp(dir=folder.scratch, prefix="rehearsal-"))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _refuse_unknown(plan: Plan, pool: Pool) -> None:
    deciding = plan.deciding
    if deciding.id in pool.habits:
        return
    keys = "`before: COLUMN`, or `usual: RATE`," if deciding.is_rate else "`before: COLUMN`"
    why, hint = (
        "nothing is known of it before the start",
        f"declare {keys} for “{deciding.id}” in program.yaml",
    )
    if deciding.kind == "ratio":
        why = "it is a ratio, and one number before the start does not give the two sums that it is made of"
        hint = "decide by a measure of each customer; `pitcairn plan` says what can be seen of the others"
    elif deciding.kind == "quantile" or deciding.change:
        what = "quantile" if deciding.kind == "quantile" else "change"
        why = f"it is a {what}, and values before the start do not give what it would be"
        hint = "decide by a “mean” or a “sum” to rehearse; a reading of such a measure works all the same"
    elif deciding.before is not None:
        why = f"column “{deciding.before}” is the same for everybody who could be drawn"
    raise Refused(f"“{deciding.label}”, the deciding measure, cannot be rehearsed: {why}.", hint=hint)


def _lock(folder: ProgramFolder, loaded: Loaded, plan: Plan, drawn: Draw, launch: LaunchRow | None) -> Lock:
    """The ledger's word on the launch, or what it would be if the plan were launched today."""
    if launch is not None:
        return replace(lock_of(folder, launch), alarms=())
    attempt = attempts.planned(folder.ledger_file, plain(plan), loaded.program.error_control)
    return Lock(
        digest=plan.digest,
        at=datetime.combine(plan.start, time(), UTC),
        by="rehearsal",
        retrospective=False,
        attempt=attempt.number if attempt else None,
        spends=attempt.level if attempt else None,
        spent=attempt.spent if attempt else None,
        in_scope=drawn.in_scope,
        left_out=drawn.left_out,
        earlier_gains=earlier_gains(folder, plan.pilot, plan.number),
        ledger_head=history.head(folder.ledger_file),
        before=plan_before(folder, plan.pilot, plan.number),
    )


# --- the repetitions ------------------------------------------------------------------------------------------


class _Run:
    """Rehearsals of one pool of customers; `tallies` by scenario, in the order of `SCENARIOS`."""

    def __init__(self, pool: Pool, lock: Lock, room: Path, seed: int) -> None:
        self.pool, self.lock, self.seed = pool, lock, seed
        self._room = room
        line = pool.plan.deciding.worth_it or 0.0
        self.toward = 1 if pool.plan.deciding.better == "up" else -1
        self.pushes = tuple(pool.push(self.toward * sign * line) for sign in SCENARIOS.values())
        self.tallies = tuple(Tally(pool.plan) for _ in SCENARIOS)
        self._plans = tuple(pool.read_from(scenario) for scenario in range(len(SCENARIOS)))

    def repeat(self, repetition: int) -> None:
        """One draw, one set of outcomes, one reading for each scenario."""
        pool = self.pool
        drawn_as = replace(pool.plan, pilot=f"{pool.plan.pilot}/rehearsal-{self.seed}-{repetition}")
        place = self._room / str(repetition)
        draw(pool.engine, drawn_as, pool.files, taken=(), into=place)
        assignment, made = place / ASSIGNMENT, place / "outcomes.parquet"
        pool.make(drawn_as.salt, assignment, self.pushes, made)
        files = {**pool.files, MADE: (made,)}
        as_of = pool.plan.end - timedelta(days=1)
        for plan, tally in zip(self._plans, self.tallies, strict=True):
            result, _ = judged(pool.engine, plan, self.lock, files, assignment=assignment, as_of=as_of)
            tally.add(result)
        shutil.rmtree(place)


# --- what is told of them -------------------------------------------------------------------------------------


def _told(run: _Run, plan: Plan, drawn: Draw, repetitions: int, *, locked: bool) -> Rehearsal:
    one_sided = run.lock.level if run.lock.level is not None else (1 - plan.confidence) / 2
    scenarios = tuple(
        tally.told(plan, id, run.toward * push.gain)
        for id, push, tally in zip(SCENARIOS, run.pushes, run.tallies, strict=True)
    )
    rehearsal = Rehearsal(
        plan=plan,
        locked=locked,
        repetitions=repetitions,
        seed=run.seed,
        eligible=run.pool.size,
        arms=tuple((arm, plan.arm(arm).label, number) for arm, number in drawn.arms),
        level=one_sided,
        expected=_expected(run, plan, dict(drawn.arms)),
        scenarios=scenarios,
        findings=(),
        notes=notes(run.pool.plan, run.pool.habits, run.pushes, repetitions, locked=locked),
        next_command=f"pitcairn read {plan.pilot}" if locked else f"pitcairn launch {plan.pilot} --dry-run",
    )
    return replace(rehearsal, findings=findings(rehearsal))


def _expected(run: _Run, plan: Plan, sizes: Mapping[str, int]) -> float:
    """How often the gain put in should be told from none in the smallest arm, as `plan` reckons."""
    habit, gain = run.pool.habits[plan.deciding.id], abs(run.pushes[1].gain)
    known = Known(
        mean=habit.mean, sd=habit.sd, answered=habit.answered, left=1.0, basis="the pool", design=run.pool.alike
    )
    arms = (plan.comparison, *plan.treatments)
    bar = Bar.of(plan, plan.deciding, run.lock.level, [sizes[arm.id] for arm in arms])
    pair = Pair(control=sizes[plan.comparison.id], treated=min(sizes[arm.id] for arm in plan.treatments))
    return chance(plan, known, bar, pair, gain) or 0.0
