"""What a new iteration left as it was, from the plan that was locked before it: told beside what was changed, and why.

Wording does not count: an arm, a measure or a group may be called otherwise and stay what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pitcairn.canonical import plain
from pitcairn.design.difference import difference
from pitcairn.design.plan import Plan
from pitcairn.phrases import days, several

_CUSTOMERS = ("population", "keep", "opt_out", "caps", "holdout", "drawn_cluster", "observed")
_DRAW = ("id", "share")
_PRACTICE = ("message", "channel", "when", "how_often", "offer", "cost")
_PROMOTION = ("promotion_iterations", "promotion_no_group_worse", "promotion_also")
_WORDING = ("label", "unit")


def stayed_the_same(before: Plan | None, now: Plan) -> str | None:
    """`Which customers can be drawn, the shares of the draw and the follow-up of 28 days.`

    Of arms, only what the plan says of them can have stayed. None where there is no earlier plan, or nothing stayed.
    """
    found = [] if before is None else list(_stayed(plain(before), plain(now), now))
    if not found:
        return None
    text = several(found)
    return f"{text[0].upper()}{text[1:]}."


def _stayed(before: Mapping[str, Any], after: Mapping[str, Any], now: Plan) -> Iterator[str]:
    if _same(_only(before, _CUSTOMERS), _only(after, _CUSTOMERS)):
        yield "which customers can be drawn"
    old, new = ({arm["id"]: _only(arm, _PRACTICE) for arm in plan["arms"]} for plan in (before, after))
    told = [arm for arm in now.arms if any(value is not None for value in new[arm.id].values())]
    kept = [arm.label for arm in told if arm.id in old and _same(old[arm.id], new[arm.id])]
    if kept:
        yield f"what {several([f'“{label}”' for label in kept])} got"
    if _same(*({"arms": [_only(arm, _DRAW) for arm in plan["arms"]]} for plan in (before, after))):
        yield "the shares of the draw"
    if _same(_measures(before, "deciding"), _measures(after, "deciding")):
        yield f"the deciding measure, “{now.deciding.label}”, with its worth-it line"
    if now.guardrails and _same(_measures(before, "guardrail"), _measures(after, "guardrail")):
        yield "the guardrail with its margin" if len(now.guardrails) == 1 else "the guardrails with their margins"
    if before["follow_up_days"] == now.follow_up_days:
        yield f"the follow-up of {days(now.follow_up_days)}"
    if now.groups and _same(_groups(before), _groups(after)):
        yield "the groups that are looked at"
    if _same(_only(before, _PROMOTION), _only(after, _PROMOTION)):
        yield "what a promotion takes"


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return not difference(before, after)


def _only(part: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: part.get(key) for key in keys}


def _measures(plan: Mapping[str, Any], role: str) -> dict[str, Any]:
    return {one["id"]: _unworded(one) for one in plan["measures"] if one["role"] == role}


def _groups(plan: Mapping[str, Any]) -> dict[str, Any]:
    return {one["id"]: _unworded(one) for one in plan["groups"]}


def _unworded(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in _WORDING}
