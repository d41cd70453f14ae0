"""The reference of every key of the plan files, made from the models: `python -m pitcairn.spec.reference`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from pitcairn.spec import example, fields, iteration_rules, pilot_rules, practice_rules, program_rules
from pitcairn.spec.schema import MODELS, Kind
from pitcairn.spec.shape import bare, choices, given, hints, literals

_FILES: dict[Kind, tuple[str, str]] = {
    "program": ("program.yaml", example.PROGRAM),
    "pilot": ("pilots/<id>/pilot.yaml", example.PILOT),
    "iteration": ("pilots/<id>/iteration-N.yaml", example.ITERATION),
    "pack": ("pilots/<id>/pack.yaml", example.PACK),
    "trusted-keys": ("trusted-keys.yaml", example.TRUSTED_KEYS),
}
_RULES: dict[Kind, Sequence[Callable[..., object]]] = {
    "program": program_rules.RULES,
    "pilot": pilot_rules.RULES,
    "iteration": iteration_rules.RULES,
    "pack": practice_rules.RULES,
    "trusted-keys": (),
}
_WORDS: tuple[tuple[Any, str], ...] = (
    (fields.Id, "id"),
    (fields.Text, "text"),
    (fields.Name, "name"),
    (fields.Column, "column"),
    (fields.Duration, "length of time"),
    (fields.Share, "share"),
    (fields.Quantity, "amount"),
    (fields.Range, "range"),
    (fields.Day, "date"),
    (fields.Scalar, "value"),
    (fields.Conditions, "conditions"),
    (bool, "true or false"),
    (int, "whole number"),
    (float, "number"),
    (str, "text"),
)
_WRITTEN: tuple[tuple[Any, str, str], ...] = (
    (fields.Duration, "length of time", "Whole days or weeks."),
    (
        fields.Quantity,
        "amount",
        "Shares of customers per 1,000 or in percent, everything else `each` (per customer). A bare number is per "
        "customer.",
    ),
    (fields.Range, "range", "Two amounts with one unit, the smaller first."),
    (fields.Share, "share", "Exact: three times `1/3` is 1, three times `33%` is not."),
    (fields.Day, "date", "Year, month, day. A day belongs to the program's time zone."),
)
_HEAD = """\
# Plan files

<!-- Made by `python -m pitcairn.spec.reference > docs/plan-files.md`. Change the models, not this file. -->

A program is a folder with three kinds of plan files, all YAML: `program.yaml`, one `pilots/<id>/pilot.yaml` for each
pilot, and one `pilots/<id>/iteration-N.yaml` for each of its turns. Two more stand beside them where models are
promoted: `pilots/<id>/pack.yaml` and `trusted-keys.yaml`. `pitcairn check` tells every problem at once, with file, line
and column. The JSON Schemas that `pitcairn init` writes let editors complete the keys.

Only `true` and `false` are true or false: `no`, `yes`, `16:20` and `2026-03-02` stay text. Where text is wanted, a
number must be in quotes. A key twice, an unknown key, anchors (`&`), aliases (`*`), tags (`!`) and merge keys (`<<`)
are refused.

## How values are written

| word | written | meaning |
|---|---|---|
| id | `past-spend` | Small letters, digits, single hyphens or underscores; at most 40 characters. |
| text | `Men’s e-mail` | Anything that is not blank. Quotes are needed around what starts with a special character. |
| name | `Men’s e-mail` | Text of at most 200 characters, since it stands in tables and headlines again and again. |
| column | `order_value` | The name of a column, in your words (see `columns` of a source) or the file's. |
"""
_TAIL_OF_VALUES = """\
| conditions | `{channel: web, visits: {at_least: 3}}` | Column → a value, a list of values, or bounds \
(`at_least`, `at_most`, `above`, `below`). All must hold. |
"""


def markdown() -> str:
    """The whole reference, as a Markdown page."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield _HEAD + "".join(_value_row(*row) for row in _WRITTEN) + _TAIL_OF_VALUES
    told: set[type[BaseModel]] = set()
    for kind, (name, text) in _FILES.items():
        yield f"## `{name}`\n"
        yield from _section(MODELS[kind])
        for model in _inside(MODELS[kind]):
            if model not in told:
                told.add(model)
                yield f"### {_title(model)}\n"
                yield from _section(model)
        if _RULES[kind]:
            yield "What must hold besides:\n"
            yield from (f"- {_cell(rule.__doc__ or '')}" for rule in _RULES[kind])
            yield ""
        yield f"An example:\n\n```yaml\n{text.rstrip()}\n```\n"


