"""From a seed to files in a program folder: before a launch, and after it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from pitcairn.errors import DataError, SpecError
from pitcairn.examples.shop.behaviour import World
from pitcairn.examples.shop.behaviour import outcomes as happen
from pitcairn.examples.shop.people import TYPES, contacts, generator, people
from pitcairn.examples.shop.tables import count_rows, read_arms, write_csv, write_parquet
from pitcairn.examples.shop.truth import TRUTHS
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

CUSTOMERS = "data/customers.parquet"
CONTACTS = "data/contacts.csv"


def customers(folder: Path, seed: int, *, count: int, first: date, last: date) -> tuple[Path, ...]:
    """Write the shop's customers, and the contacts other teams make from `first` to `last`; gives the files."""
    everybody = people(count, seed)
    write_parquet(folder / CUSTOMERS, everybody.known, TYPES)
    write_csv(folder / CONTACTS, contacts(everybody, seed, first, last))
    return folder / CUSTOMERS, folder / CONTACTS


def outcomes(folder: Path, pilot: str, number: int, seed: int) -> tuple[Path, ...]:
    """Write what the customers did after the launch of an iteration; gives the files.

    The seed is the one the customers were made with. SpecError where the iteration is not one whose truth is
    known; DataError where it has not been launched, or the customers are not there.
    """
    program = ProgramFolder.find(folder)
    truth = TRUTHS.get((pilot, number))
    if truth is None:
        known = ", ".join(f"{name} {turn}" for name, turn in sorted(TRUTHS))
        raise SpecError(f"Nothing is known about iteration {number} of “{pilot}”.", hint=f"these are known: {known}")
    plan = load(program, pilot, number).iteration
    for path in (program.root / CUSTOMERS, program.assignment_file(pilot, number)):
        if not path.is_file():
            raise DataError(f"{program.relative(path)} is not there.", hint="make the customers, then launch the pilot")
    assert plan is not None  # noqa: S101 - a number was asked for
    everybody = people(count_rows(program.root / CUSTOMERS), seed)
    drawn = read_arms(program.assignment_file(pilot, number))
    arms = np.array([drawn.get(one, "") for one in everybody.ids.tolist()])
    rng = generator(seed, "outcomes", pilot, str(number))
    world = World(everybody=everybody, truth=truth, arms=arms, start=plan.start, last=plan.end, rng=rng)
    written = []
    for name, table in happen(world).items():
        written.append(program.root / "data" / name / f"{pilot}-{number}.csv")
        write_csv(written[-1], table)
    return tuple(written)
