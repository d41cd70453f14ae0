"""What delivery systems read: flagd and OpenFeature, GrowthBook's SDK and REST forms. Each says what the plan says.

All of them compare an attribute of the customer, the place 0..9,999 that the draw gave, with ranges. Nothing is hashed
again: engines hash in their own ways and change them between versions, which would move half of the customers to
another arm. A customer without a place gets nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pitcairn.promotion.layout import Cut

ATTRIBUTE = "pilot_bucket"
NOTHING = "none"
NOWHERE = -1
"""Stands in for a missing place: engines of this kind compare a missing value as 0."""

Facts = Mapping[str, str | int]


def flagd(key: str, cuts: Sequence[Cut], facts: Facts, *, enabled: bool = True) -> dict[str, Any]:
    """A flag definition for flagd and OpenFeature; disabled it gives every caller its own default.

    `facts` become the flag's metadata: which pilot, plan and stage this is.
    """
    nothing = nothing_of(cuts)
    rule: Any = nothing
    for cut in reversed(_kept(cuts)):
        rule = {"if": [{"<=": [cut.first, {"var": [ATTRIBUTE, NOWHERE]}, cut.last - 1]}, cut.arm, rule]}
    flag: dict[str, Any] = {
        "state": "ENABLED" if enabled else "DISABLED",
        "variants": {name: name for name in _names(cuts)},
        "defaultVariant": nothing,
        "metadata": dict(facts),
    }
    if isinstance(rule, dict):
        flag["targeting"] = rule
    return {"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": {key: flag}}


def growthbook(key: str, cuts: Sequence[Cut], *, enabled: bool = True) -> dict[str, Any]:
    """A feature as GrowthBook's SDKs load it."""
    rules = [
        {"id": f"{key}-{cut.arm}-{cut.first}", "condition": _condition(cut), "force": cut.arm} for cut in _kept(cuts)
    ]
    return {"features": {key: {"defaultValue": nothing_of(cuts), "rules": rules if enabled else []}}}


def growthbook_rest(key: str, cuts: Sequence[Cut], facts: Facts, *, enabled: bool = True) -> dict[str, Any]:
    """The same as the body of `POST /api/v1/features`, where conditions and values are text."""
    rules = [
        {"type": "force", "condition": json.dumps(_condition(cut)), "value": cut.arm, "enabled": True}
        for cut in _kept(cuts)
    ]
    return {
        "id": key,
        "description": "; ".join(f"{name}: {value}" for name, value in facts.items()),
        "valueType": "string",
        "defaultValue": nothing_of(cuts),
        "environments": {"production": {"enabled": enabled, "rules": rules if enabled else []}},
    }


def nothing_of(cuts: Sequence[Cut]) -> str:
    """What everybody else gets: `none`, or a longer word where an arm is called that."""
    word = NOTHING
    while any(cut.arm == word for cut in cuts):
        word = f"{word}-at-all"
    return word


def _condition(cut: Cut) -> dict[str, dict[str, int]]:
    return {ATTRIBUTE: {"$gte": cut.first, "$lt": cut.last}}


def _kept(cuts: Sequence[Cut]) -> list[Cut]:
    return [cut for cut in cuts if cut.last > cut.first]


def _names(cuts: Sequence[Cut]) -> list[str]:
    return list(dict.fromkeys([nothing_of(cuts), *(cut.arm for cut in cuts)]))
