"""Small pieces of the sentences that problems are told in."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is most likely a slip for; None where nothing is close.

    >>> nearest("limt", ["limit", "measure"]), nearest("shop", ["limit"])
    ('limit', None)
    """
    names = {name.casefold(): name for name in reversed(tuple(known))}
    found = get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    if found:
        return names[found[0]]
    starts = [name for folded, name in names.items() if len(word) >= 3 and folded.startswith(word.casefold())]
    return starts[0] if len(starts) == 1 else None


def quoted(words: Iterable[str], last: str = "and") -> str:
    """The words in quotation marks, as a list in a sentence.

    >>> quoted(["a", "b", "c"], "or")
    '“a”, “b” or “c”'
    """
    marked = [f"“{word}”" for word in words]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} {last} {marked[-1]}" if marked else "nothing"


def suggestion(word: str, known: Iterable[str], noun: str = "known here") -> str | None:
    """“did you mean …?”, or the list of what is known where nothing is close."""
    names = tuple(known)
    if near := nearest(word, names):
        return f"did you mean “{near}”?"
    if not names:
        return None
    shown = names[:12]
    return f"{noun}: {', '.join(shown)}{' …' if len(names) > len(shown) else ''}"


def short(value: object) -> str:
    """A value for a sentence, cut where it is long."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
