"""Repeated requests (yêu cầu lặp lại): one key, one effect, the same answer again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from engine.commands import Request
from engine.errors import Fault, Invalid
from engine.store.statements import one_row, text_of, update_text
from engine.store.tables import idempotency as table

#: How long a request is known again by its key; then it would be a new one (docs/operate.md).
REMEMBERED = timedelta(days=90)
_KEY = ("actor", "method", "path", "key")
# Waits for another transaction that has taken the key and is not over yet.
_TAKE = text_of(
    insert(table).values({
        **{name: bindparam(name) for name in (*_KEY, "body_hash")},
        "at": func.now(),
    }).on_conflict_do_nothing().returning(table.c.key),
)
#: Body hash and result under a key; the parameters are those of `key_of`.
KEPT = text_of(select(table.c.body_hash, table.c.result).where(
    *(table.c[name] == bindparam(name) for name in _KEY),
))
_KEEP = update_text(table, ["result"])
_ADD = text_of(insert(table).values({
    **{name: bindparam(name) for name in _KEY}, "body_hash": bindparam("body_hash"),
    "result": bindparam("result"), "at": func.now(),
}))


def take(
    connection: psycopg.Connection[tuple[Any, ...]], actor: str, request: Request,
) -> Mapping[str, Any] | None:
    """Take the key for this transaction, or return the result that its first request had.

    Raises Invalid when the key was used with another body.
    """
    key = key_of((actor, request))
    taken = connection.execute(_TAKE, {**key, "body_hash": request.body_hash}).fetchone()
    if taken is not None:
        return None
    # The key was there when the insert gave way.
    return answer(one_row(connection, KEPT, key), request)


def answer(row: tuple[Any, ...], request: Request) -> Mapping[str, Any]:
    """Return the result that a kept row holds; raise Invalid when it was for another body."""
    if row[0] != request.body_hash:
        raise Invalid(
            "Idempotency-Key này đã dùng cho nội dung khác; hãy tạo khóa mới.",
            "This Idempotency-Key was used with another body; make a new key.",
            [Fault("", "idempotency-key-reused", "Tạo khóa mới.", "Make a new key.")],
            code="idempotency-key-reused",
        )
    kept: Mapping[str, Any] = json.loads(row[1])
    return kept


def key_of(asked: tuple[str, Request] | None) -> Mapping[str, Any]:
    """Return the parameters by which a repeated request is recognised; None is found nowhere."""
    if asked is None:
        return dict.fromkeys(_KEY)
    actor, request = asked
    return {"actor": actor, "method": request.method, "path": request.path, "key": request.key}


def adding(actor: str, request: Request, result: str) -> tuple[str, Mapping[str, Any]]:
    """Return the write that keeps key and result at once, under the lock of what was changed."""
    return _ADD, {**key_of((actor, request)), "body_hash": request.body_hash, "result": result}


def keeping(actor: str, request: Request, result: str) -> tuple[str, Mapping[str, Any]]:
    """Return the write that keeps the result for repetitions."""
    return _KEEP, {
        "result": result, "key_actor": actor, "key_method": request.method,
        "key_path": request.path, "key_key": request.key,
    }


def forget(
    connection: psycopg.Connection[tuple[Any, ...]], now: datetime, most: int,
) -> int:
    """Forget requests older than `REMEMBERED`, the oldest `most` of them; return how many."""
    asked = {"before": now - REMEMBERED, "most": most}
    return int(one_row(connection, _FORGET, asked)[0])


# The application may delete no record of this table; this function of the owner's does.
_FORGET = "SELECT forget_requests(%(before)s, %(most)s)"
