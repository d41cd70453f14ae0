"""The repository's own pilots, from nothing to their pages: `python -m pitcairn.examples.reference`.

Everything goes through the command line, as a person would type it; only the clock is moved with --today, which a
program allows whose data is simulated. May be run again: it first removes what it made before, and nothing else.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pitcairn.commands.group import run
from pitcairn.errors import PitcairnError, Refused
from pitcairn.examples.shop.simulate import CONTACTS, CUSTOMERS, customers, outcomes
from pitcairn.examples.shop.truth import TRUTHS
from pitcairn.ledger.history import launches
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

COUNT = 30_000
SEED = 3
"""Any will do; with this one luck is close to the truth, so that the pages teach what was built in."""
FIRST_CONTACT, LAST_CONTACT = date(2026, 2, 9), date(2026, 5, 31)
DECIDED = date(2026, 6, 3)
WHY = "Customers answer, the counter uses it, and nobody waits longer."
MARKER = "reference"


@dataclass(frozen=True, slots=True)
class Turn:
    """One iteration, and the days on which it is launched and read."""

    pilot: str
    number: int
    launched: date
    read: date


TURNS = (
    Turn("second-order", 1, date(2026, 3, 1), date(2026, 3, 31)),
    Turn("pickup-note", 1, date(2026, 4, 5), date(2026, 4, 28)),
    Turn("pickup-note", 2, date(2026, 5, 10), date(2026, 6, 2)),
)


def reference(root: Path, seed: int) -> int:
    """Run every turn in the program at `root`; 0, or the exit code of the first command that failed.

    Refused where the folder holds anything that this function did not make and would have to remove.
    """
    folder = ProgramFolder(root.resolve())
    clean(folder)
    marker = _marker(folder)
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(
        "Made by python -m pitcairn.examples.reference; running it again replaces it.\n", encoding="utf-8"
    )
    customers(folder.root, seed, count=COUNT, first=FIRST_CONTACT, last=LAST_CONTACT)
    for turn in TURNS:
        if code := _turn(folder, turn, seed):
            return code
    if code := promoted(folder):
        return code
    today = f"--today={TURNS[-1].read}"
    return _command(folder, "ledger", "verify") or _command(folder, "status", today)


def promoted(folder: ProgramFolder) -> int:
    """What passed is decided by somebody else than its owner, and packed."""
    which, today = ("pickup-note", "--arm=one"), f"--today={DECIDED}"
    decision = ("--decision=promote", f"--why={WHY}", "--by=Priya Nair")
    return _command(folder, "decide", *which, *decision, today) or _command(
        folder, "promote", *which, today, "--by=reference"
    )


def clean(folder: ProgramFolder) -> None:
    """Remove what an earlier run left. Refused where it may be somebody's own work."""
    if load(folder).program.simulated is None:
        raise Refused(f"{folder.root} is a program with real data; the reference pilots are simulated.")
    made = [path for path in _made(folder) if path.exists()]
    if made and not _marker(folder).is_file():
        shown = ", ".join(folder.relative(path) for path in made)
        raise Refused(
            f"Not made by this command, so not removed: {shown}.", hint="move them away, or use another clone"
        )
    others = sorted({row.pilot for row in launches(folder.ledger_file)} - {turn.pilot for turn in TURNS})
    if others:
        raise Refused(f"The ledger also holds {', '.join(others)}.", hint="run the reference pilots in another clone")
    for path in made:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _turn(folder: ProgramFolder, turn: Turn, seed: int) -> int:
    which = (turn.pilot, f"--iteration={turn.number}")
    launched, read = f"--today={turn.launched}", f"--today={turn.read}"
    if code := _command(folder, "plan", *which) or _command(
        folder, "launch", *which, launched, "--yes", "--by=reference"
    ):
        return code
    outcomes(folder.root, turn.pilot, turn.number, seed)
    return _command(folder, "read", *which, read, "--by=reference") or _command(folder, "report", *which, "--verify")


def _command(folder: ProgramFolder, *words: str) -> int:
    print(f"\n$ pitcairn {' '.join(words)}", flush=True)
    return run(["-C", str(folder.root), "--no-input", *words])


def _made(folder: ProgramFolder) -> list[Path]:
    """Everything a run leaves, but for the marker."""
    ledger = folder.ledger_file
    made = [ledger, *(ledger.with_name(ledger.name + end) for end in ("-journal", "-wal", "-shm"))]
    made += sorted(folder.packs.glob("pickup-note-*.pilotpack"))
    made += [folder.root / CUSTOMERS, folder.root / CONTACTS]
    for turn in TURNS:
        tables = TRUTHS[turn.pilot, turn.number].tables
        made += [folder.root / "data" / table / f"{turn.pilot}-{turn.number}.csv" for table in tables]
        made += [folder.result_file(turn.pilot, turn.number), folder.report_file(turn.pilot, turn.number)]
        made.append(folder.lists(turn.pilot, turn.number))
    return made


def _marker(folder: ProgramFolder) -> Path:
    return folder.scratch.parent / MARKER


def main(arguments: list[str] | None = None) -> int:
    """Run the reference pilots; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pitcairn.examples.reference", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(), help="the clone (default: here)")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same customers")
    options = parser.parse_args(arguments)
    try:
        return reference(options.folder, options.seed)
    except PitcairnError as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
