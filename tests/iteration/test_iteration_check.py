from __future__ import annotations

from pathlib import Path

import pytest
from small_shop import a_shop, go, outcomes

from pitcairn.errors import DataError
from pitcairn.iteration.check import check_data


def test_files_that_are_there_are_asked_for_their_columns(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    before = {seen.source: seen for seen in check_data(shop, "note", 1)}
    assert before["outcomes"].files == ()
    assert before["customers"].columns == 4, "id, opted_out, visited, area"
    go(shop)
    outcomes(shop)
    assert [path.name for seen in check_data(shop, "note", 1) for path in seen.files] == [
        "customers.csv",
        "outcomes.csv",
    ]


def test_columns_missing_in_several_files_are_told_at_once(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    (shop.root / "data" / "outcomes.csv").write_text("id,visits,complaint\n", encoding="utf-8")
    (shop.root / "data" / "customers.csv").write_text("id,region,visited,opted_out\n", encoding="utf-8")
    with pytest.raises(DataError, match="group “area” needs") as caught:
        check_data(shop, "note", 1)
    assert len(caught.value.problems) == 2


def test_a_file_named_by_hand_must_be_there(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    with pytest.raises(DataError, match=r"There is no file export\.csv"):
        check_data(shop, "note", 1, data={"outcomes": (tmp_path / "export.csv",)})
