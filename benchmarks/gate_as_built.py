"""One pilot through the gate as it is built: the plans, cubes and locks of a real one, judged by `reading.take`.

Nothing of the gate is written here a second time. Readings are left out only on days on which none could promote. A
bound at a look is never below the one that this look would have if it alone spent all that is spent by then
(`cannot_pass`), so most hopeless confirmations need no reading at all; for the others `courses`, which a reading calls
as well, tells the day on which the gates were passed. A test holds that to an owner who reads on every evening.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import numpy as np
from scipy.special import ndtri

from benchmarks.gate_worlds import CONFIRMED_DAYS, EXPLORED_DAYS, MARGIN, RATE, Floats, Stream, Version, along
from pitcairn.design.budget import guardrail_level, level
from pitcairn.design.plan import ArmPlan, CustomerPlan, MeasurePlan, Plan, SourcePlan
from pitcairn.estimate.spending import o_brien_fleming
from pitcairn.evidence.cube import START, Block, Cube, Dimension
from pitcairn.evidence.facts import ArmCount, Facts
from pitcairn.reading.courses import courses
from pitcairn.reading.lock import GainFact, Lock
from pitcairn.reading.promised import gains
from pitcairn.reading.result import Result
from pitcairn.reading.take import take

LOOKS_GOOD = 1.28
"""Standard errors above zero, at which an owner puts a model forward."""
WORTH_IT = 0.02 * RATE
"""The worth-it line: two per cent more buyers."""
MARGIN_OF_ROUNDING = 0.05
"""Standard errors by which the bound and its shortcut may differ: the estimator of a reading is not `along`."""
FIRST = date(2026, 3, 2)
TIMES = np.arange(1, CONFIRMED_DAYS + 1) / CONFIRMED_DAYS


@dataclass(frozen=True, slots=True)
class Owner:
    """How somebody explores, and how customers come to the confirmation."""

    name: str
    peeks: bool = True
    """Puts a model forward as soon as it looks good on any evening, not only at the end."""
    days: int = EXPLORED_DAYS
    """How long each exploration goes on: customers come evenly, so half of the days is half of the customers."""
    rolling: bool = True
    """Customers of the confirmation start on days of their own, and it is read every day; else all on one, and once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A promoted version: what it truly does, and what the page of that day said."""

    version: Version
    raw: float
    """Relative, as measured."""
    promised: float | None
    """Relative, as the page says to promise; None for gates that promise what they measured."""


@dataclass(slots=True)
class Pilot:
    """A pilot and what has happened in it so far."""

    versions: Sequence[Version]
    owner: Owner
    attempts: int = 0
    customers: int = 0
    """In each arm, explorations and confirmations together."""
    _seen: list[tuple[int, Literal["explore", "confirm"], int]] = field(default_factory=list)

    def run(self) -> Promotion | None:
        """Explores rework after rework, confirms what looks good at the lineage's level, until something passes."""
        for number in range(len(self.versions)):
            if self.explores(number) and (found := self.confirms(number, level(self.attempts + 1))):
                return found
        return None

    def explores(self, number: int) -> bool:
        """Whether the owner puts this rework forward."""
        stream = self.versions[number].explored
        _, z = along(stream.customers[: self.owner.days], stream.buyers[:, : self.owner.days])
        looks_good = z >= LOOKS_GOOD
        if not self.owner.peeks:
            looks_good[:-1] = False
        good = np.flatnonzero(looks_good)
        days = int(good[0]) + 1 if len(good) else self.owner.days
        self._note(number, "explore", days, stream)
        return len(good) > 0

    def confirms(self, number: int, spends: float) -> Promotion | None:
        """Launches the next attempt of the lineage at this level and reads it every evening, until it promotes.

        Where the page says that little hope is left, the owner ends it.
        """
        self.attempts += 1
        version = self.versions[number]
        stream = version.confirmed
        _, z = along(stream.customers, stream.buyers)
        hopeless = np.flatnonzero((TIMES >= 0.5) & (z < 0)) if self.owner.rolling else np.array([], dtype=np.int64)
        closed = int(hopeless[0]) + 1 if len(hopeless) else len(z)
        for days in self._days(number, spends, closed):
            result = self.read(number, days, spends)
            if result.verdicts[0].code == "promote":
                self._note(number, "confirm", len(z), stream)
                row = result.promised[0]
                return Promotion(version=version, raw=row.relative, promised=row.estimate)
        self._note(number, "confirm", closed, stream)
        return None

    def read(self, number: int, days: int, spends: float) -> Result:
        """The reading of the running confirmation on the evening after so many days."""
        stream = self.versions[number].confirmed
        plan = plan_of(number, "confirm", stream, rolling=self.owner.rolling)
        lock = lock_of(self.attempts, spends, self._gains())
        return take(plan, lock, cube_of(plan, stream, days), facts_of(plan, stream, days), (), ())

    def _days(self, number: int, spends: float, closed: int) -> list[int]:
        """Evenings, as days gone by, whose reading could be the first to promote: the one on which the last of the
        gates is passed, and the planned end."""
        stream = self.versions[number].confirmed
        if not may_pass(stream, self.attempts, spends):
            return []
        plan = plan_of(number, "confirm", stream, rolling=self.owner.rolling)
        if not self.owner.rolling:
            return [closed]
        evening = plan.start + timedelta(days=closed - 1)
        found = courses(plan, cube_of(plan, stream, closed), evening, lock_of(self.attempts, spends))
        passed = [course.passed for course in found.values()]
        if any(one is None for one in passed):
            return []
        last = max((one.day - plan.start).days + 1 for one in passed if one is not None)
        return sorted({last, closed} if closed == len(stream.customers) else {last})

    def _gains(self) -> tuple[GainFact, ...]:
        """What the ledger would hold of the pilot's earlier iterations."""
        found: list[GainFact] = []
        for number, stage, days in self._seen:
            version = self.versions[number]
            stream = version.explored if stage == "explore" else version.confirmed
            plan = plan_of(number, stage, stream)
            found += gains(plan, cube_of(plan, stream, days))
        return tuple(found)

    def _note(self, number: int, stage: Literal["explore", "confirm"], days: int, stream: Stream) -> None:
        self._seen.append((number, stage, days))
        self.customers += int(stream.customers[:days].sum())


