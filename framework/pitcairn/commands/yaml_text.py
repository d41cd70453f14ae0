"""Text that people typed, written so that YAML gives back the same text."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.’-]*(?: [A-Za-z0-9_/.’%-]+)*|\d+(?:\.\d+)? ?(?:%|[a-z]+(?: \d+)?)")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan"})


def yaml_text(text: str) -> str:
    """The text as a YAML scalar: bare where nobody could misread it, in double quotes otherwise.

    >>> print(yaml_text("Second order"), yaml_text("no"), yaml_text('say: "hi"'), yaml_text("20 per 1000"))
    Second order "no" "say: \\"hi\\"" 20 per 1000
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\U{code:08X}" if code > 0xFFFF else f"\\u{code:04X}"
