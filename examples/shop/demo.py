"""What `pitcairn demo` runs: a small program with one pilot, whose truth is told at the end."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from pitcairn.examples.shop.simulate import customers
from pitcairn.examples.shop.simulate import outcomes as simulated_outcomes
from pitcairn.examples.shop.truth import TRUTHS

PILOT = "sowing-mail"
TODAY_LAUNCH = date(2026, 3, 9)
TODAY_READ = date(2026, 3, 25)
CUSTOMERS = 12_000


def make(folder: Path, seed: int) -> None:
    """Write the demo's plan files, its customers and the contacts that other teams made, into `folder`."""
    with as_file(files("pitcairn.examples.shop") / "program") as program:
        shutil.copytree(program, folder, dirs_exist_ok=True)
    customers(folder, seed, count=CUSTOMERS, first=date(2026, 2, 16), last=TODAY_LAUNCH)


def outcomes(folder: Path, pilot: str, number: int, seed: int) -> None:
    """Write what the customers did after the launch. SpecError and DataError as in `simulate.outcomes`."""
    simulated_outcomes(folder, pilot, number, seed)


def _truth_sentence() -> str:
    truth = TRUTHS[PILOT, 1]
    places = {"garden": "a garden", "balcony": "a balcony", "indoors": "pots indoors"}
    told = []
    for arm, name in (("calendar", "What to sow"), ("bargains", "The bargains")):
        levels = [f"{_shown(truth.change(arm, 'visit', level))} with {words}" for level, words in places.items()]
        average = _shown(truth.average(arm, "visit"))
        told.append(f"“{name}” brings {average} visitors per 1,000 customers ({', '.join(levels)})")
    unsubscribes = _shown(truth.average("bargains", "unsubscribe"))
    return f"{'. '.join(told)}, and {unsubscribes} unsubscribes per 1,000; nobody complains because of either."


def _shown(change: float) -> str:
    number = round(change * 1000)
    return "0" if number == 0 else f"{number:+}".replace("-", "−")


TRUTH_SENTENCE = _truth_sentence()
"""What was built into the demo's customers, in words, from the constants."""
