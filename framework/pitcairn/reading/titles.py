"""What each part of a page has to say, as its title: a sentence that states the finding, made from a result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pitcairn.phrases import day, several
from pitcairn.reading.numbers import count
from pitcairn.reading.result import GuardrailRow, MeasureBlock, Result, Shown

MOST_NAMED = 2
"""Arms that a title names; of more, it says how many."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_STANDS = (
    ("worth", "is clearly better {}, by enough to be worth it"),
    ("likely", "is clearly better {}, likely by enough"),
    ("better", "is clearly better {}; whether by enough is open"),
    ("small", "is clearly better {}, but by less than it must be"),
    ("open", "shows no clear difference {}"),
    ("none", "is as good as unchanged {}"),
    ("worse", "is clearly worse {}"),
)


def number(value: int) -> str:
    """
    >>> number(4), number(30)
    ('four', '30')
    """
    return _NUMBERS[value] if value < len(_NUMBERS) else count(value)


def effect(result: Result) -> str:
    """What happened to the deciding measure, for every arm."""
    block = next((block for block in result.measures if block.role == "deciding"), None)
    if block is None:
        return "No effect is shown"
    ranges = {row.arm: row.effect for row in block.rows if isinstance(row.effect, Shown)}
    if not ranges:
        return f"“{block.label}” could not be compared"
    if interim(result):
        return f"“{block.label}” so far: nothing is judged before the planned end"
    stands = {arm: _stands(block, found) for arm, found in ranges.items()}
    parts = []
    for key, phrase in _STANDS:
        arms = [arm for arm, stand in stands.items() if stand == key]
        if arms:
            parts.append(phrase.format(_with(result, arms)))
    return f"“{block.label}” {'; it '.join(parts)}"


def guardrails(result: Result) -> str:
    """Which arms are inside every limit, and where one is not."""
    rows = [row for row in result.guardrails if row.state != "withheld"]
    if interim(result) and not rows:
        return "No guardrail could be read yet"
    if interim(result):
        return f"{number(len(_measures(rows))).capitalize()} watched closely; none is judged before the planned end"
    open_ones = [row for row in rows if row.state != "held"]
    if not rows:
        return "No guardrail could be read"
    if not open_ones:
        return "Everything that must not get worse is inside its limit"
    parts = []
    for state, phrase in (("broken", "over the limit on {}"), ("not_shown_safe", "not shown safe on {}")):
        for measures, arms in _by_measures([row for row in open_ones if row.state == state]).items():
            names = several([f"“{_label(result, measure)}”" for measure in measures])
            parts.append(f"{_who(result, arms)} {'is' if len(arms) == 1 else 'are'} {phrase.format(names)}")
    return _sentence("; ".join(parts))


def built_up(result: Result) -> str:
    """Since when the estimates have stayed inside the range of the last look."""
    since = max((_settled(result, arm) for arm in {look.arm for look in result.looks}), default="")
    first = min((look.day for look in result.looks), default="")
    if since == first:
        return "From the first look on, the estimate has stayed inside its latest range"
    return f"Since {day(date.fromisoformat(since))} the estimate has stayed inside its latest range"


def groups(result: Result) -> str:
    """Whether customers differ, and by what."""
    differing = [f"“{table.label}”" for table in result.groups if table.differs_for]
    if differing:
        return f"Customers differ: how well it works depends on {several(differing)}"
    ways = sum(any(isinstance(row.effect, Shown) for row in table.rows) for table in result.groups)
    if not ways:
        return "Too few customers to compare groups"
    split = "one way" if ways == 1 else f"{number(ways)} ways"
    return f"No clear difference between groups, in {split} to split customers"


def predictions(result: Result) -> str:
    """How many predictions came true."""
    total = len(result.predictions)
    if interim(result):
        return f"{number(total).capitalize()} written down; judged at the planned end"
    judged = [row for row in result.predictions if row.match != "withheld"]
    met = sum(row.match == "inside" for row in judged)
    if not judged:
        return "No prediction could be held against what happened"
    if met == total:
        all_of_them = "Both" if total == 2 else f"All {number(total)}"
        return "It happened as predicted" if total == 1 else f"{all_of_them} predictions came true"
    missed = [
        f"{number(found)} came out {word}"
        for word in ("higher", "lower")
        if (found := sum(row.match == word for row in judged))
    ]
    told = f"{number(met).capitalize() if met else 'None'} of {number(total)} came true"
    return f"{told}; {several(missed)}" if missed else told


def surprise(result: Result) -> str | None:
    """The first prediction that failed, as a sentence; None where none did, or nothing is judged yet."""
    if interim(result):
        return None
    row = next((row for row in result.predictions if row.match in ("higher", "lower")), None)
    if row is None:
        return None
    when = "written before launch" if planned_before(result) else "written"
    return (
        f"“{_label(result, row.measure)}” with {_who(result, [row.arm])}: {row.written} was {when}, "
        f"and {row.happened} happened. Find out why before the next iteration."
    )


