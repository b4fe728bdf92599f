"""What was handed over (đã chuyển giao): outbox and inbox of a dossier as kept, with bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from engine.history import Entry
from engine.store import entries, ledgers

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Outgone:
    """An envelope that left: its bytes, our signature over them, the receiver's receipt.

    Where a decision erased the bytes: their `digest`, and the entry that recorded it, `erasure`.
    """

    id: str
    node: str
    sequence: int
    kind: str
    state: str
    signature: str | None
    receipt: str | None
    delivered_at: datetime | None
    body: bytes | None = field(repr=False)
    digest: str | None = None
    erasure: int | None = None


@dataclass(frozen=True)
class Incame:
    """An envelope that came: its bytes or their digest, and its sender's signature over them."""

    source: str
    id: str
    sequence: int
    kind: str
    state: str
    signature: str
    received_at: datetime
    body: bytes | None = field(repr=False)
    digest: str | None = None
    erasure: int | None = None


@dataclass(frozen=True)
class Handed:
    """Everything that was handed over in a dossier, and the chains of the keys of its nodes.

    `called` are the nodes that give receipts: those that are called as a node is.
    """

    outbox: tuple[Outgone, ...] = ()
    inbox: tuple[Incame, ...] = ()
    keys: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    called: frozenset[str] = frozenset()


def of_dossier(connection: Connection, code: str, own: str) -> Handed:
    """Return what was handed over in a dossier at this node."""
    asked = {"code": code}
    out = tuple(Outgone(*row) for row in connection.execute(_OUT, asked))
    came = tuple(Incame(*row) for row in connection.execute(_IN, asked))
    nodes = {own, *(one.node for one in out), *(one.source for one in came)} - {""}
    keys = {node: tuple(entries.chain(connection, ledgers.of_node(node))) for node in sorted(nodes)}
    called = frozenset(row[0] for row in connection.execute(_CALLED))
    return Handed(out, came, keys, called & nodes)


def paper_given(
    connection: Connection, envelope: str, node: str, sha256: str,
) -> tuple[str, int] | None:
    """Return dossier and number of a paper that an envelope carried to a node, None for none.

    The number is 0 where a decision erased the envelope, and with it every paper of the dossier.
    """
    row = connection.execute(_SENT_TO, {"id": envelope, "node": node}).fetchone()
    if row is None:
        return None
    if row[1] is None:
        return row[0], 0
    event = json.loads(bytes(row[1]))
    for one in event["data"]["message"].get("papers", ()):
        if one["sha256"] == sha256:
            return row[0], int(one["number"])
    return None


def dossiers(connection: Connection) -> set[str]:
    """Return the codes under which anything left or came."""
    return {row[0] for row in connection.execute(_DOSSIERS)}


_OUT = """\
SELECT id, node, sequence, kind, state, signature, receipt, delivered_at, body, digest, erasure
FROM outbox
WHERE dossier = %(code)s ORDER BY node, sequence
"""
_IN = """\
SELECT source, id, sequence, kind, state, signature, received_at, body, digest, erasure
FROM inbox
WHERE dossier = %(code)s ORDER BY source, sequence
"""
_SENT_TO = "SELECT dossier, body FROM outbox WHERE id = %(id)s AND node = %(node)s"
_CALLED = "SELECT id FROM node WHERE kind = 'motcua'"
_DOSSIERS = "SELECT dossier FROM outbox UNION SELECT dossier FROM inbox"
