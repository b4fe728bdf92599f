"""Checkpoints (điểm niêm phong): numbered, chained, signed lists of all heads."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from engine.audit.signing import Seal
from engine.errors import Corrupt, Invalid
from engine.history import FORMAT, GENESIS, canonical, instant

#: (chain, entry count, hash of the last entry)
Head = tuple[str, int, str]


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint as stored: canonical body, its hash and its signature."""

    number: int
    body: bytes
    hash: str
    key_id: str
    signature: bytes


def make(last: Checkpoint | None, at: datetime, heads: Iterable[Head], seal: Seal) -> Checkpoint:
    """Return the checkpoint after `last` that signs all heads as they stand."""
    number = 1 if last is None else last.number + 1
    body = FORMAT + canonical({
        "number": number, "previous": GENESIS if last is None else last.hash, "at": instant(at),
        "key": seal.key_id, "heads": {chain: [count, head] for chain, count, head in heads},
    })
    return Checkpoint(number, body, sha256(body).hexdigest(), seal.key_id, seal.sign(body))


def read(checkpoint: Checkpoint, seal: Seal) -> dict[str, Any]:
    """Return the body of a checkpoint; raise Corrupt unless the seal proves every byte of it."""
    if not seal.verifies(checkpoint.body, checkpoint.signature):
        raise _broken(checkpoint, "chữ ký không đúng", "its signature does not verify")
    body: dict[str, Any] = json.loads(checkpoint.body[1:])
    whole = (
        body["number"] == checkpoint.number and body["key"] == checkpoint.key_id
        and sha256(checkpoint.body).hexdigest() == checkpoint.hash
    )
    if not whole:
        raise _broken(checkpoint, "số, khóa hoặc mã băm bị sửa", "number, key or hash was changed")
    return body


def heads_of(body: Mapping[str, Any]) -> list[Head]:
    """Return the heads that a checkpoint's body signs."""
    return [(chain, count, head) for chain, (count, head) in body["heads"].items()]


def to_copy(checkpoint: Checkpoint) -> bytes:
    """Return the checkpoint as a file to be kept outside, away from the database."""
    return json.dumps({
        "motcua_checkpoint": checkpoint.number, "hash": checkpoint.hash,
        "key_id": checkpoint.key_id, "body": b64encode(checkpoint.body).decode(),
        "signature": b64encode(checkpoint.signature).decode(),
    }, indent=1).encode()


def from_copy(content: bytes) -> Checkpoint:
    """Return the checkpoint that a copy holds; raise Invalid when it is none."""
    try:
        copy = json.loads(content)
        return Checkpoint(
            number=int(copy["motcua_checkpoint"]), body=b64decode(copy["body"]),
            hash=str(copy["hash"]), key_id=str(copy["key_id"]),
            signature=b64decode(copy["signature"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise Invalid(
            "Tệp này không phải bản sao điểm niêm phong.",
            f"This file is no copy of a checkpoint: {error}", code="checkpoint-copy",
        ) from error


def _broken(checkpoint: Checkpoint, vi: str, en: str) -> Corrupt:
    return Corrupt(
        f"Điểm niêm phong {checkpoint.number} bị hỏng: {vi}.",
        f"Checkpoint {checkpoint.number} is broken: {en}.",
        code="checkpoint-broken", number=checkpoint.number,
    )