def may_pass(stream: Stream, attempt: int, spends: float) -> bool:
    """Whether every watched measure reaches, at some look, what the loosest bound there could be asks."""
    _, gain = along(stream.customers, stream.buyers)
    if np.all(cannot_pass(gain, spends)):
        return False
    if stream.complaints is None:
        return True
    _, rise = along(stream.customers, stream.complaints, MARGIN)
    return not np.all(cannot_pass(-rise, guardrail_level(attempt)))


def cannot_pass(z: Floats, spends: float) -> np.ndarray:
    """For every look, whether it is below any bound that may be there."""
    return z < -ndtri(o_brien_fleming(TIMES, spends)) - MARGIN_OF_ROUNDING


# --- what the other rooms would have handed on ------------------------------------------------------


def lock_of(attempt: int, spends: float, gains: tuple[GainFact, ...] = ()) -> Lock:
    """What the ledger says of a confirmation."""
    return Lock(
        digest="0" * 64,
        at=datetime(2026, 3, 1, tzinfo=UTC),
        by="launcher",
        retrospective=False,
        attempt=attempt,
        in_scope=None,
        left_out=(),
        earlier_gains=(),
        ledger_head="0" * 64,
        spends=spends,
        gains=gains,
    )


_CONVERSION = MeasurePlan(
    id="buyers",
    label="Buyers",
    unit="buyers",
    kind="any",
    role="deciding",
    source="outcomes",
    column="bought",
    where=(),
    over_column=None,
    over_where=(),
    answers=(),
    window_days=1,
    cap=None,
    better="up",
    money=False,
    decimals=0,
    before=None,
    usual=None,
    margin=None,
    worth_it=WORTH_IT,
)
_COMPLAINTS = replace(
    _CONVERSION,
    id="complaints",
    label="Complaints",
    unit="complaints",
    role="guardrail",
    column="complained",
    better="down",
    margin=MARGIN,
    worth_it=None,
)
_CONTROL = ArmPlan(id="control", label="Today", role="control", share=0.5, first=0, last=5_000)
_PLAN = Plan(
    schema="pitcairn.plan/1",
    program="Gate",
    purpose="Be of use.",
    currency="EUR",
    time_zone="UTC",
    simulated="all of it",
    pilot="rework",
    title="Reworks",
    owner="owner",
    scope_kind="product_line",
    scope="shop",
    scope_label="Shop",
    challenge="engage",
    customer=CustomerPlan(audience="Buyers", behaviour="buy", barriers=(), benefits=(), competing=(), segments=()),
    number=1,
    stage="explore",
    question="Does it help?",
    changed=(),
    arms=(_CONTROL, ArmPlan(id="model", label="Model", role="treatment", share=0.5, first=5_000, last=10_000)),
    observed=None,
    population="outcomes",
    keep=(),
    take=1.0,
    opt_out=(),
    caps=(),
    sources=(SourcePlan(id="outcomes", kind="wide", customer="id"),),
    measures=(_CONVERSION,),
    groups=(),
    predictions=(),
    promotion_iterations=1,
    promotion_no_group_worse=False,
    promotion_also=(),
    start=FIRST,
    follow_up_days=1,
    end=FIRST + timedelta(days=CONFIRMED_DAYS),
)


