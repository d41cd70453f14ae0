"""A pack in words for somebody who was not there: the same sentences on the card and on the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pitcairn.design.plan import Condition
from pitcairn.phrases import customers, day, several
from pitcairn.promotion.contents import Contents, Estimate, GroupEvidence, IterationEvidence, Parameter
from pitcairn.promotion.ladder import rung
from pitcairn.promotion.parameters import filled
from pitcairn.reading.numbers import Display, percent
from pitcairn.reading.result import Mark

Facts = tuple[tuple[str, str], ...]
WORDS = {
    "promote": "passed",
    "adapt": "gained, and needs changes",
    "harm": "did harm",
    "not_worth_it": "gained too little",
    "no_difference": "made no difference",
    "cannot_tell": "could not be told",
    "too_early": "was read too early",
    "unsafe_to_read": "could not be read safely",
    "not_read": "was never read",
}
MARKS: dict[str, Mark] = {"promote": "good", "adapt": "watch", "harm": "bad", "unsafe_to_read": "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence with its mark, and what stands behind it."""

    mark: Mark
    text: str
    behind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One question about the pack, answered."""

    id: str
    name: str
    title: str
    how: str | None = None
    facts: Facts = ()
    sentences: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """All that is said about a pack."""

    name: str
    version: str
    title: str
    summary: str
    program: str
    notices: tuple[str, ...]
    headline: str
    promise: str
    """What to expect, smaller than what was measured, and why."""
    facts: Facts
    sections: tuple[Section, ...]


def told(contents: Contents) -> Telling:
    """The pack in words. Pure: the same contents give the same words."""
    identity, reached = contents.identity, rung(contents)
    return Telling(
        name=identity.name,
        version=identity.version,
        title=identity.title,
        summary=identity.summary,
        program=identity.program,
        notices=(identity.simulated,) if identity.simulated else (),
        headline=_headline(contents),
        promise=_promise(contents),
        facts=(
            ("Proven at", f"{identity.scope_label} ({identity.program})"),
            ("Who answers for it", identity.owner),
            ("Decided", f"{_day(identity.promoted_at)}, by {contents.decided_by}"),
            ("Evidence reaches", f"{reached.words} ({reached.number} of 5), before other places are counted"),
            ("Evidence is good until", _day(identity.valid_until)),
            ("Terms", identity.license),
        ),
        sections=(
            _what(contents),
            _for_whom(contents),
            _limits(contents),
            _groups(contents),
            _tests(contents),
            _tries(contents),
            _needs(contents),
            _may_change(contents),
            _costs(contents),
            _spread(contents),
        ),
    )


def change(estimate: Estimate) -> str:
    """`+72% (+40% to +111%)`"""
    low, high = estimate.share_range
    return f"{_signed(estimate.share)} ({_signed(low)} to {_signed(high)})"


def conditions(tests: Iterable[Condition]) -> tuple[str, ...]:
    """`shops: store or both`; `visits: at least 3`"""
    return tuple(f"{one.column}: {_test(one)}" for one in tests)


def _headline(contents: Contents) -> str:
    claim = contents.claim
    per = " of 1,000 customers" if contents.measures[0].is_rate else " per customer"
    return (
        f"{claim.label}: {claim.treated_text}{per} with it, {claim.control_text} without, at "
        f"{contents.identity.scope_label}."
    )


def _promise(contents: Contents) -> str:
    claim = contents.claim
    gain = claim.control * math.expm1(claim.shrunk.log_ratio)
    low, high = (claim.control * one for one in claim.shrunk.share_range)
    error = (high - low) / 4
    display = Display.of(contents.measures[0], contents.cost.currency, error)
    return (
        f"Measured: {claim.estimate_text} {claim.unit}, likely between {_and(claim.range_text)}. A winner was chosen "
        f"for being ahead, so part of its lead is luck: at the same place expect {display.change(gain)}, likely "
        f"between {_and(display.range(low, high))}. Another place needs a prediction of its own."
    )


def _and(range_text: str) -> str:
    """`+43 and +81`, to stand after “between”."""
    return range_text.replace(" to ", " and ")


def _what(contents: Contents) -> Section:
    practice = contents.model.practice
    values = {one.name: f"[{one.label}]" if one.value is None else one.value for one in contents.model.parameters}
    said = (
        ("Message", practice.message),
        ("Channel", practice.channel),
        ("When", practice.when),
        ("How often", practice.how_often),
        ("Offer", practice.offer),
        ("Instead of", practice.instead),
        ("Watched for", f"{practice.follow_up_days} days"),
    )
    return Section(
        id="practice",
        name="The practice",
        title=f"What customers get: {practice.label}",
        how="How it is done, step by step, is in practice/playbook.md inside the pack.",
        facts=tuple((name, filled(text, values)) for name, text in said if text is not None),
    )


def _for_whom(contents: Contents) -> Section:
    targeting, policy = contents.model.targeting, contents.model.contact_policy
    kept = conditions(targeting.keep)
    facts = [("Customers", targeting.customer.audience), ("We hope", targeting.customer.behaviour)]
    facts += [("In it for them", one) for one in targeting.customer.benefits]
    facts += [("Only", one) for one in kept]
    facts += [("Never", f"who opted out, by {one.source}") for one in policy.opt_out]
    facts += [
        ("Never", f"who had {one.at_most} contacts in {one.within_days} days, by {one.source}") for one in policy.caps
    ]
    if policy.most_contacts is not None:
        facts.append(("At most", f"{policy.most_contacts} of its own contacts in {policy.within_days} days"))
    return Section(
        id="customers", name="The customers", title="Whom it is for, and whom it leaves alone", facts=tuple(facts)
    )


def _limits(contents: Contents) -> Section:
    sentences = [f"Not for: {one}" for one in contents.out_of_scope]
    sentences += [f"Not together with the pack {one.pack}: {one.why}" for one in contents.conflicts]
    sentences.append(
        f"It was proven at one place. After {_day(contents.identity.valid_until)} its evidence is too old to start on."
    )
    return Section(id="limits", name="Limits", title="Where it must not be used", sentences=tuple(sentences))


def _groups(contents: Contents) -> Section:
    labels = {group.id: group.label for group in contents.groups}
    facts = tuple((f"{labels.get(one.group, one.group)}: {one.level}", _group(one)) for one in contents.by_group)
    return Section(
        id="groups",
        name="No average customer",
        title="How it did with different customers",
        how="Fewer customers make wider ranges; groups of fewer than 50 in an arm are not shown.",
        facts=facts,
    )


def _group(one: GroupEvidence) -> str:
    if one.effect is None or one.customers is None:
        return f"not shown: {one.why or 'too few customers.'}"
    return f"{change(one.effect)}, {customers(one.customers)}"


def _tests(contents: Contents) -> Section:
    return Section(
        id="tests",
        name="The tests",
        title="What it had to pass",
        lines=tuple(Line(mark="good", text=one.test, behind=one.evidence) for one in contents.tests),
    )


def _tries(contents: Contents) -> Section:
    return Section(
        id="tries",
        name="Every try",
        title="What was tried, failures included",
        lines=tuple(_try(one) for one in contents.iterations),
    )


def _try(one: IterationEvidence) -> Line:
    mark: Mark = MARKS.get(one.verdict, "neutral")
    stage = "confirmation" if one.stage == "confirm" else "exploration"
    same = "this model" if one.same_core else "another model"
    behind = change(one.effect) if one.effect is not None else one.why or ""
    return Line(
        mark=mark,
        text=f"{one.pilot} {one.number}, {stage}, {_day(one.launched_at)}: “{one.label}” ({same}) "
        f"{WORDS.get(one.verdict, one.verdict)}.",
        behind=behind,
    )


def _needs(contents: Contents) -> Section:
    needs = contents.requirements
    facts = [
        (
            f"Data: {one.id}",
            f"{'a row a customer' if one.kind == 'wide' else 'a row an event'}; {_columns(one.columns)}",
        )
        for one in needs.sources
    ]
    if needs.cluster:
        facts.append(
            ("Drawn whole", f"everybody of one “{needs.cluster}” gets the same: {needs.population} names them")
        )
    facts += [("Channel", one) for one in needs.channels]
    if needs.smallest_audience is not None:
        facts.append(("At least", customers(needs.smallest_audience)))
    facts += [("Also", one) for one in needs.also]
    facts += [("The pilot had besides", one) for one in contents.cost.pilot_only]
    return Section(id="needs", name="Needs", title="What another place must have", facts=tuple(facts))


def _columns(names: tuple[str, ...]) -> str:
    return f"columns {several(names)}" if names else "no more columns"


def _may_change(contents: Contents) -> Section:
    return Section(
        id="parameters",
        name="Parameters",
        title="What may be changed, and what makes it another model",
        how="The evidence belongs to the core: message, channel, timing, offer, customers, contact policy.",
        facts=tuple((one.label, _parameter(one)) for one in contents.model.parameters),
    )


def _parameter(one: Parameter) -> str:
    if one.kind == "core":
        return f"{one.value}; fixed, another value is another model"
    if one.kind == "local":
        return "must be set at each place"
    limits = several([str(choice) for choice in one.choices]) if one.choices else _between(one.low, one.high)
    tried = several([str(value) for value in one.tested or (one.value,)])
    return f"{one.value}; may be {limits}; tried: {tried}"


def _between(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "anything"
    if low is None or high is None:
        return f"{low:g} or more" if low is not None else f"{high:g} or less"
    return f"{low:g} to {high:g}"


def _costs(contents: Contents) -> Section:
    cost = contents.cost
    amounts = (
        ("Each contact", cost.per_contact),
        ("Once at each place", cost.fixed_per_place),
        (f"One more of “{contents.claim.label}” is worth", cost.value_per_outcome),
    )
    facts = tuple((name, f"{cost.currency} {value:,.2f}") for name, value in amounts if value is not None)
    sentences: tuple[str, ...] = () if facts else ("No cost was declared.",)
    if cost.measured is not None:
        each = f"{cost.currency} {cost.measured.each:,.2f}".replace("-", "−")
        facts += ((f"Measured for each customer: {cost.measured.label}", each),)
        sentences = tuple(f"{one}." for one in cost.measured.found)
    return Section(id="cost", name="Cost", title="What it costs", facts=facts, sentences=sentences)


def _spread(contents: Contents) -> Section:
    plan = contents.rollout
    facts = [(f"Wave: {one.name}", _wave(one.places, one.share, one.choose)) for one in plan.waves]
    facts += [
        (f"Step: {one.name}", f"{percent(one.treat)} get it, {percent(one.control)} are compared, {one.days} days")
        for one in plan.stages
    ]
    facts.append(("Kept without it", f"{percent(plan.holdout)} of customers, for {plan.holdout_months} months"))
    return Section(
        id="rollout",
        name="Rollout",
        title="How it is meant to spread, and how to stop",
        facts=tuple(facts),
        sentences=plan.rollback,
    )


def _wave(places: int | None, share: float | None, choose: str) -> str:
    how = {"most_different": ", the most different first", "random": ", by lot", "all": ""}[choose]
    if places is not None:
        return f"{places} {'place' if places == 1 else 'places'}{how}"
    return f"{percent(share or 0.0)} of the places left{how}"


def _test(one: Condition) -> str:
    if one.comparison == "in":
        values = [str(value) for value in one.values]
        return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
    return f"{one.comparison.replace('_', ' ')} {one.values[0]}"


def _signed(share: float) -> str:
    return f"{'−' if share < 0 else '+'}{abs(share) * 100:.0f}%"


def _day(iso: str) -> str:
    return day(date.fromisoformat(iso[:10]))
