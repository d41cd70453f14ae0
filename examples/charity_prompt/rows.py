"""From the published daily counts and lists of gifts to a row a visitor, which is what an outcome source holds.

The files say how many visitors and donors each cell had a day, and list the gifts one by one. So a row here is some
visitor of that day and cell; which donor gave which gift is not known and does not matter to any figure by cell.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from pitcairn.canonical import file_digest
from pitcairn.errors import DataError

FILES = {
    "charity_prompt_cro55_daily.csv": "bf51661b2e3253105083d10d82e7694f8b2ac2588a4b20a1f1fce79067b8da79",
    "charity_prompt_cro58_daily.csv": "639a6aab6a8bae3817ac45bc6c545740bce716f92142d0601617534d3f58bd14",
    "charity_prompt_gifts.csv": "ff33dea672e47bae69adc61afecd8da560622388fdb0ca15ab3e9b4b73e81d0c",
    "charity_prompt_cro58_ga_gifts.csv": "a558713223a0886f885641db35a6d748dd9e7a6088cb66bb12d01f2c149150dd",
}
HEAD = ("visitor", "day", "cell", "donated", "raised", "gift", "counted_gift", "gift_aid", "emailable")
ITERATIONS = {1: "cro55_paid_search", 2: "cro58_email"}


@dataclass(frozen=True, slots=True)
class Gift:
    """One gift of the charity's own list."""

    value: str
    gift_aid: str
    emailable: str


def checked(folder: Path) -> None:
    """DataError, with every file that is missing or is another one than was published."""
    problems = []
    for name, digest in FILES.items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{name} is not in {folder}.")
        elif file_digest(path) != digest:
            problems.append(f"{name} is not the published file: its SHA-256 differs.")
    if problems:
        raise DataError(" ".join(problems), hint="give the folder that holds the four published files")


def rows(folder: Path, iteration: int) -> Iterator[tuple[str, ...]]:
    """One row a visitor, in the order of `HEAD`; numbers where there is nothing to know stay empty."""
    visitors, donors = _days(folder, iteration)
    gifts = _gifts(folder, iteration)
    counted = _counted(folder) if iteration == 2 else {cell: [gift.value for gift in gifts[cell]] for cell in gifts}
    number = 0
    for cell in ("ctrl", "test"):
        days = [day for day, at in sorted(donors) if at == cell for _ in range(donors[day, at])]
        told = zip_longest(days, gifts[cell], counted[cell])
        for day, gift, value in told:
            number += 1
            yield _donor(number, day or days[-1], cell, gift, value)
        for day, at in sorted(visitors):
            for _ in range(visitors[day, at] - donors[day, at] if at == cell else 0):
                number += 1
                yield str(number), day, cell, "0", "0", "", "", "", ""


def write(folder: Path, iteration: int, path: Path) -> None:
    """The rows as a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file, lineterminator="\n")
        written.writerow(HEAD)
        written.writerows(rows(folder, iteration))


def _donor(number: int, day: str, cell: str, gift: Gift | None, counted: str | None) -> tuple[str, ...]:
    known = gift or Gift("", "", "")
    return str(number), day, cell, "1", known.value or "0", known.value, counted or "", known.gift_aid, known.emailable


def _days(folder: Path, iteration: int) -> tuple[Mapping[tuple[str, str], int], Mapping[tuple[str, str], int]]:
    """Visitors and donors by (day, cell)."""
    visitors: dict[tuple[str, str], int] = defaultdict(int)
    donors: dict[tuple[str, str], int] = defaultdict(int)
    for row in _read(folder / f"charity_prompt_{'cro55' if iteration == 1 else 'cro58'}_daily.csv"):
        key = row["date"], row["cell"]
        visitors[key] += int(row["visitors"] or 0)
        donors[key] += int(row["donors"] or 0)
    return visitors, donors


def _gifts(folder: Path, iteration: int) -> Mapping[str, list[Gift]]:
    found: dict[str, list[Gift]] = {"ctrl": [], "test": []}
    for row in _read(folder / "charity_prompt_gifts.csv"):
        if row["iteration"] == ITERATIONS[iteration]:
            found[row["cell"]].append(Gift(row["value"], row["gift_aid"], row["emailable"]))
    return found


def _counted(folder: Path) -> Mapping[str, list[str]]:
    """The gifts as the website's own counter saw them: a few more and a few less than the charity's list."""
    found: dict[str, list[str]] = {"ctrl": [], "test": []}
    for row in _read(folder / "charity_prompt_cro58_ga_gifts.csv"):
        found[row["cell"]].append(row["value"])
    return found


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
