"""What must hold inside `pilot.yaml`, and between it and the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pitcairn.errors import Problem
from pitcairn.spec.draft import Draft
from pitcairn.spec.fit import known, positive, possible, unit_fits
from pitcairn.spec.models import PilotSpec, ProgramSpec
from pitcairn.spec.place import Path
from pitcairn.spec.program_rules import wide_source

Pilot = Draft[PilotSpec]
Program = Draft[ProgramSpec]
PilotRule = Callable[[Pilot, Program], Iterator[Problem]]

MEASURE = "a measure of the program"


def scope(pilot: Pilot, program: Program) -> Iterator[Problem]:
    """The scope is exactly one product line or location, and the program knows it."""
    written = pilot.spec.scope
    if (written.product_line is None) == (written.location is None):
        both = "a product line and a location" if written.location else "neither a product line nor a location"
        hint = "name exactly one: a pilot far from everything else is easier to get right"
        yield pilot.problem(("scope",), f"the scope is {both}", hint, at_key=True)
        return
    if written.product_line is not None:
        at: Path = ("scope", "product_line")
        names = program.ids("product_lines")
        yield from known(pilot, at, written.product_line, names, "a product line of the program")
    if written.location is not None:
        yield from known(
            pilot, ("scope", "location"), written.location, program.ids("locations"), "a location of the program"
        )


def customers(pilot: Pilot, program: Program) -> Iterator[Problem]:
    """The customers in scope come from a source with a row a customer."""
    population = pilot.spec.customers
    yield from possible(pilot, ("customers", "keep"), population.keep)
    yield from wide_source(pilot, program, ("customers", "source"), population.source)


def own_place(pilot: Pilot, program: Program) -> Iterator[Problem]:
    """A pilot at one location does not keep another location's customers alone."""
    here, places = pilot.spec.scope.location, program.spec.locations
    if here not in places:
        return
    names = {name.casefold(): id for id, label in places.items() for name in (id, label)}
    for column, test in pilot.spec.customers.keep.items():
        values = test if isinstance(test, list) else [test]
        meant = {names.get(value.casefold()) if isinstance(value, str) else None for value in values}
        if None not in meant and here not in meant:
            other = "” and “".join(places[str(id)] for id in sorted(map(str, meant)))
            message = f"the pilot is at “{places[here]}”, and this keeps only customers of “{other}”"
            yield pilot.problem(("customers", "keep", column), message, f"did you mean “{places[here]}”?")


def deciding(pilot: Pilot, program: Program) -> Iterator[Problem]:
    """The deciding measure is known."""
    yield from known(pilot, ("deciding",), pilot.spec.deciding, program.ids("measures"), MEASURE)


def margins(pilot: Pilot, program: Program) -> Iterator[Problem]:
    """Guardrails have a margin that fits what they guard."""
    for index, guardrail in pilot.entries("guardrails", pilot.spec.guardrails):
        at: Path = ("guardrails", index)
        yield from positive(pilot, (*at, "margin"), guardrail.margin, "a margin")
        if measure := program.spec.measures.get(guardrail.measure):
            yield from unit_fits(pilot, (*at, "margin"), guardrail.margin, guardrail.measure, measure)


def listed_measures(pilot: Pilot, program: Program) -> Iterator[Problem]:
    """Guardrails, signals and watched measures are known."""
    for path, id in (*pilot.words("guardrails", "measure"), *pilot.words("signals"), *pilot.words("watch")):
        yield from known(pilot, path, id, program.ids("measures"), MEASURE)


def one_role_each(pilot: Pilot, _program: Program) -> Iterator[Problem]:
    """A measure has one role in a pilot."""
    roles: dict[str, str] = {pilot.spec.deciding: "the deciding measure"}
    for role, path, id in _roles(pilot):
        if id in roles:
            yield pilot.problem(path, f"“{id}” is {roles[id]} already", "a measure has one role: remove one of them")
        roles.setdefault(id, role)


def _roles(pilot: Pilot) -> Iterator[tuple[str, Path, str]]:
    for index, guardrail in pilot.entries("guardrails", pilot.spec.guardrails):
        yield "a guardrail", ("guardrails", index, "measure"), guardrail.measure
    for index, id in pilot.entries("signals", pilot.spec.signals):
        yield "a signal", ("signals", index), id
    for index, id in pilot.entries("watch", pilot.spec.watch):
        yield "watched", ("watch", index), id


def promotion(pilot: Pilot, program: Program) -> Iterator[Problem]:
    """Promotion asks for gains in measures that the pilot reads."""
    own = [id for _, _, id in _roles(pilot)]
    for id, least in pilot.spec.promotion.also.items():
        at: Path = ("promotion", "also", id)
        if id == pilot.spec.deciding:
            message = f"“{id}” decides already: its worth-it line is in the iteration"
            yield pilot.problem(at, message, "remove the line", at_key=True)
            continue
        if set(own) <= set(program.ids("measures")):
            noun = "a guardrail, a signal or a watched measure of this pilot"
            yield from known(pilot, at, id, own, noun, at_key=True)
        if least.value < 0:
            yield pilot.problem(at, f"“{id}” cannot be asked to gain less than nothing", "write 0 or more")
        if measure := program.spec.measures.get(id):
            yield from unit_fits(pilot, at, least, id, measure)


def joined_sources(pilot: Pilot, program: Program) -> Iterator[Problem]:
    """Where more than one source is read, each must name its customers."""
    population = pilot.spec.customers.source
    used = {id: program.spec.measures[id].source for id in measure_ids(pilot) if id in program.spec.measures}
    others = sorted({source for source in used.values() if source != population})
    for id in others:
        for source in (population, id):
            found = program.spec.sources.get(source)
            if found is not None and found.customer is None:
                message = f"“{source}” cannot be joined with “{id if source == population else population}”"
                hint = f"add “customer: …” to the source “{source}” in program.yaml"
                yield pilot.problem(("customers", "source"), message, hint)


def measure_ids(pilot: Pilot) -> tuple[str, ...]:
    """The measures a pilot reads, the deciding one first."""
    return pilot.spec.deciding, *(id for _, _, id in _roles(pilot))


RULES: tuple[PilotRule, ...] = (
    scope,
    customers,
    own_place,
    deciding,
    margins,
    listed_measures,
    one_role_each,
    promotion,
    joined_sources,
)
