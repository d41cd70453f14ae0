"""What customers do after a launch: usual behaviour, moved by the arm they were drawn to as `truth` says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from pitcairn.examples.shop.people import People, amounts
from pitcairn.examples.shop.tables import Table
from pitcairn.examples.shop.truth import (
    BEHAVIOURS,
    COFFEE_AMOUNT,
    HELPED,
    MORE_ORDERS,
    OTHER_AMOUNT,
    RETURNED,
    Floats,
    Truth,
    probability,
)

Rows = NDArray[np.int64]

LEAD = 7
"""Events are kept from this many days before the start: they must not be counted, and real exports hold them."""
BYSTANDERS = 0.05
"""The share of the customers nobody drew whose events are in the export all the same."""
REASONS = ("too many e-mails", "not about me", "never signed up", "no reason given")


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One iteration: who was drawn to what, from when, until when the shop exported its tables."""

    everybody: People
    truth: Truth
    arms: NDArray[np.str_]
    """Everybody's arm, empty for those nobody drew."""
    start: date
    last: date
    rng: Generator

    @property
    def drawn(self) -> NDArray[np.bool_]:
        """Whom the launch drew."""
        return np.not_equal(self.arms, "")

    def change(self, behaviour: str) -> Floats:
        """What everybody's arm adds to the probability of the behaviour."""
        levels = self.everybody.trait(self.truth.trait)
        result = np.zeros(len(levels))
        for arm in self.truth.arms:
            for level in np.unique(levels):
                chosen = (self.arms == arm) & (levels == level)
                result[chosen] = self.truth.change(arm, behaviour, str(level))
        return result

    def day(self, offset: int) -> str:
        """The day so many days after the start, as people write it in files."""
        return (self.start + timedelta(days=offset)).isoformat()


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Something that happened: to whom (row of `everybody`), on which day after the start."""

    who: Rows
    offset: Rows

    def among(self, chosen: NDArray[np.bool_]) -> Events:
        """Only these."""
        return Events(self.who[chosen], self.offset[chosen])


def outcomes(world: World) -> dict[str, Table]:
    """Every outcome table the shop keeps for this iteration, by name."""
    makers: Mapping[tuple[str, ...], Callable[[World], dict[str, Table]]] = {
        ("visits",): _visits,
        ("orders", "returns"): _orders,
        ("unsubscribes",): _unsubscribes,
        ("complaints",): _complaints,
        ("collections",): _collections,
        ("survey",): _survey,
        ("preferences",): _preferences,
    }
    made: dict[str, Table] = {}
    for names, make in makers.items():
        if set(names) <= set(world.truth.tables):
            made |= make(world)
    return made


def happened(world: World, behaviour: str) -> NDArray[np.bool_]:
    """Whether each customer does it within the behaviour's window."""
    chance = probability(behaviour, world.everybody.engagement, world.change(behaviour))
    return world.rng.random(len(chance)) < chance


def _occasions(world: World, behaviour: str, more: float = 0.0) -> Events:
    """Once, or more often, for those who do it in the window; and as usual in the days before and after it."""
    known, rng = BEHAVIOURS[behaviour], world.rng
    inside = np.flatnonzero(happened(world, behaviour))
    who = np.repeat(inside, 1 + rng.poisson(more, len(inside)))
    parts = [Events(who, rng.integers(0, known.days, len(who)))]
    until = (world.last - world.start).days
    for first, last in ((-LEAD, -1), (known.days, until)):
        if first <= last:
            usual = probability(behaviour, world.everybody.engagement) * (last - first + 1) / known.days
            others = np.flatnonzero(rng.random(len(usual)) < usual)
            parts.append(Events(others, rng.integers(first, last + 1, len(others))))
    found = Events(np.concatenate([part.who for part in parts]), np.concatenate([part.offset for part in parts]))
    exported = world.drawn | (rng.random(len(world.arms)) < BYSTANDERS)
    found = found.among(exported[found.who] & (found.offset <= until))
    order = np.lexsort((found.who, found.offset))
    return Events(found.who[order], found.offset[order])


def _columns(world: World, events: Events) -> dict[str, list[str]]:
    return {
        "customer": world.everybody.ids[events.who].tolist(),
        "day": [world.day(offset) for offset in events.offset.tolist()],
    }


