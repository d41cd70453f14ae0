"""From the published files to two pages: `python -m pitcairn.examples.charity_prompt --from DIR --into DIR`."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from pitcairn.commands.group import run
from pitcairn.errors import PitcairnError
from pitcairn.examples.charity_prompt import rows

HERE = Path(__file__).parent
PILOT = "raised-prompts"


def make(published: Path, into: Path) -> None:
    """The program with its outcome files, in a folder of its own.

    DataError where the published files are not there or are others; FileExistsError where the folder exists.
    """
    rows.checked(published)
    shutil.copytree(HERE, into, ignore=shutil.ignore_patterns("*.py", "__pycache__", "*.md"))
    for number in rows.ITERATIONS:
        rows.write(published, number, into / "data" / f"iteration-{number}.csv")


def read(folder: Path) -> int:
    """Launch and read both iterations through the command line; the first exit code that is not 0."""
    for number in rows.ITERATIONS:
        which = (PILOT, f"--iteration={number}", f"--data=visitors={folder / 'data' / f'iteration-{number}.csv'}")
        for words in (("launch", *which, "--yes", "--by=example"), ("read", *which, "--by=example")):
            if code := run(["-C", str(folder), "--no-input", *words]):
                return code
    return 0


def main() -> int:
    """The exit code."""
    reader = argparse.ArgumentParser(prog="python -m pitcairn.examples.charity_prompt", description=__doc__)
    reader.add_argument("--from", dest="published", type=Path, required=True, help="the folder of the published files")
    reader.add_argument("--into", type=Path, required=True, help="a folder to make")
    given = reader.parse_args()
    try:
        make(given.published, given.into)
    except (PitcairnError, OSError) as failure:
        sys.stderr.write(f"{failure}\n")
        return 2
    return read(given.into)


if __name__ == "__main__":
    sys.exit(main())
