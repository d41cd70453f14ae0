"""Differences of shares where counts are small, from the counts themselves."""

from __future__ import annotations

import math

from scipy.special import ndtri

from pitcairn.estimate.effect import Effect, NotAvailable

NEWCOMBE = "Newcombe's score range, for small counts"

SMALL = 10
"""Below this many customers with, or without, in either arm, averages are not yet normal enough for Welch."""


def is_small(events: int, count: int) -> bool:
    """Whether an arm's share rests on fewer than `SMALL` customers on either side."""
    return min(events, count - events) < SMALL


def share_difference(
    events_control: int, count_control: int, events_treated: int, count_treated: int, *, confidence: float = 0.95
) -> Effect | NotAvailable:
    """The difference of two shares with Newcombe's hybrid score range, which holds up down to zero events.

    Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", Statistics in Medicine 1998, method 10: two Wilson ranges, squared and added. NotAvailable for an empty
    arm; ValueError for more events than customers.
    """
    if not (0 <= events_control <= count_control and 0 <= events_treated <= count_treated):
        raise ValueError(f"{events_control} of {count_control} and {events_treated} of {count_treated} are not shares.")
    if min(count_control, count_treated) < 1:
        return NotAvailable(why=f"Too few customers to compare: {count_treated:,} against {count_control:,}.")
    control, treated = events_control / count_control, events_treated / count_treated
    control_low, control_high = _wilson(events_control, count_control, confidence)
    treated_low, treated_high = _wilson(events_treated, count_treated, confidence)
    estimate = treated - control
    variance = control * (1 - control) / count_control + treated * (1 - treated) / count_treated
    return Effect(
        control=control,
        treated=treated,
        estimate=estimate,
        low=estimate - math.hypot(treated - treated_low, control_high - control),
        high=estimate + math.hypot(treated_high - treated, control - control_low),
        standard_error=math.sqrt(variance),
        freedom=1e9,
        confidence=confidence,
        method=NEWCOMBE,
        count_control=count_control,
        count_treated=count_treated,
    )


def _wilson(events: int, count: int, confidence: float) -> tuple[float, float]:
    z = float(ndtri(0.5 + confidence / 2))
    share = events / count
    centre = share + z**2 / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    return (centre - reach) / scale, (centre + reach) / scale
