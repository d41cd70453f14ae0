"""The calibration table's own machinery, and its promise: rates near what they should be, or the page says doubtful."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.calibration import (  # noqa: E402
    PAGE,
    RATE,
    SEED,
    Setting,
    calibrated,
    cube_of_two,
    is_doubtful,
    made_arm,
    plan_of_two,
    settings,
)
from benchmarks.daily import judged  # noqa: E402

from pitcairn.estimate.moments import Moments  # noqa: E402


def within(count: int, of: int, rate: float) -> bool:
    """Whether a count is within four standard errors of what a rate gives."""
    return abs(count - rate * of) <= 4 * math.sqrt(of * rate * (1 - rate))


def test_an_arm_made_from_its_buyers_has_the_moments_of_all_its_customers() -> None:
    setting = Setting(1.5, 0.5, 4_000)
    found = made_arm(np.random.default_rng(1), setting, 2_000, 1.0)
    again = np.random.default_rng(1)
    buyers = int(again.binomial(2_000, RATE))
    rows = np.concatenate([again.lognormal(0.0, 1.5, buyers), np.zeros(2_000 - buyers)])
    expected = Moments.of(rows)
    assert found.mean == pytest.approx(expected.mean)
    assert found.spread == pytest.approx(expected.spread)
    assert found.cubes == pytest.approx(expected.cubes)


@pytest.mark.parametrize("share", [0.5, 0.1, 0.9])
def test_ranges_of_a_rate_miss_as_often_as_they_may(share: float) -> None:
    found = calibrated(Setting(None, share, 20_000), 1_500, SEED)
    assert found.repetitions == 1_500
    assert within(found.above, found.repetitions, 0.025)
    assert within(found.below, found.repetitions, 0.025)
    assert within(found.missed, found.repetitions, 0.05)


def test_ranges_of_spend_in_uneven_arms_miss_as_often_as_they_may() -> None:
    found = calibrated(Setting(1.0, 0.1, 200_000), 600, SEED)
    assert within(found.above, found.repetitions, 0.025)
    assert within(found.below, found.repetitions, 0.025)


@pytest.mark.slow
@pytest.mark.parametrize("setting", settings(), ids=lambda one: f"{one.name} {one.share:.0%} {one.customers}")
def test_every_row_of_the_table_is_near_its_promise_or_said_to_be_doubtful(setting: Setting) -> None:
    found = calibrated(setting, 4_000, SEED + 1)
    if found.doubtful > 2_000:
        pytest.skip("the page says that this is doubtful")
    assert within(found.above, found.repetitions, 0.025)
    assert within(found.below, found.repetitions, 0.025)
    assert within(found.missed, found.repetitions, 0.05)


@pytest.mark.parametrize("setting", settings(), ids=lambda one: f"{one.name} {one.share:.0%} {one.customers}")
def test_the_page_of_documentation_says_of_each_row_what_the_check_says(setting: Setting) -> None:
    """And calls every row doubtful whose figures luck does not explain."""
    made, plan = np.random.default_rng(SEED), plan_of_two(setting)
    control, treated = (made_arm(made, setting, size, 1.0) for size in setting.arms)
    start = f"| {setting.name} | {setting.share:.0%} | {setting.customers:,} | "
    (row,) = [
        line
        for line in PAGE.read_text(encoding="utf-8").split("<!-- end of ranges -->")[0].splitlines()
        if line.startswith(start)
    ]
    cells = [cell.strip(" %") for cell in row.removeprefix(start).strip("|").split("|")]
    said = cells[-1] == "doubtful"
    assert said == is_doubtful(plan, cube_of_two(plan, control, treated))
    rates = [(float(cell), rate) for cell, rate in zip(cells[:4], (2.5, 2.5, 5.0, 5.0), strict=True) if cell]
    # Three standard errors of 6,000, and the last digit's rounding.
    luck = {nominal: 3 * math.sqrt(nominal * (100 - nominal) / 6_000) + 0.05 for nominal in (2.5, 5.0)}
    off = [rate for rate, nominal in rates if abs(rate - nominal) > luck[nominal]]
    assert said or not off


def test_looking_every_day_at_a_worthless_model_passes_no_more_often_than_allowed() -> None:
    found = judged(Setting(None, 0.5, 200_000), 150, SEED)
    assert found.passed <= 11, "2.5 % of 150 is 4, and 11 is four standard errors above"
    assert found.alarmed <= 6
    assert found.passed_naively > found.passed


def test_daily_looks_are_told_for_every_row_and_what_luck_does_not_explain_is_doubtful() -> None:
    table = PAGE.read_text(encoding="utf-8").split("<!-- daily -->")[1].split("<!-- end of daily -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:3] != "| -"]
    told = {tuple(row[:3]): row[3:] for row in rows if len(row) == 8 and row[1].endswith("%")}
    assert set(told) == {(one.name, f"{one.share:.0%}", f"{one.customers:,}") for one in settings()}
    for passed, _, alarmed, of, said in told.values():
        count = int(of)
        for rate, nominal in ((passed, 0.025), (alarmed, 0.01)):
            found = round(float(rate.removesuffix(" %")) * count / 100)
            likely = found <= nominal * count + 3 * math.sqrt(count * nominal * (1 - nominal))
            assert likely or said == "doubtful"
