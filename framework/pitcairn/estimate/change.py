"""Survey answers before and after: the change in one arm against the change in the other, and who answered."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from pitcairn.estimate.adjust import is_flat
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import LARGE, NO_SPREAD, check, difference, too_few
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.proportions import share_difference


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One arm's wave: how many were asked, and what those who answered said. ValueError for more answers than asked."""

    asked: int
    answers: Moments

    def __post_init__(self) -> None:
        if self.answers.count > self.asked:
            raise ValueError(f"{self.answers.count:,} answers from {self.asked:,} who were asked.")

    @property
    def answered(self) -> float | None:
        """The share that answered; None where nobody was asked."""
        return self.answers.count / self.asked if self.asked else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How much more one arm's answers changed, with the shares that answered, comparison first."""

    effect: Effect | NotAvailable
    """Its levels are the two changes."""
    answered: tuple[float | None, float | None]
    """Of those asked in the last wave."""
    answered_gap: Effect | NotAvailable
    """The difference of those shares: if it is not zero, other people answered, and the effect may be theirs."""


def paired_change(control: Asked, treated: Asked, *, confidence: float = 0.95) -> Change:
    """The same customers asked twice: answers hold (after, before) of those who answered both times.

    Every customer's change is a value, compared by Welch. ValueError for a confidence outside (0, 1).
    """
    less = np.array([1.0, -1.0])
    arms = [Asked(arm.asked, arm.answers.along(less)) for arm in (control, treated)]
    return _change(difference(arms[0].answers, arms[1].answers, confidence=confidence), control, treated, confidence)


def unpaired_change(control: tuple[Asked, Asked], treated: tuple[Asked, Asked], *, confidence: float = 0.95) -> Change:
    """Other customers asked before than after: each arm gives (before, after), four independent samples.

    Degrees of freedom: Welch-Satterthwaite over all four (Satterthwaite, "An approximate distribution of estimates of
    variance components", Biometrics Bulletin 1946). The effect is NotAvailable for fewer than two answers in a wave,
    or where nobody differs. ValueError for a confidence outside (0, 1).
    """
    check(confidence)
    return _change(_four(control, treated, confidence), control[1], treated[1], confidence)


def _change(effect: Effect | NotAvailable, control: Asked, treated: Asked, confidence: float) -> Change:
    gap = share_difference(
        control.answers.count, control.asked, treated.answers.count, treated.asked, confidence=confidence
    )
    return Change(effect=effect, answered=(control.answered, treated.answered), answered_gap=gap)


def _four(control: tuple[Asked, Asked], treated: tuple[Asked, Asked], confidence: float) -> Effect | NotAvailable:
    waves = [wave.answers for wave in (*control, *treated)]
    if min(wave.count for wave in waves) < 2:
        return NotAvailable(why=too_few(min(w.count for w in waves[:2]), min(w.count for w in waves[2:])))
    if all(is_flat(wave) for wave in waves):
        return NotAvailable(why=NO_SPREAD)
    changes = [float(after.mean[0] - before.mean[0]) for before, after in (waves[:2], waves[2:])]
    parts = np.array([wave.covariance[0, 0] / wave.count for wave in waves])
    frees = np.array([wave.count - 1 for wave in waves])
    error = math.sqrt(parts.sum())
    freedom = min(LARGE, float(parts.sum() ** 2 / (parts**2 / frees).sum()))
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    return Effect(
        control=changes[0],
        treated=changes[1],
        estimate=changes[1] - changes[0],
        low=changes[1] - changes[0] - reach,
        high=changes[1] - changes[0] + reach,
        standard_error=error,
        freedom=freedom,
        confidence=confidence,
        method="Change against change",
        count_control=waves[1].count,
        count_treated=waves[3].count,
    )
