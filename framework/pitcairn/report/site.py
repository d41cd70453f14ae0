"""Pages on disk."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_page(path: Path, html: str) -> None:
    """Put a page where it belongs: the whole page or, whatever happens, nothing new. Makes the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(html)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
