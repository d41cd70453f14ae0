"""Data that is not as declared, as a person meets it: what is said, the exit code, and that nothing was written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from bread_shop import LAUNCH, OBSERVED, READ, a_shop, call, customers_file, files_in, orders_file

from pitcairn.commands.group import run
from pitcairn.program import ProgramFolder

Spoil = Callable[[ProgramFolder], object]


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Before the launch and after it, drawn by us and by somebody else."""
    made: dict[str, Path] = {}
    for name, observed in (("own", ""), ("observed", OBSERVED)):
        root = tmp_path_factory.mktemp(name)
        made[f"{name} before"], made[name] = root / "before", root / "launched"
        a_shop(made[f"{name} before"], observed)
        launched = a_shop(made[name], observed)
        assert run(["-C", str(launched.root), *LAUNCH]) == 0
    return made


def change(which: Callable[[ProgramFolder], Path], old: str, new: str) -> Spoil:
    def spoil(folder: ProgramFolder) -> None:
        path = which(folder)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def orders(old: str, new: str) -> Spoil:
    return change(orders_file, old, new)


def customers(old: str, new: str) -> Spoil:
    return change(customers_file, old, new)


def all_arms(arm: str) -> Spoil:
    def spoil(folder: ProgramFolder) -> None:
        text = customers_file(folder).read_text(encoding="utf-8").replace(",note,", f",{arm},")
        customers_file(folder).write_text(text, encoding="utf-8")

    return spoil


def emptied(which: Callable[[ProgramFolder], Path]) -> Spoil:
    return lambda folder: which(folder).write_bytes(b"")


def header_only(which: Callable[[ProgramFolder], Path]) -> Spoil:
    return lambda folder: which(folder).write_text(which(folder).read_text().partition("\n")[0] + "\n")


def cut_parquet(which: Callable[[ProgramFolder], Path]) -> Spoil:
    def spoil(folder: ProgramFolder) -> None:
        whole = parquet_of(which(folder)).read_bytes()
        which(folder).with_suffix(".parquet").write_bytes(whole[: len(whole) // 2])

    return spoil


def parquet_of(path: Path) -> Path:
    """The file as Parquet, in the place of the CSV."""
    made = path.with_suffix(".parquet")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM read_csv('{path}', all_varchar = true)) TO '{made}' (FORMAT parquet)")
    path.unlink()
    return made


def copy_of(shop: Path, tmp_path: Path) -> ProgramFolder:
    return ProgramFolder(Path(shutil.copytree(shop, tmp_path / "shop")))


def refused(capsys: pytest.CaptureFixture[str], folder: ProgramFolder, words: tuple[str, ...], told: str) -> None:
    """The data is told to be at fault, no customer is named, and nothing is written."""
    before = files_in(folder)
    code, out, err = call(capsys, folder, *words)
    assert (code, out) == (4, "")
    assert told in err
    assert "secret" not in err
    assert files_in(folder) == before


FIRST_ROW = "orders.csv, row 1 (the header is not counted): "

IN_THE_EVENTS = {
    "text in a number column": (
        orders("5.50", "n/a"),
        f"{FIRST_ROW}“n/a” in column “amount” is not a number; measure “spend” reads it",
    ),
    "not a number": (orders("5.50", "nan"), f"{FIRST_ROW}“nan” in column “amount” is not a number"),
    "not finite": (orders("5.50", "inf"), f"{FIRST_ROW}“inf” in column “amount” is not a"),
    "decimal commas": (orders("5.50", '"5,50"'), 'under source “orders” in program.yaml:  decimal: ","'),
    "no day": (orders("2026-03-03", "3.3.2026"), f"{FIRST_ROW}“3.3.2026” in column “day” is not a day"),
    "renamed column": (orders("amount", "Amounts"), "the nearest is “Amounts”"),
    "missing column": (orders("id,day", "id,x"), "Source “orders” (orders.csv) has no column “day”"),
    "empty file": (emptied(orders_file), "orders.csv is empty."),
    "no file": (lambda folder: orders_file(folder).unlink(), "There is no file orders.csv"),
    "cut parquet": (cut_parquet(orders_file), "orders.parquet is not a complete Parquet file"),
}


@pytest.mark.parametrize("shop", ["own", "observed"])
@pytest.mark.parametrize("case", IN_THE_EVENTS)
def test_spoilt_events_are_told_and_nothing_is_written(
    shops: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], shop: str, case: str
) -> None:
    spoil, told = IN_THE_EVENTS[case]
    folder = copy_of(shops[shop], tmp_path)
    spoil(folder)
    refused(capsys, folder, READ, told)


DRAWN_BY_OTHERS = {
    "customer twice": (customers("secret2,", "secret0,"), "1 customer is in source “customers” more than once"),
    "customer in two arms": (customers("secret1,", "secret0,"), "1 of them is in more than one arm."),
    "unknown arm": (customers(",note,", ",nte,"), "did you mean “note”?"),
    "no arm": (customers(",note,", ",,"), "they have no arm"),
    "no start": (customers("2026-03-02", ""), "they have no start"),
    "nul in an id": (customers("secret1,", "sec\0ret1,"), "Source “customers” has 1 row with a NUL byte"),
    "no id": (customers("secret1,", ","), "1 row without a customer"),
    "renamed column": (customers("started", "Start_ed"), "the nearest is “Start_ed”"),
    "empty file": (emptied(customers_file), "customers.csv is empty."),
    "header only": (header_only(customers_file), "Source “customers” has a header and no rows."),
    "cut parquet": (cut_parquet(customers_file), "customers.parquet is not a complete Parquet file"),
}


