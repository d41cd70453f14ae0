"""`result.json`: one reading, whole. Everything that is shown, on any page or terminal, comes from here.

Numbers meant for people are text, beside the raw number, so that no two places can round differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pitcairn.evidence.facts import Check, FileFact
from pitcairn.reading.cost_row import CostRow
from pitcairn.reading.following import PromisedRow, ScaleRow, Step
from pitcairn.reading.lock import AlarmFact

SCHEMA = "pitcairn.result/1"

Code = Literal[
    "unsafe_to_read", "too_early", "harm", "promote", "adapt", "not_worth_it", "no_difference", "cannot_tell"
]
WORTHY: tuple[Code, ...] = ("promote", "adapt")
"""Verdicts after which somebody may want to go on with an arm."""
Mark = Literal["good", "watch", "bad", "neutral"]
"""The four kinds of tag and bullet: circle-tick, triangle, octagon, clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An effect ready to be shown."""

    control: float
    treated: float
    estimate: float
    low: float
    high: float
    control_text: str
    """`106`"""
    treated_text: str
    estimate_text: str
    """`+77`"""
    range_text: str
    """`+65 to +88`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """No number here, and why: too few customers, zero variance, a failed health check, ..."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmNote:
    id: str
    label: str
    role: Literal["treatment", "control", "holdout"]
    share_text: str
    slot: int
    """0 for the comparison, then 1, 2, ...: picks colour and shape."""
    assigned: int
    counted: int
    pending: int
    practice: tuple[tuple[str, str], ...]
    """(name, text): message, channel, when, how often, offer, where written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Who was left out and why, who was drawn, who was counted."""

    in_scope: int | None
    """None where the draw was made by somebody else."""
    left_out: tuple[LeftOut, ...]
    drawn: int
    counted: int
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullet:
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmVerdict:
    arm: str
    code: Code
    word: str
    """`Promote`, `Adapt`, `Stop`, `Keep going`, ..."""
    mark: Mark
    headline: str
    """A sentence with a verb."""
    big: str | None
    """`+77 visits per 1,000`; None where effects are withheld."""
    range_sentence: str | None
    bullets: tuple[Bullet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    arm: str
    effect: Shown | Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureBlock:
    """One measure, every treatment arm against the comparison, on one axis in natural units."""

    id: str
    label: str
    role: Literal["deciding", "guardrail", "signal", "watch"]
    unit: str
    """`per 1,000 customers`, `USD per customer`, ..."""
    scale: float
    """Raw numbers times this are in `unit`."""
    better: Literal["up", "down"]
    worth_it: float | None
    worth_it_text: str | None
    rows: tuple[EffectRow, ...]
    symbol: str = ""
    """The currency's sign, where it is money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailRow:
    measure: str
    arm: str
    margin: float
    margin_text: str
    state: Literal["held", "not_shown_safe", "broken", "withheld"]
    word: str
    mark: Mark
    effect: Shown | Withheld
    used_low: float | None
    used_estimate: float | None
    used_high: float | None
    """Worsening as a share of the margin: 0 is no change, 1 is the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    level: str
    arm: str
    customers: int | None
    """In this level, comparison and arm together; None where withheld."""
    effect: Shown | Withheld
    """As counted, its range widened for the number of rows."""
    drawn_in: Shown | Withheld | None = None
    """Drawn towards the other levels, for of many the furthest is furthest partly by luck: what a page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """The deciding measure by the levels of one declared group."""

    id: str
    label: str
    heading: str
    """`Groups clearly differ for the women's e-mail`, or `No clear difference between groups`."""
    differs_for: tuple[str, ...]
    """The arms whose gain clearly differs between the levels."""
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRow:
    arm: str
    measure: str
    written: str
    happened: str
    match: Literal["inside", "higher", "lower", "withheld"]
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRow:
    """One promotion test for one arm."""

    test: str
    arm: str
    met: bool
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRow:
    """One arm's exact figures for one measure, for the people who check: six significant digits, raw units."""

    measure: str
    where: str
    """`All customers`, or `Bought before: men's goods only`."""
    arm: str
    customers: int
    mean: str
    deviation: str
    """Standard deviation; empty for a ratio or a quantile."""
    difference: str
    """Against the comparison; empty for the comparison itself and where there is none."""
    low: str
    high: str
    relative: str
    """The difference as a share of the comparison's level, with its range; empty where that says nothing."""
    p: str
    method: str
    error: str = ""
    """Standard error of the difference, in the measure's own unit; empty where there is none."""


