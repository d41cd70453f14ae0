"""Folders that may not be written, and the commands that spread a pack."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_commands_adopt import BEFORE, READ, a_file, adopt, happen, pitcairn
from test_commands_read_only import left_as_it_was

from iteration.small_shop import a_shop
from pitcairn.program import ProgramFolder
from promotion.adoptable import contents, plan_of_the_shop

PACK = "bread-note-1.0.0.pilotpack"
GIVEN = ("--at", "product_line:cheese", "--set", "shop_name=Corner", "--start", "2026-03-02", "--unsigned")
LEDGER, DENIED = "ledger.db cannot be opened or written", "Permission denied."
WRITING = {
    "adopt": ("before", ("adopt", PACK, *GIVEN, "--by", "bo", *BEFORE), DENIED),
    "card": ("before", ("pack", "card", PACK, "--out", "card.html"), DENIED),
    "rehearse": ("read", ("rollout", "bread-note", "--rehearse-rollback", "--by", "bo", *READ), LEDGER),
    "advance": ("rehearsed", ("rollout", "bread-note", "--advance", "--by", "bo", "--because", "so", *READ), DENIED),
    "rollback": ("read", ("rollout", "bread-note", "--rollback", "--because", "so", "--by", "bo", *READ), LEDGER),
    "retire": ("read", ("retire", "bread-note", "--because", "so", "--by", "bo", *READ), LEDGER),
    "iterate": ("read", ("iterate", "bread-note", "--what", "x", "--why", "y", *READ), DENIED),
    "watch": ("read", ("watch", "bread-note", *READ), LEDGER),
    "registry": ("registry", ("registry", "."), DENIED),
}


@pytest.fixture(scope="module")
def shops() -> Iterator[dict[str, ProgramFolder]]:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        made = {"before": a_shop(root / "before", pilots=())}
        program = made["before"].program_file
        text = program.read_text(encoding="utf-8").replace("product_lines:", "simulated: Made up.\nproduct_lines:")
        program.write_text(text, encoding="utf-8")
        pack = a_file(contents(plan_of_the_shop(root / "origin")), made["before"].root)
        made["read"] = ProgramFolder(Path(shutil.copytree(made["before"].root, root / "read")))
        assert adopt(made["read"], pack) == 0
        assert pitcairn(made["read"], "launch", "bread-note", "-y", *BEFORE) == 0
        happen(made["read"], 0.03)
        assert pitcairn(made["read"], "read", "bread-note", *READ) == 0
        made["rehearsed"] = ProgramFolder(Path(shutil.copytree(made["read"].root, root / "rehearsed")))
        assert pitcairn(made["rehearsed"], *WRITING["rehearse"][1]) == 0
        made["registry"] = ProgramFolder(root / "registry")
        (root / "registry" / "packs").mkdir(parents=True)
        shutil.copy(pack, root / "registry" / "packs")
        yield made


@pytest.mark.parametrize("case", WRITING)
def test_what_spreads_a_pack_leaves_a_folder_it_may_not_write_as_it_was(
    shops: dict[str, ProgramFolder], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    state, words, told = WRITING[case]
    monkeypatch.chdir(shops[state].root)
    left_as_it_was(capsys, shops[state], words, told)
