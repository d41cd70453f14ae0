"""`python -m pitcairn.examples.shop customers ...`, then, after a launch, `... outcomes ...`."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from pitcairn.errors import PitcairnError
from pitcairn.examples.shop.simulate import customers, outcomes


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two commands; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "customers":
            span = {"first": options.first, "last": options.last}
            written = customers(options.folder, options.seed, count=options.count, **span)
        else:
            written = outcomes(options.folder, options.pilot, options.iteration, options.seed)
    except PitcairnError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(*(path.as_posix() for path in written), sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pitcairn.examples.shop", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    before = commands.add_parser("customers", help="make the customers, and the contacts other teams make")
    before.add_argument("--count", type=int, default=30_000, help="how many customers")
    before.add_argument("--first", type=date.fromisoformat, default=date(2026, 2, 9), help="first day of contacts")
    before.add_argument("--last", type=date.fromisoformat, default=date(2026, 5, 31), help="last day of contacts")
    after = commands.add_parser("outcomes", help="make what customers did after a launch")
    after.add_argument("--pilot", required=True, help="the pilot's id")
    after.add_argument("--iteration", type=int, default=1, help="which iteration")
    for command in (before, after):
        command.add_argument("--folder", type=Path, required=True, help="the program folder")
        command.add_argument("--seed", type=int, default=3, help="the same seed gives the same files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
