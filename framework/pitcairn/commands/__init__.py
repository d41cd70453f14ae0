"""The command line: one verb, one file."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Entry of the `pitcairn` command; leaves with the exit code of the verb."""
    from pitcairn.commands.group import run

    sys.exit(run(sys.argv[1:]))
