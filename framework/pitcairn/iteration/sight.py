"""What can be seen of one measure with so many customers, and how many customers a given gain would need.

The sizes follow the test that will read the measure: counted outcomes where few events are expected, the pooled one
where arms are of unequal size, ranks for quantiles, else the normal approximation. Everything comes from what is known
of the measure from the program's own history (`known`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pitcairn.design.plan import ArmPlan, MeasurePlan, Plan
from pitcairn.estimate import power, quantile_sizes, rare, unequal
from pitcairn.estimate.assurance import chance_to_pass
from pitcairn.estimate.chances import inflation
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.power import power_each, rate_spread
from pitcairn.estimate.quantile_sizes import Around, QuantileArms
from pitcairn.estimate.skewed import is_uneven
from pitcairn.estimate.unequal import Arms, Values
from pitcairn.iteration.known import Known
from pitcairn.reading.effects import confidence_together
from pitcairn.reading.looks import schedule, spending

POWER = 0.9
ALIKE = (
    "whole households or the like are drawn, and how alike the customers of one are is not known; an earlier reading, "
    "or values from before the start, would tell"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How strictly a gain will be judged, as far as it costs customers."""

    level: float
    """One-sided."""
    inflation: float = 1.0
    """How many times the customers of one single look are needed for the same chance."""

    @classmethod
    def of(cls, plan: Plan, measure: MeasurePlan, spends: float | None, sizes: Sequence[int]) -> Bar:
        """An exploration's, or that of a confirmation that is judged at this one-sided level.

        `sizes` are the customers of the comparison and of every arm: where several arms are confirmed, each is held to
        more, at one look as far as Dunnett's bound asks, over many by an equal part of the level. Guardrails must all
        hold, and are not.
        """
        if spends is None:
            return cls(level=(1 - plan.confidence) / 2)
        looks, alone = schedule(plan), measure.role == "guardrail"
        if len(looks) == 1:
            base, *arms = sizes
            together = 1 - 2 * spends if alone else confidence_together(base, arms, 1 - 2 * spends)
            return cls(level=(1 - together) / 2)
        level = spends if alone else spends / len(plan.treatments)
        found = inflation([time for _, time in looks], level, power_of(plan, measure), spending(plan))
        return cls(level=level, inflation=1.0 if isinstance(found, NotAvailable) else found)

    @classmethod
    def alone(cls, plan: Plan, arm: ArmPlan, spends: float | None, half: int) -> Bar:
        """Of the deciding measure, if this arm were tried by itself, with so many customers on either side."""
        arms = tuple(replace(one, share=0.5) for one in (plan.comparison, arm))
        return cls.of(replace(plan, arms=arms), plan.deciding, spends, [half, half])

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
    """The smallest true gain that is seen 9 times in 10; for a guardrail the smallest margin that is shown to be kept
    as often where nothing gets worse.
    """
    if known is None:
        return NotAvailable(why=_unknown(measure))
    if known.design is None:
        return NotAvailable(why=ALIKE)
    sized = _Sized(measure, known, bar, pair)
    often = power_of(plan, measure)
    return sized.margin(often) if measure.role == "guardrail" else sized.gain(often)


def needed(plan: Plan, arm: ArmPlan, known: Known | None, bar: Bar) -> int | NotAvailable:
    """Customers drawn in all that would tell a gain equal to the worth-it line from none, 9 times in 10."""
    deciding = plan.deciding
    if known is None or deciding.worth_it is None:
        return NotAvailable(why=_unknown(deciding))
    if known.design is None:
        return NotAvailable(why=ALIKE)
    # Shares are asked for as sizes, so that the sizing knows the test that arms so unequal are read by.
    shares = Pair(control=round(plan.comparison.share * 1e6), treated=round(arm.share * 1e6))
    return _Sized(deciding, known, bar, shares).total(plan, arm, power_of(plan, deciding))


