"""How often our draw of whole households finds something where nothing is, by household and by customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from readings import VISIT

from pitcairn.design.assignment import arm_of
from pitcairn.estimate.clustered import Clustered
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.moments import Moments
from pitcairn.reading.effects import effect

LEVEL = 0.05


@dataclass(frozen=True)
class Town:
    """Households of so many customers each, the last tenth of whom live alone, and what everybody does anyway."""

    home: np.ndarray[Any, Any]
    value: np.ndarray[Any, Any]

    @classmethod
    def of(cls, homes: int, most: int, kind: str, seed: int) -> Town:
        random = np.random.default_rng(seed)
        home = np.repeat(np.arange(homes), random.integers(1, most + 1, homes))
        count = len(home)
        if kind == "came":
            value = (random.random(homes)[home] < 0.2).astype(float)
        else:
            value = np.exp(random.normal(0, 1, homes))[home] * (random.random(homes)[home] < 0.6)
            value = value + 0.1 * random.random(count)
        return cls(home, value)


def plan(number: int, share: int) -> Any:
    arms = (
        SimpleNamespace(id="usual", first=0, last=10_000 - share),
        SimpleNamespace(id="note", first=10_000 - share, last=10_000),
    )
    return SimpleNamespace(salt=f"towns/{number}", take=1.0, arms=arms, holdout=None, drawn_cluster="home")


def false_gains(town: Town, kind: str, draws: int, share: int = 5_000) -> tuple[float, float]:
    """The share of draws whose range leaves out zero: by what was drawn, and as if customers had been."""
    asked = replace(VISIT, kind="any" if kind == "came" else "sum")
    homes = int(town.home.max()) + 1
    sums = np.column_stack([np.bincount(town.home, town.value), np.bincount(town.home)])
    lives_alone = np.arange(homes) >= homes - homes // 10
    lives_alone &= sums[:, 1] == 1
    missed = np.zeros(2)
    for number in range(draws):
        drawn = plan(number, share)
        treated = np.array(
            [arm_of(drawn, f"c{each}", None if lives_alone[each] else f"h{each}") == "note" for each in range(homes)]
        )
        arms = []
        for mine in (~treated, treated):
            customers = Moments.of(town.value[mine[town.home]])
            arms.append((Clustered.of_drawn(customers, Moments.of(sums[mine])), customers))
        for place in range(2):
            found = effect(asked, arms[0][place], arms[1][place], 1 - LEVEL)
            assert isinstance(found, Effect)
            missed[place] += not found.low <= 0 <= found.high
    return missed[0] / draws, missed[1] / draws


def near(share: float, draws: int) -> bool:
    """Within what chance does to so many draws, 999 times in 1,000."""
    return abs(share - LEVEL) < 3.3 * (LEVEL * (1 - LEVEL) / draws) ** 0.5


def test_the_range_by_household_errs_as_often_as_it_says_and_the_customers_own_far_more_often() -> None:
    by_home, by_customer = false_gains(Town.of(300, 6, "came", 1), "came", 400)
    assert near(by_home, 400)
    assert by_customer > 3 * LEVEL


@pytest.mark.slow
@pytest.mark.parametrize("share", [5_000, 2_000])
@pytest.mark.parametrize("kind", ["came", "spend"])
@pytest.mark.parametrize(("homes", "most"), [(2_000, 3), (800, 8), (120, 80)])
def test_the_same_holds_for_small_and_large_ones_rates_and_amounts_even_and_uneven(
    homes: int, most: int, kind: str, share: int
) -> None:
    draws = 2_000
    by_home, by_customer = false_gains(Town.of(homes, most, kind, homes), kind, draws, share)
    print(
        f"{homes} of 1 to {most}, {kind}, {share / 100:.0f} in 100: by household {by_home:.3f}, alone {by_customer:.3f}"
    )
    assert by_customer > 1.8 * LEVEL
    if homes * min(share, 10_000 - share) >= 400 * 10_000:
        assert 0.6 * LEVEL < by_home < 1.35 * LEVEL
    else:
        # Few on one side: the delta method leans on more of them, and so does every average of what is very uneven.
        assert by_home < by_customer / 4