TwinKind = Literal["unadjusted", "uncapped", "reached", "within_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinRow:
    """A measure's effect as it would be if one choice of the plan were another. It never decides."""

    measure: str
    arm: str
    kind: TwinKind
    label: str
    """`Without the cap of $500.00 per customer`"""
    effect: Shown | Withheld
    agrees: bool | None
    """Whether its range lies on the same side of zero as the one that counts; None where one of them is not there."""
    word: str
    """`Same answer`, `Another answer`, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Which confirmation of its lineage this is, and what that leaves of the error budget. Shares: 0.025 is 2.5 %."""

    number: int
    level: float
    """One-sided, of this confirmation's deciding test."""
    guardrail_level: float
    """One-sided, of each of its guardrails."""
    spent: float
    left: float
    total: float
    sentence: str
    """`Attempt 2: judged at 1.25%; 3.75% of 5% spent, 1.25% left.`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """The deciding measure of one arm on one day that the plan fixed: how the effect built up."""

    arm: str
    day: str
    """ISO text."""
    time: float
    """The part of the planned start days whose follow-up was over; 1 at the last look."""
    information: float
    """1 / standard error², as a part of that at the latest look; may pass 1 where a spread was larger later."""
    customers: int
    """Counted by then, comparison and arm together."""
    z: float
    """Positive where it is better."""
    critical: float | None
    """The z that passes; None in an exploration, and where nothing may be spent yet."""
    alarm: float | None
    """The z, a negative one, at which harm is called; None where nothing may be spent yet."""
    effect: Shown
    """Its range may be looked at on any day: it is wide enough for all looks together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRow:
    """What a confirmation's test came to, with its looks allowed for (Tsiatis, Rosner and Mehta 1984)."""

    arm: str
    day: str
    """The look that ended it: the first that passed, else the last."""
    passed: bool
    p: float
    """One-sided, stage-wise."""
    estimate: float
    """Median-unbiased, as a difference in the measure's unit, as are the ends."""
    low: float
    high: float
    confidence: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    files: tuple[FileFact, ...]
    rows: tuple[tuple[str, int], ...]
    plan_digest: str
    locked_at: str
    locked_by: str
    ledger_head: str
    """Digest of the ledger's last row before this reading."""
    salt: str | None
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    schema: str
    program: str
    purpose: str
    currency: str
    simulated: str | None
    pilot: str
    title: str
    owner: str
    scope: str
    """`Product line: Men's goods`"""
    challenge: str
    audience: str
    behaviour: str
    number: int
    stage: Literal["explore", "confirm"]
    question: str
    changed: tuple[tuple[str, str], ...]
    """(what, why)"""
    start: str
    follow_up_days: int
    end: str
    as_of: str
    """Days as ISO text; pages show them as `2 March 2026`."""
    notices: tuple[str, ...]
    """Sentences that must head the page: simulated, retrospective, exploration never promotes, ..."""
    headline: str
    lede: str
    withheld: bool
    arms: tuple[ArmNote, ...]
    flow: Flow
    verdicts: tuple[ArmVerdict, ...]
    health_headline: str
    health: tuple[Check, ...]
    measures: tuple[MeasureBlock, ...]
    """Empty where a gating check failed."""
    guardrails: tuple[GuardrailRow, ...]
    groups: tuple[GroupTable, ...]
    predictions: tuple[PredictionRow, ...]
    promotion: tuple[PromotionRow, ...]
    limits: tuple[str, ...]
    method: tuple[str, ...]
    details: tuple[DetailRow, ...]
    """The table behind the page; the comparison's row stands before those of the arms."""
    next_sentence: str
    next_command: str
    """The first of `steps`."""
    provenance: Provenance
    attempt: Attempt | None = None
    """None for an exploration."""
    looks: tuple[LookRow, ...] = ()
    """Arm by arm, oldest first; empty before the first look."""
    stops: tuple[StopRow, ...] = ()
    """One an arm, once a confirmation's test has passed or its time is over."""
    costs: tuple[CostRow, ...] = ()
    """Empty where the plan does not say what an arm costs."""
    twins: tuple[TwinRow, ...] = ()
    """The same, counted otherwise: measure by measure, arm by arm."""
    promised: tuple[PromisedRow, ...] = ()
    """The number to promise, next to the measured one; none for an arm without a share."""
    alarms: tuple[AlarmFact, ...] = ()
    """Alarms for harm that ring in this reading; those of earlier ones are in the ledger."""
    at_scale: tuple[ScaleRow, ...] = ()
    """If 100,000 customers got it; only arms that are worth going on with."""
    steps: tuple[Step, ...] = ()
    """What to do next, most urgent first, as long as nobody has decided."""
    adopts: str | None = None
    """`bag-note 1.0.0`: the pack whose rollout this is a stage of; None where it adopts none."""
    stayed: str | None = None
    """What the iteration before had just so; None where there was none, or nothing stayed."""