def _visits(world: World) -> dict[str, Table]:
    events = _occasions(world, "visit", more=0.6)
    minute = world.rng.integers(7 * 60, 23 * 60, len(events.who)).tolist()
    columns = _columns(world, events)
    at = [f"{day} {number // 60:02}:{number % 60:02}" for day, number in zip(columns["day"], minute, strict=True)]
    pages = (1 + world.rng.poisson(2.4, len(events.who))).tolist()
    return {"visits": {"customer": columns["customer"], "at": at, "pages": pages}}


def _orders(world: World) -> dict[str, Table]:
    lines = {
        "coffee": (_occasions(world, "coffee_order", MORE_ORDERS), COFFEE_AMOUNT, 0.45),
        "other": (_occasions(world, "other_order", MORE_ORDERS), OTHER_AMOUNT, 0.8),
    }
    who = np.concatenate([events.who for events, _, _ in lines.values()])
    offset = np.concatenate([events.offset for events, _, _ in lines.values()])
    amount = np.concatenate([amounts(world.rng, mean, spread, len(one.who)) for one, mean, spread in lines.values()])
    other = np.where(world.rng.random(len(who)) < 0.55, "kitchen", "garden")
    line = np.where(np.arange(len(who)) < len(lines["coffee"][0].who), "coffee", other)
    order = np.lexsort((who, offset))
    bought = Events(who[order], offset[order])
    orders = {
        **_columns(world, bought),
        "product_line": line[order].tolist(),
        "amount": [f"{value:.2f}" for value in amount[order].tolist()],
    }
    return {"orders": orders, "returns": _returns(world, bought, amount[order])}


def _returns(world: World, bought: Events, amount: Floats) -> Table:
    back = world.rng.random(len(amount)) < RETURNED
    late = bought.offset + world.rng.integers(2, 12, len(amount))
    back &= late <= (world.last - world.start).days
    sent = Events(bought.who[back], late[back])
    refunds = [f"{value:.2f}" for value in amount[back].tolist()]
    return {**_columns(world, sent), "refund": refunds}


def _unsubscribes(world: World) -> dict[str, Table]:
    events = _occasions(world, "unsubscribe")
    reason = world.rng.choice(REASONS, len(events.who), p=[0.38, 0.22, 0.08, 0.32]).tolist()
    return {"unsubscribes": {**_columns(world, events), "reason": reason}}


def _complaints(world: World) -> dict[str, Table]:
    events = _occasions(world, "complain")
    way = world.rng.choice(["spam button", "letter", "phone"], len(events.who), p=[0.7, 0.1, 0.2]).tolist()
    return {"complaints": {**_columns(world, events), "way": way}}


def _collections(world: World) -> dict[str, Table]:
    events = _occasions(world, "collect", more=0.3)
    waited = np.round(world.rng.gamma(2.0, 2.0, len(events.who)), 1).tolist()
    return {"collections": {**_columns(world, events), "minutes_waited": waited}}


def _survey(world: World) -> dict[str, Table]:
    """Three in ten answer, and one in eight of those skips the question about help."""
    rng = world.rng
    answered = happened(world, "answer") & world.drawn
    chance = HELPED + world.change("helped")
    luck, skipped = rng.random(len(chance)), rng.random(len(chance)) < 0.125
    words = np.where(luck < chance, "yes", np.where(luck < chance + (1 - chance) * 0.6, "partly", "no"))
    recommend = np.clip(np.round(6.8 + 1.2 * (words == "yes") + rng.normal(0, 1.8, len(chance))), 0, 10).astype(int)
    who = np.flatnonzero(answered)
    return {
        "survey": {
            "customer": world.everybody.ids[who].tolist(),
            "got_what_i_needed": [None if skipped[one] else str(words[one]) for one in who.tolist()],
            "recommend": recommend[who].tolist(),
        }
    }


def _preferences(world: World) -> dict[str, Table]:
    """Only those who told the shop something have a row."""
    who = np.flatnonzero(happened(world, "tell") & world.drawn)
    told = (1 + world.rng.binomial(4, 0.3, len(who))).tolist()
    likes = world.rng.choice(["bread", "cheese", "flowers", "coffee", "seeds"], len(who)).tolist()
    return {"preferences": {"customer": world.everybody.ids[who].tolist(), "answers": told, "likes_most": likes}}
