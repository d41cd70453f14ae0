"""The story's customers, from the simulated shop's generator, and what a note does at each counter."""

from __future__ import annotations

from datetime import date

import numpy as np

from pitcairn.examples.shop.behaviour import World
from pitcairn.examples.shop.behaviour import outcomes as happen
from pitcairn.examples.shop.people import TYPES, People, contacts, generator, people
from pitcairn.examples.shop.tables import read_arms, write_csv, write_parquet
from pitcairn.examples.shop.truth import Change, Truth
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

COUNT = 48_000
JOINED = 16_000
"""Came over later, when a shop nearby closed: at home nobody else is left whom no iteration has drawn."""
ASKED = {"tell": {"0": 0.050, "1": 0.080}}
"""What one question does: replies by newcomers and by those who have been with us longer."""
TRUTHS: dict[str, dict[str, dict[str, Change]]] = {
    "bag-note": {"five": {"tell": {"0": 0.010, "1": 0.020}}, "one": dict(ASKED)},
    "old-mill-note": {"practice": dict(ASKED)},
    "harbour-note": {"practice": {"tell": {"0": 0.040, "1": 0.065}}},
    "station-note": {"practice": {"tell": 0.010, "complain": 0.060}},
}
"""Pilot -> arm -> what it changes. At the station people catch trains, and a note holds them up; at home it does a
little less than when it was new."""


def everybody(seed: int, *, later: bool) -> People:
    """The shop's customers; `later` with those who came over since."""
    first = people(COUNT, seed)
    if not later:
        return first
    more = people(JOINED, seed + 1)
    ids = np.char.add("D", np.char.lstrip(more.ids, "C"))
    known = {name: [*column, *more.known[name]] for name, column in first.known.items()}
    return People(
        ids=np.concatenate([first.ids, ids]),
        engagement=np.concatenate([first.engagement, more.engagement]),
        known=known | {"customer": [*first.known["customer"], *ids.tolist()]},
    )


def customers(folder: ProgramFolder, seed: int, *, later: bool = False) -> None:
    """Everybody, of whom those of the Tea House brew tea, and the contacts other teams make."""
    found = everybody(seed, later=later)
    known = dict(found.known)
    home, brews = np.asarray(known["home_store"]), np.asarray(known["brews_with"])
    tea = home == "northgate"
    known["home_store"] = np.where(tea, "tea-house", home)
    known["brews_with"] = np.where(tea & (np.arange(len(found.ids)) % 20 > 0), "tea", brews)
    write_parquet(folder.root / "data" / "customers.parquet", known, TYPES)
    if not later:
        write_csv(folder.root / "data" / "contacts.csv", contacts(found, seed, date(2026, 2, 9), date(2026, 9, 1)))


def outcomes(folder: ProgramFolder, pilot: str, number: int, seed: int) -> None:
    """What the customers of one iteration did, as the truth says."""
    plan = load(folder, pilot, number).iteration
    if plan is None:
        raise ValueError(f"{pilot} has no iteration {number}.")
    found = everybody(seed, later=pilot == "harbour-note")
    drawn = read_arms(folder.assignment_file(pilot, number))
    world = World(
        everybody=found,
        truth=Truth(trait="newcomer", arms=TRUTHS[pilot], tables=("collections", "complaints", "preferences")),
        arms=np.array([drawn.get(one, "") for one in found.ids.tolist()]),
        start=plan.start,
        last=plan.end,
        rng=generator(seed, "outcomes", pilot, str(number)),
    )
    for name, table in happen(world).items():
        write_csv(folder.root / "data" / name / f"{pilot}-{number}.csv", table)
