"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def write_all(files: Mapping[Path, str | bytes]) -> None:
    """Put texts (as UTF-8) or bytes in their places, making folders; where one cannot be written, none is put in place.

    OSError where the disk or the permissions say no.
    """
    with prepared(files) as put_in_place:
        put_in_place()


@contextmanager
def prepared(files: Mapping[Path, str | bytes]) -> Iterator[Callable[[], None]]:
    """Everything on disk under temporary names beside its place, and what renames it to there: little is left to fail.

    What was not put in place is gone afterwards. OSError where the disk or the permissions say no.
    """
    waiting: dict[Path, Path] = {}

    def put_in_place() -> None:
        for path, written in waiting.items():
            written.replace(path)

    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            waiting[path] = _beside(path, content.encode("utf-8") if isinstance(content, str) else content)
        yield put_in_place
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
