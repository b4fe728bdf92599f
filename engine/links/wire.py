"""The wire (đường truyền): batches of CloudEvents as they travel, strictly read.

CloudEvents 1.0 JSON batch format; each event carries its sender's signature as an extension, made
over the canonical bytes of all its other attributes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from hashlib import sha256
from itertools import chain, repeat
from typing import Any, get_args

from engine.components.declared import CODE, COPIES, MOST_COUNT
from engine.errors import Invalid
from engine.handoff import OWN, TYPE, HandedPaper, Kind
from engine.history import canonical, read_instant
from engine.inspection import MEDIA_TYPES
from engine.links.paper_links import PATH
from engine.proof import Keys, signed_by
from engine.store.inbox import Arrived, Incoming

MEDIA_TYPE = "application/cloudevents-batch+json"
#: Envelopes of one batch, characters of a name, bytes of one envelope.
MOST, LONGEST, LARGEST = 50, 200, 256 * 1024
#: Digits of a sequence, and how deep data may be nested.
DIGITS, DEEPEST = 9, 50
#: What travels beside the signed bytes; papers of one envelope; what a link to one looks like.
_BESIDE, _PAPERS = frozenset({"signature", "links"}), 500
_LINK = re.compile(re.escape(PATH) + r"([0-9a-f]{64})\?link=[A-Za-z0-9_.-]{1,1000}")
_SHA256, _LONG = re.compile(r"[0-9a-f]{64}"), 1_000
_TEXTS = ("id", "source", "type", "subject", "time", "sequence", "digest", "signature")
_DOSSIER = (
    "code", "procedure", "flow", "rule_set", "channel", "receiving_agency", "competent_agency",
    "registered_at", "origin",
)


def written(events: Iterable[tuple[bytes, str]], links: Iterable[str] = ()) -> bytes:
    """Return a batch of (canonical bytes, signature) as it travels; the bytes stay as they are.

    `links` are those to the papers of each event, beside what is signed: they expire, and others
    are given for the same event.
    """
    signed = (
        body[:-1] + b',"signature":' + json.dumps(mark).encode()
        + (b',"links":' + json.dumps(link).encode() if link else b"") + b"}"
        for (body, mark), link in zip(events, chain(links, repeat("")), strict=False)
    )
    return b"[" + b",".join(signed) + b"]"


def read_batch(body: bytes) -> list[Mapping[str, Any]]:
    """Return the events of a batch; raise Invalid for what is no batch of objects."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _wrong("không phải JSON", "it is no JSON") from error
    if not isinstance(found, list) or not all(isinstance(event, dict) for event in found):
        raise _wrong("không phải danh sách sự kiện", "it is no list of events")
    if len(found) > MOST:
        raise _wrong(f"có hơn {MOST} sự kiện", f"it holds more than {MOST} events")
    return found


def read_event(event: Mapping[str, Any], source: str, keys: Keys) -> Incoming:
    """Return one event whose form, digest and signature hold.

    Raises Invalid naming what does not; nothing of the event is believed before its signature.
    """
    signature = event.get("signature")
    plain = {name: value for name, value in event.items() if name not in _BESIDE}
    if _deeper(plain, DEEPEST):
        raise _wrong(f"lồng sâu hơn {DEEPEST} tầng", f"it is nested deeper than {DEEPEST}")
    body = canonical(plain)
    if len(body) > LARGEST:
        raise _wrong(f"lớn hơn {LARGEST} byte", f"it is larger than {LARGEST} bytes")
    if event.get("source") != source:
        raise _wrong("source không phải nút gọi", "its source is not the calling node")
    if not isinstance(signature, str) or not signed_by(body, signature, keys):
        raise _wrong("chữ ký không đúng", "its signature does not hold")
    _check(event)
    kind = event["type"].removeprefix(TYPE)
    return Incoming(Arrived(
        source=source, id=event["id"], dossier=event["subject"],
        sequence=int(event["sequence"]), kind=kind, body=body, signature=signature,
    ), plain, _links(event.get("links")))


def _links(found: Any) -> Mapping[str, str]:
    """Return by hash the links that can be used; without one the sender is asked for another."""
    links = found.split(" ")[:_PAPERS] if isinstance(found, str) else ()
    return {match[1]: link for link in links if (match := _LINK.fullmatch(link))}


