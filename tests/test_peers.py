"""What other experiment systems have shipped broken, and the test here that would have caught each of it.

`CAUGHT` names the test elsewhere in the suite; the faults that nothing else tries are tried below it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy import stats

from pitcairn.errors import SpecError
from pitcairn.estimate.boundaries import boundary
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.relative import relative_difference
from pitcairn.estimate.spending import o_brien_fleming
from pitcairn.evidence.collect import collect
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import ArmCount
from pitcairn.evidence.sizes import sizes_check
from pitcairn.program import ProgramFolder
from pitcairn.reading.result import Withheld
from pitcairn.spec.example import ITERATION, PILOT, PROGRAM
from pitcairn.spec.load import load

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS / "evidence"), str(TESTS / "reading")]

from evidence_plans import measure, observed, plan  # noqa: E402
from readings import SPAM, SPEND, VISIT, a_cube, a_plan, a_reading, shares  # noqa: E402

CAUGHT = {
    "a range of a relative difference that reaches below -100 %": (
        "estimate/test_estimate_relative.py",
        "test_a_share_never_falls_below_everything",
    ),
    "a sequential p that is bisected and clipped": (
        "estimate/test_estimate_always_valid.py",
        "test_growthbooks_one_sided_sequence",
    ),
    "a covariate without spread crashes": (
        "estimate/test_estimate_means.py",
        "test_a_covariate_without_spread_changes_nothing",
    ),
    "ranges that do not know of several arms": (
        "reading/test_reading_effects.py",
        "test_several_arms_of_a_confirmation_are_judged_together",
    ),
    "guardrails without a margin": (
        "spec/test_spec_rules.py",
        "test_a_pilot_that_contradicts_itself_or_the_program_is_told_where",
    ),
    "guardrails that are declared and never looked at": (
        "reading/test_reading_take.py",
        "test_a_guardrail_is_held_only_when_its_whole_range_is_inside",
    ),
    "a guardrail without a number passes": (
        "reading/test_reading_take.py",
        "test_a_guardrail_without_a_number_is_not_a_pass",
    ),
    "cumulative spends taken for levels of each look": (
        "estimate/test_estimate_boundaries.py",
        "test_more_looks_cost_more_but_never_more_than_looking_without_pause",
    ),
    "a daily look that errs more often than the level": (
        "reading/test_reading_sequential.py",
        "test_looking_daily_at_a_worthless_model_promotes_it_no_more_often_than_the_level_says",
    ),
    "tests that are switched while the pilot runs": (
        "iteration/test_iteration_launch.py",
        "test_a_plan_changed_after_launch_is_refused_with_the_difference",
    ),
    "each iteration gets the whole error anew": (
        "reading/test_reading_take.py",
        "test_a_second_attempt_is_judged_by_a_wider_range",
    ),
    "a credit for a promotion that was not known yet": (
        "design/test_design_budget.py",
        "test_lord_gives_the_levels_that_were_worked_out_for_a_stream_of_promotions",
    ),
    "one error of several, without its line": (
        "spec/test_spec_load.py",
        "test_all_problems_of_all_files_come_at_once_in_order",
    ),
    "plan files that run code": (
        "spec/test_spec_source.py",
        "test_what_could_mean_two_things_is_refused_at_its_place",
    ),
    "a group that no file has": (
        "evidence/test_evidence_errors.py",
        "test_a_missing_column_names_who_needs_it_what_there_is_and_the_nearest",
    ),
    "outcomes of somebody else's customers": (
        "evidence/test_evidence_health.py",
        "test_zeros_for_everybody_are_a_warning_and_for_the_deciding_measure_a_failure",
    ),
    "two pilots that draw the same customers to the same arm": (
        "design/test_design_assignment.py",
        "test_two_salts_draw_independently",
    ),
    "an analysis finer than the draw": (
        "estimate/test_estimate_clustered.py",
        "test_it_is_least_squares_with_cluster_robust_errors",
    ),
    "a ratio whose lower half is taken as known": (
        "estimate/test_estimate_means.py",
        "test_a_ratio_agrees_with_the_bootstrap",
    ),
    "a negative variance in a sample size": (
        "estimate/test_estimate_power.py",
        "test_a_change_beyond_everybody_gives_a_reason_instead_of_a_number",
    ),
    "power of one whatever the effect": (
        "estimate/test_estimate_chances.py",
        "test_power_rises_with_the_effect",
    ),
    "power that depends on who is asked": (
        "estimate/test_estimate_power.py",
        "test_needing_and_seeing_are_each_others_inverse",
    ),
    "one-sided here, two-sided there": (
        "estimate/test_estimate_means.py",
        "test_a_peers_one_sided_bounds_are_the_ends_of_our_ninety_percent_range",
    ),
    "results of other data than before, unnoticed": (
        "iteration/test_iteration_health.py",
        "test_outcomes_that_change_between_readings_are_told_from_the_ledger",
    ),
    "missing outcomes that nobody counts": (
        "evidence/test_evidence_health.py",
        "test_outcomes_missing_more_often_in_one_arm_fail",
    ),
    "the first winner's number taken at its word": (
        "reading/test_reading_effects.py",
        "test_after_the_first_gain_the_next_arm_stands_alone",
    ),
    "groups that are tested one by one": (
        "reading/test_reading_take.py",
        "test_group_ranges_as_counted_are_wider_than_a_single_ones",
    ),
    "a winner chosen beforehand": (
        "reading/test_reading_take.py",
        "test_an_exploration_never_promotes_and_a_confirmation_does",
    ),
    "a relative difference between uneven arms without its skew": (
        "reading/test_reading_effects.py",
        "test_an_amount_in_uneven_arms_is_judged_with_its_skew",
    ),
}


@pytest.mark.parametrize("fault", CAUGHT)
def test_a_known_fault_of_others_has_a_test_here(fault: str) -> None:
    file, name = CAUGHT[fault]
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


# --- what nothing else tries: sizes ---------------------------------------------------------------------------


def sized(*counts: int, parts: tuple[float, ...] | None = None) -> Any:
    """What the check of sizes says of somebody else's complete draw into so many arms."""
    ids = tuple("abcde"[: len(counts)])
    asked = plan([measure("spend", role="deciding", worth_it=0.5)], arms=ids, draw=observed(ids))
    if parts:
        arms = tuple(replace(arm, share=part) for arm, part in zip(asked.arms, parts, strict=True))
        asked = replace(asked, arms=arms)
    told = [
        ArmCount(arm=id, assigned=count, counted=count, pending=0, before_start=0)
        for id, count in zip(ids, counts, strict=True)
    ]
    return sizes_check(asked, told)


