"""What pictures and PDFs say besides what people see is found, and what cannot be searched is said so."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest

from pitcairn.promotion.inside import look

WHO = b"C004711"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def gif(*extensions: bytes) -> bytes:
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + b"".join(extensions) + image + b";"


def jpg(*segments: tuple[int, bytes]) -> bytes:
    parts = b"".join(bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body for kind, body in segments)
    scan = b"\xff\xda" + struct.pack(">H", 8) + bytes(6) + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + parts + scan + b"\xff\xd9"


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf(content: bytes, about: bytes = b"/Filter /FlateDecode", fold: bool = True) -> bytes:
    body = zlib.compress(content) if fold else content
    stream = b"4 0 obj\n<< /Length %d %b >>\nstream\n%b\nendstream\nendobj\n" % (len(body), about, body)
    return b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + stream + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


HIDDEN = {
    "png text": ("png", png(chunk(b"tEXt", b"Comment\0seen by " + WHO))),
    "png folded text": ("png", png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"seen by " + WHO)))),
    "png international text": ("png", png(chunk(b"iTXt", b"XML\0\0\0en\0\0" + WHO))),
    "png international text, folded": ("png", png(chunk(b"iTXt", b"XML\0\1\0en\0\0" + zlib.compress(WHO)))),
    "png camera": ("png", png(chunk(b"eXIf", b"MM\0*" + WHO))),
    "png of one's own": ("png", png(chunk(b"cuSt", WHO))),
    "gif comment": ("gif", gif(b"\x21\xfe\x07" + WHO + b"\0")),
    "gif program": ("gif", gif(b"\x21\xff\x0bXMP DataXMP\x07" + WHO + b"\0")),
    "jpg comment": ("jpg", jpg((0xFE, WHO))),
    "jpg camera": ("jpeg", jpg((0xE1, b"Exif\0\0II*\0" + WHO))),
    "jpg wide letters": ("jpg", jpg((0xE1, b"Exif\0\0" + WHO.decode().encode("utf-16-le")))),
    "webp camera": ("webp", webp((b"VP8 ", b"abc"), (b"EXIF", WHO))),
    "webp words": ("webp", webp((b"VP8 ", b"abcd"), (b"XMP ", b"<x>" + WHO + b"</x>"))),
    "pdf author": ("pdf", pdf(b"BT ET").replace(b"/Type /Catalog", b"/Author (" + WHO + b")")),
    "pdf page": ("pdf", pdf(b"BT /F1 12 Tf (Dear " + WHO + b") Tj ET")),
    "pdf page, letter by letter": ("pdf", pdf(b"BT [(C0) -20 (04) 11.5 (7) (11)] TJ ET")),
    "pdf page, as numbers": ("pdf", pdf(b"BT <" + WHO.hex().encode() + b"> Tj ET")),
    "pdf page, escaped": ("pdf", pdf(b"BT (\\103004711) Tj ET")),
    "pdf page, not folded": ("pdf", pdf(b"BT (C00) Tj (4711) Tj ET", b"", fold=False)),
    "pdf picture": ("pdf", pdf(jpg((0xFE, WHO)), b"/Subtype /Image /Filter /DCTDecode", fold=False)),
    "svg picture": (
        "svg",
        b"<image href='data:image/png;base64," + base64.b64encode(png(chunk(b"tEXt", WHO))) + b"'/>",
    ),
    "html text": ("html", b"<a href='data:text/plain;base64," + base64.b64encode(WHO) + b"'>x</a>"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_people_do_not_see_is_found(name: str) -> None:
    ending, data = HIDDEN[name]
    found = look(ending, data)
    assert found.unseen is None
    assert WHO.decode() in "\n".join(found.texts)


@pytest.mark.parametrize("ending", ["png", "gif", "jpg", "webp", "pdf"])
def test_a_plain_file_is_searched_whole_and_says_nothing_of_anybody(ending: str) -> None:
    plain = {
        "png": png(),
        "gif": gif(),
        "jpg": jpg(),
        "webp": webp((b"VP8L", b"abcd")),
        "pdf": pdf(b"BT (Hello) Tj ET"),
    }
    found = look(ending, plain[ending])
    assert found.unseen is None
    assert WHO.decode() not in "\n".join(found.texts)


UNSEEN = {
    "bytes behind a png": ("png", png() + WHO, "7 bytes follow its end"),
    "bytes behind a gif": ("gif", gif() + WHO, "7 bytes follow its end"),
    "bytes behind a jpg": ("jpg", jpg() + WHO, "7 bytes follow its end"),
    "bytes behind a webp": ("webp", webp((b"VP8 ", b"ab")) + WHO, "7 bytes follow its end"),
    "a png cut short": ("png", png()[:-6], "too early|told from one another"),
    "a gif of something else": ("gif", gif()[:19] + b"\x99" + gif()[20:], "told from one another"),
    "a locked pdf": ("pdf", pdf(b"BT ET").replace(b"/Root", b"/Encrypt 9 0 R /Root"), "locked"),
    "letters of a font's own": ("pdf", pdf(b"/F1 << /Subtype /Type0 /Encoding /Identity-H >>"), "a font’s own"),
    "an odd filter": ("pdf", pdf(b"BT ET", b"/Filter /LZWDecode", fold=False), "folded in a way"),
    "a spoilt stream": ("pdf", pdf(b"BT ET", fold=False), "told from one another"),
    "a bomb in a pdf": ("pdf", pdf(bytes(40 * 2**20)), "unfolds to too much"),
    "a bomb in a png": ("png", png(chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(40 * 2**20)))), "unfolds to too much"),
    "a program in a page": ("html", b"<a href='data:application/zip;base64,UEsDBA=='>x</a>", "nothing is known"),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_cannot_be_searched_is_said(name: str) -> None:
    ending, data, why = UNSEEN[name]
    found = look(ending, data)
    assert found.unseen is not None
    assert any(word in found.unseen for word in why.split("|"))


@pytest.mark.parametrize("ending", ["png", "gif", "jpg", "webp", "pdf"])
def test_no_bytes_stop_the_search(ending: str) -> None:
    whole = {"png": png(chunk(b"zTXt", b"x\0\0" + zlib.compress(WHO))), "gif": gif(), "jpg": jpg((0xFE, WHO))}
    whole |= {"webp": webp((b"VP8 ", b"ab"), (b"EXIF", WHO)), "pdf": pdf(b"BT (a) Tj ET")}
    data = whole[ending]
    for at in range(8, len(data)):
        look(ending, data[:at])
        look(ending, data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
