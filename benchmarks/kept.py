"""Tables that are printed line by line as they come, and put between their marks in a page of the documentation."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def shown(lines: Iterable[str]) -> list[str]:
    """The lines, each printed as soon as it is known."""
    found = []
    for line in lines:
        found.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return found


def keep(name: str, lines: Sequence[str], page: Path) -> None:
    """Puts a table between `<!-- name -->` and `<!-- end of name -->`."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    head, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, tail = rest.partition(end)
    page.write_text(head + begin + "\n".join(lines) + "\n" + end + tail, encoding="utf-8")
