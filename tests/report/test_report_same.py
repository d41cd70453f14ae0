"""Whoever made a page, with whatever charting library or none: what its result gives is told from what it does not."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from past_builders import launched, was_read

from pitcairn.commands.group import run
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import from_json, to_json
from pitcairn.report import axis_charts
from pitcairn.report.axis_charts import NOBODY, Charts, drawer
from pitcairn.report.render import iteration_page
from pitcairn.report.same import matched
from result_samples import result, with_looks

SAMPLE = with_looks(result("promote", 2))


def page(charts: Charts = Charts.DRAWN) -> str:
    return iteration_page(SAMPLE, charts=charts)


@pytest.fixture
def library() -> None:
    pytest.importorskip("vl_convert", reason="the charting library, the extra “charts”, is not installed")


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axis_charts, "_library", lambda: None)


@pytest.fixture
def older(library: None) -> str:
    """The page as an older version of the library might have drawn it: other digits, another order, another box."""
    html = page().replace(f'content="{drawer()}"', 'content="vl-convert-python 1.7.0"')
    return html.replace('viewBox="0 0 560 ', 'viewBox="0 0 561 ').replace('stroke-width="2.5"', 'stroke-width="2.4"')


@pytest.mark.usefixtures("library")
def test_a_page_says_what_drew_its_charts_and_only_where_it_has_some() -> None:
    assert f'<meta name="charts" content="{drawer()}">' in page()
    assert drawer().startswith("vl-convert-python ")
    assert f'<meta name="charts" content="{NOBODY}">' in page(Charts.LEFT_OUT)
    assert 'name="charts"' not in iteration_page(result("promote", 2))


@pytest.mark.usefixtures("library")
def test_the_same_library_draws_the_same_bytes() -> None:
    assert matched(page(), page).kind == "same"


@pytest.mark.usefixtures("library")
def test_a_page_made_without_the_library_is_the_same_where_it_is_installed() -> None:
    assert matched(page(Charts.LEFT_OUT), page).kind == "same"


def test_without_the_library_a_page_made_with_it_is_the_same_but_for_its_charts(
    library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = page()
    monkeypatch.setattr(axis_charts, "_library", lambda: None)
    found = matched(drawn, page)
    assert found.kind == "other_charts"
    assert "and here the charting library is not installed, so they are not compared" in found.sentence
    assert matched(page(), page).kind == "same"


def test_charts_of_another_version_are_told_from_a_page_that_differs(older: str) -> None:
    found = matched(older, page)
    assert found.kind == "other_charts"
    assert f"drawn by vl-convert-python 1.7.0, and here {drawer()} is installed" in found.sentence


def test_beside_another_versions_charts_every_other_letter_is_compared(older: str) -> None:
    last = SAMPLE.looks[-1].effect
    for old, new in (
        ("Made by Pitcairn", "Made by Pitcaim"),
        (f"the best estimate is {last.estimate_text}", "the best estimate is +99"),
        ("</main>", "<p>More.</p></main>"),
    ):
        found = matched(older.replace(old, new, 1), page)
        assert (found.kind, "The first difference is in line" in found.sentence) == ("differs", True), old


@pytest.mark.parametrize("strange", ["<script>alert(1)</script>", "<foreignObject>+99</foreignObject>", "<a>+99</a>"])
def test_a_chart_holds_lines_and_labels_and_nothing_else(older: str, strange: str) -> None:
    spoilt = older.replace("</desc><", f"</desc>{strange}<", 1)
    assert spoilt != older
    assert matched(spoilt, page).kind == "differs"


@pytest.mark.usefixtures("library")
def test_a_chart_of_this_version_is_compared_to_the_byte() -> None:
    found = matched(page().replace('stroke-width="2.5"', 'stroke-width="2.4"', 1), page)
    assert found.kind == "differs"
    assert "in the part “built-up”" in found.sentence


def test_a_page_that_stops_early_differs_at_its_end() -> None:
    whole = page(Charts.LEFT_OUT)
    assert matched(whole[:-9], page).kind == "differs"
    assert matched("", page).sentence.startswith("The first difference is in line 1: the page has “” where")


def test_the_command_tells_the_three_apart(
    library: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ProgramFolder(tmp_path)
    folder.program_file.write_text("program: After the first order\n", encoding="utf-8")
    folder.pilot_file("second-order").parent.mkdir(parents=True)
    for planned in (folder.pilot_file("second-order"), folder.iteration_file("second-order", 3)):
        planned.write_text("", encoding="utf-8")
    launched(folder, 3)
    was_read(folder, 3, "promote", changed=lambda text: to_json(with_looks(from_json(text))))
    verify = ["-C", str(tmp_path), "report", "second-order", "--iteration", "3"]
    assert run(verify) == 0
    assert run([*verify, "--verify"]) == 0
    capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr(axis_charts, "_library", SimpleNamespace)
        patched.setattr("importlib.metadata.version", lambda _: "1.7.0")
        assert run([*verify, "--verify"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "so they are not compared; all else is the same" in said
    file = folder.report_file("second-order", 3)
    file.write_text(file.read_text("utf-8").replace("Bo Lind", "Bo").replace("+44", "+45", 1), encoding="utf-8")
    assert run([*verify, "--verify", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)["report"]
    assert (told["same"], told["match"]["kind"]) == (False, "differs")
    assert "“" in told["match"]["sentence"]
