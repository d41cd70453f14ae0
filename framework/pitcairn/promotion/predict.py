"""What a pack will do at a place not tried yet, or why nobody can say: registered before the first customer there.

Effects are on the pack's scale, the logarithm of the ratio to the comparison's level, and become units with the
place's own level. The steps: groups drawn towards their common level and weighed with the place's customer mix; the
spread between places on top, assumed while there is one place; the winner's number drawn in by what models of the kind
usually do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pitcairn.estimate.elsewhere import FEW, MANY, Law, Students, Transported, elsewhere, of_mix, transported
from pitcairn.estimate.feedback import ASSUMED_SPREAD
from pitcairn.promotion.contents import Contents

ALIKE = 0.90
"""From here on a place's customers are like the pilot's."""
TOO_DIFFERENT = 0.50
"""Below this no number is worth having (Tipton, Journal of Educational and Behavioral Statistics 2014)."""
CONFIDENCES = (0.5, 0.8, 0.9)
Mix = Mapping[str, float]
"""Level of a group -> share of the customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What was seen in one level of a group."""

    level: str
    log_ratio: float
    standard_error: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What one place showed. Without groups it is one level that everybody is in."""

    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike two customer mixes are."""

    group: str | None
    similarity: float
    """Bhattacharyya's coefficient Σ√(p q): 1 the same, 0 nobody in common."""
    effective: float
    """The share of the pilot's customers that speak for this place: 1 / Σ(q² / p)."""
    unseen: float
    """The share of this place's customers in levels that nobody has tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No prediction, and why."""

    why: str
    likeness: Likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Where the true effect likely lies, at one confidence; as log ratios."""

    confidence: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What past adoptions taught: the spread between places, and how much of a winner's number arrives elsewhere."""

    spread: float = ASSUMED_SPREAD
    """As a share of the claimed effect."""
    voltage: float = 1.0
    """The pack's own number is taken times this; 1 as long as nothing says otherwise."""
    learnt_from: int = 0
    """Looks that both were learnt from; 0 is an assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The true effect to expect at one place, on the log-ratio scale; signs as measured, also where less is better."""

    measure: str
    better: str
    places: int
    """How many places the evidence comes from."""
    estimate: float
    width: float
    """About the standard deviation."""
    ranges: tuple[Expected, ...]
    gain: float
    """The chance of a gain."""
    worth_it: float | None
    """The chance of at least the worth-it line; None where there is no line or no level."""
    assurance: float | None
    """The chance that the planned adoption will show a gain clearly; None where its size is not known."""
    level: float | None
    """The comparison's level here, per customer; None where it is not known."""
    likeness: Likeness
    spread: float
    """The half-normal prior's scale between places."""
    spread_learnt_from: int
    method: str
    table: tuple[Transported, ...]
    """One place only: what it says for assumed spreads."""
    untried: tuple[str, ...]
    """Adaptable parameters set to values nobody has tried; each widens the ranges."""
    voltage: float = 1.0
    """What the pack's own number was taken times, learnt from what came of others."""
    own: tuple[float, float] | None = None
    """What the pack's own place says of customers mixed like these, before the voltage, and its standard error."""
    usual: float | None = None
    """Standard deviation of true effects of models of the kind, around nothing."""


NOT_LEARNT = Experience()


def likeness(group: str | None, tried: Mix, here: Mix) -> Likeness:
    """How alike the customers are; shares are scaled to add up to 1. ValueError for a mix without customers."""
    p, q = _scaled(tried), _scaled(here)
    unseen = sum(share for level, share in q.items() if not p.get(level))
    ratio = sum(share**2 / p[level] for level, share in q.items() if p.get(level))
    return Likeness(
        group=group,
        similarity=min(1.0, sum(math.sqrt(share * p.get(level, 0.0)) for level, share in q.items())),
        effective=min(1.0, (1 - unseen) ** 2 / ratio) if ratio else 0.0,
        unseen=unseen,
    )


def own_site(contents: Contents, group: str | None) -> Site:
    """The pack's own place, by the levels of one of its groups; as a whole where the group says nothing."""
    levels = tuple(
        Level(
            level=one.level, log_ratio=one.effect.log_ratio, standard_error=_error(one.effect.variance), share=one.share
        )
        for one in contents.by_group
        if one.group == group and one.effect is not None and one.effect.variance > 0 and one.share
    )
    raw = contents.claim.raw
    whole = (Level(level="", log_ratio=raw.log_ratio, standard_error=_error(raw.variance), share=1.0),)
    return Site(name=contents.identity.scope_label, levels=levels if len(levels) > 1 else whole)


def tried_mix(contents: Contents, group: str) -> Mix:
    """The pilot's customers by the levels of one group, levels too small to show left out."""
    return {one.level: one.share for one in contents.by_group if one.group == group and one.share}


def least_alike(contents: Contents, mixes: Mapping[str, Mix]) -> Likeness:
    """The group in which a place's customers differ most from the pilot's; alike where there is nothing to compare."""
    found = [
        likeness(group, tried_mix(contents, group), mix) for group, mix in mixes.items() if tried_mix(contents, group)
    ]
    unknown = Likeness(group=None, similarity=1.0, effective=1.0, unseen=0.0)
    return min(found, key=lambda one: one.similarity, default=unknown)


