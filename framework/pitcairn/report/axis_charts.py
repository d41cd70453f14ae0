"""Charts with axes of their own, drawn by a charting library to SVG without script; where it is missing, none.

A chart is a Vega-Lite specification, which is plain data; vl-convert draws it without a browser. Colours are CSS
variables, so that a chart follows the reader's scheme and prints like the text around it. No text of a result gets
into a chart: titles and descriptions are added around it, escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup, escape

WIDE, NARROW, HEIGHT = 560, 300, 210
_ROOT = re.compile(r"<svg\b[^>]*?viewBox=\"([^\"]*)\"[^>]*>")
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_NOISE = re.compile(r' (?:aria-(?:hidden|roledescription)|role|class|pointer-events|font-family)="[^"]*"| opacity="1"')
"""What browsers do without: marks for scripts, and the page's own font, which text has anyway."""
_HOLLOW = re.compile(r'<path(?: d="(?:M0,0h0v0h0Z)?"| display="none")+/>')
_CONFIG: dict[str, Any] = {
    "aria": False,
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "mark": {"aria": False},
    "axis": {
        "aria": False,
        "domainColor": "var(--soft)",
        "tickColor": "var(--soft)",
        "gridColor": "var(--hair)",
        "labelColor": "var(--soft)",
        "labelFontSize": 12,
        "titleColor": "var(--soft)",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One chart, for wide and for narrow screens."""

    wide: Markup
    narrow: Markup


def can_draw() -> bool:
    """Whether the charting library is installed."""
    return _library() is not None


def drawn(spec: Mapping[str, Any], *, id: str, title: str, description: str) -> Drawn | None:
    """The chart at both widths with its title and description; None where the charting library is not installed."""
    library = _library()
    if library is None:
        return None
    return Drawn(
        wide=_svg(library, {**spec, "width": WIDE}, f"{id}-w", title, description),
        narrow=_svg(library, {**spec, "width": NARROW}, f"{id}-n", title, description),
    )


def _svg(library: Any, spec: Mapping[str, Any], id: str, title: str, description: str) -> Markup:
    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "height": HEIGHT,
        "padding": 2,
        "autosize": {"type": "fit", "contains": "padding"},
        "config": _CONFIG,
        **spec,
    }
    text: str = library.vegalite_to_svg(json.dumps(whole, sort_keys=True), vl_version="5.20", allowed_base_urls=[])
    root = _ROOT.search(text)
    if root is None:
        raise ValueError("The charting library gave no picture.")
    body = _NUMBER.sub(lambda match: f"{float(match[0]):.1f}", text[root.end() :])
    # The library numbers its clips through the whole process; here they are numbered through the chart.
    names = {name: f"{id}-c{at}" for at, name in enumerate(re.findall(r' id="([^"]*)"', body), start=1)}
    body = re.sub(r'(id="|url\(#)([^")]*)', lambda match: match[1] + names[match[2]], body)
    body = _HOLLOW.sub("", _NOISE.sub("", body))
    head = (
        f'<svg class="chart" viewBox="{root[1]}" role="img" aria-labelledby="{id}-t {id}-d">'
        f'<title id="{id}-t">{escape(title)}</title><desc id="{id}-d">{escape(description)}</desc>'
    )
    return Markup(head + body)  # noqa: S704  what the library drew from numbers alone, and texts escaped above


@cache
def _library() -> Any:
    try:
        import vl_convert
    except ImportError:
        return None
    return vl_convert
