"""Folders that may not be written: what every command that writes says, and that it leaves nothing half done."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bread_shop import LAUNCH, OBSERVED, READ, a_shop, call

import pitcairn
from pitcairn.commands.group import run
from pitcairn.program import ProgramFolder

NOBODY = 65534
CODE = Path(pitcairn.__file__)
LATER = ("--by", "Bo", "--today", "2026-03-17")
WRITING = {
    "launch": ("before", LAUNCH, "pilots/p/lists: Permission denied."),
    "launch --dry-run": ("before", (*LAUNCH, "--dry-run"), ".pitcairn/scratch cannot be written"),
    "launch observed": ("observed before", LAUNCH, "ledger.db cannot be opened or written"),
    "plan": ("before", ("plan", "p"), ".pitcairn/scratch cannot be written"),
    "read": ("read", READ, "cannot be"),
    "report": ("read", ("report", "p"), "reports/p/iteration-1.html: Permission denied."),
    "decide": ("read", ("decide", "p", "--decision", "stop", "--why", "so", *LATER), "ledger.db cannot be opened or"),
    "amend": (
        "read",
        ("amend", "p", "--what", "rain", "--why", "weather", "--touches", "other", *LATER),
        "ledger.db cannot be opened or written",
    ),
    "close": (
        "launched",
        ("close", "p", "--why", "so", "-y", "--by", "Bo", "--today", "2026-03-05"),
        "ledger.db cannot",
    ),
    "site": ("read", ("site",), "Permission denied."),
    "new": ("before", ("new", "q", "--from", "p"), "Permission denied."),
    "export": ("launched", ("export", "p"), "cannot be written: Permission denied."),
    "init": ("before", ("init", "other"), "Permission denied."),
}


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """Nothing under the folder may be written; permission bits bind everybody but root, so root steps down."""
    root = os.geteuid() == 0
    rights(folder, 0o555, 0o444)
    if root:
        os.seteuid(NOBODY)
        if not os.access(CODE, os.R_OK, effective_ids=True):
            os.seteuid(0)
            rights(folder, 0o755, 0o644)
            pytest.skip("root steps down here, and then may not read Pitcairn's own files")
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        rights(folder, 0o755, 0o644)


def rights(folder: Path, folders: int, files: int) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(folders if path.is_dir() else files)


@pytest.fixture(scope="module")
def shops() -> Iterator[dict[str, ProgramFolder]]:
    """Where somebody without root's rights can reach them, which `tmp_path` is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        made = {"before": a_shop(Path(name) / "before"), "observed before": a_shop(Path(name) / "seen", OBSERVED)}
        for state, of, words in (("launched", "before", LAUNCH), ("read", "launched", READ)):
            made[state] = ProgramFolder(Path(shutil.copytree(made[of].root, Path(name) / state)))
            assert run(["-C", str(made[state].root), *words]) == 0
        page = made["read"].report_file("p", 1)
        page.write_text(f"{page.read_text(encoding='utf-8')}<!-- -->", encoding="utf-8")
        yield made


def everything_in(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }


def left_as_it_was(
    capsys: pytest.CaptureFixture[str], folder: ProgramFolder, words: tuple[str, ...], told: str
) -> None:
    """A command that may not write says where, and is no bug; the folder is as before."""
    before = everything_in(folder.root)
    with without_rights(folder.root):
        code, out, err = call(capsys, folder, *words)
    assert (code, out) == (1, "")
    assert told in err
    assert "bug" not in err
    assert everything_in(folder.root) == before


@pytest.mark.parametrize("case", WRITING)
def test_a_folder_that_may_not_be_written_is_told_and_left_as_it_was(
    shops: dict[str, ProgramFolder], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    state, words, told = WRITING[case]
    monkeypatch.chdir(shops[state].root)
    left_as_it_was(capsys, shops[state], words, told)
