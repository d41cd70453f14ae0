"""What customers were drawn to last time, where they were drawn again: does it still show in the result?

The lot of this draw knows nothing of the last one, so the difference over all customers holds whatever they had before.
What may depend on it is how large the difference is; that is asked here, of everybody who was drawn to one arm last
time and of everybody who is fresh.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pitcairn.design.plan import GroupPlan, Plan
from pitcairn.estimate.clustered import Clustered, clustered_difference
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference, ratio_difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.pool import cochran_q
from pitcairn.evidence import questions
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Check, Facts, PreviousFact
from pitcairn.evidence.levels import Split
from pitcairn.evidence.sql import literal, parquet_sql

DIMENSION = "(previous arm)"
"""No group can have this id."""
COLUMN = "previous_arm"
FRESH = "fresh"
FEWEST = 50
"""Fewer counted customers than this, in either arm, are not compared: for privacy, and for sense."""
WARN_P = 0.0027
"""What chance gives in 1 of 370 readings."""


def split(engine: Engine, assignment: Path | None) -> Split | None:
    """The dimension: fresh, or an arm of last time; None where nobody could be drawn again. `sql` gives 0, 1, ..."""
    if assignment is None:
        return None
    file = parquet_sql(assignment)
    if COLUMN not in {str(name) for name, *_ in engine.rows(f"DESCRIBE SELECT * FROM {file}")}:
        return None
    found = engine.rows(f"SELECT DISTINCT {COLUMN} FROM {file} WHERE {COLUMN} IS NOT NULL ORDER BY 1")
    arms = [str(arm) for (arm,) in found]
    whens = " ".join(f"WHEN {literal(arm)} THEN {number}" for number, arm in enumerate(arms, start=1))
    group = GroupPlan(id=DIMENSION, label="Last time", source="", column=COLUMN, names=(), cuts=(), levels=())
    names = (FRESH, *(f"drawn to “{arm}”" for arm in arms))
    return Split(group, f"CASE {COLUMN} {whens} ELSE 0 END" if arms else "0", names)


def levels(cube: Cube) -> tuple[str, ...]:
    """Fresh, and every arm of last time that occurs among the counted; nothing where nobody could be drawn again."""
    return next((dimension.levels for dimension in cube.dimensions if dimension.id == DIMENSION), ())


def previous_facts(plan: Plan, cube: Cube) -> tuple[PreviousFact, ...]:
    """The deciding difference of every arm among those who were drawn to the same last time.

    Only where both arms have `FEWEST` customers, and nothing for a quantile, which does not add up.
    """
    if plan.deciding.kind == "quantile" or not levels(cube):
        return ()
    moments, nobody = cube.moments(plan.deciding.id, DIMENSION), Moments.none(plan.deciding.size)
    found = []
    for level in levels(cube):
        control = moments.get((plan.comparison.id, level), nobody)
        for arm in plan.treatments:
            outcome = _difference(plan, control, moments.get((arm.id, level), nobody))
            if outcome is not None:
                found.append(
                    PreviousFact(arm=arm.id, last=level, difference=outcome.estimate, error=outcome.standard_error)
                )
    return tuple(found)


def previous_check(plan: Plan, facts: Facts) -> Check:
    """Whether the deciding difference is the same whatever customers were drawn to last time."""
    if set(facts.last_time) <= {FRESH}:
        return questions.PREVIOUS.answer("pass", "Nobody here was drawn before.")
    tested = [
        (cochran_q([one.difference for one in mine], [one.error for one in mine]).p, arm.label)
        for arm in plan.treatments
        if len(mine := [one for one in facts.previous if one.arm == arm.id]) > 1
    ]
    if not tested:
        sentence = (
            f"Too few customers are counted for every arm of last time ({FEWEST} in each group): nobody can tell "
            "whether what they had then still shows."
        )
        return questions.PREVIOUS.answer("unchecked", sentence)
    p, label = min(tested)
    limit = WARN_P / len(tested)
    if p < limit:
        sentence = (
            f"What “{label}” changes depends on what customers were drawn to last time: what they had then still "
            "shows. Fresh customers would tell; the exact figures have the difference for each."
        )
        return questions.PREVIOUS.answer("warn", sentence, p, limit)
    sentence = "The difference is the same, but for chance, whatever customers were drawn to last time."
    return questions.PREVIOUS.answer("pass", sentence, p, limit)


def _difference(plan: Plan, control: Moments, treated: Moments) -> Effect | None:
    if min(control.count, treated.count) < FEWEST:
        return None
    ratio = plan.deciding.kind == "ratio"
    outcome: Effect | NotAvailable
    if isinstance(control, Clustered) and isinstance(treated, Clustered):
        halves = np.eye(len(control.drawn.mean))[:2]
        outcome = clustered_difference(control.drawn.along(halves), treated.drawn.along(halves))
    else:
        values = np.eye(plan.deciding.size)[: 1 + ratio]
        outcome = (ratio_difference if ratio else difference)(control.along(values), treated.along(values))
    return outcome if isinstance(outcome, Effect) and outcome.standard_error > 0 else None
