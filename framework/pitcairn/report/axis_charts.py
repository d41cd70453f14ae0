"""Charts with axes of their own, drawn by a charting library to SVG without script; where it is missing, none.

A chart is a Vega-Lite specification, which is plain data; vl-convert draws it without a browser. Colours are CSS
variables, so that a chart follows the reader's scheme and prints like the text around it. No text of a result gets
into a chart: titles and descriptions are added around it, escaped.

Another version of the library may draw the same chart otherwise, so a page names what drew it (`drawer`), and is made
again for comparison as it was made: drawn, or with its charts left out, or with their outlines alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from markupsafe import Markup, escape

LIBRARY = "vl-convert-python"
NOBODY = "nobody"
"""What a page says of its charts where the charting library was not installed."""
WIDE, NARROW, HEIGHT = 560, 300, 210
_ROOT = re.compile(r"<svg\b[^>]*?viewBox=\"([^\"]*)\"[^>]*>")
_NUMBER = re.compile(r"-?\d+\.\d{2,}(?=[^<>]*>)")
"""Inside a tag: a place or a length, and not what an axis says."""
_NOISE = re.compile(r' (?:aria-(?:hidden|roledescription)|role|class|pointer-events|font-family)="[^"]*"| opacity="1"')
"""What browsers do without: marks for scripts, and the page's own font, which text has anyway."""
_HOLLOW = re.compile(r'<path(?: d="(?:M0,0h0v0h0Z)?"| display="none")+/>')
_CHART = re.compile(
    r'(<svg class="chart" )viewBox="[0-9. ]*"( role="img" aria-labelledby="[\w -]*"><title id="[\w-]*">[^<]*</title>'
    r'<desc id="[\w-]*">[^<]*</desc>)(?:[^<]|</?(?:g|path|line|rect|text|tspan|defs|clipPath)\b[^<]*)*</svg>'
)
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


class Charts(Enum):
    """How a page's charts are made."""

    DRAWN = "as the charting library draws them; left out where it is not installed"
    LEFT_OUT = "left out, as where the library is not installed"
    OUTLINED = "their titles and descriptions, and no line: what does not depend on the library's version"


def drawer(charts: Charts = Charts.DRAWN) -> str:
    """What draws charts here, with its version: `vl-convert-python 1.9.0`; `nobody` where they are left out."""
    from importlib.metadata import version

    if charts is Charts.OUTLINED:
        return LIBRARY
    return NOBODY if charts is Charts.LEFT_OUT or _library() is None else f"{LIBRARY} {version(LIBRARY)}"


def drawn(
    spec: Mapping[str, Any], *, id: str, title: str, description: str, charts: Charts = Charts.DRAWN
) -> Drawn | None:
    """The chart at both widths with its title and description; None where it is left out."""
    if charts is Charts.OUTLINED:
        return Drawn(
            wide=Markup(f"{_head(f'{id}-w', '', title, description)}</svg>"),  # noqa: S704  escaped in there
            narrow=Markup(f"{_head(f'{id}-n', '', title, description)}</svg>"),  # noqa: S704  escaped in there
        )
    library = None if charts is Charts.LEFT_OUT else _library()
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
    # What the library drew from numbers alone, and texts that are escaped.
    return Markup(_head(id, root[1], title, description) + body)  # noqa: S704


def outlined(html: str) -> str:
    """A page with nothing in its charts but their titles and descriptions.

    What stands in a chart and is no line, area or label of one stays, so that it is seen as what differs.
    """
    return _CHART.sub(r'\1viewBox=""\2</svg>', html)


def _head(id: str, box: str, title: str, description: str) -> str:
    return (
        f'<svg class="chart" viewBox="{box}" role="img" aria-labelledby="{id}-t {id}-d">'
        f'<title id="{id}-t">{escape(title)}</title><desc id="{id}-d">{escape(description)}</desc>'
    )


@cache
def _library() -> Any:
    try:
        import vl_convert
    except ImportError:
        return None
    return vl_convert
