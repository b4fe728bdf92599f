"""Erasing (xóa dữ liệu cá nhân): which envelopes stand in its way, and the one call that does it.

The database itself takes away what the entry of the decision names, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.store.trips import Connection, Statement


@dataclass(frozen=True)
class Undelivered:
    """An envelope that is not yet where it is to go: `way` is out or in, `state` as it stands.

    `droppable` tells whether it would wait for ever unless somebody does something about it: a
    dead letter or behind one, for a suspended node, or early and behind what has not come.
    """

    way: str
    node: str
    id: str
    sequence: int
    state: str
    droppable: bool
    body: bytes = field(repr=False)


def undelivered(connection: Connection, code: str) -> list[Undelivered]:
    """Return what a dossier has under way, its outbox locked so that it stays as it is."""
    connection.execute(_LOCK, {"code": code})
    return [Undelivered(*row) for row in connection.execute(_UNDELIVERED, {"code": code})]


def erasing(code: str, decision: int) -> Statement:
    """Return the write that takes away what the entry of that number has decided on."""
    return "SELECT erase_personal(%(code)s, %(decision)s)", {"code": code, "decision": decision}


_LOCK = "SELECT 1 FROM outbox WHERE dossier = %(code)s FOR UPDATE"
_UNDELIVERED = """\
SELECT 'out', o.node, o.id, o.sequence, o.state,
    o.state = 'dead' OR coalesce(n.active, 0) = 0 OR EXISTS (
        SELECT 1 FROM outbox b WHERE b.node = o.node AND b.dossier = o.dossier
            AND b.sequence < o.sequence AND b.state = 'dead'),
    o.body
FROM outbox o LEFT JOIN node n ON n.id = o.node
WHERE o.dossier = %(code)s AND o.state IN ('waiting', 'dead')
UNION ALL SELECT 'in', source, id, sequence, state, true, body
FROM inbox WHERE dossier = %(code)s AND state = 'early' AND erasure IS NULL
ORDER BY 1, 2, 4
"""
