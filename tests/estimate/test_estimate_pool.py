from __future__ import annotations

import numpy as np
import pytest

from pitcairn.estimate.multiplicity import holm
from pitcairn.estimate.pool import cochran_q


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
    with pytest.raises(ValueError, match="at least two estimates"):
        cochran_q([1.0, 2.0][: len(errors)], errors)


def test_holm_agrees_with_rs_p_adjust() -> None:
    """p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") in R."""
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx((0.05, 0.08, 0.09, 0.09, 0.09))
    assert holm([]) == ()
    assert holm([0.9, 0.8]) == (1.0, 1.0)


def test_holm_refuses_what_is_no_p_value() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([1.2])
