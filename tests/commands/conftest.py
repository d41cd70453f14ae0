from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pitcairn.commands.group import run


@dataclass(frozen=True)
class Said:
    """What a command line did: its exit code and what it printed where."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Said]:
    """Types a command line in an empty folder, without a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "TERM", "GIT_DIR"):
        monkeypatch.delenv(name, raising=False)

    def type_in(*words: str) -> Said:
        capsys.readouterr()
        code = run(words)
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return type_in
