"""A folder of pages that is there whole or as it was: made beside its place, then swapped in."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pitcairn.errors import Refused

MARK = ".made-by-pitcairn"
"""Says that a folder may be replaced: nobody but Pitcairn wrote it."""


def swap_in(place: Path, pages: Mapping[str, str]) -> None:
    """Put a whole folder of pages at `place`, replacing one that was made here before.

    Refused where a folder of somebody else is in the way, ValueError where a name leads out of the folder, OSError
    where the disk says no; in each case everything is as it was.
    """
    if place.exists() and not (place / MARK).is_file() and any(place.iterdir()):
        raise Refused(
            f"{place.name}/ holds files that Pitcairn did not make, so it is not replaced.",
            hint="move it away, or choose another folder with --to DIR",
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part"))
    try:
        for name, html in {**pages, MARK: ""}.items():
            _write(fresh, name, html)
        fresh.chmod(0o755)
        _swap(fresh, place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write(folder: Path, name: str, text: str) -> None:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"“{name}” leads out of the folder.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _swap(fresh: Path, place: Path) -> None:
    """Two renames; where the second fails, the first is taken back."""
    if not place.exists():
        fresh.rename(place)
        return
    old = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}.", suffix=".old"))
    place.rename(old / "site")
    try:
        fresh.rename(place)
    except OSError:
        (old / "site").rename(place)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
