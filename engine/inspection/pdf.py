"""PDF: no scripts, launches, forms that run or files inside; also where names are disguised.

Names may be written with #-escapes and objects may stand in compressed object streams: both are
looked through. A scan holds none of what is refused here.
"""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from engine.inspection.refusing import Bounds, Refusal, active, broken, too_much_inside, two_faced

MEDIA = "application/pdf"
#: What a document does by itself, or carries along. All of five letters and more: so long a word
#: does not occur by chance in the bytes of a picture.
_NAMES = ("JavaScript", "Launch", "RichMedia", "EmbeddedFile", "EmbeddedFiles", "ImportData",
          "SubmitForm", "Rendition")


def _disguised(name: str) -> bytes:
    """Return a pattern of a name each letter of which may be written as #xx."""
    return "".join(f"(?:{c}|#(?i:{ord(c):02x}))" for c in name).encode()


_ACTIVE = re.compile(
    rb"/(?:(?:" + b"|".join(map(_disguised, _NAMES)) + rb")(?=[\x00\s/<>\[\]()%{}]|\Z)"
    rb"|" + _disguised("XFA") + rb"\s*(?:\[|\d+\s+\d+\s+R))",
)
_ENCRYPTED = re.compile(rb"/" + _disguised("Encrypt") + rb"\s*(?:\d+\s+\d+\s+R|<<)")
_OBJECTS = re.compile(rb"/(?:" + _disguised("ObjStm") + rb"|" + _disguised("First") + rb")"
                      rb"(?=[\x00\s/<>\[\]()%{}\d])")
_SURELY = re.compile(rb"/" + _disguised("ObjStm") + rb"(?=[\x00\s/<>\[\]()%{}])")
#: Begins with a plain letter, so that a scan is searched at the speed of memory.
_STREAM = re.compile(rb"stream\r?\n")
#: Streams of a file, bytes before a stream in which its dictionary stands, unpacked objects.
_MOST_STREAMS, _BEFORE, _MOST_OBJECTS = 20_000, 16_384, 64_000_000
#: What may follow the last end mark: line ends, no other document.
_TAIL = 2_048
_BLOCK = 65_536


def check(file: BinaryIO, bounds: Bounds) -> str:
    """Check a PDF from its head to its last end mark."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        _need_whole(content)
        _need_quiet(content)
        if _ENCRYPTED.search(content):
            raise Refusal(
                "file-encrypted", "Tệp PDF đặt mật khẩu hoặc mã hóa; hãy lưu lại không mã hóa.",
                "The PDF is encrypted; save it without encryption.",
            )
        for objects in _object_streams(content, min(_MOST_OBJECTS, bounds.unpacked)):
            _need_quiet(objects)
    return MEDIA


def _need_whole(content: mmap.mmap) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise broken("PDF", "%%EOF")
    # Another format's reader begins at its own mark, wherever that stands at the end of the file.
    if len(content) - end > _TAIL or content[end + 5:].strip(b"\x00\r\n\t "):
        raise two_faced("PDF")
    if content.find(b"PK\x05\x06", max(0, len(content) - 65_557)) >= 0:
        raise two_faced("PDF")


def _need_quiet(content: mmap.mmap | bytes) -> None:
    found = _ACTIVE.search(content)
    if found:
        raise active("PDF", found[0][:40].decode("ascii", "replace"))


def _streams(content: mmap.mmap) -> Iterator[re.Match[bytes]]:
    for found in _STREAM.finditer(content):
        if content[found.start() - 3:found.start()] != b"end":
            yield found


def _object_streams(content: mmap.mmap, most: int) -> Iterator[bytes]:
    """Yield the unpacked objects of every stream that can hold any; raise where they are hidden."""
    left = most
    for number, start in enumerate(_streams(content)):
        if number >= _MOST_STREAMS:
            raise broken("PDF", f"> {_MOST_STREAMS} streams")
        before = content[max(0, start.start() - _BEFORE):start.start()]
        said = before[before.rfind(b" obj") + 1:]
        if not _OBJECTS.search(said):
            continue
        unpacked = _inflated(content, start.end(), left)
        if unpacked is None:
            if _SURELY.search(said) and b"Filter" in said:
                raise broken("PDF", "ObjStm")
            continue
        left -= len(unpacked)
        if left <= 0:
            raise too_much_inside(most)
        yield unpacked


def _inflated(content: mmap.mmap, start: int, most: int) -> bytes | None:
    """Return what a stream unpacks to, at most so much; None for what is not deflated.

    It ends where the deflated data say, not at the word endstream, which could stand inside them.
    """
    engine, found = zlib.decompressobj(), bytearray()
    try:
        while not engine.eof and len(found) < most and start < len(content):
            block = content[start:start + _BLOCK]
            found += engine.decompress(block, most - len(found))
            start += len(block)
            while engine.unconsumed_tail and len(found) < most:
                found += engine.decompress(engine.unconsumed_tail, most - len(found))
    except zlib.error:
        return bytes(found) or None
    return bytes(found)
