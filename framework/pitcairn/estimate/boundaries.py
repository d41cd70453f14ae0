"""How far a test must be ahead at each look, so that all looks together err as often as the level says.

One-sided: crossing means that the effect is above zero; for harm the caller turns the sign. The bounds are exact for
any looks that were chosen without seeing the results, and those at the looks so far need nothing from later ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pitcairn.estimate.moments import Floats
from pitcairn.estimate.spending import Spending
from pitcairn.estimate.walk import LEAST, Walk, stages


@dataclass(frozen=True, slots=True, kw_only=True)
class Futility:
    """When going on is hopeless: z below `z` at `since` of the time or later. It never binds, so it buys nothing."""

    z: float = 0.0
    since: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """What each look needs. All tuples have one entry a look."""

    times: tuple[float, ...]
    """Parts of the time, from 0 to 1; the look at 1 is the last."""
    information: tuple[float, ...]
    """1 / standard error², never falling."""
    level: float
    """One-sided."""
    critical: tuple[float, ...]
    """The z at which it is crossed; infinite where nothing may be spent."""
    spent: tuple[float, ...]
    """The part of the level used up to and including this look."""
    futile: tuple[float, ...]
    """The z below which going on is hopeless; minus infinity where there is no such rule."""


def boundary(
    times: Sequence[float],
    information: Sequence[float],
    level: float,
    spending: Spending,
    *,
    futility: Futility | None = None,
) -> Boundary:
    """The critical z of the looks taken so far, or planned: Lan and DeMets 1983, by exact recursive integration.

    `information` counts only in its ratios. A look that is skipped is left out, and what it could have spent is there
    for the next; the look at time 1 spends what is left. Information that falls (a variance that was revised) counts
    as unchanged. ValueError for looks, a level or a spending that make no sense.
    """
    shares, amounts = _looks(times, information)
    if not 0 < level < 0.5:
        raise ValueError(f"level == {level}, must be above 0 and below 0.5.")
    allowed = np.asarray(spending(shares, level), dtype=np.float64)
    if np.any(np.diff(allowed, prepend=0.0) < 0) or allowed[-1] > level * (1 + 1e-9):
        raise ValueError(f"spent == {allowed.tolist()}, must rise from 0 to at most the level {level}.")
    critical, spent = _solved(amounts, allowed)
    return Boundary(
        times=tuple(shares.tolist()),
        information=tuple(amounts.tolist()),
        level=level,
        critical=critical,
        spent=spent,
        futile=tuple(_hopeless(time, futility) for time in shares.tolist()),
    )


def crossed(z: Sequence[float], boundary: Boundary) -> int | None:
    """The first of the looks taken, counted from 0, at which the boundary was reached; None where it never was."""
    check_taken(z, boundary)
    return next((look for look, value in enumerate(z) if value >= boundary.critical[look]), None)


def hopeless(z: Sequence[float], boundary: Boundary) -> int | None:
    """The first of the looks taken, counted from 0, at which going on was hopeless; None where it never was."""
    check_taken(z, boundary)
    return next((look for look, value in enumerate(z) if value < boundary.futile[look]), None)


def check_taken(z: Sequence[float], boundary: Boundary) -> None:
    """ValueError for more values than looks, or one that is no number."""
    if len(z) > len(boundary.critical):
        raise ValueError(f"looks taken == {len(z)}, must be at most the boundary's {len(boundary.critical)}.")
    if not all(map(math.isfinite, z)):
        raise ValueError(f"z == {list(z)}, must be numbers.")


def _looks(times: Sequence[float], information: Sequence[float]) -> tuple[Floats, Floats]:
    shares, amounts = np.asarray(times, dtype=np.float64), np.asarray(information, dtype=np.float64)
    if not shares.size or shares.shape != amounts.shape:
        raise ValueError(
            f"looks == {shares.size}, must be at least 1 and as many as the {amounts.size} of information."
        )
    if not np.all((shares > 0) & (shares <= 1)) or np.any(np.diff(shares) < 0):
        raise ValueError(f"times == {shares.tolist()}, must be above 0, at most 1, and never fall.")
    if not np.all((amounts > 0) & np.isfinite(amounts)):
        raise ValueError(f"information == {amounts.tolist()}, must be positive and finite.")
    return shares, np.maximum.accumulate(amounts)


def _solved(information: Floats, allowed: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Critical z and the level used, look by look. Looks with the same information share one chance to cross."""
    critical: list[float] = []
    spent: list[float] = []
    walk, used = Walk.start(), 0.0
    together = stages(information)
    for stage, following in zip(together, [*together[1:], None], strict=True):
        amount, before, high = float(information[stage.start]), used, math.inf
        for due in allowed[stage].tolist():
            pays = due - used > LEAST
            if pays:
                high, used = walk.score_passed_by(amount, due - before), due
            critical.append(high / math.sqrt(amount) if pays else math.inf)
            spent.append(used)
        if following is not None:
            walk = walk.onward(amount, -math.inf, high, float(information[following.start]))
    return tuple(critical), tuple(spent)


def _hopeless(time: float, futility: Futility | None) -> float:
    return futility.z if futility is not None and time >= futility.since else -math.inf
