"""A plan file as far as it could be read, so that rules can look at what is sound while other parts are broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from pitcairn.errors import Problem
from pitcairn.program import ProgramFolder
from pitcairn.spec.fields import Model
from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec
from pitcairn.spec.place import Path, Source
from pitcairn.spec.read import problems, read
from pitcairn.spec.shape import hints

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class UnreadableError(Exception):
    """A rule touched a part of a file that has problems of its own."""


@dataclass(frozen=True)
class Draft(Generic[M]):
    """A file's text and its values; touching a value that is broken raises UnreadableError."""

    source: Source
    spec: M
    problems: tuple[Problem, ...]
    broken: frozenset[Path]
    """The top-level keys, and the entries of top-level mappings and lists, that have problems of their own."""
    wrong: frozenset[Path] = frozenset()
    """The very places of those problems."""

    @classmethod
    def of(cls, source: Source, model: type[M]) -> Draft[M]:
        """The draft of a file, whatever its state."""
        spec, faults = read(source, model)
        told = (*source.problems, *problems(source, faults))
        if spec is not None and not source.refused:
            return cls(source, spec, told, frozenset())
        wrong = [fault.path for fault in faults] + list(source.refused)
        partial, broken = _partial(source, model, wrong)
        return cls(source, partial, told, broken, frozenset(wrong))

    def ids(self, field: str) -> tuple[str, ...]:
        """Every id written under a top-level key, sound or not; UnreadableError where that cannot be known."""
        written = self._written(field)
        if written is None:
            return ()
        if not isinstance(written, dict):
            raise UnreadableError
        return tuple(written)

    def _written(self, field: str) -> Any:
        """What the file says under a top-level key; None where it does not have the key."""
        if not self.source.readable or not isinstance(self.source.value, dict):
            raise UnreadableError
        written = self.source.value.get(field)
        if written is None and field in self.source.value:
            raise UnreadableError
        return written

    def sound(self, *fields: str) -> None:
        """Raises UnreadableError unless the top-level keys are free of problems, with everything in them."""
        if not self.source.readable or any(path[0] in fields for path in self.broken if path):
            raise UnreadableError

    def words(self, field: str, *keys: str) -> Iterator[tuple[Path, str]]:
        """The texts under `keys` of every entry of a top-level mapping or list, whatever else is wrong with the entry.

        With no keys, the entries themselves. Texts that are wrong by themselves are left out.
        """
        holder = self._written(field)
        entries = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
        for name, entry in entries:
            word = entry
            for key in keys:
                word = word.get(key) if isinstance(word, dict) else None
            path: Path = (field, name, *keys)
            if isinstance(word, str) and path not in self.wrong:
                yield path, word

    def entries(self, field: str, kept: Sequence[T]) -> Iterator[tuple[int, T]]:
        """The sound entries of a top-level list, each with the position it has in the file."""
        written = self._written(field) or ()
        positions = (index for index in range(len(written)) if (field, index) not in self.broken)
        yield from zip(positions, kept, strict=True)

    def problem(self, path: Path, message: str, hint: str | None = None, *, at_key: bool = False) -> Problem:
        """A problem at a place of this file."""
        return self.source.problem(path, message, hint, at_key=at_key)


@dataclass(frozen=True)
class Drafts:
    """The files that are checked together."""

    folder: ProgramFolder
    program: Draft[ProgramSpec]
    pilot_id: str | None = None
    pilot: Draft[PilotSpec] | None = None
    number: int | None = None
    iteration: Draft[IterationSpec] | None = None
    earlier: tuple[tuple[int, Draft[IterationSpec]], ...] = ()
    """The pilot's iterations before this one that have a file, with their numbers, the latest first."""


def _partial(source: Source, model: type[M], wrong: Iterable[Path]) -> tuple[M, frozenset[Path]]:
    """An instance with the top-level values that are sound; the others raise UnreadableError when touched."""
    written = source.value if isinstance(source.value, dict) and source.readable else {}
    broken = frozenset(_entry(written, path) for path in wrong)
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if (name,) in broken or () in broken or not written:
            continue
        if name in written:
            values |= _value(model, name, _without(written[name], name, broken))
        elif not field.is_required():
            values[name] = field.get_default(call_default_factory=True)
    instance = _lenient(model).model_construct({*values} & {*written}, **values)
    for name in {*model.model_fields} - {*values}:
        instance.__dict__.pop(name, None)
    return instance, broken


def _entry(written: dict[str, Any], path: Path) -> Path:
    """The part to do without: an entry of a list or of a mapping with free keys, else the top-level key."""
    holder = written.get(str(path[0])) if path else None
    return path[:2] if isinstance(holder, list | dict) and len(path) > 1 else path[:1]


def _without(value: Any, name: str, broken: frozenset[Path]) -> Any:
    if isinstance(value, list):
        return [item for index, item in enumerate(value) if (name, index) not in broken]
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if (name, key) not in broken}
    return value


def _value(model: type[BaseModel], name: str, written: Any) -> dict[str, Any]:
    """The value by its own, where what is left of it is valid."""
    try:
        return _adapter(model, name).validate_python({name: written})
    except ValidationError:
        return {}


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[dict[str, Any]]:
    annotation: Any = dict[str, hints(model)[name]]  # type: ignore[misc]
    return TypeAdapter(annotation, config=Model.model_config)


@cache
def _lenient(model: type[M]) -> type[M]:
    def refuse(_self: object, _name: str) -> Any:
        raise UnreadableError

    return type(model.__name__, (model,), {"__getattr__": refuse, "__module__": __name__})
