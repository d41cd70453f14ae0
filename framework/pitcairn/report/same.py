"""Whether a page on disk is what its result gives, whoever drew its charts; and where it is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Literal

from pitcairn.report.axis_charts import NOBODY, Charts, drawer, outlined

Sameness = Literal["same", "other_charts", "differs"]
_DRAWER = re.compile(r'<meta name="charts" content="([^"]*)">')
_AROUND = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A page beside what its result gives."""

    kind: Sameness
    """`other_charts`: charts that another version of the library drew, which cannot be compared; all else is alike."""
    sentence: str
    """Where the first difference is, or who drew the charts; empty where there is neither."""


def matched(page: str, make: Callable[[Charts], str]) -> Match:
    """Compares a page with the one that `make` gives, made again the way the page says its charts were made.

    A page that was made without the charting library is the same with it, and charts of the version that is installed
    here are compared to the byte.
    """
    named = _DRAWER.search(page)
    by = unescape(named[1]) if named else None
    if by in (None, NOBODY) or by == drawer():
        made = make(Charts.LEFT_OUT if by == NOBODY else Charts.DRAWN)
        return Match(kind="same", sentence="") if page == made else _differing(page, made)
    ours, theirs = (_DRAWER.sub("", outlined(html)) for html in (make(Charts.OUTLINED), page))
    if ours != theirs:
        return _differing(theirs, ours)
    here = drawer()
    inside = "the charting library is not installed" if here == NOBODY else f"{here} is installed"
    return Match(
        kind="other_charts",
        sentence=f"Its charts were drawn by {by}, and here {inside}, so they are not compared; all else is the same.",
    )


def _differing(page: str, made: str) -> Match:
    """The first difference: its line, the part of the page, and both texts."""
    at = next((at for at, (one, other) in enumerate(zip(page, made, strict=False)) if one != other), None)
    at = min(len(page), len(made)) if at is None else at
    parts = re.findall(r'<section id="([\w-]+)"', made[:at])
    part = f", in the part “{parts[-1]}”" if parts else ""
    return Match(
        kind="differs",
        sentence=f"The first difference is in line {page.count(chr(10), 0, at) + 1}{part}: the page has "
        f"“{_excerpt(page, at)}” where its result gives “{_excerpt(made, at)}”.",
    )


def _excerpt(text: str, at: int) -> str:
    return " ".join(text[max(0, at - _AROUND) : at + _AROUND].split())
