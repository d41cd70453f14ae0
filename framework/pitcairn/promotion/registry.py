"""A registry: a folder, or a git repository, with packs and adoptions, read whole."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pitcairn.atomic import write_all
from pitcairn.canonical import digest, dumps
from pitcairn.errors import DataError, PitcairnError, Problem
from pitcairn.promotion.adoption import State
from pitcairn.promotion.calibration import Calibration, Published, calibrated
from pitcairn.promotion.ladder import rung
from pitcairn.promotion.predict import CONFIDENCES
from pitcairn.promotion.vouched import ENDING
from pitcairn.promotion.watch import Watched

FAR = 50.0
"""No log ratio is so large: it would be 10²¹ times the level."""
NAME = re.compile(r"[^a-z0-9.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One pack of the index."""

    file: str
    name: str
    version: str
    title: str
    summary: str
    proven_at: str
    valid_until: str
    core_digest: str
    digest: str
    adoptions: int
    expired: bool
    rung: int
    """How far the evidence reaches, from 0 to 5."""
    evidence: str
    """The same in words."""
    simulated: bool
    """Its customers were made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A registry, read whole."""

    packs: tuple[Listed, ...]
    adoptions: tuple[Published, ...]
    calibration: Calibration
    problems: tuple[Problem, ...]
    """Files that are no packs or no adoptions: told, and left out."""


def publish(registry: Path, state: State, found: Watched, *, signed: Path | None = None) -> Path:
    """Writes the adoption's file into the registry, in the place of an earlier one of its own; gives the file.

    The `signed` prediction, where there is one, goes beside it.
    """
    one = state.adoption
    published = Published(
        pack=one.pack,
        version=one.version,
        core_digest=one.core_digest,
        program=one.program,
        pilot=state.pilot,
        place=one.place,
        simulated=one.simulated,
        adopted_at=state.adopted_at.date().isoformat(),
        claimed=one.claimed,
        prediction=one.prediction,
        look=found.looks[-1] if found.looks else None,
        over=state.over.step.why if state.over else None,
        confirmed=found.confirmed,
        harm=found.harm,
        rolled_back=state.over is not None and state.over.step.happened == "rolled_back",
    )
    own = digest([one.program, state.pilot, one.pack, one.version])[:12]
    path = registry / "adoptions" / f"{NAME.sub('-', one.pack.lower())}-{own}.json"
    texts: dict[Path, str | bytes] = {path: dumps(published, indent=1) + "\n"}
    if signed is not None:
        texts[path.with_suffix(ENDING)] = signed.read_bytes()
    write_all(texts)
    return path


def adoptions_in(registry: Path) -> tuple[tuple[Published, ...], tuple[Problem, ...]]:
    """Every adoption of a registry in order of file name, and what could not be read."""
    from pydantic import TypeAdapter, ValidationError

    adapter, found, problems = TypeAdapter(Published), [], []
    for path in sorted((registry / "adoptions").glob("*.json")):
        if path.name.endswith(ENDING):
            continue
        try:
            one = adapter.validate_json(path.read_bytes())
        except (OSError, ValidationError):
            one = None
        if one is not None and _sound(one):
            found.append(one)
        else:
            problems.append(Problem(message="This is no adoption.", file=f"adoptions/{path.name}"))
    return tuple(found), tuple(problems)


def _sound(one: Published) -> bool:
    """Whether its numbers can be what a prediction and a look are: others could stop the page for everybody."""
    prediction, look = one.prediction, one.look
    numbers = [one.claimed, prediction.estimate, prediction.width, prediction.spread]
    numbers += [end for each in prediction.ranges for end in (each.low, each.high)]
    numbers += [look.log_ratio, look.standard_error] if look else []
    numbers += [prediction.voltage, prediction.usual or 1.0, *(prediction.own or ())]
    return (
        all(math.isfinite(number) and abs(number) < FAR for number in numbers)
        and tuple(each.confidence for each in prediction.ranges) == CONFIDENCES
        and all(each.low <= prediction.estimate <= each.high for each in prediction.ranges)
        and prediction.width > 0
        and prediction.places >= 1
        and (prediction.own is None or prediction.own[1] > 0)
        and (prediction.usual is None or prediction.usual > 0)
        and (look is None or (look.standard_error > 0 and _is_day(look.as_of)))
        and _is_day(one.adopted_at)
    )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read(registry: Path, today: date) -> Index:
    """The registry as it is. DataError where there is no such folder; files that are broken are told in the index."""
    if not registry.is_dir():
        raise DataError(f"There is no folder {registry}.")
    adoptions, problems = adoptions_in(registry)
    packs, broken = _packs(registry, adoptions, today)
    return Index(packs=packs, adoptions=adoptions, calibration=calibrated(adoptions), problems=(*problems, *broken))


def _packs(
    registry: Path, adoptions: Sequence[Published], today: date
) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    from pitcairn.promotion.pack import opened

    found: list[Listed] = []
    problems: list[Problem] = []
    for path in sorted((registry / "packs").glob("*.pilotpack")):
        try:
            pack = opened(path)
        except PitcairnError as error:
            problems += error.problems
            continue
        identity, reached = pack.contents.identity, rung(pack.contents, adoptions, today)
        found.append(
            Listed(
                file=f"packs/{path.name}",
                name=identity.name,
                version=identity.version,
                title=identity.title,
                summary=identity.summary,
                proven_at=f"{identity.scope_label}, {identity.program}{' (simulated)' if identity.simulated else ''}",
                valid_until=identity.valid_until,
                core_digest=pack.contents.core_digest,
                digest=pack.digest,
                adoptions=sum(one.core_digest == pack.contents.core_digest for one in adoptions),
                expired=today.isoformat() > identity.valid_until,
                rung=reached.number,
                evidence=reached.words,
                simulated=identity.simulated is not None,
            )
        )
    return tuple(found), tuple(problems)
