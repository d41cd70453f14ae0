from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def benchmarks(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["wide", "events-text", "events-numbers", "draw", "pages"])
def test_a_small_run_agrees_with_its_references_and_prints_its_rows(case: str, tmp_path: Path) -> None:
    done = benchmarks("--scratch", tmp_path, "--scale", "0.002", "--pairs", "1", "--only", case)
    assert done.returncode == 0, done.stderr
    assert f"### {case}: " in done.stdout
    assert "20,000 customers" in done.stdout
    assert "missed" not in done.stdout, "targets are for the full size"


def test_start_up_is_measured_against_an_empty_program(tmp_path: Path) -> None:
    done = benchmarks("--scratch", tmp_path, "--pairs", "1", "--only", "start")
    assert done.returncode == 0, done.stderr
    assert "| pitcairn --help / python -c pass |" in done.stdout
