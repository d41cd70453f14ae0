"""Questions several rules ask: is the name known, does the amount fit the measure, can the tests hold at all?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pitcairn.errors import Problem
from pitcairn.spec.draft import Draft
from pitcairn.spec.fields import Bounds, Conditions
from pitcairn.spec.measures import Measure
from pitcairn.spec.place import Path
from pitcairn.spec.scalars import Amount, AmountRange
from pitcairn.spec.words import quoted, short, suggestion


def known(
    draft: Draft[Any], path: Path, word: str, names: Iterable[str], noun: str, *, at_key: bool = False
) -> Iterator[Problem]:
    """A problem where `word` is none of `names`: “limt” is not a measure of the program; did you mean …?"""
    options = tuple(names)
    if word not in options:
        hint = suggestion(word, options, "known") or "none is declared yet"
        yield draft.problem(path, f"“{short(word)}” is not {noun}", hint, at_key=at_key)


def once(draft: Draft[Any], words: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    """A problem for every word of a list that stands there already."""
    seen: set[str] = set()
    for path, word in words:
        if word in seen:
            yield draft.problem(path, f"“{short(word)}” stands twice in “{path[0]}”", "remove one of them")
        seen.add(word)


def is_rate(measure: Measure) -> bool:
    """Whether the measure is a share of customers."""
    return measure.kind in ("any", "share")


def unit_fits(
    draft: Draft[Any], path: Path, amount: Amount | AmountRange, id: str, measure: Measure
) -> Iterator[Problem]:
    """A problem where the amount is not written as the measure is counted."""
    if found := misfit(short(draft.source.written(path)), amount, id, measure):
        yield draft.problem(path, *found)


def misfit(written: str, amount: Amount | AmountRange, id: str, measure: Measure) -> tuple[str, str] | None:
    """What is wrong and what to write: shares are counted per 1,000 or in percent, everything else per customer."""
    if is_rate(measure) and amount.per == "customer":
        message = f"“{written}” is an amount each, but “{id}” is a share of customers"
        return message, "write for example “20 per 1000” or “2%”"
    if not is_rate(measure) and amount.per in ("1000", "100"):
        message = f"“{written}” is a share of customers, but “{id}” is an amount for each customer"
        return message, "write for example “0.50 each”"
    if is_rate(measure) and max(abs(value) for value in _ends(amount)) > 1:
        message = f"“{written}” is more than all customers: “{id}” is a share between 0 and 1"
        return message, "write for example “20 per 1000”, “2%” or 0.02"
    return None


def positive(draft: Draft[Any], path: Path, amount: Amount, noun: str) -> Iterator[Problem]:
    """A problem where an amount that is a distance is not above 0."""
    if amount.value <= 0:
        hint = "write it without a sign: the measure's `better` already says which direction is good"
        yield draft.problem(path, f"{noun} must be more than 0, not “{short(draft.source.written(path))}”", hint)


def _ends(amount: Amount | AmountRange) -> tuple[float, ...]:
    return (amount.low, amount.high) if isinstance(amount, AmountRange) else (amount.value,)


def possible(draft: Draft[Any], path: Path, conditions: Conditions) -> Iterator[Problem]:
    """Problems with tests that cannot hold, or that compare text with numbers."""
    for column, test in conditions.items():
        at = (*path, column)
        if isinstance(test, Bounds):
            yield from _limits(draft, at, test)
        elif isinstance(test, list) and len({_sort(value) for value in test}) > 1:
            kinds = quoted(sorted({_sort(value) for value in test}))
            yield draft.problem(at, f"this list mixes {kinds}", "write all values the same way, such as [“1”, “2”]")


def _sort(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "text" if isinstance(value, str) else "numbers"


def _limits(draft: Draft[Any], path: Path, test: Bounds) -> Iterator[Problem]:
    lows = {key: value for key in ("at_least", "above") if (value := getattr(test, key)) is not None}
    highs = {key: value for key in ("at_most", "below") if (value := getattr(test, key)) is not None}
    if not lows and not highs:
        hint = "write one of at_least, at_most, above, below"
        yield draft.problem(path, f"“{path[-1]}” has no limit to keep to", hint, at_key=True)
    for limits in (lows, highs):
        if len(limits) > 1:
            yield draft.problem(path, f"{quoted(limits)} say the same thing twice", "keep one of them", at_key=True)
    if lows and highs:
        low, high = max(lows.values()), min(highs.values())
        if low > high or (low == high and ("above" in lows or "below" in highs)):
            hint = f"nothing is above {low:g} and below {high:g}: turn the limits around"
            yield draft.problem(path, f"no value of “{path[-1]}” can be within these limits", hint, at_key=True)
