from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.cases import Case, Comparison  # noqa: E402
from benchmarks.clock import Answer, Failed, Run, run  # noqa: E402
from benchmarks.table import Outcome, block, disagreements, keep  # noqa: E402


def a_run(cpu: float, answer: Answer) -> Run:
    return Run(cpu=cpu, wall=cpu, memory=2**20, start_cpu=0.5, start_memory=2**19, answer=answer)


def outcome(comparison: Comparison, ours: list[Run], other: list[Run]) -> Outcome:
    case = Case(name="case", title="a case", commands={}, comparisons=(comparison,), pairs=len(ours))
    return Outcome(case, {"a": ours, "b": other})


def test_a_ratio_is_the_median_over_pairs_and_leaves_the_start_out() -> None:
    found = outcome(
        Comparison("a / b", "a", "b", "work", 1.3),
        [a_run(1.5, {}), a_run(3.5, {}), a_run(2.5, {})],
        [a_run(1.5, {}), a_run(1.5, {}), a_run(2.5, {})],
    )
    assert sorted(found.ratios(found.case.comparisons[0])) == [1.0, 1.0, 3.0]
    assert "| 1.00  | 1.00 and 3.00 | ≤ 1.3  | met |" in block(found, ["a note"], judged=True)


def test_answers_that_differ_are_told() -> None:
    comparison = Comparison("a / b", "a", "b", "work")
    near = outcome(comparison, [a_run(1, {"q": [1.0, 0.0, 2.0]})], [a_run(1, {"q": [1.0 + 1e-10, 0.0, 2.0]})])
    far = outcome(comparison, [a_run(1, {"q": [1.0, 0.0, 2.0]})], [a_run(1, {"q": [1.0 + 1e-6, 0.0, 2.0]})])
    other = outcome(comparison, [a_run(1, {"q": [1.0, 0.0, 2.0]})], [a_run(1, {"p": [1.0, 0.0, 2.0]})])
    assert not list(disagreements(near))
    assert "1 answers differ, first “q”" in next(disagreements(far))
    assert "1 answers against 1" in next(disagreements(other))


def test_the_page_keeps_the_last_table_of_every_case(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- tables -->\n<!-- end of tables -->\nafter\n", encoding="utf-8")
    for text in ("### two: old\n\nold\n", "### one: first\n\nfirst\n", "### two: new\n\nnew\n"):
        keep(text, page, ("one", "two"))
    assert page.read_text(encoding="utf-8") == (
        "before\n<!-- tables -->\n\n### one: first\n\nfirst\n\n### two: new\n\nnew\n\n<!-- end of tables -->\nafter\n"
    )


def test_a_process_is_counted_from_outside_and_its_start_from_inside() -> None:
    script = (
        "from benchmarks.clock import Clock\n"
        "clock = Clock()\n"
        "sum(range(5_000_000))\n"
        "block = b'x' * 200_000_000\n"
        "clock.stop({'q': [1.0]})\n"
    )
    # A process's peak is counted from its parent's at the fork, and the tests may be large: a small one starts it.
    small = (
        "import sys, json, dataclasses\n"
        "from benchmarks.clock import run\n"
        f"found = run([sys.executable, '-c', {script!r}])\n"
        "print(json.dumps(dataclasses.asdict(found)))\n"
    )
    done = subprocess.run([sys.executable, "-c", small], cwd=ROOT, capture_output=True, text=True, check=True)
    found = Run(**json.loads(done.stdout))
    assert found.answer == {"q": [1.0]}
    assert 0 < found.start_cpu < found.cpu
    assert found.memory > max(found.start_memory, 150_000_000)


def test_a_run_that_fails_says_why() -> None:
    with pytest.raises(Failed, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"])
