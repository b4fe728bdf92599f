"""Encodings (bảng mã): which character set the bytes of a file are in, and the same text in UTF-8.

XML 1.0 appendix F: a byte order mark decides, then the first bytes of the declaration, then what it
names. Expat reads a few sets itself; all others are decoded here.
"""

from __future__ import annotations

import codecs
import re

from engine.flow.findings import Refused, Sentence, finding
from engine.step import Finding

_NAME = rb"""encoding\s*=\s*["'](?P<name>[A-Za-z][A-Za-z0-9._-]{0,40})["']"""
_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml\s[^>]{0,80}?" + _NAME)
_DECLARATION = re.compile(r"\A\ufeff?<\?xml[^>]*\?>")
#: Codecs of Python that are no character sets of XML: in them bytes hide what they say.
_NO_CHARACTER_SETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7",
                      "undefined", "mbcs", "oem"}
_READ_BY_EXPAT = {"utf-8", "utf8", "utf-16", "us-ascii", "iso-8859-1"}
#: How a file begins in sets of which the declaration cannot be read as ASCII.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)
#: `<?xml` in EBCDIC; its code pages agree on the letters of the declaration.
_EBCDIC, _EBCDIC_LETTERS = b"\x4c\x6f\xa7\x94\x93", "cp037"
_SINGLE_BYTE = re.compile(r"\A(?:cp125\d|iso8859_\d+|latin_1|koi8_[rtu]|mac_\w+|cp\d{3})\Z")
_UTF_8: Sentence = ("Lưu lại tệp bằng UTF-8.", "Save the file in UTF-8.")


def transcoded(content: bytes) -> bytes:
    """Return the same text in UTF-8 where its encoding is one that expat does not read itself.

    Raises Refused for a set that is not known, and for bytes that are not of the set they name.
    """
    begins = next((name for start, name in _BEGINNINGS if content.startswith(start)), None)
    name = begins or _declared(content)
    if begins is None and _wide(name):
        raise Refused([_differs(name, "utf-8")])
    if content.startswith(codecs.BOM_UTF8) and name.lower() not in {"utf-8", "utf8"}:
        raise Refused([_differs(name, "utf-8")])
    if name.lower() in _READ_BY_EXPAT - ({"utf-16"} if begins else set()):
        return content
    try:
        text = content.decode(_character_set(name))
    except LookupError as error:
        raise Refused([_unknown(name)]) from error
    except (UnicodeError, ValueError) as error:
        raise Refused([_not_in(name)]) from error
    return _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1).encode(
        "utf-8", "surrogatepass")


def not_utf_8(content: bytes) -> Finding | None:
    """Return the error of a file that is said to be UTF-8, if by saying nothing, and is not."""
    tagged = content.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")
    if not tagged or _declared(content).lower() not in {"utf-8", "utf8"}:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_in("utf-8", content.count(b"\n", 0, error.start) + 1)
    return None


def doubtful(content: bytes) -> str | None:
    """Return the single-byte set that a file names though its bytes are those of UTF-8.

    Text of such a set is hardly ever UTF-8 by chance, so its letters would come out wrong.
    """
    name = _declared(content)
    try:
        single = _SINGLE_BYTE.match(codecs.lookup(name).name.replace("-", "_"))
        return name if single and not content.isascii() and content.decode("utf-8") else None
    except (LookupError, UnicodeDecodeError):
        return None


def _declared(content: bytes) -> str:
    plain = content[:200]
    if content.startswith(_EBCDIC):
        plain = plain.decode(_EBCDIC_LETTERS).encode("ascii", "replace")
    declared = _DECLARED.match(plain)
    return declared["name"].decode("ascii") if declared else "utf-8"


def _wide(name: str) -> bool:
    """Tell whether a name is that of a set of two or four bytes: the first bytes would show it."""
    return name.lower().replace("_", "-").startswith(("utf-16", "utf-32", "ucs-", "iso-10646-ucs"))


def _character_set(name: str) -> str:
    """Return a codec that is a character set; raise LookupError for others."""
    if codecs.lookup(name).name.replace("-", "_") in _NO_CHARACTER_SETS:
        raise LookupError(f"unknown encoding: {name}")
    return name


def _unknown(name: str) -> Finding:
    return finding("error", "encoding", None, (
        f"Không đọc được bảng mã “{name}” mà tệp khai báo.",
        f"The encoding '{name}' that the file declares is not known here.",
    ), _UTF_8)


def _not_in(name: str, line: int | None = None) -> Finding:
    place = ("", "") if line is None else (f" (dòng {line})", f" (line {line})")
    return finding("error", "encoding", None, (
        f"Tệp đọc theo bảng mã “{name}” thì có byte không thuộc bảng mã đó{place[0]}.",
        f"Read as '{name}', the file holds bytes that are not of that encoding{place[1]}.",
    ), _UTF_8)


def _differs(name: str, seen: str) -> Finding:
    return finding("error", "encoding", None, (
        f"Tệp khai báo bảng mã “{name}” nhưng các byte đầu cho thấy là {seen}.",
        f"The file declares '{name}', and its first bytes are those of {seen}.",
    ), (f'Sửa dòng đầu thành encoding="{seen.upper()}".',
        f'Change its first line to encoding="{seen.upper()}".'))
