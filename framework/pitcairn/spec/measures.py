"""What is measured, and the groups it is split by: the keys of `measures` and `groups` in `program.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pitcairn.spec.fields import Column, Conditions, Duration, Id, Model, Name, Quantity, Scalar


class Over(Model):
    """The lower half of a ratio, from the same source."""

    column: Column | None = Field(None, description="The column to add up; leave out to count events.")
    where: Conditions = Field(default_factory=dict, description="Only rows with these values.")


class Past(Model):
    """The same measure over an earlier period: number columns of the pilot's customer source."""

    column: Column = Field(
        description="What the measure's `column` was then; for `any` and `share` 1 for yes, 0 for no."
    )
    over: Column | None = Field(None, description="`ratio`: what its lower half was then.")
    before: Column | None = Field(None, description="The same quantity before that period; `change` needs it.")
    adjust_for: list[Column] = Field(
        default_factory=list, max_length=5, description="What else was known before that period."
    )


class Measure(Model):
    """A defined quantity, worked out per customer."""

    label: Name = Field(description="What people call it, such as `Visits to the website`.")
    kind: Literal["any", "count", "sum", "mean", "quantile", "ratio", "share"] = Field(
        description="`any`: did it happen at all (share of customers). `count`: how often, per customer. `sum`: how "
        "much, per customer. `mean`: average of the customers who have a value. `quantile`: the value that the share "
        "`at` of these customers do not exceed. `ratio`: `column` added up over `over` added up. `share`: of those who "
        "answered, the share whose answer is in `answers`."
    )
    source: Id = Field(description="The source it is read from.")
    column: Column | None = Field(
        None, description="The column it is read from. Events: may be left out for `any` and `count`."
    )
    where: Conditions = Field(default_factory=dict, description="Only rows with these values.")
    over: Over | None = Field(None, description="`ratio` only: what it is divided by.")
    answers: list[Scalar] | None = Field(None, description="`share` only: the answers that count as a yes.")
    at: float | None = Field(
        None, gt=0, lt=1, description="`quantile` only: 0.5 is the median, 0.9 what nine in ten do not exceed."
    )
    window: Duration | None = Field(
        None, description="Follow-up counted from each customer's own start; the iteration's `follow_up` if left out."
    )
    cap: float | None = Field(
        None, gt=0, description="A customer's value above this counts as this. Stated before launch."
    )
    better: Literal["up", "down"] = Field("up", description="Which direction is good for the customer and for us.")
    unit: Name | None = Field(None, description="What is counted, in the plural, such as `visits`.")
    money: bool = Field(False, description="The value is in the program's currency.")
    decimals: int | None = Field(
        None,
        ge=0,
        le=6,
        description="Values are read to this many decimals, so that sums are exact. 2 for money, 0 for counts, else 4.",
    )
    before: Column | None = Field(
        None,
        description="The same quantity before the pilot: a column of the pilot's customer source. Makes ranges "
        "narrower, and lets `plan` say what can be seen.",
    )
    change: bool = Field(
        False,
        description="`mean` with `before` in the same unit: a customer's value is how much it changed since `before`, "
        "among those who answered both times. Change is compared with change.",
    )
    adjust_for: list[Column] = Field(
        default_factory=list,
        max_length=5,
        description="More number columns of the pilot's customer source, known before the start, that foretell this "
        "measure: with `before` they are taken out of it, which makes ranges narrower and changes no effect.",
    )
    usual: Quantity | None = Field(
        None,
        description="`any` and `share` without `before`: the usual level, so that `plan` can say what can be seen.",
    )
    past: Past | None = Field(
        None,
        description="The same over an earlier period, for `plan` alone: no reading uses it. How much the measure "
        "varies, and how much is explained by what was known before, then need no guess. Events from before the start "
        "tell it by themselves.",
    )


class Group(Model):
    """A way to split customers, known before the start. Either a column, or named levels."""

    label: Name = Field(description="What people call it, such as `Bought before`.")
    source: Id | None = Field(None, description="The wide source it is read from; the pilot's customers if left out.")
    column: Column | None = Field(None, description="The column with the level's name, or the number to cut.")
    names: dict[str, Name] = Field(default_factory=dict, description="Better names for values of `column`.")
    cuts: list[float] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="Cut a number column at these values: below the first, and so on.",
    )
    levels: dict[Name, Conditions] | None = Field(
        None,
        min_length=2,
        max_length=50,
        description="Level name → the values that make it. The first that fits wins.",
    )
