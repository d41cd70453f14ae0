"""Real experiments' published figures, from their own numbers; skipped where the files are not here."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from pitcairn.estimate.boundaries import boundary, crossed
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.means import difference, two_sided_p
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.spending import o_brien_fleming

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Checkpoint:
    """What one metric of one treatment had come to by then."""

    day: float
    control: Moments
    treated: Moments


def from_summary(count: str, mean: str, variance: str) -> Moments:
    customers = round(float(count))
    return Moments(customers, np.array([float(mean)]), np.array([[float(variance) * (customers - 1)]]))


@cache
def asos(path: Path) -> Mapping[Key, tuple[Checkpoint, ...]]:
    """Every series that has variances, in order of time."""
    series: dict[Key, list[Checkpoint]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["variance_c"] and row["variance_t"]:
                arms = (from_summary(*(row[f"{name}_{arm}"] for name in ("count", "mean", "variance"))) for arm in "ct")
                key = row["experiment_id"], row["variant_id"], row["metric_id"]
                series[key].append(Checkpoint(float(row["time_since_start"]), *arms))
    return {key: tuple(sorted(found, key=lambda one: one.day)) for key, found in series.items()}


def last(series: Mapping[Key, tuple[Checkpoint, ...]], metric: str) -> Iterator[Effect]:
    for key, checkpoints in series.items():
        if key[2] == metric:
            found = difference(checkpoints[-1].control, checkpoints[-1].treated)
            assert isinstance(found, Effect)
            yield found


@pytest.mark.parametrize(("metric", "clear", "of"), [("1", 26, 99), ("2", 27, 94), ("3", 25, 94), ("4", 27, 94)])
def test_asos_last_checkpoints_say_what_is_published(
    real_data: Callable[[str], Path], metric: str, clear: int, of: int
) -> None:
    effects = list(last(asos(real_data("asos_experiments.csv")), metric))
    assert len(effects) == of
    assert sum(two_sided_p(effect) < 0.05 for effect in effects) == clear


def test_asos_arms_are_as_uneven_as_is_published(real_data: Callable[[str], Path]) -> None:
    sizes = [
        (one[-1].control.count, one[-1].treated.count)
        for key, one in asos(real_data("asos_experiments.csv")).items()
        if key[2] == "1"
    ]
    unlikely = sum(stats.chisquare(pair).pvalue < 0.001 for pair in sizes)
    assert (len(sizes), unlikely) == (99, 12)


def test_asos_is_as_large_as_its_datasheet_says_and_its_first_metric_is_yes_or_no(
    real_data: Callable[[str], Path],
) -> None:
    with real_data("asos_experiments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    experiments, treatments, series = (
        {tuple(row[f"{name}_id"] for name in names) for row in rows}
        for names in (("experiment",), ("experiment", "variant"), ("experiment", "variant", "metric"))
    )
    assert [len(found) for found in (experiments, treatments, series, rows)] == [78, 99, 396, 24_153]
    assert [sum(row[f"variance_{arm}"] == "" for row in rows) for arm in "ct"] == [778, 779]
    for key, checkpoints in asos(real_data("asos_experiments.csv")).items():
        for one in checkpoints if key[2] == "1" else ():
            share = float(one.treated.mean[0])
            if one.treated.count > 1:
                assert one.treated.covariance[0, 0] == pytest.approx(share * (1 - share), rel=1e-9)


def test_asos_telemetry_that_was_lost_on_one_day_stands_out_among_its_neighbours(
    real_data: Callable[[str], Path],
) -> None:
    """The datasheet names day 38 of one experiment: the arm jumps ahead for half a day, and is back the next."""
    (series,) = (
        one
        for key, one in asos(real_data("asos_experiments.csv")).items()
        if key[0].startswith("162a38") and key[2] == "1"
    )
    seen = {one.day: difference(one.control, one.treated) for one in series if 36 <= one.day <= 40}
    z = {day: one.estimate / one.standard_error for day, one in seen.items() if isinstance(one, Effect)}
    assert z[38.0] > 3
    assert all(abs(value) < 1 for day, value in z.items() if day != 38.0)


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_asos_read_at_every_checkpoint_keeps_its_level_only_with_a_boundary(
    real_data: Callable[[str], Path], every: int
) -> None:
    """One-sided, gains of the first metric: 99 boundaries cross about as often as one look at the end, a naive eye that
    looks again and again in half as many treatments more.
    """
    series = [one for key, one in asos(real_data("asos_experiments.csv")).items() if key[2] == "1"]
    end = sequential = naive = 0
    for checkpoints in series:
        looks = [*checkpoints[:-1:every], checkpoints[-1]]
        told = [(one.day, difference(one.control, one.treated)) for one in looks]
        seen = [(day, effect) for day, effect in told if isinstance(effect, Effect)]
        days, effects = [day / checkpoints[-1].day for day, _ in seen], [effect for _, effect in seen]
        z = [effect.estimate / effect.standard_error for effect in effects]
        bounds = boundary(days, [effect.standard_error**-2 for effect in effects], 0.025, o_brien_fleming)
        end += z[-1] >= special.ndtri(0.975)
        naive += max(z) >= special.ndtri(0.975)
        sequential += crossed(z, bounds) is not None
        assert bounds.critical[-1] >= special.ndtri(0.975), "looking early costs something at the end"
    assert end <= sequential <= end + 5
    assert naive >= 1.4 * end


@cache
def opened(path: Path) -> Mapping[tuple[str, str], np.ndarray]:
    """By subject line and sender: who opened; a mail that was not sent was not opened."""
    cells: dict[tuple[str, str], list[float]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sent = row["treatment_received"] != ""
            cells[row["subject_line"], row["from_line"]].append(float(row["open"] or 0) if sent else 0.0)
    return {cell: np.array(values) for cell, values in cells.items()}


def compared(control: np.ndarray, treated: np.ndarray) -> tuple[float, float, float]:
    found = difference(Moments.of(control), Moments.of(treated))
    assert isinstance(found, Effect)
    return found.estimate, found.low, found.high


DIRECTOR, CHAIR = "executive_director", "board_chair"


def test_the_email_factorials_cells_are_the_published_ones(real_data: Callable[[str], Path]) -> None:
    cells = opened(real_data("email_subject_from_factorial.csv"))
    shown = {cell: round(100 * float(values.mean()), 2) for cell, values in cells.items()}
    assert shown == {
        ("catalyst", DIRECTOR): 24.44,
        ("catalyst", CHAIR): 28.48,
        ("invest", DIRECTOR): 21.41,
        ("invest", CHAIR): 22.63,
    }
    assert {len(values) for values in cells.values()} == {495}


def test_the_email_factorials_effects_are_the_published_ones(real_data: Callable[[str], Path]) -> None:
    cells = opened(real_data("email_subject_from_factorial.csv"))
    subject = {line: np.concatenate([cells[line, DIRECTOR], cells[line, CHAIR]]) for line in ("catalyst", "invest")}
    sender = {name: np.concatenate([cells["catalyst", name], cells["invest", name]]) for name in (DIRECTOR, CHAIR)}
    assert compared(subject["invest"], subject["catalyst"]) == pytest.approx((0.0444, 0.0067, 0.0822), abs=1e-4)
    assert compared(sender[CHAIR], sender[DIRECTOR]) == pytest.approx((-0.0263, -0.0640, 0.0115), abs=1e-4)
    # With the interaction in the model the subject's effect is the one under the board chair's name.
    within = compared(cells["invest", CHAIR], cells["catalyst", CHAIR])
    assert within == pytest.approx((0.0586, 0.0043, 0.1129), abs=1e-4)
