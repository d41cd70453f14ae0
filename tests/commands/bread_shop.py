"""A small program with a file of customers and one of orders, drawn by us or by somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pitcairn.commands.group import run
from pitcairn.program import ProgramFolder

COUNT = 400
PROGRAM = """
program: Corner shop
purpose: Be of use.
simulated: All of it is made up.
product_lines: {bread: Bread}
sources:
  customers: {kind: wide, files: data/customers.csv, customer: id}
  orders: {kind: events, files: data/orders.csv, customer: id, time: day}
measures:
  spend: {label: Spend, kind: sum, source: orders, column: amount, money: true}
"""
PILOT = """
title: A note with the bread
owner: bakery
scope: {product_line: bread}
challenge: nurture
customer: {audience: everybody, behaviour: come back, barriers: [they forget], benefits: [bread]}
customers: {source: customers}
deciding: spend
"""
ITERATION = """
stage: explore
question: Does a note bring people back?
arms:
  usual: {label: As today, share: 1/2, role: control}
  note: {label: A note, share: 1/2}
worth_it: 1
start: 2026-03-02
follow_up: 14 days
end: 2026-03-16
"""
READ = ("read", "p", "--by", "Ann", "--today", "2026-03-17")
LAUNCH = ("launch", "p", "-y", "--by", "Ann", "--today", "2026-03-01")
OBSERVED = "assignment: {source: customers, column: arm, start: started}\n"


def customers_file(folder: ProgramFolder) -> Path:
    return folder.root / "data" / "customers.csv"


def orders_file(folder: ProgramFolder) -> Path:
    return folder.root / "data" / "orders.csv"


def a_shop(root: Path, observed: str = "") -> ProgramFolder:
    folder = ProgramFolder(root)
    folder.pilot_folder("p").mkdir(parents=True)
    (root / "data").mkdir()
    folder.program_file.write_text(PROGRAM, encoding="utf-8")
    folder.pilot_file("p").write_text(PILOT, encoding="utf-8")
    folder.iteration_file("p", 1).write_text(ITERATION + observed, encoding="utf-8")
    people = [f"secret{n},{('usual', 'note')[n % 2]},2026-03-02" for n in range(COUNT)]
    customers_file(folder).write_text("\n".join(("id,arm,started", *people, "")), encoding="utf-8")
    orders = [f"secret{n},2026-03-0{3 + n % 6},{5 + n % 7}.50" for n in range(0, COUNT, 3)]
    orders_file(folder).write_text("\n".join(("id,day,amount", *orders, "")), encoding="utf-8")
    return folder


def files_in(folder: ProgramFolder) -> dict[str, bytes]:
    files = (path for path in folder.root.rglob("*") if path.is_file())
    return {path.relative_to(folder.root).as_posix(): path.read_bytes() for path in files}


def call(capsys: pytest.CaptureFixture[str], folder: ProgramFolder, *words: str) -> tuple[int, str, str]:
    """What a command line does; files made to Parquet are read in the place of those declared."""
    capsys.readouterr()
    instead = [f"--data={path.stem}={path}" for path in sorted(folder.root.glob("data/*.parquet"))]
    code = run(["-C", str(folder.root), *words, *instead])
    said = capsys.readouterr()
    return code, said.out, said.err
