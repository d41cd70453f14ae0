"""A plan in the words and units of the plan files, so that whoever reads of a difference finds it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from pitcairn.design.difference import Difference, difference

_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "population": ("customers", "source"),
    "keep": ("customers", "keep"),
    "observed": ("assignment",),
    "drawn_cluster": ("cluster",),
    "opt_out": ("contact_policy", "opt_out"),
    "caps": ("contact_policy", "caps"),
    "promotion_iterations": ("promotion", "iterations"),
    "promotion_no_group_worse": ("promotion", "no_group_worse"),
    "promotion_also": ("promotion", "also"),
    "follow_up_days": ("follow_up",),
    "start_days": ("starts_over",),
    "redraw_after_days": ("redraw_after",),
    "window_days": ("window",),
    "within_days": ("within",),
    "over_column": ("over",),
    "over_where": ("over_where",),
}
"""Where the plan files have what the plan calls otherwise."""
_WORKED_OUT = ("schema", "first", "last", "scope_kind", "scope_label")
"""What follows from other keys, or is put elsewhere below."""
_SHARES = ("share", "take", "confidence", "largest_plausible_gain", "at")
_DAYS = ("follow_up_days", "start_days", "redraw_after_days", "window_days", "within_days")
_TESTS = ("keep", "where", "over_where", "conditions")
_SIGNS = {"in": "", "at_least": "at least ", "at_most": "at most ", "above": "above ", "below": "below "}


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What differs between two plans' canonical dicts, in the words of the plan files.

    Never empty where the plans differ: what has no words there is told in the plan's own.
    """
    return difference(as_written(before), as_written(after)) or difference(before, after)


def as_written(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's canonical dict, or a part of one, as people write it: `follow_up: 14 days`, `share: 1/3`."""
    found: dict[str, Any] = {}
    listed = [one for one in plan.get("measures") or () if isinstance(one, Mapping) and "kind" in one]
    measures = {str(one["id"]): one for one in listed}
    for name, value in plan.items():
        if name in _WORKED_OUT or (name == "scope" and "scope_kind" in plan) or (name == "measures" and measures):
            continue
        _put(found, _ELSEWHERE.get(name, (name,)), _value(name, value))
    if "scope_kind" in plan:
        _put(found, ("scope", str(plan["scope_kind"])), plan.get("scope"))
        _put(found, (f"{plan['scope_kind']}s", str(plan.get("scope"))), plan.get("scope_label"))
    for id, measure in measures.items():
        _measure(found, id, measure, apart="guardrails" in plan)
    if measures and "predictions" in plan:
        found["predictions"] = _predictions(plan["predictions"], measures)
    if "promotion_also" in plan:
        least = {id: amount(measures.get(id, {}), value) for id, value in plan["promotion_also"]}
        _put(found, ("promotion", "also"), least)
    return found


def amount(measure: Mapping[str, Any], value: float) -> str:
    """
    >>> amount({"kind": "any"}, 0.02), amount({"kind": "sum"}, 0.5), amount({"kind": "mean"}, 3.0)
    ('20 per 1000', '0.5 each', '3')
    """
    if measure.get("kind") in ("any", "share"):
        return f"{1000 * value:.6g} per 1000"
    return f"{value:.6g} each" if measure.get("kind") in ("count", "sum") else f"{value:.6g}"


def share(value: float) -> str:
    """
    >>> share(0.25), share(1 / 3), share(0.125)
    ('25%', '1/3', '12.5%')
    """
    near = Fraction(value).limit_denominator(12)
    in_percent = f"{100 * value:.6g}%"
    return str(near) if len(in_percent) > 6 and abs(near - value) < 1e-9 else in_percent


def tests(conditions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Tests on columns: `{last_order_months: at least 1 and at most 12}`."""
    found: dict[str, str] = {}
    for one in conditions:
        text = _SIGNS[one["comparison"]] + ", ".join(_plainly(value) for value in one["values"])
        column = str(one["column"])
        found[column] = f"{found[column]} and {text}" if column in found else text
    return found


def _measure(found: dict[str, Any], id: str, measure: Mapping[str, Any], *, apart: bool) -> None:
    """A measure's own keys under `measures`; its line and its margin where the pilot and the iteration have them.

    With `apart` these stay with it: what has guardrails of its own is no plan.
    """
    own = ("measures", id)
    lines: dict[str, tuple[str, ...]] = {"worth_it": (*own, "worth_it"), "margin": (*own, "margin")}
    if not apart:
        lines = {"worth_it": ("worth_it",), "margin": ("guardrails", id, "margin")}
    for name, value in measure.items():
        if name in lines:
            if value is not None:
                _put(found, lines[name], amount(measure, value))
        elif name == "usual":
            _put(found, ("measures", id, name), None if value is None else amount(measure, value))
        elif name != "id":
            _put(found, ("measures", id, *_ELSEWHERE.get(name, (name,))), _value(name, value))


def _predictions(rows: Iterable[Mapping[str, Any]], measures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in rows:
        measure = measures.get(str(one["measure"]), {})
        low, high = (amount(measure, one[end]) for end in ("low", "high"))
        _put(found, (str(one["arm"]), str(one["measure"])), f"{low.partition(' ')[0]} to {high}")
    return found


def _value(name: str, value: Any) -> Any:
    if name in _TESTS and isinstance(value, list) and all("comparison" in one for one in value):
        return tests(value)
    if name in _SHARES and isinstance(value, float | int) and not isinstance(value, bool):
        return share(float(value))
    if name in _DAYS and isinstance(value, int):
        return "1 day" if value == 1 else f"{value} days"
    if isinstance(value, Mapping):
        return as_written(value)
    if isinstance(value, list):
        return [_value("", one) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _put(found: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        found = found.setdefault(name, {})
    found[path[-1]] = value


def _plainly(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:.6g}" if isinstance(value, float) else str(value)
