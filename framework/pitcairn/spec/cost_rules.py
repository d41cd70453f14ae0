"""What must hold where an arm's cost is measured: which measure can add it up, and that all arms go by the same one."""

from __future__ import annotations

from collections.abc import Iterator

from pitcairn.errors import Problem
from pitcairn.spec.fit import known
from pitcairn.spec.models import MeasuredCost
from pitcairn.spec.pilot_rules import measure_ids
from pitcairn.spec.turn import Turn


def measured_costs(turn: Turn) -> Iterator[Problem]:
    """A measured cost is money, added up for each customer, by one measure of the pilot that does not decide."""
    turn.iteration.sound("arms")
    turn.pilot.sound("guardrails", "signals", "watch")
    named: dict[str, str] = {}
    for id, arm in turn.iteration.spec.arms.items():
        if not isinstance(arm.cost, MeasuredCost):
            continue
        named[id] = arm.cost.measure
        at = ("arms", id, "cost", "measure")
        yield from known(turn.iteration, at, arm.cost.measure, measure_ids(turn.pilot), "a measure of this pilot")
        measure = turn.program.spec.measures.get(arm.cost.measure)
        if measure is not None and not (measure.kind == "sum" and measure.money):
            message = f"“{arm.cost.measure}” does not add up money for each customer"
            yield turn.iteration.problem(at, message, "name a measure of “kind: sum” with “money: true”")
        if arm.cost.measure == turn.pilot.spec.deciding:
            message = f"“{arm.cost.measure}” decides, so it cannot be the cost of it as well"
            yield turn.iteration.problem(at, message, "name what was spent, a measure under the pilot's “watch”")
        if arm.cost.measure != (first := next(iter(named.values()))):
            message = f"the costs of two arms are measured by “{first}” and by “{arm.cost.measure}”"
            yield turn.iteration.problem(at, message, "name one measure that adds up both")
