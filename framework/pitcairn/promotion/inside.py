"""What a picture or a PDF says besides what people see: comments, authors, places, text; or that nobody can tell.

Pixels are not read: a photograph of a list of customers is for people to find.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST = 32 * 2**20
"""Bytes that folded parts may come to, all together."""
_RUN = re.compile(rb"[\x20-\x7e\xc2-\xf4\x80-\xbf]{4,}")
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e]\x00){4,}")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_SHOWN = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]+>", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?[^,\"'\s)]*;base64,([A-Za-z0-9+/=\s]+)")


class Unseen(Exception):
    """Why a file, or a part of it, cannot be searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What was found."""

    texts: tuple[str, ...]
    unseen: str | None
    """Why not all of it could be searched; None where all of it was."""


def look(ending: str, data: bytes) -> Inside:
    """The texts in a file of this kind; files that are text themselves are looked through for what they embed."""
    texts: list[str] = []
    try:
        for part in _PARTS.get(ending, _embedded)(data):
            texts += _runs(part)
    except Unseen as why:
        return Inside(texts=tuple(texts), unseen=str(why))
    except (struct.error, IndexError, zlib.error):
        return Inside(texts=tuple(texts), unseen="its parts cannot be told from one another")
    return Inside(texts=tuple(texts), unseen=None)


def _runs(part: bytes) -> list[str]:
    """Letters in a row, as the programs that write such parts spell them."""
    wide = [run[::2] for run in _WIDE_RUN.findall(part)]
    return [run.decode("utf-8", "replace") for run in (*_RUN.findall(part), *wide)]


def _inflated(data: bytes) -> bytes:
    unfolding = zlib.decompressobj()
    found = unfolding.decompress(data, MOST)
    if unfolding.unconsumed_tail:
        raise Unseen("a part of it unfolds to too much")
    return found


def _png(data: bytes) -> Iterator[bytes]:
    at = 8
    while True:
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        if kind in (b"tEXt", b"eXIf"):
            yield body
        elif kind == b"zTXt":
            name, _, rest = body.partition(b"\0")
            yield name + b"\n" + _inflated(rest[1:])
        elif kind == b"iTXt":
            name, _, rest = body.partition(b"\0")
            _, _, text = rest[2:].partition(b"\0")[2].partition(b"\0")
            yield name + b"\n" + (_inflated(text) if rest[:1] == b"\1" else text)
        elif kind[0] & 0x20 and kind not in _PLAIN_CHUNKS:
            yield body
        at += 12 + size
        if kind == b"IEND":
            break
    _refuse_more(data, at)


_PLAIN_CHUNKS = (b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs", b"tIME", b"bKGD", b"tRNS", b"hIST", b"iCCP", b"sPLT")
"""Colours, sizes and times."""


def _gif(data: bytes) -> Iterator[bytes]:
    at = 13 + _colours(data[10])
    while data[at] != 0x3B:
        start = at
        if data[at] == 0x2C:
            at += 10 + _colours(data[at + 9]) + 1
        elif data[at] == 0x21:
            at += 2
        else:
            raise Unseen("its parts cannot be told from one another")
        blocks = []
        while size := data[at]:
            blocks.append(data[at + 1 : at + 1 + size])
            at += 1 + size
        at += 1
        if data[start] == 0x21 and data[start + 1] != 0xF9:
            yield b"".join(blocks)
    _refuse_more(data, at + 1)


def _colours(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while True:
        if data[at] != 0xFF:
            raise Unseen("its parts cannot be told from one another")
        kind = data[at + 1]
        if kind == 0xD9:
            break
        if kind in (0xFF, 0x01) or 0xD0 <= kind <= 0xD7:
            at += 1 if kind == 0xFF else 2
            continue
        (size,) = struct.unpack_from(">H", data, at + 2)
        if kind == 0xFE or 0xE0 <= kind <= 0xEF:
            yield data[at + 4 : at + 2 + size]
        at += 2 + size
        while kind == 0xDA and (data[at] != 0xFF or data[at + 1] in (0, *range(0xD0, 0xD8))):
            at += 1
    _refuse_more(data, at + 2)


def _webp(data: bytes) -> Iterator[bytes]:
    (whole,) = struct.unpack_from("<I", data, 4)
    at = 12
    while at < 8 + whole:
        kind, size = struct.unpack_from("<4sI", data, at)
        if kind not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            yield data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    _refuse_more(data, at)


def _pdf(data: bytes) -> Iterator[bytes]:
    if b"/Encrypt" in data:
        raise Unseen("it is locked")
    bodies, at = [data], 0
    for found in _STREAM.finditer(data):
        if found.start() < at:
            continue
        about = data[max(0, data.rfind(b"obj", 0, found.start())) : found.start()]
        at = data.find(b"endstream", found.end())
        if at < 0:
            raise Unseen("it ends too early")
        bodies += _stream(about, data[found.end() : at])
    for body in bodies:
        if b"/Identity-H" in body or b"/Type0" in body or b"/Type3" in body:
            raise Unseen("its letters are numbers of a font’s own")
        yield body
        yield b"\n".join(_lines(body))


def _stream(about: bytes, body: bytes) -> list[bytes]:
    filters = set(re.findall(rb"/(\w+Decode|Crypt)\b", about))
    if b"/DCTDecode" in about:
        return list(_jpeg(body.rstrip(b"\r\n")))
    if b"/Image" in about or b"/FontFile" in about or b"/Length1" in about:
        return []
    if filters - {b"FlateDecode"}:
        raise Unseen("a part of it is folded in a way that is not read here")
    return [_inflated(body) if filters else body]


def _lines(body: bytes) -> Iterator[bytes]:
    """What is shown, letters that are set one by one put together again: a line for each line of the page."""
    for block in re.split(rb"T[dDm*]\b|ET\b", body):
        yield b"".join(_letters(one) for one in _SHOWN.findall(block))


def _letters(shown: bytes) -> bytes:
    if shown.startswith(b"("):
        return _ESCAPE.sub(lambda found: _unescaped(found[1]), shown[1:-1])
    digits = b"".join(shown[1:-1].split())
    return binascii.unhexlify(digits + b"0" * (len(digits) % 2))


def _unescaped(what: bytes) -> bytes:
    return bytes([int(what, 8) & 0xFF]) if what.isdigit() else {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(what, what)


def _embedded(data: bytes) -> Iterator[bytes]:
    """Pictures and the like that a text carries in itself."""
    for kind, written in _DATA.findall(data.decode("utf-8", "replace")):
        ending = kind.rpartition("/")[2].lower()
        try:
            body = base64.b64decode("".join(written.split()), validate=True)
        except binascii.Error:
            raise Unseen("it carries something that cannot be read") from None
        if ending in _PARTS:
            yield from _PARTS[ending](body)
        elif kind.startswith("text/") or ending == "svg+xml":
            yield body
        elif not kind.startswith("font/"):
            raise Unseen(f"it carries a {kind or 'part'} of which nothing is known here")


def _refuse_more(data: bytes, end: int) -> None:
    if len(data) > end:
        raise Unseen(f"{len(data) - end:,} bytes follow its end")
    if len(data) < end:
        raise Unseen("it ends too early")


_PARTS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "png": _png,
    "gif": _gif,
    "jpg": _jpeg,
    "jpeg": _jpeg,
    "webp": _webp,
    "pdf": _pdf,
}
