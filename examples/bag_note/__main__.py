"""The whole story: `python -m pitcairn.examples.bag_note --into DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pitcairn.examples.bag_note.story import tell


def main() -> int:
    """Tell the story into a folder that does not exist yet; the exit code of the first command that went otherwise."""
    parser = argparse.ArgumentParser(prog="python -m pitcairn.examples.bag_note", description=__doc__)
    parser.add_argument("--into", type=Path, required=True, help="a folder that is not there yet")
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    return tell(given.into, given.seed)


if __name__ == "__main__":
    sys.exit(main())
