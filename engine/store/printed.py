"""Papers printed (giấy tờ đã in): which entry of which chain recorded the bytes of a paper.

The entry is the proof; these rows only find it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Integer, bindparam, select

from engine.history import Entry
from engine.store import tables
from engine.store.rows import entry_of
from engine.store.statements import insert_text, text_of

Connection = psycopg.Connection[tuple[Any, ...]]

_p, _e = tables.printed_paper, tables.entry
_ENTRIES = select(_e).join(_p, (_e.c.chain == _p.c.chain) & (_e.c.number == _p.c.entry))
_BY_HASH = text_of(
    _ENTRIES.where(_p.c.sha256 == bindparam("sha256")).order_by(_p.c.chain, _p.c.entry),
)
_OF_DOSSIER = text_of(
    _ENTRIES.where(_p.c.chain == bindparam("code"), _p.c.entry > bindparam("after"))
    .order_by(_p.c.entry).limit(bindparam("size", type_=Integer)),
)
_ADD = insert_text(_p)


def by_hash(connection: Connection, sha256: str) -> Sequence[Entry]:
    """Return the entries that recorded a paper of these bytes."""
    return [entry_of(row) for row in connection.execute(_BY_HASH, {"sha256": sha256})]


def of_dossier(connection: Connection, code: str, *, after: int, size: int) -> Sequence[Entry]:
    """Return the entries that printed a paper of a dossier, in order, after an entry's number."""
    found = connection.execute(_OF_DOSSIER, {"code": code, "after": after, "size": size})
    return [entry_of(row) for row in found]


def adding(entry: Entry, paper: str, sha256: str) -> tuple[str, Mapping[str, Any]]:
    """Return the write that makes the paper of an entry found by its hash."""
    return _ADD, {
        "chain": entry.chain, "entry": entry.number, "paper": paper, "sha256": sha256,
    }
