"""Positions (vị trí): how far the passing of envelopes of each dossier has come with a node.

After a restoration both nodes hold theirs against each other, dossier by dossier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from engine.store.rows import links_of
from engine.store.statements import one_row

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Position:
    """Envelopes of a dossier sent to a node, and received from it in their order."""

    dossier: str
    sent: int
    received: int


def with_node(connection: Connection, node: str, after: str, size: int) -> list[Position]:
    """Return the positions of dossiers shared with a node, by code, behind one of them."""
    rows = connection.execute(_SHARED, {"node": node, "after": after, "size": size})
    found = ((row[0], links_of(row[1]).peers[node]) for row in rows)
    return [Position(code, peer.sent, peer.received) for code, peer in found]


def send_again(connection: Connection, node: str, dossier: str, received: int) -> int:
    """Deliver once more what a node has not received of what it gave receipts for.

    What a decision erased here is gone, and not among it: `erased` counts that.
    """
    asked = {"node": node, "dossier": dossier, "received": received}
    return connection.execute(_AGAIN, asked).rowcount


def erased(connection: Connection, node: str, dossier: str, received: int) -> int:
    """Return how many envelopes a node has not received that a decision has erased here."""
    asked = {"node": node, "dossier": dossier, "received": received}
    return int(one_row(connection, _ERASED, asked)[0])


_SHARED = """\
SELECT code, links FROM dossier
WHERE links <> '{}' AND code > %(after)s AND links::jsonb -> 'peers' -> %(node)s::text IS NOT NULL
ORDER BY code LIMIT %(size)s
"""
_AGAIN = """\
UPDATE outbox SET state = 'waiting', tries = 0, not_before = NULL
WHERE node = %(node)s AND dossier = %(dossier)s AND state = 'delivered' AND sequence > %(received)s
    AND erasure IS NULL
"""
_ERASED = """\
SELECT count(*) FROM outbox
WHERE node = %(node)s AND dossier = %(dossier)s AND sequence > %(received)s AND erasure IS NOT NULL
"""
