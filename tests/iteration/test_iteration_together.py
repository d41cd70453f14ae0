"""Two people at once, and a crash at any moment: real processes on one program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_shop import ITERATION, a_shop, assigned, go, look, outcomes

from pitcairn.ledger import attempts, history
from pitcairn.ledger.verify import verify
from pitcairn.program import ProgramFolder

HERE = Path(__file__).parent
LAUNCH = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from small_shop import go
from pitcairn.errors import Refused
from pitcairn.program import ProgramFolder
for again in range(5):
    try:
        go(ProgramFolder(Path({root!r})), {pilot!r})
        break
    except Refused as refused:
        print(refused)
"""
DECIDE = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from small_shop import AFTER
from pitcairn.iteration.decide import decide
from pitcairn.program import ProgramFolder
print("ready", flush=True)
for word in ("wait", "stop") * 200:
    decide(ProgramFolder(Path({root!r})), "note", None, arm=None, decision=word, why="x", by="Bo Lind", now=AFTER)
"""


def run(script: str, folder: ProgramFolder, **values: str) -> subprocess.Popen[str]:
    code = script.format(here=str(HERE), root=str(folder.root), **values)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_two_confirmations_launched_at_once_spend_twice_and_share_no_customer(tmp_path: Path) -> None:
    folder = a_shop(tmp_path, pilots=("card", "note"))
    text = ITERATION.replace("stage: explore", "stage: confirm\ntake: 1/3")
    for pilot in ("card", "note"):
        folder.iteration_file(pilot, 1).write_text(text, encoding="utf-8")
    both = [run(LAUNCH, folder, pilot=pilot) for pilot in ("card", "note")]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    rows = history.launches(folder.ledger_file)
    assert [row.body.attempt for row in rows] == [1, 2]
    assert [row.body.level for row in rows] == [0.025, 0.0125]
    assert attempts.spending(folder.ledger_file).expected_false == pytest.approx(0.0375)
    assert not set(assigned(folder, "card")) & set(assigned(folder, "note"))
    assert verify(folder.ledger_file).intact


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no signal that cannot be caught")
def test_a_crash_while_deciding_leaves_whole_rows_and_a_page_that_can_be_made_again(tmp_path: Path) -> None:
    from pitcairn.iteration.report import rebuild

    folder = a_shop(tmp_path)
    go(folder)
    outcomes(folder)
    look(folder)
    for pause in (0.05, 0.11, 0.17):
        process = run(DECIDE, folder)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(pause)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
        assert verify(folder.ledger_file).intact
        rebuild(folder, "note", 1)
        assert rebuild(folder, "note", 1, verify=True).same
    rows = history.decisions(folder.ledger_file)
    page = folder.report_file("note", 1).read_text(encoding="utf-8")
    assert not rows or f"Decided: {rows[-1].body.decision}" in page
