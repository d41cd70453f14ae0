"""What a process cost: CPU time and peak memory as the kernel counted them, its start-up told apart."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARK = "benchmark: "

Answer = dict[str, list[float]]
"""Question -> estimate and the ends of its range, or whatever the contestants have to agree on."""


class Clock:
    """Made by a run once everything it needs is imported and the engine is there: what came before is start-up."""

    def __init__(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        self._start = {"cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024}

    def stop(self, answer: Answer) -> None:
        """Tells the benchmark what the start-up took and what was found."""
        sys.stdout.write(f"{MARK}{json.dumps({'start': self._start, 'answer': answer})}\n")


@dataclass(frozen=True, slots=True)
class Run:
    """One whole process, in seconds and bytes."""

    cpu: float
    wall: float
    memory: int
    """At its peak."""
    start_cpu: float
    start_memory: int
    answer: Answer

    @property
    def work(self) -> float:
        """CPU time without the start-up."""
        return self.cpu - self.start_cpu


class Failed(Exception):
    """A run that did not end well; the text is what it had to say."""


def run(command: Sequence[str]) -> Run:
    """Runs a command from the repository's folder. `Failed` if it does not end with 0.

    The kernel counts a process's peak from its parent's at the fork, so whoever calls this must stay small.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said, complaint = out.read().decode(), err.read().decode()
    if process.returncode:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{complaint[-2000:]}")
    told = next((json.loads(line.removeprefix(MARK)) for line in said.splitlines() if line.startswith(MARK)), None)
    start = told["start"] if told else {"cpu": 0.0, "memory": 0.0}
    return Run(
        cpu=used.ru_utime + used.ru_stime,
        wall=wall,
        memory=used.ru_maxrss * 1024,
        start_cpu=start["cpu"],
        start_memory=int(start["memory"]),
        answer=told["answer"] if told else {},
    )
