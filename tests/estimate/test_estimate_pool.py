from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.multiplicity import holm
from pitcairn.estimate.pool import Between, Ends, Pooled, cochran_q, next_place, pool

# Log risk ratios of 13 BCG vaccine trials (Colditz et al. 1994) with their variances, as metafor gives them.
TRIALS = (
    (-0.8893113339, 0.325584765),
    (-1.585388657, 0.1945811214),
    (-1.348073148, 0.4153679654),
    (-1.44155119, 0.0200100319),
    (-0.2175473222, 0.05121017217),
    (-0.7861155858, 0.006905618456),
    (-1.620898224, 0.2230172476),
    (0.01195233352, 0.003961579298),
    (-0.4694176487, 0.05643421046),
    (-1.371344803, 0.07302479361),
    (-0.3393588283, 0.01241221397),
    (0.4459134006, 0.5325058452),
    (-0.01731394822, 0.07140465968),
)
BETWEEN: dict[str, Between] = {"EE": "none", "DL": "moments", "REML": "likelihood", "PM": "paule_mandel"}
ENDS: dict[str, Ends] = {"z": "normal", "knha": "students", "adhoc": "modified"}


def available(outcome: Pooled | NotAvailable) -> Pooled:
    assert isinstance(outcome, Pooled)
    return outcome


def test_cochrans_q_of_the_bcg_vaccine_trials() -> None:
    """13 trials (Colditz et al. 1994), log risk ratios; Q = 152.233 as metafor's rma(method="FE") prints it."""
    sick = np.array([4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27])
    well = np.array([119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886])
    sick_control = np.array([11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29])
    well_control = np.array([128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825])
    treated, control = sick + well, sick_control + well_control
    estimates = np.log((sick / treated) / (sick_control / control))
    variances = 1 / sick - 1 / treated + 1 / sick_control - 1 / control
    found = cochran_q(estimates, np.sqrt(variances))
    assert found.freedom == 12
    assert found.q == pytest.approx(152.2330, abs=1e-4)
    assert found.p < 1e-20


def test_equal_estimates_do_not_differ() -> None:
    found = cochran_q([2.0, 2.0, 2.0], [1.0, 0.5, 2.0])
    assert (found.q, found.p) == (0.0, 1.0)


@pytest.mark.parametrize("errors", [[1.0], [1.0, 0.0], [1.0, -1.0]])
def test_q_needs_two_estimates_with_errors(errors: list[float]) -> None:
    with pytest.raises(ValueError, match=r"at least two estimates|positive standard error"):
        cochran_q([1.0, 2.0][: len(errors)], errors)


def test_holm_agrees_with_rs_p_adjust() -> None:
    """p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") in R."""
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx((0.05, 0.08, 0.09, 0.09, 0.09))
    assert holm([]) == ()
    assert holm([0.9, 0.8]) == (1.0, 1.0)


def test_holm_refuses_what_is_no_p_value() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([1.2])


def trials(between: Between, ends: Ends, first: int = 13) -> Pooled:
    values, variances = zip(*TRIALS[:first], strict=True)
    return available(pool(values, np.sqrt(variances), between=between, ends=ends))


def test_metafors_numbers_for_the_vaccine_trials() -> None:
    plain, moments, likelihood = trials("none", "normal"), trials("moments", "normal"), trials("likelihood", "modified")
    assert (plain.estimate, plain.standard_error) == pytest.approx((-0.4302851637, 0.04049875171), abs=1e-6)
    assert (moments.low, moments.high) == pytest.approx((-1.06444528, -0.3637891641), abs=1e-6)
    assert (moments.between, moments.shared) == pytest.approx((0.3087602629, 0.9211734685), abs=1e-6)
    assert (likelihood.between, likelihood.estimate) == pytest.approx((0.313243326, -0.7145323484), abs=2e-5)
    assert (likelihood.low, likelihood.high) == pytest.approx((-1.108443723, -0.3206209737), abs=2e-5)
    paule = trials("paule_mandel", "normal")
    assert (paule.between, paule.estimate) == pytest.approx((0.3180937119, -0.7149704056), abs=1e-4)


def test_the_next_place_of_the_vaccine_trials() -> None:
    """Higgins, Thompson and Spiegelhalter's range with REML: -2.008 to 0.579."""
    found = next_place(trials("likelihood", "modified"))
    assert not isinstance(found, NotAvailable)
    assert (found.low, found.high) == pytest.approx((-2.00837591, 0.57931122), abs=5e-5)
    assert "2 places cannot say" in str(next_place(trials("likelihood", "normal", first=2)))


