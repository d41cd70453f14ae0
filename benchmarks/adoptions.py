"""How good predictions for a next place are: `python -m benchmarks.adoptions`. Simulated places, the code as it ships.

Effects are in units of the mean effect; a place's own estimate has a standard error between 0.25 and 0.45.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pitcairn.estimate.elsewhere import elsewhere
from pitcairn.estimate.feedback import Model, learnt
from pitcairn.promotion.predict import Level, Site, site_here

CELLS = ((0.25, 1), (0.5, 1), (0.5, 3), (0.5, 5), (0.5, 10), (1.0, 1))
"""(spread between places, places seen)."""
Z90 = 1.6448536269514722
FED, TURNS, BEFORE, AGAIN = 40, 30, 5, 5
"""Registries, packs adopted one after another in each, how many before predictions count, and how often it learns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """How often ranges held the true effect at the next place, and how wide they were."""

    share: float
    width: float


def next_places(spread: float, places: int, *, scale: float, draws: int, seed: int) -> Cover:
    """The 90 % range of the code for the true effect at a new place."""
    rng, hits, width = np.random.default_rng(seed), 0, 0.0
    for _ in range(draws):
        estimates, errors, new = _world(rng, spread, places)
        low, high = elsewhere(estimates, errors, scale=scale).range(0.9)
        hits, width = hits + (low <= new <= high), width + high - low
    return Cover(share=hits / draws, width=width / draws)


def own_range(spread: float, places: int, *, draws: int, seed: int) -> Cover:
    """What is usually promised instead: the 90 % range of the pooled estimate, as if it were about the next place."""
    rng, hits, width = np.random.default_rng(seed), 0, 0.0
    for _ in range(draws):
        estimates, errors, new = _world(rng, spread, places)
        weights = np.asarray(errors) ** -2.0
        mean, error = np.average(estimates, weights=weights), weights.sum() ** -0.5
        hits, width = hits + (abs(new - mean) <= Z90 * error), width + 2 * Z90 * error
    return Cover(share=hits / draws, width=width / draws)


def adoptions(
    *, count: int, places: int, spread: float, scale: float, by_group: float, seed: int
) -> dict[float, float]:
    """Coverage of the 50, 80 and 90 % ranges over adoptions at places with another customer mix.

    `by_group` is the spread of effects between the four levels of a group.
    """
    rng = np.random.default_rng(seed)
    hits = dict.fromkeys((0.5, 0.8, 0.9), 0)
    for _ in range(count):
        levels = rng.normal(0, by_group, 4)
        sites = [_site(rng, levels, rng.normal(1, spread)) for _ in range(places)]
        here = rng.dirichlet(np.full(4, 6.0))
        truth = rng.normal(1, spread) + float(here @ levels)
        mix = {str(place): float(share) for place, share in enumerate(here)}
        seen = [site_here(site, mix, scale) for site in sites]
        law = elsewhere([one for one, _ in seen], [error for _, error in seen], scale=scale)
        for confidence in hits:
            low, high = law.range(confidence)
            hits[confidence] += low <= truth <= high
    return {confidence: number / count for confidence, number in hits.items()}


def fed_back(
    *, spread: float, voltage: float, registries: int, adoptions: int, first: int, seed: int
) -> dict[str, dict[float, float]]:
    """Coverage of predictions made one after another, each for a pack of its own, with and without what came before.

    Promoted models (z > 1.645) of N(0, 0.5²); a model's places differ by a half-normal amount, a `spread` of what is
    usually claimed, and elsewhere only `voltage` of its common level arrives. The `first` adoptions do not count.
    """
    rng = np.random.default_rng(seed)
    hits = {name: dict.fromkeys((0.5, 0.8, 0.9), 0) for name in ("assumed", "learnt")}
    for _ in range(registries):
        past: list[Model] = []
        told = None
        for turn in range(adoptions):
            claimed, error, level, apart = _winner(rng, spread)
            truth = voltage * level + apart * rng.standard_normal()
            if turn >= first and (turn - first) % AGAIN == 0:
                told = learnt(past)
            for name in hits if told else ():
                known = told if told and name == "learnt" else learnt([])
                law = elsewhere([known.voltage * claimed], [error], scale=known.spread * claimed, usual=(0.0, USUAL))
                for confidence in hits[name]:
                    low, high = law.range(confidence)
                    hits[name][confidence] += low <= truth <= high
            look = rng.uniform(0.1, 0.25)
            past.append(
                Model(
                    own=np.ones(1),
                    own_error=error / claimed,
                    usual=USUAL / claimed,
                    came=np.array([(truth + look * rng.standard_normal()) / claimed]),
                    errors=np.array([look / claimed]),
                )
            )
    count = registries * (adoptions - first)
    return {name: {confidence: number / count for confidence, number in row.items()} for name, row in hits.items()}


USUAL = 0.5
CLAIMED = 0.8
"""About what promoted models claim on average: the unit of the spread between places."""


