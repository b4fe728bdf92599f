"""The inbox (hộp thư đến): what other nodes sent, each once, with the signature over its bytes.

Unique on (source, id) and on (source, dossier, sequence); what came before its turn waits here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from engine.store.link_tables import inbox as t
from engine.store.statements import text_of
from engine.store.trips import Connection, Rows, Statement


@dataclass(frozen=True)
class Arrived:
    """An envelope as it arrived: the canonical bytes of its event, and its sender's signature.

    They are empty where a decision erased it while it waited for its turn.
    """

    source: str
    id: str
    dossier: str
    sequence: int
    kind: str
    body: bytes = field(repr=False)
    signature: str


@dataclass(frozen=True)
class Incoming:
    """An envelope whose signature holds: who sent it, its bytes, and the event in them.

    `links` came beside it: where its papers may be fetched for a while, by hash.
    """

    arrived: Arrived
    event: Mapping[str, Any]
    links: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> Mapping[str, Any]:
        """What the event says of the dossier, and the message."""
        data: Mapping[str, Any] = self.event["data"]
        return data


def lock(connection: Connection, code: str) -> None:
    """Let one transaction at a time take envelopes of a dossier in, also before it is there."""
    connection.execute(_LOCK, {"code": code})


@dataclass(frozen=True)
class Found:
    """What is known when an envelope arrives, under the lock of its dossier.

    `known` is the SHA-256 of the bytes under which it is here already, `used` tells whether another
    stands under its number, `followed` whether the one behind it waits for it, `open` whether its
    dossier is here, `erased` whether a decision erased what is here.
    """

    known: str | None
    used: bool
    followed: bool
    open: bool
    erased: bool


def asking(arrived: Arrived) -> list[Statement]:
    """Return what locks the dossier of an envelope for those of other nodes, and looks it up.

    In this order, so that what is looked up is seen under the lock; `told` reads the second.
    """
    asked = {
        "source": arrived.source, "id": arrived.id, "dossier": arrived.dossier,
        "sequence": arrived.sequence, "next": arrived.sequence + 1,
    }
    return [(_LOCK, {"code": arrived.dossier}), (_LOOK, asked)]


def told(rows: Rows) -> Found:
    """Return what is known of the envelope that was asked for."""
    return Found(*rows[0])


def putting(arrived: Arrived, state: str) -> Statement:
    """Return the write of an envelope into the inbox, whose id and number are free there."""
    return _PUT, {**vars(arrived), "state": state}


def early(connection: Connection, source: str, code: str, sequence: int) -> Arrived | None:
    """Return the envelope that waits under a sequence of a dossier."""
    asked = {"source": source, "dossier": code, "sequence": sequence}
    row = connection.execute(_EARLY, asked).fetchone()
    if row is None:
        return None
    return Arrived(row[0], row[1], row[2], row[3], row[4], bytes(row[5] or b""), row[6])


def take(connection: Connection, source: str, name: str) -> None:
    """Note that an envelope which waited has been taken in."""
    connection.execute(_TAKE, {"key_source": source, "key_id": name})


def repeating(arrived: Arrived, at: datetime) -> Statement:
    """Return the write that notes that a sender still has what was erased here, and sends it."""
    return _REPEATED, {"source": arrived.source, "id": arrived.id, "at": at}


def waiting(connection: Connection) -> list[tuple[str, str, int]]:
    """Return what waits for those before it: (source, dossier, first sequence) each."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_WAITING)]


_NAMES = ("source", "id", "dossier", "sequence", "kind", "body", "signature")
_PUT = text_of(
    insert(t).values({name: bindparam(name) for name in (*_NAMES, "state")}),
)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(code)s, 7))"
_LOOK = """\
SELECT (SELECT coalesce(digest, encode(sha256(body), 'hex')) FROM inbox
        WHERE source = %(source)s AND id = %(id)s),
    EXISTS (SELECT 1 FROM inbox WHERE source = %(source)s AND dossier = %(dossier)s
        AND sequence = %(sequence)s AND id <> %(id)s),
    EXISTS (SELECT 1 FROM inbox WHERE source = %(source)s AND dossier = %(dossier)s
        AND sequence = %(next)s AND state = 'early'),
    EXISTS (SELECT 1 FROM dossier WHERE code = %(dossier)s),
    EXISTS (SELECT 1 FROM inbox WHERE source = %(source)s AND id = %(id)s
        AND erasure IS NOT NULL)
"""
_EARLY = text_of(select(*(t.c[name] for name in _NAMES)).where(
    t.c.source == bindparam("source"), t.c.dossier == bindparam("dossier"),
    t.c.sequence == bindparam("sequence"), t.c.state == "early",
))
_TAKE = text_of(update(t).where(
    t.c.source == bindparam("key_source"), t.c.id == bindparam("key_id"),
).values(state="taken"))
_REPEATED = "UPDATE inbox SET repeated_at = %(at)s WHERE source = %(source)s AND id = %(id)s"
_WAITING = """\
SELECT source, dossier, min(sequence) FROM inbox WHERE state = 'early' GROUP BY source, dossier
"""
