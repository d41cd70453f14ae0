"""A made-up shop whose truth is known: customers, what they order, answer and are sent, in every form a plan can read.

A shop is clean: drawn fairly, complete, alike in both arms but for a tenth more orders. `benchmarks.faults` puts one
fault into it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from benchmarks.ours import plan_of
from pitcairn.design.plan import ArmPlan, ExposurePlan, GroupPlan, MeasurePlan, ObservedPlan, Plan, SourcePlan
from pitcairn.evidence.collect import Files, collect
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Check
from pitcairn.evidence.health import check
from pitcairn.evidence.kept import known_by, seen

FIRST_DAY = date(2026, 3, 2)
FOLLOWED = 14
START_DAYS = 28
"""Where customers have starts of their own; else all start on the first."""
ARMS = ("usual", "letter")
AREAS = ("town", "land", "coast")
GAIN = 1.1
ANSWERING, ANSWERS = 0.4, (1, 2, 3, 4, 5)
LOST = 0.01
"""Of the customers, in every arm, whose outcomes a wide file does not have."""
SENT = 0.97
NO_DAY = -999
"""The day of an event whose day nobody wrote down."""
Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Form:
    """How a program keeps its data."""

    outcomes: str
    """`wide` or `events`."""
    drawn: bool
    """Whether the draw is our own; else the customers' file says who got what."""
    own_starts: bool

    @property
    def name(self) -> str:
        starts = f"{START_DAYS} days of start" if self.own_starts else "one day of start"
        return f"{self.outcomes}, {'our own draw' if self.drawn else 'observed'}, {starts}"


FORMS = tuple(
    Form(outcomes, drawn, own) for outcomes in ("wide", "events") for drawn in (False, True) for own in (False, True)
)


@dataclass(frozen=True, slots=True)
class Shop:
    """Columns of equal length, a row a customer; and of events, whose `who` is a customer's place."""

    people: Mapping[str, Column]
    orders: Mapping[str, Column]
    answers: Mapping[str, Column]
    sends: Mapping[str, Column]
    known: Column
    """Whether a wide file has the customer's outcomes."""
    again: tuple[Column, Column] = (np.array([], dtype=int), np.array([], dtype=int))
    """Places of customers who are in the file once more, and the arms they are then in."""

    @property
    def size(self) -> int:
        return len(self.people["arm"])

    def having(self, **columns: Column) -> Shop:
        """With other columns of its people."""
        return replace(self, people={**self.people, **columns})

    def of(self, arm: int) -> Column:
        """Who is in an arm."""
        return np.asarray(self.people["arm"] == arm)

    def only(self, kept: Column) -> Shop:
        """Without the others, and without what they did."""
        place = np.cumsum(kept) - 1

        def those(events: Mapping[str, Column]) -> dict[str, Column]:
            held = kept[events["who"]]
            return {name: (place[column[held]] if name == "who" else column[held]) for name, column in events.items()}

        return Shop(
            {name: column[kept] for name, column in self.people.items()},
            those(self.orders),
            those(self.answers),
            those(self.sends),
            self.known[kept],
        )


def clean(made: np.random.Generator, customers: int, *, own_starts: bool) -> Shop:
    """A shop with nothing wrong."""
    arm = made.integers(0, 2, customers)
    began = made.integers(0, START_DAYS, customers) if own_starts else np.zeros(customers, dtype=int)
    keen = made.gamma(4.0, 0.25, customers)
    people = {
        "arm": arm,
        "began": began,
        "area": made.integers(0, len(AREAS), customers),
        "spent_before": np.round(made.gamma(2.0, 9.0, customers) * keen, 2),
        "ordered_before": (made.random(customers) < 0.5 * np.minimum(keen, 1.8)).astype(int),
        "given": (arm == 1) & (made.random(customers) < SENT),
    }
    shop = Shop(people, {}, {}, {}, made.random(customers) >= LOST)
    shop = replace(shop, orders=orders(made, shop, np.where(arm == 1, GAIN, 1.0) * keen))
    return replace(shop, answers=answers(made, np.full(customers, ANSWERING)), sends=sends(people["given"]))