@pytest.mark.parametrize("case", DRAWN_BY_OTHERS)
def test_a_spoilt_observed_draw_is_told_and_nothing_is_written(
    shops: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    spoil, told = DRAWN_BY_OTHERS[case]
    folder = copy_of(shops["observed"], tmp_path)
    spoil(folder)
    refused(capsys, folder, READ, told)


def everybody_early(folder: ProgramFolder) -> None:
    path = customers_file(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("2026-03-02", "2026-02-20"), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (all_arms("usual"), "Nobody is in “A note”."),
        (everybody_early, "400 customers started before 2 March 2026: dates before launch."),
    ],
)
def test_an_observed_draw_that_cannot_be_read_withholds_everything(
    shops: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Spoil, told: str
) -> None:
    folder = copy_of(shops["observed"], tmp_path)
    spoil(folder)
    code, out, _ = call(capsys, folder, *READ)
    assert code == 5
    assert f"Do not read this yet. {told}" in " ".join(out.split())
    assert json.loads(folder.result_file("p", 1).read_text(encoding="utf-8"))["measures"] == []


@pytest.mark.parametrize("row", ["'secret0', 'usual'", "'secret0', 'note'", "'secret999', 'nte'"])
def test_a_draw_of_ours_that_somebody_changed_is_refused(
    shops: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    folder = copy_of(shops["own"], tmp_path)
    path = folder.assignment_file("p", 1)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE drawn AS SELECT * FROM read_parquet('{path}')")
        connection.execute(f"INSERT INTO drawn VALUES ({row})")
        connection.execute(f"COPY drawn TO '{path}' (FORMAT parquet)")
    refused(capsys, folder, READ, "assignment.parquet")


BEFORE_THE_DRAW = {
    "customer twice": (customers("secret2,", "secret0,"), "names 1 customer more than once"),
    "nul in an id": (customers("secret1,", "sec\0ret1,"), "1 row of source “customers” has a customer id with a NUL"),
    "no id": (customers("secret1,", ","), "has no customer id"),
    "renamed column": (customers("id,arm", "ID_,arm"), "the nearest is “ID_”"),
    "empty file": (emptied(customers_file), "customers.csv is empty."),
    "header only": (header_only(customers_file), "No customer would be drawn"),
    "0 customers in an arm": (
        lambda folder: customers_file(folder).write_text("id,arm,started\nsecret1,,\n"),
        "No customer would be drawn to",
    ),
    "cut parquet": (cut_parquet(customers_file), "customers.parquet is not a complete Parquet file"),
}


@pytest.mark.parametrize("case", BEFORE_THE_DRAW)
def test_spoilt_customers_are_told_before_the_draw_and_nothing_is_written(
    shops: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    spoil, told = BEFORE_THE_DRAW[case]
    folder = copy_of(shops["own before"], tmp_path)
    spoil(folder)
    refused(capsys, folder, LAUNCH, told)


def spend(folder: ProgramFolder) -> str:
    text = folder.result_file("p", 1).read_text(encoding="utf-8")
    return text[text.index('"measures": [') : text.index('"method": [')]


def bom(folder: ProgramFolder) -> None:
    orders_file(folder).write_bytes(b"\xef\xbb\xbf" + orders_file(folder).read_bytes())


def semicolons(folder: ProgramFolder) -> None:
    path, program = orders_file(folder), folder.program_file
    path.write_text(path.read_text().replace(",", ";").replace(".", ","), encoding="utf-8")
    program.write_text(program.read_text().replace("time: day}", "time: day, decimal: ','}"), encoding="utf-8")


@pytest.mark.parametrize("shop", ["own", "observed"])
@pytest.mark.parametrize("rewrite", [bom, semicolons, lambda folder: parquet_of(orders_file(folder))])
def test_other_ways_to_write_the_same_events_give_the_same_numbers(
    shops: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], shop: str, rewrite: Spoil
) -> None:
    plain, other = (copy_of(shops[f"{shop} before"], tmp_path / name) for name in ("plain", "other"))
    rewrite(other)
    for folder in (plain, other):
        for words in (LAUNCH, READ):
            code, _, err = call(capsys, folder, *words)
            assert code == 0, err
    assert spend(other) == spend(plain)


def test_orders_from_before_the_launch_count_for_nobody(
    shops: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_of(shops["own"], tmp_path)
    path = orders_file(folder)
    path.write_text(path.read_text().replace("2026-03-", "2026-01-"), encoding="utf-8")
    code, out, err = call(capsys, folder, *READ)
    assert (code, err) == (5, "Reading the outcomes …\n")
    assert "“Spend”: zero, or not known, for everybody." in out
    assert json.loads(folder.result_file("p", 1).read_text(encoding="utf-8"))["measures"] == []
