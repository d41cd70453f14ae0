"""A whole reading with a cost that is measured: coupons in a file of events, from plan files to the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_shop import a_shop, assigned, go, look, luck, outcomes

from pitcairn.estimate.cost import Between, Quotient, quotient
from pitcairn.estimate.moments import Moments
from pitcairn.iteration.rehearse import rehearse
from pitcairn.program import ProgramFolder


@pytest.fixture
def shop(tmp_path: Path) -> ProgramFolder:
    folder = a_shop(tmp_path / "shop")
    changes = (
        (
            folder.program_file,
            "  outcomes: {kind: wide",
            "  used: {kind: events, files: data/used.csv, customer: id, time: day}\n  outcomes: {kind: wide",
        ),
        (
            folder.program_file,
            "groups:",
            "  coupons: {label: Coupons, kind: sum, source: used, column: amount, money: true, better: down}\ngroups:",
        ),
        (folder.pilot_file("note"), "guardrails:", "watch: [coupons]\nguardrails:"),
        (
            folder.iteration_file("note", 1),
            "note: {label: A note, share: 1/2}",
            "note: {label: A note, share: 1/2, cost: {measure: coupons, per_customer: 0.05}}",
        ),
    )
    for path, old, new in changes:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def redeem(folder: ProgramFolder) -> dict[str, list[float]]:
    """Writes the coupons that were used; what each customer drawn cost, by arm."""
    found: dict[str, list[float]] = {"usual": [], "note": []}
    lines = ["id,day,amount"]
    for customer, arm in sorted(assigned(folder).items()):
        used = luck(customer, "coupon") < (0.3 if arm == "note" else 0.05)
        found[arm].append(1.5 if used else 0.0)
        lines += [f"{customer},2026-03-05,1.50"] if used else []
    (folder.root / "data" / "used.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found


def test_an_extra_visit_costs_what_was_redeemed_over_what_was_gained(shop: ProgramFolder) -> None:
    go(shop)
    outcomes(shop, gain=0.1)
    spent = redeem(shop)
    visits: dict[str, list[float]] = {"usual": [], "note": []}
    for customer, arm in sorted(assigned(shop).items()):
        visits[arm].append(float(luck(customer, "visit") < (0.2 if arm == "note" else 0.1)))
    before = [int(line.split(",")[2]) for line in (shop.root / "data" / "customers.csv").read_text().split()[1:]]
    known = {arm: [before[int(one[1:])] for one, of in sorted(assigned(shop).items()) if of == arm] for arm in visits}
    arms = [Moments.of(np.column_stack([spent[arm], visits[arm], known[arm]])) for arm in ("usual", "note")]
    wanted = quotient(*arms, covariates=1, known=((), (2,)), besides=(0.05, 0.0))
    assert isinstance(wanted, Quotient)
    assert isinstance(wanted.fits, Between)
    taken = look(shop)
    (row,) = taken.result.costs
    assert row.extra == pytest.approx(np.mean(spent["note"]) - np.mean(spent["usual"]) + 0.05)
    assert (row.estimate, row.low, row.high) == pytest.approx(
        (wanted.estimate, wanted.fits.low, wanted.fits.high), rel=1e-9
    )
    page = shop.report_file("note", 1).read_text(encoding="utf-8")
    assert row.text in page
    assert "Fieller" in page


def test_it_can_be_rehearsed(shop: ProgramFolder) -> None:
    assert len(rehearse(shop, "note", 1, repetitions=2).scenarios) >= 3
