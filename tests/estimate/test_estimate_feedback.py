"""What past looks teach: against another way to work out the same density, and where nothing is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pitcairn.estimate.feedback import Learnt, Model, learnt


def by_hand(models: list[Model], draws: int = 40_000, seed: int = 1) -> tuple[float, float]:
    """The same posterior by drawing from the priors and weighing with the density of the looks: no grid, no formula."""
    rng = np.random.default_rng(seed)
    scales, voltages = 0.5 * np.exp(0.5 * rng.standard_normal(draws)), rng.normal(1, 0.3, draws)
    log = np.where((voltages >= 0) & (voltages <= 2), 0.0, -np.inf)
    for one in models:
        inner = np.empty((draws, 40))
        for place in range(40):
            spread = scales * np.abs(rng.standard_normal(draws))
            kept = one.usual**2 / (one.usual**2 + spread**2 + one.own_error**2)
            level = one.usual * np.sqrt(1 - kept) * rng.standard_normal(draws)
            wide = np.sqrt(spread[:, None] ** 2 + one.errors**2)
            off = (one.came - (voltages * kept)[:, None] * one.own - level[:, None]) / wide
            inner[:, place] = (-0.5 * off**2 - np.log(wide)).sum(axis=1)
        top = inner.max(axis=1)
        log = log + top + np.log(np.exp(inner - top[:, None]).mean(axis=1))
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    return float(np.exp(weights @ np.log(scales))), float(weights @ voltages)


def model(*came: float, own: float = 1.0, error: float = 0.2) -> Model:
    return Model(
        own=np.full(len(came), own),
        own_error=0.25,
        usual=0.8,
        came=np.array(came),
        errors=np.full(len(came), error),
    )


@pytest.mark.parametrize(
    "models",
    [
        [model(0.6)],
        [model(0.6, -0.4, 1.5)],
        [model(0.1, 0.2), model(0.3), model(0.2, own=1.1), model(0.0, error=0.1)],
    ],
)
def test_the_grid_says_what_drawing_from_the_priors_says(models: list[Model]) -> None:
    found, (spread, voltage) = learnt(models), by_hand(models)
    assert found.spread == pytest.approx(spread, rel=0.04)
    assert found.voltage == pytest.approx(voltage, abs=0.03)


def test_without_a_look_both_are_what_is_assumed() -> None:
    assert learnt([]) == Learnt(spread=0.5, voltage=1.0, looks=0)


def test_looks_that_lie_far_apart_widen_and_looks_that_agree_narrow() -> None:
    apart, alike = ([model(x, -x) for x in values] for values in ((1.5, 1.2, 1.8), (0.0, 0.02, 0.01)))
    wide = [learnt(apart[:count]).spread for count in range(4)]
    narrow = [learnt(alike[:count]).spread for count in range(4)]
    assert all(one < other for one, other in pairwise(wide))
    assert all(one > other for one, other in pairwise(narrow))


def test_an_error_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="must be positive"):
        learnt([model(0.5, error=0.0)])
