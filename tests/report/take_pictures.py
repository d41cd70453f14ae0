"""Pictures of the sample pages, for people to look at.

python tests/report/take_pictures.py FOLDER [WORD ...]   every page whose name holds one of the words, or every page:
                                                         1280 and 390 pixels, light and dark, and a PDF for A4
python tests/report/take_pictures.py --docs              those that docs/pages.md shows, small, into docs/pictures

It takes the extra `browser`, Chromium, a font with Japanese signs (Debian: fonts-ipafont-gothic), and for the picture
of paper `pdftoppm`. The pages are made of simulated data.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from every_page import every_page
from gallery import PICTURES, SHOTS, Shot
from test_report_browser import CHROMIUM, PHONE, WIDE

FORMS = {
    "wide": (WIDE, "light"),
    "wide-dark": (WIDE, "dark"),
    "phone": (PHONE, "light"),
    "phone-dark": (PHONE, "dark"),
}
ACROSS, COLOURS = 840, 64
"""Pixels and colours of a picture in the documentation."""


def take(browser: Browser, name: str, html: str, into: Path) -> None:
    """All pictures of one page."""
    tab = browser.new_page()
    tab.set_content(html)
    for form, (size, scheme) in FORMS.items():
        tab.set_viewport_size(size)  # type: ignore[arg-type]
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        tab.screenshot(path=into / f"{name}-{form}.png", full_page=True)
    tab.emulate_media(media="print", color_scheme="light")
    tab.pdf(path=into / f"{name}.pdf", prefer_css_page_size=True)
    tab.close()


def show(browser: Browser, shot: Shot, html: str) -> None:
    """One picture of the documentation, in few colours."""
    tab = browser.new_page(viewport={"width": shot.width, "height": shot.height})
    tab.emulate_media(color_scheme="dark" if shot.dark else "light", reduced_motion="reduce")
    tab.set_content(html)
    picture = Image.open(io.BytesIO(_sheet(tab) if shot.paper else _screen(tab, shot))).convert("RGB")
    if picture.width > ACROSS:
        picture = picture.resize((ACROSS, round(picture.height * ACROSS / picture.width)), Image.Resampling.LANCZOS)
    few = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(PICTURES / f"{shot.file}.png", optimize=True)
    tab.close()


def _screen(tab: Page, shot: Shot) -> bytes:
    """What a reader sees at the top of the page, or at the top of one of its parts; no more than there is of it."""
    if shot.part is None:
        return tab.screenshot()
    tab.set_viewport_size({"width": shot.width, "height": 900})
    box = tab.locator(f"#{shot.part}").bounding_box()
    if box is None:
        raise SystemExit(f"{shot.page} has no part “{shot.part}”.")
    clip = {"x": 0, "y": box["y"], "width": shot.width, "height": min(box["height"], shot.height)}
    return tab.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]


def _sheet(tab: Page) -> bytes:
    """The first sheet of paper."""
    with tempfile.TemporaryDirectory() as scratch:
        tab.pdf(path=Path(scratch) / "page.pdf", prefer_css_page_size=True)
        command = ["pdftoppm", "-r", "100", "-png", "-singlefile", "page.pdf", "page"]
        subprocess.run(command, cwd=scratch, check=True)
        return (Path(scratch) / "page.png").read_bytes()


def _can_show_japanese(tab: Page) -> bool:
    """Whether there is a font for it: without one all signs are the same box."""
    measure = (
        "[...'\u304a\u5ba2'].map(sign => { const c = document.createElement('canvas').getContext('2d'); "
        "c.canvas.width = c.canvas.height = 32; c.font = '24px sans-serif'; c.fillText(sign, 2, 26); "
        "return [...c.getImageData(0, 0, 32, 32).data].join() })"
    )
    one, other = tab.evaluate(measure)
    return bool(one != other)


def main() -> None:
    """Takes the pictures that were asked for."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as running:
        pages = every_page(Path(scratch))
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        if sys.argv[1] == "--docs":
            if not _can_show_japanese(browser.new_page()):
                raise SystemExit("There is no font with Japanese signs here, so their picture would show boxes.")
            PICTURES.mkdir(exist_ok=True)
            for shot in SHOTS:
                show(browser, shot, pages[shot.page])
        else:
            into, asked = Path(sys.argv[1]), sys.argv[2:]
            into.mkdir(parents=True, exist_ok=True)
            for name, html in pages.items():
                if not asked or any(word in name for word in asked):
                    take(browser, "".join(sign if sign.isalnum() else "-" for sign in name), html, into)
        browser.close()


if __name__ == "__main__":
    main()