def _winner(rng: Generator, spread: float) -> tuple[float, float, float, float]:
    """A promoted model: its claim and the claim's error, its common level, and how much its places differ."""
    while True:
        level, error = rng.normal(0, USUAL), rng.uniform(0.15, 0.35)
        apart = abs(rng.normal(0, spread * CLAIMED))
        seen = level + apart * rng.standard_normal() + error * rng.standard_normal()
        if seen > Z90 * error:
            return float(seen), float(error), float(level), float(apart)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curse:
    """What was promised of promoted models, and what they then did elsewhere."""

    promoted: float
    raw: float
    shrunk: float
    realised: float
    harmful: float
    """The share of promoted models without a gain at the next place."""


def winners(*, error: float, ideas: int, seed: int, spread: float = 0.3, usual: float = 0.5) -> Curse:
    """Ideas worth N(0, usual²) are piloted at one place each, promoted where z > 1.645, and adopted elsewhere.

    The shrunk promise knows `usual` and `spread`, as a registry with many adoptions, failures included, does.
    """
    rng = np.random.default_rng(seed)
    worth = rng.normal(0, usual, ideas)
    seen = worth + rng.normal(0, np.hypot(spread, error), ideas)
    new = worth + rng.normal(0, spread, ideas)
    won = seen > Z90 * error
    drawn_in = usual**2 / (usual**2 + spread**2 + error**2) * seen[won]
    return Curse(
        promoted=float(won.mean()),
        raw=float(seen[won].mean()),
        shrunk=float(drawn_in.mean()),
        realised=float(new[won].mean()),
        harmful=float((new[won] <= 0).mean()),
    )


def _world(rng: Generator, spread: float, places: int) -> tuple[list[float], list[float], float]:
    errors = rng.uniform(0.25, 0.45, places)
    estimates = rng.normal(1, spread, places) + errors * rng.standard_normal(places)
    return estimates.tolist(), errors.tolist(), float(rng.normal(1, spread))


def _site(rng: Generator, levels: np.ndarray, own: float) -> Site:
    shares = rng.dirichlet(np.full(4, 6.0))
    errors = rng.uniform(0.25, 0.45) / np.sqrt(shares)
    seen = own + levels + errors * rng.standard_normal(4)
    return Site(
        name="",
        levels=tuple(
            Level(level=str(n), log_ratio=float(seen[n]), standard_error=float(errors[n]), share=float(shares[n]))
            for n in range(4)
        ),
    )


def tables(draws: int, seed: int) -> str:
    """All tables as Markdown."""
    lines = [
        f"90 % ranges for the true effect at a new place, {draws:,} draws: how often they held it (width)",
        "",
        "| | " + " | ".join(f"spread {spread:g}, {places} seen" for spread, places in CELLS) + " |",
        "| --- |" + " --- |" * len(CELLS),
    ]
    rows = {
        "range of the pilots themselves": [own_range(*cell, draws=draws, seed=seed) for cell in CELLS],
        "predicted, half-normal 0.5": [next_places(*cell, scale=0.5, draws=draws, seed=seed) for cell in CELLS],
        "predicted, half-normal 1": [next_places(*cell, scale=1.0, draws=draws, seed=seed) for cell in CELLS],
    }
    for name, cells in rows.items():
        lines.append(f"| {name} | " + " | ".join(f"{one.share:.2f} ({one.width:.1f})" for one in cells) + " |")
    lines += ["", f"Adoptions at places with another customer mix, {draws:,} each", ""]
    lines += [
        "| places seen | spread | levels differ by | 50 % | 80 % | 90 % |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for places, spread, by_group in ((1, 0.4, 0.0), (1, 0.4, 0.4), (3, 0.4, 0.4), (5, 0.4, 0.4), (12, 0.4, 0.4)):
        found = adoptions(count=draws, places=places, spread=spread, scale=0.5, by_group=by_group, seed=seed)
        cells = " | ".join(f"{share:.2f}" for share in found.values())
        lines.append(f"| {places} | {spread} | {by_group} | {cells} |")
    lines += [
        "",
        f"Predictions for {FED * (TURNS - BEFORE):,} packs, each after {BEFORE} to {TURNS - 1} looks at others",
        "",
    ]
    lines += [
        "| places differ by | of the promise comes | feedback | 50 % | 80 % | 90 % |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for spread, voltage in ((0.5, 1.0), (0.25, 1.0), (1.0, 1.0), (0.5, 0.5), (1.0, 0.5)):
        both = fed_back(spread=spread, voltage=voltage, registries=FED, adoptions=TURNS, first=BEFORE, seed=seed)
        for name, row in both.items():
            cells = " | ".join(f"{share:.2f}" for share in row.values())
            lines.append(f"| {spread:g} of the claim | {voltage:.0%} | {name} | {cells} |")
    lines += ["", "Promoted models: promised, and what they did at the next place", ""]
    lines += ["| error of the pilot | promoted | raw | shrunk | realised | realised / raw | no gain elsewhere |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for error in (0.4, 0.8):
        one = winners(error=error, ideas=200 * draws, seed=seed)
        lines.append(
            f"| {error} | {one.promoted:.1%} | {one.raw:.2f} | {one.shrunk:.2f} | {one.realised:.2f} "
            f"| {one.realised / one.raw:.0%} | {one.harmful:.1%} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adoptions", description=__doc__)
    parser.add_argument("--draws", type=int, default=4000, help="simulated adoptions for each cell")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    sys.stdout.write(tables(given.draws, given.seed) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
