"""Pictures of every sample page, for people to look at: `python tests/report/take_pictures.py FOLDER [NAME ...]`.

A PNG a page at 1280 and 390 pixels, light and dark, and a PDF for A4. They are looked at, not kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from page_samples import pages
from test_report_browser import CHROMIUM, PHONE, WIDE

FORMS = {
    "wide": (WIDE, "light"),
    "wide-dark": (WIDE, "dark"),
    "phone": (PHONE, "light"),
    "phone-dark": (PHONE, "dark"),
}


def take(browser: Browser, name: str, html: str, into: Path) -> None:
    """All pictures of one page."""
    tab = browser.new_page()
    tab.set_content(html)
    for form, (size, scheme) in FORMS.items():
        tab.set_viewport_size(size)  # type: ignore[arg-type]
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        tab.screenshot(path=into / f"{name}-{form}.png", full_page=True)
    tab.emulate_media(media="print", color_scheme="light")
    tab.pdf(path=into / f"{name}.pdf", format="A4", print_background=True)
    tab.close()


def main() -> None:
    """Takes the named samples' pictures, or everybody's."""
    into, asked = Path(sys.argv[1]), sys.argv[2:]
    into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, html in pages().items():
            if not asked or name in asked:
                take(browser, name.replace(" ", "-"), html, into)
        browser.close()


if __name__ == "__main__":
    main()