def test_sizes_of_several_arms_are_asked_together_and_not_in_pairs() -> None:
    """Pairwise tests see each gap alone; a peer knows only pairs."""
    counts = (20_000, 20_400, 19_650)
    pairs = [stats.chisquare([counts[one], counts[other]]).pvalue for one, other in ((0, 1), (0, 2), (1, 2))]
    item = sized(*counts)
    assert min(pairs[:2]) > 0.01
    assert item.state == "fail"
    assert item.value == pytest.approx(stats.chisquare(counts).pvalue, rel=1e-9)


def test_an_arm_that_nobody_is_drawn_to_is_no_arm(tmp_path: Path) -> None:
    """A peer counts arms of share 0 among the degrees of freedom, and misses 1,000 / 1,100."""
    text = ITERATION.replace("    share: 1/2\n", "    share: 0\n", 1)
    assert text != ITERATION
    assert any("“0” cannot be" in problem or "share" in problem for problem in complaints(tmp_path, iteration=text))
    assert stats.chisquare([1000, 1100]).pvalue == pytest.approx(0.0291, abs=5e-5)
    assert sized(1000, 1100).state == "pass", "1 in 34 draws is no alarm at 1 in 100"
    assert sized(1000, 1120).state == "warn"


@pytest.mark.parametrize("parts", [(0.95, 0.05), (0.5, 0.3, 0.2), (0.25, 0.25, 0.25, 0.25)])
def test_fair_draws_of_uneven_or_many_arms_ring_no_more_often(parts: tuple[float, ...]) -> None:
    """Another peer's limits were wrong beyond two arms, and rang for fair draws of 95 to 5."""
    rng = np.random.default_rng(17)
    drawn = rng.multinomial(30_000, parts, 400)
    alarms = sum(sized(*(int(count) for count in row), parts=parts).state != "pass" for row in drawn)
    assert alarms <= 16, "promised: at most 1 in 100 by each of two tests; 16 is three standard errors above"


# --- what nothing else tries: numbers -------------------------------------------------------------------------


def test_a_relative_range_knows_that_the_comparisons_level_is_not_known_either() -> None:
    """Two peers divide the absolute range by the comparison's average as if it were certain."""
    rng = np.random.default_rng(23)
    missed = naive = 0
    for _ in range(1_500):
        control, treated = Moments.of(rng.normal(1.0, 1.6, 80)), Moments.of(rng.normal(2.5, 1.6, 4_000))
        absolute, found = difference(control, treated), relative_difference(control, treated)
        if not isinstance(absolute, Effect) or not isinstance(found, Effect):
            continue
        level = float(control.mean[0])
        missed += not found.low <= 1.5 <= found.high
        naive += not absolute.low / level <= 1.5 <= absolute.high / level
    assert naive > 1_500 * 0.25, "dividing by a level that is not known misses far more often than 1 in 20"
    assert missed < 1_500 * 0.075


