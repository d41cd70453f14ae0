"""Syntax errors of the YAML reader, told in words a person can act on."""

from __future__ import annotations

import re

import yaml

from pitcairn.spec.place import Mark


def syntax_problem(error: yaml.MarkedYAMLError) -> tuple[Mark | None, str, str | None]:
    """Where the text stops being YAML, what is wrong there, and what to do about it."""
    found = f"{error.problem or error.context or ''}"
    unclosed = "end of stream" in found or "<stream end>" in found
    at = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
    mark = Mark(at.line + 1, at.column + 1, 1) if at else None
    for pattern, message, hint in _SYNTAX:
        if re.search(pattern, found):
            return mark, message, hint
    return mark, "this is not readable YAML here", f"the YAML reader says: {found}"


_SYNTAX: tuple[tuple[str, str, str], ...] = (
    (r"'\\t'", "there is a tab here", "indent with spaces"),
    (r"end of stream|<stream end>", "this is never closed", "close the quote or the bracket"),
    (
        r"mapping values are not allowed",
        "a “:” is not expected here",
        "put text that holds “: ” in quotes, or check the indentation",
    ),
    (r"sequence entries are not allowed", "a list item cannot start here", "put every “- ” on a line of its own"),
    (r"could not find expected ':'", "a “:” is missing after the key", "write `key: value`"),
    (
        r"expected <block end>|did not find expected <document start>|expected '<document start>'",
        "this line does not fit with the lines above it",
        "line it up with the other keys or items of its block, or put text with special characters in quotes",
    ),
    (
        r"expected ',' or '[\]}]'",
        "a “,” or a closing bracket is missing",
        "brackets open on an earlier line must close",
    ),
    (r"character '[`@%]' that cannot start", "text cannot start with this character", "put the text in quotes"),
    (r"expected the node content", "something is missing here", "look for a bracket, a comma or a colon too many"),
    (r"escape", "this backslash means nothing", "write \\\\ for a backslash, or use single quotes"),
)