def plan_of(number: int, stage: Literal["explore", "confirm"], stream: Stream, *, rolling: bool = True) -> Plan:
    """The plan of a rework's exploration or confirmation."""
    days = len(stream.customers)
    return replace(
        _PLAN,
        number=2 * number + 1 + (stage == "confirm"),
        stage=stage,
        arms=(_CONTROL, replace(_PLAN.arms[1], message=f"rework {number}")),
        measures=_PLAN.measures if stream.complaints is None else (_CONVERSION, _COMPLAINTS),
        start_days=days if rolling else 1,
        follow_up_days=1 if rolling else days,
        end=FIRST + timedelta(days=days),
    )


def cube_of(plan: Plan, stream: Stream, days: int) -> Cube:
    """The cube as of the evening after so many days."""
    counts, events = stream.customers[:days], {"buyers": stream.buyers[:, :days]}
    if stream.complaints is not None:
        events["complaints"] = stream.complaints[:, :days]
    if not plan.has_own_starts:
        counts, events = counts.sum(keepdims=True), {id: one.sum(axis=1, keepdims=True) for id, one in events.items()}
    arms, width = tuple(arm.id for arm in plan.arms), len(counts)
    size = np.tile(counts, len(arms)).astype(np.float64)
    blocks = {}
    for id, one in events.items():
        rates = one.ravel() / size
        blocks[id] = Block(size, rates[:, None], (size * rates * (1 - rates))[:, None, None])
    index = np.array([[arm, day] for arm in range(len(arms)) for day in range(width)])
    dimensions = (Dimension("arm", arms),)
    if not plan.has_own_starts:
        return Cube(dimensions, index[:, :1], size.astype(np.int64), blocks)
    names = tuple((plan.start + timedelta(days=day)).isoformat() for day in range(width))
    return Cube((*dimensions, Dimension(START, names)), index, size.astype(np.int64), blocks)


def facts_of(plan: Plan, stream: Stream, days: int) -> Facts:
    """The facts on that evening; those who have not started yet are pending."""
    counted, everybody = int(stream.customers[:days].sum()), int(stream.customers.sum())
    return Facts(
        as_of=plan.start + timedelta(days=days - 1),
        files=(),
        rows=(),
        arms=tuple(
            ArmCount(arm=arm.id, assigned=everybody, counted=counted, pending=everybody - counted, before_start=0)
            for arm in plan.arms
        ),
        missing=(),
        balance=(),
        duplicates_checked=True,
        outside=0,
        statements=1,
    )
