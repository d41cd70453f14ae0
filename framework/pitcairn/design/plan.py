"""The plan: what one iteration promises, fully resolved, so that nothing else needs the files it came from.

`launch` stores its canonical JSON and digest in the ledger before the first customer is drawn. Whatever is in
here is locked; whatever may change later (file paths, wording of error messages) is not in here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pitcairn.canonical import digest

Scalar = str | int | float | bool
Role = Literal["deciding", "guardrail", "signal", "watch"]
MeasureKind = Literal["any", "count", "sum", "mean", "quantile", "ratio", "share"]
Comparison = Literal["in", "at_least", "at_most", "above", "below"]

SCHEMA = "pitcairn.plan/1"
SLACK = 0.02
"""Arms turn out a little larger or smaller than planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One test on one column. Several are joined by "and"."""

    column: str
    comparison: Comparison
    values: tuple[Scalar, ...]
    """Allowed values for `in`; one number otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlan:
    """How a source is read; where its files are is not part of the promise."""

    id: str
    kind: Literal["wide", "events"]
    customer: str | None
    time: str | None = None
    absent: Literal["missing", "zero"] = "missing"
    columns: tuple[tuple[str, str], ...] = ()
    """(our name, name in the file), for the columns that differ."""
    delimiter: str | None = None
    decimal: Literal[".", ","] = "."
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurePlan:
    """A measure as this iteration uses it."""

    id: str
    label: str
    unit: str
    """What is counted, in the plural: `visits`."""
    kind: MeasureKind
    role: Role
    source: str
    column: str | None
    where: tuple[Condition, ...]
    over_column: str | None
    over_where: tuple[Condition, ...]
    answers: tuple[Scalar, ...]
    window_days: int
    cap: float | None
    better: Literal["up", "down"]
    money: bool
    decimals: int
    before: str | None
    """Column of the population's source with the same quantity before the pilot."""
    usual: float | None
    margin: float | None
    """Guardrails: the most it may get worse, per customer, positive."""
    worth_it: float | None
    """The deciding measure: the smallest gain worth having, per customer, positive."""
    adjust_for: tuple[str, ...] = ()
    """More columns of the population's source, known before the start; `before` stands last among the values."""
    at: float | None = None
    """Quantiles: the share of customers who do not exceed it."""
    change: bool = False
    """The value is how much it changed since `before`, of who has both; `before` is then no covariate."""

    @property
    def is_rate(self) -> bool:
        """Whether it is a share of customers, shown per 1,000."""
        return self.kind in ("any", "share")

    @property
    def is_of_some(self) -> bool:
        """Whether it is about the customers who have a value, and not about everybody."""
        return self.kind in ("mean", "quantile", "share")

    @property
    def is_level(self) -> bool:
        """Whether its unit is that of one value or answer, so that nothing is `per customer`."""
        return self.kind in ("mean", "quantile", "ratio")

    @property
    def uncapped(self) -> MeasurePlan:
        """The same without its cap, under an id that no plan file can have; to see what the cap does."""
        return replace(self, id=f"{self.id} uncapped", cap=None)

    @property
    def size(self) -> int:
        """How many values a customer has: value, denominator, covariate."""
        return 1 + (self.kind == "ratio") + self.covariates

    @property
    def covariates(self) -> int:
        """How many of them were known before the start."""
        return len(self.adjust_for) + (self.before is not None)

    @property
    def adjusts(self) -> int:
        """How many of the values known before the start are taken out of it: all, but for what a change is from."""
        return self.covariates - self.change


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A named level of a group, and the tests that make it; the first level that fits wins."""

    name: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """A way to split customers. Exactly one of `column` (with or without `cuts`) and `levels` is used."""

    id: str
    label: str
    source: str
    column: str | None
    names: tuple[tuple[str, str], ...]
    cuts: tuple[float, ...]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCost:
    """What an arm costs, where a measure adds it up."""

    measure: str
    per_customer: float
    """Known, and besides: of each customer drawn to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPlan:
    """An arm and the piece of the hash's range 0..9999 that draws to it: from `first` up to, not including, `last`."""

    id: str
    label: str
    role: Literal["treatment", "control", "holdout"]
    share: float
    first: int
    last: int
    message: str | None = None
    channel: str | None = None
    when: str | None = None
    how_often: str | None = None
    offer: str | None = None
    cost: float | MeasuredCost | None = None
    """Of each customer drawn to it, in the program's currency."""

    @property
    def known_cost(self) -> float:
        """The part of the cost that is the same for every customer drawn to it."""
        return self.cost.per_customer if isinstance(self.cost, MeasuredCost) else self.cost or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedPlan:
    """Somebody else made the draw: where to read it."""

    source: str
    column: str
    values: tuple[tuple[str, Scalar], ...]
    """(arm id, what the column says), for every arm, comparison included."""
    start: str | None
    cluster: str | None = None
    """Names what was drawn, where that is more than a customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposurePlan:
    """Where it is known who was reached. A row that fits everything that is given says so."""

    source: str
    column: str | None
    day: str | None
    where: tuple[Condition, ...]
    would_have_been: bool
    """The comparison's customers are in it at the moment they would have been reached; else never, if all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutPlan:
    source: str
    where: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapPlan:
    source: str
    at_most: int
    within_days: int
    where: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutPlan:
    """The program's own holdout: who is kept out of all pilots."""

    share: float
    source: str
    since: date
    cluster: str | None = None
    """The column of `source` that names what is kept out, where that is more than a customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionPlan:
    arm: str
    measure: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan:
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPlan:
    """The customer section, as written."""

    audience: str
    behaviour: str
    barriers: tuple[str, ...]
    benefits: tuple[str, ...]
    competing: tuple[str, ...]
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything iteration `number` of pilot `pilot` promises."""

    schema: str
    program: str
    purpose: str
    currency: str
    time_zone: str
    simulated: str | None
    pilot: str
    title: str
    owner: str
    scope_kind: Literal["product_line", "location"]
    scope: str
    scope_label: str
    challenge: str
    customer: CustomerPlan
    number: int
    stage: Literal["explore", "confirm"]
    question: str
    changed: tuple[ChangePlan, ...]
    arms: tuple[ArmPlan, ...]
    observed: ObservedPlan | None
    population: str
    """The source with a row a customer."""
    keep: tuple[Condition, ...]
    take: float
    """The share of eligible customers that is drawn."""
    opt_out: tuple[OptOutPlan, ...]
    caps: tuple[CapPlan, ...]
    sources: tuple[SourcePlan, ...]
    """Every source the plan reads, population included."""
    measures: tuple[MeasurePlan, ...]
    """The deciding one first, then guardrails, signals, watch."""
    groups: tuple[GroupPlan, ...]
    predictions: tuple[PredictionPlan, ...]
    promotion_iterations: int
    promotion_no_group_worse: bool
    promotion_also: tuple[tuple[str, float], ...]
    start: date
    follow_up_days: int
    end: date
    redraw_after_days: int | None = None
    """Customers of earlier iterations may be drawn again this long after those ended; None: never."""
    confidence: float = 0.95
    largest_plausible_gain: float | None = None
    """Relative to the comparison's level; half of it is how far true gains are taken to spread. None: as the worth-it
    line and the predictions have it."""
    exposure: ExposurePlan | None = None
    start_days: int = 1
    """Customers we draw start on so many days, `start` and those after it, each on one found by lot."""
    spending: Literal["o_brien_fleming", "pocock"] = "o_brien_fleming"
    """Whose function spends a confirmation's error over its looks."""
    holdout: HoldoutPlan | None = None
    """Whom the draw leaves out, for good; somebody else's draw cannot be bound. None also before its first day."""
    drawn_cluster: str | None = None
    """The column of the population's source that names what we draw, where that is more than a customer."""

    @property
    def has_own_starts(self) -> bool:
        """Whether customers have starts of their own, and not all the same."""
        return self.observed.start is not None if self.observed else self.start_days > 1

    @property
    def cluster(self) -> str | None:
        """The column that names what was drawn, where whole households or shops were, and not customers."""
        return self.observed.cluster if self.observed else self.drawn_cluster

    @property
    def lineage(self) -> str:
        """What the error budget belongs to: the scope and the deciding measure, never the pilot's id."""
        return f"{self.scope_kind}:{self.scope}:{self.deciding.id}"

    @property
    def deciding(self) -> MeasurePlan:
        return self.measures[0]

    @property
    def comparison(self) -> ArmPlan:
        """The control or holdout that every other arm is compared with."""
        return next(arm for arm in self.arms if arm.role != "treatment")

    @property
    def treatments(self) -> tuple[ArmPlan, ...]:
        return tuple(arm for arm in self.arms if arm.role == "treatment")

    @property
    def is_uneven(self) -> bool:
        """Whether some arm's share beside the comparison's lies where averages keep their values' skew, or nearly."""
        # Imported here: most of what knows plans never works out a number, and starts ten times as fast without.
        from pitcairn.estimate.skewed import EVEN

        low, high = EVEN[0] + SLACK, EVEN[1] - SLACK
        return not all(low <= arm.share / (arm.share + self.comparison.share) <= high for arm in self.treatments)

    @property
    def guardrails(self) -> tuple[MeasurePlan, ...]:
        return tuple(measure for measure in self.measures if measure.role == "guardrail")

    @property
    def spent(self) -> str | None:
        """The measure that adds up what arms cost; None where that is known beforehand, not told, or not measured in
        this plan, such as a rehearsal's.
        """
        named = {arm.cost.measure for arm in self.arms if isinstance(arm.cost, MeasuredCost)}
        return next((measure.id for measure in self.measures if measure.id in named), None)

    @property
    def beside_cost(self) -> tuple[MeasurePlan, ...]:
        """What is held against the measured cost: the deciding measure, and money that comes in; none without one."""
        found = (one for one in self.measures if one.role == "deciding" or (one.money and one.better == "up"))
        return tuple(one for one in found if self.spent and not one.is_level and one.id != self.spent)

    @property
    def salt(self) -> str:
        """Salts come from names, so that two draws never agree by accident and anyone can repeat one."""
        return f"{self.pilot}/{self.number}"

    @property
    def digest(self) -> str:
        return digest(self)

    def arm(self, id: str) -> ArmPlan:
        return next(arm for arm in self.arms if arm.id == id)

    def source(self, id: str) -> SourcePlan:
        return next(source for source in self.sources if source.id == id)

    @property
    def counted(self) -> tuple[MeasurePlan, ...]:
        """What is added up: every measure, and the capped ones once more without their cap."""
        return (*self.measures, *(measure.uncapped for measure in self.measures if measure.cap is not None))

    def measure(self, id: str) -> MeasurePlan:
        return next(measure for measure in self.measures if measure.id == id)
