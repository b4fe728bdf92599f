"""Repeated requests (yêu cầu lặp lại): one key, one effect, the same answer again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from engine.commands import Request
from engine.errors import Fault, Invalid
from engine.store.statements import text_of, update_text
from engine.store.tables import idempotency as table

# Waits for another transaction that has taken the key and is not over yet.
_TAKE = text_of(
    insert(table).values({
        **{name: bindparam(name) for name in ("actor", "method", "path", "key", "body_hash")},
        "at": func.now(),
    }).on_conflict_do_nothing().returning(table.c.key),
)
_KEPT = text_of(select(table.c.body_hash, table.c.result).where(
    *(table.c[name] == bindparam(name) for name in ("actor", "method", "path", "key")),
))
_KEEP = update_text(table, ["result"])


def take(
    connection: psycopg.Connection[tuple[Any, ...]], actor: str, request: Request,
) -> Mapping[str, Any] | None:
    """Take the key for this transaction, or return the result that its first request had.

    Raises Invalid when the key was used with another body.
    """
    key = {"actor": actor, "method": request.method, "path": request.path, "key": request.key}
    taken = connection.execute(_TAKE, {**key, "body_hash": request.body_hash}).fetchone()
    if taken is not None:
        return None
    row = connection.execute(_KEPT, key).fetchone()
    assert row is not None  # noqa: S101 - the key was there when the insert gave way
    if row[0] != request.body_hash:
        raise Invalid(
            "Idempotency-Key này đã dùng cho nội dung khác; hãy tạo khóa mới.",
            "This Idempotency-Key was used with another body; make a new key.",
            [Fault("", "idempotency-key-reused", "Tạo khóa mới.", "Make a new key.")],
            code="idempotency-key-reused",
        )
    kept: Mapping[str, Any] = json.loads(row[1])
    return kept


def keeping(actor: str, request: Request, result: str) -> tuple[str, Mapping[str, Any]]:
    """Return the write that keeps the result for repetitions."""
    return _KEEP, {
        "result": result, "key_actor": actor, "key_method": request.method,
        "key_path": request.path, "key_key": request.key,
    }
