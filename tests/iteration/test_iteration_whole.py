"""A ledger that is copied, kept and put back does not give back what was spent in the meantime."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_shop import a_shop, go, look, outcomes

from pitcairn.errors import Refused
from pitcairn.ledger import attempts, history
from pitcairn.ledger.verify import verify
from pitcairn.ledger.witnesses import witnesses
from pitcairn.program import ProgramFolder


def confirming(root: Path) -> ProgramFolder:
    """Two pilots that ask the same question at the same place, each with a confirmation of a third of the customers."""
    shop = a_shop(root, pilots=("note", "again"))
    for pilot in ("note", "again"):
        path = shop.iteration_file(pilot, 1)
        text = path.read_text(encoding="utf-8").replace("stage: explore", "stage: confirm")
        path.write_text(text + "take: 1/3\n", encoding="utf-8")
    return shop


def test_an_older_copy_of_the_ledger_cannot_spend_again(tmp_path: Path) -> None:
    shop = confirming(tmp_path / "shop")
    go(shop)
    kept = tmp_path / "kept.db"
    shutil.copy(shop.ledger_file, kept)
    outcomes(shop)
    look(shop)
    newest = tmp_path / "newest.db"
    shutil.copy(shop.ledger_file, newest)

    shutil.copy(kept, shop.ledger_file)
    with pytest.raises(Refused, match="the ledger that keeps it is not whole") as raised:
        go(shop, "again")
    assert "results/note/iteration-1.json" in str(raised.value)
    known = witnesses(shop)
    assert not verify(shop.ledger_file, expected_heads=known.heads, expected_results=known.results).intact

    shutil.copy(newest, shop.ledger_file)
    go(shop, "again")
    found = [attempts.launched(shop.ledger_file, launch) for launch in history.launches(shop.ledger_file)]
    assert [one and (one.number, one.level) for one in found] == [(1, 0.025), (2, 0.0125)]


def test_a_ledger_that_is_gone_cannot_begin_anew(tmp_path: Path) -> None:
    shop = confirming(tmp_path / "shop")
    go(shop)
    outcomes(shop)
    look(shop)
    shop.ledger_file.unlink()
    with pytest.raises(Refused, match="not whole"):
        go(shop, "again")


def test_an_exploration_spends_nothing_and_may_go_on(tmp_path: Path) -> None:
    shop = confirming(tmp_path / "shop")
    go(shop)
    outcomes(shop)
    look(shop)
    shop.ledger_file.unlink()
    path = shop.iteration_file("again", 1)
    path.write_text(path.read_text(encoding="utf-8").replace("stage: confirm", "stage: explore"), encoding="utf-8")
    assert go(shop, "again").arms
