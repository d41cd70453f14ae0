"""All pilots together over a period: the effects on everybody, each customer counted once, and every word of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from pitcairn.canonical import dumps
from pitcairn.design.assignment import holdout_salt
from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.design.together import OTHERS, Asked
from pitcairn.errors import DataError
from pitcairn.estimate.effect import Effect
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.everybody import Everybody
from pitcairn.evidence.facts import Check, Facts, FileFact
from pitcairn.phrases import customers, day, percentage, several
from pitcairn.reading import words
from pitcairn.reading.details import detail_rows
from pitcairn.reading.effects import MeasureEffects, effects
from pitcairn.reading.groups import SMALLEST_CELL, group_tables, slices
from pitcairn.reading.numbers import Display, count, display_for, money
from pitcairn.reading.result import ArmNote, DetailRow, GroupTable, Mark, MeasureBlock
from pitcairn.reading.take import arm_notes, measure_block
from pitcairn.reading.verdict import is_unsafe

SCHEMA = "pitcairn.together/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the ledger and the plan files say besides the data."""

    ran: int
    """Iterations of the period whose draws were ours."""
    strangers: int
    """Iterations of the period that somebody else drew."""
    earlier: int
    """Readings of all pilots together that are in the ledger already."""
    ledger_head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the numbers were made from."""

    files: tuple[FileFact, ...]
    rows: tuple[tuple[str, int], ...]
    plan_digest: str
    ledger_head: str
    """Digest of the ledger's last row before this reading."""
    salt: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What all pilots of a program changed over a period."""

    schema: str
    program: str
    purpose: str
    simulated: str | None
    first: str
    last: str
    """Days as ISO text, both included."""
    headline: str
    """The first measure's sentence, or that nothing may be read."""
    mark: Mark
    sentences: tuple[str, ...]
    """What the first measure's gain is in all, then a sentence for every other measure."""
    withheld: bool
    arms: tuple[ArmNote, ...]
    """Those kept out first."""
    touched: tuple[tuple[str, str], ...]
    """(`not once`, `12,340 customers`): of those not kept out, in how many draws they were to try something."""
    touched_sentence: str
    health_headline: str
    health: tuple[Check, ...]
    measures: tuple[MeasureBlock, ...]
    groups: tuple[GroupTable, ...]
    limits: tuple[str, ...]
    method: tuple[str, ...]
    details: tuple[DetailRow, ...]
    provenance: Source


def to_json(found: Together) -> str:
    """Canonical JSON, one key a line."""
    return dumps(found, indent=1) + "\n"


def from_json(text: str, *, file: str = "This file") -> Together:
    """What `to_json` wrote; DataError that names the file for anything else."""
    from pydantic import TypeAdapter, ValidationError

    try:
        found = TypeAdapter(Together).validate_json(text, strict=True)
    except ValidationError:
        found = None
    if found is None or found.schema != SCHEMA or json.loads(to_json(found)) != json.loads(text):
        raise DataError(f"{file} is no reading of all pilots together.", hint="read it again: pitcairn together")
    return found


def take_together(
    asked: Asked,
    everybody: Everybody,
    before: Before,
    cube: Cube,
    facts: Facts,
    checks: tuple[Check, ...],
    versions: tuple[tuple[str, str], ...],
) -> Together:
    """The whole reading. Where a gating check failed, no effect is worked out, let alone shown."""
    plan = asked.plan
    unsafe = is_unsafe(checks)
    found = () if unsafe else effects(plan, cube, {})
    cells = () if unsafe else slices(plan, cube)
    told = [(_sentence(plan, item), _in_all(plan, item)) for item in found]
    failed = next((check.sentence for check in checks if check.gating and check.state == "fail"), "")
    touched, touched_sentence = _touched(everybody, before)
    return Together(
        schema=SCHEMA,
        program=plan.program,
        purpose=plan.purpose,
        simulated=plan.simulated,
        first=plan.start.isoformat(),
        last=facts.as_of.isoformat(),
        headline=f"Do not read this yet. {failed}" if unsafe else told[0][0],
        mark="bad" if unsafe else _mark(found[0]),
        sentences=tuple(filter(None, (*(told[0][1:] if told else ()), *(" ".join(one).strip() for one in told[1:])))),
        withheld=unsafe,
        arms=arm_notes(plan, facts),
        touched=touched,
        touched_sentence=touched_sentence,
        health_headline=words.health_headline(checks),
        health=checks,
        measures=tuple(measure_block(plan, item) for item in found),
        groups=() if unsafe else group_tables(plan, cells),
        limits=_limits(asked, everybody, before),
        method=_method(asked, found),
        details=() if unsafe else detail_rows(plan, cube, found, (), cells, ()),
        provenance=Source(
            files=facts.files,
            rows=facts.rows,
            plan_digest=plan.digest,
            ledger_head=before.ledger_head,
            salt=holdout_salt(asked.holdout),
            versions=versions,
        ),
    )


