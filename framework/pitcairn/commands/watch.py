"""`pitcairn watch`: what came of an adoption, beside what was predicted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from pitcairn.commands import options, spreading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import person


@verb("watch", example="pitcairn watch bread-note")
@options.pilot
@click.option(
    "--registry",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also put the adoption, with what came of it, into this registry.",
)
@options.dry_run
@options.by
@options.today
def command(session: Session, pilot: str, registry: Path | None, dry_run: bool, by: str | None) -> Answer:
    """Hold what came against what was predicted.

    Takes a look at the last readings of every stage, compared with the customers held out for good, and keeps it in
    the ledger. Three questions: is it harm (may be asked at any look), is the gain confirmed (asked with a budget over
    all looks), is it drifting from the prediction. Seven looks in a row on one side of the prediction are a sign too.
    """
    from pitcairn.promotion.registry import publish
    from pitcairn.promotion.vouched import place, signers
    from pitcairn.promotion.watch import watch
    from pitcairn.spec.practice_rules import load_trusted_keys

    folder = session.folder
    moment, who = session.moment(folder), person(by, folder.root)
    by_whom = signers(folder, pilot, load_trusted_keys(folder.trusted_keys_file))
    state, found = watch(folder, pilot, by=who, now=moment.now, today=moment.today, dry_run=dry_run)
    signed = place(folder, pilot) if by_whom else None
    written = None if registry is None or dry_run else publish(registry, state, found, signed=signed)
    return Answer(
        data={"pilot": pilot, "prediction": state.adoption.prediction, "watched": found, "signatures": by_whom},
        show=partial(spreading.watched, state=state, found=found, signed=by_whom, written=written, shown=session.shown),
        next=f"pitcairn retire {pilot} --because TEXT" if found.retire and state.over is None else None,
    )
