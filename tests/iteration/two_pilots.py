"""A program with a holdout and two pilots of known effect, on the customers of the simulated shop."""

from __future__ import annotations

import csv
import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from small_shop import assigned, go

from pitcairn.examples.shop.people import People, generator
from pitcairn.examples.shop.people import people as shop_people
from pitcairn.examples.shop.simulate import customers
from pitcairn.examples.shop.truth import probability
from pitcairn.iteration.together import TakenTogether, together
from pitcairn.program import ProgramFolder

COUNT, SEED = 30_000, 11
FIRST, LAST = date(2026, 3, 1), date(2026, 8, 31)
LATER = datetime(2026, 9, 2, 12, tzinfo=UTC)
EFFECTS = {"note": 0.06, "card": 0.03}
"""What each pilot adds to the chance that a customer of its list visits."""

PROGRAM = """
program: Fennel Lane
purpose: Be of use.
simulated: All of it is simulated.
product_lines: {coffee: Coffee, garden: Garden}
sources:
  customers: {kind: wide, files: data/customers.parquet, customer: customer}
  visits: {kind: events, files: data/visits.csv, customer: customer, time: day}
  survey: {kind: wide, files: data/survey.csv, customer: customer}
measures:
  visited: {label: Visitors, kind: any, source: visits, unit: visitors}
  spend: {label: Spend, kind: sum, source: visits, column: amount, money: true, cap: 20}
  happy: {label: Happy, kind: share, source: survey, column: happy, answers: [1]}
groups:
  brews: {label: Brews with, column: brews_with}
holdout: {share: 10%, source: customers, since: 2026-02-01}
"""
PILOT = """
title: A pilot
owner: ada
scope: {product_line: %s}
challenge: engage
customer: {audience: everybody, behaviour: visit, barriers: [time], benefits: [coffee]}
customers: {source: customers}
deciding: visited
"""
ITERATION = """
stage: explore
question: Does it bring people in?
arms:
  usual: {label: As today, share: 1/3, role: control}
  tried: {label: Tried, share: 2/3}
take: 50%%
worth_it: 20 per 1000
start: %s
follow_up: 28 days
end: %s
"""


def a_program(root: Path, *, count: int = COUNT) -> ProgramFolder:
    """The program before its first launch."""
    folder = ProgramFolder(root)
    root.mkdir(parents=True, exist_ok=True)
    folder.program_file.write_text(PROGRAM, encoding="utf-8")
    for pilot, line, start in (("note", "coffee", date(2026, 3, 2)), ("card", "garden", date(2026, 5, 4))):
        folder.pilot_folder(pilot).mkdir(parents=True)
        folder.pilot_file(pilot).write_text(PILOT % line, encoding="utf-8")
        end = start + timedelta(days=28)
        folder.iteration_file(pilot, 1).write_text(ITERATION % (start, end), encoding="utf-8")
    customers(root, SEED, count=count, first=date(2026, 2, 1), last=date(2026, 2, 7))
    return folder


def run(folder: ProgramFolder, *, count: int = COUNT) -> float:
    """Launches both pilots and lets everybody live through the period; the true effect per customer not kept out."""
    everybody = shop_people(count, SEED)
    change = np.zeros(count)
    for pilot, effect in EFFECTS.items():
        go(folder, pilot)
        tried = {customer for customer, arm in assigned(folder, pilot).items() if arm == "tried"}
        change += np.array([effect * (one in tried) for one in everybody.ids.tolist()])
    live(folder, everybody, change)
    kept = kept_out(folder, everybody)
    return float(change[~kept].mean())


def live(folder: ProgramFolder, everybody: People, change: NDArray[Any]) -> None:
    """Visits of everybody over the period, a few before it and after it."""
    rng = generator(SEED, "six months")
    chance = np.clip(probability("visit", everybody.engagement, change), 0, 1)
    with (folder.root / "data" / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer", "day", "amount"])
        for one in everybody.ids[rng.random(len(chance)) < chance].tolist():
            for _ in range(1 + rng.poisson(0.5)):
                day = FIRST + timedelta(days=int(rng.integers((LAST - FIRST).days + 1)))
                rows.writerow([one, day, f"{rng.gamma(2, 12):.2f}"])
        for one in everybody.ids[rng.random(len(chance)) < 0.2].tolist():
            rows.writerow([one, (FIRST - timedelta(days=1)), "9.00"])
            rows.writerow([one, (LAST + timedelta(days=1)), "9.00"])


def kept_out(folder: ProgramFolder, everybody: People) -> NDArray[Any]:
    """Worked out from the words of the docs alone: SHA-256 of salt, colon and id, below a tenth."""

    def bucket(one: str) -> int:
        return int(hashlib.sha256(f"holdout/2026-02-01:{one}".encode()).hexdigest()[:8], 16) % 10_000

    return np.array([bucket(one) < 1000 for one in everybody.ids.tolist()])


def see(folder: ProgramFolder, first: date = FIRST, last: date = LAST, **given: object) -> TakenTogether:
    settings = {"by": "ada", "now": LATER, "today": LATER.date()} | given
    return together(folder, first, last, **settings)  # type: ignore[arg-type]
