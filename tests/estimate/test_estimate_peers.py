"""Numbers that other people's software prints, one test for each kind, wherever our rule is theirs or contains it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from pitcairn.design.budget import left, level, spent
from pitcairn.estimate.adjust import adjustment
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.means import difference, two_sided_p
from pitcairn.estimate.moments import Moments
from pitcairn.estimate.multiplicity import benjamini_hochberg
from pitcairn.estimate.power import customers_needed, customers_needed_for_rate, power_each, visible_gain
from pitcairn.estimate.relative import relative_difference
from pitcairn.evidence.sizes import log_evidence

Published = Callable[[str, str], Any]


def available(outcome: Effect | NotAvailable) -> Effect:
    assert isinstance(outcome, Effect)
    return outcome


def of_sums(given: dict[str, float]) -> Moments:
    n, total, squares = int(given["n"]), given["sum"], given["sum_squares"]
    return Moments(n, np.array([total / n]), np.array([[squares - total**2 / n]]))


def of_variance(n: int, mean: float, variance: float) -> Moments:
    return Moments(n, np.array([mean]), np.array([[variance * (n - 1)]]))


def test_a_share_of_the_level_has_the_error_of_the_delta_method(published: Published) -> None:
    """Theirs is symmetric on the scale of the share; ours has the same error, and turns its range from the log."""
    for name in ("gb_welch_rel", "gb_prop_rel"):
        given, wanted = (published("peers", name)[part] for part in ("input", "expected"))
        arms = []
        for arm in ("control", "treatment"):
            one = given[arm]
            # They divide a share's spread by n, we by n - 1.
            squares = one.get("sum_squares", one.get("x"))
            arms.append(of_sums({"n": one["n"], "sum": one.get("sum", one.get("x")), "sum_squares": squares}))
        found = available(relative_difference(*arms))
        assert found.estimate == pytest.approx(wanted["lift"], abs=5e-6)
        bessel = 2e-5 if name == "gb_welch_rel" else 0.02
        assert found.standard_error == pytest.approx(wanted["se"], rel=bessel)
        assert (found.low > wanted["ci"][0], found.high > wanted["ci"][1]) == (True, True)


def test_one_side_of_a_difference(published: Published) -> None:
    given, wanted = (published("peers", "gb_onesided_abs")[part] for part in ("input", "expected"))
    arms = [of_sums(given[arm]) for arm in ("control", "treatment")]
    found = available(difference(*arms, confidence=1 - 2 * given["alpha"]))
    assert (found.estimate, found.standard_error) == pytest.approx((wanted["est"], wanted["se"]), rel=1e-9)
    assert (found.low, found.high) == pytest.approx((wanted["greater_lower"], wanted["lesser_upper"]), rel=1e-9)
    assert two_sided_p(found) / 2 == pytest.approx(wanted["p_greater"], rel=1e-9)


def test_the_slope_on_the_value_before(published: Published) -> None:
    given = published("peers", "gb_cuped_theta")
    rows = np.column_stack([given["input"]["post_both_arms"], given["input"]["pre_both_arms"]])
    # Theirs is of each arm around its own mean, both arms of two customers.
    arms = Moments.of(rows[:2]), Moments.of(rows[2:])
    pooled = arms[0].spread + arms[1].spread
    assert adjustment(*arms, 1).slopes[0] == pytest.approx(pooled[0, 1] / pooled[1, 1])
    assert published("peers", "gb_cuped_degenerate")["expected"]["theta"] == 0
    flat = Moments.of(np.column_stack([[1.0, 2.0, 4.0], np.zeros(3)]))
    assert adjustment(flat, flat, 1).slopes[0] == 0


def test_the_variance_of_a_difference_and_of_a_share(published: Published) -> None:
    given, wanted = (published("peers", "gb_delta_var")[part] for part in ("input", "expected"))
    arms = [of_variance(given[f"n_{arm}"], given[f"mean_{arm}"], given[f"var_{arm}"]) for arm in ("a", "b")]
    assert available(difference(*arms)).standard_error ** 2 == pytest.approx(wanted["absolute"], abs=5e-6)
    ratio = available(relative_difference(*arms))
    by_hand = (
        given["mean_b"] ** 2 * given["var_a"] / given["n_a"] / given["mean_a"] ** 2 + given["var_b"] / given["n_b"]
    )
    assert ratio.standard_error**2 == pytest.approx(by_hand / given["mean_a"] ** 2, rel=1e-9)


def test_an_average_per_customer_and_its_share_from_moments(published: Published) -> None:
    given, wanted = (published("peers", "tea_mean_orders_per_user")[part] for part in ("input", "expected"))
    arms = [
        of_variance(one["n"], one["mean_orders"], one["var_orders"]) for one in (given["control"], given["treatment"])
    ]
    found, share = available(difference(*arms)), available(relative_difference(*arms))
    assert (found.estimate, found.low, found.high) == pytest.approx((wanted["effect_size"], *wanted["ci"]), rel=1e-9)
    assert two_sided_p(found) == pytest.approx(wanted["p"], rel=1e-9)
    assert share.estimate == pytest.approx(wanted["rel"], rel=1e-9)
    assert (share.low, share.high) == pytest.approx(tuple(wanted["rel_ci"]), rel=1e-4)


def test_sample_sizes_of_two_arms(published: Published) -> None:
    given, wanted = (published("peers", "spotify_sample_size")[part] for part in ("input", "expected"))
    # Their tests ask for a power of 85 %, and agree with the numbers to half a percent themselves.
    halves = {"share_control": 0.5, "share_treated": 0.5}
    one, rate = given["continuous"], given["binomial"]
    found = customers_needed(sd_control=one["variance"] ** 0.5, gain=one["abs_mde"], power=0.85, **halves)
    assert found == pytest.approx(wanted["continuous"], rel=0.005)
    for name, confidence, power in (
        ("binomial", 0.95, 0.85),
        ("binomial_alpha.14", 0.86, 0.85),
        ("binomial_alpha.14_power.67", 0.86, 0.67),
    ):
        shares = customers_needed_for_rate(
            rate=rate["p"], gain=rate["abs_mde"], confidence=confidence, power=power, **halves
        )
        assert shares == pytest.approx(wanted[name], rel=0.005)


def test_levels_of_attempts_spend_no_more_than_their_total(published: Published) -> None:
    given = published("statistics", "alpha_schedules")["geometric"]
    assert [level(attempt) for attempt in range(1, 6)] == pytest.approx(given["levels"])
    worst = 1 - np.prod([1 - level(attempt) for attempt in range(1, 13)])
    assert worst == pytest.approx(given["worst_case_fwer_12"], rel=1e-9)
    assert spent(12) + left(12) == pytest.approx(given["alpha"])


def test_guardrails_share_what_may_be_missed(published: Published) -> None:
    given = published("statistics", "guardrail_beta_correction")
    for count, inflation in given["n_inflation"].items():
        each = power_each(given["target_power"], int(count))
        reach = [ndtri(0.975) + ndtri(power) for power in (each, given["target_power"])]
        assert (reach[0] / reach[1]) ** 2 == pytest.approx(inflation, rel=2e-3)
        assert each ** (int(count) + 1) == pytest.approx(given["power_corrected_rho0"][count], abs=0.01)
        plain = given["target_power"] ** (int(count) + 1)
        assert plain == pytest.approx(given["power_uncorrected_rho0"][count], abs=0.01)


def test_sizes_of_groups_as_evidence(published: Published) -> None:
    given = published("statistics", "srm_dirichlet_multinomial")
    first = given["cases"][0]
    total = sum(first["dirichlet"])
    for counts, wanted in zip(first["cum_counts"], first["log_e"], strict=True):
        # Their mixture lies around equal shares, ours around the planned ones: the same formula, term by term.
        ours = log_evidence(counts, [one / total for one in first["dirichlet"]], concentration=total)
        shift = sum(
            n * np.log(s * total / one) for n, s, one in zip(counts, first["theta0"], first["dirichlet"], strict=True)
        )
        assert ours - shift == pytest.approx(wanted, abs=given["tol"] * 10)
    second = given["cases"][1]
    found = log_evidence(second["cum_counts"][0], second["theta0"], concentration=second["concentration"])
    assert np.exp(found) == pytest.approx(second["e"], rel=1e-9)
    for one in given["own"]:
        found = log_evidence(one["counts"], one["theta0"], concentration=one["concentration"])
        assert found == pytest.approx(one["log_e"], abs=1e-8)


def test_levels_by_false_discovery_rate(published: Published) -> None:
    given = published("peers", "expan_bh_alpha")
    for values, wanted in zip(given["input"]["cases"][:2], given["expected"]["bh_alpha"], strict=False):
        passed = [one for one, adjusted in zip(values, benjamini_hochberg(values), strict=True) if adjusted <= 0.05]
        ranks = len(passed) / len(values) * given["input"]["q"]
        assert ranks == pytest.approx(wanted)


def test_smallest_gains_from_moments(published: Published) -> None:
    given, wanted = (published("peers", "tea_power")[part] for part in ("input", "expected"))
    for one in next(value for name, value in wanted.items() if name.startswith("mean_orders_alpha.1_power.7")):
        found = visible_gain(
            sd_control=given["var_orders"] ** 0.5,
            count_control=one["n_obs"] / 2,
            count_treated=one["n_obs"] / 2,
            confidence=0.9,
            power=one["power"],
        )
        assert not isinstance(found, NotAvailable)
        assert found == pytest.approx(one["effect_size"], rel=2e-3)
