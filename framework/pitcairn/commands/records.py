"""How the answers of `decide`, `amend` and `close` look on a terminal, and how what they need is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitcairn.commands.paper import Paper
from pitcairn.commands.targets import recordable

if TYPE_CHECKING:
    from pitcairn.commands.session import Session
    from pitcairn.iteration.outcomes import Compared, Decided, Next, Noted


def asked(session: Session, given: str | None, flag: str, question: str, *, choices: Sequence[str] = ()) -> str:
    """What was given with a flag, else the answer of the person at the terminal; usage error where nobody is there."""
    text = (given or "").strip()
    while not text:
        if given is not None or not session.asks:
            known = f" One of: {', '.join(choices)}." if choices else ""
            raise click.UsageError(f"{flag} is missing. {question}{known}".rstrip())
        kind = click.Choice(list(choices)) if choices else None
        text = str(
            click.prompt(question, type=kind, default="" if kind is None else None, show_default=False, err=True)
        )
        text = text.strip()
    return recordable(text, flag)


def decided(paper: Paper, *, done: Decided, shown: Callable[[Path], str]) -> None:
    """The decision, whether it differs from the rules, and where it is shown."""
    paper.wrap(f"{'Would record' if done.dry_run else 'Recorded'}. {done.ruling.word}. {done.ruling.sentence}")
    if done.replaces:
        paper.wrap("It replaces the earlier decision for this arm; both stay in the ledger.")
    paper.say("Nothing was written." if done.dry_run else f"Wrote {shown(done.report_file)}")


def noted(paper: Paper, *, done: Noted, shown: Callable[[Path], str]) -> None:
    """What every page says from now on."""
    paper.say(f"{'Would be' if done.dry_run else 'Is now'} on record, and heads every page of the iteration:")
    paper.wrap(done.sentence, indent=2)
    if done.dry_run:
        paper.say("Nothing was written.")
    elif done.report_file:
        paper.say(f"Wrote {shown(done.report_file)}")


def iterated(paper: Paper, *, done: Next, shown: Callable[[Path], str]) -> None:
    """What was written, and for a confirmation what launching it will spend."""
    from pitcairn.phrases import percentage

    wrote = "Would write" if done.dry_run else "Wrote"
    paper.say(f"{wrote} {shown(done.file)} from iteration {done.base}, comments kept.")
    if done.attempt is not None:
        paper.wrap(
            f"A confirmation: fresh customers, half and half. Launching it is attempt {done.attempt.number}, "
            f"judged at {percentage(done.attempt.level)}; then {percentage(done.attempt.spent)} of 5% are spent "
            f"and {percentage(done.attempt.left)} left. The model, measures and margins stay as they were."
        )
    paper.say("Nothing was written." if done.dry_run else "Edit it, then check it.")


def compared(paper: Paper, *, found: Compared) -> None:
    """The plan's differences, then both results."""
    before, after = found.sides
    paper.say(f"{found.pilot}: iteration {before.number} against iteration {after.number}", bold=True)
    for what, why in found.changed:
        paper.wrap(f"Said to change: {what}. Why: {why}")
    paper.say(
        f"\nIn the plan: {len(found.plan)} differences" if len(found.plan) != 1 else "\nIn the plan: 1 difference"
    )
    for one in found.plan:
        paper.wrap(f"{one.path}: was {one.before}, is {one.after}", indent=2)
    for side in found.sides:
        kind = "an exploration" if side.stage == "explore" else "a confirmation, not launched yet"
        stage = side.attempt.sentence if side.attempt else kind
        paper.say()
        paper.wrap(f"Iteration {side.number} ({stage}). {side.headline}")
        for arm in side.arms:
            told = ". ".join(part for part in (arm.word, arm.effect, arm.range_sentence) if part)
            paper.mark(arm.mark, arm.label, told, column=max(len(one.label) for one in side.arms))
