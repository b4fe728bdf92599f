"""Checkpoints (điểm niêm phong) as kept: rows of number, body, hash, key and signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import select

from engine.store import tables
from engine.store.statements import insert_text, text_of

Connection = psycopg.Connection[tuple[Any, ...]]
#: number, body, hash, key id, signature
Row = tuple[int, bytes, str, str, bytes]

_ALL = text_of(select(tables.checkpoint).order_by(tables.checkpoint.c.number))
_ADD = insert_text(tables.checkpoint)
#: One checkpoint is made at a time; the application role may not lock the table itself.
_LOCK = "SELECT pg_advisory_xact_lock(7611820252)"


def every(connection: Connection) -> Sequence[Row]:
    """Return every checkpoint, in order of number."""
    return [(row[0], bytes(row[1]), row[2], row[3], bytes(row[4]))
            for row in connection.execute(_ALL, {})]


def lock(connection: Connection) -> None:
    """Let no other checkpoint be made until this transaction ends."""
    connection.execute(_LOCK)


def add(connection: Connection, row: Row) -> None:
    """Write a checkpoint and commit."""
    names = ("number", "body", "hash", "key_id", "signature")
    connection.execute(_ADD, dict(zip(names, row, strict=True)))
    connection.commit()
