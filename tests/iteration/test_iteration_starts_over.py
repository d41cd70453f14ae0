"""Customers who start on days found by lot: drawn, listed, read day by day, and a confirmation that ends early."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from small_shop import a_shop, assigned, go, look, outcomes

from pitcairn.design.assignment import start_of
from pitcairn.design.resolve import resolve
from pitcairn.errors import SpecError
from pitcairn.iteration.outcomes import Taken
from pitcairn.iteration.rehearse import rehearse
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

START = date(2026, 3, 2)
DAYS = 14


def spread(root: Path, *, stage: str = "explore", end: str = "2026-03-29", pilot: str = "") -> ProgramFolder:
    shop = a_shop(root)
    path = shop.iteration_file("note", 1)
    text = path.read_text(encoding="utf-8").replace("stage: explore", f"stage: {stage}")
    path.write_text(text.replace("end: 2026-03-16", f"starts_over: 2 weeks\nend: {end}\n{pilot}"), encoding="utf-8")
    return shop


def starts(shop: ProgramFolder) -> dict[str, date]:
    path = str(shop.assignment_file("note", 1))
    rows = duckdb.connect().execute("SELECT customer, start FROM read_parquet(?)", [path]).fetchall()
    return dict(rows)


def on(shop: ProgramFolder, day: date) -> Taken:
    """The reading of everything up to and including this day."""
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=1)
    return look(shop, now=now, today=now.date())


def test_every_customer_gets_a_day_by_lot_in_the_draw_and_in_the_lists(tmp_path: Path) -> None:
    shop = spread(tmp_path / "shop")
    go(shop)
    plan = resolve(load(shop, "note", 1))
    found, arms = starts(shop), assigned(shop)
    assert found == {customer: start_of(plan, customer) for customer in arms}
    counts = Counter(found.values())
    assert sorted(counts) == [START + timedelta(days=day) for day in range(DAYS)]
    assert max(counts.values()) < 1.3 * min(counts.values())
    with (shop.lists("note", 1) / "note.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["customer"]: date.fromisoformat(row["start"]) for row in csv.DictReader(file)}
    assert listed == {customer: found[customer] for customer, arm in arms.items() if arm == "note"}


def test_a_reading_counts_those_whose_own_follow_up_is_over(tmp_path: Path) -> None:
    shop = spread(tmp_path / "shop")
    go(shop)
    outcomes(shop)
    followed = START + timedelta(days=13)
    for day in (followed, followed + timedelta(days=6)):
        result = on(shop, day).result
        ready = [customer for customer, start in starts(shop).items() if start + timedelta(days=13) <= day]
        assert result.flow.counted == len(ready)
        assert result.flow.pending == len(starts(shop)) - len(ready)


def test_a_confirmation_with_a_large_gain_passes_before_its_end(tmp_path: Path) -> None:
    shop = spread(tmp_path / "shop", stage="confirm")
    go(shop)
    outcomes(shop, gain=0.1)
    first, later = (on(shop, START + timedelta(days=day)).result.verdicts[0].code for day in (13, 25))
    assert first == "too_early"
    assert later in ("adapt", "promote")


def test_a_confirmation_without_a_gain_is_open_until_its_end(tmp_path: Path) -> None:
    shop = spread(tmp_path / "shop", stage="confirm")
    go(shop)
    outcomes(shop, gain=0.0)
    assert {on(shop, START + timedelta(days=day)).result.verdicts[0].code for day in (13, 20, 25)} == {"too_early"}
    assert on(shop, START + timedelta(days=27)).result.verdicts[0].code in (
        "cannot_tell",
        "no_difference",
        "not_worth_it",
    )


def test_the_end_leaves_time_for_the_last_who_start(tmp_path: Path) -> None:
    shop = spread(tmp_path / "shop", end="2026-03-28")
    with pytest.raises(SpecError, match="the follow-up of 14 days from 2026-03-15 is not over"):
        load(shop, "note", 1)


def test_somebody_elses_draw_says_itself_when_customers_start(tmp_path: Path) -> None:
    shop = spread(tmp_path / "shop", pilot="assignment: {source: outcomes, column: arm}\n")
    with pytest.raises(SpecError, match="“starts_over” is for draws of our own"):
        load(shop, "note", 1)


def test_it_can_be_rehearsed(tmp_path: Path) -> None:
    shop = spread(tmp_path / "shop")
    found = rehearse(shop, "note", 1, repetitions=2)
    assert found.repetitions == 2
    assert all(sum(count for _, count in arm.verdicts) == 2 for one in found.scenarios for arm in one.arms)
