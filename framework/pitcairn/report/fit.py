"""No page is larger than it may be: what does not fit is left out, and the page says what, and where it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pitcairn.report.axis_charts import outlined
from pitcairn.report.shorten import shortened

P = TypeVar("P")

MOST = 300_000
"""Bytes of a page."""
CHART = 8_500
"""Bytes that a chart is taken to need: the same for every version of what draws it, so that all pages are cut alike."""
_DRAWER = re.compile(r'<meta name="charts"[^>]*>')
SHORTER = ((80, 400), (40, 120))
"""Characters of a name and of any other text where everything else was left out and the page is still too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Generic[P]):
    """One list of a page that may be cut short."""

    count: Callable[[P], int]
    """How many it has."""
    keep: Callable[[P, int], P]
    """The page with so many of them."""
    say: Callable[[P, int, int], str]
    """(page, left out, all): what is left out, and where it is."""
    least: int = 0


def fitted(page: P, render: Callable[[P], str], cuts: Sequence[Cut[P]]) -> str:
    """The page as HTML, cut short only where it would be too large: list after list, each no more than it must be."""
    page = shortened(page)
    html = render(page)
    for cut in cuts:
        if weight(html) <= MOST:
            return html
        page, html = _with(page, html, render, cut)
    for name, text in SHORTER:
        if weight(html) > MOST:
            page = shortened(page, name=name, text=text)
            html = render(page)
    return html


def weight(html: str) -> int:
    """How large a page is taken to be: its bytes, and as many for each chart whatever drew it."""
    bare = _DRAWER.sub("", outlined(html))
    return len(bare.encode("utf-8")) + CHART * bare.count('<svg class="chart"')


def _with(page: P, html: str, render: Callable[[P], str], cut: Cut[P]) -> tuple[P, str]:
    """With as many as fit, or with the least where none do; the page as it is where there are no more than these."""
    total = cut.count(page)
    if total <= cut.least:
        return page, html
    low, high = cut.least, total - 1
    best = _left(page, cut, low, total)
    best_html = render(best)
    if weight(best_html) > MOST:
        return best, best_html
    while low < high:
        middle = (low + high + 1) // 2
        tried = _left(page, cut, middle, total)
        tried_html = render(tried)
        if weight(tried_html) <= MOST:
            low, best, best_html = middle, tried, tried_html
        else:
            high = middle - 1
    return best, best_html


def _left(page: P, cut: Cut[P], number: int, total: int) -> P:
    kept: Any = cut.keep(page, number)
    said = f"So that this page stays small, {cut.say(page, total - number, total)}"
    made: P = replace(kept, notices=(*kept.notices, said))
    return made
