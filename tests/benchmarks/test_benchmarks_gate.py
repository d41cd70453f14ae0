"""The gate as built, run small: what it promises of pilots that rework until something works."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.gate import EVERY_WORLD, PAGE, Ended, ended, in_hundred, rules  # noqa: E402
from benchmarks.gate_as_built import (  # noqa: E402
    TIMES,
    Owner,
    Pilot,
    cannot_pass,
    lock_of,
    plan_of,
)
from benchmarks.gate_naive import NAIVE  # noqa: E402
from benchmarks.gate_program import CONTROLS, MIXES, program  # noqa: E402
from benchmarks.gate_worlds import CONFIRMED, EXPLORED, RATE, along, pilot_of  # noqa: E402
from benchmarks.kept import keep  # noqa: E402

from pitcairn.canonical import plain  # noqa: E402
from pitcairn.design.budget import RATE as PROGRAM_RATE  # noqa: E402
from pitcairn.design.budget import guardrail_level, level  # noqa: E402
from pitcairn.design.plan import Plan  # noqa: E402
from pitcairn.estimate.boundaries import boundary  # noqa: E402
from pitcairn.estimate.spending import o_brien_fleming  # noqa: E402
from pitcairn.ledger import attempts  # noqa: E402
from pitcairn.ledger.entry import LaunchBody  # noqa: E402
from pitcairn.ledger.ledger import Ledger  # noqa: E402

PEEKS, ONE_LOOK = Owner("peeks"), Owner("one look", rolling=False)


def promotions(world: str, owner: Owner, pilots: int) -> tuple[int, int]:
    """(wrong, right) ones among so many pilots."""
    found = [Pilot(pilot_of(EVERY_WORLD[world], default_rng([7, number])), owner).run() for number in range(pilots)]
    made = [one.version.is_good for one in found if one is not None]
    return made.count(False), made.count(True)


def at_most(share: float, of: int) -> float:
    """How many that is, and two standard errors for the luck of so few pilots."""
    return share * of + 2 * math.sqrt(share * (1 - share) * of)


def test_made_up_customers_are_as_many_as_said_and_buy_as_often_as_said() -> None:
    versions = pilot_of(EVERY_WORLD["late"], default_rng(1))
    assert {int(one.explored.customers.sum()) for one in versions} == {EXPLORED}
    assert {int(one.confirmed.customers.sum()) for one in versions} == {CONFIRMED}
    shares = np.array([one.confirmed.buyers.sum(axis=1) / CONFIRMED for one in versions])
    error = math.sqrt(RATE * (1 - RATE) / CONFIRMED)
    expected = RATE * np.array([[1.0, 1.0 + one.gain] for one in versions])
    assert np.all(np.abs(shares - expected) < 4.5 * error)
    assert [one.gain for one in versions] == [0.0] * 4 + [0.06] * 8


@pytest.mark.parametrize("spends", [level(1), level(4), guardrail_level(1)])
@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_a_look_that_is_left_out_could_not_have_passed(spends: float, power: float) -> None:
    bounds = np.array(boundary(TIMES.tolist(), (TIMES**power).tolist(), spends, o_brien_fleming).critical)
    known = np.isfinite(bounds)
    assert not np.any(cannot_pass(bounds, spends)[known])
    assert np.all(cannot_pass(bounds - 3.0, spends)[known])


@pytest.mark.parametrize(("world", "rework"), [("late", 4), ("unharmed", 0), ("violated", 1), ("zero", 0)])
def test_an_owner_who_reads_every_evening_finds_the_same(world: str, rework: int) -> None:
    versions = pilot_of(EVERY_WORLD[world], default_rng([3, rework]))
    found = Pilot(versions, PEEKS).confirms(rework, level(1))
    evening = Pilot(versions, PEEKS, attempts=1)
    _, z = along(versions[rework].confirmed.customers, versions[rework].confirmed.buyers)
    hopeless = [day for day in range(1, len(z) + 1) if 2 * day >= len(z) and z[day - 1] < 0]
    readings = (evening.read(rework, day, level(1)) for day in range(1, min([len(z), *hopeless]) + 1))
    promoted = next((one.promised[0] for one in readings if one.verdicts[0].code == "promote"), None)
    assert (promoted is not None) == (world in ("late", "unharmed"))
    assert (promoted and promoted.relative) == (found and found.raw)
    assert (promoted and promoted.estimate) == (found and found.promised)


def test_what_never_works_is_promoted_in_at_most_one_pilot_of_twenty() -> None:
    wrong, right = promotions("zero", PEEKS, 300)
    assert right == 0
    assert 0 < wrong <= at_most(0.05, 300)


def test_a_gain_that_comes_at_the_fifth_rework_is_promoted_in_nine_pilots_of_ten() -> None:
    wrong, right = promotions("late", ONE_LOOK, 150)
    assert right >= 0.9 * 150
    assert wrong <= at_most(0.05, 150)


def test_a_broken_version_does_not_live_on_the_good_ones_before_it() -> None:
    wrong, right = promotions("broken", ONE_LOOK, 300)
    assert wrong <= at_most(0.015, 300)
    assert right > 0.2 * 300


def test_a_guardrail_at_its_limit_lets_through_no_more_than_its_own_budget() -> None:
    wrong, _ = promotions("violated", ONE_LOOK, 300)
    assert 0 < wrong <= at_most(sum(guardrail_level(attempt) for attempt in range(1, 13)), 300)


def test_the_ledger_would_count_and_judge_the_attempts_as_the_pilots_do(tmp_path: Path) -> None:
    path, versions = tmp_path / "ledger.db", pilot_of(EVERY_WORLD["zero"], default_rng(1))
    for rework, version in enumerate(versions[:4]):
        explored = plan_of(rework, "explore", version.explored)
        confirmed = plan_of(rework, "confirm", version.confirmed)
        launch(path, explored)
        found = attempts.planned(path, plain(confirmed), "ledger")
        lock = lock_of(rework + 1, level(rework + 1))
        assert found is not None
        assert (found.number, found.level) == (lock.attempt, lock.level)
        launch(path, confirmed)


def launch(path: Path, plan: Plan) -> None:
    body = LaunchBody(
        plan=plain(plan),
        plan_digest=plan.digest,
        retrospective=False,
        list_digest=None,
        in_scope=None,
        left_out=(),
        arms=(),
        files=(),
    )
    at, iteration = datetime(2026, 3, 1, plan.number, tzinfo=UTC), plan.number
    with Ledger.open(path) as ledger:
        ledger.append(
            "launch", pilot=plan.pilot, iteration=iteration, lineage=plan.lineage, body=plain(body), by="crm", at=at
        )


def test_the_number_promised_is_nearer_to_the_truth_than_the_measured_one() -> None:
    pilots = [Pilot(pilot_of(EVERY_WORLD["late"], default_rng([9, number])), PEEKS).run() for number in range(25)]
    made = [one for one in pilots if one is not None and one.promised is not None]
    assert len(made) > 15
    raw = np.mean([one.raw for one in made])
    promised = np.mean([one.promised for one in made])
    truth = np.mean([one.version.gain for one in made])
    assert abs(promised - truth) < abs(raw - truth)


def test_the_rules_without_a_budget_err_as_often_as_arithmetic_says() -> None:
    at_the_end, every_day = NAIVE[2], NAIVE[3]
    pilots = [pilot_of(EVERY_WORLD["zero"], default_rng([5, number])) for number in range(300)]
    wrong = sum(at_the_end.run(one)[0] is not None for one in pilots)
    expected = 1 - 0.975**12
    assert abs(wrong - 300 * expected) < 3 * math.sqrt(300 * expected * (1 - expected))
    assert sum(every_day.run(one)[0] is not None for one in pilots) > 0.6 * 300


def test_under_the_programs_rule_worthless_models_have_a_harder_time() -> None:
    ledger, shared = program(90, (1, 2))
    assert CONTROLS == ("ledger", "program_fdr")
    assert ledger.worthless >= shared.worthless
    assert ledger.good >= shared.good > 0


def test_a_share_is_told_with_its_error_even_where_nothing_happened() -> None:
    assert in_hundred(50, 1000) == "5.0 ± 0.7"
    assert in_hundred(0, 1000) == "0.0 ± 0.1"


def test_the_page_has_a_row_for_every_rule_of_every_part() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("<!-- pilots -->\n")[2].partition("<!-- end of pilots -->")[0]
    names = [line.split(" | ")[1] for line in table.splitlines()[2:]]
    assert names == [rule.name for world in EVERY_WORLD.values() for rule in rules(world)]


def test_the_page_keeps_its_words_around_new_tables(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "a\n<!-- one -->\nold\n<!-- end of one -->\nb\n<!-- two -->\n<!-- end of two -->\n", encoding="utf-8"
    )
    keep("one", ["new", "lines"], page)
    text = page.read_text(encoding="utf-8")
    assert text == "a\n<!-- one -->\nnew\nlines\n<!-- end of one -->\nb\n<!-- two -->\n<!-- end of two -->\n"


# --- the whole of it --------------------------------------------------------------------------------------------


def share(found: Sequence[Sequence[Ended]], place: int, *, right: bool) -> float:
    return float(np.mean([one[place].promoted and one[place].right == right for one in found]))


@pytest.mark.slow
def test_the_gate_keeps_its_promises_with_many_pilots() -> None:
    zero = ended("zero", 0, 4_000, seed=11)
    assert max(share(zero, place, right=False) for place in range(4)) <= at_most(0.05, 4_000) / 4_000
    late = ended("late", 0, 600, seed=11)
    assert min(share(late, place, right=True) for place in range(4)) >= 0.9
    broken = ended("broken", 0, 1_500, seed=11)
    assert max(share(broken, place, right=False) for place in range(4)) < 0.015
    violated = ended("violated", 0, 2_000, seed=11)
    assert max(share(violated, place, right=False) for place in range(2)) <= at_most(0.1, 2_000) / 2_000


@pytest.mark.slow
@pytest.mark.parametrize("null", MIXES)
def test_a_programs_rule_keeps_false_ones_rare_among_its_promotions(null: int) -> None:
    found = [program(null, (null, number))[1] for number in range(12)]
    shares = np.array([one.false_share for one in found])
    assert shares.mean() <= PROGRAM_RATE + 2 * shares.std(ddof=1) / math.sqrt(len(shares))
