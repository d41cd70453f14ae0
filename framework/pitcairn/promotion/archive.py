"""Files as one stored zip, the same bytes everywhere; and back, refusing every byte that would not be written so.

A zip can say one thing at its front and another at its end, hide bytes between, name files outside its folder, link,
or unfold without end. So nothing here is lenient: the entries are walked from the front, nothing is unpacked, and the
archive made again from what was found must be the archive that was given, to the byte.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pitcairn.errors import DataError, PitcairnError, Problem

Files = Mapping[str, bytes]
"""Path below the archive's one folder -> bytes."""

LARGEST_FILE = 64 * 2**20
LARGEST_ARCHIVE = 256 * 2**20
MOST_FILES = 2000
LONGEST_PATH = 200

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL_MARK, _CENTRAL_MARK = b"PK\x03\x04", b"PK\x01\x02"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = stat.S_IFREG | 0o644
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_AGAIN = "get the file again from whoever made it; nothing was unpacked"


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was read: its one folder, and every file in it."""

    top: str
    files: Files


def written(top: str, files: Files) -> bytes:
    """The archive: sorted names, no compression, no clock, no owner, so that the same files give the same bytes.

    ValueError for a name or size that `read` would refuse: that is for the caller to have checked.
    """
    names = {f"{top}/{path}": data for path, data in files.items()}
    wrong = [*_bad_names(tuple(names)), *_bad_sizes(names)]
    if wrong:
        raise ValueError("; ".join(f"{name}: {why}" for name, why in wrong))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(names):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = _MODE << 16
            archive.writestr(entry, names[name])
    return held.getvalue()


def bad_name(path: str) -> str | None:
    """Why a file of this path may not be in an archive; None where it may."""
    return next((why for _, why in _bad_names((path,))), None)


def opened(path: Path) -> bytes:
    """The bytes of the file; DataError where it is too large to be a pack, PitcairnError where it cannot be read."""
    try:
        size = path.stat().st_size
        if size > LARGEST_ARCHIVE:
            raise DataError(_problem(path.name, f"{size:,} bytes are more than a pack may have: {LARGEST_ARCHIVE:,}."))
        return path.read_bytes()
    except FileNotFoundError:
        raise PitcairnError(f"There is no file {path}.") from None
    except OSError as error:
        raise PitcairnError(f"{path} cannot be read: {error.strerror}.") from None


def read(data: bytes, *, file: str) -> Archive:
    """What the archive holds; DataError, with what is wrong and where, for anything that `written` would not write."""
    if not data.startswith(_LOCAL_MARK):
        at = data.find(_LOCAL_MARK)
        what = f"{at} bytes stand in front of the archive." if at > 0 else "This is not a pack: no zip archive."
        raise DataError(_problem(file, what))
    entries = tuple(_entries(data, file))
    names = [name for name, _ in entries]
    found = dict(entries)
    wrong = [*_bad_names(tuple(names)), *_bad_sizes(found)]
    wrong += [(name, "it is in no folder") for name in names if "/" not in name]
    if wrong:
        raise DataError(_problem(file, f"{quoted(name)}: {why}.") for name, why in wrong)
    top = names[0].partition("/")[0]
    files = {name.partition("/")[2]: content for name, content in entries}
    again = written(top, files)
    if again != data:
        raise DataError(_problem(file, _difference(data, again, names)))
    return Archive(top, files)


def _entries(data: bytes, file: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each entry, from the front; DataError at the first that is not plainly stored."""
    at = count = 0
    while data[at : at + 4] == _LOCAL_MARK:
        count += 1
        if count > MOST_FILES:
            raise DataError(_problem(file, f"More than {MOST_FILES:,} files."))
        if len(data) < at + _LOCAL.size:
            raise DataError(_cut(file, len(data)))
        _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + name_length + extra_length
        name = data[at + _LOCAL.size : at + _LOCAL.size + name_length].decode("ascii", "backslashreplace")
        why = _header(flags, method, packed, size, extra_length)
        if why:
            raise DataError(_problem(file, f"{quoted(name)}, at byte {at}: {why}."))
        if len(data) < start + size:
            raise DataError(_cut(file, len(data)))
        content = data[start : start + size]
        if zlib.crc32(content) != crc:
            raise DataError(_problem(file, f"{quoted(name)}, at byte {at}: its bytes do not fit its checksum."))
        yield name, content
        at = start + size


def _header(flags: int, method: int, packed: int, size: int, extra_length: int) -> str | None:
    if flags & 0x1:
        return "it is encrypted"
    if method != zipfile.ZIP_STORED:
        return "it is compressed, and a pack is not: nothing in it may unfold"
    if packed != size:
        return f"it claims {packed} bytes as stored and {size} as they are"
    if flags & 0x800:
        return "its name has letters that are not plain"
    if flags or extra_length:
        return "its header says more than a pack’s may"
    return None


