"""Nodes (nút liên thông): other deployments, what they may send, and whether they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from engine.store import node_keys
from engine.store.link_tables import node as t
from engine.store.rows import text
from engine.store.statements import insert_text, text_of
from engine.store.trips import Connection, Rows, Statement


@dataclass(frozen=True)
class Node:
    """Another deployment: its address, its public keys by id (JWK), and what it may send.

    `kind` is motcua (calls and is called), webhook (is only called) or pull (fetches). `procedures`
    and `messages` are allow-lists, `*` for all. `private` lets its address be a private one.
    """

    id: str
    url: str
    kind: str = "motcua"
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    procedures: tuple[str, ...] = ()
    messages: tuple[str, ...] = ("*",)
    private: bool = False
    active: bool = True
    failures: int = 0
    not_before: datetime | None = None
    failure: str | None = None

    def may_send(self, procedure: str, message: str) -> bool:
        """Tell whether it may send this message of that procedure."""
        return bool({"*", procedure} & set(self.procedures)) and (
            bool({"*", message} & set(self.messages)) or message.startswith("motcua.")
        )


def by_id(connection: Connection, name: str) -> Node | None:
    """Return a node."""
    return told(connection.execute(*asking(name)).fetchall())


def calling(connection: Connection, name: str) -> Node | None:
    """Return a node that calls, in one trip; no transaction may be open."""
    return told(connection.alone([asking(name)])[0])


def asking(name: str) -> Statement:
    """Return what asks for a node, to travel with others; `told` reads what was found."""
    return _ONE, {"id": name}


def told(rows: Rows) -> Node | None:
    """Return the node that was asked for."""
    return _node(rows[0]) if rows else None


def every(connection: Connection) -> list[Node]:
    """Return all nodes by id."""
    return [_node(row) for row in connection.execute(_ALL)]


def ready(connection: Connection) -> frozenset[str]:
    """Return the nodes to be called now: active, no fetching ones, none left alone for a while."""
    return frozenset(row[0] for row in connection.execute(_READY))


def put(connection: Connection, node: Node, at: datetime) -> None:
    """Write a node, or what is new of one that is there, its keys also into its chain; commits."""
    node_keys.record(connection, node.id, node.keys, at)
    connection.execute(_PUT, {
        "id": node.id, "url": node.url, "kind": node.kind, "keys": text(node.keys),
        "procedures": text(node.procedures), "messages": text(node.messages),
        "private": int(node.private), "active": int(node.active), "failures": 0,
        "not_before": None, "failure": None, "added_at": at,
    })
    connection.commit()


def place(connection: Connection, codes: tuple[str, ...], node: str | None) -> list[str]:
    """Say at which node agencies work (None: here); return those not in the register; commits."""
    rows = connection.execute(_PLACE, {"codes": list(codes), "node": node}).fetchall()
    connection.commit()
    return sorted(set(codes) - {row[0] for row in rows})


def homes(connection: Connection, codes: frozenset[str]) -> dict[str, str]:
    """Return the nodes of those agencies that work elsewhere."""
    return dict(connection.execute(_HOMES, {"codes": sorted(codes)}).fetchall())


def answering(name: str) -> Statement:
    """Return the write which notes that a node answers again."""
    return _ANSWERED, {"id": name}


def failed(connection: Connection, name: str, pause: timedelta, reason: str) -> None:
    """Note that a node did not answer, and leave it alone for a while."""
    connection.execute(_FAILED, {"id": name, "pause": pause, "reason": reason[:500]})


def _node(row: tuple[Any, ...]) -> Node:
    return Node(
        id=row[0], url=row[1], kind=row[2], keys=row[3], procedures=tuple(row[4]),
        messages=tuple(row[5]), private=bool(row[6]), active=bool(row[7]), failures=row[8],
        not_before=row[9], failure=row[10],
    )


_ONE = text_of(select(t).where(t.c.id == bindparam("id")))
#: Whether a row of a node is one to be called now.
READY = "active = 1 AND kind <> 'pull' AND (not_before IS NULL OR not_before <= now())"
_READY = f"SELECT id FROM node WHERE {READY}"  # noqa: S608 - a constant
_ALL = text_of(select(t).order_by(t.c.id))
_PUT = insert_text(t, overwrite=[
    "url", "kind", "keys", "procedures", "messages", "private", "active", "failures",
    "not_before", "failure",
])
_PLACE = "UPDATE agency SET node = %(node)s WHERE code = ANY (%(codes)s) RETURNING code"
_HOMES = "SELECT code, node FROM agency WHERE code = ANY (%(codes)s) AND node IS NOT NULL"
_ANSWERED = """\
UPDATE node SET failures = 0, not_before = NULL, failure = NULL WHERE id = %(id)s AND failures > 0
"""
_FAILED = """\
UPDATE node SET failures = failures + 1, not_before = now() + %(pause)s::interval,
    failure = %(reason)s
WHERE id = %(id)s
"""
