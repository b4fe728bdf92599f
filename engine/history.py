"""History (nhật ký): entries, their canonical bytes, the chain, and the personal part beside it.

Canonical form: one format byte, then RFC 8785 JSON of NFC text. Personal fields enter the chain as
salted digests and stand beside it, so that they can be erased on a recorded decision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NoReturn
from unicodedata import normalize

import rfc8785

from engine.errors import Corrupt, Invalid

FORMAT = b"\x01"
#: Integers beyond this are not exact in every reader of JSON (RFC 8785 section 3.2.2.3).
_EXACT = 2**53 - 1
_SETS = (frozenset, set)
_MANY = (list, tuple, *_SETS)
_ENCODE = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True,
    separators=(",", ":"),
).encode
#: What the first entry of a chain points back to.
GENESIS = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One entry as stored: canonical body, its hash, and the personal values beside (or erased)."""

    chain: str
    number: int
    body: bytes = field(repr=False)
    hash: str
    personal: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Draft:
    """An entry before it is sealed; `personal` values enter the chain as salted digests."""

    chain: str
    number: int
    previous: str
    at: datetime
    actor: str
    content: Mapping[str, Any]
    personal: Mapping[str, Any] = field(default_factory=dict, repr=False)
    salt: bytes = field(default=b"", repr=False)


def seal(draft: Draft) -> Entry:
    """Return the entry whose hash covers every field of the draft."""
    body = FORMAT + canonical({
        "chain": draft.chain, "number": draft.number, "previous": draft.previous,
        "at": instant(draft.at), "actor": draft.actor, "content": draft.content,
        "personal": {k: digest(draft.salt, k, v) for k, v in draft.personal.items()},
    })
    beside = None
    if draft.personal:
        beside = FORMAT + canonical({"salt": draft.salt.hex(), "values": draft.personal})
    return Entry(draft.chain, draft.number, body, sha256(body).hexdigest(), beside)


def read_body(entry: Entry) -> dict[str, Any]:
    """Return the body of an entry as JSON; raise Corrupt when its bytes are not canonical."""
    return _read(entry, entry.body)


def read_personal(entry: Entry) -> tuple[bytes, dict[str, Any]]:
    """Return salt and personal values of an entry, empty where none are kept."""
    if entry.personal is None:
        return b"", {}
    beside = _read(entry, entry.personal)
    try:
        return bytes.fromhex(beside["salt"]), dict(beside["values"])
    except (KeyError, TypeError, ValueError):
        _corrupt(entry, "phần dữ liệu cá nhân không đọc được", "its personal part is unreadable")


def verify(entry: Entry, chain: str, number: int, previous: str) -> None:
    """Raise Corrupt unless the entry is whole and follows `previous` as `number` of `chain`."""
    body = read_body(entry)
    if sha256(entry.body).hexdigest() != entry.hash:
        _corrupt(entry, "mã băm không khớp nội dung", "its hash does not match its body")
    if (entry.chain, entry.number) != (chain, number) or (
        body.get("chain"), body.get("number"), body.get("previous")
    ) != (chain, number, previous):
        _corrupt(entry, "không nối tiếp mục trước", "it does not follow the entry before it")
    salt, values = read_personal(entry)
    known = body.get("personal", {})
    if entry.personal is not None and known != {k: digest(salt, k, v) for k, v in values.items()}:
        _corrupt(entry, "dữ liệu cá nhân đã bị sửa", "its personal values do not match")


def digest(salt: bytes, name: str, value: object) -> str:
    """Return the salted digest under which a personal value enters the chain."""
    named = normalize("NFC", name).encode()  # as the chain will give it back
    return sha256(salt + b"\x00" + named + b"\x00" + canonical(value)).hexdigest()


def canonical(value: object) -> bytes:
    """Return RFC 8785 bytes of plain data; raise Invalid for what JSON cannot hold exactly."""
    odd: list[object] = []
    tree = _plain(value, odd)
    try:
        # Without anything odd Python's own encoder writes the same bytes, ten times faster.
        return rfc8785.dumps(tree) if odd else _ENCODE(tree).encode()  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise Invalid(
            "Dữ liệu có giá trị không lưu được chính xác.",
            f"The data holds a value that cannot be kept exactly: {error}",
            code="not-canonical",
        ) from error


def plain(value: object) -> object:
    """Return the value as plain JSON data with NFC text and instants in UTC microseconds."""
    return _plain(value, [])


def _plain(value: object, odd: list[object]) -> object:
    """Return plain data; note what RFC 8785 and Python's encoder may write in another way."""
    if isinstance(value, str):
        return value if value.isascii() else normalize("NFC", value)
    if value is None or type(value) is bool or (type(value) is int and abs(value) <= _EXACT):
        return value
    if isinstance(value, Mapping):
        # Most keys and values are plain ASCII text: they need no call.
        return {
            k if type(k) is str and k.isascii() else _key(k, odd):
            v if type(v) is str and v.isascii() else _plain(v, odd)
            for k, v in value.items()
        }
    if isinstance(value, _MANY):
        items = sorted(value) if isinstance(value, _SETS) else value
        return [_plain(item, odd) for item in items]
    if isinstance(value, datetime):
        return instant(value)
    odd.append(value)
    return value


def _key(key: object, odd: list[object]) -> str:
    name = str(key)
    if name.isascii():
        return name
    name = normalize("NFC", name)
    if max(name) > "\uffff":
        odd.append(name)  # sorted by UTF-16 code units, which are not in the order of characters
    return name


def instant(at: datetime) -> str:
    """Return an aware instant as history writes it: UTC, microseconds, Z."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def read_instant(text: str) -> datetime:
    """Return the instant that history wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _read(entry: Entry, content: bytes) -> dict[str, Any]:
    if content[:1] != FORMAT:
        _corrupt(entry, "định dạng không rõ", "its format byte is unknown")
    try:
        body = json.loads(content[1:])
        exact = isinstance(body, dict) and canonical(body) == content[1:]
    except (ValueError, RecursionError, Invalid):
        exact = False
    if not exact:
        _corrupt(entry, "nội dung không ở dạng chuẩn", "its bytes are not canonical")
    return dict(body)


def _corrupt(entry: Entry, vi: str, en: str) -> NoReturn:
    raise Corrupt(
        f"Mục {entry.number} của {entry.chain} bị hỏng: {vi}.",
        f"Entry {entry.number} of {entry.chain} is broken: {en}.",
        code="entry-broken", chain=entry.chain, number=entry.number,
    )
