"""The story's customers, from the simulated shop's generator, and what a note does at each counter."""

from __future__ import annotations

from datetime import date

import numpy as np

from pitcairn.examples.shop.behaviour import World
from pitcairn.examples.shop.behaviour import outcomes as happen
from pitcairn.examples.shop.people import TYPES, contacts, generator, people
from pitcairn.examples.shop.tables import read_arms, write_csv, write_parquet
from pitcairn.examples.shop.truth import Change, Truth
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

COUNT = 48_000
ASKED = {"tell": {"0": 0.050, "1": 0.080}}
"""What one question does: replies by newcomers and by those who have been with us longer."""
TRUTHS: dict[str, dict[str, dict[str, Change]]] = {
    "bag-note": {"five": {"tell": {"0": 0.010, "1": 0.020}}, "one": dict(ASKED)},
    "old-mill-note": {"practice": dict(ASKED)},
    "station-note": {"practice": {"tell": 0.010, "complain": 0.060}},
}
"""Pilot -> arm -> what it changes. At the station people catch trains, and a note holds them up."""


def customers(folder: ProgramFolder, seed: int) -> None:
    """Everybody, of whom those of the Tea House brew tea, and the contacts other teams make."""
    everybody = people(COUNT, seed)
    known = dict(everybody.known)
    home, brews = np.asarray(known["home_store"]), np.asarray(known["brews_with"])
    tea = home == "northgate"
    known["home_store"] = np.where(tea, "tea-house", home)
    known["brews_with"] = np.where(tea & (np.arange(COUNT) % 20 > 0), "tea", brews)
    write_parquet(folder.root / "data" / "customers.parquet", known, TYPES)
    write_csv(folder.root / "data" / "contacts.csv", contacts(everybody, seed, date(2026, 2, 9), date(2026, 9, 1)))


def outcomes(folder: ProgramFolder, pilot: str, number: int, seed: int) -> None:
    """What the customers of one iteration did, as the truth says."""
    plan = load(folder, pilot, number).iteration
    if plan is None:
        raise ValueError(f"{pilot} has no iteration {number}.")
    everybody = people(COUNT, seed)
    drawn = read_arms(folder.assignment_file(pilot, number))
    world = World(
        everybody=everybody,
        truth=Truth(trait="newcomer", arms=TRUTHS[pilot], tables=("collections", "complaints", "preferences")),
        arms=np.array([drawn.get(one, "") for one in everybody.ids.tolist()]),
        start=plan.start,
        last=plan.end,
        rng=generator(seed, "outcomes", pilot, str(number)),
    )
    for name, table in happen(world).items():
        write_csv(folder.root / "data" / name / f"{pilot}-{number}.csv", table)
