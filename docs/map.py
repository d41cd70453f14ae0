"""Writes the map in ARCHITECTURE.md from the modules' own first lines: `python docs/map.py`."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "ARCHITECTURE.md"
SOURCE = ROOT / "framework" / "pitcairn"
ROOMS = (
    "",
    "spec",
    "estimate",
    "design",
    "evidence",
    "reading",
    "ledger",
    "report",
    "iteration",
    "promotion",
    "commands",
)
BEGIN, END = "<!-- map -->\n", "<!-- end of map -->"


def lines() -> list[str]:
    """The map: a heading a room, a line a module."""
    found: list[str] = []
    for room in ROOMS:
        folder = SOURCE / room
        title = f"`{room}/` — {_first(folder / '__init__.py')}" if room else "The floor everything stands on"
        found += ["", f"**{title}**", ""]
        found += [
            f"- `{path.stem}`: {_first(path)}" for path in sorted(folder.glob("*.py")) if not path.stem.startswith("__")
        ]
    return found[1:]


def page() -> str:
    """ARCHITECTURE.md with the map as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return before + BEGIN + "\n".join(lines()) + "\n" + END + after


def _first(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
