"""Pages on disk."""

from __future__ import annotations

from pathlib import Path

from pitcairn.atomic import write_all


def write_page(path: Path, html: str) -> None:
    """Put a page where it belongs, making folders as needed: the whole page or, whatever happens, nothing new."""
    write_all({path: html})
