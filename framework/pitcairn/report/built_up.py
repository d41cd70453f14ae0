"""How an effect built up: one chart an arm, a band by day, with the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pitcairn.phrases import day
from pitcairn.reading.numbers import count
from pitcairn.reading.result import LookRow, MeasureBlock, Result
from pitcairn.report.axis_charts import NOBODY, Charts, drawer, drawn
from pitcairn.report.pictures import BuiltArm, BuiltUp, DayRow
from pitcairn.report.rows import Index

FEWEST = 3
"""Looks that make a picture; fewer are in the other tables already."""
MOST_ROWS = 24
"""Days in a table; of more, some are left out, the first and the last never."""
MOST_POINTS = 120
"""Days in a chart: more are closer to each other than anybody sees."""
SIGNED = "datum.value === 0 ? '0' : format(datum.value, '+,.6~g')"
"""How the numbers beside the axis are written, in the charting library's own words."""
NO_CHARTS = (
    "The charts are not drawn: the charting library is not installed where this page was made. The tables hold "
    "the same numbers."
)


def has_built_up(result: Result) -> bool:
    """Whether there were enough looks to tell how the effect built up."""
    return any(len(looks) >= FEWEST for looks in _by_arm(result).values())


def built_up(result: Result, index: Index, charts: Charts = Charts.DRAWN) -> BuiltUp | None:
    """All arms on the same two axes; None where there is too little to show."""
    block = index.deciding
    if block is None or not has_built_up(result):
        return None
    by_arm = _by_arm(result)
    domain = _domain(block, [look for looks in by_arm.values() for look in looks])
    arms = []
    for at, (arm, looks) in enumerate(by_arm.items(), start=1):
        name, last = index.names[arm], looks[-1].effect
        chart = drawn(
            _spec(block, looks, name.slot, domain),
            id=f"built-{at}",
            title=f"{block.label}: {name.label}",
            description=f"On {_day(looks[-1])} the best estimate is {last.estimate_text}, the range {last.range_text}.",
            charts=charts,
        )
        rows = tuple(
            DayRow(
                day=_day(look),
                customers=count(look.customers),
                estimate=look.effect.estimate_text,
                range=look.effect.range_text,
            )
            for look in _thinned(looks, MOST_ROWS)
        )
        arms.append(BuiltArm(arm=name, chart=chart, days=rows))
    drawn_by = drawer(charts)
    return BuiltUp(
        label=block.label,
        unit=block.unit,
        line=block.worth_it_text,
        arms=tuple(arms),
        drawn_by=drawn_by,
        note=NO_CHARTS if drawn_by == NOBODY else None,
    )


def _by_arm(result: Result) -> dict[str, list[LookRow]]:
    found: dict[str, list[LookRow]] = {}
    for look in result.looks:
        found.setdefault(look.arm, []).append(look)
    return found


def _spec(block: MeasureBlock, looks: Sequence[LookRow], slot: int, domain: tuple[float, float]) -> dict[str, Any]:
    """The band and the line through the best estimates, zero and the worth-it line: Vega-Lite, as plain data."""
    colour = f"var(--s{slot})"
    across = {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {"title": None, "format": "%-d %b", "grid": False, "tickCount": 5, "labelOverlap": True},
    }
    up = {
        "type": "quantitative",
        "scale": {"domain": list(domain), "nice": False, "zero": False},
        "axis": {"title": None, "labelExpr": SIGNED, "tickCount": 5},
    }
    values = [
        {"day": look.day, **{name: _scaled(block, value) for name, value in _three(look).items()}}
        for look in _thinned(looks, MOST_POINTS)
    ]
    once: dict[str, Any] = {"values": [{}]}
    lines: list[dict[str, Any]] = [
        {"data": once, "mark": {"type": "rule", "color": "var(--ink)"}, "encoding": {"y": {"datum": 0, **up}}},
    ]
    if block.worth_it is not None:
        dashed = {"type": "rule", "color": "var(--ink)", "strokeDash": [3, 3]}
        lines.append({"data": once, "mark": dashed, "encoding": {"y": {"datum": _scaled(block, block.worth_it), **up}}})
    band = {
        "mark": {"type": "area", "color": colour, "opacity": 0.18, "clip": True},
        "encoding": {"x": across, "y": {"field": "low", **up}, "y2": {"field": "high"}},
    }
    middle = {
        "mark": {"type": "line", "color": colour, "strokeWidth": 2.5, "clip": True},
        "encoding": {"x": across, "y": {"field": "estimate", **up}},
    }
    return {"data": {"values": values}, "layer": [band, *lines, middle]}


def _domain(block: MeasureBlock, looks: Sequence[LookRow]) -> tuple[float, float]:
    """From the lowest to the highest that matters: early ranges, which are very wide, are cut."""
    later = [look for look in looks if look.information >= 0.25] or list(looks)
    values = [0.0, *([block.worth_it] if block.worth_it is not None else [])]
    values += [value for look in later for value in (look.effect.low, look.effect.high)]
    values += [look.effect.estimate for look in looks if look.information >= 0.1]
    low, high = _scaled(block, min(values)), _scaled(block, max(values))
    margin = 0.05 * (high - low) or 1.0
    return round(low - margin, 6), round(high + margin, 6)


def _three(look: LookRow) -> dict[str, float]:
    return {"low": look.effect.low, "estimate": look.effect.estimate, "high": look.effect.high}


def _scaled(block: MeasureBlock, value: float) -> float:
    return round(value * block.scale, 6)


def _thinned(looks: Sequence[LookRow], most: int) -> list[LookRow]:
    if len(looks) <= most:
        return list(looks)
    last = len(looks) - 1
    return [looks[round(step * last / (most - 1))] for step in range(most)]


def _day(look: LookRow) -> str:
    return day(date.fromisoformat(look.day))
