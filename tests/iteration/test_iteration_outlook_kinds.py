"""Every kind of measure is sized from the program's own history: its events, its earlier surveys, its readings."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from small_shop import a_shop, assigned, go, look, luck

from pitcairn.iteration.outcomes import Outlook, Sight
from pitcairn.iteration.outlook import outlook
from pitcairn.iteration.plan_page import plan_page
from pitcairn.program import ProgramFolder

COUNT = 4000
FIRST = date(2026, 1, 20)
SOURCES = """
  orders: {kind: events, files: data/orders.csv, customer: id, time: day}
"""
MEASURES = """
  median: {label: Median basket, kind: quantile, at: 0.5, source: orders, column: amount, unit: a basket}
  per_order: {label: Per order, kind: ratio, source: orders, column: amount, over: {}, unit: an order}
  happier: {label: Happier, kind: mean, source: outcomes, column: score, before: score_2, change: true, unit: points,
    past: {column: score_2, before: score_1}}
"""


def shop(root: Path, *, deciding: str = "per_order", worth_it: str = "1", iteration: str = "") -> ProgramFolder:
    """The small shop, with orders from before the start, two surveys that are over, and households of three."""
    folder = a_shop(root)
    text = folder.program_file.read_text(encoding="utf-8")
    text = text.replace("measures:\n", f"{SOURCES.strip(chr(10))}\nmeasures:\n{MEASURES.strip(chr(10))}\n")
    folder.program_file.write_text(text, encoding="utf-8")
    pilot = folder.pilot_file("note")
    watch = ", ".join(one for one in ("median", "per_order", "happier", "visit") if one != deciding)
    if iteration:
        watch = watch.replace("median, ", "")
    changed = pilot.read_text(encoding="utf-8").replace("deciding: visit", f"deciding: {deciding}")
    pilot.write_text(f"{changed}watch: [{watch}]\n", encoding="utf-8")
    turn = folder.iteration_file("note", 1)
    changed = turn.read_text(encoding="utf-8").replace("20 per 1000", worth_it)
    turn.write_text(changed + iteration, encoding="utf-8")
    customers = folder.root / "data" / "customers.csv"
    head, *rows = customers.read_text(encoding="utf-8").splitlines()
    lines = [f"{head},score_1,score_2,home"]
    for number, row in enumerate(rows):
        first = 3 + 4 * luck(number, "first")
        lines.append(f"{row},{first:.2f},{0.5 * first + 2 + 3 * luck(number, 'second'):.2f},h{number // 3}")
    customers.write_text("\n".join(lines) + "\n", encoding="utf-8")
    orders(folder)
    return folder


def orders(folder: ProgramFolder) -> None:
    """One to three orders of everybody in every two weeks, on both sides of the start; homes are alike."""
    lines = ["id,day,amount"]
    for number in range(COUNT):
        for place in range(9):
            if luck(number, f"orders {place}") < 0.6:
                day = FIRST + timedelta(days=6 * place + int(6 * luck(number, f"day {place}")))
                amount = 20 + 10 * luck(number // 3, "home") + 20 * luck(number, f"amount {place}")
                lines.append(f"c{number:05d},{day},{amount:.2f}")
    (folder.root / "data" / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def sight(found: Outlook, measure: str) -> Sight:
    return next(one for one in found.sights if one.measure == measure)


def test_ratios_quantiles_and_changes_are_sized_before_anything_was_read(tmp_path: Path) -> None:
    found = outlook(shop(tmp_path / "shop"), "note", 1)
    told = "3,960 eligible customers: what they did from 16 February 2026 to 1 March 2026"
    for measure in ("median", "per_order"):
        assert sight(found, measure).visible_gain is not None
    assert sight(found, "per_order").basis == told
    change = sight(found, "happier")
    assert change.basis == "column “score_2”, with “score_1” from before it of 3,960 eligible customers"
    numbers = [one for one in range(COUNT) if one % 100 != 7]
    first = np.array([3 + 4 * luck(one, "first") for one in numbers])
    second = 0.5 * first + 2 + 3 * np.array([luck(one, "second") for one in numbers])
    expected = (1.959964 + 1.281552) * (second - first).std(ddof=1) * np.sqrt(2 / (found.drawn / 2))
    assert change.visible_gain == pytest.approx(expected, rel=0.02)
    assert found.can_show is not None
    assert len(found.curve) == 5
    page = plan_page(found)
    assert [one.gain for one in page.sizes] == [one.gain_text for one in found.curve]
    assert (page.chart is not None) == (find_spec("vl_convert") is not None)


def test_an_earlier_reading_of_a_ratio_and_a_median_says_more_than_events_before(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    before = outlook(folder, "note", 1)
    lines = folder.iteration_file("note", 1).read_text(encoding="utf-8")
    folder.iteration_file("note", 1).write_text(f"{lines}take: 1/2\n", encoding="utf-8")
    go(folder)
    rows = [f"{one},0,0,{4 + luck(one, 'third'):.2f}" for one in sorted(assigned(folder))]
    (folder.root / "data" / "outcomes.csv").write_text("\n".join(["id,visit,complaint,score", *rows]) + "\n")
    look(folder)
    later = lines.replace("2026-03-02", "2026-04-06").replace("2026-03-16", "2026-04-20")
    second = f"{later}changed: [{{what: the day, why: to see it again}}]\nredraw_after: 7 days\n"
    folder.iteration_file("note", 2).write_text(second, encoding="utf-8")
    found = outlook(folder, "note", 2)
    for measure in ("median", "per_order", "happier"):
        assert "customers of note, iteration 1, who got today's practice" in sight(found, measure).basis
        assert sight(found, measure).visible_gain is not None
    # Half of the customers, read by the same estimator, say the same but for their luck.
    for measure in ("median", "per_order"):
        now, then = (sight(one, measure).visible_gain for one in (found, before))
        assert now == pytest.approx(then, rel=0.15)


def test_households_cost_customers_and_the_plan_says_how_many(tmp_path: Path) -> None:
    alone = outlook(shop(tmp_path / "alone"), "note", 1)
    together = outlook(shop(tmp_path / "together", iteration="cluster: home\n"), "note", 1)
    now, then = (sight(one, "per_order").visible_gain for one in (together, alone))
    assert now is not None
    assert then is not None
    assert 1.1 < now / then < 1.7
    said = next(one for one in together.sentences if "are alike" in one)
    worth = int(said.partition("tell as much as ")[2].partition(" ")[0])
    assert worth / 100 == pytest.approx((then / now) ** 2, abs=0.06)


def test_look_days_are_told(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    assert outlook(folder, "note", 1).looks == ("2026-03-15",)
    text = folder.iteration_file("note", 1).read_text(encoding="utf-8").replace("2026-03-16", "2026-03-29")
    folder.iteration_file("note", 1).write_text(f"{text}starts_over: 14 days\n", encoding="utf-8")
    found = outlook(folder, "note", 1)
    assert (len(found.looks), found.looks[0], found.looks[-1]) == (14, "2026-03-15", "2026-03-28")
    assert any(one.startswith("It can be read on 14 days, the first 15 March 2026") for one in found.sentences)


def test_a_survey_that_few_answer_is_told_what_more_answers_would_do(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", deciding="happier", worth_it="0.05")
    customers = folder.root / "data" / "customers.csv"
    head, *rows = customers.read_text(encoding="utf-8").splitlines()
    kept = [row if number % 3 == 0 else ",".join([*row.split(",")[:5], "", row.split(",")[6]])
            for number, row in enumerate(rows)]  # fmt: skip
    customers.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    found = outlook(folder, "note", 1)
    assert found.can_show is False
    assert any(one.startswith("Have more of them answer: 33%") for one in found.helps)
    program = folder.program_file.read_text(encoding="utf-8")
    folder.program_file.write_text(program.replace(",\n    past: {column: score_2, before: score_1}", ""))
    unknown = outlook(folder, "note", 1)
    assert unknown.can_show is None
    assert "two surveys that are over" in unknown.answer
