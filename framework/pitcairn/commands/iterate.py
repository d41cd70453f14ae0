"""`pitcairn iterate`: the next iteration's file, from the last one."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import click

from pitcairn.commands import options, records
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import Day, verb
from pitcairn.commands.session import Session

if TYPE_CHECKING:
    from pitcairn.spec.loaded import Loaded


@verb("iterate", example='pitcairn iterate second-order --what "a shorter message" --why "few read to the end"')
@options.pilot
@click.option("--confirm", is_flag=True, help="Confirm the model: freeze it, draw fresh customers 50/50, one attempt.")
@click.option("--arm", metavar="ID", help="With --confirm: which arm; needed where several were tried.")
@click.option("--from", "base", type=click.IntRange(min=1), metavar="N", help="Which iteration (default: the last).")
@click.option("--what", multiple=True, metavar="TEXT", help="What changed; may be repeated, each with a --why.")
@click.option("--why", multiple=True, metavar="TEXT", help="Why it changed.")
@click.option(
    "--expect",
    multiple=True,
    metavar="ARM=RANGE",
    help="The gain you expect of an arm, such as “note=10 to 40 per 1000”; may be repeated, with --confirm needed.",
)
@click.option("--question", metavar="TEXT", help="The question of this iteration (default: the same).")
@click.option("--start", type=Day(), metavar="DATE", help="The first day (default: as soon as the last one is over).")
@options.dry_run
@options.today
def command(
    session: Session,
    pilot: str,
    confirm: bool,
    arm: str | None,
    base: int | None,
    what: tuple[str, ...],
    why: tuple[str, ...],
    expect: tuple[str, ...],
    question: str | None,
    start: date | None,
    dry_run: bool,
) -> Answer:
    """Write the next iteration from the last one, comments kept.

    Asks what changes and why, and what you expect this time; then edit the file. With --confirm the model is frozen:
    the arm and what it is compared with stay as they were, fresh customers are drawn half and half, the end is fixed,
    and launching takes the next attempt from the error budget of this question at this place.
    """
    from pitcairn.commands.yaml_text import yaml_text
    from pitcairn.iteration.next_turn import arm_to_confirm, base_of, iterate

    folder = session.folder
    loaded = base_of(folder, pilot, base)
    confirmed = arm_to_confirm(folder, loaded, arm) if confirm else None
    done = iterate(
        folder,
        loaded,
        changes=_changes(session, what, why, confirmed, loaded),
        expected=_expected(session, expect, confirmed, loaded),
        confirm=confirmed,
        question=question,
        start=start,
        today=session.moment_in(loaded.program).today,
        quote=yaml_text,
        dry_run=dry_run,
    )
    return Answer(
        data={"iteration": done},
        show=partial(records.iterated, done=done, shown=session.shown),
        next=f"pitcairn iterate {pilot}" if dry_run else f"pitcairn check {pilot}",
    )


def _changes(
    session: Session, what: tuple[str, ...], why: tuple[str, ...], confirmed: str | None, base: Loaded
) -> tuple[tuple[str, str], ...]:
    if len(what) != len(why) and (what or not confirmed) and not (len(what) == 1 and not why):
        raise click.UsageError(f"--what is given {len(what)} times and --why {len(why)} times; each needs the other.")
    if confirmed and not what:
        told = f"Nothing in the model: “{confirmed}” is confirmed on fresh customers"
        reason = records.asked(session, why[0] if why else None, "--why", "Why confirm it now?")
        return ((told, reason),)
    happened = what or (records.asked(session, None, "--what", f"What changes since iteration {base.number}?"),)
    reasons = why or (records.asked(session, None, "--why", "Why?"),)
    return tuple(
        (records.asked(session, one, "--what", ""), records.asked(session, other, "--why", ""))
        for one, other in zip(happened, reasons, strict=True)
    )


def _expected(session: Session, given: tuple[str, ...], confirmed: str | None, base: Loaded) -> dict[str, str]:
    if base.iteration is None or base.pilot is None:
        return {}
    arms = base.iteration.arms
    tried = [id for id, arm in arms.items() if arm.role == "treatment" and confirmed in (None, id)]
    found: dict[str, str] = {}
    for text in given:
        id, sign, gain = text.partition("=")
        if not sign or id not in tried or id in found:
            raise click.UsageError(f"“{text}” is not ARM=RANGE with an arm of: {', '.join(tried)}, each once.")
        found[id] = gain.strip()
    given_none = [id for id, gain in found.items() if gain.lower() == "none"]
    found = {id: gain for id, gain in found.items() if id not in given_none}
    if confirmed in given_none:
        raise click.UsageError("A confirmation needs a prediction: without one its model could never be promoted.")
    if confirmed and confirmed not in found:
        # Without one the attempt would be spent on what can never be promoted.
        question = f"Which gain do you expect of “{arms[confirmed].label}”, from..to?"
        gain = records.asked(session, None, f"--expect {confirmed}=RANGE", question)
        return {confirmed: gain}
    if session.asks and not given:
        unit = base.program.measures[base.pilot.deciding].label
        for id in tried:
            asked = f"Gain you expect of “{arms[id].label}” in {unit}, from..to (empty for none)"
            answer = str(click.prompt(asked, default="", show_default=False, err=True)).strip()
            found |= {id: answer} if answer else {}
    return found
