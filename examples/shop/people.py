"""The shop's customers: what the shop knows of them, and how engaged they are, which nobody can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from pitcairn.examples.shop.tables import Table
from pitcairn.examples.shop.truth import COFFEE_AMOUNT, MORE_ORDERS, OTHER_AMOUNT, SHARES, Floats, probability

Words = NDArray[np.str_]

STORES: Mapping[str, tuple[float, str]] = {
    "harbour-street": (0.30, "coast"),
    "old-mill": (0.22, "valley"),
    "station-arcade": (0.18, "city"),
    "northgate": (0.14, "city"),
    "none": (0.16, "elsewhere"),
}
"""Store -> share of customers who call it theirs, and its region."""

TYPES: Mapping[str, str] = {
    "customer": "VARCHAR",
    "home_store": "VARCHAR",
    "region": "VARCHAR",
    "shops": "VARCHAR",
    "age_band": "VARCHAR",
    "newcomer": "INTEGER",
    "bought_coffee": "INTEGER",
    "bought_kitchen": "INTEGER",
    "bought_garden": "INTEGER",
    "coffee_orders": "INTEGER",
    "brews_with": "VARCHAR",
    "grows_in": "VARCHAR",
    "months_since_order": "INTEGER",
    "visited_before": "INTEGER",
    "orders_before": "INTEGER",
    "spend_before": "DECIMAL(10, 2)",
    "collected_before": "INTEGER",
    "opted_out": "INTEGER",
}
"""The columns of the customer table, and how they are stored."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Everybody, in order of their number."""

    ids: Words
    engagement: Floats
    """0.0 to 3.5, 1.0 on average. In no file."""
    known: Table
    """What the shop knows: the customer table."""

    def trait(self, name: str) -> Words:
        """One trait of everybody, as text."""
        return np.asarray(self.known[name]).astype(str)


def generator(seed: int, *stream: str) -> Generator:
    """A stream of its own for each table, so that a change to one leaves the others as they were."""
    words = [int.from_bytes(name.encode("utf-8")) for name in stream]
    return np.random.Generator(np.random.PCG64(SeedSequence([seed, *words])))


def people(count: int, seed: int) -> People:
    """The same `count` customers for the same seed."""
    rng = generator(seed, "people")
    ids = np.char.add("C", np.char.zfill(np.arange(1, count + 1).astype(str), 6))
    engagement = rng.beta(2, 5, count) * 3.5
    store = _pick(rng, count, {name: share for name, (share, _) in STORES.items()})
    newcomer = _pick(rng, count, SHARES["newcomer"]).astype(int)
    coffee, kitchen, garden = (_chance(rng, share, count) for share in (0.70, 0.48, 0.41))
    known = {
        "customer": ids,
        "home_store": store,
        "region": np.array([STORES[name][1] for name in store.tolist()]),
        "shops": np.where(store == "none", "web", _pick(rng, count, {"web": 0.25, "store": 0.30, "both": 0.45})),
        "age_band": _pick(rng, count, {"18-29": 0.14, "30-44": 0.27, "45-59": 0.24, "60+": 0.17, "not told": 0.18}),
        "newcomer": newcomer,
        "bought_coffee": coffee,
        "bought_kitchen": kitchen,
        "bought_garden": np.where((coffee == 0) & (kitchen == 0), 1, garden),
        "coffee_orders": coffee * np.where(_chance(rng, 0.68, count) == 1, 1, 1 + rng.geometric(0.35, count)),
        "brews_with": _pick(rng, count, SHARES["brews_with"]),
        "grows_in": _pick(rng, count, SHARES["grows_in"]),
        "months_since_order": np.clip(np.ceil(rng.exponential(5.0, count) / (0.5 + engagement)), 1, 36).astype(int),
        **_before(rng, engagement),
        "opted_out": _chance(rng, 0.07, count),
    }
    return People(ids, engagement, {name: column.tolist() for name, column in known.items()})


def contacts(everybody: People, seed: int, first: date, last: date) -> Table:
    """Every message and call that other teams send from `first` to `last`: a few customers get far too many."""
    rng = generator(seed, "contacts")
    count, days = len(everybody.ids), (last - first).days + 1
    number = rng.poisson(rng.gamma(1.2, 0.06 / 1.2, count) * days)
    who = np.repeat(np.arange(count), number)
    day = rng.integers(0, days, len(who))
    channel = _pick(rng, len(who), {"email": 0.78, "post": 0.15, "phone": 0.07})
    order = np.lexsort((who, day))
    calendar = [(first + timedelta(days=number)).isoformat() for number in range(days)]
    return {
        "customer": everybody.ids[who[order]].tolist(),
        "day": [calendar[number] for number in day[order].tolist()],
        "channel": channel[order].tolist(),
    }


def amounts(rng: Generator, average: float, spread: float, count: int) -> Floats:
    """Order values, lognormal around their average, to the penny."""
    values = rng.lognormal(np.log(average) - spread**2 / 2, spread, count)
    return np.maximum(np.round(values, 2), 0.01)


def _before(rng: Generator, engagement: Floats) -> dict[str, NDArray[np.generic]]:
    """What customers did in the time before the pilots, as they usually do."""
    count = len(engagement)
    done = {
        behaviour: _chance(rng, probability(behaviour, engagement), count)
        for behaviour in ("visit", "coffee_order", "other_order", "collect")
    }
    coffee = done["coffee_order"] * (1 + rng.poisson(MORE_ORDERS, count))
    other = done["other_order"] * (1 + rng.poisson(MORE_ORDERS, count))
    spend = coffee * amounts(rng, COFFEE_AMOUNT, 0.45, count) + other * amounts(rng, OTHER_AMOUNT, 0.8, count)
    return {
        "visited_before": done["visit"],
        "orders_before": coffee + other,
        "spend_before": np.round(spend, 2),
        "collected_before": done["collect"],
    }


def _pick(rng: Generator, count: int, shares: Mapping[str, float]) -> Words:
    return np.asarray(rng.choice(list(shares), size=count, p=list(shares.values())))


def _chance(rng: Generator, probability: float | Floats, count: int) -> NDArray[np.int64]:
    return (rng.random(count) < probability).astype(np.int64)
