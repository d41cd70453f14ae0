"""Pages in a real browser: nothing for axe-core to find, no request, nothing wider than a phone, paper that stands."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from every_page import every_page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in BROWSERS if (found := shutil.which(name))), "")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SOME = (
    *("iteration: promote", "iteration: unsafe_to_read", "iteration: by day"),
    *("plan: cannot be shown", "card: pack", "registry: calibration.html"),
    *("site: index.html", "site: pilots/note/index.html", "site: together/2026-03-01-2026-08-31.html"),
)
"""Pages that the default run shows to axe-core, of every kind one; `-m slow` shows it all of them."""
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return {
    at: [...document.querySelectorAll('*')].indexOf(one), name: one.tagName.toLowerCase(),
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
  }
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no Chromium is installed here")
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra “browser” is not installed")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return every_page(tmp_path_factory.mktemp("every"))


@pytest.fixture
def tab(browser) -> Iterator[Any]:
    # The page forbids scripts to itself; the judge is one, so here alone the browser lets it in.
    context = browser.new_context(viewport=WIDE, bypass_csp=True)
    yield context.new_page()
    context.close()


def judged(tab: Any, html: str) -> list[str]:
    """What axe-core finds in light, in dark, where only colours change, and on a phone."""
    from axe_playwright_python.sync_playwright import Axe

    tab.set_content(html)
    found = []
    axe, colours = Axe(), {"runOnly": ["color-contrast", "link-in-text-block"]}
    for scheme, size, only in (("light", WIDE, None), ("dark", WIDE, colours), ("light", PHONE, None)):
        tab.emulate_media(color_scheme=scheme)
        tab.set_viewport_size(size)
        for one in axe.run(tab, options=only).response["violations"]:
            places = [node["html"][:200] for node in one["nodes"][:3]]
            found.append(f"{scheme} {size['width']}: {one['id']}: {places}")
    return found


def test_axe_finds_nothing(tab, shown):
    assert {name: found for name in SOME if (found := judged(tab, shown[name]))} == {}


@pytest.mark.slow
def test_axe_finds_nothing_on_any_page(tab, shown):
    assert {name: found for name, html in shown.items() if (found := judged(tab, html))} == {}


def test_axe_would_find_what_is_wrong(tab, shown):
    spoilt = (
        shown["registry: calibration.html"]
        .replace("--soft: #545d68", "--soft: #c9ced4")
        .replace("<html lang", "<html x")
    )
    found = " ".join(judged(tab, spoilt))
    assert "color-contrast" in found
    assert "html-has-lang" in found


@pytest.mark.parametrize("name", ["iteration: by day", "plan: cannot be shown", "card: pack", "site: index.html"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_keyboard_goes_through_the_page_in_order_and_is_seen_all_the_way(tab, shown, name, size):
    tab.set_viewport_size(size)
    tab.emulate_media(reduced_motion="reduce")
    tab.set_content(shown[name])
    steps = []
    for _ in range(200):
        tab.keyboard.press("Tab")
        steps.append(tab.evaluate(FOCUSED))
        if steps[-1]["name"] == "body" or (len(steps) > 1 and steps[-1]["at"] <= steps[-2]["at"]):
            steps.pop()
            break
    places = [step["at"] for step in steps]
    assert len(places) > 3
    assert places == sorted(places)
    assert [step for step in steps if not (step["seen"] and step["ring"])] == []
    can_be_used = "[...document.querySelectorAll('a[href], summary, [tabindex]')].filter(one => one.checkVisibility())"
    assert len(places) == tab.evaluate(f"{can_be_used}.length")


def test_nothing_is_wider_than_a_phone_and_nothing_is_requested(tab, shown, tmp_path):
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.set_viewport_size(PHONE)
    widths = {}
    for number, (name, html) in enumerate(shown.items()):
        path = tmp_path / f"{number}.html"
        path.write_text(html, encoding="utf-8")
        tab.goto(path.as_uri())
        widths[name] = tab.evaluate("document.documentElement.scrollWidth")
    assert {name: width for name, width in widths.items() if width > PHONE["width"]} == {}
    assert [url for url in asked if not url.startswith(("file:", "data:,"))] == []
    assert len(asked) >= len(shown)


def test_the_verdict_is_read_without_scrolling_far_on_a_phone(tab, shown):
    tab.set_viewport_size(PHONE)
    for code in ("promote", "harm", "cannot_tell"):
        tab.set_content(shown[f"iteration: {code}"])
        assert tab.evaluate("document.querySelector('h1').getBoundingClientRect().bottom") < 2 * PHONE["height"]


@pytest.mark.parametrize("name", ["promote", "five arms", "unsafe_to_read"])
def test_on_paper_the_first_page_stands_alone_and_the_rest_is_short(tab, shown, tmp_path, name):
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext, which reads paper, is not installed here")
    import subprocess

    tab.set_content(shown[f"iteration: {name}"])
    tab.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True, print_background=False)
    text = subprocess.run([reader, "-layout", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True)
    sheets = text.stdout.split("\f")[:-1]
    assert len(sheets) <= 10
    assert "Next" in sheets[0]
    first = re.sub(r"\s+", " ", sheets[0])
    assert "The effect" not in first
    assert Path(tmp_path / "page.pdf").stat().st_size < 1_000_000
