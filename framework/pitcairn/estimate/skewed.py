"""Differences of averages between arms of unequal size: a pooled variance, corrected for skew.

With shares outside 40-60 % and skewed values Welch errs on one side: with a tenth of the customers in the arm, alarms
of harm ring up to ten times too often and successes stay hidden, because the small arm's average and its own variance
move together. Under "no difference" both arms are draws from one population, so variance and skew are taken from all
customers together, and the first term of the Cornish-Fisher expansion takes out what the skew does to an average
(Hall, "The Bootstrap and Edgeworth Expansion", 1992, sections 2.5 and 3.10).

A range asks the same of every other difference, and there the arms are not one population. What sells more often also
varies more, so under a supposed difference the arm's variance and third moment are the comparison's, times what its
level has grown by; for shares, times what p (1 - p) has. Moving the arm as it stands would make the ranges of a small
arm that gains too narrow.

The expansion is used as Cornish and Fisher wrote it, for the bound: an average passes the bound q where its z passes
q + g (q² - 1) / 6. Turned round to z - g (z² - 1) / 6 it is the same to first order, but folds back: the largest
differences get a small value, and for spend with σ = 1.5 and 4,000 customers alarms come at a tenth of their level.
On the thin side the bound itself would fold back at q = 3 / g; there its slope is held at one half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from pitcairn.estimate.adjust import is_flat
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import LARGE, NO_SPREAD, check, named, of_ratios, pair, too_few
from pitcairn.estimate.moments import Moments

EVEN = (0.4, 0.6)
"""Shares of the treated arm between which Welch holds."""

RULE_OF_THUMB = 355

GROWTH = (0.25, 4.0)
"""How far a supposed difference may change the arm's variance: beyond that a range says little in any case."""

TURN = 1.5
"""Times 1 / |g|: where the bound's slope on the thin side has fallen to one half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a difference stands against an assumed one: standard errors away, and the skew of its distribution."""

    z: float
    skew: float

    @property
    def straight(self) -> float:
        """The standard normal value just as far out: what to hold against any bound."""
        away = self.z + self.skew / 6
        thick = math.copysign(1.0, away) * self.skew
        return math.copysign(_inverse(abs(away), thick), away)

    @property
    def p(self) -> float:
        """How often, on either side, a difference so far out turns up if the assumed one were true."""
        return float(2 * ndtr(-abs(self.straight)))

    @property
    def published(self) -> float:
        """z - g (z² - 1) / 6, as other software prints it; close to `straight` while |g z| is well below 1."""
        return self.z - self.skew * (self.z**2 - 1) / 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Grows:
    """How the arm's variance follows its level: in proportion, or as that of a share does."""

    level: float
    """The comparison's, before any adjustment."""
    share: bool = False

    def by(self, shift: float, leaning: float) -> float:
        """The arm's variance over the comparison's if the difference were `shift`; `leaning` moves both levels."""
        level = self.level + leaning
        low, high = (self._variance(one) for one in (level, level + shift))
        if low <= 0:
            return 1.0
        return min(max(high / low, GROWTH[0]), GROWTH[1])

    def _variance(self, level: float) -> float:
        return level * (1 - level) if self.share else level


def is_uneven(count_control: int, count_treated: int) -> bool:
    """Whether the arms' sizes lie outside 40-60 %, where the skew of an average no longer cancels."""
    share = count_treated / max(1, count_control + count_treated)
    return not EVEN[0] <= share <= EVEN[1]


def standing(
    control: Moments, treated: Moments, *, shift: float = 0.0, grows: Grows | None = None
) -> Standing | NotAvailable:
    """Where the first value's difference stands against `shift`.

    The treated arm's values less `shift` are pooled with the comparison's: with v and k their second and third
    central moments, s² = v (1/n₁ + 1/n₀), z = (m₁ - m₀ - shift) / s and g = k (1/n₁² - 1/n₀²) / s³. With `grows`
    its variance is r v and its third moment r k, and s² = v (r/n₁ + 1/n₀), g = k (r/n₁² - 1/n₀²) / s³. For ratios and
    adjusted values pass `linearised` and `adjusted` moments. NotAvailable for fewer than two customers in an arm,
    moments without third sums, or no variation.
    """
    if min(control.count, treated.count) < 2:
        return NotAvailable(why=too_few(control.count, treated.count))
    if control.cubes is None or treated.cubes is None:
        return NotAvailable(why="The skew of the values was not collected, and the groups are of unequal size.")
    if is_flat(control) and is_flat(treated):
        return NotAvailable(why=NO_SPREAD)
    return _Pair(control, treated, grows).standing(shift)


def skewed_difference(
    control: Moments, treated: Moments, *, covariates: int = 0, confidence: float = 0.95, share: bool = False
) -> Effect | NotAvailable:
    """The difference of two averages; its range holds all the shifts that the corrected test does not rule out.

    The range is not symmetric: skew, and a variance that grows with the level, stretch one side. The last
    `covariates` values are taken out first. With `share` values are yes or no. ValueError for a confidence outside
    (0, 1) or more covariates than there are values; NotAvailable as `standing`, and where so few customers rule
    nothing out.
    """
    check(confidence)
    method = "Pooled variance, corrected for skew"
    return _difference(control, treated, covariates, confidence, method, share=share)


