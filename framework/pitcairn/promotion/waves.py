"""Which places adopt first: those most unlike the pilot's, then some drawn by lot, then all the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pitcairn.promotion.contents import Contents, Wave
from pitcairn.promotion.predict import TOO_DIFFERENT, Likeness, Mix, least_alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """One wave's places, in the order they were chosen."""

    name: str
    choose: str
    places: tuple[tuple[str, Likeness], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """All waves, and the places that are too unlike for any: those need a pilot of their own."""

    waves: tuple[Invited, ...]
    refused: tuple[tuple[str, Likeness], ...]
    seed: int


def plan_waves(
    contents: Contents, places: Mapping[str, Mapping[str, Mix]], waves: Sequence[Wave], *, seed: int
) -> Waves:
    """Every place (name -> group -> level -> share) in exactly one wave, or among the refused.

    The most different come first because they are where a practice that does not travel shows it soonest. ValueError
    for a place without customers.
    """
    alike = {name: least_alike(contents, mixes) for name, mixes in sorted(places.items())}
    left = [name for name, one in alike.items() if one.similarity >= TOO_DIFFERENT]
    lot = np.random.default_rng(seed)
    found = []
    for number, wave in enumerate(waves):
        size = len(left) if number == len(waves) - 1 else _size(wave, len(left))
        if wave.choose == "most_different":
            chosen = sorted(left, key=lambda name: (alike[name].similarity, name))[:size]
        elif wave.choose == "random":
            chosen = [left[int(place)] for place in lot.permutation(len(left))[:size]]
        else:
            chosen = left[:size]
        left = [name for name in left if name not in chosen]
        found.append(Invited(name=wave.name, choose=wave.choose, places=tuple((name, alike[name]) for name in chosen)))
    refused = tuple((name, one) for name, one in alike.items() if one.similarity < TOO_DIFFERENT)
    return Waves(waves=tuple(found), refused=refused, seed=seed)


def _size(wave: Wave, left: int) -> int:
    """At least one place while any is left."""
    wanted = wave.places if wave.places is not None else round((wave.share or 0.0) * left)
    return min(left, max(1, wanted))
