"""How good the predictions were, over all adoptions, and what that teaches for the next one. The tool is graded too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pitcairn.estimate import feedback
from pitcairn.promotion.adoption import Look
from pitcairn.promotion.gates import observed_range
from pitcairn.promotion.predict import CONFIDENCES, Experience, Level, Prediction, Site, doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One adoption as a registry keeps it: counts and effects, nobody's row."""

    pack: str
    version: str
    core_digest: str
    program: str
    pilot: str
    place: str
    simulated: str | None
    adopted_at: str
    claimed: float
    prediction: Prediction
    look: Look | None
    """The last one; None while nothing has come."""
    over: str | None
    """Why it ended; None while it runs."""
    confirmed: Literal["yes", "no", "not_yet"] = "not_yet"
    """Whether the planned information showed a gain; files of earlier versions do not say."""
    harm: Literal["yes", "no", "not_yet"] = "not_yet"
    rolled_back: bool = False
    """It was ended by going back, for whatever reason; a retirement is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Of the ranges meant to hold what came so often, how many did."""

    confidence: float
    held: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """All adoptions together; failed and ended ones count like the others."""

    count: int
    """Adoptions with a look."""
    coverage: tuple[Coverage, ...]
    voltage: float | None
    """What came, divided by what was predicted, all adoptions together; None where nothing was predicted."""
    raw_voltage: float | None
    """The same against the packs' own raw numbers: what would have been promised without shrinking."""
    log_score: float | None
    """Mean logarithm of the predicted density where the look fell: higher is better."""
    experience: Experience


def calibrated(adoptions: Sequence[Published]) -> Calibration:
    """Predicted ranges, widened by each look's own error, against what came."""
    seen = [(one, one.look) for one in adoptions if one.look is not None]
    coverage = []
    for confidence in CONFIDENCES:
        ends = [(observed_range(one.prediction, look.standard_error, confidence), look) for one, look in seen]
        held = sum(low <= look.log_ratio <= high for (low, high), look in ends)
        coverage.append(Coverage(confidence=confidence, held=held, count=len(seen)))
    came = sum(_gain(one, look.log_ratio) for one, look in seen)
    return Calibration(
        count=len(seen),
        coverage=tuple(coverage),
        voltage=_ratio(came, sum(_gain(one, one.prediction.estimate) for one, _ in seen)),
        raw_voltage=_ratio(came, sum(_gain(one, one.claimed) for one, _ in seen)),
        log_score=float(np.mean([_score(one, look) for one, look in seen])) if seen else None,
        experience=learnt(adoptions),
    )


def learnt(adoptions: Sequence[Published], *, but: str | None = None) -> Experience:
    """What the looks of all adoptions teach for the next prediction, from the first one on.

    `but` is a core to leave out: a next place of the same core is told by its other places themselves, and must not
    hear them twice.
    """
    kinds: dict[str, list[Published]] = {}
    for one in adoptions:
        if one.look is not None and one.claimed and one.prediction.own and one.core_digest != but:
            kinds.setdefault(one.core_digest, []).append(one)
    found = feedback.learnt([_model(some) for some in kinds.values()])
    return Experience(spread=found.spread, voltage=found.voltage, learnt_from=found.looks)


def _model(adoptions: Sequence[Published]) -> feedback.Model:
    """All looks of one core, as shares of its claim."""
    own, came, errors, own_errors, usual = [], [], [], [], []
    for one in adoptions:
        prediction, unit = one.prediction, abs(one.claimed)
        if prediction.own is None or one.look is None:
            continue
        value, error = prediction.own
        own.append(value / one.claimed)
        own_errors.append(error / unit)
        usual.append((prediction.usual or unit) / unit)
        came.append(one.look.log_ratio / one.claimed)
        errors.append(math.hypot(one.look.standard_error, doubt(prediction.untried, prediction.spread)) / unit)
    return feedback.Model(
        own=np.array(own),
        own_error=float(np.mean(own_errors)),
        usual=float(np.mean(usual)),
        came=np.array(came),
        errors=np.array(errors),
    )


def seen_elsewhere(adoptions: Sequence[Published], core_digest: str, *, but: str) -> tuple[Site, ...]:
    """Places that used exactly this core, one site each, for the next prediction; `but` is the place to leave out."""
    return tuple(
        Site(
            name=one.place,
            levels=(Level(level="", log_ratio=one.look.log_ratio, standard_error=one.look.standard_error, share=1.0),),
        )
        for one in adoptions
        if one.core_digest == core_digest and one.look is not None and one.place != but
    )


def _gain(one: Published, log_ratio: float) -> float:
    return log_ratio if one.prediction.better == "up" else -log_ratio


def _ratio(above: float, below: float) -> float | None:
    return above / below if abs(below) > 1e-12 else None


def _score(one: Published, look: Look) -> float:
    width = math.hypot(one.prediction.width, look.standard_error)
    z = (look.log_ratio - one.prediction.estimate) / width
    return -0.5 * z * z - math.log(width * math.sqrt(2 * math.pi))
