import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pitcairn.reading import titles
from pitcairn.report import axis_charts
from pitcairn.report.axis_charts import drawn
from pitcairn.report.built_up import MOST_ROWS, NO_CHARTS, built_up, has_built_up
from pitcairn.report.render import iteration_page
from pitcairn.report.rows import Index
from result_samples import result, with_looks

TESTS = Path(__file__).parents[1]
IMPORTS = """
import sys
from pitcairn.report.render import iteration_page
from pitcairn.report.same import matched
from result_samples import result, with_looks
def told(): print("vl_convert" in sys.modules)
told()
html = iteration_page(result("promote", 2)); told()
assert matched(html, lambda charts: iteration_page(result("promote", 2), charts=charts)).kind == "same"; told()
iteration_page(with_looks(result("promote", 2))); told()
"""
SAMPLE = with_looks(result("promote", 2))


@pytest.fixture
def library() -> None:
    pytest.importorskip("vl_convert", reason="the charting library, the extra “charts”, is not installed")


@pytest.fixture
def no_library(monkeypatch) -> None:
    monkeypatch.setattr(axis_charts, "_library", lambda: None)


def section(html: str) -> str:
    found = re.search(r'<section id="built-up".*?</section>', html, flags=re.S)
    assert found is not None
    return found[0]


@pytest.mark.usefixtures("library")
def test_a_chart_is_a_static_picture_in_the_pages_colours_that_says_what_it_shows():
    html = section(iteration_page(SAMPLE))
    assert html.count('<svg class="chart"') == 4
    assert "var(--s1)" in html
    assert "var(--s2)" in html
    assert not re.search(r"<script|https?://|#[0-9a-f]{6}\b", html.replace("http://www.w3.org/", ""))
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    last = SAMPLE.looks[-1].effect
    assert f"the best estimate is {last.estimate_text}, the range {last.range_text}." in html
    assert len(html) < 80_000


@pytest.mark.usefixtures("library")
def test_a_chart_is_the_same_in_every_time_zone(monkeypatch):
    one = section(iteration_page(SAMPLE))
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert section(iteration_page(SAMPLE)) == one


@pytest.mark.usefixtures("library")
def test_words_around_a_chart_stay_words():
    found = drawn({"data": {"values": []}, "mark": "point"}, id="x", title="<b>&", description="\"'>")
    assert found is not None
    assert '<title id="x-w-t">&lt;b&gt;&amp;</title>' in found.wide
    assert "<b>" not in found.wide + found.narrow


@pytest.mark.usefixtures("no_library")
def test_without_the_library_the_tables_stand_open_and_the_page_says_why():
    html = section(iteration_page(SAMPLE))
    assert NO_CHARTS in html
    assert '<svg class="chart"' not in html
    assert html.count("<details open>") == 2


@pytest.mark.usefixtures("no_library")
def test_tables_hold_the_first_and_the_last_day_and_not_too_many():
    found = built_up(with_looks(result("promote", 1), days=200), Index.of(SAMPLE))
    assert found is not None
    days = found.arms[0].days
    assert len(days) == MOST_ROWS
    assert (days[0].day, days[-1].day) == ("11 September 2025", "29 March 2026")


def test_one_look_at_the_end_is_no_story():
    short = replace(SAMPLE, looks=SAMPLE.looks[:2])
    assert not has_built_up(short)
    assert 'id="built-up"' not in iteration_page(short)


def test_a_withheld_page_shows_no_looks_either():
    assert 'id="built-up"' not in iteration_page(replace(SAMPLE, withheld=True))


def test_the_title_says_since_when_the_estimate_has_settled():
    assert titles.built_up(SAMPLE) == "Since 6 March 2026 the estimate has stayed inside its latest range"
    settled = replace(SAMPLE, looks=SAMPLE.looks[20:28])
    assert titles.built_up(settled) == "From the first look on, the estimate has stayed inside its latest range"


@pytest.mark.usefixtures("library")
def test_the_charting_library_is_imported_by_a_page_that_has_charts_and_by_no_other():
    loaded = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True, cwd=TESTS)
    assert loaded.stdout.split() == ["False", "False", "False", "True"]


@pytest.mark.usefixtures("library")
def test_many_arms_over_many_days_stay_a_small_page():
    assert len(iteration_page(with_looks(result("adapt", 5), days=90)).encode()) < 300_000
