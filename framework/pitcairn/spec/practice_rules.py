"""`pack.yaml` and `trusted-keys.yaml`, read; and what must hold inside `pack.yaml`, and between it and its folder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pitcairn.errors import Problem
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load_file
from pitcairn.spec.place import Source
from pitcairn.spec.practice import PackSpec, Parameter, TrustedKeysSpec


def load_pack(folder: ProgramFolder, pilot: str) -> PackSpec:
    """The pilot's `pack.yaml`; SpecError with everything that is wrong with it, a missing file included."""
    home = folder.pilot_folder(pilot)
    rules = [partial(rule, home=home) for rule in RULES]
    return load_file(folder, folder.pack_file(pilot), PackSpec, *rules)


def load_trusted_keys(path: Path, *, needed: bool = False) -> TrustedKeysSpec | None:
    """A `trusted-keys.yaml`; None where there is none and none is needed.

    SpecError with everything that is wrong with it.
    """
    if not needed and not path.exists():
        return None
    return load_file(ProgramFolder(path.parent), path, TrustedKeysSpec, _one_key_each)


def _one_key_each(source: Source, spec: TrustedKeysSpec) -> Iterator[Problem]:
    """A key is one person's: who signs with another's key would count as both."""
    first: dict[str, str] = {}
    for at, one in enumerate(spec.keys):
        owner = first.setdefault(one.key, one.person)
        if owner != one.person:
            why = f"this key is {owner}’s already, and one key cannot stand for two people"
            yield source.problem(("keys", at, "key"), why, "each makes a key of their own: pitcairn pack keygen FILE")


def _files(source: Source, spec: PackSpec, home: Path) -> Iterator[Problem]:
    """Playbook and assets are files below the pilot's folder."""
    if not spec.playbook.endswith(".md"):
        yield source.problem(("playbook",), "a playbook is a Markdown file", "name it playbook.md")
    named = [(("playbook",), spec.playbook), *((("assets", at), name) for at, name in enumerate(spec.assets))]
    for path, name in named:
        place = home / name
        if not place.resolve().is_relative_to(home.resolve()):
            yield source.problem(path, f"“{name}” leads out of the pilot’s folder", "put the file beside pack.yaml")
        elif not place.is_file():
            yield source.problem(path, f"there is no file “{name}” beside pack.yaml", "write it, or correct the name")
    for at, name in enumerate(spec.assets):
        if name in spec.assets[:at] or name == spec.playbook:
            yield source.problem(("assets", at), f"“{name}” is named twice", "name it once")
    for name in spec.looked_through:
        if name not in spec.assets:
            yield source.problem(
                ("looked_through", name), f"“{name}” is not one of the assets", "name it there as well"
            )


def _parameters(source: Source, spec: PackSpec, home: Path) -> Iterator[Problem]:  # noqa: ARG001  every rule's
    """A core or adaptable parameter has a value, a local one has none; what was tried is within the limits."""
    for name, one in spec.parameters.items():
        place = ("parameters", name)
        if one.kind == "local" and one.value is not None:
            yield source.problem((*place, "value"), "a local parameter has no value of its own", "remove the line")
        if one.kind != "local" and one.value is None:
            yield source.problem(place, f"“{name}” says no `value`", "write what was tried", at_key=True)
        limited = one.at_least is not None or one.at_most is not None or one.choices or one.tested
        if one.kind != "adaptable" and limited:
            yield source.problem(place, "only an adaptable parameter has limits", "remove them", at_key=True)
        for value in (one.value, *one.tested):
            if value is not None and one.kind == "adaptable" and not _allows(one, value):
                yield source.problem(place, f"{value} is outside the limits given here", "widen them", at_key=True)


def _allows(one: Parameter, value: object) -> bool:
    if one.choices:
        return value in one.choices
    if isinstance(value, bool) or not isinstance(value, int | float):
        return one.at_least is None and one.at_most is None
    return (one.at_least is None or value >= one.at_least) and (one.at_most is None or value <= one.at_most)


def _waves(source: Source, spec: PackSpec, home: Path) -> Iterator[Problem]:  # noqa: ARG001  every rule's
    """A wave says how many places or which share of them, not both."""
    for at, wave in enumerate(spec.rollout.waves):
        if (wave.places is None) == (wave.share is None):
            yield source.problem(("rollout", "waves", at), "a wave has either `places` or `share`", "write one of them")


def _stages(source: Source, spec: PackSpec, home: Path) -> Iterator[Problem]:  # noqa: ARG001  every rule's
    """Shares of a stage add up to at most one, and nobody's share shrinks from stage to stage."""
    before = None
    for at, stage in enumerate(spec.rollout.stages):
        place = ("rollout", "stages", at)
        if stage.treat + stage.control > 1:
            yield source.problem(place, "the shares add up to more than 1", "make them smaller")
        if before is not None and stage.treat < before.treat:
            yield source.problem(place, "a stage may not treat fewer than the one before", "put them in order")
        before = stage


RULES = (_files, _parameters, _waves, _stages)
