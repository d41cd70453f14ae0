"""No page is too large, whatever a program has come to; what is left out is said, with where it is."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

import pytest
from every_page import LONG_NAME, a_pack
from page_samples import story
from test_report_render import HOSTILE, Page, poisoned

from pitcairn.promotion.calibration import Calibration, calibrated
from pitcairn.promotion.card import card
from pitcairn.promotion.registry import Index, Listed
from pitcairn.promotion.registry_pages import index_page
from pitcairn.reading.overview import PilotNow, Spending
from pitcairn.reading.past import Turn
from pitcairn.reading.result import DetailRow, GroupTable, Result
from pitcairn.report.axis_charts import Charts
from pitcairn.report.context import Context
from pitcairn.report.cuts import PROGRAM, STORIES
from pitcairn.report.fit import CHART, MOST, Cut, fitted
from pitcairn.report.program import Program, pilot_page, program_page
from pitcairn.report.render import iteration_page, rendered
from pitcairn.report.same import matched
from pitcairn.report.shorten import shortened
from result_samples import CODES, IDS, result, with_looks


def large(*, measures: int = 30, arms: int = 5, groups: int = 8, levels: int = 5) -> Result:
    """As much as a plan may ask for: many measures in many arms, and every group it may declare."""
    base = with_looks(result("adapt", arms), days=60)
    rows = base.groups[0].rows[:arms]
    tables = (
        GroupTable(
            id=f"group-{at}",
            label=f"Group number {at}",
            heading="No clear difference between groups" if at % 4 else "Groups clearly differ",
            differs_for=() if at % 4 else (IDS[1],),
            rows=tuple(replace(row, level=f"Level {level}") for level in range(levels) for row in rows),
        )
        for at in range(groups)
    )
    more = (replace(base.measures[-1], id=f"more-{at}", label=f"Measure number {at}") for at in range(measures - 4))
    found = replace(base, measures=(*base.measures, *more), groups=tuple(tables))
    return replace(found, details=tuple(_details(found, base.details[1])))


def _details(found: Result, like: DetailRow) -> list[DetailRow]:
    rows = [replace(like, measure=one.id, arm=row.arm) for one in found.measures for row in one.rows]
    return rows + [
        replace(like, where=f"{table.label}: {row.level}", arm=row.arm) for table in found.groups for row in table.rows
    ]


def long_story(found: Result, iterations: int) -> Context:
    turns = story(found).turns
    return Context(
        turns=tuple(
            replace(
                turns[at % 3],
                number=at + 1,
                here=at == iterations - 1,
                result=replace(found, number=at + 1, details=()),
            )
            for at in range(iterations)
        )
    )


def program(pilots: int, arms: int, iterations: int = 1) -> Program:
    now, spent = [], []
    for at in range(pilots):
        found = replace(result(CODES[at % 8], arms), pilot=f"pilot-{at}", title=f"A reason, number {at}")
        turns: tuple[Turn, ...] = tuple(
            replace(turn, pilot=found.pilot, title=found.title, here=False)
            for turn in long_story(found, iterations).turns
        )
        now.append(
            PilotNow(
                pilot=found.pilot,
                title=found.title,
                owner="Mara, customer care",
                scope=found.scope,
                number=iterations,
                state="read",
                sentence=found.headline,
                waiting=at % 8 == 0,
                command=f"pitcairn decide {found.pilot}",
                turns=turns,
            )
        )
        spent.append(Spending(lineage=f"product_line:shoes:{at}", turns=turns, attempts=1, used=0.025))
    return Program(
        name="After the first order",
        purpose="Customers who bought once find a reason to come back",
        simulated="Made-up customers.",
        today=date(2026, 9, 2),
        pilots=tuple(now),
        lineages=tuple(spent),
        scores=(),
    )


def size(html: str) -> int:
    return len(html.encode("utf-8"))


def said(html: str) -> str:
    return Page(html).text


def test_thirty_measures_in_five_arms_by_eight_groups_fit_and_say_what_is_missing() -> None:
    html = iteration_page(large())
    text = said(html)
    assert 200_000 < size(html) <= MOST
    assert "lines of exact figures are left out: the result file holds all" in text
    assert "of 29 measures are left out, none that decides" in text
    assert "pitcairn report, with --csv" in text
    assert "Repeat orders" in text
    assert "No average customer" in text


def test_groups_that_clearly_differ_stay_longest() -> None:
    html = iteration_page(large(levels=12))
    text = said(html)
    assert size(html) <= MOST
    assert "of 8 groups are left out" in text
    kept = [at for at in range(8) if f"Group number {at}" in text]
    assert kept
    assert kept[0] == 0
    assert set(kept) <= {0, 4} or {0, 4} <= set(kept)


def test_a_page_that_fits_loses_nothing() -> None:
    text = said(iteration_page(large(measures=5, arms=2, groups=3, levels=3)))
    assert "So that this page stays small" not in text


def test_sixty_iterations_of_five_arms_fit_with_a_link_or_a_line_for_each() -> None:
    found = result("promote", 5)
    html = iteration_page(found, long_story(found, 60))
    text = said(html)
    assert size(html) <= MOST
    assert "of 60 iterations are not repeated here: each has a page of its own." in text
    assert all(f"iteration {number}" in text for number in range(1, 61))
    one = program(1, 5, iterations=120)
    html = rendered("story.html.j2", pilot_page(one, one.pilots[0]), None, STORIES)
    assert size(html) <= MOST
    assert all(f"iteration-{number}.html" in html for number in range(1, 121))


@pytest.mark.parametrize(("pilots", "arms", "iterations"), [(200, 1, 1), (200, 5, 3)])
def test_the_first_page_of_two_hundred_pilots_links_every_one(pilots: int, arms: int, iterations: int) -> None:
    html = rendered("program.html.j2", program_page(program(pilots, arms, iterations)), None, PROGRAM)
    assert size(html) <= MOST
    assert all(f'href="pilots/pilot-{at}/index.html"' in html for at in range(pilots))
    assert "lessons, the oldest, stand only on the pages of their pilots" in said(html)


def test_a_registry_of_a_thousand_packs_says_how_many_it_names() -> None:
    packs = tuple(
        Listed(
            file=f"packs/bread-note-{at}.0.0.pilotpack",
            name="bread-note",
            version=f"{at}.0.0",
            title="A note with the bread",
            summary="A note in the bag brings people back",
            proven_at="Bread, Corner shop (simulated)",
            valid_until="2027-05-01",
            core_digest="0" * 64,
            digest="0" * 64,
            adoptions=3,
            expired=False,
            rung=3,
            evidence="Confirmed at one place",
            simulated=True,
        )
        for at in range(1000)
    )
    nothing: Calibration = calibrated(())
    html = index_page(Index(packs=packs, adoptions=(), calibration=nothing, problems=()))
    assert size(html) <= MOST
    assert "1,000 packs" in said(html)
    assert "of 1,000 packs are left out: the file index.json beside this page lists all of them." in said(html)


def test_a_card_with_a_thousand_tries_fits(tmp_path_factory: pytest.TempPathFactory) -> None:
    pack = a_pack(tmp_path_factory.mktemp("pack"))
    html = card(replace(pack, iterations=pack.iterations * 1000))
    assert size(html) <= MOST
    assert "of 3,000 tries are left out: pack.json in the pack holds all of them." in said(html)


@pytest.mark.parametrize("code", ["promote", "unsafe_to_read"])
def test_ten_thousand_characters_in_every_text_of_a_result_fit(code: str) -> None:
    base = result(code, 2)  # type: ignore[arg-type]
    html = iteration_page(_long(poisoned(base)))
    assert size(html) <= MOST
    assert "script" not in {tag for tag, _ in Page(html).elements}
    assert base.headline[:20] in said(html)


def _long(value: Any) -> Any:
    """Every text that holds the hostile words, ten thousand characters longer."""
    if isinstance(value, str):
        return value + "ab" * 5000 if value.endswith(HOSTILE) else value
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _long(getattr(value, one.name)) for one in fields(value)})
    return tuple(_long(item) for item in value) if isinstance(value, tuple) else value


def test_what_is_cut_does_not_depend_on_who_drew_the_charts() -> None:
    pytest.importorskip("vl_convert", reason="the charting library, the extra “charts”, is not installed")
    found = large(arms=3)
    pages = {charts: iteration_page(found, charts=charts) for charts in (Charts.DRAWN, Charts.OUTLINED)}
    cuts = said(pages[Charts.OUTLINED]).split("So that this page stays small, ")[1:]
    assert cuts
    assert all(sentence[:60] in said(pages[Charts.DRAWN]) for sentence in cuts)
    for charts in (Charts.DRAWN, Charts.LEFT_OUT):
        page = iteration_page(found, charts=charts)
        assert matched(page, lambda how: iteration_page(found, charts=how)).kind == "same"


def test_a_chart_is_never_larger_than_it_is_taken_to_be() -> None:
    pytest.importorskip("vl_convert", reason="the charting library, the extra “charts”, is not installed")
    html = iteration_page(with_looks(result("promote", 1), days=730))
    charts = html.split('<svg class="chart"')[1:]
    assert len(charts) == 2
    assert all(len(chart.split("</svg>")[0]) < CHART for chart in charts)


@dataclass(frozen=True)
class Small:
    notices: tuple[str, ...]
    label: str
    text: str
    href: str = "a" * 500


def test_a_long_name_is_cut_wherever_it_stands_and_a_link_never() -> None:
    page = shortened(Small(notices=(), label=LONG_NAME, text=f"Promote “{LONG_NAME}”: +44 (+27 to +60)."))
    assert page.label.endswith("ab…")
    assert len(page.label) == 200
    assert page.text == f"Promote “{page.label}”: +44 (+27 to +60)."
    assert page.href == "a" * 500
    assert "\u202e" not in page.label
    assert page.label.startswith("right to left ")


def test_a_name_that_a_plan_may_hold_is_never_cut() -> None:
    page = Small(notices=(), label="a" * 200, text="b" * 2000)
    assert shortened(page) == page


def test_as_many_are_kept_as_fit() -> None:
    cut: Cut[Small] = Cut(
        count=lambda page: len(page.text),
        keep=lambda page, number: replace(page, text=page.text[:number]),
        say=lambda _, left, total: f"{left} of {total}",
    )
    html = fitted(
        Small(notices=(), label="", text="x" * 1000), lambda page: page.text * 1000 + "".join(page.notices), (cut,)
    )
    assert MOST - 1500 < len(html) <= MOST
    assert html.endswith("of 1000")
