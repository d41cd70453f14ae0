"""How the answer of `plan` looks on a terminal. Every sentence comes from the outlook; here is only layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pitcairn.commands.paper import Kind, Paper
from pitcairn.commands.tables import drawn, widest

if TYPE_CHECKING:
    from pitcairn.iteration.outcomes import Outlook


def outlook(paper: Paper, *, found: Outlook, wrote: str | None = None) -> None:
    """Who could be drawn, whether the question can be answered, what would help, what could be seen."""
    paper.say(f"{found.plan.title}, iteration {found.plan.number} ({found.plan.stage})", bold=True)
    if found.plan.observed:
        paper.wrap(f"{found.in_scope:,} customers are in the data; somebody else makes the draw.")
    else:
        paper.wrap(drawn("Would draw", found.drawn, found.arms))
    for sentence in found.sentences:
        paper.wrap(sentence)
    _answer(paper, found)
    paper.say("\nWhat could be seen, 9 times in 10")
    for sight in found.sights:
        told = ", ".join(part for part in (sight.visible_text, sight.line_text) if part)
        paper.mark(_kind(sight.enough), sight.label, told, column=widest(one.label for one in found.sights))
    for basis in dict.fromkeys(sight.basis for sight in found.sights if sight.basis):
        paper.wrap(f"From {basis}.", indent=2)
    if found.curve:
        paper.say("\nWith fewer or more customers")
        heads = ("drawn", "gain seen 9 times in 10", "worth-it gain seen")
        paper.table(heads, _points(found), numbers=(0,))
    if wrote:
        paper.say(f"Wrote {wrote}")


def _answer(paper: Paper, found: Outlook) -> None:
    paper.say()
    paper.mark(_kind(found.can_show), found.answer)
    if found.helps:
        paper.say("  What would help:")
    for one in found.helps:
        paper.wrap(f"- {one}", indent=2, hanging=4)
    paper.wrap(found.settle_sentence, indent=2)


def _points(found: Outlook) -> Iterator[tuple[str, str, str]]:
    for point in found.curve:
        yield f"{point.customers:,}", point.gain_text, point.chance_text


def _kind(enough: bool | None) -> Kind:
    return "neutral" if enough is None else "good" if enough else "watch"
