"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_all(files: Mapping[Path, str | bytes]) -> None:
    """Put texts (as UTF-8) or bytes in their places, making folders; where one cannot be written, none is put in place.

    Everything is written under a temporary name beside its place first, and renamed only when all of it is on disk.
    OSError where the disk or the permissions say no.
    """
    waiting: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            waiting[path] = _beside(path, content.encode("utf-8") if isinstance(content, str) else content)
        for path, written in waiting.items():
            written.replace(path)
    finally:
        for written in waiting.values():
            written.unlink(missing_ok=True)


def _beside(path: Path, content: bytes) -> Path:
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        # People know the file that was to be written, and not its temporary name.
        raise type(error)(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
