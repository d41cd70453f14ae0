"""`pitcairn ledger`: proof that what was promised and read still stands as it was written."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import tables
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.errors import DataError


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
    from pitcairn.ledger.witnesses import witnesses

    folder = session.folder
    known = witnesses(folder)
    found = verified(folder.ledger_file, expected_heads=known.heads, expected_results=known.results)
    return Answer(
        data={"rows": found.rows, "head": found.head, "findings": found.findings},
        show=partial(tables.ledger, found=found),
        next="pitcairn status" if found.intact else None,
        exit_code=0 if found.intact else DataError.exit_code,
    )


command.add_command(verify)
