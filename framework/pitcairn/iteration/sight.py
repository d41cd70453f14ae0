"""What can be seen of one measure with so many customers, and how many customers a given gain would need."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pitcairn.design.plan import ArmPlan, MeasurePlan, Plan
from pitcairn.estimate.assurance import chance_to_pass
from pitcairn.estimate.chances import inflation
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.power import (
    customers_needed,
    customers_needed_for_rate,
    power_each,
    rate_spread,
    visible_gain,
    visible_rate_gain,
)
from pitcairn.estimate.spending import o_brien_fleming
from pitcairn.iteration.known import Known
from pitcairn.reading.looks import schedule

POWER = 0.9
ALIKE = "whole households or the like were drawn, and how alike the customers of one are is not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How strictly a gain will be judged, as far as it costs customers."""

    level: float
    """One-sided."""
    inflation: float = 1.0
    """How many times the customers of one single look are needed for the same chance."""

    @classmethod
    def of(cls, plan: Plan, spends: float | None) -> Bar:
        """An exploration's, or that of a confirmation that is judged at this one-sided level."""
        if spends is None:
            return cls(level=(1 - plan.confidence) / 2)
        times = [time for _, time in schedule(plan)]
        found = inflation(times, spends, power_of(plan, plan.deciding), o_brien_fleming)
        return cls(level=spends, inflation=1.0 if isinstance(found, NotAvailable) else found)

    @property
    def confidence(self) -> float:
        return 1 - 2 * self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The comparison and the arm that sees least, with the customers each is expected to have."""

    control: int
    treated: int

    def times(self, factor: float) -> tuple[float, float]:
        return self.control * factor, self.treated * factor


def power_of(plan: Plan, measure: MeasurePlan) -> float:
    """What may be missed is shared between the deciding measure and the guardrails, which must all come through."""
    return power_each(POWER, len(plan.guardrails)) if measure.role in ("deciding", "guardrail") else POWER


def visible(plan: Plan, measure: MeasurePlan, known: Known | None, bar: Bar, pair: Pair) -> float | NotAvailable:
    """The smallest true gain, or for a guardrail worsening, that is seen 9 times in 10."""
    if plan.cluster:
        return NotAvailable(why=ALIKE)
    if known is None:
        return NotAvailable(why=_unknown(measure))
    control, treated = pair.times(_worth(known, bar))
    power = power_of(plan, measure)
    if measure.is_rate:
        return visible_rate_gain(
            rate=known.mean,
            count_control=control,
            count_treated=treated,
            # For a guardrail the change to see is the worsening.
            better_up=(measure.better == "up") != (measure.role == "guardrail"),
            confidence=bar.confidence,
            power=power,
        )
    return visible_gain(
        sd_control=known.sd, count_control=control, count_treated=treated, confidence=bar.confidence, power=power
    )


def needed(plan: Plan, arm: ArmPlan, known: Known | None, bar: Bar) -> int | NotAvailable:
    """Customers drawn in all that would tell a gain equal to the worth-it line from none, 9 times in 10."""
    deciding = plan.deciding
    if plan.cluster:
        return NotAvailable(why=ALIKE)
    if known is None or deciding.worth_it is None:
        return NotAvailable(why="nothing is known of the deciding measure's usual level")
    shares = {"share_control": plan.comparison.share, "share_treated": arm.share}
    # Factors that shrink every arm alike come in where looking often does.
    often = {"inflation": 1 / _worth(known, bar), "power": power_of(plan, deciding), "confidence": bar.confidence}
    if deciding.is_rate:
        gain = deciding.worth_it if deciding.better == "up" else -deciding.worth_it
        return customers_needed_for_rate(rate=known.mean, gain=gain, **shares, **often)
    return customers_needed(sd_control=known.sd, gain=deciding.worth_it, **shares, **often)


def standard_error(measure: MeasurePlan, known: Known, bar: Bar, pair: Pair, gain: float = 0.0) -> float | None:
    """Of the difference, when the true gain is this large; None where an arm has nobody or nothing varies.

    What looking often costs is in it, as if there were so many fewer customers.
    """
    control, treated = pair.times(_worth(known, bar))
    changed = known.mean + (gain if measure.better == "up" else -gain)
    if min(control, treated) < 2 or (measure.is_rate and not 0 <= changed <= 1):
        return None
    spread = rate_spread(changed) if measure.is_rate else known.sd
    found = math.sqrt(known.sd**2 / control + spread**2 / treated)
    return found if found > 0 else None


def chance(plan: Plan, known: Known, bar: Bar, pair: Pair, gain: float) -> float | None:
    """How likely a true gain of this size in the deciding measure is told from none."""
    error = None if plan.cluster else standard_error(plan.deciding, known, bar, pair, gain)
    return None if error is None else chance_to_pass(gain=gain, standard_error=error, level=bar.level)


def _unknown(measure: MeasurePlan) -> str:
    if measure.kind == "quantile":
        return "how much a quantile varies does not follow from values before the start"
    if measure.change:
        return "how much a change varies does not follow from values before the start; an exploration will tell"
    keys = "`before` or `usual`" if measure.is_rate else "`before`"
    return f"nothing is known of its usual level; declare {keys} in program.yaml"


def _worth(known: Known, bar: Bar) -> float:
    """What one drawn customer is worth beside one who answers, is compared as they are, and is looked at once."""
    return known.answered / (known.left * bar.inflation) if known.left > 0 else known.answered / bar.inflation
