"""Who shares a budget: whatever is renamed, the question stays the same."""

from __future__ import annotations

from typing import Any

import pytest

from pitcairn.design.lineage import kin

VISIT = {"id": "visit", "label": "Visits", "kind": "any", "source": "shop", "column": "visit", "window_days": 14}


def plan(
    scope: str = "mens", name: str = "Men\u2019s goods", kind: str = "product_line", **measure: Any
) -> dict[str, Any]:
    return {"scope_kind": kind, "scope": scope, "scope_label": name, "measures": [VISIT | measure]}


@pytest.mark.parametrize(
    "other",
    [
        plan(),
        plan() | {"pilot": "renamed", "title": "Another", "owner": "somebody else"},
        plan(id="visits", label="Any visit", unit="x", worth_it=0.01),
        plan(window_days=15),
        plan(scope="men"),
        plan(name="Menswear"),
        plan(scope="men", name="MEN\u2019S  goods", id="visits"),
    ],
    ids=["same", "pilot", "measure-id", "definition", "scope-id", "scope-name", "scope-id-and-measure-id"],
)
def test_renaming_or_changing_one_thing_starts_no_new_budget(other: dict[str, Any]) -> None:
    assert kin([plan(), other], 1) == (0, 1)


@pytest.mark.parametrize(
    "other",
    [
        plan(kind="location"),
        plan(scope="womens", name="Women\u2019s goods"),
        plan(id="spend", kind="sum", column="spend"),
    ],
    ids=["kind", "scope", "measure"],
)
def test_another_place_or_another_measure_is_another_question(other: dict[str, Any]) -> None:
    assert kin([plan(), other], 1) == (1,)


def test_kin_of_kin_are_kin_so_small_steps_lead_nowhere() -> None:
    steps = [plan(), plan(window_days=15), plan(id="visits", window_days=15), plan(id="visits", window_days=16)]
    assert kin(steps, 3) == (0, 1, 2, 3)
    assert kin([steps[0], steps[3]], 1) == (1,)
