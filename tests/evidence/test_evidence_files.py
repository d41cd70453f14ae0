from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pitcairn.canonical import file_digest
from pitcairn.design.plan import SourcePlan
from pitcairn.errors import DataError
from pitcairn.evidence.files import file_facts, files_of, fingerprint, verified
from pitcairn.program import ProgramFolder
from pitcairn.spec.models import ProgramSpec


@pytest.fixture
def folder(tmp_path: Path) -> ProgramFolder:
    (tmp_path / "program" / "data").mkdir(parents=True)
    for name in ("customers.csv", "orders-01.csv", "orders-02.csv"):
        (tmp_path / "program" / "data" / name).write_text("customer\na\n", encoding="utf-8")
    return ProgramFolder(tmp_path / "program")


def program(**files: str | list[str]) -> ProgramSpec:
    sources: dict[str, Any] = {id: {"kind": "wide", "files": written} for id, written in files.items()}
    measures = {"spend": {"label": "Spend", "kind": "sum", "source": "customers", "column": "spend"}}
    return ProgramSpec.model_validate({"program": "P", "purpose": "Q", "sources": sources, "measures": measures})


def test_patterns_lists_and_single_files_become_files_in_order_of_name(folder: ProgramFolder) -> None:
    asked = program(
        customers="data/customers.csv", orders="data/orders-*.csv", both=["data/orders-02.csv", "data/orders-*.csv"]
    )
    found = files_of(folder, asked, {}, needed=["customers", "orders", "both"])
    assert {id: [path.name for path in paths] for id, paths in found.items()} == {
        "customers": ["customers.csv"],
        "orders": ["orders-01.csv", "orders-02.csv"],
        "both": ["orders-02.csv", "orders-01.csv"],
    }


def test_only_the_sources_asked_for_must_exist(folder: ProgramFolder) -> None:
    found = files_of(folder, program(customers="data/customers.csv", orders="gone.csv"), {}, needed=["customers"])
    assert list(found) == ["customers"]


def test_a_file_given_on_the_command_line_may_be_anywhere(folder: ProgramFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("customer\n", encoding="utf-8")
    asked = program(customers="data/customers.csv")
    assert files_of(folder, asked, {"customers": (elsewhere,)}, needed=["customers"]) == {"customers": (elsewhere,)}


def test_every_missing_file_is_told_with_the_nearest_name(folder: ProgramFolder) -> None:
    asked = program(customers="data/customer.csv", orders="data/sales-*.csv")
    with pytest.raises(DataError) as caught:
        files_of(folder, asked, {}, needed=["customers", "orders"])
    first, second = caught.value.problems
    assert first.message.startswith("Source “customers”: There is no file customer.csv in ")
    assert first.hint == "the nearest name is customers.csv"
    assert second.message.startswith("Source “orders”: No file fits “data/sales-*.csv”")


@pytest.mark.parametrize(
    "written", ["../outside.csv", "data/../../outside.csv", "/etc/passwd", "../*.csv", "*/../../*"]
)
def test_a_plan_file_cannot_lead_out_of_the_program_folder(folder: ProgramFolder, tmp_path: Path, written: str) -> None:
    (tmp_path / "outside.csv").write_text("customer\n", encoding="utf-8")
    with pytest.raises(DataError, match="Source “customers”"):
        files_of(folder, program(customers=written), {}, needed=["customers"])


def test_a_link_cannot_lead_out_of_the_program_folder_either(folder: ProgramFolder, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("customer\n", encoding="utf-8")
    (folder.root / "data" / "link.csv").symlink_to(tmp_path / "outside.csv")
    for written in ("data/link.csv", "data/li*.csv"):
        with pytest.raises(DataError, match="leads out of the program folder"):
            files_of(folder, program(customers=written), {}, needed=["customers"])


def test_a_file_given_for_a_source_nobody_declared_is_refused(folder: ProgramFolder) -> None:
    with pytest.raises(DataError, match="--data names the source “custmers”") as caught:
        files_of(folder, program(customers="data/customers.csv"), {"custmers": ()}, needed=[])
    assert caught.value.problems[0].hint == "did you mean customers?"


def test_a_folder_is_not_a_file(folder: ProgramFolder) -> None:
    with pytest.raises(DataError, match="data is a folder, not a file"):
        files_of(folder, program(customers="data"), {}, needed=["customers"])


def test_facts_about_files_are_their_names_sizes_and_fingerprints(folder: ProgramFolder) -> None:
    path = folder.root / "data" / "customers.csv"
    (fact,) = file_facts({"customers": (path,)})
    assert (fact.source, fact.name, fact.bytes) == ("customers", "customers.csv", 11)
    assert fact.sha256 == file_digest(path)


def test_a_file_written_anew_has_a_new_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a", encoding="utf-8")
    first = fingerprint(path)
    path.write_text("ab", encoding="utf-8")
    assert fingerprint(path) != first
    assert fingerprint(path) == "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"


def test_a_declared_fingerprint_is_compared(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ab", encoding="utf-8")
    right = "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"
    verified(SourcePlan(id="a", kind="wide", customer=None, sha256=right), (path,))
    with pytest.raises(DataError, match=right):
        verified(SourcePlan(id="a", kind="wide", customer=None, sha256="0" * 64), (path,))
    with pytest.raises(DataError, match="one fingerprint and has 2 files"):
        verified(SourcePlan(id="a", kind="wide", customer=None, sha256=right), (path, path))
