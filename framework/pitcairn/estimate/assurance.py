"""How likely a test is to pass, before it is run: at a gain that is supposed, and given what an exploration saw.

A test passes when its z is above the level's and its estimate is at least `least`. Normal approximation throughout;
given an exploration, the average over what the gain may be (O'Hagan, Stevens and Campbell, “Assurance in clinical
trial design”, 2005, section 2).
"""

from __future__ import annotations

import math

from scipy.special import ndtr, ndtri


def chance_to_pass(*, gain: float, standard_error: float, level: float, least: float = 0.0) -> float:
    """The chance that a test with this standard error passes, one-sided at `level`, if the true gain is `gain`.

    ValueError for a standard error that is not above zero or a level outside 0..1/2.

    >>> round(chance_to_pass(gain=3.24, standard_error=1.0, level=0.025), 2)
    0.9
    """
    return float(ndtr((gain - _bar(standard_error, level, least)) / standard_error))


def assurance(
    *, seen: float, seen_error: float, prior_sd: float, standard_error: float, level: float, least: float = 0.0
) -> float:
    """The chance to pass given that an exploration saw a gain of `seen` with the standard error `seen_error`.

    Gains of models are taken to lie around zero with the standard deviation `prior_sd` before anything is seen, which
    draws an exploration's lucky gain towards zero. All in the same unit. ValueError as `chance_to_pass`, and for
    spreads that are not above zero.
    """
    if not (seen_error > 0 and prior_sd > 0):
        raise ValueError(f"seen_error == {seen_error} and prior_sd == {prior_sd} must both be above 0.")
    kept = prior_sd**2 / (prior_sd**2 + seen_error**2)
    spread = math.sqrt(kept * seen_error**2 + standard_error**2)
    return float(ndtr((kept * seen - _bar(standard_error, level, least)) / spread))


def _bar(standard_error: float, level: float, least: float) -> float:
    """The estimate from which on a test passes."""
    if not (standard_error > 0 and 0 < level < 0.5):
        raise ValueError(f"standard_error == {standard_error} must be above 0, level == {level} between 0 and 1/2.")
    return max(-float(ndtri(level)) * standard_error, least)
