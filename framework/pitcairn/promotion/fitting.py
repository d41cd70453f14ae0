"""Whether a pack fits a program: what it needs, under which names it is there, what else claims the same customers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from pitcairn.design.plan import Scalar
from pitcairn.errors import Problem
from pitcairn.promotion.contents import Contents, Parameter
from pitcairn.spec.models import ProgramSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the person who adopts says about their place."""

    pilot: str
    owner: str
    at_kind: str
    at: str
    """`location` or `product_line`, and which."""
    start: date
    names: Mapping[str, str]
    """The pack's word for a measure, group, source or column -> this program's."""
    values: Mapping[str, str]
    """Parameter -> value, as written."""
    keep: Mapping[str, str]
    """Column -> value: which customers are this place's."""

    def here(self, name: str) -> str:
        return self.names.get(name, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Another pack in use in this program."""

    pack: str
    pilot: str
    population: str
    channel: str | None
    most_contacts: int | None
    within_days: int | None


def misfits(
    contents: Contents, program: ProgramSpec, setting: Setting, running: Sequence[Running], today: date
) -> tuple[Problem, ...]:
    """Everything that keeps the pack from being adopted here, each with a way out; empty where nothing does."""
    return (
        *_numbers(contents),
        *_age(contents, today),
        *_place(program, setting),
        *_own_customers(contents, setting),
        *_sources(contents, program, setting),
        *_measures(contents, program, setting),
        *_groups(contents, program, setting),
        *_parameters(contents, setting),
        *_conflicts(contents, setting, running),
        *_contacts(contents, program, setting, running),
    )


def chosen(contents: Contents, setting: Setting) -> dict[str, Scalar]:
    """Every parameter with its value here: as set, else as tried. Only for a setting without misfits."""
    found: dict[str, Scalar] = {}
    for one in contents.model.parameters:
        value = _typed(one, setting.values[one.name]) if one.name in setting.values else one.value
        if value is not None:
            found[one.name] = value
    return found


def untried(contents: Contents, setting: Setting) -> tuple[str, ...]:
    """Adaptable parameters with a value that nobody has tried."""
    values = chosen(contents, setting)
    return tuple(
        one.name
        for one in contents.model.parameters
        if one.kind == "adaptable" and values.get(one.name) not in (*one.tested, one.value)
    )


def _numbers(contents: Contents) -> Iterator[Problem]:
    """A whole and signed pack may still hold numbers that nothing follows from."""
    claim = contents.claim
    positive = (claim.raw.variance, claim.shrunk.variance, claim.anchor)
    counted = min(claim.customers_control, claim.customers_treated)
    known = contents.measures and contents.measures[0].id == claim.measure
    if not (all(0 < one < math.inf for one in positive) and counted > 0 and known):
        yield Problem(
            message=f"The claim of {contents.identity.name} has no error, no customers or no measure to go by.",
            hint="ask its owner for a pack that can be predicted from",
        )


def _age(contents: Contents, today: date) -> Iterator[Problem]:
    if today.isoformat() > contents.identity.valid_until:
        yield Problem(
            message=f"The evidence of {contents.identity.name} was good until {contents.identity.valid_until}.",
            hint="ask its owner for a renewed pack",
        )


def _place(program: ProgramSpec, setting: Setting) -> Iterator[Problem]:
    known = program.locations if setting.at_kind == "location" else program.product_lines
    if setting.at not in known:
        yield _unknown(f"{setting.at_kind.replace('_', ' ')} “{setting.at}”", setting.at, known, "--at")


def _own_customers(contents: Contents, setting: Setting) -> Iterator[Problem]:
    """The pack's own place chose its customers by some columns: without this place's values everybody would be in."""
    for one in contents.model.targeting.place:
        column = setting.here(one.column)
        if column not in setting.keep:
            yield Problem(
                message=f"Where it was proven, “{one.column}” said which customers were that place’s.",
                hint=f"say which are this place’s with --keep {column}=VALUE",
            )


def _sources(contents: Contents, program: ProgramSpec, setting: Setting) -> Iterator[Problem]:
    for need in contents.requirements.sources:
        here = setting.here(need.id)
        source = program.sources.get(here)
        if source is None:
            yield _unknown(f"source “{here}”", here, program.sources, f"--map {need.id}=NAME")
        elif source.kind != need.kind:
            yield Problem(
                message=f"Source “{here}” is {source.kind}; the pack needs {need.kind} ones.",
                hint=f"name another with --map {need.id}=NAME",
            )


def _measures(contents: Contents, program: ProgramSpec, setting: Setting) -> Iterator[Problem]:
    for one in contents.measures:
        if one.role not in ("deciding", "guardrail"):
            continue
        here = setting.here(one.id)
        measure = program.measures.get(here)
        if measure is None:
            yield _unknown(f"measure “{here}” ({one.label})", here, program.measures, f"--map {one.id}=NAME")
        elif (measure.kind, measure.better) != (one.kind, one.better):
            yield Problem(
                message=f"Measure “{here}” is {measure.kind}, better {measure.better}; the pack's “{one.label}” is "
                f"{one.kind}, better {one.better}. Its evidence is about another quantity.",
                hint=f"name a measure that is the same with --map {one.id}=NAME",
            )


def _groups(contents: Contents, program: ProgramSpec, setting: Setting) -> Iterator[Problem]:
    for one in contents.groups:
        here = setting.here(one.id)
        if here not in program.groups:
            yield _unknown(f"group “{here}” ({one.label})", here, program.groups, f"--map {one.id}=NAME")


def _parameters(contents: Contents, setting: Setting) -> Iterator[Problem]:
    known = {one.name: one for one in contents.model.parameters}
    for name in setting.values:
        if name not in known:
            yield _unknown(f"parameter “{name}”", name, known, "--set")
    for one in known.values():
        written = setting.values.get(one.name)
        if written is None and one.kind == "local":
            yield Problem(
                message=f"“{one.name}” ({one.label}) differs from place to place and is not set.",
                hint=f"set it with --set {one.name}=VALUE",
            )
        elif written is not None and one.kind == "core" and _typed(one, written) != one.value:
            yield Problem(
                message=f"“{one.name}” is a core part of the model, “{one.value}” wherever it was proven; with "
                f"“{written}” it would be another model, and none of this evidence would be about it.",
                hint=f"try it as a pilot of your own: pitcairn new {setting.pilot}",
            )
        elif written is not None and one.kind == "adaptable" and not _allowed(one, _typed(one, written)):
            yield Problem(
                message=f"“{one.name}” is “{written}”; {_limits(one)}.",
                hint=f"choose a value inside with --set {one.name}=VALUE",
            )


def _conflicts(contents: Contents, setting: Setting, running: Sequence[Running]) -> Iterator[Problem]:
    said = {one.pack: one.why for one in contents.conflicts}
    population = setting.here(contents.requirements.population)
    for other in running:
        if other.pack in said and other.population == population:
            yield Problem(
                message=f"{other.pack} runs here on the same customers (pilot {other.pilot}): {said[other.pack]}",
                hint=f"retire one of the two first: pitcairn retire {other.pilot}",
            )


def _contacts(
    contents: Contents, program: ProgramSpec, setting: Setting, running: Sequence[Running]
) -> Iterator[Problem]:
    """Contacts of all packs on the same customers, each brought to the days of the program's cap, beside that cap."""
    own = contents.model.contact_policy
    if own.most_contacts is None:
        return
    population = setting.here(contents.requirements.population)
    loads = [(contents.identity.name, own.most_contacts, own.within_days)]
    loads += [
        (o.pack, o.most_contacts, o.within_days) for o in running if o.population == population and o.most_contacts
    ]
    for cap in program.contact_policy.caps:
        total = sum(_within(contacts, days, cap.within) for _, contacts, days in loads)
        if total > cap.at_most:
            packs = ", ".join(f"{name} {_within(contacts, days, cap.within)}" for name, contacts, days in loads)
            yield Problem(
                message=f"Customers here may be contacted {cap.at_most} times in {cap.within} days; together it would "
                f"be {total} ({packs}).",
                hint="right, not more: retire another pack first, or adopt this one for other customers",
            )


def _within(contacts: int, days: int | None, window: int) -> int:
    """The most contacts that fit into a window: all of one period more than fits whole."""
    return contacts * max(1, -(-window // days)) if days else contacts


def _allowed(one: Parameter, value: Scalar | None) -> bool:
    if value is None:
        return False
    if one.choices:
        return value in one.choices
    if one.low is None and one.high is None:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (one.low is None or value >= one.low) and (one.high is None or value <= one.high)


def _limits(one: Parameter) -> str:
    if one.choices:
        return f"it may be one of {', '.join(str(choice) for choice in one.choices)}"
    low = "any number" if one.low is None else f"{one.low:g}"
    return f"it may be {low} to {'any number' if one.high is None else f'{one.high:g}'}"


def _typed(one: Parameter, written: str) -> Scalar | None:
    """The value as the kind of the one tried, None where it is not of that kind."""
    like = one.value if one.value is not None else next(iter(one.tested), None)
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(written.lower())
    if isinstance(like, int | float):
        try:
            number = float(written)
        except ValueError:
            return None
        return int(number) if number.is_integer() else number
    return written


def _unknown(what: str, name: str, known: Mapping[str, object], how: str) -> Problem:
    near = get_close_matches(name, known, 1)
    hint = f"did you mean “{near[0]}”? " if near else ""
    return Problem(
        message=f"There is no {what} in this program.",
        hint=f"{hint}{'there is ' + ', '.join(known) if known else 'there is none'}; name it with {how}",
    )
