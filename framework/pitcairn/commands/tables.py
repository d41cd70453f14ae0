"""How the answers of `launch`, `status`, `list` and `ledger` look on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pitcairn.commands.paper import Kind, Paper
from pitcairn.phrases import day

if TYPE_CHECKING:
    from pitcairn.evidence.facts import Check
    from pitcairn.iteration.outcomes import Launch, Rebuilt, Standing
    from pitcairn.ledger.attempts import Spending
    from pitcairn.ledger.verify import Verification
    from pitcairn.reading.overview import RolloutNow

STATES: dict[str, Kind] = {"pass": "good", "warn": "watch", "fail": "bad", "unchecked": "neutral"}


def launch(paper: Paper, *, done: Launch, shown: Callable[[Path], str]) -> None:
    """What was drawn, whether the groups are alike, what was written."""
    from pitcairn.design.eligibility import drawn_whole, explained

    would = "Would draw" if done.dry_run else "Drew"
    total = sum(count for _, _, count in done.arms)
    if done.drawn_by_us:
        paper.wrap(drawn(would, total, done.arms))
    else:
        paper.wrap("The groups were drawn by somebody else; they are read from the data.")
    if done.in_scope is not None:
        paper.wrap(f"{explained(done.in_scope, [(one.reason, one.count) for one in done.left_out])}.")
    if whole := drawn_whole(done.plan, done.units, done.units_in_scope):
        paper.wrap(whole)
    checks(paper, done.checks)
    for file in done.files:
        paper.say(f"{'Would write' if done.dry_run else 'Wrote'} {shown(file)}")
    verb = "Would lock" if done.dry_run else "Locked"
    paper.wrap(f"{verb} iteration {done.plan.number} of {done.plan.pilot}; fingerprint {done.digest[:12]}.")
    if done.retrospective:
        paper.mark("watch", "looking back", "The outcomes were there before the plan: this can teach, never promote.")
    if done.dry_run:
        paper.say("Nothing was written.")
    elif done.drawn_by_us:
        paper.wrap(
            f"Hand the {'list' if len(done.files) == 2 else 'lists'} to whoever reaches these customers. "
            f"There is something to read from {day(done.plan.start + timedelta(days=1))} on."
        )


def checks(paper: Paper, found: tuple[Check, ...]) -> None:
    """One line for each health check."""
    for check in found:
        paper.mark(STATES[check.state], check.name, check.sentence, column=widest(one.name for one in found))


def status(paper: Paper, *, found: tuple[Standing, ...], rollouts: tuple[RolloutNow, ...], spending: Spending) -> None:
    """Who waits for what, where adopted packs stand, what confirmations have spent, how predictions have fared."""
    standings(paper, found=found)
    for one in rollouts:
        paper.mark(one.mark, one.word, f"{one.pack} in {one.pilot}, stage {one.stage}: {one.sentence} {one.command}")
    if spending.confirmations:
        paper.wrap(spending.sentence)
    for score in dict.fromkeys(one.predictions for one in found if one.predictions):
        paper.wrap(f"{score.owner}: {score.sentence}")


def standings(paper: Paper, *, found: tuple[Standing, ...]) -> None:
    """Who waits for what."""
    if not found:
        paper.say("There are no pilots yet.")
        return
    rows = [(f"{one.pilot} {one.number}", one.state, one.sentence, one.owner) for one in found]
    paper.table(("pilot", "state", "", "owner"), rows)
    for one in found:
        if one.attempt:
            paper.wrap(f"{one.pilot} is at {one.attempt.sentence}.")
    waiting = sum(one.waiting for one in found)
    paper.say("\n" + (f"{waiting} of {len(found)} waiting for somebody." if waiting else "Nothing is waiting."))


def pilots(paper: Paper, *, found: tuple[Standing, ...]) -> None:
    """Every pilot with its title and place."""
    if not found:
        paper.say("There are no pilots yet.")
        return
    rows = [(one.pilot, one.title, one.scope, f"{one.stage} {one.number}", one.state) for one in found]
    paper.table(("pilot", "title", "where", "iteration", "state"), rows)


def ledger(paper: Paper, *, found: Verification) -> None:
    """How long the ledger is, where it ends, and what is not as it was written."""
    rows = "1 row" if found.rows == 1 else f"{found.rows:,} rows"
    paper.mark("good" if found.intact else "bad", "intact" if found.intact else "broken", rows)
    paper.say(f"Last row: {found.head}")
    for finding in found.findings:
        paper.mark("bad" if finding.kind == "broken" else "neutral", finding.kind, finding.text, column=6)


def rebuilt(paper: Paper, *, found: Rebuilt, shown: Callable[[Path], str]) -> None:
    """Whether the page was what its result gives, or that it is now."""
    page = shown(found.report_file)
    if found.verified and found.same:
        paper.mark("good", "unchanged", f"{page} is what its result gives, and the ledger has that result.")
        if found.match.sentence:
            paper.wrap(found.match.sentence)
    elif found.verified:
        paper.mark("bad", "changed", f"{page} is not what its result gives. {found.match.sentence}")
    else:
        paper.say(f"{'Was up to date:' if found.same else 'Wrote'} {page}")


def drawn(verb: str, total: int, arms: tuple[tuple[str, str, int], ...]) -> str:
    """`Would draw 3,960 customers by lot: “As today” 1,980, “A note” 1,980.`"""
    each = ", ".join(f"“{label}” {count:,}" for _, label, count in arms)
    return f"{verb} {total:,} customers by lot: {each}."


def widest(names: Iterable[str]) -> int:
    """How wide a column of names is, within reason."""
    return min(28, max((len(name) for name in names), default=0))
