"""`pitcairn export`: what delivery systems read."""

from __future__ import annotations

from functools import partial

from pitcairn.commands import options, spreading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session


@verb("export", example="pitcairn export second-order")
@options.pilot
@options.dry_run
def command(session: Session, pilot: str, dry_run: bool) -> Answer:
    """Write what delivery systems read.

    Flag files for flagd and OpenFeature and for GrowthBook (SDK and REST), and one list of customers with their
    arm, stage and place for any other system. The flag files compare the place as an attribute of the customer,
    `pilot_bucket`; they hash nothing, so no engine's next version moves anybody. After a rollback or a retirement
    they are switched off, and the list says until when it was valid.
    """
    from pitcairn.promotion.handing import export

    folder = session.folder
    done = export(folder, pilot, dry_run=dry_run)
    return Answer(
        data={"export": done},
        show=partial(spreading.exported, done=done, dry_run=dry_run, shown=session.shown),
    )
