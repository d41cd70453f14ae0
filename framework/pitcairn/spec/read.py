"""One plan file through its model: the values, or every problem in a plain sentence at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pitcairn.errors import Problem
from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec
from pitcairn.spec.place import Path, Source
from pitcairn.spec.shape import KEY, bare, choices, follow, known_keys, literals
from pitcairn.spec.words import nearest, quoted, short, suggestion

M = TypeVar("M", bound=BaseModel)

FILES: dict[str, type[BaseModel]] = {
    "program.yaml": ProgramSpec,
    "pilot.yaml": PilotSpec,
    "iteration-N.yaml": IterationSpec,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something one value got wrong: where, and in which words."""

    path: Path
    message: str
    hint: str | None = None
    at_key: bool = False
    missing: bool = False
    meant: Path | None = None
    """The place of the key that was probably meant by an unknown one."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What pydantic said about a value, with what the value's place knows."""

    path: Path
    value: Any
    annotation: Any
    around: Any
    """The annotation of what holds the value."""
    context: dict[str, Any]
    source: Source
    message: str


def read(source: Source, model: type[M]) -> tuple[M | None, tuple[Fault, ...]]:
    """The model, or None and what is wrong with the values; faults of the text itself are in `source` already."""
    if not source.readable or source.refused & {()}:
        return None, ()
    if not isinstance(source.value, dict):
        return None, (
            Fault((), "a plan file is made of `key: value` lines", f"start with: {next(iter(known_keys(model)))}: …"),
        )
    try:
        return model.model_validate(source.value), ()
    except ValidationError as error:
        return None, _once(_fault(source, model, one) for one in error.errors(include_url=False))


def problems(source: Source, faults: Iterable[Fault]) -> tuple[Problem, ...]:
    """The faults at their lines, without those about a value that is refused already."""
    return tuple(
        source.problem(fault.path, fault.message, fault.hint, at_key=fault.at_key)
        for fault in faults
        if not any(fault.path[: len(path)] == path for path in source.refused)
    )


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """A key that is missing only because it is misspelt is told once, as misspelt."""
    found = tuple(faults)
    meant = {fault.meant for fault in found if fault.meant}
    return tuple(fault for fault in found if not (fault.missing and fault.path in meant))


def _fault(source: Source, model: type[BaseModel], error: Any) -> Fault:
    location: tuple[str | int, ...] = error["loc"]
    path, annotation = follow(model, location)
    told = _Told(
        path=path,
        value=error["input"],
        annotation=annotation,
        around=follow(model, location[:-1])[1] if location else model,
        context=error.get("ctx", {}),
        source=source,
        message=error["msg"],
    )
    if location and location[-1] == KEY:
        return _bad_key(told)
    if told.value is None and error["type"] not in ("missing", "extra_forbidden"):
        return Fault(path, f"“{_name(path)}” has no value", "write one after the “:”, or remove the line", at_key=True)
    return SENTENCES.get(error["type"], _other)(told)


def _bad_key(told: _Told) -> Fault:
    word = str(told.path[-1])
    if "pattern" in told.context:
        return Fault(told.path, f"“{short(word)}” cannot be an id here", _ID_HINT, at_key=True)
    if told.context.get("min_length"):
        return Fault(told.path, "this key is empty", "write a name before the “:”", at_key=True)
    limit = told.context.get("max_length")
    return Fault(told.path, f"“{short(word)}” is too long: {len(word)} characters", f"use at most {limit}", at_key=True)


_ID_HINT = "use small letters, digits and single hyphens or underscores, such as past-spend"


def _unknown(told: _Told) -> Fault:
    word = str(told.path[-1])
    parent = told.path[:-1]
    written = _at(told.source.value, parent)
    known = known_keys(told.around)
    near = nearest(word, (key for key in known if key not in written)) or nearest(word, known)
    meant = (*parent, near) if near and near not in written else None
    hint = suggestion(word, (near,) if near else known, "known here")
    if not near and (file := _file_knowing(word, told.around)):
        hint = f"it is a key of {file}"
    if told.value is None and word[:1].isdigit():
        hint = "inside { } a comma starts a new key: put a value that has a comma in quotes"
    return Fault(told.path, f"“{short(word)}” is not a known key here", hint, at_key=True, meant=meant)


def _file_knowing(word: str, around: Any) -> str | None:
    return next(
        (file for file, model in FILES.items() if word in model.model_fields and bare(around) is not model), None
    )


def _missing(told: _Told) -> Fault:
    where = f" in “{_name(told.path[:-1])}”" if len(told.path) > 1 else ""
    hint = f"add a line “{told.path[-1]}: …”"
    if options := literals(told.annotation):
        hint = f"add a line “{told.path[-1]}:” with {quoted(options, 'or')}"
    return Fault(told.path, f"“{told.path[-1]}” is missing{where}", hint, missing=True)


def _no_kind(told: _Told) -> Fault:
    """A mapping that comes in several kinds does not say which it is."""
    key = str(told.context["discriminator"]).strip("'")
    options = choices(told.annotation)
    known = {name for option in options.values() for name in known_keys(option)}
    slip = next((name for name in told.value if name not in known and nearest(str(name), [key])), None)
    if slip is not None:
        return Fault(
            (*told.path, slip), f"“{short(slip)}” is not a known key here", f"did you mean “{key}”?", at_key=True
        )
    message = f"“{key}” is missing in “{_name(told.path)}”"
    return Fault((*told.path, key), message, f"add a line “{key}:” with {quoted(options, 'or')}", missing=True)