def _check(event: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        _text(event.get(name), name, most=LONGEST if name != "signature" else 2_000)
    if event.get("specversion") != "1.0":
        raise _wrong("specversion phải là 1.0", "specversion must be 1.0")
    if event["type"] not in {f"{TYPE}{kind}" for kind in get_args(Kind)}:
        raise _wrong("type không rõ", "its type is unknown")
    _check_sequence(event["sequence"])
    data = event.get("data")
    if not isinstance(data, dict) or sha256(canonical(data)).hexdigest() != event["digest"]:
        raise _wrong("digest không khớp nội dung", "its digest does not match its data")
    _check_dossier(data.get("dossier"), event["subject"])
    _check_message(data.get("message"))


def _check_sequence(text: str) -> None:
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS and int(text) > 0):
        raise _wrong("sequence không phải số từ 1", "its sequence is no number from 1")


def _deeper(value: Any, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_deeper(item, left - 1) for item in inner)


def _check_dossier(found: Any, code: str) -> None:
    if not isinstance(found, dict) or found.get("code") != code:
        raise _wrong("data.dossier thiếu hoặc khác mã", "data.dossier is missing or another one")
    for name in _DOSSIER:
        _text(found.get(name), f"data.dossier.{name}")
    _check_moment(found["registered_at"])
    for name in ("desks", "homes", "standing"):
        if not isinstance(found.get(name), dict):
            raise _wrong(f"thiếu data.dossier.{name}", f"data.dossier.{name} is missing")
    for name in ("desks", "homes"):
        for value in found[name].values():
            _text(value, f"data.dossier.{name}")


def _check_moment(text: str) -> None:
    try:
        read_instant(text)
    except (ValueError, OverflowError) as error:
        raise _wrong("registered_at sai", "registered_at is no instant") from error


def _check_message(found: Any) -> None:
    if not isinstance(found, dict) or not isinstance(found.get("payload"), dict):
        raise _wrong("thiếu data.message", "data.message is missing")
    _text(found.get("name"), "data.message.name")
    for name in ("key", "sender", "process", "element"):
        value = found.get(name)
        if value is not None and not isinstance(value, str):
            raise _wrong(f"data.message.{name} không phải chữ", f"data.message.{name} is no text")
    own = found["name"].startswith(OWN)
    if not own and not found.get("process"):
        raise _wrong("thiếu data.message.process", "data.message.process is missing")
    papers = found.get("papers", [])
    if not isinstance(papers, list) or len(papers) > _PAPERS or (own and papers):
        raise _wrong("data.message.papers sai", "data.message.papers is no list of papers")
    for number, paper in enumerate(papers):
        _check_paper(paper, f"data.message.papers[{number}]")


def _check_paper(found: Any, place: str) -> None:
    names = {field.name for field in fields(HandedPaper)}
    if not isinstance(found, dict) or found.keys() != names:
        raise _wrong(f"{place} sai", f"{place} is no paper")
    right = {
        **{name: _words(found[name]) for name in ("name", "file_name")},
        "component": _matches(CODE, found["component"]), "copy": found["copy"] in (*COPIES,),
        "sha256": _matches(_SHA256, found["sha256"]), "size": _number(found["size"], 1 << 40),
        "media_type": found["media_type"] in (*MEDIA_TYPES,),
        "number": _number(found["number"], 10**6), "count": _number(found["count"], MOST_COUNT),
    }
    for name, fits in right.items():
        if not fits:
            raise _wrong(f"{place}.{name} sai", f"{place}.{name} is wrong")


def _words(value: Any) -> bool:
    """Tell whether something is a text as people write it, perhaps an empty one."""
    return isinstance(value, str) and len(value) <= _LONG and not any(c < " " for c in value)


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _number(value: Any, most: int) -> bool:
    return type(value) is int and 1 <= value <= most


def _text(value: Any, name: str, most: int = LONGEST) -> None:
    if not isinstance(value, str) or not value or len(value) > most or not value.isprintable():
        raise _wrong(f"«{name}» thiếu hoặc sai", f"{name!r} is missing or wrong")


def _wrong(vi: str, en: str) -> Invalid:
    return Invalid(f"Sự kiện không nhận được: {vi}.", f"The event is refused: {en}.",
                   code="event-invalid")
