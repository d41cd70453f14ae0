"""The command: makes what is needed, lets the contestants take turns, prints a table for each case."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import cases
from benchmarks.cases import Case
from benchmarks.clock import ROOT, Failed, Run, run
from benchmarks.machine import described
from benchmarks.peers import environments
from benchmarks.table import Outcome, block, disagreements, keep

CUSTOMERS = 10_000_000
SCRATCH = ROOT / "benchmarks" / "scratch"
"""Everything that is made: data by size, the peers' environments. Git ignores it; delete it when you like."""
PAGE = ROOT / "benchmarks" / "README.md"


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def make(kind: str, folder: Path, customers: int) -> None:
    """The data of one kind, and for events the draw that they are read with."""
    say(f"data: {kind}")
    if kind == "registry":
        run(cases.module("registry", "make", folder))
        return
    if kind == "pack":
        run(cases.module("packs", "make", folder))
        return
    if kind == "demo":
        run(cases.module("pages", "make", folder))
        return
    run(cases.module("data", kind, folder, customers))
    if kind.startswith("events") and not (folder / "draw" / "assignment.parquet").is_file():
        run(cases.module("ours", "draw", folder, "--into", folder / "draw"))


def peers_had(folder: Path, names: Sequence[str]) -> tuple[dict[str, Path], list[str]]:
    """The peers' interpreters, and a line on every peer: its version, or why there is none."""
    pythons, lines = {}, []
    for peer in names:
        say(f"peer: {peer}")
        try:
            pythons[peer] = environments.python_of(peer, folder)
            lines.append(environments.version_of(peer, folder))
        except Failed as failure:
            lines.append(f"{peer} could not be had, so it was not measured: {failure}")
    return pythons, lines


def case_of(name: str, data: Path, pythons: dict[str, Path]) -> Case:
    if name == "wide":
        return cases.wide(data / "wide")
    if name.startswith("events"):
        return cases.events(data / name, name.removeprefix("events-"))
    if name == "draw":
        return cases.draw(data / "events-text")
    if name == "peers":
        return cases.peers(data / "wide", pythons)
    if name == "packs":
        return cases.packs(data / "pack")
    if name == "registry":
        return cases.registry(data / "registry")
    if name == "pages":
        return cases.pages(data / "demo")
    if name == "moments":
        return cases.moments(pythons)
    if name == "reading":
        return cases.reading(pythons)
    return cases.start(Path(sys.executable).with_name("pitcairn"))


def measured(case: Case, pairs: int) -> Outcome:
    """Every contestant once, unrecorded, so that files and byte code are warm; then in turns."""
    runs: dict[str, list[Run]] = {name: [] for name in case.commands}
    for turn in range(pairs + 1):
        for name, command in case.commands.items():
            found = run(command)
            say(f"{case.name} {turn}/{pairs}  {name}: {found.cpu:.2f} s, {found.memory / 2**20:.0f} MiB")
            if turn:
                runs[name].append(found)
    return Outcome(case, runs)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything ran and the answers agree, whether or not the targets are met; else 1.

    Targets are for the full size only: small files measure what is paid once.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of 10 million customers, such as 0.02")
    parser.add_argument("--only", action="append", choices=cases.NAMES, help="may be given more than once")
    parser.add_argument("--pairs", type=int, help="recorded turns, instead of each case's own number")
    parser.add_argument("--scratch", type=Path, default=SCRATCH, help="where data and environments are made")
    parser.add_argument("--keep", action="store_true", help="keep the tables in benchmarks/README.md")
    asked = parser.parse_args(arguments)
    scratch, customers = asked.scratch.resolve(), round(CUSTOMERS * asked.scale)
    names = [name for name in cases.NAMES if not asked.only or name in asked.only]
    about = described(customers)
    failed = False
    for name in names:
        try:
            pythons, notes = peers_had(scratch / "peers", cases.PEERS.get(name, ()))
            case = case_of(name, scratch / f"{asked.scale:g}", pythons)
            for kind in case.needs:
                make(kind, scratch / f"{asked.scale:g}" / kind, customers)
            found = measured(case, asked.pairs or case.pairs)
        except Failed as failure:
            say(f"{name} was not measured: {failure}")
            failed = True
            continue
        text = block(found, [*about, *notes], judged=asked.scale == 1)
        print(text, flush=True)
        wrong = list(disagreements(found))
        for line in wrong:
            say(line)
        failed = failed or bool(wrong)
        if asked.keep and not wrong:
            keep(text, PAGE, cases.NAMES)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