# --- sentences ------------------------------------------------------------------------------------------------


def period(found: Together) -> str:
    """`1 January 2026 to 30 June 2026`"""
    return f"{day(date.fromisoformat(found.first))} to {day(date.fromisoformat(found.last))}"


def _sentence(plan: Plan, item: MeasureEffects) -> str:
    """`Of every 1,000 customers, 12 more buyers; likely between 8 more and 16 more.`"""
    measure, outcome = item.measure, item.by_arm[OTHERS]
    if not isinstance(outcome, Effect):
        return f"{measure.label}: {outcome.why}"
    display = display_for(plan, measure, [outcome])
    low, best, high = (_more(measure, display, value) for value in (outcome.low, outcome.estimate, outcome.high))
    each = "Of every 1,000 customers" if measure.is_rate else "Per customer"
    unit = "" if measure.money else f" {measure.unit}"
    named = f"{measure.label}. " if measure.money else ""
    if outcome.low <= 0 <= outcome.high:
        return (
            f"{named}Whether all pilots together changed anything cannot be told: {each[0].lower()}{each[1:]}, "
            f"likely between {low} and {high}{unit}."
        )
    return f"{named}{each}, {best}{unit}; likely between {low} and {high}."


def _more(measure: MeasurePlan, display: Display, value: float) -> str:
    """`12 more`, `3 fewer`, `$0.40 less`; what rounds to nothing is `0 more`."""
    text = display.change(value)
    fewer = "less" if measure.money or measure.kind in ("mean", "ratio", "sum", "quantile") else "fewer"
    return f"{text.lstrip('+−')} {fewer if text.startswith('−') else 'more'}"


def _in_all(plan: Plan, item: MeasureEffects) -> str:
    """What a sure gain is over everybody who was not kept out; nothing for averages, which do not add up."""
    measure, outcome = item.measure, item.by_arm[OTHERS]
    if not isinstance(outcome, Effect) or outcome.low <= 0 <= outcome.high:
        return ""
    if measure.kind not in ("any", "count", "sum"):
        return ""
    unit = "" if measure.money else f" {measure.unit}"
    low, best, high = (
        money(value, plan.currency) if measure.money else f"{value:,.0f}".replace("-", "−")
        for value in (_two(one * outcome.count_treated) for one in (outcome.low, outcome.estimate, outcome.high))
    )
    many = customers(outcome.count_treated)
    return f"Over the {many} not kept out that is about {best}{unit} ({low} to {high})."


def _two(value: float) -> float:
    """Two figures: more would promise what the range does not hold."""
    return float(f"{value:.2g}")


def _mark(item: MeasureEffects) -> Mark:
    outcome = item.by_arm[OTHERS]
    if not isinstance(outcome, Effect) or outcome.low <= 0 <= outcome.high:
        return "neutral"
    return "good" if (outcome.estimate > 0) == (item.measure.better == "up") else "bad"


