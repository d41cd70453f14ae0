"""What people write in `program.yaml` about whom no pilot may draw: opt-outs, contact caps, the program's holdout."""

from __future__ import annotations

from pydantic import Field

from pitcairn.spec.fields import Column, Conditions, Day, Duration, Id, Model, Share


class OptOut(Model):
    """Who must never be drawn."""

    source: Id = Field(description="The source that knows.")
    where: Conditions = Field(
        min_length=1,
        description="A customer with such a row has opted out. Where true, false or a number is asked for, any other "
        "word is refused, never taken for no opt-out.",
    )


class ContactCap(Model):
    """How often a customer may be contacted, by anyone."""

    at_most: int = Field(ge=1, description="At most this many contacts, the pilot's own included ...")
    within: Duration = Field(
        description="... in this many days before the start; whoever has had that many is left out."
    )
    source: Id = Field(description="The events source that lists contacts.")
    where: Conditions = Field(default_factory=dict, description="Only rows with these values.")


class ContactPolicy(Model):
    """Binds every draw of every pilot; there is no way to switch it off."""

    opt_out: list[OptOut] = Field(default_factory=list, description="Who has opted out.")
    caps: list[ContactCap] = Field(default_factory=list, description="How often a customer may be contacted.")


class Period(Model):
    """Days, both ends included."""

    first: Day = Field(description="The first day.")
    last: Day = Field(description="The last day.")


class Holdout(Model):
    """Customers kept out of all pilots, for good: what they do is what would have been done without the program."""

    share: Share = Field(description="The share of the customers, such as `5%`. It may not change once it was drawn.")
    source: Id = Field(description="The wide source with a row a customer of the program.")
    since: Day = Field(
        description="The day from which nobody in it is drawn: it binds every iteration that starts on it or later. "
        "The lot is drawn by this day, so programs that share customers choose different days."
    )
    cluster: Column | None = Field(
        None,
        description="To keep whole households or the like out, and not customers one by one: the column of `source` "
        "that names them. It may not change once the lot was drawn. Left out, a pilot that draws households leaves out "
        "those with a member who is kept out.",
    )
    joined: Column | None = Field(
        None,
        description="The column of `source` with the day each customer joined, so that `together` counts those who "
        "were there when its period began. Left out: everybody in the file was.",
    )
