"""The feed (bản tin): envelopes for nodes that cannot be called and fetch what waits for them.

Each gets its number when it is first offered, one node at a time: so nobody who reads on from a
number passes over what another transaction committed late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Offered:
    """An envelope under its number in a node's feed; its signature once it has one.

    Of one that a decision erased since it was fetched, only the digest is left.
    """

    offered: int
    id: str
    signature: str | None
    body: bytes | None = field(repr=False)
    dossier: str
    sequence: int
    digest: str | None


def serve(connection: Connection, node: str, after: int, size: int) -> list[Offered]:
    """Return what a node may read behind a number, at most `size`.

    Asking for what lies behind a number acknowledges what was served up to it.
    """
    asked = {"node": node, "after": after, "size": size}
    connection.execute(_LOCK, asked)
    connection.execute(_FETCHED, asked)
    for (name,) in connection.execute(_NEW, asked).fetchall():
        connection.execute(_OFFER, {"id": name})
    return [Offered(*row) for row in connection.execute(_SERVED, asked)]


def signed(connection: Connection, marks: Sequence[tuple[str, str]]) -> None:
    """Keep the signatures under which envelopes are served: (id, signature) each."""
    for name, mark in marks:
        connection.execute(_SIGNED, {"id": name, "sig": mark})


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(node)s, 11))"
_FETCHED = """\
UPDATE outbox SET state = 'delivered', delivered_at = now()
WHERE node = %(node)s AND state = 'waiting' AND offered <= %(after)s
"""
_NEW = """\
SELECT id FROM outbox WHERE node = %(node)s AND state = 'waiting' AND offered IS NULL
ORDER BY position LIMIT %(size)s
"""
_OFFER = "UPDATE outbox SET offered = nextval('outbox_offered') WHERE id = %(id)s"
_SERVED = """\
SELECT offered, id, signature, body, dossier, sequence, digest FROM outbox
WHERE node = %(node)s AND offered > %(after)s ORDER BY offered LIMIT %(size)s
"""
_SIGNED = "UPDATE outbox SET signature = %(sig)s WHERE id = %(id)s AND signature IS NULL"
