"""Differences of averages per customer, from moments."""

from __future__ import annotations

import math

from scipy.special import stdtr, stdtrit

from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.moments import Moments

LARGE = 1e9
"""Stands for "as many degrees of freedom as you like"."""


def difference(
    control: Moments, treated: Moments, *, covariate: bool = False, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The difference of two averages with Welch's range; with `covariate`, adjusted for the last value of the moments.

    Both arms' moments hold the value first. The adjustment subtracts θ times the covariate's difference, θ from both
    arms pooled, so its expectation is the same difference and its variance the smaller one (Deng, Xu, Kohavi and
    Walker, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment data", WSDM 2013,
    section 3.2). Degrees of freedom: Welch, "The generalization of Student's problem", Biometrika 1947.

    ValueError for a confidence outside (0, 1). NotAvailable for fewer than two customers in an arm, or where every
    customer of both arms has the same value.
    """
    _check(confidence)
    if min(control.count, treated.count) < 2:
        return NotAvailable(why=_too_few(control.count, treated.count))
    slope = _slope(control, treated) if covariate else 0.0
    variances = [_variance(arm, slope) for arm in (control, treated)]
    shift = slope * float(treated.mean[-1] - control.mean[-1]) if covariate else 0.0
    method = "Welch, adjusted for the value before the start" if slope else "Welch"
    return _welch(control, treated, variances, shift, confidence, method)


def ratio_difference(control: Moments, treated: Moments, *, confidence: float = 0.95) -> Effect | NotAvailable:
    """The difference of two ratios of sums: value 0 over value 1, by the delta method.

    A ratio r = Σa / Σb is treated as the average of (a - r·b) / mean(b) (Deng, Knoblich and Lu, "Applying the delta
    method in metric analytics", KDD 2018, section 3). NotAvailable for fewer than two customers in an arm, a
    denominator that adds up to zero, or no variation at all.
    """
    _check(confidence)
    if min(control.count, treated.count) < 2:
        return NotAvailable(why=_too_few(control.count, treated.count))
    if control.mean[1] == 0 or treated.mean[1] == 0:
        return NotAvailable(why="The lower half of the ratio adds up to zero in one of the groups.")
    ratios = [float(arm.mean[0] / arm.mean[1]) for arm in (control, treated)]
    variances = []
    for arm, ratio in zip((control, treated), ratios, strict=True):
        spread = arm.covariance
        raw = spread[0, 0] - 2 * ratio * spread[0, 1] + ratio**2 * spread[1, 1]
        variances.append(max(0.0, float(raw)) / float(arm.mean[1]) ** 2)
    return _range(
        ratios[0], ratios[1], ratios[1] - ratios[0], variances, (control, treated), confidence, "Ratio, delta method"
    )


def two_sided_p(effect: Effect) -> float:
    """How often a difference at least this far from zero would turn up if there were none (Student's t)."""
    if effect.standard_error == 0:
        raise ValueError("There is no p-value without variation.")
    return float(2 * stdtr(effect.freedom, -abs(effect.estimate) / effect.standard_error))


def _welch(
    control: Moments, treated: Moments, variances: list[float], shift: float, confidence: float, method: str
) -> Effect | NotAvailable:
    levels = float(control.mean[0]), float(treated.mean[0])
    estimate = levels[1] - levels[0] - shift
    # The level shown for the arm is the one the estimate implies, so that the two always add up on a page.
    return _range(levels[0], levels[0] + estimate, estimate, variances, (control, treated), confidence, method)


def _range(
    control: float,
    treated: float,
    estimate: float,
    variances: list[float],
    arms: tuple[Moments, Moments],
    confidence: float,
    method: str,
) -> Effect | NotAvailable:
    counts = [arm.count for arm in arms]
    parts = [variance / count for variance, count in zip(variances, counts, strict=True)]
    total = sum(parts)
    if total <= 0:
        return NotAvailable(why="Every customer in both groups has the same value, so there is no range.")
    freedom = total**2 / sum(part**2 / (count - 1) for part, count in zip(parts, counts, strict=True))
    error = math.sqrt(total)
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    return Effect(
        control=control,
        treated=treated,
        estimate=estimate,
        low=estimate - reach,
        high=estimate + reach,
        standard_error=error,
        freedom=min(freedom, LARGE),
        confidence=confidence,
        method=method,
        count_control=counts[0],
        count_treated=counts[1],
    )


def _slope(control: Moments, treated: Moments) -> float:
    spread = control.spread + treated.spread
    return float(spread[0, -1] / spread[-1, -1]) if spread[-1, -1] > 0 else 0.0


def _variance(arm: Moments, slope: float) -> float:
    spread = arm.covariance
    adjusted = spread[0, 0] - 2 * slope * spread[0, -1] + slope**2 * spread[-1, -1] if slope else spread[0, 0]
    return max(0.0, float(adjusted))


def _too_few(control: int, treated: int) -> str:
    return f"Too few customers to compare: {treated:,} against {control:,}."


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence == {confidence}, must be between 0 and 1.")
