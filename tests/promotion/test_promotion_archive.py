"""Archives that would hurt whoever opens them are refused, with what is wrong and where, and write nothing."""

from __future__ import annotations

import io
import random
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitcairn.errors import DataError, PitcairnError
from pitcairn.promotion import archive

TOP = "note-1.0.0"
GOOD = archive.written(TOP, {"a.txt": b"alpha", "data/b.txt": b"beta", "data/c/d.bin": bytes(range(40))})


def zipped(
    *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED, comment: bytes = b""
) -> bytes:
    """An archive as any other program would write it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as made:
        for name, data in entries:
            made.writestr(name, data)
        made.comment = comment
    return held.getvalue()


def ours(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def plain(*names: str) -> bytes:
    """An archive that is ours in everything but these names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipInfo, "__init__", _keeping_names(zipfile.ZipInfo.__init__))
        return zipped(*((ours(name), b"x") for name in names))


def _keeping_names(real):  # type: ignore[no-untyped-def]
    """zipfile repairs some names on its way in; a hostile writer would not."""

    def init(self, filename="NoName", date_time=(1980, 1, 1, 0, 0, 0)):  # type: ignore[no-untyped-def]
        real(self, "x", date_time)
        self.filename = self.orig_filename = filename

    return init


def refused(data: bytes) -> str:
    with pytest.raises(DataError) as caught:
        archive.read(data, file="note.pilotpack")
    assert all("note.pilotpack" in str(problem) for problem in caught.value.problems)
    assert all(problem.hint for problem in caught.value.problems)
    return str(caught.value)


HOSTILE_NAMES = {
    "leads out": (f"{TOP}/../../etc/passwd", "leads out"),
    "absolute": ("/etc/passwd", "root of a disk"),
    "drive": ("C:/windows/a.txt", "root of a disk"),
    "backslash": (f"{TOP}\\a.txt", "backslash"),
    "device": (f"{TOP}/nul.txt", "Windows"),
    "numbered device": (f"{TOP}/COM7", "Windows"),
    "trailing dot": (f"{TOP}/a.", "Windows"),
    "trailing space": (f"{TOP}/a ", "letters a to z"),
    "control sign": (f"{TOP}/a\x1b[31m.txt", "letters a to z"),
    "no plain letter": (f"{TOP}/\u00e9.txt", "not plain"),
    "right to left": (f"{TOP}/a\u202egpj.exe", "not plain"),
    "hidden": (f"{TOP}/.git/config", "letters a to z"),
    "current folder": (f"{TOP}/./a.txt", "letters a to z"),
    "empty part": (f"{TOP}//a.txt", "letters a to z"),
    "a folder": (f"{TOP}/data/", "files only"),
    "no folder at all": ("a.txt", "in no folder"),
    "stream": (f"{TOP}/a.txt:evil", "letters a to z"),
    "too long": (f"{TOP}/{'a' * 300}", "longer than"),
}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_refused(name: str) -> None:
    path, why = HOSTILE_NAMES[name]
    assert why in refused(plain(path))


def test_a_name_that_ends_in_nothing_is_refused() -> None:
    data = plain(f"{TOP}/aXb").replace(b"aXb", b"a\0b")
    assert "letters a to z" in refused(data)


def test_names_that_some_systems_take_for_one_are_refused() -> None:
    assert "take it for" in refused(plain(f"{TOP}/A.txt", f"{TOP}/a.txt"))


def test_a_file_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = plain(f"{TOP}/a.txt", f"{TOP}/a.txt")
    assert "there twice" in refused(data)


def test_a_file_that_is_also_a_folder_is_refused() -> None:
    assert "a file and a folder" in refused(plain(f"{TOP}/a", f"{TOP}/a/b"))


def test_a_second_folder_is_refused() -> None:
    assert "a second beside" in refused(plain(f"{TOP}/a.txt", "other/b.txt"))


def test_files_out_of_order_are_refused() -> None:
    assert "order" in refused(plain(f"{TOP}/b.txt", f"{TOP}/a.txt"))


@pytest.mark.parametrize(
    ("mode", "why"), [(stat.S_IFLNK | 0o777, "a link"), (stat.S_IFREG | 0o4755, "mode"), (stat.S_IFIFO, "mode")]
)
def test_what_is_no_ordinary_file_is_refused(mode: int, why: str) -> None:
    assert why in refused(zipped((ours(f"{TOP}/a.txt", mode), b"/etc/passwd")))


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    bomb = zipped((f"{TOP}/a.txt", bytes(50_000_000)), method=zipfile.ZIP_DEFLATED)
    assert "compressed" in refused(bomb)


