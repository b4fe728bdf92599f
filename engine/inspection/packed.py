"""Packed documents (tài liệu văn phòng): DOCX, XLSX and ODT without macros, links out or bombs."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from typing import BinaryIO

from engine.inspection.refusing import Bounds, Refusal, active, broken, too_much_inside, two_faced

_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OFFICE}.wordprocessingml.document"
XLSX = f"{_OFFICE}.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"

#: What zipfile and its decompressors raise for bytes that are not what they claim to be.
_NOT_A_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError,
    OSError, ValueError, struct.error, LookupError,
)
_KIND = "DOCX/XLSX/ODT"
#: An end record without a comment: nothing may follow, nothing may come before.
_END, _END_SIZE = b"PK\x05\x06", 22
#: What a 64-bit archive has before it; no document of ours needs one. Bytes of the list of parts.
_LOCATOR, _LOCATOR_SIZE, _MOST_LISTED = b"PK\x06\x07", 20, 1_000_000
#: Bytes that any document unpacks to without being suspicious, and the ratio beyond them.
_HARMLESS, _RATIO = 20_000_000, 200
_BLOCK = 1 << 20
#: Parts that hold macros, controls, other files or other documents.
_ACTIVE_PARTS = re.compile(
    r"(^|/)(vba\w*\.(bin|xml)|activex/|embeddings/|macrosheets/|dialogsheets/|externallinks/"
    r"|afchunk|basic/|scripts/|object [^/]*/|objectreplacements/)", re.IGNORECASE,
)
_ACTIVE_TYPES = re.compile(rb"macroEnabled|vbaProject|ms-office\.activeX|oleObject", re.IGNORECASE)
#: Relations that lead out of the document, other than a link that a person must click.
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External[\"']")
_LINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
_LISTENER = re.compile(rb"<[\w-]+:event-listener\b|<office:scripts?\b[^/<>]*>\s*<")


def check(file: BinaryIO, bounds: Bounds) -> str:
    """Check that a zip is a document of the three kinds, whole and without anything active."""
    _need_whole(file)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = _bounded(archive, bounds)
            media = _kind(archive, parts)
            for name, part in parts.items():
                _check_part(archive, name, part)
            return media
    except Refusal:
        raise
    except _NOT_A_ZIP as error:
        raise broken(_KIND, str(error)[:100]) from error


def _need_whole(file: BinaryIO) -> None:
    """Refuse what stands behind the archive: some readers would begin there."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE - _LOCATOR_SIZE))
    last = file.read()
    if not last[-_END_SIZE:].startswith(_END):
        raise two_faced(_KIND)
    (listed,) = struct.unpack("<I", last[-10:-6])
    if listed > _MOST_LISTED or last.startswith(_LOCATOR):
        raise too_much_inside(_MOST_LISTED)


def _bounded(archive: zipfile.ZipFile, bounds: Bounds) -> dict[str, zipfile.ZipInfo]:
    parts: dict[str, zipfile.ZipInfo] = {}
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > bounds.parts or total > bounds.unpacked or (
        total > _HARMLESS and total > packed * _RATIO
    ):
        raise too_much_inside(bounds.unpacked)
    if min((entry.header_offset for entry in entries), default=1) != 0:
        raise two_faced(_KIND)
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 0x1:
            raise active(_KIND, "encrypted")
        if name in parts or name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
            raise broken(_KIND, name[:80])
        parts[name] = entry
    return parts


def _kind(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> str:
    if "mimetype" in parts and archive.read("mimetype").strip() == ODT.encode():
        return ODT
    if "[Content_Types].xml" in parts:
        for name, media in (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX)):
            if name in parts:
                return media
    raise Refusal(
        "file-type", f"Tệp nén này không phải {_KIND}; hãy nộp từng giấy tờ riêng.",
        f"This zip is no {_KIND}; hand in each paper by itself.",
    )


def _check_part(archive: zipfile.ZipFile, name: str, part: zipfile.ZipInfo) -> None:
    """Unpack a part to its end, which proves its size and checksum, and look at what it says."""
    if _ACTIVE_PARTS.search(name):
        raise active(_KIND, name[:80])
    lower = name.lower()
    looked = lower.endswith((".xml", ".rels"))
    said = bytearray()
    with archive.open(part) as opened:
        while block := opened.read(_BLOCK):
            if looked:
                said += block
    if lower.endswith(".rels"):
        for relation in said.split(b"<"):
            if _EXTERNAL.search(relation) and not _LINK.search(relation):
                raise active(_KIND, "TargetMode=External")
    found = _ACTIVE_TYPES.search(said) if lower == "[content_types].xml" else None
    if lower == "content.xml":
        found = found or _LISTENER.search(said)
    if found:
        raise active(_KIND, found[0][:60].decode("ascii", "replace"))