def tried(result: Result) -> str:
    """Against what, and for whom."""
    comparison = next(arm.label for arm in result.arms if arm.slot == 0)
    arms = [arm.id for arm in result.arms if arm.slot]
    return f"{_sentence(_who(result, arms))} against “{comparison}”"


def changes(result: Result) -> str:
    """How much was reworked since the iteration before."""
    found = len(result.changed)
    return f"{number(found).capitalize()} {'thing' if found == 1 else 'things'} changed since the iteration before"


def promotion(result: Result) -> str:
    """How far each arm is."""
    rows = result.promotion
    if interim(result):
        tests = len(dict.fromkeys(row.test for row in rows))
        return f"{number(tests).capitalize()} tests to meet, judged at the planned end"
    parts: list[str] = []
    for arm in dict.fromkeys(row.arm for row in rows):
        mine = [row for row in rows if row.arm == arm]
        met = sum(row.met for row in mine)
        parts.append(
            f"{_who(result, [arm])} meets {met} of {len(mine)} promotion tests"
            if not parts
            else f"{_who(result, [arm])} {met}"
        )
    if len(parts) <= MOST_NAMED:
        return several(parts)
    arms = tuple(dict.fromkeys(row.arm for row in rows))
    ready = sum(all(row.met for row in rows if row.arm == arm) for arm in arms)
    if not ready:
        return "No arm meets every promotion test yet"
    verb = "meets" if ready == 1 else "meet"
    return f"{number(ready).capitalize()} of {number(len(arms))} arms {verb} every promotion test"


def limits(result: Result) -> str:
    """How many there are."""
    found = len(result.limits)
    return f"{number(found).capitalize()} {'limit' if found == 1 else 'limits'} to keep in mind"


def planned_before(result: Result) -> bool:
    """Whether the plan was locked before the first customer, so that what it says was written beforehand."""
    return date.fromisoformat(result.provenance.locked_at[:10]) <= date.fromisoformat(result.start)


def data(result: Result) -> str:
    """Whether the plan came before the customers."""
    locked = date.fromisoformat(result.provenance.locked_at[:10])
    start = date.fromisoformat(result.start)
    if planned_before(result):
        return f"The plan was locked on {day(locked)}, before the first customer"
    return f"The plan was locked on {day(locked)}, after the start on {day(start)}"


def interim(result: Result) -> bool:
    """Whether this is a look along the way, in which nothing but harm is judged."""
    return any(verdict.code == "too_early" for verdict in result.verdicts)


def _settled(result: Result, arm: str) -> str:
    """The first day from which on every estimate lies in the last look's range, as ISO text."""
    looks = [look for look in result.looks if look.arm == arm]
    low, high = looks[-1].effect.low, looks[-1].effect.high
    outside = [at for at, look in enumerate(looks) if not low <= look.effect.estimate <= high]
    return looks[outside[-1] + 1 if outside else 0].day


def _stands(block: MeasureBlock, found: Shown) -> str:
    sign = 1 if block.better == "up" else -1
    low, high = sorted((sign * found.low, sign * found.high))
    line = abs(block.worth_it or 0.0)
    if high < 0:
        return "worse"
    if low > 0:
        if low >= line or high < line:
            return "worth" if low >= line else "small"
        return "likely" if sign * found.estimate >= line else "better"
    return "none" if -line < low and high < line else "open"


def _with(result: Result, arms: Sequence[str]) -> str:
    return f"with {_who(result, arms)}"


def _who(result: Result, arms: Sequence[str]) -> str:
    """`“A”`, `“A” and “B”`, `three of five arms`."""
    labels = {arm.id: arm.label for arm in result.arms}
    if len(arms) <= MOST_NAMED:
        return several([f"“{labels[arm]}”" for arm in arms])
    total = sum(arm.slot > 0 for arm in result.arms)
    return f"all {number(total)} arms" if len(arms) == total else f"{number(len(arms))} of {number(total)} arms"


def _by_measures(rows: Sequence[GuardrailRow]) -> dict[tuple[str, ...], list[str]]:
    """Arms that share the same measures, together."""
    of_arm: dict[str, tuple[str, ...]] = {}
    for row in rows:
        of_arm[row.arm] = (*of_arm.get(row.arm, ()), row.measure)
    shared: dict[tuple[str, ...], list[str]] = {}
    for arm, measures in of_arm.items():
        shared.setdefault(measures, []).append(arm)
    return shared


def _measures(rows: Sequence[GuardrailRow]) -> dict[str, None]:
    return dict.fromkeys(row.measure for row in rows)


def _label(result: Result, measure: str) -> str:
    return next((block.label for block in result.measures if block.id == measure), measure)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