def standard_error(measure: MeasurePlan, known: Known, bar: Bar, pair: Pair, gain: float = 0.0) -> float | None:
    """Of the difference, when the true gain is this large; None where an arm has nobody or nothing varies.

    What looking often costs is in it, as if there were so many fewer customers.
    """
    if known.design is None or min(pair.control, pair.treated) < 2:
        return None
    return _Sized(measure, known, bar, pair).error(gain)


def chance(plan: Plan, known: Known, bar: Bar, pair: Pair, gain: float) -> float | None:
    """How likely a true gain of this size in the deciding measure is told from none."""
    if known.design is None or min(pair.control, pair.treated) < 2:
        return None
    return _Sized(plan.deciding, known, bar, pair).chance(gain)


@dataclass(frozen=True, slots=True)
class _Sized:
    """One measure in one comparison: which test reads it, and what that test sees."""

    measure: MeasurePlan
    known: Known
    bar: Bar
    pair: Pair

    @property
    def up(self) -> bool:
        return self.measure.better == "up"

    @property
    def worth(self) -> float:
        """What one drawn customer is worth beside one who answers, is drawn alone, is compared as they are, and is
        looked at once.
        """
        divided = self.known.left * (self.known.design or 1.0) * self.bar.inflation
        return self.known.answered / divided if divided > 0 else self.known.answered

    @property
    def is_rare(self) -> bool:
        """Whether outcomes will be counted; by households nothing is."""
        if not self.measure.is_rate or self.known.design != 1.0 or not 0 < self.known.mean < 1:
            return False
        return rare.is_rare(self.known.mean, *self.pair.times(self.known.answered / self.bar.inflation))

    @property
    def is_uneven(self) -> bool:
        """Whether the pooled test reads it; quantiles and households have one of their own."""
        return (
            is_uneven(self.pair.control, self.pair.treated)
            and self.measure.kind != "quantile"
            and self.known.design == 1.0
        )

    @property
    def grows(self) -> bool:
        """Whether the spread grows with the level: who buys more often also varies more."""
        return self.measure.is_rate or (self.measure.kind in ("sum", "count") and self.known.mean > 0)

    @property
    def values(self) -> Values:
        return Values(
            variance=rate_spread(self.known.mean) ** 2 if self.measure.is_rate else self.known.sd**2,
            level=self.known.mean if self.grows else None,
            share=self.measure.is_rate,
            skew=self.known.skew,
        )

    @property
    def sizes(self) -> tuple[float, float]:
        return self.pair.times(self.worth)

    @property
    def arms(self) -> Arms:
        control, treated = self.sizes
        return Arms(control=control, treated=treated, level=self.bar.level)

    @property
    def few(self) -> rare.RareArms:
        # Few events are compared as they are, whatever was known before.
        control, treated = self.pair.times(self.known.answered / self.bar.inflation)
        return rare.RareArms(control=round(control), treated=round(treated), level=self.bar.level)

    @property
    def ranks(self) -> QuantileArms:
        control, treated = self.sizes
        return QuantileArms(control=round(control), treated=round(treated), level=self.bar.level)

    @property
    def around(self) -> Around | None:
        """Of a quantile, which ranks are read for."""
        if self.measure.kind != "quantile":
            return None
        return Around(at=self.measure.at or 0.5, sd=self.known.sd, bend=self.known.bend)

    def gain(self, often: float) -> float | NotAvailable:
        if self.around is not None:
            return self.ranks.visible_gain(self.around, power=often, up=self.up)
        if self.is_rare:
            return self.few.visible_gain(self.known.mean, power=often, up=self.up)
        if self.is_uneven:
            return self.arms.visible_gain(self.values, power=often, up=self.up)
        control, treated = self.sizes
        judged = {"confidence": self.bar.confidence, "power": often, "count_control": control, "count_treated": treated}
        if self.measure.is_rate:
            return power.visible_rate_gain(rate=self.known.mean, better_up=self.up, **judged)
        level = self.known.mean if self.grows else None
        return power.visible_gain(sd_control=self.known.sd, level=level, better_up=self.up, **judged)

    def margin(self, often: float) -> float | NotAvailable:
        if self.around is not None:
            return self.ranks.visible_gain(self.around, power=often, up=self.up)
        if self.is_rare:
            return self.few.visible_margin(self.known.mean, power=often, up=self.up)
        if self.is_uneven:
            return self.arms.visible_margin(self.values, power=often, up=self.up)
        control, treated = self.sizes
        return power.visible_gain(
            sd_control=math.sqrt(self.values.variance),
            count_control=control,
            count_treated=treated,
            confidence=self.bar.confidence,
            power=often,
        )

    def total(self, plan: Plan, arm: ArmPlan, often: float) -> int | NotAvailable:
        gain, shares = self.measure.worth_it or 0.0, (plan.comparison.share, arm.share)
        if self.around is not None:
            parts, level = (shares[0] * self.worth, shares[1] * self.worth), self.bar.level
            return quantile_sizes.customers_needed(
                self.around, parts=parts, gain=gain, level=level, power=often, up=self.up
            )
        if self.is_uneven:
            found = unequal.customers_needed(
                self.values, shares=shares, gain=gain, level=self.bar.level, power=often, up=self.up
            )
            found = found if isinstance(found, NotAvailable) else math.ceil(found / self.worth)
        else:
            found = self._classic(gain, shares, often)
        if isinstance(found, NotAvailable):
            return found
        sizes = Pair(control=round(found * shares[0]), treated=round(found * shares[1]))
        if not replace(self, pair=sizes).is_rare:
            return found
        part = self.known.answered / self.bar.inflation
        counted = rare.customers_needed(
            rate=self.known.mean,
            shares=shares,
            gain=gain,
            level=self.bar.level,
            power=often,
            up=self.up,
            about=max(2, round(found * part)),
        )
        return found if isinstance(counted, NotAvailable) else math.ceil(counted / part)

    def _classic(self, gain: float, shares: tuple[float, float], often: float) -> int | NotAvailable:
        judged = {
            "confidence": self.bar.confidence,
            "power": often,
            "inflation": 1 / self.worth,
            "share_control": shares[0],
            "share_treated": shares[1],
        }
        change = gain if self.up else -gain
        if self.measure.is_rate:
            return power.customers_needed_for_rate(rate=self.known.mean, gain=change, **judged)
        then = math.sqrt(self.values.variance_at(change))
        return power.customers_needed(sd_control=self.known.sd, sd_treated=then, gain=gain, **judged)

    def error(self, gain: float) -> float | None:
        control, treated = self.sizes
        change = gain if self.up else -gain
        if self.measure.is_rate and not 0 <= self.known.mean + change <= 1:
            return None
        found = math.sqrt(self.values.variance / control + self.values.variance_at(change) / treated)
        return found if found > 0 else None

    def chance(self, gain: float) -> float | None:
        if self.error(gain) is None:
            return None
        if self.around is not None:
            return self.ranks.chance(self.around, gain, up=self.up)
        if self.is_rare:
            return self.few.chance(self.known.mean, gain, up=self.up)
        if self.is_uneven:
            return self.arms.chance(self.values, gain, up=self.up)
        return chance_to_pass(gain=gain, standard_error=self.error(gain) or 0.0, level=self.bar.level)


def _unknown(measure: MeasurePlan) -> str:
    if measure.change:
        return (
            "how much answers change is not known; an exploration will tell, and so would two surveys that are over: "
            "declare `past`, with `column` and `before`, in program.yaml"
        )
    if measure.kind in ("quantile", "ratio"):
        return (
            "nothing is known of its usual level; an exploration will tell, and so would an earlier period: declare "
            "`past` in program.yaml, or give events from before the start"
        )
    keys = "`before` or `usual`" if measure.is_rate else "`before`"
    return f"nothing is known of its usual level; declare {keys} in program.yaml"
