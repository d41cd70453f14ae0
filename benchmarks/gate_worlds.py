"""Made-up pilots for `benchmarks.gate`: what each rework truly does, and how many customers bought on every day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REWORKS = 12
RATE, SPAM_RATE, MARGIN = 0.03, 0.01, 0.001
"""Customers who buy; who complain; and the most by which complaints may rise, all as shares of customers."""
WEEK = 1 + 0.05 * np.array([0.6, 0.2, -0.4, -0.6, -1.0, 0.2, 1.0])
"""How much more or less is bought on each day of the week."""
EXPLORED, EXPLORED_DAYS = 25_000, 14
CONFIRMED, CONFIRMED_DAYS = 150_000, 28
"""Customers an arm, and the days on which they start."""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One iteration's customers, day by day."""

    customers: Ints
    """(days,), in either arm."""
    buyers: Ints
    """(arms, days): the control's first."""
    complaints: Ints | None = None
    """The same; None where nobody watches them."""


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One rework: what it truly does, and the customers it would meet in an exploration and in a confirmation."""

    gain: float
    """Relative: 0.06 is six per cent more buyers."""
    is_harmful: bool
    explored: Stream
    confirmed: Stream

    @property
    def is_good(self) -> bool:
        """Whether promoting it is right."""
        return self.gain > 0 and not self.is_harmful


@dataclass(frozen=True, slots=True)
class World:
    """What is true of all pilots of one part of the table."""

    id: str
    name: str
    gains: Callable[[Generator], Floats]
    """The true relative gain of every rework of one pilot."""
    rise: float | None = None
    """By how much of the margin complaints rise; None where nobody watches them."""
    weight: int = 1
    """Rare things need more pilots: so many times the usual number."""


def _steady(*gains: float) -> Callable[[Generator], Floats]:
    """These, and the last one ever after."""
    whole = np.array([*gains, *[gains[-1]] * (REWORKS - len(gains))])
    return lambda _: whole


def _ramp(made: Generator) -> Floats:
    """Reworks that come nearer, in six steps, to a gain of about 5 %."""
    steps: Floats = np.minimum(np.arange(REWORKS) / 5, 1.0)
    return steps * made.normal(0.05, 0.015)


NOTHING = World("zero", "Nothing ever works", _steady(0.0), weight=5)
WORLDS = (
    NOTHING,
    World("late", "A 6 % gain from rework 5 on", _steady(0.0, 0.0, 0.0, 0.0, 0.06)),
    World("broken", "4 % twice, then broken: −0.5 %", _steady(0.04, 0.04, -0.005), weight=3),
    World("scattered", "Every rework by luck: 0 ± 3 %", lambda made: made.normal(0.0, 0.03, REWORKS)),
    World("improving", "Slowly better: −2 % to +8 %", lambda _: np.linspace(-0.02, 0.08, REWORKS)),
)
GUARDED = (
    World("unharmed", "6 % gain, complaints unchanged", _steady(0.06), rise=0.0),
    World("violated", "10 % gain, complaints up by the limit", _steady(0.1), rise=1.0),
)
RAMP = World("ramp", "To about 5 % in six steps", _ramp)


def pilot_of(world: World, made: Generator) -> tuple[Version, ...]:
    """One pilot: all of its reworks, with fresh customers each."""
    return tuple(
        Version(
            gain=float(gain),
            is_harmful=(world.rise or 0.0) > 0,
            explored=_stream(made, EXPLORED, EXPLORED_DAYS, float(gain), None),
            confirmed=_stream(made, CONFIRMED, CONFIRMED_DAYS, float(gain), world.rise),
        )
        for gain in world.gains(made)
    )


def _stream(made: Generator, size: int, days: int, gain: float, rise: float | None) -> Stream:
    customers = np.diff(np.linspace(0, size, days + 1).round().astype(np.int64))
    week = np.resize(WEEK, days)
    rates = RATE * np.outer([1.0, 1.0 + gain], week)
    spam = None if rise is None else made.binomial(customers, np.outer([SPAM_RATE, SPAM_RATE + rise * MARGIN], week))
    return Stream(customers=customers, buyers=made.binomial(customers, rates), complaints=spam)


def along(customers: Ints, events: Ints, shift: float = 0.0) -> tuple[Floats, Floats]:
    """(relative gain, standard errors above `shift`) after every day, as anybody would work them out.

    For owners who peek and for naive gates; what the gate as built does is its own.
    """
    count = customers.cumsum()
    shares = events.cumsum(axis=1) / count
    errors = np.sqrt((shares * (1 - shares)).sum(axis=0) / count)
    gap = shares[1] - shares[0]
    return gap / shares[0], (gap - shift) / errors
