"""Words of the glossary linked to where the page explains them: each where it first stands in a sentence."""

from __future__ import annotations

import re

from pitcairn.reading.glossary import TERMS

VERBS = frozenset({"look"})
"""Linked only where a template means the noun: a reader who is told to look is not sent to the glossary."""
_TOKEN = re.compile(r"(<[^>]*>)")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
_PROSE = frozenset({"p", "li"})
_ELSEWHERE = frozenset({"a", "code", "ol", "svg", "nav", "footer", "style", "title", "summary", "h1", "h2", "h3", "th"})
_PEOPLES_OWN = re.compile(r'<(?:p class="question"|span class="(?:tag|asked|arm)\b|section id="words")')
"""Questions and names that people gave, where a word is theirs and not ours; and the glossary itself."""
_NAMES = {term.name.lower(): term.id for term in TERMS if term.id not in VERBS}
_WORD = re.compile(
    r"(?<![\w/-])("
    + "|".join(re.escape(name) for name in sorted(_NAMES, key=lambda name: (-len(name), name)))
    + r")s?(?![\w/-]|\.\w)",
    re.I,
)
"""No part of a longer word or of a file's name, such as iteration-4.yaml."""


def linked(html: str) -> str:
    """The page with a link at the first mention of each word that it explains and no template has linked yet."""
    open_ones = set(re.findall(r'id="word-([\w-]+)"', html)) - set(re.findall(r'href="#word-([\w-]+)"', html))
    if not open_ones:
        return html

    def link(match: re.Match[str]) -> str:
        id = _NAMES[match[1].lower()]
        if id not in open_ones:
            return match[0]
        open_ones.discard(id)
        return f'<a class="term" href="#word-{id}">{match[0]}</a>'

    prose, inside, depth, parts = 0, "", 0, _TOKEN.split(html)
    for at, part in enumerate(parts):
        if at % 2 == 0:
            if prose and not inside:
                parts[at] = _WORD.sub(link, part)
            continue
        found = _TAG.match(part)
        if found is None or part.endswith("/>"):
            continue
        step, name = -1 if found[1] else 1, found[2]
        prose += step * (name in _PROSE)
        if inside:
            depth += step * (name == inside)
            inside = inside if depth else ""
        elif step > 0 and (name in _ELSEWHERE or _PEOPLES_OWN.match(part)):
            inside, depth = name, 1
    return "".join(parts)