def skewed_ratio_difference(
    control: Moments, treated: Moments, *, covariates: int = 0, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The same for two ratios of sums, value 0 over value 1, each turned into a value per customer first.

    NotAvailable as `skewed_difference`, and for a denominator that adds up to zero.
    """
    check(confidence)
    lines = of_ratios(control, treated)
    if isinstance(lines, NotAvailable):
        return lines
    method = "Ratio, delta method; pooled variance, corrected for skew"
    return _difference(*lines, covariates, confidence, method)


def skewness(values: Moments) -> float | None:
    """The first value's third standardised moment; None where it does not vary, or third sums are not known."""
    if values.count == 0 or values.cubes is None or is_flat(values):
        return None
    deviation = math.sqrt(float(values.spread[0, 0]) / values.count)
    return float(values.cubes[0, 0, 0]) / values.count / deviation**3


def enough_for(skew: float) -> int:
    """How many customers the smaller arm needs before averages of values this skewed are close to normal.

    355 times the squared skewness (Kohavi, Deng, Longbotham and Xu, "Seven rules of thumb for web site
    experimenters", KDD 2014, rule 7).
    """
    return math.ceil(RULE_OF_THUMB * skew**2)


@dataclass(frozen=True, slots=True)
class _Pair:
    control: Moments
    treated: Moments
    grows: Grows | None

    @property
    def estimate(self) -> float:
        return float(self.treated.mean[0] - self.control.mean[0])

    def growth(self, shift: float) -> float:
        if self.grows is None:
            return 1.0
        # Under the supposed difference both arms tell about the level.
        weight = self.treated.count / (self.treated.count + self.control.count)
        return self.grows.by(shift, weight * (self.estimate - shift))

    def error(self, shift: float) -> float:
        return math.sqrt(self._pooled(shift)[0])

    def standing(self, shift: float) -> Standing:
        squared, third = self._pooled(shift)
        error = math.sqrt(squared)
        return Standing(z=(self.estimate - shift) / error, skew=third / error**3)

    def _pooled(self, shift: float) -> tuple[float, float]:
        """The second and third central moment of the difference, if it were `shift`."""
        apart, grown = self.estimate - shift, self.growth(shift)
        count, other = self.control.count, self.treated.count
        weights = count, other / grown
        # Around the common level each arm sits at its own offset; this is `combined_cubes` for one value.
        offsets = -apart * weights[1] / sum(weights), apart * weights[0] / sum(weights)
        second = third = 0.0
        for arm, off, part in zip((self.control, self.treated), offsets, (1.0, 1 / grown), strict=True):
            spread = float(arm.spread[0, 0])
            cubes = 0.0 if arm.cubes is None else float(arm.cubes[0, 0, 0])
            second += part * (spread + arm.count * off**2)
            third += part * (cubes + 3 * off * spread + arm.count * off**3)
        both = count + other
        return second / both * (1 / count + grown / other), third / both * (grown / other**2 - 1 / count**2)

    def end(self, bound: float) -> float | None:
        """The shift that stands exactly at `bound`; None where no shift does."""
        from scipy.optimize import brentq  # takes 0.2 s to import, and most pilots draw even shares

        estimate, error = self.estimate, self.error(self.estimate)

        def gap(distance: float) -> float:
            return self.standing(estimate - distance * error).straight - bound

        # The estimate itself stands at the skew's sixth or so, which can lie beyond a low bound on its own side.
        near = -math.copysign(4.0, bound)
        far = next((at for at in (-near, -2 * near, -4 * near, -8 * near) if gap(at) * bound > 0), None)
        if far is None or gap(near) * bound > 0:
            return None
        return estimate - error * float(brentq(gap, near, far, xtol=1e-12))


def _difference(
    control: Moments, treated: Moments, covariates: int, confidence: float, method: str, *, share: bool = False
) -> Effect | NotAvailable:
    level = float(control.mean[0])
    # Of values on both sides of zero nothing says that a higher average varies more.
    grows = Grows(level=level, share=share) if level > 0 and treated.mean[0] > 0 else None
    rest = pair(control, treated, covariates)
    if isinstance(rest, NotAvailable):
        return rest
    control, treated = rest.control, rest.treated
    arms = _Pair(control, treated, grows)
    estimate = arms.estimate
    found = standing(control, treated, shift=estimate)
    if isinstance(found, NotAvailable):
        return found
    bound = float(ndtri(0.5 + confidence / 2))
    low, high = arms.end(bound), arms.end(-bound)
    if low is None or high is None:
        return NotAvailable(why=f"{too_few(control.count, treated.count)} Values this skewed need more.")
    return Effect(
        control=level,
        treated=level + estimate,
        estimate=estimate,
        low=low,
        high=high,
        standard_error=arms.error(estimate),
        freedom=LARGE,
        confidence=confidence,
        method=named(method, rest.taken.kept),
        count_control=control.count,
        count_treated=treated.count,
        p=arms.standing(0.0).p,
    )


def _inverse(away: float, skew: float) -> float:
    """The q at which q + skew q² / 6, its slope held at one half, is `away`."""
    if abs(skew) < 1e-12:
        return away
    turn = math.inf if skew > 0 else TURN / -skew
    # Where the slope is held, the bound has come three quarters of the way that q has.
    if away > 0.75 * turn:
        return turn + 2 * (away - 0.75 * turn)
    return 2 * away / (1 + math.sqrt(1 + 2 * skew * away / 3))
