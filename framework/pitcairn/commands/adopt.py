"""`pitcairn adopt`: a pack becomes a pilot here, with its prediction registered first."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import click

from pitcairn.commands import options, spreading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import Day, verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source, person


@verb("adopt", example="pitcairn adopt bread-note-1.0.0.pilotpack --at location:leeds --set shop_name=Leeds")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--at", required=True, metavar="KIND:ID", help="Where: location:ID or product_line:ID.")
@click.option("--as", "pilot", metavar="PILOT", help="The new pilot's id (default: the pack's name).")
@click.option("--owner", metavar="NAME", help="Who answers for it here (default: who adopts).")
@click.option("--start", type=Day(), metavar="DATE", help="First day (default: in a week).")
@click.option("--map", "names", multiple=True, metavar="THEIRS=OURS", help="Our name for a measure, group, column ...")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="A parameter's value here.")
@click.option("--keep", multiple=True, metavar="COLUMN=VALUE", help="Which customers are this place's.")
@click.option(
    "--registry",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Learn from the adoptions in this registry.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Sign the prediction with this private key; may be repeated.",
)
@click.option("--unsigned", is_flag=True, help="Adopt although nobody trusted here has signed it.")
@options.data
@options.dry_run
@options.by
@options.today
def command(
    session: Session,
    file: Path,
    at: str,
    pilot: str | None,
    owner: str | None,
    start: date | None,
    names: tuple[str, ...],
    values: tuple[str, ...],
    keep: tuple[str, ...],
    registry: Path | None,
    keys: tuple[Path, ...],
    unsigned: bool,
    data: tuple[str, ...],
    dry_run: bool,
    by: str | None,
) -> Answer:
    """Adopt a pack at a place of this program.

    Checks the pack and its signatures, whether everything it needs is here, and whether the customers' contacts leave
    room for it. Says what to expect of it here, and refuses where the customers are too unlike those it was proven
    with. Then writes an ordinary pilot, with a holdout that stays, and registers the prediction in the ledger, before
    the first customer. A core part of the model cannot be changed: that would be another model, and a new pilot.
    """
    from pitcairn.commands.adopting import adopt, pairs, refuse_untrusted
    from pitcairn.promotion.fitting import Setting
    from pitcairn.promotion.trust import verified
    from pitcairn.spec.practice_rules import load_trusted_keys

    folder = session.folder
    moment, who = session.moment(folder), person(by, folder.root)
    session.stage("Checking the pack …")
    found = verified(file, load_trusted_keys(folder.trusted_keys_file), moment.today)
    refuse_untrusted(found, unsigned)
    contents = found.pack.contents
    kind, _, place = at.partition(":")
    if kind not in ("location", "product_line") or not place:
        raise click.BadParameter(f"“{at}” is not location:ID or product_line:ID.", param_hint="--at")
    setting = Setting(
        pilot=pilot or contents.identity.name,
        owner=owner or who,
        at_kind=kind,
        at=place,
        start=start or moment.today + timedelta(days=7),
        names=pairs(names, "--map"),
        values=pairs(values, "--set"),
        keep=pairs(keep, "--keep"),
    )
    session.stage("Counting the customers here …")
    with session.changing("see whether it was done: pitcairn status", really=not dry_run):
        done = adopt(
            folder,
            contents,
            found.pack.digest,
            setting,
            registry,
            files_by_source(data),
            by=who,
            now=moment.now,
            today=moment.today,
            dry_run=dry_run,
            keys=[key.expanduser() for key in keys],
        )
    return Answer(
        data={"pilot": setting.pilot, "pack": contents.identity, "said": done.said, "files": done.files},
        show=partial(spreading.adopted, said=done.said, files=done.files, dry_run=dry_run, shown=session.shown),
        next=None if dry_run else f"pitcairn launch {setting.pilot}",
    )
