"""Uploads (tải lên): the files of a version out of multipart fields and zips, bounded."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from werkzeug.datastructures import FileStorage

from engine.errors import Fault, Invalid
from engine.forms import read_form

SUFFIXES = (".bpmn", ".dmn", ".form")
#: Bytes of one file and of all, and files, after unpacking.
MOST_OF_ONE, MOST_OF_ALL, MOST_FILES = 2_000_000, 20_000_000, 200
#: What zipfile and its decompressors raise for bytes that are not what they claim to be.
_NOT_A_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError,
    OSError, ValueError, struct.error, LookupError,
)

_NAME = re.compile(r"[\w .()-]{1,150}")


def uploaded(fields: Sequence[FileStorage]) -> dict[str, bytes]:
    """Return the files by their bare names; raise Invalid naming what cannot be taken."""
    return _files((field.filename or "", field.stream.read()) for field in fields)


def from_paths(paths: Sequence[Path]) -> dict[str, bytes]:
    """Return the files at these paths by their bare names; raise Invalid as `uploaded` does."""
    try:
        return _files((path.name, path.read_bytes()) for path in paths)
    except OSError as error:
        raise Invalid(
            f"Không mở được {error.filename}: {error.strerror}.",
            f"Cannot open {error.filename}: {error.strerror}.", code="file-unreadable",
        ) from error


def _files(sent: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for name, content in _each(sent):
        bare = _bare(name)
        if not bare.endswith(SUFFIXES) or not _NAME.fullmatch(bare):
            _refuse(f"«{bare[:80]}» không phải {', '.join(SUFFIXES)}",
                    f"{bare[:80]!r} is none of {', '.join(SUFFIXES)}")
        if bare in files:
            _refuse(f"có hai tệp «{bare}»", f"there are two files {bare!r}")
        total += len(content)
        if total > MOST_OF_ALL or len(files) >= MOST_FILES:
            _refuse("quá nhiều tệp hoặc quá lớn", "there are too many files, or too much in them")
        if bare.endswith(".form"):
            _check_form(bare, content)
        files[bare] = content
    return files


def _bare(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _check_form(name: str, content: bytes) -> None:
    """Refuse a form that could not be asked for later, when a dossier runs on it."""
    try:
        read_form(content)
    except Invalid as error:
        _refuse(f"«{name}»: {error.vi}", f"{name!r}: {error.en}")


def _each(sent: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for name, content in sent:
        if name.lower().endswith(".zip"):
            yield from _unpacked(content)
        else:
            yield name, content


def _unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > MOST_FILES:
                _refuse("tệp nén có quá nhiều tệp", "the zip holds too many files")
            for item in archive.infolist():
                if item.is_dir() or _bare(item.filename).startswith("."):
                    continue
                with archive.open(item) as file:
                    # One byte more than is allowed: what a zip says of its sizes proves nothing.
                    unpacked = file.read(MOST_OF_ONE + 1)
                if len(unpacked) > MOST_OF_ONE:
                    _refuse(f"«{item.filename[:80]}» quá lớn", f"{item.filename[:80]!r} is too big")
                yield item.filename, unpacked
    except _NOT_A_ZIP as error:
        _refuse(f"tệp nén không đọc được ({error})", f"the zip cannot be read ({error})")


def _refuse(vi: str, en: str) -> NoReturn:
    raise Invalid(
        f"Không nhận được bản tải lên: {vi}.", f"The upload cannot be taken: {en}.",
        [Fault("/file", "upload-refused", vi, en)], code="upload-refused",
    )
