"""`pitcairn promote`: the promotion tests, and the pack."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands import options, packs
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source, person


@verb("promote", example="pitcairn promote second-order --arm early --dry-run")
@options.pilot
@click.option("--arm", metavar="ID", help="The arm whose model is to be packed (default: the only one tried).")
@click.option(
    "--iteration",
    type=click.IntRange(min=1),
    metavar="N",
    help="The confirmation it rests on (default: the arm’s latest).",
)
@options.data
@options.dry_run
@options.by
@options.today
def command(
    session: Session,
    pilot: str,
    arm: str | None,
    iteration: int | None,
    data: tuple[str, ...],
    dry_run: bool,
    by: str | None,
) -> Answer:
    """Pack a proven model with its evidence, for others to adopt.

    Every promotion test must be met; what is not is told all at once, with what to do about it. The deciding reading is
    taken again, from the ledger’s plan and the very files it was made from, and must come out the same. The pack goes
    to packs/NAME-VERSION.pilotpack and its row into the ledger, both or neither. Nothing in a pack names a customer:
    what would is refused. The same ledger and files make the same pack, to the byte.
    """
    from pitcairn.promotion.promote import promote

    folder = session.folder
    moment, who = session.moment(folder), person(by, folder.root)
    files = files_by_source(data)
    session.stage("Reading again …")
    with session.changing("see whether the pack is in packs/: pitcairn ledger verify", really=not dry_run):
        done = promote(folder, pilot, arm, by=who, now=moment.now, number=iteration, dry_run=dry_run, data=files)
    return Answer(
        data={
            "file": done.file,
            "size": done.size,
            "name": done.contents.identity.name,
            "version": done.contents.identity.version,
            "pack_digest": done.digest,
            "core_digest": done.contents.core_digest,
            "tests": done.standings,
            "written": not dry_run,
            "again": done.again,
        },
        show=partial(packs.promoted, done=done, shown=session.shown),
        next=f"pitcairn pack sign {session.shown(done.file)} --key KEYFILE",
    )
