"""Images (ảnh quét): PNG, JPEG and TIFF, walked by their own structure and never decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from engine.inspection.refusing import Bounds, broken, too_many_pixels, two_faced

PNG, JPEG, TIFF = "image/png", "image/jpeg", "image/tiff"
#: Chunks, segments and pages that a picture may have.
_MOST_PARTS, _MOST_PAGES, _MOST_TAGS = 50_000, 1_000, 500
#: JPEG markers that carry the size of the picture, and those that stand without a length.
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
#: Zeros that scanners write behind the end of a JPEG.
_PADDING = 4_096


def png(file: BinaryIO, bounds: Bounds) -> str:
    """Check a PNG from its first chunk to its last, which must end the file."""
    size = file.seek(0, 2)
    at, kinds = 8, 0
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            raise broken("PNG", "IEND")
        length, kind = struct.unpack(">I4s", head)
        if kinds == 0:
            _sized("PNG", kind == b"IHDR", struct.unpack(">II", _exactly(file, 8, "PNG")), bounds)
        at, kinds = at + length + 12, kinds + 1
        if at > size or kinds > _MOST_PARTS:
            raise broken("PNG", "chunk")
        if kind == b"IEND":
            break
    if at != size:
        raise two_faced("PNG")
    return PNG


def jpeg(file: BinaryIO, bounds: Bounds) -> str:
    """Check a JPEG: segments up to the picture, its size, and the end of image at the end."""
    size = file.seek(0, 2)
    at, sized = 2, False
    for _ in range(_MOST_PARTS):
        file.seek(at)
        sign, marker = _exactly(file, 2, "JPEG")
        if sign != 0xFF:
            raise broken("JPEG", "marker")
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xDA:
            break
        (length,) = struct.unpack(">H", _exactly(file, 2, "JPEG"))
        if marker in _SIZES:
            _, height, width = struct.unpack(">BHH", _exactly(file, 5, "JPEG"))
            _sized("JPEG", True, (width, height), bounds)
            sized = True
        at += 2 + length
    else:
        raise broken("JPEG", f"> {_MOST_PARTS}")
    if not sized:
        raise broken("JPEG", "SOF")
    file.seek(max(0, size - _PADDING))
    if not file.read().rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise two_faced("JPEG")
    return JPEG


def tiff(file: BinaryIO, bounds: Bounds) -> str:
    """Check a TIFF: every page's directory inside the file, every page within bounds."""
    size = file.seek(0, 2)
    file.seek(0)
    order = "<" if _exactly(file, 4, "TIFF")[:2] == b"II" else ">"
    pages = 0
    for width, height in _pages(file, order, size):
        _sized("TIFF", True, (width, height), bounds)
        pages += 1
    if pages == 0:
        raise broken("TIFF", "IFD")
    file.seek(max(0, size - 65_557))
    if b"PK\x05\x06" in file.read():
        raise two_faced("TIFF")
    return TIFF


def _pages(file: BinaryIO, order: str, size: int) -> Iterator[tuple[int, int]]:
    seen: set[int] = set()
    (at,) = struct.unpack(f"{order}I", _exactly(file, 4, "TIFF"))
    while at:
        if at in seen or at >= size or len(seen) >= _MOST_PAGES:
            raise broken("TIFF", "IFD")
        seen.add(at)
        file.seek(at)
        (count,) = struct.unpack(f"{order}H", _exactly(file, 2, "TIFF"))
        if count > _MOST_TAGS:
            raise broken("TIFF", "IFD")
        found = {}
        for _ in range(count):
            tag, kind = struct.unpack(f"{order}HH", _exactly(file, 4, "TIFF"))
            value = _exactly(file, 8, "TIFF")[4:]
            short = kind == 3
            found[tag] = struct.unpack(f"{order}H" if short else f"{order}I",
                                       value[:2] if short else value)[0]
        yield found.get(256, 0), found.get(257, 0)
        (at,) = struct.unpack(f"{order}I", _exactly(file, 4, "TIFF"))


def _sized(kind: str, there: bool, size: tuple[int, ...], bounds: Bounds) -> None:
    width, height = size
    if not there or width == 0 or height == 0:
        raise broken(kind, "0 x 0" if there else "IHDR")
    if width * height > bounds.pixels:
        raise too_many_pixels(width, height, bounds.pixels)


def _exactly(file: BinaryIO, count: int, kind: str) -> bytes:
    found = file.read(count)
    if len(found) < count:
        raise broken(kind, "EOF")
    return found
