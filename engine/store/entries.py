"""Entries (nhật ký) as read: chains in order, and the heads that rows claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from sqlalchemy import bindparam, literal, select, union_all

from engine.history import Entry
from engine.store import tables
from engine.store.rows import entry_of
from engine.store.statements import text_of

Connection = psycopg.Connection[tuple[Any, ...]]

#: Entries that are fetched at a time when every chain is read.
BATCH = 1_000

_e, _d, _p, _l = tables.entry, tables.dossier, tables.procedure, tables.ledger
_CHAIN = text_of(
    select(_e).where(_e.c.chain == bindparam("chain"), _e.c.number > bindparam("after"))
    .order_by(_e.c.number).limit(bindparam("size")),
)
_ALL = text_of(select(_e).order_by(_e.c.chain, _e.c.number))
_HEADS = text_of(union_all(
    select(_d.c.code, _d.c.entries, _d.c.head),
    select(literal("procedure:") + _p.c.code, _p.c.entries, _p.c.head),
    select(_l.c.chain, _l.c.entries, _l.c.head),
))


def chain(
    connection: Connection, name: str, *, after: int = 0, size: int = 1_000_000,
) -> Sequence[Entry]:
    """Return the entries of a chain in order, after a number."""
    found = connection.execute(_CHAIN, {"chain": name, "after": after, "size": size})
    return [entry_of(row) for row in found]


def every(connection: Connection) -> Iterator[Entry]:
    """Yield every entry, by chain and number, without holding them all."""
    with connection.cursor("entries") as cursor:
        cursor.itersize = BATCH
        cursor.execute(_ALL, {})
        for row in cursor:
            yield entry_of(row)


def heads(connection: Connection) -> Sequence[tuple[str, int, str]]:
    """Return name, entry count and head of every chain, as its row claims."""
    return [(name, count, head) for name, count, head in connection.execute(_HEADS, {})]
