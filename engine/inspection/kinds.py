"""Kinds (loại tệp): the allow-list, by first bytes, of what one-stop shops take.

Scans (PDF, JPEG, PNG, TIFF), office documents (DOCX, XLSX, ODT) and data that somebody signed (XML
with a digital signature).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO

from engine.inspection import images, packed, pdf, signed_xml
from engine.inspection.refusing import Bounds, Refusal

#: Media type -> suffix of the name under which such a file is given out.
MEDIA_TYPES: Mapping[str, str] = {
    pdf.MEDIA: ".pdf", images.PNG: ".png", images.JPEG: ".jpg", images.TIFF: ".tif",
    packed.DOCX: ".docx", packed.XLSX: ".xlsx", packed.ODT: ".odt", signed_xml.MEDIA: ".xml",
}
_TAKEN = "PDF, JPEG, PNG, TIFF, DOCX, XLSX, ODT, XML"

#: What a kind is checked by: the open file, its first bytes and the bounds; returns a media type.
Check = Callable[[BinaryIO, Bounds], str]
_FIRST: tuple[tuple[bytes, Check], ...] = (
    (b"%PDF-", pdf.check), (b"\x89PNG\r\n\x1a\n", images.png), (b"\xff\xd8\xff", images.jpeg),
    (b"II*\x00", images.tiff), (b"MM\x00*", images.tiff), (b"PK\x03\x04", packed.check),
    (b"<?xml", signed_xml.check), (b"\xef\xbb\xbf<?xml", signed_xml.check),
)
#: Formats that people try and that are not taken: what to do instead.
_OLD = {
    b"\xd0\xcf\x11\xe0": "DOC, XLS", b"{\\rtf": "RTF", b"Rar!": "RAR", b"7z\xbc\xaf": "7z",
    b"MZ": "EXE", b"\x7fELF": "ELF", b"GIF8": "GIF", b"RIFF": "WEBP",
}


def inspect(file: BinaryIO, bounds: Bounds) -> str:
    """Return the media type that the bytes have; raise Refusal for what may not be kept.

    `file` is open for reading and seekable; it is left wherever the reading ended.
    """
    file.seek(0)
    first = file.read(16)
    if not first:
        raise Refusal("file-empty", "Tệp rỗng (0 byte).", "The file is empty (0 bytes).")
    size = file.seek(0, 2)
    if size > bounds.size:
        raise too_large(bounds.size)
    for magic, check in _FIRST:
        if first.startswith(magic):
            return check(file, bounds)
    known = next((name for magic, name in _OLD.items() if first.startswith(magic)), "")
    named = f" ({known})" if known else ""
    raise Refusal(
        "file-type",
        f"Không nhận loại tệp này{named}; hãy dùng {_TAKEN}.",
        f"Files of this type are not taken{named}; use {_TAKEN}.", taken=list(MEDIA_TYPES),
    )


def too_large(most: int) -> Refusal:
    """Return the refusal of a file that is larger than the setting allows."""
    return Refusal(
        "file-too-large", f"Tệp lớn hơn {most:,} byte.",
        f"The file is larger than {most:,} bytes.", limit=most,
    )
