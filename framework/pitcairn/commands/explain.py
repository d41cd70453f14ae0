"""`pitcairn explain`: a word that pages and the terminal use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.paper import Paper
from pitcairn.commands.session import Session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from pitcairn.reading.glossary import Term


def terms_here(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Completions for a word."""
    from click.shell_completion import CompletionItem

    from pitcairn.reading.glossary import TERMS

    return [CompletionItem(term.id) for term in TERMS if term.id.startswith(incomplete)]


@verb("explain", example="pitcairn explain worth-it-line")
@click.argument("term", nargs=-1, shell_complete=terms_here)
def command(session: Session, term: tuple[str, ...]) -> Answer:  # noqa: ARG001  every verb takes the session
    """Explain a word, or list all words.

    The same words are explained at the end of every page.
    """
    from pitcairn.reading.glossary import TERMS, find, near

    asked = " ".join(term)
    if not asked:
        return Answer(data={"terms": TERMS}, show=partial(_list, terms=TERMS), next=f"pitcairn explain {TERMS[0].id}")
    found = find(asked)
    if found is None:
        close = near(asked)
        meant = f" Did you mean {' or '.join(f'“{one}”' for one in close)}?" if close else ""
        raise click.UsageError(f"“{asked}” is not explained here.{meant} All words: pitcairn explain")
    return Answer(data={"term": found}, show=partial(_one, term=found))


def _list(paper: Paper, *, terms: tuple[Term, ...]) -> None:
    width = max(len(term.id) for term in terms)
    for term in terms:
        first = term.text.split(". ")[0].split(": ")[0].rstrip(".")
        paper.wrap(f"{term.id.ljust(width)}  {first}.", hanging=width + 2)


def _one(paper: Paper, *, term: Term) -> None:
    paper.say(term.name, bold=True)
    paper.wrap(term.text)
