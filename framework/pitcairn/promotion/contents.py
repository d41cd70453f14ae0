"""What a pack holds: the practice, the claim, the evidence, and what it needs at a place.

`pack.json` inside a pack is the canonical JSON of `Contents`. Every number in it is an aggregate over at least
`SMALLEST_CELL` customers of each arm. Effects are on one scale, the logarithm of the ratio to the comparison's level,
so that a place with another level can use them: 0.1 is about ten per cent more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from pitcairn.canonical import digest
from pitcairn.design.plan import CapPlan, Condition, CustomerPlan, GroupPlan, MeasurePlan, OptOutPlan, Scalar

SCHEMA = "pitcairn.pack/1"
NORMAL_95 = 1.959963984540054

ParameterClass = Literal["core", "adaptable", "local"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A log ratio and its variance: `share` 0.08 is eight per cent more than the comparison's level."""

    log_ratio: float
    variance: float

    @property
    def share(self) -> float:
        """The same as a share of the comparison's level."""
        return math.expm1(self.log_ratio)

    @property
    def share_range(self) -> tuple[float, float]:
        """The 95 % range, as shares."""
        reach = NORMAL_95 * math.sqrt(self.variance)
        return math.expm1(self.log_ratio - reach), math.expm1(self.log_ratio + reach)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which practice this is, where it comes from, and how long its evidence is good."""

    name: str
    """Small letters, digits, hyphens: names the file and what other packs conflict with."""
    version: str
    """`MAJOR.MINOR.PATCH`: MAJOR the core changed; MINOR parameters, assets or the claim; PATCH only texts."""
    title: str
    summary: str
    program: str
    pilot: str
    arm: str
    scope_kind: Literal["product_line", "location"]
    scope: str
    scope_label: str
    """Where it was proven."""
    challenge: str
    owner: str
    simulated: str | None
    promoted_at: str
    """ISO time in UTC, from the ledger's decision: never a clock's."""
    valid_until: str
    """ISO day after which the evidence is too old to adopt on."""
    license: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A part of the model with a name. Texts refer to it as `[[name]]`."""

    name: str
    kind: ParameterClass
    """`core`: fixed, a change is another model. `adaptable`: within limits. `local`: must be set at each place."""
    label: str
    value: Scalar | None
    """What was tried; the default where adaptable; None where local."""
    low: float | None = None
    high: float | None = None
    choices: tuple[Scalar, ...] = ()
    tested: tuple[Scalar, ...] = ()
    """Adaptable values that evidence exists for; others widen the prediction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What customers get, and what those they are compared with get."""

    label: str
    message: str | None
    channel: str | None
    when: str | None
    how_often: str | None
    offer: str | None
    instead: str
    """The comparison's label."""
    instead_role: Literal["control", "holdout"]
    follow_up_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """Whom the practice is for."""

    customer: CustomerPlan
    keep: tuple[Condition, ...]
    """Who is in scope, column by column, without the conditions that only name the pilot's own place."""
    place: tuple[Condition, ...]
    """The conditions that name the pilot's own place; another place puts its own in their stead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPolicy:
    """Whom it leaves alone, and how much of a customer's attention it takes."""

    opt_out: tuple[OptOutPlan, ...]
    caps: tuple[CapPlan, ...]
    channel: str | None
    most_contacts: int | None
    """This practice's own contacts with one customer within `within_days`; None where it was not declared."""
    within_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The practice itself, with what may change from place to place and what may not."""

    targeting: Targeting
    practice: Practice
    contact_policy: ContactPolicy
    parameters: tuple[Parameter, ...]

    @property
    def core_digest(self) -> str:
        """Evidence of two packs may be pooled if and only if this is equal.

        Adaptable and local parts are not in it, nor are titles and labels. It is made from values one by one, so that
        a later version of Pitcairn, whose types may have grown, finds the same.
        """
        practice, policy = self.practice, self.contact_policy
        return digest(
            {
                "keep": _conditions(self.targeting.keep),
                "practice": [practice.message, practice.channel, practice.when, practice.how_often, practice.offer],
                "instead": practice.instead_role,
                "follow_up_days": practice.follow_up_days,
                "opt_out": [[one.source, _conditions(one.where)] for one in policy.opt_out],
                "caps": [[one.source, one.at_most, one.within_days, _conditions(one.where)] for one in policy.caps],
                "most_contacts": [policy.most_contacts, policy.within_days],
                "parameters": [
                    [one.name, one.value]
                    for one in sorted(self.parameters, key=attrgetter("name"))
                    if one.kind == "core"
                ],
            }
        )

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name; None where the model has none."""
        return next((one for one in self.parameters if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the model did where it was proven, on the deciding measure."""

    measure: str
    label: str
    unit: str
    better: Literal["up", "down"]
    estimand: str
    """A sentence: for whom, over how long, compared with what."""
    control: float
    treated: float
    """Levels per customer, in the measure's own unit."""
    control_text: str
    treated_text: str
    estimate_text: str
    range_text: str
    worth_it: float | None
    """Per customer, in the measure's own unit."""
    worth_it_text: str | None
    raw: Estimate
    """The deciding confirmation alone."""
    shrunk: Estimate
    """All evidence on this core, drawn in by what the program's other iterations did: the number to promise."""
    anchor: float
    """The prior's spread on the log-ratio scale: half of the largest gain anybody had written down beforehand."""
    customers_control: int
    customers_treated: int
    iteration: int
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvidence:
    """The claim's measure in one level of one declared group, in the deciding confirmation."""

    group: str
    level: str
    customers: int | None
    """Both arms together; None where withheld because an arm has too few."""
    share: float | None
    """Of all counted customers of both arms, to three decimals; the levels' shares of a group add up to at most 1."""
    effect: Estimate | None
    why: str | None
    """Why there is no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailEvidence:
    """One guardrail in the deciding confirmation."""

    measure: str
    label: str
    margin: float
    margin_text: str
    state: str
    estimate_text: str | None
    range_text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationEvidence:
    """One iteration of the pilot, or of another pilot of its lineage; failures and abandoned ones too."""

    pilot: str
    number: int
    stage: Literal["explore", "confirm"]
    question: str
    arm: str
    label: str
    same_core: bool
    """Whether this arm got exactly this pack's practice."""
    verdict: str
    """The last reading's verdict on this arm; `not_read` where there was none."""
    effect: Estimate | None
    why: str | None
    """Why there is no effect."""
    customers_control: int | None
    customers_treated: int | None
    launched_at: str
    as_of: str | None
    plan_digest: str
    result_digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNeed:
    """A source a place must have, with its columns by the plan's own words."""

    id: str
    kind: Literal["wide", "events"]
    columns: tuple[str, ...]
    absent: Literal["missing", "zero"]
    customer: bool
    time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What a place must have."""

    sources: tuple[SourceNeed, ...]
    population: str
    """The source with a row a customer."""
    channels: tuple[str, ...]
    smallest_audience: int | None
    """Eligible customers a place needs, for the practice to make sense there; None where not declared."""
    also: tuple[str, ...]
    """Anything else, in words."""
    cluster: str | None = None
    """The column of `population` that names what is drawn whole; None where customers are drawn one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A pack that must not run on the same customers, and why."""

    pack: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was measured to be spent on a customer, in the deciding confirmation."""

    measure: str
    label: str
    each: float
    """More than on a customer of the comparison, what is known beforehand included."""
    found: tuple[str, ...]
    """What an extra outcome cost and what came back, as the reading said it, with its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What it costs, and what the pilot had that others will not have."""

    currency: str
    per_contact: float | None
    fixed_per_place: float | None
    value_per_outcome: float | None
    """What one more outcome of the deciding measure is worth; None where it is money already, or not declared."""
    pilot_only: tuple[str, ...]
    """What the pilot had and another place will not have."""
    measured: Spent | None = None
    """None where the plan names no measure that adds up what was spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that belongs to the practice, under `practice/`."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Some of the places."""

    name: str
    places: int | None
    share: float | None
    """Of the places that are left; exactly one of `places` and `share` is given."""
    choose: Literal["most_different", "random", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step within a place; shares of its customers."""

    name: str
    treat: float
    control: float
    days: int
    smallest: int | None
    """Customers counted in both arms before the stage may be judged."""
    gate: Literal["safety", "final", "persistence"]
    approval: tuple[str, ...]
    """Roles that must agree, last of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """How it is meant to spread: waves of places, stages within a place, a holdout that stays."""

    waves: tuple[Wave, ...]
    stages: tuple[Stage, ...]
    holdout: float
    """Share of a place's customers that stays untreated until `holdout_months` are over."""
    holdout_months: int
    rollback: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One promotion test as it stood when the pack was made."""

    test: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All of `pack.json`."""

    schema: str
    identity: Identity
    model: Model
    core_digest: str
    """Computed from `model`; a reader checks it."""
    claim: Claim
    measures: tuple[MeasurePlan, ...]
    """Definitions: the deciding one first, then guardrails with their margins, signals, watch."""
    groups: tuple[GroupPlan, ...]
    """Definitions of the groups that evidence exists for."""
    by_group: tuple[GroupEvidence, ...]
    guardrails: tuple[GuardrailEvidence, ...]
    tests: tuple[Tested, ...]
    iterations: tuple[IterationEvidence, ...]
    requirements: Requirements
    conflicts: tuple[Conflict, ...]
    cost: Cost
    assets: tuple[Asset, ...]
    rollout: RolloutPlan
    out_of_scope: tuple[str, ...]
    """Where it must not be used, in words."""
    decided_by: str
    decided_why: str
    ledger_head: str
    """Digest of the ledger's row that recorded the decision."""


def _conditions(conditions: tuple[Condition, ...]) -> list[list[object]]:
    return [[one.column, one.comparison, list(one.values)] for one in conditions]
