"""Rehearsals: what is put in is read again, chance does what it is allowed to, and nothing is left behind."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.stats import binom
from small_shop import CUSTOMERS, a_shop, go, luck, outcomes

from pitcairn.design.resolve import resolve
from pitcairn.errors import DataError, Refused
from pitcairn.evidence.draw import draw
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.files import files_of
from pitcairn.evidence.makebelieve import KEPT, Pool
from pitcairn.iteration.outcomes import Rehearsal, RehearsedScenario
from pitcairn.iteration.outlook import outlook
from pitcairn.iteration.rehearse import rehearse
from pitcairn.iteration.rehearsed import STOPS, counted
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

REPETITIONS = 20
ELIGIBLE = CUSTOMERS - CUSTOMERS // 100
"""One customer in a hundred has opted out."""


def rewritten(path: Path, *changes: tuple[str, str]) -> None:
    """Puts texts in place of others in a file; what is to be replaced must be there."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def a_clear_shop(root: Path) -> ProgramFolder:
    """A worth-it line so high that a gain of its size is nearly always seen."""
    folder = a_shop(root)
    rewritten(folder.iteration_file("note", 1), ("worth_it: 20 per 1000", "worth_it: 45 per 1000"))
    return folder


def spent(number: int) -> float:
    """Nothing for two customers in three, else a long tail with cents."""
    if luck(number, "buys") > 1 / 3:
        return 0.0
    return round(float(np.exp(2.5 + 1.2 * np.sqrt(12) * (luck(number, "amount") - 0.5))), 2)


def a_spending_shop(root: Path, *, cap: float | None = 60.0, worth_it: float = 2.0) -> ProgramFolder:
    """The deciding measure is an amount, zero for most, capped."""
    folder = a_shop(root)
    capped = f", cap: {cap}" if cap else ""
    spend = f"spend: {{label: Spend, kind: sum, source: outcomes, column: spend, money: true, before: spent{capped}}}"
    rewritten(folder.program_file, ("groups:\n", f"  {spend}\ngroups:\n"))
    rewritten(folder.pilot_file("note"), ("deciding: visit", "deciding: spend"))
    rewritten(folder.iteration_file("note", 1), ("worth_it: 20 per 1000", f"worth_it: {worth_it} each"))
    path = folder.root / "data" / "customers.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    amounts = ["spent", *(f"{spent(number)}" for number in range(CUSTOMERS))]
    path.write_text("\n".join(f"{line},{amount}" for line, amount in zip(lines, amounts, strict=True)) + "\n")
    return folder


