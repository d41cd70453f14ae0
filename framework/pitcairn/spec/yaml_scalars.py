"""What an unquoted word in a plan file means: the core schema of YAML 1.2, minus what could be misread."""

from __future__ import annotations

import re

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_WHOLE = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

MOST_DIGITS = 18
"""Whole numbers of this length still fit in 64 bits."""


class WordError(Exception):
    """The word cannot be taken as it stands."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def resolve(word: str) -> str | int | float | bool | None:
    """The value of an unquoted word; WordError where people and programs could read different things.

    >>> [resolve(word) for word in ("no", "true", "16:20", "2026-03-02", "1e3", "0x1F", "~")]
    ['no', True, '16:20', '2026-03-02', 1000.0, 31, None]
    """
    if word in _NOTHING:
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    if _WHOLE.fullmatch(word):
        return _whole(word)
    if _OCTAL.fullmatch(word) or _HEXADECIMAL.fullmatch(word):
        return _short(word, int(word, 0))
    if _NOT_FINITE.fullmatch(word):
        raise WordError(f"“{word}” is not a finite number", "write a number, or put the word in quotes")
    return _decimal(word) if _DECIMAL.fullmatch(word) else word


def _whole(word: str) -> int:
    digits = word.lstrip("+-")
    if len(digits) > MOST_DIGITS:
        raise WordError(f"a whole number of {len(digits)} digits is too long", "put it in quotes if it is a name")
    if len(digits) > 1 and digits.startswith("0"):
        raise WordError(
            f"“{word}” could be the number {int(word)} or a code", f'write "{word}" in quotes, or {int(word)}'
        )
    return int(word)


def _short(word: str, value: int) -> int:
    if value >= 10**MOST_DIGITS:
        raise WordError(f"the number {word[:20]} is too large", "put it in quotes if it is a name")
    return value


def _decimal(word: str) -> float:
    value = float(word)
    if value in (float("inf"), float("-inf")):
        raise WordError(f"“{word[:20]}” is too large a number", "put it in quotes if it is a name")
    return value
