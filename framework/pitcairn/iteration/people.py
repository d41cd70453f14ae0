"""Whether two names may be one person's: the rule of two asks for somebody else, and is not met by another spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def may_be_same(one: str, other: str) -> bool:
    """Whether two names could stand for one person or team: the words of one are all among the other's.

    Case, accents, order, spaces and punctuation make no difference, so that “ana ruíz” is “Ruiz, Ana”, and “Ana” may
    be “Ana Ruiz”. A name without letters or digits may be anybody's.

    >>> may_be_same("Noor", "Noor, Canal Street"), may_be_same("Ana Ruiz", "Ana Lind")
    (True, False)
    """
    first, second = _words(one), _words(other)
    return first <= second or second <= first


def different(names: Iterable[str]) -> tuple[str, ...]:
    """The first spelling of everybody who is surely somebody else than those before.

    >>> different(["Ana Ruiz", "ruiz, ana", "Noor"])
    ('Ana Ruiz', 'Noor')
    """
    found: list[str] = []
    for name in names:
        if _words(name) and not any(may_be_same(name, other) for other in found):
            found.append(name)
    return tuple(found)


def _words(name: str) -> frozenset[str]:
    spelled = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(sign for sign in spelled if not unicodedata.combining(sign))
    return frozenset(re.findall(r"[^\W_]+", bare))
