"""What people write: the three plan files, key by key. The JSON Schema and the key reference come from here.

These models check one value at a time. What must hold between keys and between files is in `rules`.
Every description is shown to people, in editors and in docs/plan-files.md.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from pitcairn.spec.fields import (
    Column,
    Conditions,
    Day,
    Duration,
    Id,
    Model,
    Name,
    Quantity,
    Range,
    Scalar,
    Share,
    Text,
)
from pitcairn.spec.measures import Group, Measure
from pitcairn.spec.policy import ContactPolicy, Holdout, Period


def _file_form(value: object) -> str:
    return "list" if isinstance(value, list) else "word"


def _assignment_form(value: object) -> str:
    return "mapping" if isinstance(value, dict | BaseModel) else "word"


def _cost_form(value: object) -> str:
    return "mapping" if isinstance(value, dict | BaseModel) else "number"


# --- program.yaml ---------------------------------------------------------------------------------------------


Files = Annotated[
    Annotated[Text, Tag("word")] | Annotated[list[Text], Field(min_length=1), Tag("list")], Discriminator(_file_form)
]


class SourceBase(Model):
    files: Files = Field(
        description="A path inside the program folder, a pattern such as data/orders-*.parquet, or a list of them. "
        "CSV (.csv, .csv.gz, .tsv) or Parquet (.parquet). `--data SOURCE=FILE` on the command line takes its place."
    )
    customer: Column | None = Field(
        None, description="The column that names the customer. Leave out only where every row is another customer."
    )
    columns: dict[Column, Column] = Field(
        default_factory=dict, description="Your words for the file's column names: `our_name: name_in_the_file`."
    )
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="CSV only: the separator, if it is not found by itself."
    )
    decimal: Literal[".", ","] = Field(".", description="CSV only: the decimal mark of its numbers.")
    sha256: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="The fingerprint the file must have (a single file)."
    )


class WideSource(SourceBase):
    """A row a customer; outcomes and traits are columns."""

    kind: Literal["wide"] = Field(description="A row a customer.")
    absent: Literal["missing", "zero"] = Field(
        "missing",
        description="What it means when a customer has no row, or an empty cell, here: `missing` (we do not know) "
        "or `zero` (nothing happened).",
    )

    covers: Period | None = Field(
        None,
        description="The days its outcomes are about, all of them and no others: `together` reads outcomes of a wide "
        "source only for these.",
    )


class EventSource(SourceBase):
    """A row an event: who, when, and what it was worth."""

    kind: Literal["events"] = Field(description="A row an event.")
    customer: Column = Field(description="The column that names the customer.")
    time: Column = Field(description="The column with the day or time of the event, in the program's time zone.")


Source = Annotated[WideSource | EventSource, Field(discriminator="kind")]


class ProgramSpec(Model):
    """`program.yaml`: what all pilots of the program share."""

    program: Name = Field(description="The program's name.")
    purpose: Text = Field(description="Why it exists, in a sentence customers could read.")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="Three letters, such as EUR.")
    time_zone: str = Field("UTC", description="Where days begin and end, such as Europe/London.")
    simulated: Text | None = Field(
        None,
        description="Where the data is made up: a sentence saying so. It heads every page and lets `--today` move.",
    )
    product_lines: dict[Id, Name] = Field(default_factory=dict, description="Every product line: id → name.")
    locations: dict[Id, Name] = Field(default_factory=dict, description="Every location: id → name.")
    sources: dict[Id, Source] = Field(min_length=1, description="Where data comes from.")
    measures: dict[Id, Measure] = Field(min_length=1, description="What is measured.")
    groups: dict[Id, Group] = Field(default_factory=dict, description="Ways to split customers.")
    error_control: Literal["ledger", "program_fdr"] = Field(
        "ledger",
        description="What confirmations are judged at. `ledger`: every lineage has 5 % of its own, halved at each "
        "attempt. `program_fdr`: at the same or stricter, so that of all promotions of the program at most 10 % are "
        "false on average.",
    )
    largest_plausible_gain: Share | None = Field(
        None,
        description="The largest relative gain you would find plausible, such as `30%`: numbers are drawn in by it "
        "before they are promised, so rather too large than too small. Left out: 6 %, or twice the worth-it line, or "
        "the highest gain that was predicted, whichever is most.",
    )
    contact_policy: ContactPolicy = Field(
        default_factory=lambda: ContactPolicy(opt_out=[], caps=[]), description="Opt-outs and contact caps."
    )
    holdout: Holdout | None = Field(
        None,
        description="Customers kept out of all pilots, so that `pitcairn together` can say what all pilots changed.",
    )


# --- pilot.yaml -----------------------------------------------------------------------------------------------


class Scope(Model):
    """Exactly one product line or exactly one location."""

    product_line: Id | None = Field(None, description="One of the program's product lines.")
    location: Id | None = Field(None, description="One of the program's locations.")


class CustomerSection(Model):
    """The customer this is for. A pilot that cannot fill this in is not customer-centred yet."""

    audience: Text = Field(description="Who it is about, in words.")
    behaviour: Text = Field(description="What we hope they will do, that they would be glad to have done.")
    barriers: list[Text] = Field(min_length=1, description="What keeps them from it today.")
    benefits: list[Text] = Field(min_length=1, description="What is in it for them.")
    competing: list[Text] = Field(default_factory=list, description="What they do instead.")
    segments: list[Text] = Field(default_factory=list, description="Kinds of customers we expect to differ.")


class Population(Model):
    """The customers in scope, from a wide source."""

    source: Id = Field(description="The wide source with a row a customer.")
    keep: Conditions = Field(default_factory=dict, description="Only customers with these values are in scope.")


class Guardrail(Model):
    """A measure that must not get worse by more than the margin."""

    measure: Id = Field(description="One of the program's measures.")
    margin: Quantity = Field(description="The most that is acceptable, as a positive amount, such as `2.5 per 1000`.")


class PromotionTests(Model):
    """What must hold, besides a confirmation and held guardrails, before a model may be promoted."""

    iterations: int = Field(1, ge=1, le=20, description="Seen to gain in at least this many iterations.")
    no_group_worse: bool = Field(False, description="No declared group is clearly worse off.")
    also: dict[Id, Quantity] = Field(
        default_factory=dict, description="Measures that must also gain at least this much (the range's lower end)."
    )


class PilotSpec(Model):
    """`pilots/<id>/pilot.yaml`: one challenge at exactly one product line or one location."""

    title: Name = Field(description="The pilot's name.")
    owner: Name = Field(description="Who answers for it: a person or a team.")
    scope: Scope = Field(description="Exactly one product line or one location.")
    challenge: Literal["engage", "profile", "nurture", "qualify"] = Field(
        description="What the pilot wants to do better: `engage` (win attention), `profile` (get to know), `nurture` "
        "(grow the relation), `qualify` (find out who is ready)."
    )
    customer: CustomerSection = Field(description="The customer this is for.")
    customers: Population = Field(description="Which customers are in scope.")
    deciding: Id = Field(description="The one measure the verdict is about.")
    guardrails: list[Guardrail] = Field(default_factory=list, max_length=10, description="What must not get worse.")
    signals: list[Id] = Field(
        default_factory=list, description="Mid-funnel measures that may foretell the deciding one."
    )
    watch: list[Id] = Field(default_factory=list, description="Measures to show, without consequence.")
    promotion: PromotionTests = Field(
        default_factory=lambda: PromotionTests(iterations=1, no_group_worse=False, also={}),
        description="What must hold before promotion.",
    )


# --- iteration-N.yaml -----------------------------------------------------------------------------------------


class MeasuredCost(Model):
    """What an arm costs where that is not known beforehand but measured, customer by customer."""

    measure: Id = Field(
        description="The money measure that adds it up, one of the pilot's: a coupon's cost when it is redeemed, media "
        "spend. The comparison's customers have it too, so what counts is what the arm spends more."
    )
    per_customer: float = Field(
        0.0, ge=0, le=1e9, description="What each customer drawn to it costs besides, such as 0.05 for the postage."
    )


Cost = Annotated[
    Annotated[float, Field(ge=0, le=1e9), Tag("number")] | Annotated[MeasuredCost, Tag("mapping")],
    Discriminator(_cost_form),
]


class Arm(Model):
    """What customers may be drawn to."""

    label: Name = Field(description="What people call it.")
    share: Share = Field(description="Its share of the customers drawn. All shares add up to 1.")
    role: Literal["treatment", "control", "holdout"] = Field(
        "treatment",
        description="`control` gets today's practice; `holdout` gets nothing, for good; exactly one of the two exists.",
    )
    message: Text | None = Field(None, description="What it says.")
    channel: Text | None = Field(None, description="How it reaches the customer.")
    when: Text | None = Field(None, description="When it is sent.")
    how_often: Text | None = Field(None, description="How often.")
    offer: Text | None = Field(None, description="What is offered.")
    cost: Cost | None = Field(
        None,
        description="What it costs for each customer drawn to it, in the program's currency, such as 0.05; or "
        "`{measure: coupon_cost}` where that is measured. Then the reading says what an extra unit of the deciding "
        "measure costs, and what comes back of money measures.",
    )


class Observed(Model):
    """The draw was made by someone else and is a column of a source."""

    source: Id = Field(description="The wide source that knows each customer's arm.")
    column: Column = Field(description="The column that names the arm.")
    values: dict[Id, Scalar] = Field(
        default_factory=dict, description="Arm id → what the column says for it, where that is not the id itself."
    )
    start: Column | None = Field(None, description="The column with each customer's own start.")
    cluster: Column | None = Field(
        None,
        description="Where whole households, shops or the like were drawn, and not customers one by one: the column "
        "that names them. Ranges then go by what was drawn. A customer without one counts as drawn alone.",
    )


Assignment = Annotated[
    Annotated[Literal["drawn"], Tag("word")] | Annotated[Observed, Tag("mapping")], Discriminator(_assignment_form)
]


class Exposure(Model):
    """Where it is known who was actually reached: the message delivered, the page opened, the call made.

    A customer counts as reached by one row that fits, on a day of their follow-up where days are known. Nobody is left
    out of the result for not being reached; how many were not, in which arm, is told.
    """

    source: Id = Field(description="The source that knows: a row a customer, or a row for each time one was reached.")
    column: Column | None = Field(None, description="A row a customer: yes, true or a number above 0 means reached.")
    day: Column | None = Field(None, description="A row a customer: the day they were first reached; empty if never.")
    where: Conditions = Field(default_factory=dict, description="Only rows with these values say that one was reached.")
    would_have_been: bool = Field(
        False,
        description="`true`: the comparison's customers are in it too, at the moment they would have been reached. "
        "Then reached customers can be compared with their like. `false`: the comparison is not meant to be reached.",
    )


class Change(Model):
    """What changed since the iteration before, and why."""

    what: Text = Field(description="What changed.")
    why: Text = Field(description="Why.")


class Prediction(Model):
    """What we expect, written before launch and compared afterwards."""

    arm: Id = Field(description="The arm it is about.")
    measure: Id = Field(description="The measure it is about.")
    gain: Range = Field(description="From..to, against control, such as `40 to 65 per 1000`.")


class IterationSpec(Model):
    """`pilots/<id>/iteration-N.yaml`: one turn. `launch` locks it."""

    stage: Literal["explore", "confirm"] = Field(
        description="`explore`: look as often as you like, never promotes. `confirm`: frozen model, judged once."
    )
    question: Text = Field(description="The question this turn answers.")
    changed: list[Change] = Field(
        default_factory=list, description="What changed since the iteration before, and why (from iteration 2 on)."
    )
    arms: dict[Id, Arm] = Field(min_length=1, max_length=8, description="Arm id → what its customers get.")
    assignment: Assignment = Field(
        "drawn",
        description="`drawn` by `launch`, or observed: a column of a source.",
    )
    exposure: Exposure | None = Field(None, description="Where it is known who was actually reached.")
    take: Share = Field(
        default_factory=lambda: Fraction(1), description="The share of the eligible customers to draw; all if left out."
    )
    cluster: Column | None = Field(
        None,
        description="To draw whole households, shops or the like, and not customers one by one: the column of the "
        "customers' source that names them. Everybody of one gets the same arm and start, and ranges go by what was "
        "drawn. A customer without one is drawn alone. What somebody else drew is named under `assignment`.",
    )
    redraw_after: Duration | None = Field(
        None,
        description="Where too few fresh customers are left: draw customers of earlier iterations again, once this "
        "long has passed since those ended. Every page then says so. Left out: nobody is drawn twice.",
    )
    worth_it: Quantity = Field(description="The smallest gain in the deciding measure worth having.")
    predictions: list[Prediction] = Field(default_factory=list, description="What we expect, written beforehand.")
    groups: list[Id] = Field(default_factory=list, max_length=8, description="Which groups to look at.")
    start: Day = Field(description="The day the first customer is reached.")
    starts_over: Duration = Field(
        1,
        description="How long it takes until everybody has started. Each customer who is drawn gets a day by lot, from "
        "`start` on, in the lists; all start on `start` if left out. A confirmation can then end early.",
    )
    spending: Literal["o_brien_fleming", "pocock"] = Field(
        "o_brien_fleming",
        description="How a confirmation whose customers start on days of their own spends its error over the daily "
        "looks. `o_brien_fleming`: almost nothing early, so that looking costs hardly any customers. `pocock`: about "
        "the same at every look, so that a large gain passes sooner, for about a quarter more customers in all.",
    )
    follow_up: Duration = Field(description="How long each customer is followed from their own start.")
    end: Day = Field(description="The day of the deciding reading: the last customer's follow-up is over by then.")