def _touched(everybody: Everybody, before: Before) -> tuple[tuple[tuple[str, str], ...], str]:
    """How often those not kept out were drawn to try something, numbers of times joined until no cell is small."""
    times = {one.times: one.customers for one in everybody.touched if one.arm == OTHERS}
    total, tried = sum(times.values()), sum(many for often, many in times.items() if often)
    ran = f"{before.ran} {'iteration' if before.ran == 1 else 'iterations'} of the period drew customers"
    if not 0 < tried < total or min(tried, total - tried) < SMALLEST_CELL:
        some = "nobody" if not tried else f"fewer than {SMALLEST_CELL}" if tried < SMALLEST_CELL else "nearly all"
        return (), f"{ran}; {some} of the {customers(total)} not kept out were drawn to try something."
    cells = _joined({often: many for often, many in times.items() if often})
    rows = (("not once", total - tried), *((_often(often, is_last), many) for often, many, is_last in cells))
    sentence = (
        f"{ran}: {count(tried)} of the {customers(total)} not kept out were drawn to try something at least once."
    )
    return tuple((name, customers(many)) for name, many in rows), sentence


def _joined(times: dict[int, int]) -> list[tuple[int, int, bool]]:
    """(times, customers, whether more times are in it), the most times joined to fewer until the cell is large."""
    cells: list[tuple[int, int, bool]] = []
    pending, more = 0, False
    for often in sorted(times, reverse=True):
        pending += times[often]
        if pending >= SMALLEST_CELL:
            cells.append((often, pending, more))
            pending, more = 0, False
        else:
            more = True
    if pending and cells:
        often, many, _ = cells.pop()
        cells.append((min(times), many + pending, True))
    return cells[::-1]


def _often(times: int, or_more: bool) -> str:
    name = "once" if times == 1 else "twice" if times == 2 else f"{times} times"
    return f"{name} or more" if or_more else name


def _limits(asked: Asked, everybody: Everybody, before: Before) -> tuple[str, ...]:
    plan = asked.plan
    found = [
        f"By lot, {percentage(asked.holdout.share)} of the customers are kept out of all pilots. Nothing else was made "
        "to differ, so the difference is what all pilots did together; it does not say which of them did it.",
        "What became everybody's practice reaches those kept out as well, and is no longer in the difference.",
        "The period was chosen when it was read, after its outcomes existed"
        + (f", and {before.earlier} such readings are in the ledger before it" if before.earlier > 1 else "")
        + (", and one such reading is in the ledger before it" if before.earlier == 1 else "")
        + ": of many periods the best one looks better than it is. Such a reading never promotes.",
    ]
    if len(plan.measures) > 1:
        found.append("Each measure's range stands alone: of many measures, one may lie outside its range by chance.")
    if before.strangers:
        many = "1 iteration" if before.strangers == 1 else f"{before.strangers} iterations"
        found.append(
            f"{many} of the period had a draw made by somebody else: it may have customers who were to be kept out, "
            "which makes the difference look smaller, and they are not in the count of who tried something."
        )
    if asked.joined is None:
        found.append("The customers' file does not say who joined when: everybody in it is taken to have been there.")
    elif everybody.later:
        found.append(f"{customers(everybody.later)} joined after the period began, or on no known day: not counted.")
    found.append("Customers who are no longer in the customers' file are not counted, on neither side.")
    if plan.groups:
        found.append(
            "Groups are read from the files as they are now; a level that pilots moved customers into misleads."
        )
    found += [f"“{label}” is not counted: {why}." for label, why in asked.left_out]
    return tuple(found)


def _who(asked: Asked) -> str:
    cluster = asked.holdout.cluster
    return f"everybody of a “{cluster}” that has, or of none and has by themselves," if cluster else "who has"


def _method(asked: Asked, found: tuple[MeasureEffects, ...]) -> tuple[str, ...]:
    plan = asked.plan
    names = sorted({one.method for item in found for one in item.by_arm.values() if isinstance(one, Effect)})
    days = plan.follow_up_days
    return (
        "Estimand: the difference in the average per customer between those not kept out, whether any pilot drew them "
        f"or not, and those kept out, over the {days:,} days of the period (intention to treat).",
        f"Kept out is {_who(asked)} a place below {round(asked.holdout.share * 10_000):,} of 10,000 under the salt "
        f"“{holdout_salt(asked.holdout)}”.",
        "Ranges are two-sided 95% confidence intervals" + (f" ({several(names)})." if names else "."),
        "Windows and caps of measures belong to pilots: here every day of the period counts, and every value as it is. "
        "Nothing known before the start is taken out, because the customers' file may hold newer values.",
    )
