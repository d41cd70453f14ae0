"""Builders for the tests of `reading`: a plan, and a cube made from arms' raw values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from pitcairn.design.plan import ArmPlan, CustomerPlan, GroupPlan, MeasurePlan, Plan, SourcePlan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.cube import START, Block, Cube, Dimension
from pitcairn.evidence.facts import ArmCount, Check, Facts
from pitcairn.reading.lock import Lock
from pitcairn.reading.result import Result
from pitcairn.reading.take import take

VISIT = MeasurePlan(
    id="visit",
    label="Visits",
    unit="visits",
    kind="any",
    role="deciding",
    source="outcomes",
    column="visit",
    where=(),
    over_column=None,
    over_where=(),
    answers=(),
    window_days=14,
    cap=None,
    better="up",
    money=False,
    decimals=0,
    before=None,
    usual=None,
    margin=None,
    worth_it=0.02,
)
SPAM = replace(
    VISIT,
    id="spam",
    label="Complaints",
    unit="complaints",
    role="guardrail",
    better="down",
    margin=0.005,
    worth_it=None,
)
SPEND = replace(
    VISIT, id="spend", label="Spend", unit="", kind="sum", role="watch", money=True, decimals=2, worth_it=None
)
AREA = GroupPlan(id="area", label="Area", source="outcomes", column="area", names=(), cuts=(), levels=())


def an_arm(id: str, first: int, last: int, role: str = "treatment", label: str | None = None) -> ArmPlan:
    share = (last - first) / 10000
    return ArmPlan(id=id, label=label or id.title(), role=role, share=share, first=first, last=last)  # type: ignore[arg-type]


def a_plan(**changes: object) -> Plan:
    plan = Plan(
        schema="pitcairn.plan/1",
        program="Corner shop",
        purpose="Be of use.",
        currency="USD",
        time_zone="UTC",
        simulated=None,
        pilot="note",
        title="A note",
        owner="crm",
        scope_kind="product_line",
        scope="mens",
        scope_label="Men's goods",
        challenge="engage",
        customer=CustomerPlan(
            audience="Recent buyers", behaviour="come back", barriers=(), benefits=(), competing=(), segments=()
        ),
        number=1,
        stage="explore",
        question="Does a note bring customers back?",
        changed=(),
        arms=(an_arm("control", 0, 5000, "control", "Nothing"), an_arm("note", 5000, 10000)),
        observed=None,
        population="outcomes",
        keep=(),
        take=1.0,
        opt_out=(),
        caps=(),
        sources=(SourcePlan(id="outcomes", kind="wide", customer="id"),),
        measures=(VISIT,),
        groups=(),
        predictions=(),
        promotion_iterations=1,
        promotion_no_group_worse=False,
        promotion_also=(),
        start=date(2026, 3, 2),
        follow_up_days=14,
        end=date(2026, 3, 16),
    )
    return replace(plan, **changes)  # type: ignore[arg-type]


def a_cube(cells: Mapping[tuple[str, ...], Mapping[str, np.ndarray]], *dimensions: str) -> Cube:
    """Cells keyed (arm, level, ...) with raw values by measure; `dimensions` names the levels' groups."""
    axes = ["arm", *dimensions]
    levels = [list(dict.fromkeys(key[axis] for key in cells)) for axis in range(len(axes))]
    index = np.array([[levels[axis].index(key[axis]) for axis in range(len(axes))] for key in cells])
    blocks = {}
    for measure in next(iter(cells.values())):
        rows = [Moments.of(np.atleast_2d(np.asarray(one[measure], dtype=float).T).T) for one in cells.values()]
        blocks[measure] = Block(
            np.array([float(arm.count) for arm in rows]),
            np.stack([arm.mean for arm in rows]),
            np.stack([arm.spread for arm in rows]),
            np.stack([arm.cubes for arm in rows if arm.cubes is not None]),
        )
    sizes = np.array([len(next(iter(one.values()))) for one in cells.values()])
    named = tuple(Dimension(axis, tuple(names)) for axis, names in zip(axes, levels, strict=True))
    return Cube(named, index, sizes, blocks)


