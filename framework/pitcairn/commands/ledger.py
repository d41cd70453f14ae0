"""`pitcairn ledger`: proof that what was promised and read still stands as it was written."""

from __future__ import annotations

import contextlib
import json
from functools import partial

import click

from pitcairn.commands import tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.errors import DataError
from pitcairn.program import ProgramFolder


@click.group("ledger", no_args_is_help=False, epilog="\b\nExample:\n  pitcairn ledger verify")
def command() -> None:
    """What was promised and read, and proof that it stands.

    The ledger is one file, ledger.db. Rows are only ever added, and each carries the fingerprint of the one before.
    """


@verb("ledger-verify", example="pitcairn ledger verify")
def verify(session: Session) -> Answer:
    """Find any row that was changed, removed or put in later.

    Ends with exit code 0 where every row stands as it was written, 4 where one does not.
    """
    from pitcairn.ledger.verify import verify as verified

    folder = session.folder
    heads, results = _remembered(folder)
    found = verified(folder.ledger_file, expected_heads=heads, expected_results=results)
    return Answer(
        data={"rows": found.rows, "head": found.head, "findings": found.findings},
        show=partial(tables.ledger, found=found),
        exit_code=0 if found.intact else DataError.exit_code,
    )


def _remembered(folder: ProgramFolder) -> tuple[dict[str, str], dict[str, str]]:
    """What the result files remember of the ledger: the row each was recorded after, and its own fingerprint."""
    from pitcairn.canonical import file_digest

    heads: dict[str, str] = {}
    results: dict[str, str] = {}
    for path in sorted(folder.root.glob("results/*/iteration-*.json")):
        results[folder.relative(path)] = file_digest(path)
        # A result that is no JSON any more remembers nothing; its fingerprint already tells.
        with contextlib.suppress(ValueError, KeyError, TypeError):
            heads[folder.relative(path)] = str(json.loads(path.read_bytes())["provenance"]["ledger_head"])
    return heads, results


command.add_command(verify)
