"""A small program in a folder: plan files, customers, and outcomes made for whoever was drawn."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from pitcairn.iteration.launch import launch
from pitcairn.iteration.outcomes import Launch, Taken
from pitcairn.iteration.read import read
from pitcairn.program import ProgramFolder

CUSTOMERS = 4000
START, END = date(2026, 3, 2), date(2026, 3, 16)
LAUNCHED = datetime(2026, 3, 1, 12, tzinfo=UTC)
AFTER = datetime(2026, 3, 17, 12, tzinfo=UTC)

PROGRAM = """
program: Corner shop
purpose: Be of use to the people who buy here.
product_lines: {bread: Bread, cheese: Cheese}
sources:
  customers: {kind: wide, files: data/customers.csv, customer: id}
  outcomes: {kind: wide, files: data/outcomes.csv, customer: id}
measures:
  visit: {label: Visits, kind: any, source: outcomes, column: visit, unit: visits, before: visited}
  complaint: {label: Complaints, kind: any, source: outcomes, column: complaint, unit: complaints, better: down,
    usual: 2 per 1000}
groups:
  area: {label: Area, source: customers, column: area}
contact_policy:
  opt_out: [{source: customers, where: {opted_out: 1}}]
"""
PILOT = """
title: A note with the bread
owner: bakery
scope: {product_line: bread}
challenge: nurture
customer:
  audience: People who bought bread this year
  behaviour: come back within two weeks
  barriers: [they forget]
  benefits: [fresh bread]
customers: {source: customers}
deciding: visit
guardrails: [{measure: complaint, margin: 10 per 1000}]
"""
ITERATION = """
stage: explore
question: Does a note bring people back?
arms:
  usual: {label: As today, share: 1/2, role: control}
  note: {label: A note, share: 1/2}
worth_it: 20 per 1000
groups: [area]
start: 2026-03-02
follow_up: 14 days
end: 2026-03-16
"""


def a_shop(root: Path, *, pilots: tuple[str, ...] = ("note",)) -> ProgramFolder:
    folder = ProgramFolder(root)
    (root / "data").mkdir(parents=True)
    folder.program_file.write_text(PROGRAM, encoding="utf-8")
    for pilot in pilots:
        folder.pilot_folder(pilot).mkdir(parents=True)
        folder.pilot_file(pilot).write_text(PILOT, encoding="utf-8")
        folder.iteration_file(pilot, 1).write_text(ITERATION, encoding="utf-8")
    lines = ["id,area,visited,opted_out"]
    for number in range(CUSTOMERS):
        area = ("town", "land")[number % 2]
        lines.append(f"c{number:05d},{area},{int(luck(number, 'before') < 0.1)},{int(number % 100 == 7)}")
    (root / "data" / "customers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def luck(number: int | str, what: str) -> float:
    return int(hashlib.sha256(f"{what}{number}".encode()).hexdigest()[:8], 16) / 2**32


def go(folder: ProgramFolder, pilot: str = "note", number: int = 1, **given: object) -> Launch:
    settings = {"by": "ada", "now": LAUNCHED, "today": LAUNCHED.date()} | given
    return launch(folder, pilot, number, **settings)  # type: ignore[arg-type]


def look(folder: ProgramFolder, pilot: str = "note", number: int = 1, **given: object) -> Taken:
    settings = {"by": "ada", "now": AFTER, "today": AFTER.date()} | given
    return read(folder, pilot, number, **settings)  # type: ignore[arg-type]


def assigned(folder: ProgramFolder, pilot: str = "note", number: int = 1) -> dict[str, str]:
    path = folder.assignment_file(pilot, number)
    return dict(duckdb.connect().execute("SELECT customer, arm FROM read_parquet(?)", [str(path)]).fetchall())


def outcomes(folder: ProgramFolder, gain: float = 0.06, pilot: str = "note", number: int = 1) -> Path:
    """Everybody drawn gets a row; the note adds `gain` to a visiting rate of 10 %."""
    lines = ["id,visit,complaint"]
    for customer, arm in sorted(assigned(folder, pilot, number).items()):
        rate = 0.1 + (gain if arm == "note" else 0.0)
        lines.append(f"{customer},{int(luck(customer, 'visit') < rate)},{int(luck(customer, 'spam') < 0.002)}")
    path = folder.root / "data" / "outcomes.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def files_in(folder: ProgramFolder) -> set[str]:
    """Every file of the program but the engine's scratch and what the plan files are."""
    found = (path for path in folder.root.rglob("*") if path.is_file())
    return {name for name in map(folder.relative, found) if not name.startswith((".pitcairn", "data/"))}