def test_too_many_files_are_refused() -> None:
    assert "More than 2,000 files" in refused(plain(*(f"{TOP}/{number:05}" for number in range(2001))))


def test_an_encrypted_entry_is_refused() -> None:
    data = bytearray(GOOD)
    data[6] |= 1
    assert "encrypted" in refused(bytes(data))


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all" * 9, b"\x1f\x8b\x08\x00" * 20])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    assert "no zip archive" in refused(data)


def test_bytes_in_front_are_refused() -> None:
    assert "11 bytes stand in front" in refused(b"#!/bin/sh\n\n" + GOOD)


@pytest.mark.parametrize("rest", [b"x", b"\0" * 100, GOOD])
def test_bytes_behind_are_refused(rest: bytes) -> None:
    assert "follow the end" in refused(GOOD + rest)


def test_a_comment_is_refused() -> None:
    assert "not as a pack has it" in refused(zipped((ours(f"{TOP}/a.txt"), b"x"), comment=b"<script>"))


def test_bytes_hidden_between_entries_are_refused() -> None:
    cut = GOOD.index(b"PK\x03\x04", 10)
    assert refused(GOOD[:cut] + b"hidden" + GOOD[cut:])


def test_a_directory_that_tells_another_story_than_the_entries_is_refused() -> None:
    at = GOOD.rindex(b"a.txt")
    assert "in the directory at the end" in refused(GOOD[:at] + b"z.txt" + GOOD[at + 5 :])


def test_a_newer_date_is_refused() -> None:
    assert refused(zipped((zipfile.ZipInfo(f"{TOP}/a.txt", (2026, 1, 1, 0, 0, 0)), b"x")))


def test_every_shortened_archive_is_refused() -> None:
    for length in range(len(GOOD)):
        assert refused(GOOD[:length])


def test_every_flipped_byte_is_refused() -> None:
    for at in range(len(GOOD)):
        for mask in (0x01, 0x20, 0xFF):
            spoilt = bytearray(GOOD)
            spoilt[at] ^= mask
            assert refused(bytes(spoilt)), at


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_an_archive_of_ours_or_refused(data: bytes) -> None:
    refused(b"PK\x03\x04" + data)


@pytest.mark.parametrize("seed", range(40))
def test_archives_spoilt_at_random_are_refused(seed: int) -> None:
    lot = random.Random(seed)
    for _ in range(25):
        data = bytearray(GOOD)
        for _ in range(lot.randint(1, 4)):
            at, end = sorted(lot.sample(range(len(data) + 1), 2))
            piece = data[at:end]
            what = lot.choice(["cut", "double", "noise", "swap", "claim"])
            if what == "cut":
                del data[at:end]
            elif what == "double":
                data[at:at] = piece
            elif what == "noise":
                data[at:end] = lot.randbytes(end - at)
            elif what == "swap":
                data = data[end:] + data[:end]
            else:
                data[at : at + 4] = lot.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"PK\x03\x04", b"PK\x01\x02"])
        if bytes(data) != GOOD:
            refused(bytes(data))


def test_what_was_written_is_read() -> None:
    found = archive.read(GOOD, file="x")
    assert found.top == TOP
    assert dict(found.files) == {"a.txt": b"alpha", "data/b.txt": b"beta", "data/c/d.bin": bytes(range(40))}
    with zipfile.ZipFile(io.BytesIO(GOOD)) as judge:
        assert judge.testzip() is None
        assert judge.read(f"{TOP}/data/b.txt") == b"beta"


def test_a_file_too_large_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_ARCHIVE", 100)
    path = tmp_path / "large.pilotpack"
    path.write_bytes(bytes(101))
    with pytest.raises(DataError, match="101 bytes are more than a pack may have"):
        archive.opened(path)


@pytest.mark.parametrize("name", ["nowhere.pilotpack", "."])
def test_a_file_that_is_none_is_told_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(PitcairnError, match=r"There is no file|cannot be read"):
        archive.opened(tmp_path / name)


def test_a_name_nobody_may_use_is_not_written_either() -> None:
    with pytest.raises(ValueError, match="leads out"):
        archive.written(TOP, {"../a": b""})