def orders(
    made: np.random.Generator, shop: Shop, pace: Column, *, first: int = -7, last: int = 21
) -> dict[str, Column]:
    """One order in a fortnight of a customer whose pace is 1, from a week before the start on; more on Saturdays."""
    days = np.arange(first, last)
    on = shop.people["began"][:, None] + days[None, :]
    weekly = np.where(on % 7 == 5, 1.6, 0.9)
    count = made.poisson(pace[:, None] * weekly / FOLLOWED)
    who, place = np.nonzero(count)
    times = count[who, place]
    who, day = np.repeat(who, times), np.repeat(on[who, place], times)
    return {"who": who, "day": day, "amount": np.round(made.uniform(5, 30, len(who)), 2)}


def answers(made: np.random.Generator, chance: Column) -> dict[str, Column]:
    """Stars that some customers give, one to five; `day` is of their follow-up."""
    (who,) = np.nonzero(made.random(len(chance)) < chance)
    return {"who": who, "day": made.integers(0, FOLLOWED, len(who)), "stars": made.choice(ANSWERS, len(who))}


def sends(given: Column) -> dict[str, Column]:
    """A letter to each of them, on their first day."""
    (who,) = np.nonzero(given)
    return {"who": who, "day": np.zeros(len(who), dtype=int)}


# --- as files --------------------------------------------------------------------------------------------------


@cache
def plan_for(form: Form) -> Plan:
    """Spend decides; who ordered at all is a guardrail, stars are watched; letters say who was reached."""
    customers = SourcePlan(id="customers", kind="wide", customer="customer")
    events = tuple(
        SourcePlan(id=id, kind="events", customer="customer", time="day") for id in ("orders", "answers", "sends")
    )
    outcomes = SourcePlan(id="outcomes", kind="wide", customer="customer")
    rows = "outcomes" if form.drawn else "customers"
    wide = form.outcomes == "wide"
    spend = _measure("spend", "sum", "deciding", before="spent_before", money=True, worth_it=2.0)
    ordered = _measure("ordered", "any", "guardrail", before="ordered_before", margin=0.02, decimals=0)
    stars = _measure("stars", "mean", "watch")
    columns = {"spend": "amount", "ordered": None, "stars": "stars"}
    sources = {"spend": "orders", "ordered": "orders", "stars": "answers"}
    measures = tuple(
        replace(one, source=rows, column=one.id)
        if wide
        else replace(one, source=sources[one.id], column=columns[one.id])
        for one in (spend, ordered, stars)
    )
    values = tuple((arm, arm) for arm in ARMS)
    observed = ObservedPlan(source="customers", column="arm", values=values, start="began" if form.own_starts else None)
    exposure = (
        ExposurePlan(source=rows, column="given", day=None, where=(), would_have_been=False)
        if wide
        else ExposurePlan(source="sends", column=None, day=None, where=(), would_have_been=False)
    )
    last = FIRST_DAY + timedelta(days=(START_DAYS if form.own_starts else 1) - 1 + FOLLOWED)
    return replace(
        plan_of("wide"),
        arms=tuple(
            ArmPlan(id=id, label=id.capitalize(), role=role, share=0.5, first=first, last=first + 5_000)  # type: ignore[arg-type]
            for id, role, first in zip(ARMS, ("control", "treatment"), (0, 5_000), strict=True)
        ),
        observed=None if form.drawn else observed,
        sources=(customers, outcomes, *events),
        measures=measures,
        groups=(GroupPlan(id="area", label="Area", source="customers", column="area", names=(), cuts=(), levels=()),),
        start=FIRST_DAY,
        start_days=START_DAYS if form.drawn and form.own_starts else 1,
        follow_up_days=FOLLOWED,
        end=last,
        exposure=exposure,
    )


def _measure(id: str, kind: str, role: str, **changes: Any) -> MeasurePlan:
    usual = {"where": (), "over_column": None, "over_where": (), "answers": (), "cap": None, "before": None}
    more = {"usual": None, "margin": None, "worth_it": None, "money": False, "decimals": 2}
    given = usual | more | changes
    return MeasurePlan(
        id=id, label=id.capitalize(), unit=id, kind=kind, role=role, source="", column=None,
        window_days=FOLLOWED, better="up", **given,
    )  # type: ignore[arg-type]  # fmt: skip