def _wrong_kind(told: _Told) -> Fault:
    key = str(told.context["discriminator"]).strip("'")
    return _not_one_of(told.value[key], (*told.path, key), tuple(choices(told.annotation)))


def _wrong_word(told: _Told) -> Fault:
    fault = _not_one_of(told.value, told.path, literals(told.annotation))
    keys = [name for option in choices(told.around).values() for name in known_keys(option)]
    if not keys:
        return fault
    other = f"or write {', '.join(keys[:2])} … below it"
    return Fault(fault.path, fault.message, f"{fault.hint} — {other}")


def _not_one_of(value: object, path: Path, options: tuple[str, ...]) -> Fault:
    if value is None:
        return Fault(path, f"“{_name(path)}” has no value", f"use {quoted(options, 'or')}", at_key=True)
    near = nearest(value, options) if isinstance(value, str) else None
    hint = f"did you mean “{near}”?" if near else f"use {quoted(options, 'or')}"
    return Fault(path, f"{_shown(value)} is not one of the words for “{_name(path)}”", hint)


def _text(told: _Told) -> Fault:
    name, value = _name(told.path), told.value
    if isinstance(value, dict | list):
        return Fault(
            told.path, f"“{name}” must be text, not a {_form(value)}", "put text that starts with [ or { in quotes"
        )
    written = told.source.written(told.path) or str(value)
    kind = "true-or-false word" if isinstance(value, bool) else "number"
    return Fault(told.path, f"“{name}” must be text, but {written} is a {kind}", f'write it in quotes: "{written}"')


def _number(told: _Told) -> Fault:
    return Fault(
        told.path,
        f"“{_name(told.path)}” must be a number, not {_shown(told.value)}",
        "write digits, such as 250 or 0.5",
    )


def _whole(told: _Told) -> Fault:
    return Fault(
        told.path, f"“{_name(told.path)}” must be a whole number, not {_shown(told.value)}", "write digits, such as 3"
    )


def _flag(told: _Told) -> Fault:
    return Fault(
        told.path, f"“{_name(told.path)}” must be true or false, not {_shown(told.value)}", "write true or false"
    )


def _mapping(told: _Told) -> Fault:
    known = known_keys(told.annotation)
    hint = f"indent below it: {', '.join(known[:4])} …" if known else "write `name: value` lines, indented below it"
    return Fault(told.path, f"“{_name(told.path)}” must be made of `key: value` lines, not {_shown(told.value)}", hint)


def _list(told: _Told) -> Fault:
    message = f"“{_name(told.path)}” must be a list, not {_shown(told.value)}"
    return Fault(told.path, message, "write [a, b], or one item a line starting with “- ”")


def _empty(told: _Told) -> Fault:
    if isinstance(told.value, str):
        return Fault(told.path, f"“{_name(told.path)}” is empty", "write something between the quotes")
    least = told.context["min_length"]
    return Fault(told.path, f"“{_name(told.path)}” needs at least {least}, and has {len(told.value)}", None)


def _long(told: _Told) -> Fault:
    unit = " characters" if isinstance(told.value, str) else ""
    most = told.context["max_length"]
    return Fault(told.path, f"“{_name(told.path)}” has {len(told.value):,}{unit}; at most {most:,} fit", None)


def _pattern(told: _Told) -> Fault:
    name = _name(told.path)
    hint = next((hint for field, hint in _PATTERNS.items() if field == name), _ID_HINT)
    return Fault(told.path, f"“{short(told.value)}” cannot be “{name}”", hint)


_PATTERNS = {
    "currency": "use the three capital letters of the currency, such as EUR",
    "sha256": "use the 64 digits and letters a to f that `sha256sum FILE` prints",
}


def _bound(told: _Told) -> Fault:
    words = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    limit = next(f"{text} {told.context[key]:g}" for key, text in words.items() if key in told.context)
    return Fault(told.path, f"“{_name(told.path)}” must be {limit}, not {_shown(told.value)}", None)


def _own(told: _Told) -> Fault:
    """Our own parsers say what is wrong and, after a semicolon, how to write it."""
    message, _, hint = str(told.context["error"]).partition("; ")
    return Fault(told.path, message, hint or None)


def _other(told: _Told) -> Fault:
    return Fault(told.path, f"“{_name(told.path)}” is not valid: {told.message}", None)


SENTENCES: dict[str, Callable[[_Told], Fault]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "union_tag_not_found": _no_kind,
    "union_tag_invalid": _wrong_kind,
    "literal_error": _wrong_word,
    "string_type": _text,
    "float_type": _number,
    "int_type": _whole,
    "bool_type": _flag,
    "dict_type": _mapping,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "list_type": _list,
    "string_too_short": _empty,
    "too_short": _empty,
    "string_too_long": _long,
    "too_long": _long,
    "string_pattern_mismatch": _pattern,
    "greater_than": _bound,
    "greater_than_equal": _bound,
    "less_than": _bound,
    "less_than_equal": _bound,
    "value_error": _own,
}
"""How every kind of pydantic error is told; a test holds this to what the models can raise."""


def _name(path: Path) -> str:
    """The last key of a path; list items go by their list's name."""
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "the file")


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _form(value: object) -> str:
    return "mapping" if isinstance(value, dict) else "list"


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return f"a {_form(value)}"
    return (
        f"“{short(value)}”"
        if isinstance(value, str)
        else short(str(value).lower() if isinstance(value, bool) else value)
    )
