"""Data that shrank, or says something else about the past, since the last reading."""

from __future__ import annotations

from datetime import date
from math import isclose

from pitcairn.design.plan import Plan
from pitcairn.estimate.moments import Moments
from pitcairn.evidence import questions
from pitcairn.evidence.census import last_followed
from pitcairn.evidence.cube import START, Cube
from pitcairn.evidence.facts import Check, Facts, Known, Seen
from pitcairn.phrases import customers, several

SMALLEST = 50
"""Customers of an arm whose outcomes are kept; sums of fewer say too much of each."""


def seen(plan: Plan, cube: Cube, facts: Facts) -> Seen:
    """What this reading saw."""
    return Seen(
        as_of=facts.as_of,
        rows=facts.rows,
        assigned=tuple((arm.arm, arm.assigned) for arm in facts.arms),
        deciding=tuple(one for one in known_by(plan, cube, facts.as_of) if one.known >= SMALLEST),
    )


def known_by(plan: Plan, cube: Cube, day: date) -> tuple[Known, ...]:
    """The deciding outcomes of the customers whose follow-up was over at the end of a day, as they are now."""
    last = last_followed(plan, day)
    if all(dimension.id != START for dimension in cube.dimensions):
        found = cube.moments(plan.deciding.id) if last >= 0 else {}
        return tuple(_known(arm, moments) for (arm,), moments in found.items())
    parts: dict[str, list[Moments]] = {}
    for (arm, start), moments in cube.moments(plan.deciding.id, START).items():
        if (date.fromisoformat(start) - plan.start).days <= last:
            parts.setdefault(arm, []).append(moments)
    return tuple(_known(arm, Moments.total(found)) for arm, found in parts.items())


def kept_check(plan: Plan, facts: Facts, earlier: Seen | None, again: tuple[Known, ...]) -> Check:
    """Whether everything that the last reading saw is still there. `again`: its customers' outcomes as they are now."""
    if earlier is None:
        sentence = "This is the first reading; nothing can have been lost since."
        return questions.KEPT.answer("pass", sentence, 0, 0)
    if earlier.as_of > facts.as_of:
        return questions.KEPT.answer("unchecked", "The last reading was of a later day than this one.")
    gone = [*_fewer_rows(facts, earlier), *_fewer_customers(plan, facts, earlier)]
    said = [f"There is less data than at the last reading: {several(gone)}."] if gone else []
    if changed := _changed(plan, earlier, again):
        said.append(f"Outcomes that were counted at the last reading have changed since: {several(changed)}.")
    if said:
        return questions.KEPT.answer("warn", " ".join(said), len(gone) + len(changed), 0)
    sentence = "Every row, customer and outcome of the last reading is still there."
    return questions.KEPT.answer("pass", sentence, 0, 0)


def _fewer_rows(facts: Facts, earlier: Seen) -> list[str]:
    before = dict(earlier.rows)
    return [
        f"“{source}” ({before[source]:,} rows, now {rows:,})"
        for source, rows in facts.rows
        if rows < before.get(source, 0)
    ]


def _fewer_customers(plan: Plan, facts: Facts, earlier: Seen) -> list[str]:
    now = {arm.arm: arm.assigned for arm in facts.arms}
    return [
        f"“{plan.arm(arm).label}” ({customers(count)}, now {now.get(arm, 0):,})"
        for arm, count in earlier.assigned
        if now.get(arm, 0) < count
    ]


def _changed(plan: Plan, earlier: Seen, again: tuple[Known, ...]) -> list[str]:
    now = {one.arm: one for one in again}
    return [
        f"“{plan.deciding.label}” of “{plan.arm(was.arm).label}”"
        for was in earlier.deciding
        if (found := now.get(was.arm)) is None
        or found.known != was.known
        or not isclose(found.total, was.total, rel_tol=1e-9, abs_tol=1e-9)
    ]


def _known(arm: str, moments: Moments) -> Known:
    return Known(arm=arm, known=moments.count, total=float(moments.mean[0]) * moments.count)
