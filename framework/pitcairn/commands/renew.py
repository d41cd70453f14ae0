"""`pitcairn renew`: an adoption goes on, on newer evidence."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from pitcairn.commands import options, spreading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import person


@verb("renew", example="pitcairn renew bread-note bread-note-1.1.0.pilotpack")
@options.pilot
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unsigned", is_flag=True, help="Renew although nobody trusted here has signed the pack.")
@options.by
@options.today
def command(session: Session, pilot: str, file: Path, unsigned: bool, by: str | None) -> Answer:
    """Let an adoption go on, on newer evidence for the same model.

    The evidence of a pack is good until a day. After it, status says that the adoption has lapsed, no further stage
    opens, and watch counts it as a reason to retire. A newer pack of exactly the same core renews it; the prediction
    and the looks stay as they are. A pack with another core is another model, and is adopted as one.
    """
    from pitcairn.commands.adopting import refuse_untrusted
    from pitcairn.promotion.renew import renew
    from pitcairn.promotion.trust import verified
    from pitcairn.spec.practice_rules import load_trusted_keys

    folder = session.folder
    moment, who = session.moment(folder), person(by, folder.root)
    found = verified(file, load_trusted_keys(folder.trusted_keys_file), moment.today)
    refuse_untrusted(found, unsigned)
    pack = found.pack
    with session.changing("see whether it was renewed: pitcairn status"):
        state = renew(folder, pilot, pack.contents, pack.digest, by=who, now=moment.now, today=moment.today)
    return Answer(
        data={"pilot": pilot, "valid_until": state.valid_until, "pack_digest": pack.digest},
        show=partial(spreading.renewed, state=state),
        next=f"pitcairn rollout {pilot}",
    )
