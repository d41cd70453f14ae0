"""What works best for whom: a suggestion for each level of the groups that clearly differ, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from pitcairn.phrases import several
from pitcairn.reading.result import GroupRow, GroupTable, Result, Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The arm to give one kind of customer."""

    when: str
    """The level's name."""
    arm: str | None
    """The arm's id; None where nothing is known to beat the comparison, or two arms are too close to call."""
    best: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One group's suggestions."""

    label: str
    suggestions: tuple[Suggestion, ...]


def policies(result: Result) -> tuple[Policy, ...]:
    """One policy for every group whose levels clearly differ; none in a look along the way, where nothing is judged.

    An arm is suggested where its whole range is a gain, and where no other arm's range reaches above its own lower
    end: overlapping ranges are told as too close to call, which is cautious.
    """
    if result.withheld or any(verdict.code == "too_early" for verdict in result.verdicts):
        return ()
    block = next((block for block in result.measures if block.role == "deciding"), None)
    if block is None:
        return ()
    sign = 1 if block.better == "up" else -1
    return tuple(_policy(result, table, sign) for table in result.groups if table.differs_for)


def _policy(result: Result, table: GroupTable, sign: int) -> Policy:
    levels = dict.fromkeys(row.level for row in table.rows)
    found = (_suggestion(result, level, [row for row in table.rows if row.level == level], sign) for level in levels)
    return Policy(label=table.label, suggestions=tuple(found))


def _suggestion(result: Result, level: str, rows: list[GroupRow], sign: int) -> Suggestion:
    labels = {arm.id: arm.label for arm in result.arms}
    comparison = next(arm for arm in result.arms if arm.slot == 0)
    known = [(row.arm, row.effect) for row in rows if isinstance(row.effect, Shown)]
    if not known:
        return Suggestion(when=level, arm=None, best="Not known", why="Too few customers to say.")
    sure = [(arm, effect) for arm, effect in known if _low(effect, sign) > 0]
    told = several([f"“{labels[arm]}” {effect.estimate_text} ({effect.range_text})" for arm, effect in known])
    if not sure:
        return Suggestion(when=level, arm=comparison.id, best=comparison.label, why=f"No sure gain: {told}.")
    arm, best = max(sure, key=lambda pair: sign * pair[1].estimate)
    close = [other for other, effect in sure if other != arm and _high(effect, sign) >= _low(best, sign)]
    if close:
        return Suggestion(when=level, arm=None, best="Too close to call", why=f"{told}: which gains more is open.")
    return Suggestion(when=level, arm=arm, best=labels[arm], why=f"{told}.")


def _low(effect: Shown, sign: int) -> float:
    return min(sign * effect.low, sign * effect.high)


def _high(effect: Shown, sign: int) -> float:
    return max(sign * effect.low, sign * effect.high)
