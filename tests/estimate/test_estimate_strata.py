from __future__ import annotations

import numpy as np
import pytest

from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.strata import stratified_difference


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def split(rows: np.ndarray, arm: np.ndarray, group: np.ndarray) -> list[tuple[Moments, Moments]]:
    return [
        (Moments.of(rows[(group == name) & (arm == 0)]), Moments.of(rows[(group == name) & (arm == 1)]))
        for name in np.unique(group)
    ]


def test_it_is_the_weighed_mean_of_the_groups_own_differences() -> None:
    rng = np.random.default_rng(1)
    group, arm = rng.integers(0, 3, 900), rng.integers(0, 2, 900)
    values = rng.normal(size=900) + group * (1 + 0.3 * arm)
    found = available(stratified_difference(split(values, arm, group)))
    own = [values[(group == g) & (arm == 1)].mean() - values[(group == g) & (arm == 0)].mean() for g in range(3)]
    shares = np.bincount(group) / 900
    assert found.estimate == pytest.approx(shares @ own)
    cells = sum(
        shares[g] ** 2 * values[(group == g) & (arm == a)].var(ddof=1) / ((group == g) & (arm == a)).sum()
        for g in range(3)
        for a in (0, 1)
    )
    luck = shares @ (np.array(own) - found.estimate) ** 2 / 900
    assert found.standard_error == pytest.approx(np.sqrt(cells + luck))
    assert found.method == "Within 3 groups"
    assert found.treated - found.control == pytest.approx(found.estimate)


def test_groups_that_differ_no_longer_blur_the_result() -> None:
    rng = np.random.default_rng(2)
    inside, errors = 0, []
    for _ in range(300):
        group, arm = rng.integers(0, 4, 400), rng.permutation(np.repeat([0, 1], 200))
        values = rng.normal(size=400) + 4.0 * group + 0.5 * arm
        found = available(stratified_difference(split(values, arm, group)))
        plain = available(difference(Moments.of(values[arm == 0]), Moments.of(values[arm == 1])))
        inside += found.low <= 0.5 <= found.high
        errors.append((found.estimate - 0.5, found.standard_error, plain.standard_error))
    off, claimed, plainly = np.array(errors).T
    assert 0.92 <= inside / 300 <= 0.98
    assert claimed.mean() == pytest.approx(off.std(), rel=0.1)
    assert claimed.mean() < 0.3 * plainly.mean()


def test_a_covariate_is_taken_out_within_groups() -> None:
    rng = np.random.default_rng(3)
    group, arm = rng.integers(0, 2, 2000), rng.integers(0, 2, 2000)
    before = rng.normal(size=2000) + 50 * group
    values = before - 60 * group + 0.3 * rng.normal(size=2000) + arm
    rows = np.column_stack([values, before])
    found = available(stratified_difference(split(rows, arm, group), covariates=1))
    assert found.estimate == pytest.approx(1.0, abs=0.05)
    assert found.standard_error == pytest.approx(0.3 * 2 / np.sqrt(2000), rel=0.1)
    assert found.method == "Within 2 groups, adjusted for the value before the start"


def test_groups_too_small_are_joined() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1, 2, 3], [300, 3, 4, 300])
    arm = np.arange(607) % 2
    values = rng.normal(size=607)
    assert available(stratified_difference(split(values, arm, group))).method == "Within 2 groups"
    few = np.repeat([0, 1, 2], [300, 10, 10])
    assert available(stratified_difference(split(values[:320], arm[:320], few))).method == "Within 3 groups"


def test_one_group_is_welch() -> None:
    rng = np.random.default_rng(5)
    control, treated = Moments.of(rng.normal(size=40)), Moments.of(rng.normal(size=70))
    found, plain = available(stratified_difference([(control, treated)])), available(difference(control, treated))
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))


def test_a_reason_is_given_where_there_is_no_number() -> None:
    same, one = Moments.of(np.ones(20)), Moments.of(np.array([1.0]))
    assert "same value" in str(stratified_difference([(same, same)]))
    assert "same value" in str(
        stratified_difference([(same, same), (Moments.of(np.zeros(20)), Moments.of(np.zeros(20)))])
    )
    assert "Too few" in str(stratified_difference([(one, same)]))
    with pytest.raises(ValueError, match="at least one group"):
        stratified_difference([])
