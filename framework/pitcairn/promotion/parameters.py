"""The parts of a model that have names: taken out of the pilot's own texts, and put into another place's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from pitcairn.design.plan import ArmPlan, Scalar
from pitcairn.errors import Problem, SpecError
from pitcairn.promotion.contents import Parameter
from pitcairn.spec.practice import PackSpec

MARK = re.compile(r"\[\[([a-z0-9_-]+)\]\]")
"""Two square brackets, since the curly ones of a mailing system must pass through untouched."""
TEXTS = ("message", "channel", "when", "how_often", "offer")


def parameters_of(spec: PackSpec) -> tuple[Parameter, ...]:
    """What `pack.yaml` declares, in order of name."""
    return tuple(
        Parameter(
            name=name,
            kind=one.kind,
            label=one.label,
            value=one.value,
            low=one.at_least,
            high=one.at_most,
            choices=tuple(one.choices),
            tested=tuple(dict.fromkeys((*([] if one.value is None else [one.value]), *one.tested)))
            if one.kind == "adaptable"
            else (),
        )
        for name, one in sorted(spec.parameters.items())
    )


def with_names(arm: ArmPlan, spec: PackSpec, *, file: str) -> ArmPlan:
    """The arm with `[[name]]` in the place of each parameter's words.

    SpecError where the words of a parameter are in none of the texts, or a text names a parameter that is not declared.
    """
    texts = {field: getattr(arm, field) for field in TEXTS if getattr(arm, field) is not None}
    problems = []
    for name, one in sorted(spec.parameters.items()):
        if one.in_text is None:
            continue
        if not any(one.in_text in text for text in texts.values()):
            problems.append(_problem(f"“{one.in_text}” of parameter “{name}” is in no text of this arm.", file))
        texts = {field: text.replace(one.in_text, f"[[{name}]]") for field, text in texts.items()}
    named = {name for text in texts.values() for name in MARK.findall(text)}
    problems += [_problem(f"“[[{name}]]” is no parameter.", file) for name in sorted(named - set(spec.parameters))]
    if problems:
        raise SpecError(problems)
    return replace(arm, **texts)


def filled(text: str, values: Mapping[str, Scalar]) -> str:
    """The text with each `[[name]]` replaced by its value, once: a value that looks like a name stays as it is."""
    return MARK.sub(lambda found: str(values.get(found[1], found[0])), text)


def _problem(message: str, file: str) -> Problem:
    return Problem(message=message, file=file, hint="correct `parameters` there")
