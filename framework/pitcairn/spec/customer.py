"""Is the plan good for the customer? Empty words are refused; everything else here is advice, and stops nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pitcairn.errors import Problem
from pitcairn.spec.draft import Draft
from pitcairn.spec.loaded import Loaded
from pitcairn.spec.measures import Measure
from pitcairn.spec.models import IterationSpec, Observed, PilotSpec
from pitcairn.spec.place import Path, Source
from pitcairn.spec.words import short

_EMPTY_WORDS = re.compile(
    r"[\W_]*(tbd|tba|tbc|todo|to do|to be (decided|defined|done)|fixme|x{2,}|n/?a|later|lorem ipsum.*)?[\W_]*",
    re.IGNORECASE,
)

_PLACE = re.compile(r"shop|store|place|site|locat|branch|home|city|town|region|filiale|standort|laden", re.IGNORECASE)


def placeholders(pilot: Draft[PilotSpec]) -> Iterator[Problem]:
    """A problem for every part of the customer section that says nothing yet."""
    section = pilot.spec.customer
    for name in type(section).model_fields:
        written = getattr(section, name)
        texts = enumerate(written) if isinstance(written, list) else [(None, written)]
        for index, text in texts:
            if _EMPTY_WORDS.fullmatch(text):
                at: Path = ("customer", name) if index is None else ("customer", name, index)
                hint = "ask three customers, and write down what they say"
                yield pilot.problem(at, f"“{short(text)}” says nothing about the customer yet", hint)


def advice(loaded: Loaded) -> tuple[Problem, ...]:
    """What a friend of the customer would ask about a valid plan; each with an id, `severity="warning"`."""
    if loaded.pilot is None:
        return ()
    found = [*_program_advice(loaded), *_pilot_advice(loaded, loaded.pilot)]
    if loaded.iteration is not None:
        found += _iteration_advice(loaded, loaded.pilot, loaded.iteration)
    return tuple(found)


def _program_advice(loaded: Loaded) -> Iterator[Problem]:
    policy = loaded.program.contact_policy
    if loaded.iteration is None or _is_observed(loaded):
        return
    ask = _Asker(loaded.sources.get("program"), "program.yaml")
    if not policy.opt_out:
        yield ask(
            "no-opt-out",
            ("contact_policy",),
            "nobody can opt out: customers who asked to be left alone may be drawn",
            "add “opt_out” to “contact_policy”",
        )
    if not policy.caps:
        yield ask(
            "no-contact-cap",
            ("contact_policy",),
            "nothing limits how often a customer is contacted by all pilots together",
            "add “caps” to “contact_policy”",
        )


def _pilot_advice(loaded: Loaded, pilot: PilotSpec) -> Iterator[Problem]:
    ask = _Asker(loaded.sources.get("pilot"), "pilot.yaml")
    measures = loaded.program.measures
    guarded = [measures[guardrail.measure] for guardrail in pilot.guardrails]
    if not guarded:
        yield ask(
            "no-guardrail",
            ("deciding",),
            "no guardrail watches over the customer",
            "add a measure that must not get worse, such as opt-outs, complaints or returns",
        )
    elif measures[pilot.deciding].money and not any(map(_protects, guarded)):
        yield ask(
            "money-without-care",
            ("deciding",),
            f"“{pilot.deciding}” is money, and no guardrail protects the customer",
            "guard something customers would complain about: opt-outs, complaints, returns",
        )
    kept = any(_PLACE.search(column) for column in pilot.customers.keep)
    if pilot.scope.location and not kept and not _is_observed(loaded):
        label = loaded.program.locations[pilot.scope.location]
        yield ask(
            "no-place-kept",
            ("customers",),
            f"nothing keeps only the customers of “{label}”; “{pilot.customers.source}” may hold others",
            f"under “customers” add  keep: {{{_place_column(loaded, pilot)}: {label}}}  with the column that names "
            "each customer's place, and what it says here; leave it out only where the source holds nobody else",
        )
    if not pilot.customer.competing:
        yield ask(
            "no-competing",
            ("customer",),
            "nothing says what customers do instead today",
            "add “competing”: it is what the new behaviour has to be better than",
        )


def _is_observed(loaded: Loaded) -> bool:
    return loaded.iteration is not None and isinstance(loaded.iteration.assignment, Observed)


def _place_column(loaded: Loaded, pilot: PilotSpec) -> str:
    """The column of the customers' source that most likely names their place: a group's, if one sounds like it."""
    groups = loaded.program.groups.items()
    own = [(id, one) for id, one in groups if one.column and one.source in (None, pilot.customers.source)]
    near = (one.column for id, one in own if _PLACE.search(f"{id} {one.label} {one.column}"))
    return next(near, None) or "COLUMN"


def _protects(measure: Measure) -> bool:
    """Complaints, opt-outs, returns: less is better; or what customers answer when asked."""
    return not measure.money and (measure.better == "down" or measure.kind == "share")


def _iteration_advice(loaded: Loaded, pilot: PilotSpec, iteration: IterationSpec) -> Iterator[Problem]:
    ask = _Asker(loaded.sources.get("iteration"), f"iteration-{loaded.number}.yaml")
    days = iteration.follow_up
    if days < 7:
        yield ask(
            "short-follow-up",
            ("follow_up",),
            f"{days} day{'s' if days > 1 else ''} is too short to see what customers do after the first surprise",
            "follow customers for a week or more",
        )
    elif days % 7:
        yield ask(
            "part-weeks",
            ("follow_up",),
            f"{days} days are not whole weeks, so some weekdays count twice",
            f"write “{round(days / 7)} weeks”",
        )
    if not iteration.predictions:
        confirms = iteration.stage == "confirm"
        yield ask(
            "no-prediction",
            ("question",),
            "nobody has said what they expect, so "
            + ("this confirmation can never be promoted" if confirms else "nothing can be learned from being wrong"),
            "add “predictions”" + (" before the launch spends its attempt" if confirms else ""),
        )
    for id, arm in iteration.arms.items():
        if arm.role == "treatment" and not any((arm.message, arm.channel, arm.when, arm.how_often, arm.offer)):
            yield ask(
                "no-practice",
                ("arms", id),
                f"nothing says what customers get with “{short(arm.label)}”, so nobody else could do the same",
                "add “message”, “channel” and “when”; a model without them cannot be promoted",
            )
    if pilot.customer.segments and not iteration.groups:
        yield ask(
            "no-groups",
            ("question",),
            "you expect kinds of customers to differ, and no group looks at them",
            "add “groups”: there is no average customer",
        )


class _Asker:
    """Makes warnings about one file, at their line where the file is at hand."""

    def __init__(self, source: Source | None, file: str) -> None:
        self._source = source
        self._file = file

    def __call__(self, id: str, path: Path, message: str, hint: str) -> Problem:
        problem = (
            self._source.problem(path, message, hint, at_key=path in self._source.keys)
            if self._source
            else Problem(message=message, hint=hint, file=self._file)
        )
        return replace(problem, severity="warning", id=f"customer/{id}")