def _bad_names(names: tuple[str, ...]) -> list[tuple[str, str]]:
    wrong = [(name, why) for name in names if (why := _bad_path(name))]
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other is not name:
            same = "it is there twice" if other == name else f"some systems take it for {quoted(other)}"
            wrong.append((name, same))
    folders = {"/".join(parts[:end]) for name in seen if (parts := name.split("/")) for end in range(1, len(parts))}
    wrong += [(seen[name], "it is a file and a folder") for name in sorted(folders & set(seen))]
    tops = sorted({name.partition("/")[0] for name in names})
    if len(tops) > 1 and len(names) > 1:
        wrong.append((tops[1], f"everything must be in one folder, and here is a second beside {quoted(tops[0])}"))
    return wrong


def _bad_path(path: str) -> str | None:
    """Why a path is none that every system can write, inside the archive's folder and nowhere else."""
    if len(path) > LONGEST_PATH:
        return f"the name is longer than {LONGEST_PATH} characters"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "the name starts at the root of a disk"
    if "\\" in path:
        return "the name holds a backslash, or a letter that is not plain"
    parts = path.split("/")
    if ".." in parts:
        return "the name leads out of the archive’s folder"
    if not parts[-1]:
        return "it is a folder, and a pack holds files only"
    for part in parts:
        if not _PART.fullmatch(part):
            return "names are made of the letters a to z, digits, and . _ + - after the first"
        if part.endswith(".") or _DEVICE.fullmatch(part):
            return f"“{part}” cannot be a name on Windows"
    return None


def _bad_sizes(files: Files) -> list[tuple[str, str]]:
    if len(files) > MOST_FILES:
        return [(f"{len(files):,} files", f"a pack has at most {MOST_FILES:,}")]
    wrong = [(name, f"it is larger than {LARGEST_FILE:,} bytes") for name, data in files.items() if _large(data)]
    total = sum(map(len, files.values()))
    if total > LARGEST_ARCHIVE:
        wrong.append(("all files", f"{total:,} bytes, and a pack has at most {LARGEST_ARCHIVE:,}"))
    return wrong


def _large(data: bytes) -> bool:
    return len(data) > LARGEST_FILE


def _difference(given: bytes, again: bytes, names: list[str]) -> str:
    """What the archive says that a pack would not say, and where."""
    if names != sorted(names):
        name = next(after for before, after in pairwise(names) if after < before)
        return f"{quoted(name)} stands out of order: a pack’s files are in order of name."
    link = _links(given, again)
    if link:
        return link
    if given.startswith(again):
        return f"{len(given) - len(again)} bytes follow the end of the archive, at byte {len(again)}."
    at = _first_difference(given, again)
    if at == len(given):
        return _CUT.format(at)
    place = "in an entry" if at < _directory(again) else "in the directory at the end"
    return f"Byte {at}, {place}, is not as a pack has it."


_CUT = "It ends too early, at byte {}."


def _links(given: bytes, again: bytes) -> str | None:
    """The first directory entry whose file is not an ordinary one."""
    at = _directory(again)
    while given[at : at + 4] == again[at : at + 4] == _CENTRAL_MARK and len(given) >= at + _CENTRAL.size:
        fields, expected = _CENTRAL.unpack_from(given, at), _CENTRAL.unpack_from(again, at)
        mode = fields[15] >> 16
        if fields[15] != expected[15]:
            name = again[at + _CENTRAL.size : at + _CENTRAL.size + expected[10]].decode("ascii")
            kind = "a link" if stat.S_ISLNK(mode) else f"not an ordinary file: mode {mode:o}"
            return f"{quoted(name)}, at byte {at}: it is {kind}."
        at += _CENTRAL.size + expected[10]
    return None


def _directory(archive: bytes) -> int:
    """Where the directory of an archive of ours starts: its size is in the last record, which has 22 bytes."""
    return len(archive) - 22 - int(struct.unpack_from("<I", archive, len(archive) - 10)[0])


def _first_difference(one: bytes, other: bytes) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def quoted(name: str) -> str:
    """A name from an archive, made harmless for a terminal and short enough for a line."""
    shown = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in name)
    return f"“{shown if len(shown) <= 80 else shown[:79] + '…'}”"


def _cut(file: str, at: int) -> Problem:
    return _problem(file, _CUT.format(at))


def _problem(file: str, message: str) -> Problem:
    return Problem(message=message, file=file, hint=_AGAIN)