def test_ends_are_never_narrower_than_the_errors_allow_where_places_agree_by_luck() -> None:
    """metafor: 0.0485..0.0535 by Hartung and Knapp, 0.0013..0.1007 with the scale held at one."""
    errors = [0.02] * 3
    lucky = available(pool([0.05, 0.051, 0.052], errors, ends="students"))
    held = available(pool([0.05, 0.051, 0.052], errors, ends="modified"))
    assert (lucky.low, lucky.high) == pytest.approx((0.04851586229, 0.05348413771), abs=1e-6)
    assert (held.low, held.high) == pytest.approx((0.001317245765, 0.1006827542), abs=1e-6)
    assert held.between == 0.0


def test_the_whole_block_agrees(published: Callable[[str, str], Any]) -> None:
    block = published("statistics", "metafor")
    tolerances = {"REML": block["reml_tol"], "PM": block["pm_tol"]}
    compared = 0
    for name, expected in block["results"].items():
        words = name.split()
        between = next((word for word in words if word in BETWEEN), None)
        ends = next(word for word in words if word in ENDS)
        if between is None:
            continue
        toy = block["toy"].get(words[0])
        count = int(words[2]) if "first" in words else 13
        values = toy["yi"] if toy else block["bcg_yi"][:count]
        errors = toy["sei"] if toy else np.sqrt(block["bcg_vi"][:count])
        found = available(pool(values, errors, between=BETWEEN[between], ends=ENDS[ends]))
        close = tolerances.get(between, block["tol"])
        assert found.estimate == pytest.approx(expected["b"], abs=close), name
        assert found.between == pytest.approx(expected["tau2"], abs=close), name
        if words[0] == "toy3":
            # metafor stopped at 2e-6 on its way to a variance of zero; what follows from it is off by as much.
            assert found.between == 0
            close = 1e-4
        assert found.standard_error == pytest.approx(expected["se"], abs=close), name
        assert (found.low, found.high) == pytest.approx(tuple(expected["ci"]), abs=3 * close), name
        if between != "EE":
            assert 100 * found.shared == pytest.approx(
                expected["I2"], abs=1000 * close if words[0] != "toy3" else 0.4
            ), name
            reach = stats.norm.ppf(0.975) if ends == "z" else stats.t.ppf(0.975, found.count - 1)
            reach *= np.hypot(np.sqrt(found.between), found.standard_error)
            theirs = found.estimate - reach, found.estimate + reach
            assert theirs == pytest.approx(tuple(expected["pi"]), abs=5 * close), name
        compared += 1
    assert compared > 30


@pytest.mark.parametrize("seed", range(8))
def test_likelihood_and_paule_mandel_solve_their_equations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    errors = rng.uniform(0.3, 2.0, 9)
    values = rng.normal(0, 1.5, 9) + rng.normal(0, errors)
    paule = available(pool(values, errors, between="paule_mandel")).between
    weights = 1 / (errors**2 + paule)
    misfit = weights @ (values - np.average(values, weights=weights)) ** 2
    assert misfit == pytest.approx(8, abs=1e-6) if paule > 0 else misfit <= 8

    def log_likelihood(spread: float) -> float:
        weights = 1 / (errors**2 + spread)
        off = values - np.average(values, weights=weights)
        return float(np.log(weights).sum() - np.log(weights.sum()) - weights @ off**2) / 2

    best = available(pool(values, errors, between="likelihood")).between
    assert all(log_likelihood(best) >= log_likelihood(other) - 1e-9 for other in np.linspace(0, 3 * best + 1, 300))


def test_modified_ends_cover_the_mean_of_few_places() -> None:
    rng = np.random.default_rng(10)
    inside = 0
    for _ in range(500):
        errors = rng.uniform(0.7, 1.4, 5)
        found = available(pool(rng.normal(1.0, 1.0, 5) + rng.normal(0, errors), errors))
        inside += found.low <= 1.0 <= found.high
    assert inside / 500 > 0.94


def test_one_estimate_alone_is_not_pooled() -> None:
    assert "One estimate alone" in str(pool([1.0], [0.5]))
    with pytest.raises(ValueError, match="positive standard error"):
        pool([1.0, 2.0], [0.5, 0.0])
    with pytest.raises(ValueError, match="confidence == 1"):
        pool([1.0, 2.0], [0.5, 0.5], confidence=1)
