"""The simulated shop: the same from the same seed, and true to its constants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pitcairn.errors import DataError, SpecError
from pitcairn.examples.shop import demo
from pitcairn.examples.shop.__main__ import main
from pitcairn.examples.shop.behaviour import World
from pitcairn.examples.shop.behaviour import outcomes as happen
from pitcairn.examples.shop.people import STORES, People, contacts, generator, people
from pitcairn.examples.shop.simulate import customers, outcomes
from pitcairn.examples.shop.tables import Table
from pitcairn.examples.shop.truth import BEHAVIOURS, HELPED, SHARES, TRUTHS, Truth

Values = NDArray[np.float64]
Chosen = NDArray[np.bool_]

START = date(2026, 3, 2)
MANY = 120_000
TABLE_OF = {
    "visit": "visits",
    "coffee_order": "orders",
    "unsubscribe": "unsubscribes",
    "complain": "complaints",
    "collect": "collections",
}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "data").iterdir())}


def make(folder: Path, seed: int) -> dict[str, bytes]:
    customers(folder, seed, count=500, first=date(2026, 2, 9), last=date(2026, 3, 1))
    return bytes_of(folder)


def test_the_same_seed_makes_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    first, again, other = make(tmp_path / "a", 7), make(tmp_path / "b", 7), make(tmp_path / "c", 8)
    assert set(first) == {"customers.parquet", "contacts.csv"}
    assert first == again
    assert all(first[name] != other[name] for name in first)


def test_the_command_line_makes_the_same_files_as_the_functions(tmp_path: Path) -> None:
    options = ["--folder", str(tmp_path / "cli"), "--seed", "7", "--count", "500", "--last", "2026-03-01"]
    assert main(["customers", *options]) == 0
    assert bytes_of(tmp_path / "cli") == make(tmp_path / "a", 7)


def test_more_customers_leave_the_traits_where_they_were() -> None:
    everybody = people(50_000, 7)
    for trait, shares in SHARES.items():
        found = everybody.trait(trait)
        for level, share in shares.items():
            assert np.mean(found == level) == pytest.approx(share, abs=0.011)
    stores = everybody.trait("home_store")
    assert all(np.mean(stores == name) == pytest.approx(share, abs=0.01) for name, (share, _) in STORES.items())
    assert everybody.engagement.mean() == pytest.approx(1.0, abs=0.01)


def test_spend_before_is_mostly_nothing_and_otherwise_skewed() -> None:
    spend = np.array(people(50_000, 7).known["spend_before"], dtype=float)
    assert 0.75 < np.mean(spend == 0) < 0.80
    bought = spend[spend > 0]
    assert np.mean(bought) > 1.2 * np.median(bought)
    assert spend.max() > 150 > np.quantile(bought, 0.9)


def test_a_few_customers_are_contacted_far_too_often() -> None:
    everybody = people(20_000, 7)
    table = contacts(everybody, 7, date(2026, 2, 16), date(2026, 3, 1))
    _, number = np.unique(np.array(table["customer"]), return_counts=True)
    assert 0.02 < np.sum(number > 3) / 20_000 < 0.06
    assert min(map(str, table["day"])) == "2026-02-16"
    assert max(map(str, table["day"])) == "2026-03-01"


def world(pilot: str, number: int, follow_up: int, count: int = MANY) -> World:
    """Everybody drawn to one of the arms, equally, by a draw of our own; every tenth customer to none."""
    truth, everybody = TRUTHS[pilot, number], people(count, 11)
    names = np.array([*truth.arms, "comparison", ""])
    weights = np.array([*[0.9 / (len(names) - 1)] * (len(names) - 1), 0.1])
    arms = generator(11, "draw of the test").choice(names, count, p=weights)
    last = START + timedelta(days=follow_up)
    rng = generator(11, "outcomes of the test")
    return World(everybody=everybody, truth=truth, arms=arms, start=START, last=last, rng=rng)


def did(everybody: People, table: Table, days: int, where: Mapping[str, str] = {}) -> Values:
    """Whether each customer has a row in the days 0..days-1, worked out row by row."""
    found = dict.fromkeys(everybody.ids.tolist(), 0.0)
    moments = table["at"] if "at" in table else table["day"]
    for number, (customer, moment) in enumerate(zip(table["customer"], moments, strict=True)):
        offset = (date.fromisoformat(str(moment)[:10]) - START).days
        if 0 <= offset < days and all(table[column][number] == value for column, value in where.items()):
            found[str(customer)] = 1.0
    return np.array(list(found.values()))


def difference(
    values: NDArray[np.float64], chosen: NDArray[np.bool_], others: NDArray[np.bool_]
) -> tuple[float, float]:
    """(difference of means, its standard error)."""
    error = np.sqrt(values[chosen].var() / chosen.sum() + values[others].var() / others.sum())
    return float(values[chosen].mean() - values[others].mean()), float(error)


CASES = [
    ("second-order", 1, 28, ["visit", "coffee_order", "unsubscribe", "complain"]),
    ("pickup-note", 2, 21, ["collect", "complain"]),
    ("sowing-mail", 1, 14, ["visit", "unsubscribe", "complain"]),
]


@pytest.mark.parametrize(("pilot", "number", "follow_up", "behaviours"), CASES)
def test_raw_differences_between_arms_agree_with_the_truth(
    pilot: str, number: int, follow_up: int, behaviours: list[str]
) -> None:
    made = world(pilot, number, follow_up)
    tables, levels = happen(made), made.everybody.trait(made.truth.trait)
    for behaviour in behaviours:
        days = min(BEHAVIOURS[behaviour].days, follow_up)
        where = {"product_line": "coffee"} if behaviour == "coffee_order" else {}
        values = did(made.everybody, tables[TABLE_OF[behaviour]], days, where)
        others = made.arms == "comparison"
        error = float(values[others].std()) / others.sum() ** 0.5
        assert values[others].mean() == pytest.approx(BEHAVIOURS[behaviour].usual, abs=4 * error)
        for arm in made.truth.arms:
            check_arm(made.truth, arm, behaviour, values, made.arms == arm, others, levels)


def check_arm(
    truth: Truth,
    arm: str,
    behaviour: str,
    values: Values,
    chosen: Chosen,
    others: Chosen,
    levels: NDArray[np.str_],
) -> None:
    """On average, and in every level: within four standard errors, and those are small enough to tell."""
    found, error = difference(values, chosen, others)
    assert found == pytest.approx(truth.average(arm, behaviour), abs=4 * error)
    for level in SHARES[truth.trait]:
        found, error = difference(values, chosen & (levels == level), others & (levels == level))
        assert found == pytest.approx(truth.change(arm, behaviour, level), abs=4 * error)
        assert error < 0.006


def test_spend_agrees_with_the_truth_before_any_cap() -> None:
    made = world("second-order", 1, 28)
    orders = happen(made)["orders"]
    total = dict.fromkeys(made.everybody.ids.tolist(), 0.0)
    for customer, day, amount in zip(orders["customer"], orders["day"], orders["amount"], strict=True):
        if 0 <= (date.fromisoformat(str(day)) - START).days < 28:
            total[str(customer)] += float(str(amount))
    values = np.array(list(total.values()))
    for arm in made.truth.arms:
        found, error = difference(values, made.arms == arm, made.arms == "comparison")
        assert found == pytest.approx(made.truth.spend(arm), abs=4 * error)
        assert error < 0.25


def test_answers_to_the_survey_agree_with_the_truth() -> None:
    made = world("second-order", 1, 28)
    survey = happen(made)["survey"]
    arm_of = dict(zip(made.everybody.ids.tolist(), made.arms.tolist(), strict=True))
    answers: dict[str, list[float]] = {}
    for customer, answer in zip(survey["customer"], survey["got_what_i_needed"], strict=True):
        if answer is not None:
            answers.setdefault(arm_of[str(customer)], []).append(float(answer == "yes"))
    assert set(answers) == {"guide", "grind", "comparison"}
    assert None in survey["got_what_i_needed"]
    for arm, expected in (("comparison", HELPED), ("grind", HELPED), ("guide", HELPED + 0.08)):
        found = np.array(answers[arm])
        assert found.mean() == pytest.approx(expected, abs=4 * float(found.std()) / len(found) ** 0.5)


def test_preferences_agree_with_the_truth() -> None:
    made = world("pickup-note", 1, 21)
    told = set(map(str, happen(made)["preferences"]["customer"]))
    values = np.array([float(one in told) for one in made.everybody.ids.tolist()])
    levels = made.everybody.trait("newcomer")
    for arm in ("five", "one"):
        check_arm(made.truth, arm, "tell", values, made.arms == arm, made.arms == "comparison", levels)


def test_exports_hold_events_that_must_not_be_counted() -> None:
    made = world("second-order", 1, 28, count=20_000)
    tables = happen(made)
    days = [(date.fromisoformat(str(moment)[:10]) - START).days for moment in tables["visits"]["at"]]
    assert min(days) == -7
    assert {14, 20, 28} <= set(days)
    drawn = set(made.everybody.ids[made.drawn].tolist())
    assert {str(customer) for customer in tables["orders"]["customer"]} - drawn


def test_outcomes_are_refused_before_a_launch_and_where_no_truth_is_known(tmp_path: Path) -> None:
    demo.make(tmp_path, 1)
    with pytest.raises(DataError, match=r"assignment\.parquet is not there"):
        outcomes(tmp_path, demo.PILOT, 1, 1)
    with pytest.raises(SpecError, match="Nothing is known about iteration 9 of “sowing-mail”"):
        outcomes(tmp_path, demo.PILOT, 9, 1)
    assert main(["outcomes", "--folder", str(tmp_path), "--pilot", demo.PILOT]) == DataError.exit_code


def test_the_truth_is_told_from_the_constants() -> None:
    truth = TRUTHS[demo.PILOT, 1]
    assert f"+{truth.average('calendar', 'visit') * 1000:.0f} visitors per 1,000" in demo.TRUTH_SENTENCE
    assert "+80 with a garden, +65 with a balcony, +50 with pots indoors" in demo.TRUTH_SENTENCE
    assert "0 with a balcony, −5 with pots indoors" in demo.TRUTH_SENTENCE