def shares(events: int, count: int) -> np.ndarray:
    return np.repeat([1.0, 0.0], [events, count - events])


def some_facts(plan: Plan, cube: Cube, as_of: date = date(2026, 3, 15), pending: int = 0) -> Facts:
    sizes = cube.sizes()
    arms = tuple(
        ArmCount(
            arm=arm.id,
            assigned=sizes.get((arm.id,), 0) + pending,
            counted=sizes.get((arm.id,), 0),
            pending=pending,
            before_start=0,
        )
        for arm in plan.arms
    )
    return Facts(
        as_of=as_of,
        files=(),
        rows=(("outcomes", 100),),
        arms=arms,
        missing=(),
        balance=(),
        duplicates_checked=True,
        outside=0,
        statements=1,
    )


def a_check(state: str = "pass", *, gating: bool = True) -> Check:
    return Check(
        id="sizes",
        name="Groups as planned",
        gating=gating,
        state=state,  # type: ignore[arg-type]
        sentence="Group sizes are off.",
        value=None,
        limit=None,
    )


def a_lock(**changes: object) -> Lock:
    lock = Lock(
        digest="d" * 64,
        at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        by="crm",
        retrospective=False,
        attempt=None,
        in_scope=10_000,
        left_out=(("opted out", 12), ("nobody", 0)),
        earlier_gains=(),
        ledger_head="0" * 64,
    )
    return replace(lock, **changes)  # type: ignore[arg-type]


def a_reading(plan: Plan, cube: Cube, *, checks: tuple[Check, ...] = (a_check(),), **changes: object) -> Result:
    facts = changes.pop("facts", None) or some_facts(plan, cube)
    lock = changes.pop("lock", None) or a_lock()
    assert not changes
    return take(plan, lock, cube, facts, checks, (("pitcairn", "0"),))  # type: ignore[arg-type]


# --- customers who start on days of their own -----------------------------------------------------------------


def a_rolling_plan(**changes: object) -> Plan:
    """Customers we drew start on 14 days and are followed for 3: looks from 4 to 17 March 2026, the end on the 18th."""
    return a_plan(**{"start_days": 14, "follow_up_days": 3, "end": date(2026, 3, 18)} | changes)


def a_rolling_cube(plan: Plan, events: Mapping[str, Mapping[str, Sequence[int]]], count: int) -> Cube:
    """`events` by measure and arm, one number a start day, out of `count` customers who started on it."""
    arms = tuple(arm.id for arm in plan.arms)
    days = max(len(found) for by_arm in events.values() for found in by_arm.values())
    index = np.array([[arm, day] for arm in range(len(arms)) for day in range(days)])
    names = tuple((plan.start + timedelta(days=day)).isoformat() for day in range(days))
    blocks = {}
    for measure, by_arm in events.items():
        rates = np.concatenate([np.asarray(by_arm[arm]) for arm in arms]) / count
        counts = np.full(len(rates), float(count))
        blocks[measure] = Block(counts, rates[:, None], (count * rates * (1 - rates))[:, None, None])
    return Cube((Dimension("arm", arms), Dimension(START, names)), index, np.full(len(index), count), blocks)


def a_rolling_reading(
    plan: Plan, events: Mapping[str, Mapping[str, Sequence[int]]], count: int, *, look: int = 14, **changes: object
) -> Result:
    """The reading on the evening of a look, counted from 1: only the start days that are followed by then are in."""
    known = {id: {arm: found[:look] for arm, found in by_arm.items()} for id, by_arm in events.items()}
    cube = a_rolling_cube(plan, known, count)
    as_of = plan.start + timedelta(days=look + plan.follow_up_days - 2)
    facts = some_facts(plan, cube, as_of=as_of, pending=count * (14 - look))
    return a_reading(plan, cube, facts=facts, **changes)
