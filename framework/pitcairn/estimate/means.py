"""Differences of averages per customer, and of ratios of sums, from moments."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from pitcairn.estimate.adjust import Adjustment, adjusted, adjustment, is_flat, linearised
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.moments import Moments

LARGE = 1e9
"""Stands for "as many degrees of freedom as you like"."""

KNOWN = 1e-12
"""Covariates that leave a smaller share than this of the spread explain everything but rounding."""

ADJUSTED = "adjusted for"
"""Stands in the method's name where something was taken out."""

NO_LOWER_HALF = "The lower half of the ratio adds up to zero in one of the groups."
NO_SPREAD = "Every customer in both groups has the same value, so there is no range."


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """How far an estimate may be off."""

    standard: float
    freedom: float


def difference(
    control: Moments, treated: Moments, *, covariates: int = 0, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The difference of two averages with Welch's range; with `covariates`, adjusted for so many last values.

    Both arms' moments hold the value first. Every covariate that varies, and says something beside those before it,
    costs one degree of freedom; the others are left out, and the method names what was used. With arms of one size
    this is the analysis of covariance to the digit. Degrees of freedom: Welch, "The generalization of Student's
    problem", Biometrika 1947.

    ValueError for a confidence outside (0, 1) or more covariates than there are values. NotAvailable for fewer than
    two customers in an arm (or too few for the covariates), or where every customer of both arms has the same value.
    """
    check(confidence)
    return _difference(control, treated, covariates, confidence, "Welch")


def ratio_difference(
    control: Moments, treated: Moments, *, covariates: int = 0, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The difference of two ratios of sums, value 0 over value 1, by the delta method; `covariates` as above.

    NotAvailable as for `difference`, and for a denominator that adds up to zero.
    """
    check(confidence)
    lines = of_ratios(control, treated)
    if isinstance(lines, NotAvailable):
        return lines
    return _difference(*lines, covariates, confidence, "Ratio, delta method")


def two_sided_p(effect: Effect) -> float:
    """How often a difference at least this far from zero would turn up if there were none, by the range's own rule."""
    if effect.p is not None:
        return effect.p
    if effect.standard_error == 0:
        raise ValueError("There is no p-value without variation.")
    return float(2 * stdtr(effect.freedom, -abs(effect.estimate) / effect.standard_error))


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two arms that can be compared, with what was known before the start taken out of their first values."""

    control: Moments
    treated: Moments
    taken: Adjustment


def pair(control: Moments, treated: Moments, covariates: int = 0) -> Pair | NotAvailable:
    """The two arms less what their last `covariates` values explain; NotAvailable where they cannot be compared."""
    counts = control.count, treated.count
    if min(counts) < 2:
        return NotAvailable(why=too_few(*counts))
    if is_flat(control) and is_flat(treated):
        return NotAvailable(why=NO_SPREAD)
    taken = adjustment(control, treated, covariates)
    if sum(counts) - 2 - taken.kept < 1:
        return NotAvailable(why=too_few(*counts))
    found = Pair(adjusted(control, taken.slopes), adjusted(treated, taken.slopes), taken)
    left = sum(float(arm.spread[0, 0]) for arm in (found.control, found.treated))
    if left <= KNOWN * float(control.spread[0, 0] + treated.spread[0, 0]):
        return NotAvailable(why="The values before the start explain the measure wholly, so there is no range.")
    return found


def obstacle(control: Moments, treated: Moments, covariates: int = 0) -> str | None:
    """Why two arms' first values cannot be compared; None where they can."""
    found = pair(control, treated, covariates)
    return found.why if isinstance(found, NotAvailable) else None


def error_of(control: Moments, treated: Moments, *, kept: int = 0, leverage: float = 1.0) -> Error:
    """Welch's standard error of the sum or difference of two arms' first averages, `kept` slopes estimated for both.

    Only for arms without an `obstacle`.
    """
    counts = control.count, treated.count
    frees = [(count - 1) * (1 - kept / (sum(counts) - 2)) for count in counts]
    parts = [float(arm.spread[0, 0]) / free / arm.count for arm, free in zip((control, treated), frees, strict=True)]
    freedom = sum(parts) ** 2 / sum(part**2 / free for part, free in zip(parts, frees, strict=True))
    return Error(standard=math.sqrt(sum(parts) * leverage), freedom=min(freedom, LARGE))


def of_ratios(control: Moments, treated: Moments) -> tuple[Moments, Moments] | NotAvailable:
    """Both arms of a ratio of sums, each as one value per customer; why not, where that cannot be."""
    if min(control.count, treated.count) < 2:
        return NotAvailable(why=too_few(control.count, treated.count))
    lines = linearised(control), linearised(treated)
    if lines[0] is None or lines[1] is None:
        return NotAvailable(why=NO_LOWER_HALF)
    return lines[0], lines[1]


def too_few(control: int, treated: int) -> str:
    """The sentence for arms too small to compare."""
    return f"Too few customers to compare: {treated:,} against {control:,}."


def check(confidence: float) -> None:
    """ValueError for a confidence outside (0, 1)."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence == {confidence}, must be between 0 and 1.")


def named(method: str, kept: int) -> str:
    """The method with what was taken out."""
    if not kept:
        return method
    what = "the value before the start" if kept == 1 else f"{kept} values before the start"
    return f"{method}, {ADJUSTED} {what}"


def _difference(
    control: Moments, treated: Moments, covariates: int, confidence: float, method: str
) -> Effect | NotAvailable:
    found = pair(control, treated, covariates)
    if isinstance(found, NotAvailable):
        return found
    error = error_of(found.control, found.treated, kept=found.taken.kept, leverage=found.taken.leverage)
    level = float(control.mean[0])
    estimate = float(found.treated.mean[0] - found.control.mean[0])
    reach = float(stdtrit(error.freedom, 0.5 + confidence / 2)) * error.standard
    return Effect(
        control=level,
        # The level shown for the arm is the one the estimate implies, so that the two always add up on a page.
        treated=level + estimate,
        estimate=estimate,
        low=estimate - reach,
        high=estimate + reach,
        standard_error=error.standard,
        freedom=error.freedom,
        confidence=confidence,
        method=named(method, found.taken.kept),
        count_control=control.count,
        count_treated=treated.count,
    )