def everything_in(folder: ProgramFolder) -> dict[str, str]:
    """Every file, scratch included, with its digest."""
    files = (path for path in folder.root.rglob("*") if path.is_file())
    return {folder.relative(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def assert_found(scenario: RehearsedScenario, put_in: float) -> None:
    assert scenario.gain == pytest.approx(put_in, rel=1e-6, abs=1e-12)
    for arm in scenario.arms:
        assert arm.average is not None
        assert arm.error
        assert abs(arm.average - put_in) < 4 * arm.error


@pytest.fixture(scope="module")
def rate(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return rehearse(a_clear_shop(tmp_path_factory.mktemp("rate") / "shop"), "note", 1, repetitions=REPETITIONS)


@pytest.fixture(scope="module")
def amount(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return rehearse(a_spending_shop(tmp_path_factory.mktemp("amount") / "shop"), "note", 1, repetitions=REPETITIONS)


# --- what the rules say ---------------------------------------------------------------------------------------


def test_every_rehearsal_gets_one_verdict_in_every_scenario(rate: Rehearsal) -> None:
    assert [scenario.id for scenario in rate.scenarios] == ["none", "gain", "harm"]
    for scenario in rate.scenarios:
        (arm,) = scenario.arms
        assert sum(number for _, number in arm.verdicts) == REPETITIONS


@pytest.mark.parametrize("which", ["rate", "amount"])
def test_without_an_effect_gains_are_believed_no_more_often_than_the_plan_allows(
    which: str, request: pytest.FixtureRequest
) -> None:
    found: Rehearsal = request.getfixturevalue(which)
    none = found.scenarios[0]
    # More false gains than this would come up in 1 of 10,000 such tests at most, if the rules keep 2.5 %.
    assert none.arms[0].seen <= binom.ppf(0.9999, REPETITIONS, 0.025)
    assert none.believed <= none.arms[0].seen
    assert found.level == pytest.approx(0.025)


@pytest.mark.parametrize("which", ["rate", "amount"])
def test_a_large_gain_is_nearly_always_seen_and_a_large_harm_nearly_always_stopped(
    which: str, request: pytest.FixtureRequest
) -> None:
    found: Rehearsal = request.getfixturevalue(which)
    _, gain, harm = found.scenarios
    assert gain.arms[0].seen >= REPETITIONS - 2
    assert counted(harm.arms[0], STOPS) == REPETITIONS
    assert counted(harm.arms[0], ["harm"]) >= REPETITIONS - 2
    assert harm.believed == 0


def test_a_gain_right_at_the_line_passes_about_half_of_the_time(rate: Rehearsal) -> None:
    passed = rate.scenarios[1].believed
    assert binom.ppf(0.0001, REPETITIONS, 0.5) <= passed <= binom.ppf(0.9999, REPETITIONS, 0.5)
    assert "falls short half of the time" in rate.findings[1].sentence


def test_the_effect_put_into_a_rate_is_there(rate: Rehearsal) -> None:
    for scenario, put_in in zip(rate.scenarios, (0.0, 0.045, -0.045), strict=True):
        assert_found(scenario, put_in)
    assert rate.findings[3].state == "pass"


def test_the_effect_put_into_an_amount_is_there(amount: Rehearsal) -> None:
    for scenario, put_in in zip(amount.scenarios, (0.0, 2.0, -2.0), strict=True):
        assert_found(scenario, put_in)


def test_the_power_by_formula_is_the_one_worked_out_by_hand(rate: Rehearsal) -> None:
    before = np.mean([luck(number, "before") < 0.1 for number in range(CUSTOMERS) if number % 100 != 7])
    sizes = {arm: count for arm, _, count in rate.arms}
    after = before + 0.045
    error = np.sqrt(before * (1 - before) / sizes["usual"] + after * (1 - after) / sizes["note"])
    z = 0.045 / error - 1.959964
    assert rate.expected == pytest.approx(0.5 * (1 + np.tanh(z * 0.7978845608 * (1 + 0.044715 * z**2))), abs=2e-3)


THREE = "1/4, role: control}\n  card: {label: A card, share: 1/4}\n  call: {label: A call, share: 1/4}"
ONE_NUMBER: dict[str, tuple[tuple[str, str], ...]] = {
    "even": (),
    "uneven": (("1/2, role", "9/10, role"), ("A note, share: 1/2", "A note, share: 1/10")),
    "few events": (("20 per 1000", "60 per 1000"), ("groups:", "take: 1/40\ngroups:")),
    "three arms": (
        ("1/2, role: control}", THREE),
        ("A note, share: 1/2", "A note, share: 1/4"),
    ),
    "looks": (("stage: explore", "stage: confirm"), ("start:", "starts_over: 14 days\nstart:"), ("-16", "-30")),
}


@pytest.mark.parametrize("which", ONE_NUMBER)
def test_plan_and_rehearse_say_one_chance(tmp_path: Path, which: str) -> None:
    folder = a_shop(tmp_path / "shop")
    rewritten(folder.iteration_file("note", 1), *ONE_NUMBER[which])
    planned = outlook(folder, "note", 1).curve[2].chance
    assert planned is not None
    assert 0.02 < planned < 0.98
    assert rehearse(folder, "note", 1, repetitions=1).expected == pytest.approx(planned, abs=1e-9)


@pytest.mark.parametrize("cap", [None, 60.0])
def test_plan_and_rehearse_say_one_chance_of_an_amount(tmp_path: Path, cap: float | None) -> None:
    folder = a_spending_shop(tmp_path / "shop", cap=cap, worth_it=0.8)
    planned = outlook(folder, "note", 1).curve[2].chance
    assert rehearse(folder, "note", 1, repetitions=1).expected == pytest.approx(planned, abs=1e-6)


# --- repeatable, and without a trace --------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_rehearsals_and_another_makes_others(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    first, again, other = (rehearse(folder, "note", 1, repetitions=3, seed=seed) for seed in (5, 5, 6))
    assert first == again
    assert first.scenarios != other.scenarios


def test_a_rehearsal_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    before = everything_in(folder)
    rehearse(folder, "note", 1, repetitions=2)
    assert everything_in(folder) == before
    assert not list(folder.scratch.iterdir())


def test_an_interrupted_rehearsal_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    before = everything_in(folder)

    def interrupt(number: int) -> None:
        assert list(folder.scratch.rglob("*.parquet"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearse(folder, "note", 1, repetitions=2, done=interrupt)
    assert everything_in(folder) == before
    assert not list(folder.scratch.iterdir())


def test_who_waits_hears_of_every_rehearsal(tmp_path: Path) -> None:
    heard: list[int] = []
    rehearse(a_shop(tmp_path / "shop"), "note", 1, repetitions=3, done=heard.append)
    assert heard == [1, 2, 3]


def test_a_launched_pilot_is_rehearsed_as_it_was_locked_and_its_launch_stays_as_it_is(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    go(folder)
    before = everything_in(folder)
    rewritten(folder.iteration_file("note", 1), ("worth_it: 20 per 1000", "worth_it: 70 per 1000"))
    found = rehearse(folder, "note", 1, repetitions=2)
    assert found.locked
    assert found.scenarios[1].gain == pytest.approx(0.02)
    assert found.eligible == ELIGIBLE
    assert found.next_command == "pitcairn read note"
    file = folder.relative(folder.iteration_file("note", 1))
    assert {**everything_in(folder), file: ""} == {**before, file: ""}


def test_customers_of_another_running_pilot_take_no_part(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop", pilots=("card", "note"))
    rewritten(folder.iteration_file("card", 1), ("groups:", "take: 1/4\ngroups:"))
    drawn = sum(count for _, _, count in go(folder, "card").arms)
    assert drawn > 500
    assert rehearse(folder, "note", 1, repetitions=1).eligible == ELIGIBLE - drawn
    # The card was launched when nobody had the note yet.
    go(folder, "note")
    assert rehearse(folder, "card", 1, repetitions=1).eligible == ELIGIBLE


def test_a_share_of_the_customers_is_drawn_anew_each_time(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    rewritten(folder.iteration_file("note", 1), ("groups:", "take: 1/4\ngroups:"))
    found = rehearse(folder, "note", 1, repetitions=2)
    assert found.eligible == ELIGIBLE
    assert sum(count for _, _, count in found.arms) == pytest.approx(ELIGIBLE / 4, rel=0.1)


# --- confirmations --------------------------------------------------------------------------------------------


def a_confirming_shop(root: Path, *, pilots: tuple[str, ...] = ("note",)) -> ProgramFolder:
    folder = a_shop(root, pilots=pilots)
    for pilot in pilots:
        rewritten(
            folder.iteration_file(pilot, 1),
            ("stage: explore", "stage: confirm"),
            ("worth_it: 20 per 1000", "worth_it: 30 per 1000"),
        )
    return folder


def test_a_confirmation_may_promote_and_an_exploration_never_does(tmp_path: Path, rate: Rehearsal) -> None:
    found = rehearse(a_confirming_shop(tmp_path / "shop"), "note", 1, repetitions=8)
    assert found.scenarios[1].promoted > 0
    assert found.scenarios[0].promoted == 0
    assert "It was promoted in" in found.findings[1].sentence
    assert not any(scenario.promoted for scenario in rate.scenarios)


def test_a_second_confirmation_of_the_lineage_is_judged_at_half_the_level(tmp_path: Path) -> None:
    folder = a_confirming_shop(tmp_path / "shop", pilots=("card", "note"))
    rewritten(folder.iteration_file("card", 1), ("groups:", "take: 1/4\ngroups:"))
    go(folder, "card")
    assert rehearse(folder, "note", 1, repetitions=1).level == pytest.approx(0.0125)


def test_what_keeps_a_confirmation_from_promotion_is_named(tmp_path: Path) -> None:
    folder = a_confirming_shop(tmp_path / "shop")
    with folder.pilot_file("note").open("a", encoding="utf-8") as file:
        file.write("promotion: {iterations: 2}\n")
    found = rehearse(folder, "note", 1, repetitions=8)
    gain = found.scenarios[1]
    assert gain.believed > 0
    assert gain.promoted == 0
    assert gain.open_tests[0] == ("A gain in 2 iterations or more", gain.believed)
    assert "this was open" in found.findings[1].sentence


# --- what cannot be rehearsed ---------------------------------------------------------------------------------


def test_a_deciding_measure_of_which_nothing_is_known_is_refused_with_what_to_declare(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    rewritten(folder.program_file, ("unit: visits, before: visited", "unit: visits"))
    with pytest.raises(Refused, match=r"(?s)“Visits”.*nothing is known.*`before: COLUMN`, or `usual: RATE`"):
        rehearse(folder, "note", 1)


def test_an_amount_asks_for_a_column_not_for_a_usual_rate(tmp_path: Path) -> None:
    folder = a_spending_shop(tmp_path / "shop")
    rewritten(folder.program_file, (", before: spent", ""))
    with pytest.raises(Refused, match=r"declare `before: COLUMN` for “spend”"):
        rehearse(folder, "note", 1)


def test_a_deciding_ratio_is_refused(tmp_path: Path) -> None:
    folder = a_spending_shop(tmp_path / "shop", cap=None)
    rewritten(
        folder.program_file,
        ("kind: sum", "kind: ratio, over: {column: orders}, unit: per order"),
        (", before: spent", ""),
    )
    with pytest.raises(Refused, match="it is a ratio"):
        rehearse(folder, "note", 1)


def test_a_column_that_is_the_same_for_everybody_is_refused(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    rewritten(folder.program_file, ("before: visited", "before: opted_out"))
    with pytest.raises(Refused, match="column “opted_out” is the same for everybody"):
        rehearse(folder, "note", 1)


def test_a_draw_made_by_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    values = "assignment: {source: customers, column: area, values: {usual: town, note: land}}\narms:"
    rewritten(folder.iteration_file("note", 1), ("arms:", values))
    with pytest.raises(Refused, match="Somebody else makes the draw"):
        rehearse(folder, "note", 1)


def test_a_guardrail_of_which_nothing_is_known_is_left_out_and_named(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    rewritten(folder.program_file, (",\n    usual: 2 per 1000", ""))
    found = rehearse(folder, "note", 1, repetitions=1)
    assert any("“Complaints” (guardrail) is left out" in note for note in found.notes)


def test_values_before_of_a_share_must_be_yes_and_no(tmp_path: Path) -> None:
    folder = a_spending_shop(tmp_path / "shop")
    answers = 'kind: share, answers: ["yes"], unit: answers'
    rewritten(folder.program_file, ("kind: sum", answers), ("money: true, ", ""), (", cap: 60.0", ""))
    rewritten(folder.iteration_file("note", 1), ("worth_it: 2.0 each", "worth_it: 20 per 1000"))
    with pytest.raises(DataError, match="other than 1 and 0"):
        rehearse(folder, "note", 1)


def test_an_effect_larger_than_there_is_room_for_is_cut_and_said(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    rewritten(folder.iteration_file("note", 1), ("worth_it: 20 per 1000", "worth_it: 150 per 1000"))
    found = rehearse(folder, "note", 1, repetitions=2)
    level = np.mean([luck(number, "before") < 0.1 for number in range(CUSTOMERS) if number % 100 != 7])
    assert found.scenarios[1].gain == pytest.approx(0.15)
    assert found.scenarios[2].gain == pytest.approx(-level)
    assert any("more than there is room for" in note for note in found.notes)


# --- the made-up outcomes themselves --------------------------------------------------------------------------


def made_up(folder: ProgramFolder, into: Path, *gains: float, salt: str = "s") -> dict[str, tuple[object, ...]]:
    """Made-up outcomes by customer: their arm, then the deciding measure under each gain."""
    loaded = load(folder, "note", 1)
    plan = replace(resolve(loaded), groups=())
    files = files_of(folder, loaded.program, {}, needed=["customers"])
    into.mkdir()
    with Engine.open(folder.scratch) as engine:
        pool = Pool.of(engine, plan, files, taken=(), into=into)
        draw(engine, pool.plan, pool.files, taken=(), into=into / "draw")
        assignment = into / "draw" / "assignment.parquet"
        pool.make(salt, assignment, [pool.push(gain) for gain in gains], into / "made.parquet")
    columns = ", ".join(f"made_0_{place}" for place in range(len(gains)))
    sql = f"SELECT customer, arm, {columns} FROM read_parquet(?) AS made JOIN read_parquet(?) AS drawn USING (customer)"
    rows = duckdb.connect().execute(sql, [str(into / "made.parquet"), str(assignment)]).fetchall()
    return {row[0]: row[1:] for row in rows}


def customers_of(folder: ProgramFolder) -> dict[str, dict[str, str]]:
    with (folder.root / "data" / "customers.csv").open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_whoever_opted_out_never_takes_part(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    made = made_up(folder, tmp_path / "room", 0.0)
    customers = customers_of(folder)
    assert len(made) == ELIGIBLE
    assert not [id for id in made if customers[id]["opted_out"] == "1"]


def test_half_of_the_customers_do_again_what_they_did_and_the_others_somebody_elses(tmp_path: Path) -> None:
    folder = a_spending_shop(tmp_path / "shop", cap=None)
    made = made_up(folder, tmp_path / "room", 0.0)
    customers = customers_of(folder)
    known = np.array([float(customers[id]["spent"]) for id in made])
    did = np.array([float(value) for _, value in made.values()])  # type: ignore[arg-type]
    buyers = known > 0
    kept = np.mean(did[buyers] == known[buyers])
    assert kept == pytest.approx(KEPT, abs=0.06)
    assert np.corrcoef(known, did)[0, 1] == pytest.approx(KEPT, abs=0.1)
    assert set(did) <= set(known)
    assert np.mean(did) == pytest.approx(np.mean(known), abs=4 * np.std(known) / np.sqrt(len(known) / 2))


def test_an_amount_is_scaled_zeros_stay_zero_and_the_cap_holds(tmp_path: Path) -> None:
    folder = a_spending_shop(tmp_path / "shop")
    made = list(made_up(folder, tmp_path / "room", 0.0, 2.0, -2.0).values())
    none, gain, harm = (np.array([float(row[place]) for row in made]) for place in (1, 2, 3))  # type: ignore[arg-type]
    treated = np.array([row[0] == "note" for row in made])
    assert np.array_equal(none[~treated], gain[~treated])
    assert np.array_equal(none == 0, gain == 0)
    assert np.all(gain >= none)
    assert np.all(harm <= none)
    assert gain.max() <= 60
    factors = gain[treated & (none > 5) & (gain < 60)] / none[treated & (none > 5) & (gain < 60)]
    assert np.ptp(factors) < 0.01
    known = np.minimum([float(row["spent"]) for row in customers_of(folder).values() if row["opted_out"] == "0"], 60)
    # By hand: the factor that lifts the capped average by 2 is the one that was used.
    assert np.mean(np.minimum(known * factors.mean(), 60)) - np.mean(known) == pytest.approx(2.0, abs=0.01)


def test_an_amount_below_zero_is_shifted(tmp_path: Path) -> None:
    folder = a_spending_shop(tmp_path / "shop", cap=None)
    path = folder.root / "data" / "customers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",0.0\n", ",-3.0\n"), encoding="utf-8")
    made = list(made_up(folder, tmp_path / "room", 0.0, 1.5).values())
    shifts = [float(row[2]) - float(row[1]) for row in made if row[0] == "note"]  # type: ignore[arg-type]
    assert np.allclose(shifts, 1.5, atol=0.011)
    assert np.mean(shifts) == pytest.approx(1.5, abs=1e-3)


def test_whole_numbers_stay_whole_and_still_change_by_the_effect(tmp_path: Path) -> None:
    folder = a_spending_shop(tmp_path / "shop", cap=None)
    rewritten(folder.program_file, ("kind: sum", "kind: sum, decimals: 0"), ("money: true", "unit: orders"))
    path = folder.root / "data" / "customers.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    orders = [f"{line.rsplit(',', 1)[0]},{min(3, int(float(line.rsplit(',', 1)[1]) // 8))}" for line in lines]
    path.write_text("\n".join([head, *orders]) + "\n", encoding="utf-8")
    made = list(made_up(folder, tmp_path / "room", 0.0, 0.1).values())
    none, gain = (np.array([float(row[place]) for row in made]) for place in (1, 2))  # type: ignore[arg-type]
    treated = np.array([row[0] == "note" for row in made])
    assert np.array_equal(gain, np.round(gain))
    assert np.mean(gain[treated] - none[treated]) == pytest.approx(0.1, abs=0.03)


def test_two_salts_make_two_outcomes(tmp_path: Path) -> None:
    folder = a_spending_shop(tmp_path / "shop")
    first, again, other = (
        made_up(folder, tmp_path / name, 0.0, salt=salt) for name, salt in (("a", "s"), ("b", "s"), ("c", "t"))
    )
    assert first == again
    assert first != other


# --- calibration ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("shop", [a_shop, a_spending_shop], ids=["rate", "amount"])
def test_many_rehearsals_agree_with_the_promised_error_rates(shop, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    repetitions = 1000
    found = rehearse(shop(tmp_path / "shop"), "note", 1, repetitions=repetitions, seed=7)
    none, gain, harm = found.scenarios
    seen = none.arms[0].seen
    assert binom.ppf(0.0005, repetitions, 0.025) <= seen <= binom.ppf(0.9995, repetitions, 0.025)
    for scenario, lines in ((none, 0), (gain, 1), (harm, -1)):
        assert_found(scenario, lines * (found.plan.deciding.worth_it or 0))
    assert {finding.state for finding in found.findings} <= {"pass", "warn"}


def test_a_rehearsal_reads_no_real_outcome(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    without = rehearse(folder, "note", 1, repetitions=2)
    go(folder)
    outcomes(folder, gain=0.5)
    assert rehearse(folder, "note", 1, repetitions=2).scenarios == without.scenarios
    assert datetime(2026, 3, 2, tzinfo=UTC).date() == without.plan.start


def test_a_confirmation_at_a_place_with_looks_groups_and_events_is_rehearsed_as_it_would_be_read(
    tmp_path: Path,
) -> None:
    folder = a_clear_shop(tmp_path / "shop")
    rewritten(
        folder.program_file,
        ("product_lines: {bread: Bread, cheese: Cheese}", "product_lines: {bread: Bread}\nlocations: {north: North}"),
        (
            "outcomes: {kind: wide, files: data/outcomes.csv",
            "outcomes: {kind: events, time: day, files: data/outcomes.csv",
        ),
        ("source: outcomes, column: visit", "source: outcomes, where: {what: visit}"),
        ("source: outcomes, column: complaint", "source: outcomes, where: {what: complaint}"),
    )
    rewritten(
        folder.pilot_file("note"),
        ("scope: {product_line: bread}", "scope: {location: north}\npromotion: {no_group_worse: true}"),
    )
    rewritten(
        folder.iteration_file("note", 1),
        ("stage: explore", "stage: confirm"),
        ("end: 2026-03-16", "starts_over: 14 days\nend: 2026-03-30"),
        ("groups: [area]", "groups: [area]\npredictions: [{arm: note, measure: visit, gain: 10 to 60 per 1000}]"),
    )
    told = rehearse(folder, "note", 1, repetitions=8)
    none, gain, harm = told.scenarios
    assert told.level == 0.025
    assert none.promoted <= 2, "1 in 40 may be; 3 of 8 would come once in 1,000"
    assert gain.arms[0].seen >= 6, gain
    assert harm.promoted == 0
    assert all(sum(count for _, count in arm.verdicts) == 8 for one in told.scenarios for arm in one.arms)
