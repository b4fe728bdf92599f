"""Files as people hand them in, and as attackers make them, built byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

WORD = "word/document.xml"
_TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def pdf(*objects: bytes, tail: bytes = b"", text: str = "Giấy khai sinh") -> bytes:
    """A small whole PDF; each object is put into it as given."""
    parts = [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n",
        b"3 0 obj\n<</Length 40>>\nstream\n" + text.encode() + b"\nendstream\nendobj\n",
        *objects,
    ]
    body = b"".join(parts)
    return body + b"trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n" + tail


def object_stream(content: bytes, kind: bytes = b"/Type/ObjStm", packed: bool = True) -> bytes:
    """An object stream that holds these objects, deflated."""
    data = zlib.compress(content) if packed else content
    named = b"/Filter/FlateDecode" if packed else b""
    head = b"9 0 obj\n<<" + kind + b"/N 1/First 4" + named + b"/Length %d>>\nstream\r\n"
    return head % len(data) + data + b"\r\nendstream\nendobj\n"


def png(width: int = 8, height: int = 8, tail: bytes = b"") -> bytes:
    rows = (b"\x00" + b"\xff" * 3 * width) * height if width * height < 10_000 else b""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head)
            + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"") + tail)


def jpeg(width: int = 8, height: int = 8, tail: bytes = b"") -> bytes:
    sized = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\x01\x01\x00\x00\x3f\x00"
    return (b"\xff\xd8" + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
            + _segment(0xC0, sized) + _segment(0xDA, scan) + b"\x12\x34" + b"\xff\xd9" + tail)


def tiff(*pages: tuple[int, int], order: str = "<", loop: bool = False) -> bytes:
    head = (b"II*\x00" if order == "<" else b"MM\x00*")
    body, at = b"", 8
    sizes = pages or ((8, 8),)
    for number, (width, height) in enumerate(sizes):
        last = number == len(sizes) - 1
        following = 8 if loop else (0 if last else at + 30)
        body += struct.pack(f"{order}H", 2)
        body += struct.pack(f"{order}HHII", 256, 4, 1, width)
        body += struct.pack(f"{order}HHII", 257, 4, 1, height)
        body += struct.pack(f"{order}I", following)
        at += 30
    return head + struct.pack(f"{order}I", 8) + body


def packed(parts: dict[str, bytes], prefix: bytes = b"", tail: bytes = b"") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return prefix + into.getvalue() + tail


def docx(tail: bytes = b"", prefix: bytes = b"", **parts: bytes) -> bytes:
    """A DOCX; `parts` add or replace by name, with __ for / and _dot_ for the last dot."""
    more = {name.replace("__", "/").replace("_dot_", "."): c for name, c in parts.items()}
    return packed({"[Content_Types].xml": _TYPES, "_rels/.rels": b"<Relationships/>",
                   WORD: b"<w:document/>", **more}, prefix, tail)


def odt(**parts: bytes) -> bytes:
    return packed({"mimetype": b"application/vnd.oasis.opendocument.text",
                   "content.xml": b"<office:document-content/>", **{
                       name.replace("__", "/"): c for name, c in parts.items()}})


def signed_xml(inside: str = "<ToKhai/>", before: str = "") -> bytes:
    return (f'<?xml version="1.0" encoding="UTF-8"?>{before}<HoSo>{inside}'
            '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></HoSo>').encode()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(
        ">I", zlib.crc32(kind + content))


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content
