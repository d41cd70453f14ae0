"""Which version a pack gets: MAJOR where the core changed, MINOR where its use or its claim did, PATCH for texts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pitcairn.canonical import digest
from pitcairn.errors import Refused
from pitcairn.promotion.contents import Contents
from pitcairn.promotion.encode import VERSION

FIRST = "1.0.0"
Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Fingerprints of what a version number is about, from the inside out."""

    core: str
    substance: str
    """Parameters, assets, needs, conflicts, cost, rollout, the claim and its evidence."""
    whole: str
    """All of it, but for the version itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A version of the same name that was promoted before."""

    version: str
    parts: Parts


def parts_of(contents: Contents) -> Parts:
    """The fingerprints of a pack, whatever version it has."""
    substance = [
        contents.model.parameters,
        contents.assets,
        contents.requirements,
        contents.conflicts,
        contents.cost,
        contents.rollout,
        contents.claim,
        contents.by_group,
        contents.guardrails,
        contents.iterations,
    ]
    unversioned = replace(contents, identity=replace(contents.identity, version=FIRST))
    return Parts(core=contents.core_digest, substance=digest(substance), whole=digest(unversioned))


def next_version(earlier: tuple[Earlier, ...], parts: Parts) -> str:
    """The version that these parts must have after those; the one they have already where nothing changed."""
    if not earlier:
        return FIRST
    last = max(earlier, key=lambda one: triple(one.version))
    major, minor, patch = triple(last.version)
    if parts == last.parts:
        return last.version
    if parts.core != last.parts.core:
        return f"{major + 1}.0.0"
    if parts.substance != last.parts.substance:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def triple(version: str) -> Triple:
    """`1.2.0` as numbers that compare; Refused for anything else."""
    if not VERSION.fullmatch(version):
        raise Refused(f"“{version}” is not a version.", hint="a version is three numbers, such as 1.0.0")
    major, minor, patch = version.split(".")
    return int(major), int(minor), int(patch)
