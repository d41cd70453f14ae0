from __future__ import annotations

import numpy as np
import pytest

from pitcairn.estimate.clustered import Parts, clustered_difference, design_effect
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference
from pitcairn.estimate.moments import Moments


def orders(rng: np.random.Generator, customers: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Customer numbers and values of orders: a customer's orders are alike."""
    owner = np.repeat(np.arange(customers), rng.poisson(3, customers) + 1)
    return owner, rng.normal(shift, 1.0, customers)[owner] + rng.normal(0, 1.0, len(owner))


def drawn(owner: np.ndarray, values: np.ndarray) -> Moments:
    return Moments.of(np.column_stack([np.bincount(owner, values), np.bincount(owner)]))


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def test_it_is_least_squares_with_cluster_robust_errors() -> None:
    rng = np.random.default_rng(1)
    (first, control), (second, treated) = orders(rng, 150, 0.0), orders(rng, 220, 0.3)
    found = available(clustered_difference(drawn(first, control), drawn(second, treated)))
    arm = np.repeat([0.0, 1.0], [len(control), len(treated)])
    design = np.column_stack([np.ones(len(arm)), arm])
    values, owner = np.concatenate([control, treated]), np.concatenate([first, second + 150])
    coefficients = np.linalg.lstsq(design, values, rcond=None)[0]
    residual = values - design @ coefficients
    inverse = np.linalg.inv(design.T @ design)
    middle = np.zeros((2, 2))
    for customer in range(370):
        score = design[owner == customer].T @ residual[owner == customer]
        correction = 150 / 149 if customer < 150 else 220 / 219
        middle += correction * np.outer(score, score)
    robust = np.sqrt((inverse @ middle @ inverse)[1, 1])
    assert found.estimate == pytest.approx(coefficients[1], rel=1e-10)
    assert found.standard_error == pytest.approx(robust, rel=1e-10)
    assert (found.count_control, found.count_treated) == (150, 220)
    assert found.method == "Per part, by what was drawn"


def test_ranges_cover_where_counting_every_order_alone_does_not() -> None:
    rng = np.random.default_rng(2)
    inside = np.zeros(2)
    for _ in range(400):
        (first, control), (second, treated) = orders(rng, 120, 0.0), orders(rng, 120, 0.3)
        ours = available(clustered_difference(drawn(first, control), drawn(second, treated)))
        naive = available(difference(Moments.of(control), Moments.of(treated)))
        inside += [found.low <= 0.3 <= found.high for found in (ours, naive)]
    assert 0.92 <= inside[0] / 400 <= 0.98
    assert inside[1] / 400 < 0.85


def test_the_design_effect_is_how_alike_orders_are() -> None:
    rng = np.random.default_rng(3)
    arms = []
    for _ in range(2):
        owner = np.repeat(np.arange(4000), 5)
        values = rng.normal(0, 1.0, 4000)[owner] + rng.normal(0, 1.0, 20000)
        arms.append(Parts(drawn(owner, values), float(((values - values.mean()) ** 2).sum())))
    # Half the variance is the customer's, five orders each: 1 + 4 / 2.
    assert design_effect(*arms) == pytest.approx(3.0, abs=0.1)


def test_a_reason_is_given_where_there_is_no_number() -> None:
    none = Moments.none(2)
    assert "Too few" in str(clustered_difference(none, none))
    assert "Too few" in str(design_effect(Parts(none, 0.0), Parts(none, 0.0)))
    sums = Moments.of(np.array([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]]))
    assert "do not vary" in str(design_effect(Parts(sums, 0.0), Parts(sums, 0.0)))