def test_more_customers_than_planned_change_no_earlier_bound() -> None:
    """A peer measures progress by customers, and moves all bounds when more come than were planned."""
    days = [day / 14 for day in range(1, 15)]
    planned = [100.0 * day for day in range(1, 15)]
    overrun = [information * (1 if day < 8 else 1.6) for day, information in enumerate(planned, start=1)]
    usual, more = (boundary(days, found, 0.025, o_brien_fleming).critical for found in (planned, overrun))
    assert more[:7] == usual[:7]
    assert more[-1] != usual[-1]
    # All looks together still err as often as the level says, by simulation of the walk itself.
    rng = np.random.default_rng(29)
    steps = np.diff([0.0, *overrun])
    walks = (rng.normal(size=(40_000, 14)) * np.sqrt(steps)).cumsum(axis=1) / np.sqrt(overrun)
    errors = (walks >= np.array(more)).any(axis=1).mean()
    assert errors == pytest.approx(0.025, abs=0.0025)


def test_a_measure_without_a_number_is_shown_with_its_reason() -> None:
    """A peer logs a statistic that fails, and leaves it out of the results."""
    asked = a_plan(measures=(VISIT, SPAM, SPEND))
    nothing = {"spam": np.zeros(500), "spend": np.zeros(500)}
    cube = a_cube({(arm,): {"visit": shares(50, 500), **nothing} for arm in ("control", "note")})
    result = a_reading(asked, cube)
    assert [block.id for block in result.measures] == ["visit", "spam", "spend"]
    (row,) = result.measures[2].rows
    assert row.effect == Withheld(why="Every customer in both groups has the same value, so there is no range.")


# --- what nothing else tries: plan files ----------------------------------------------------------------------

FREE = ("names", "levels", "where", "keep", "columns", "product_lines", "locations", "values")
"""Mappings whose keys people choose: columns, values and names of their own."""
Place = tuple[str | int, ...]


def mappings(value: Any, at: Place = ()) -> Iterator[Place]:
    """Where every mapping stands whose keys the program knows."""
    if isinstance(value, dict):
        yield at
        for key, inner in value.items():
            if key not in FREE:
                yield from mappings(inner, (*at, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from mappings(inner, (*at, place))


def complaints(root: Path, **texts: str) -> list[str]:
    """What loading the example with other texts complains about."""
    given = {"program": PROGRAM, "pilot": PILOT, "iteration": ITERATION} | texts
    folder = ProgramFolder(root)
    folder.pilot_folder("card").mkdir(parents=True, exist_ok=True)
    folder.program_file.write_text(given["program"], encoding="utf-8")
    folder.pilot_file("card").write_text(given["pilot"], encoding="utf-8")
    folder.iteration_file("card", 1).write_text(given["iteration"], encoding="utf-8")
    try:
        load(folder, "card", 1)
    except SpecError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("which", ["program", "pilot", "iteration"])
def test_a_slip_in_a_key_is_refused_however_deep_it_stands(tmp_path: Path, which: str) -> None:
    """A peer takes `enrolment_period = 7` and `drop_hihgest` below the top level, and does nothing with them."""
    text = {"program": PROGRAM, "pilot": PILOT, "iteration": ITERATION}[which]
    whole = yaml.safe_load(text)
    assert complaints(tmp_path, **{which: yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)}) == []
    taken = []
    for at in mappings(whole):
        copy = yaml.safe_load(text)
        inner = copy
        for step in at:
            inner = inner[step]
        inner["drop_hihgest"] = 0.005
        found = complaints(tmp_path, **{which: yaml.safe_dump(copy, sort_keys=False, allow_unicode=True)})
        if not any("drop_hihgest" in problem or "0.005" in problem for problem in found):
            taken.append((at, found))
    assert taken == []


def test_a_cap_cuts_values_and_keeps_their_customers(tmp_path: Path) -> None:
    """A peer's way to tame outliers drops the highest rows, and with them more customers of the better arm."""
    rows = "\n".join(f"c{place},{('control', 'gift')[place % 2]},{place * (1 + place % 2)}" for place in range(400))
    (tmp_path / "c.csv").write_text(f"customer,arm,spend\n{rows}\n", encoding="utf-8")
    with Engine.open(tmp_path / "scratch", threads=1) as engine:
        told = {}
        for cap in (None, 100.0):
            asked = plan([measure("spend", role="deciding", worth_it=0.5, cap=cap)], draw=observed())
            files = {"customers": (tmp_path / "c.csv",)}
            cube, _ = collect(engine, asked, files, assignment=None, as_of=asked.end)
            told[cap] = cube.moments("spend")
    for arm, whole in told[None].items():
        assert told[100.0][arm].count == whole.count == 200
        assert told[100.0][arm].mean[0] < whole.mean[0]
