"""How much can be seen with so many customers, and how many are needed to see so much. Numbers only.

“Seen” means: the two-sided range at `confidence` lies above no change in `power` of all repetitions, when the true
gain is this large. A worth-it line is “settled” when a gain equal to the line is told apart from no change that
often; it does not mean that the range clears the line itself. The chance that a range lies wholly on the wrong side
is left out: at 95% and 90% power it is below one in a million.

The classic normal approximation (Cohen, “Statistical Power Analysis for the Behavioral Sciences”, 1988, ch. 2;
for shares Fleiss, Levin and Paik, “Statistical Methods for Rates and Proportions”, 2003, ch. 4, with each arm's own
variance). Shares are worked out at the level the treated arm would then have, so a gain is not judged with the
smaller spread of the level before it.
"""

from __future__ import annotations

import math

from scipy.special import ndtri

from pitcairn.estimate.effect import NotAvailable


def visible_gain(
    *,
    sd_control: float,
    count_control: float,
    count_treated: float,
    sd_treated: float | None = None,
    level: float | None = None,
    better_up: bool = True,
    confidence: float = 0.95,
    power: float = 0.9,
) -> float | NotAvailable:
    """The smallest true difference, per customer, that is seen with probability `power`: a rise, or a drop.

    `sd_treated` is the comparison's where it is not given. With the comparison's `level` the treated arm's variance
    grows, or falls, in proportion to its own: who sells more often also varies more. Positive either way. NotAvailable
    for an arm of fewer than two customers, without spread, and where a drop to nothing would not be seen. ValueError
    for a confidence or power outside 0..1.
    """
    if min(count_control, count_treated) < 2:
        return NotAvailable(why="an arm would have fewer than 2 customers")
    treated = sd_control if sd_treated is None else sd_treated
    variance = sd_control**2 / count_control + treated**2 / count_treated
    if not 0 < variance < math.inf:
        return NotAvailable(why="customers did not differ at all before, so the spread is not known")
    reach = _reach(confidence, power)
    if level is None or level <= 0:
        return reach * math.sqrt(variance)
    # g² = z² (v/n₀ + v (1 ± g/level)/n₁), a quadratic in g.
    half = (1 if better_up else -1) * (reach * treated) ** 2 / count_treated / level / 2
    found = half + math.sqrt(half**2 + reach**2 * variance)
    if not better_up and found > level:
        return NotAvailable(why="there are too few customers to see even the largest possible change")
    return found


def visible_rate_gain(
    *,
    rate: float,
    count_control: float,
    count_treated: float,
    better_up: bool = True,
    confidence: float = 0.95,
    power: float = 0.9,
) -> float | NotAvailable:
    """The smallest true change of a share of customers that is seen: a rise, or a drop where lower is better.

    Positive either way. The treated arm's variance is the one at the changed rate, which makes the condition
    (q − p)² = z² (p(1 − p)/n₀ + q(1 − q)/n₁) a quadratic in the changed rate q; its roots lie on either side of p.
    NotAvailable where even a change to everybody, or to nobody, would not be seen.
    """
    if min(count_control, count_treated) < 2:
        return NotAvailable(why="an arm would have fewer than 2 customers")
    if not 0 < rate < 1:
        return NotAvailable(why="the usual level is nobody or everybody, so the spread is not known")
    reach = _reach(confidence, power) ** 2
    lead = 1 + reach / count_treated
    half = rate + reach / count_treated / 2
    last = rate**2 - reach * rate * (1 - rate) / count_control
    root = math.sqrt(half**2 - lead * last)
    changed = (half + root) / lead if better_up else last / (half + root)
    if not 0 <= changed <= 1:
        return NotAvailable(why="there are too few customers to see even the largest possible change")
    return abs(changed - rate)


def customers_needed(
    *,
    sd_control: float,
    share_control: float,
    share_treated: float,
    gain: float,
    sd_treated: float | None = None,
    confidence: float = 0.95,
    power: float = 0.9,
    inflation: float = 1.0,
) -> int | NotAvailable:
    """How many customers must be drawn in all, every arm included, to see `gain` between two of the arms.

    Shares are of all drawn customers: thirds for three arms of one size. `inflation` is the factor that looking
    before the end costs. NotAvailable where there is no spread; ValueError for a gain of zero or shares outside 0..1.
    """
    treated = sd_control if sd_treated is None else sd_treated
    if not 0 < max(sd_control, treated) < math.inf:
        return NotAvailable(why="customers did not differ at all before, so the spread is not known")
    if gain == 0 or not (0 < share_control < 1 and 0 < share_treated < 1):
        raise ValueError(f"A gain of {gain} at shares {share_control} and {share_treated} cannot be sized.")
    variance = sd_control**2 / share_control + treated**2 / share_treated
    return math.ceil(inflation * (_reach(confidence, power) / gain) ** 2 * variance)


def customers_needed_for_rate(
    *,
    rate: float,
    share_control: float,
    share_treated: float,
    gain: float,
    confidence: float = 0.95,
    power: float = 0.9,
    inflation: float = 1.0,
) -> int | NotAvailable:
    """`customers_needed` for a share of customers that goes from `rate` to `rate + gain`; a drop is a negative gain.

    NotAvailable where the level before or after it is not a share, or nobody, or everybody.
    """
    changed = rate + gain
    if not (0 < rate < 1 and 0 <= changed <= 1):
        return NotAvailable(why="the level before or after such a change is not between nobody and everybody")
    return customers_needed(
        sd_control=rate_spread(rate),
        sd_treated=rate_spread(changed),
        share_control=share_control,
        share_treated=share_treated,
        gain=gain,
        confidence=confidence,
        power=power,
        inflation=inflation,
    )


def rate_spread(rate: float) -> float:
    """The standard deviation of one customer's yes or no at this rate. ValueError outside 0..1."""
    return math.sqrt(rate * (1 - rate))


def power_each(power: float, guardrails: int) -> float:
    """The power each measure needs so that the deciding one and all guardrails come through together.

    What may be missed is split evenly (Schultzberg, Ankargren and Frånberg, “Risk-aware product decisions in A/B
    tests with multiple metrics”, 2024).

    >>> round(power_each(0.9, 3), 3)
    0.975
    """
    return 1 - (1 - power) / (guardrails + 1)


def _reach(confidence: float, power: float) -> float:
    """How many standard errors away a gain must be."""
    if not (0 < confidence < 1 and 0 < power < 1):
        raise ValueError(f"A confidence of {confidence} and a power of {power} must both lie between 0 and 1.")
    return float(ndtri((1 + confidence) / 2) + ndtri(power))