def _value_row(annotation: Any, word: str, meaning: str) -> str:
    schema = next(item.json_schema for item in annotation.__metadata__ if isinstance(item, WithJsonSchema)) or {}
    shown = ", ".join(f"`{example}`" for example in schema["examples"])
    return f"| {word} | {shown} | {meaning} |\n"


def _section(model: type[BaseModel]) -> Iterator[str]:
    yield f"{' '.join((model.__doc__ or '').split())}\n"
    yield "| key | what | if left out | meaning |\n|---|---|---|---|"
    for name, annotation in hints(model).items():
        field = model.model_fields[name]
        cells = (f"`{name}`", _words(annotation, field), _default(field), _cell(field.description or ""))
        yield f"| {' | '.join(cells)} |"
    yield ""


def _inside(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model below this one, in the order a reader meets them."""
    for annotation in hints(model).values():
        for found in _models(annotation):
            yield found
            yield from _inside(found)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if annotation == fields.Conditions:
        return
    if options := choices(annotation):
        for option in options.values():
            yield from _models(option)
        return
    inner = bare(annotation)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        yield inner
        return
    for argument in get_args(inner) if get_origin(inner) in (list, dict) else ():
        yield from _models(argument)


def _words(annotation: Any, field: FieldInfo) -> str:
    """What kind of value is wanted, in words."""
    found = _kind(annotation)
    limits = _limits(field.metadata) if bare(annotation) is not str else ""
    return f"{found}, {limits}" if limits else found


def _kind(annotation: Any) -> str:
    annotation = given(annotation)
    for alias, word in _WORDS:
        if annotation == alias:
            return word
    if options := choices(annotation):
        return " or ".join(_kind(option) for option in options.values())
    inner = bare(annotation)
    if words := literals(inner):
        return " or ".join(f"`{word}`" for word in words)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return f"[{_title(inner).lower()}](#{_anchor(inner)})"
    if get_origin(inner) is list:
        return f"list of {_kind(get_args(inner)[0])}"
    if get_origin(inner) is dict:
        key, value = get_args(inner)
        return f"{_kind(key)} → {_kind(value)}"
    return _kind(inner) if inner is not annotation else str(inner)


def _limits(metadata: list[Any]) -> str:
    """The limits of a number, or of how many entries there may be."""
    low = next((item for item in metadata if isinstance(item, Ge | Gt | MinLen)), None)
    high = next((item for item in metadata if isinstance(item, Le | Lt | MaxLen)), None)
    words = []
    if low is not None:
        value = getattr(low, "ge", getattr(low, "gt", getattr(low, "min_length", None)))
        words.append(f"{'more than' if isinstance(low, Gt) else 'at least'} {value}")
    if high is not None:
        value = getattr(high, "le", getattr(high, "lt", getattr(high, "max_length", None)))
        words.append(f"at most {value}")
    return ", ".join(words)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be there"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ([], {}) or isinstance(value, BaseModel):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _title(model: type[BaseModel]) -> str:
    """`ContactPolicy` as people read it: `Contact policy`."""
    name = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in model.__name__).strip()
    return name[0].upper() + name[1:]


def _anchor(model: type[BaseModel]) -> str:
    return _title(model).lower().replace(" ", "-")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(markdown())