def predict(
    contents: Contents,
    mixes: Mapping[str, Mix],
    *,
    level: float | None = None,
    elsewhere_seen: Sequence[Site] = (),
    experience: Experience = NOT_LEARNT,
    untried: Sequence[str] = (),
    planned_error: float | None = None,
) -> Prediction | Refusal:
    """The effect to expect at a place with these customer mixes (group -> level -> share), or why there is none.

    `level` is the comparison's level there, per customer; `elsewhere_seen` other places that used the same core;
    `planned_error` the standard error that the planned adoption will have. ValueError for a mix without customers.
    """
    alike = least_alike(contents, mixes)
    if alike.similarity < TOO_DIFFERENT:
        return Refusal(why=_too_different(contents, alike), likeness=alike)
    mix = mixes[alike.group] if alike.group else {}
    claim = contents.claim
    claimed = max(abs(claim.raw.log_ratio), abs(claim.shrunk.log_ratio))
    scale = experience.spread * claimed or claim.anchor
    own = site_here(own_site(contents, alike.group), mix, scale)
    # Only the number that was chosen for being ahead needs the voltage; other places' were chosen by nobody.
    sites = [(experience.voltage * own[0], own[1]), *(site_here(one, mix, scale) for one in elsewhere_seen)]
    law = foreseen(sites, scale=scale, usual=(0.0, claim.anchor))
    if untried:
        law = law.wider(doubt(untried, scale))
    line = _line(contents, level)
    return Prediction(
        measure=claim.measure,
        better=claim.better,
        places=len(sites),
        estimate=law.mean,
        width=law.width,
        ranges=tuple(Expected(confidence=c, low=low, high=high) for c in CONFIDENCES for low, high in (law.range(c),)),
        gain=_chance(law, claim.better, 0.0),
        worth_it=None if line is None else _chance(law, claim.better, line),
        assurance=None if planned_error is None else _assurance(law, claim.better, planned_error),
        level=level,
        likeness=alike,
        spread=scale,
        spread_learnt_from=experience.learnt_from,
        method=_method(law, len(sites)),
        table=assumptions(sites[0], claim.anchor) if len(sites) == 1 else (),
        untried=tuple(untried),
        voltage=experience.voltage,
        own=own,
        usual=claim.anchor,
    )


def doubt(untried: Sequence[str], spread: float) -> float:
    """What values that nobody has tried add: half the spread between places each, which is an assumption, and shown."""
    return spread / 2 * math.sqrt(len(untried))


def site_here(site: Site, mix: Mix, scale: float) -> tuple[float, float]:
    """What one place says of customers mixed like these: a log ratio and its standard error."""
    if len(site.levels) == 1:
        return site.levels[0].log_ratio, site.levels[0].standard_error
    shares = _scaled(mix) if mix else _scaled({one.level: one.share for one in site.levels})
    return of_mix(
        [one.log_ratio for one in site.levels],
        [one.standard_error for one in site.levels],
        [shares.get(one.level, 0.0) for one in site.levels],
        scale=scale,
    )


def foreseen(sites: Sequence[tuple[float, float]], *, scale: float, usual: tuple[float, float] | None) -> Law:
    """The law of the effect at a further place, from (log ratio, standard error) of the places seen."""
    return elsewhere([one for one, _ in sites], [error for _, error in sites], scale=scale, usual=usual)


def assumptions(site: tuple[float, float], anchor: float) -> tuple[Transported, ...]:
    """One place's word for another, were places alike, or differing by half, once and twice the anchor."""
    return tuple(transported(*site, usual=anchor, spread=times * anchor) for times in (0.0, 0.5, 1.0, 2.0))


def _chance(law: Law, better: str, line: float) -> float:
    return law.above(line) if better == "up" else 1 - law.above(line)


def _assurance(law: Law, better: str, error: float) -> float:
    return _chance(law.wider(error), better, (1.96 if better == "up" else -1.96) * error)


def _line(contents: Contents, level: float | None) -> float | None:
    """The worth-it line as a log ratio to this place's level."""
    worth = contents.claim.worth_it
    if worth is None or not level or level <= 0:
        return None
    moved = level + (worth if contents.claim.better == "up" else -worth)
    return math.log(moved / level) if moved > 0 else None


def _method(law: Law, places: int) -> str:
    if isinstance(law, Students):
        return f"t range from the spread between {places} places"
    if places < FEW:
        return "half-normal prior for the spread between places"
    return f"half-normal prior, wider here than the t range of {places} places (from {MANY} on that one is used)"


def _too_different(contents: Contents, alike: Likeness) -> str:
    label = next((one.label for one in contents.groups if one.id == alike.group), alike.group)
    return (
        f"The customers here are too unlike those of {contents.identity.scope_label}: by “{label}” the similarity is "
        f"{alike.similarity:.2f}, and below {TOO_DIFFERENT:.2f} no number from there is worth having. "
        "Run a fresh pilot here."
    )


def _scaled(mix: Mix) -> dict[str, float]:
    total = sum(mix.values())
    if not total > 0 or min(mix.values()) < 0:
        raise ValueError("A customer mix needs shares that are not negative, and at least one customer.")
    return {level: share / total for level, share in mix.items()}


def _error(variance: float) -> float:
    return math.sqrt(variance)
