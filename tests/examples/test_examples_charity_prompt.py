"""The charity's two iterations: what its analyst published, to the digit, from the published files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pitcairn.errors import DataError
from pitcairn.examples.charity_prompt.__main__ import PILOT, make, read
from pitcairn.examples.charity_prompt.rows import FILES, checked
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import from_json
from pitcairn.reading.result import DetailRow, Result

# By iteration and arm: visitors, donors.
VISITORS = {1: {"usual": (2877, 255), "raised": (3081, 295)}, 2: {"usual": (736, 494), "raised": (735, 473)}}
GIFTS_TO_100 = {"usual": (220 - 15, 6562.75), "raised": (257 - 19, 8021.46)}
EMAILABLE = {"usual": 41, "raised": 55}
GIFT_AID = {"usual": (377, 481), "raised": (365, 458)}
RAISED = {"usual": (23851.5, 736), "raised": (21310.0, 735)}
WELCH = {"difference": 1.688118, "low": -2.021261, "high": 5.397497, "p": 0.372002}


@pytest.fixture(scope="module")
def results(real_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Result]:
    published = real_data("charity_prompt_gifts.csv").parent
    folder = ProgramFolder(tmp_path_factory.mktemp("charity") / "program")
    make(published, folder.root)
    assert read(folder.root) == 0
    return {n: from_json(folder.result_file(PILOT, n).read_text(encoding="utf-8"), file="result") for n in (1, 2)}


def row(result: Result, measure: str, arm: str) -> DetailRow:
    found = (one for one in result.details if (one.measure, one.arm, one.where) == (measure, arm, "All customers"))
    return next(found)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("arm", ["usual", "raised"])
def test_visitors_and_donors_are_the_published_ones(results: Mapping[int, Result], number: int, arm: str) -> None:
    visitors, donors = VISITORS[number][arm]
    found = row(results[number], "donated", arm)
    assert found.customers == visitors
    assert float(found.mean) == pytest.approx(donors / visitors, abs=5e-7)


@pytest.mark.parametrize("arm", ["usual", "raised"])
def test_the_first_iterations_gifts_up_to_100_and_addresses_are_the_published_ones(
    results: Mapping[int, Result], arm: str
) -> None:
    gifts, total = GIFTS_TO_100[arm]
    found = row(results[1], "gift", arm)
    assert found.customers == gifts
    assert float(found.mean) * gifts == pytest.approx(total, rel=1e-5)
    written = row(results[1], "emailable", arm)
    assert round(float(written.mean) * written.customers) == EMAILABLE[arm]


def test_the_second_iterations_test_of_gifts_is_the_published_one(results: Mapping[int, Result]) -> None:
    found = row(results[2], "gift", "raised")
    assert (row(results[2], "gift", "usual").customers, found.customers) == (459, 442)
    assert float(found.difference) == pytest.approx(WELCH["difference"], abs=5e-6)
    assert float(found.low) == pytest.approx(WELCH["low"], abs=5e-6)
    assert float(found.high) == pytest.approx(WELCH["high"], abs=5e-6)
    assert float(found.p) == pytest.approx(WELCH["p"], abs=5e-4)


@pytest.mark.parametrize("arm", ["usual", "raised"])
def test_the_second_iterations_sums_and_gift_aid_are_the_published_ones(
    results: Mapping[int, Result], arm: str
) -> None:
    total, visitors = RAISED[arm]
    assert float(row(results[2], "raised", arm).mean) == pytest.approx(total / visitors, rel=1e-5)
    yes, asked = GIFT_AID[arm]
    found = row(results[2], "gift_aid", arm)
    assert (round(float(found.mean) * found.customers), found.customers) == (yes, asked)


def test_the_lesson_is_on_the_second_page(results: Mapping[int, Result]) -> None:
    """Gifts grow, fewer give, and a visitor brings less: the page shows all three, and claims none."""
    differences = {
        block.id: block.rows[0].effect.estimate_text  # type: ignore[union-attr]
        for block in results[2].measures
    }
    assert differences["gift"] == "+£1.69"
    assert differences["donated"] == "−28"
    assert differences["raised"].startswith("−£3.4")
    assert [one.code for one in results[2].verdicts] == ["cannot_tell"]


def test_both_pages_say_that_they_look_back_and_never_promote(results: Mapping[int, Result]) -> None:
    for result in results.values():
        assert result.notices[0].startswith("Looking back: this plan was locked on")
        assert not all(one.met for one in result.promotion)


def test_files_that_are_missing_or_others_are_named(tmp_path: Path) -> None:
    (tmp_path / "charity_prompt_gifts.csv").write_text("not the file", encoding="utf-8")
    with pytest.raises(DataError, match=r"charity_prompt_gifts\.csv is not the published file") as raised:
        checked(tmp_path)
    assert all(name in str(raised.value) for name in FILES)


def test_an_existing_folder_is_not_written_into(real_data: Callable[[str], Path], tmp_path: Path) -> None:
    published = real_data("charity_prompt_gifts.csv").parent
    (tmp_path / "there").mkdir()
    with pytest.raises(FileExistsError):
        make(published, tmp_path / "there")


def test_both_iterations_are_judged_look_by_look_at_their_attempts_levels(results: Mapping[int, Result]) -> None:
    for number, level in ((1, 0.025), (2, 0.0125)):
        attempt = results[number].attempt
        assert attempt is not None
        assert (attempt.number, attempt.level) == (number, level)
        looks = [look for look in results[number].looks if look.arm == "raised"]
        assert len(looks) > 10
        assert looks[-1].time == 1
        assert all(look.critical is None or look.z < look.critical for look in looks)


def test_the_first_iterations_uneven_groups_are_noticed(results: Mapping[int, Result]) -> None:
    check = next(one for one in results[1].health if one.id == "sizes")
    assert check.state == "warn"
    assert check.value == pytest.approx(0.008, abs=5e-4)
