"""The models seen as a tree of keys, so that a place in a file can be told which keys it knows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Discriminator, Tag
from pydantic.fields import FieldInfo

from pitcairn.spec.place import Path

KEY = "[key]"
"""How pydantic names the key itself in the location of an error."""


@cache
def hints(model: type[BaseModel]) -> dict[str, Any]:
    """The annotation of every field, nothing stripped."""
    found = get_type_hints(model, include_extras=True)
    return {name: found[name] for name in model.model_fields}


def bare(annotation: Any) -> Any:
    """The annotation without `Annotated` and without `| None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif len(members := _members(annotation)) == 1:
            annotation = members[0]
        else:
            return annotation


def given(annotation: Any) -> Any:
    """The annotation without `| None`, whatever else it carries."""
    members = _members(annotation)
    return members[0] if len(members) == 1 else annotation


def choices(annotation: Any) -> dict[str, Any]:
    """The ways a value may be written, by the tag pydantic gives them; empty where there is only one way."""
    key = _discriminator(annotation)
    if key is None:
        return {}
    members = _members(bare(annotation))
    if isinstance(key, str):
        return {tag: member for member in members for tag in get_args(bare(hints(bare(member))[key]))}
    return {tag: member for member in members for tag in _tags(member)}


def follow(model: type[BaseModel], location: tuple[str | int, ...]) -> tuple[Path, Any]:
    """Where a pydantic location is in the file, and the annotation that holds there."""
    path: list[str | int] = []
    annotation: Any = model
    for step in location:
        if options := choices(annotation):
            annotation = options.get(str(step))
            continue
        if step == KEY:
            continue
        path.append(step)
        annotation = _child(bare(annotation), step)
    return tuple(path), annotation


def _child(annotation: Any, step: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return hints(annotation).get(str(step))
    arguments = get_args(annotation)
    return arguments[-1] if get_origin(annotation) in (dict, list) and arguments else None


def _members(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) not in (Union, UnionType):
        return ()
    return tuple(member for member in get_args(annotation) if member is not NoneType)


def _discriminator(annotation: Any) -> str | Discriminator | None:
    if get_origin(annotation) is not Annotated:
        members = _members(annotation)
        return _discriminator(members[0]) if len(members) == 1 else None
    for item in get_args(annotation)[1:]:
        if isinstance(item, Discriminator):
            return item
        if isinstance(item, FieldInfo) and isinstance(item.discriminator, str):
            return item.discriminator
    return _discriminator(get_args(annotation)[0])


def _tags(member: Any) -> Iterator[str]:
    if get_origin(member) is Annotated:
        yield from (item.tag for item in get_args(member)[1:] if isinstance(item, Tag))


def literals(annotation: Any) -> tuple[str, ...]:
    """The words a `Literal` allows; empty for anything else."""
    inner = bare(annotation)
    return tuple(map(str, get_args(inner))) if get_origin(inner) is Literal else ()


def known_keys(annotation: Any) -> tuple[str, ...]:
    """The keys a mapping at this place may have; empty where people choose the keys themselves."""
    inner = bare(annotation)
    return tuple(hints(inner)) if isinstance(inner, type) and issubclass(inner, BaseModel) else ()
