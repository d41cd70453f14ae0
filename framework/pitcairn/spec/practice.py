"""What people write for others who will use their model: `pilots/<id>/pack.yaml`, and whose signatures they trust."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pitcairn.spec.fields import Column, Day, Duration, Id, Model, Scalar, Share, Text

Named = dict[Id, Text]


class Parameter(Model):
    """A part of the model that has a name."""

    kind: Literal["core", "adaptable", "local"] = Field(
        description="`core`: fixed; another value is another model. `adaptable`: may be set within limits. `local`: "
        "must be set at each place."
    )
    label: Text = Field(description="What people call it.")
    value: Scalar | None = Field(None, description="What was tried. Not for `local`.")
    in_text: Text | None = Field(
        None, description="The words in the pilot's own texts that stand for it; in the pack they become `[[name]]`."
    )
    at_least: float | None = Field(None, description="`adaptable` numbers: not below this.")
    at_most: float | None = Field(None, description="`adaptable` numbers: not above this.")
    choices: list[Scalar] = Field(default_factory=list, description="`adaptable` words: one of these.")
    tested: list[Scalar] = Field(
        default_factory=list, description="`adaptable`: the values there is evidence for, besides `value`."
    )


class Requires(Model):
    """What a place must have, besides the data that the plan reads."""

    channels: list[Text] = Field(default_factory=list, description="Channels, such as `e-mail`.")
    smallest_audience: int | None = Field(None, ge=1, description="Eligible customers a place needs.")
    also: list[Text] = Field(default_factory=list, description="Anything else, in words.")


class Costs(Model):
    """What it costs, in the program's currency. Where it is declared, the gain must pay for it."""

    per_contact: float | None = Field(None, ge=0, description="One contact with one customer.")
    fixed_per_place: float | None = Field(None, ge=0, description="Once, at each place.")
    value_per_outcome: float | None = Field(
        None, gt=0, description="What one more of the deciding measure is worth. Not needed where that is money."
    )
    pilot_only: list[Text] = Field(
        default_factory=list, description="What the pilot had and another place will not have."
    )


class Wave(Model):
    """Some of the places."""

    name: Text = Field(description="What people call it.")
    places: int | None = Field(None, ge=1, description="How many. Either this or `share`.")
    share: Share | None = Field(None, description="What share of the places that are left.")
    choose: Literal["most_different", "random", "all"] = Field(
        "random", description="How they are chosen: most different from where it was proven, by lot, or all of them."
    )


class Stage(Model):
    """A step within a place."""

    name: Text = Field(description="What people call it.")
    treat: Share = Field(description="The share of customers who get it.")
    control: Share = Field(description="The share who are watched for comparison.")
    hold: Duration = Field(description="How long at least before the next step.")
    smallest: int | None = Field(None, ge=1, description="Customers counted in both before the step is judged.")
    gate: Literal["safety", "final", "persistence"] = Field("safety", description="What it is judged by.")
    approval: list[Text] = Field(default_factory=list, description="Roles that must agree, last of all.")


class Rollout(Model):
    """How it is meant to spread. Waves and stages that are left out are the usual ones."""

    waves: list[Wave] = Field(default_factory=list, max_length=10, description="Waves of places.")
    stages: list[Stage] = Field(default_factory=list, max_length=10, description="Steps within a place.")
    holdout: Share | None = Field(None, description="The share that stays without it; 10% if left out.")
    holdout_months: Annotated[int, Field(ge=1, le=60)] = Field(12, description="For how long.")
    rollback: list[Text] = Field(default_factory=list, description="What to do, step by step, when it must stop.")


class PackSpec(Model):
    """`pilots/<id>/pack.yaml`: what others need to use the model, and nobody could know from the plan."""

    name: Id | None = Field(None, description="What the pack is called; the pilot's id if left out.")
    summary: Text = Field(description="The practice in a sentence or two, for somebody who was not there.")
    playbook: Text = Field(description="A Markdown file beside this one: how it is done, step by step.")
    assets: list[Text] = Field(default_factory=list, max_length=200, description="Files beside this one it needs.")
    looked_through: dict[Text, Text] = Field(
        default_factory=dict, description="Assets that cannot be searched → who looked through them, and for what."
    )
    place: list[Column] = Field(
        default_factory=list, description="Columns of `customers.keep` that only name the pilot's own place."
    )
    parameters: dict[Id, Parameter] = Field(default_factory=dict, description="Parts that have a name.")
    most_contacts: int | None = Field(None, ge=1, description="This practice's own contacts with one customer ...")
    within: Duration | None = Field(None, description="... in this many days; the follow-up if left out.")
    requires: Requires = Field(
        default_factory=lambda: Requires.model_validate({}), description="What a place must have."
    )
    conflicts: Named = Field(default_factory=dict, description="Packs that must not reach the same customers → why.")
    cost: Costs = Field(default_factory=lambda: Costs.model_validate({}), description="What it costs.")
    out_of_scope: list[Text] = Field(default_factory=list, description="Where it must not be used.")
    good_for: Duration = Field(365, description="How long its evidence is good, from the decision on.")
    license: Text = Field("All rights reserved", description="Under which terms others may use it.")
    rollout: Rollout = Field(
        default_factory=lambda: Rollout.model_validate({}), description="How it is meant to spread."
    )


class TrustedKey(Model):
    """A public key that is believed."""

    key: Annotated[str, Field(pattern=r"^ed25519:[A-Za-z0-9+/]{43}=$")] = Field(
        description="What `pitcairn pack keygen` printed."
    )
    person: Text = Field(description="Whose it is.")
    role: Text = Field(description="What for, such as `analyst` or `sponsor`.")
    valid_from: Day | None = Field(None, description="Signatures of earlier days do not count.")
    valid_until: Day | None = Field(None, description="Signatures of later days do not count.")


class TrustedKeysSpec(Model):
    """`trusted-keys.yaml`: whose signatures on packs this program believes."""

    signers: int = Field(2, ge=1, le=9, description="How many different people must have signed.")
    roles: list[Text] = Field(default_factory=list, description="Roles of which each must have signed.")
    keys: list[TrustedKey] = Field(min_length=1, description="The keys.")
