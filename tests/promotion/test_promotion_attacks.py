"""Hostile packs at the command line: refused with what and where by every verb, no traceback, nothing written."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pitcairn.commands.group import run
from pitcairn.errors import DataError
from pitcairn.promotion import archive
from pitcairn.promotion.pack import read
from promotion.pack_builders import small_pack

NAME = "bread-note-1.0.0"
LINK = 0o120777 << 16
FILE = 0o100644 << 16


@dataclass(frozen=True)
class Entry:
    """One file of an archive that says what it likes of itself."""

    name: bytes
    data: bytes
    method: int = 0
    flags: int = 0
    extra: bytes = b""
    behind: bytes = b""
    size: int | None = None
    attributes: int = FILE
    offset: int | None = None

    def local(self) -> bytes:
        size = len(self.data) if self.size is None else self.size
        fixed = (b"PK\3\4", 20, self.flags, self.method, 0, 33, zlib.crc32(self.data), size, size)
        head = struct.pack("<4sHHHHHIIIHH", *fixed, len(self.name), len(self.extra))
        return head + self.name + self.extra + self.data + self.behind

    def central(self, at: int) -> bytes:
        size = len(self.data) if self.size is None else self.size
        fixed = (b"PK\1\2", 20 | 3 << 8, 20, self.flags, self.method, 0, 33, zlib.crc32(self.data), size, size)
        where = at if self.offset is None else self.offset
        rest = (len(self.name), len(self.extra), 0, 0, 0, self.attributes, where)
        return struct.pack("<4sHHHHHHIIIHHHHHII", *fixed, *rest) + self.name + self.extra


def zipped(entries: list[Entry], comment: bytes = b"", front: bytes = b"") -> bytes:
    body, directory = bytearray(front), bytearray()
    for one in entries:
        directory += one.central(len(body))
        body += one.local()
    count = min(len(entries), 0xFFFF)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), len(comment))
    return bytes(body + directory + end + comment)


def with_more(*more: Entry) -> Callable[[list[Entry]], bytes]:
    return lambda entries: zipped([*entries, *more])


def named(name: str | bytes) -> Callable[[list[Entry]], bytes]:
    inside = name if isinstance(name, bytes) else name.encode("utf-8")
    return with_more(Entry(inside, b"x"))


def changed(**what: object) -> Callable[[list[Entry]], bytes]:
    """The last file, saying something else of itself."""
    return lambda entries: zipped([*entries[:-1], replace(entries[-1], **what)])  # type: ignore[arg-type]


def flipped(entries: list[Entry]) -> bytes:
    data = bytearray(zipped(entries))
    data[len(data) // 2] ^= 1
    return bytes(data)


def without(path: str) -> Callable[[list[Entry]], bytes]:
    return lambda entries: zipped([one for one in entries if one.name != f"{NAME}/{path}".encode()])


def deflated(size: int) -> bytes:
    packing = zlib.compressobj(9, wbits=-15)
    return packing.compress(bytes(size)) + packing.flush()


ATTACKS: Mapping[str, Callable[[list[Entry]], bytes]] = {
    # What every reader of archives must refuse.
    "leads out of the folder": named(f"{NAME}/../../evil"),
    "absolute": named("/tmp/evil"),
    "drive letter": named("C:\\evil"),
    "backslash": named(f"{NAME}\\..\\evil"),
    "link": with_more(Entry(f"{NAME}/zlink".encode(), b"/etc/passwd", attributes=LINK)),
    "the same name twice": named(f"{NAME}/bagit.txt"),
    "the same name in other case": named(f"{NAME}/BAGIT.TXT"),
    "the same name in another normal form": named(f"{NAME}/bag\ufb01t.txt"),
    "a device's name": named(f"{NAME}/data/CON"),
    "a dot at the end": named(f"{NAME}/data/evil."),
    "nothing in the name": named(f"{NAME}/evil".encode() + b"\0.txt"),
    "a second folder": named("zz/evil"),
    "a file and a folder": named(f"{NAME}/bagit.txt/evil"),
    "a bomb": with_more(Entry(f"{NAME}/zbomb".encode(), deflated(10**8), method=8)),
    "too many files": with_more(*(Entry(f"{NAME}/z{n:05}".encode(), b"") for n in range(2001))),
    "cut short": lambda entries: zipped(entries)[:-40],
    "one bit": flipped,
    "no archive": lambda _: b"#!/bin/sh\necho evil\n" * 40,
    "something in front": lambda entries: zipped(entries, front=b"MZ\x90\0 a program"),
    "a comment": lambda entries: zipped(entries, comment=b"evil"),
    # What a bag must refuse.
    "a file more": named(f"{NAME}/zevil"),
    "a file less": without("data/practice/playbook.md"),
    "a place to fetch from": named(f"{NAME}/fetch.txt"),
    # More.
    "sizes told behind the data": changed(flags=8, behind=b"PK\7\x08" + bytes(12)),
    "sizes in 64 bits": changed(extra=struct.pack("<HHQQ", 1, 16, 5, 5), size=0xFFFFFFFF),
    "a huge size": changed(size=0x7FFFFFFF),
    "a small size": changed(size=1),
    "two files in one place": changed(offset=0),
    "hidden from the directory": lambda entries: zipped(entries)[:0] + _hidden(entries),
    "only in the directory": lambda entries: _phantom(entries),
    "a header that says more": changed(extra=b"UT\5\0\1\0\0\0\0"),
    "locked": changed(flags=1),
    "letters of another code": changed(flags=0x800),
    "anybody may run it": changed(attributes=0o104755 << 16),
    "a pack twice": lambda entries: zipped(entries) * 2,
    "something behind": lambda entries: zipped(entries) + bytes(100),
    "signs that move the cursor": named(f"{NAME}/z\x1b[2J"),
    "right to left": named(f"{NAME}/z\u202etxt.exe"),
    "other order": lambda entries: zipped(entries[::-1]),
    "empty": lambda _: b"",
    "an empty archive": lambda _: zipped([]),
    "folded by another method": changed(method=14),
}


def _hidden(entries: list[Entry]) -> bytes:
    """A file whose bytes are there, and which the directory does not list."""
    whole = zipped(entries)
    at = whole.index(b"PK\1\2")
    more = Entry(f"{NAME}/zhidden".encode(), b"evil").local()
    end = struct.unpack("<I", whole[-6:-2])[0] + len(more)
    return whole[:at] + more + whole[at:-6] + struct.pack("<I", end) + whole[-2:]


def _phantom(entries: list[Entry]) -> bytes:
    """A file that only the directory lists."""
    whole = zipped(entries)
    size, at = struct.unpack("<II", whole[-10:-2])
    more = Entry(f"{NAME}/zphantom".encode(), b"").central(0)
    count = struct.pack("<HH", len(entries) + 1, len(entries) + 1)
    return whole[: at + size] + more + whole[at + size :][:8] + count + struct.pack("<IIH", size + len(more), at, 0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return small_pack(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def entries(data: bytes) -> list[Entry]:
    files = archive.read(data, file="x").files
    return [Entry(f"{NAME}/{path}".encode(), content) for path, content in sorted(files.items())]


def test_the_builder_of_attacks_builds_the_very_pack_where_nothing_is_changed(
    data: bytes, entries: list[Entry]
) -> None:
    assert zipped(entries) == data


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_pack_is_refused_by_every_verb_and_nothing_is_written(
    name: str, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "somewhere" / "deep"
    home.mkdir(parents=True)
    monkeypatch.chdir(home)
    (home / f"{NAME}.pilotpack").write_bytes(ATTACKS[name](entries))
    before = sorted(tmp_path.rglob("*"))
    for words in (("verify",), ("show",), ("card",), ("diff", f"{NAME}.pilotpack")):
        assert run(["--plain", "pack", words[0], f"{NAME}.pilotpack", *words[1:]]) == DataError.exit_code
        said = capsys.readouterr()
        assert f"{NAME}.pilotpack: " in said.err
        assert "Traceback" not in said.err
        assert not any(sign in said.err for sign in ("\x1b", "\u202e"))
    assert sorted(tmp_path.rglob("*")) == before


def test_two_thousand_flips_cuts_and_repeats_of_a_whole_pack_are_refused(data: bytes) -> None:
    lot = random.Random(11)
    for turn in range(2000):
        start, end = sorted(lot.sample(range(len(data)), 2))
        spoilt = bytearray(data)
        if turn % 4 == 0:
            del spoilt[start : end if turn % 8 else len(data)]
        elif turn % 4 == 1:
            spoilt[start:start] = data[start:end]
        else:
            spoilt[start] ^= 1 << lot.randrange(8)
        with pytest.raises(DataError) as caught:
            read(bytes(spoilt), file="x.pilotpack")
        assert all(problem.file == "x.pilotpack" and problem.message for problem in caught.value.problems)