def write(shop: Shop, form: Form, folder: Path) -> tuple[Files, Path | None]:
    """The shop's files in this form, and the draw's file where it is our own."""
    day = f"CASE WHEN day = {NO_DAY} THEN NULL ELSE DATE '{FIRST_DAY}' + CAST(day AS INTEGER) END"
    known = "CASE WHEN known THEN spend END AS spend, CASE WHEN known THEN ordered END AS ordered"
    outcomes = f"{known}, CASE WHEN answered THEN stars END AS stars, given"
    told = (
        "area, spent_before, ordered_before" if form.drawn else "arm, day AS began, area, spent_before, ordered_before"
    )
    told += f", {outcomes}" if form.outcomes == "wide" and not form.drawn else ""
    rows = "(SELECT customer, arm FROM people UNION ALL SELECT customer, arm FROM again) AS rows"
    others = f"(SELECT * EXCLUDE (arm, day), {day} AS day FROM people) AS others"
    queries = {
        "customers": f"SELECT customer, {told} FROM {rows} JOIN {others} USING (customer)",
        "outcomes": f"SELECT customer, {outcomes} FROM {rows} JOIN people USING (customer)",
        "orders": f"SELECT customer, {day} AS day, amount FROM orders",
        "answers": f"SELECT customer, {day} AS day, stars FROM answers",
        "sends": f"SELECT customer, {day} AS day FROM sends",
        "draw": f"SELECT CAST(customer AS VARCHAR) AS customer, arm, {day} AS start FROM people",
    }
    if form.drawn:
        queries["customers"] = f"SELECT customer, {told} FROM people"
    with duckdb.connect() as connection:
        for name, columns in _tables(shop).items():
            connection.register(name, columns)
        for name, query in queries.items():
            connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    files = {id: (folder / f"{id}.parquet",) for id in queries if id != "draw"}
    return files, folder / "draw.parquet" if form.drawn else None


def _tables(shop: Shop) -> dict[str, dict[str, Column]]:
    names, began = np.array(ARMS, dtype=object), shop.people["began"]
    people = {
        "customer": np.arange(shop.size),
        **{name: shop.people[name] for name in ("spent_before", "ordered_before")},
        "arm": names[shop.people["arm"]],
        "area": np.array(AREAS, dtype=object)[shop.people["area"]],
        "day": began,
        "given": shop.people["given"].astype(int),
        "known": shop.known,
        **_totals(shop),
    }
    again, arms = shop.again
    found = {"people": people, "again": {"customer": again, "arm": names[arms]}}
    for name, events in (("orders", shop.orders), ("answers", shop.answers), ("sends", shop.sends)):
        found[name] = {"customer": events["who"], **{key: events[key] for key in events if key != "who"}}
    for name in ("answers", "sends"):
        found[name]["day"] = found[name]["day"] + began[found[name]["customer"]]
    return found


def _totals(shop: Shop) -> dict[str, Column]:
    """What a wide file says of everybody's follow-up."""
    who = shop.orders["who"]
    after = shop.orders["day"] - shop.people["began"][who]
    counted = who[(after >= 0) & (after < FOLLOWED)]
    spend = np.bincount(who, shop.orders["amount"] * ((after >= 0) & (after < FOLLOWED)), shop.size)
    stars, answered = np.zeros(shop.size, dtype=int), np.zeros(shop.size, dtype=bool)
    stars[shop.answers["who"]], answered[shop.answers["who"]] = shop.answers["stars"], True
    ordered = (np.bincount(counted, minlength=shop.size) > 0).astype(int)
    return {"spend": np.round(spend, 2), "ordered": ordered, "stars": stars, "answered": answered}


def checked(
    shop: Shop, form: Form, *, as_of: date | None = None, plan: Plan | None = None, before: Shop | None = None
) -> dict[str, Check]:
    """Every check of a reading of the shop at its end, by id; `before` is the shop as the last reading saw it.

    DataError where the reading is refused.
    """
    asked = plan or plan_for(form)
    day, earlier, again = as_of or asked.end, None, ()
    folder = Path(tempfile.mkdtemp(prefix="shop-"))
    try:
        with Engine.open(folder / "scratch", threads=1) as engine:
            if before is not None:
                files, draw = write(before, form, folder)
                earlier = seen(asked, *collect(engine, asked, files, assignment=draw, as_of=day))
            files, draw = write(shop, form, folder)
            cube, facts = collect(engine, asked, files, assignment=draw, as_of=day)
            again = known_by(asked, cube, earlier.as_of) if earlier else ()
        return {one.id: one for one in check(asked, facts, plan_unchanged=True, earlier=earlier, again=again)}
    finally:
        shutil.rmtree(folder)
