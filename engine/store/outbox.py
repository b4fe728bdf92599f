"""The outbox (hộp thư đi): what leaves for other nodes, in order of each dossier, and its fate.

Rows are the truth: one stands for each envelope that left, written in the transaction of the
command that sent it. Its body is never changed, and gone only once a decision erased it; the
signatures over it are added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, insert, select

from engine.handoff import Sent
from engine.store import nodes
from engine.store.link_tables import outbox as t
from engine.store.nodes import Node
from engine.store.statements import text_of
from engine.store.trips import Connection, Statement

#: Characters of a failure that are kept; the whole of it stands in the log.
FAILURE = 500
#: The refusal of a node that has something else under the number of an envelope.
USED = "envelope-used"


@dataclass(frozen=True)
class Waiting:
    """An envelope that has been claimed for delivery; `tries` counts those that failed."""

    position: int
    id: str
    dossier: str
    sequence: int
    kind: str
    tries: int
    created_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Delivery:
    """How an envelope on its way stands, for an operator: no body."""

    position: int
    id: str
    node: str
    dossier: str
    sequence: int
    kind: str
    created_at: datetime
    state: str
    tries: int
    not_before: datetime | None
    failure: str | None
    delivered_at: datetime | None
    erased: bool


def adding(sent: Sent) -> Statement:
    """Return the write that puts an envelope into the outbox."""
    return _ADD, vars(sent)


def nodes_waiting(connection: Connection) -> list[str]:
    """Return the nodes for which something may be delivered now."""
    return [row[0] for row in connection.execute(_NODES)]


def claim(
    connection: Connection, name: str, size: int, lease: timedelta,
) -> tuple[Node | None, list[Waiting]]:
    """Claim the oldest envelopes for a node, none behind one of its dossier that waits; commits.

    Returns the node too; nothing is claimed while it is not to be called, and one envelope alone
    when it did not answer last. A worker that dies leaves its claim to others when the lease ends.
    """
    asked = {"node": name, "size": size, "lease": lease}
    # The commit waits for the disk, and with it for the commands that sent what is claimed: another
    # node may not hold what a crash could make this one forget.
    node, rows = connection.alone([nodes.asking(name), (_CLAIM, asked)])
    return nodes.told(node), sorted((Waiting(*row) for row in rows), key=lambda w: w.position)


def delivering(taken: Iterable[tuple[str, str, str]], at: datetime) -> list[Statement]:
    """Return the writes that note what was taken in: (id, our signature, the receipt) each."""
    return [
        (_DELIVERED, {"id": name, "sig": signature, "receipt": receipt, "at": at})
        for name, signature, receipt in taken
    ]


def releasing(ids: Sequence[str]) -> Statement:
    """Return the write that gives claimed envelopes back: they are not to blame for silence."""
    return _RELEASE, {"ids": list(ids)}


def put_off(connection: Connection, ids: Sequence[str], pause: timedelta, failure: str) -> None:
    """Note that a delivery failed and is not tried again before a pause is over."""
    connection.execute(_PUT_OFF, {"ids": list(ids), "pause": pause, "said": failure[:FAILURE]})


def bury(connection: Connection, name: str, failure: str) -> None:
    """Note that an envelope cannot be delivered: a dead letter, until an operator re-drives it."""
    connection.execute(_BURY, {"id": name, "said": failure[:FAILURE]})


def erased(connection: Connection, name: str) -> tuple[str, int] | None:
    """Return dossier and entry of the decision that erased an envelope, None where none did."""
    return connection.execute(_ERASED, {"id": name}).fetchone()


def redrive(connection: Connection, name: str) -> bool:
    """Let a dead letter be tried again; tell whether there was one of that id."""
    return connection.execute(_REDRIVE, {"id": name}).rowcount == 1


def listed(
    connection: Connection, *, state: str | None = None, node: str | None = None,
    after: int = 0, size: int = 50,
) -> list[Delivery]:
    """Return deliveries in order, all or those of a state or a node."""
    asked = {"state": state, "node": node, "after": after, "size": size}
    return [Delivery(*row) for row in connection.execute(_LIST, asked)]


def again(connection: Connection, behind: Waiting, node: str, expected: int) -> int:
    """Deliver once more what a node no longer has before an envelope; return how many.

    It was restored from a backup that is older than its receipts. What a decision erased is gone.
    """
    asked = {"node": node, "dossier": behind.dossier, "first": expected,
             "below": behind.sequence}
    return connection.execute(_AGAIN, asked).rowcount


def give_up(connection: Connection, name: str, reason: str) -> bool:
    """Leave a dead letter whose number its receiver has already; tell whether there was one."""
    asked = {"id": name, "said": f"{USED}: {reason}"[:FAILURE], "used": f"{USED}:%"}
    return connection.execute(_GIVE_UP, asked).rowcount == 1


def backlog(connection: Connection) -> list[tuple[str, str, int, datetime | None]]:
    """Return per node and state how many envelopes there are, and since when the oldest waits."""
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(_BACKLOG)]


_ADD = text_of(insert(t).values({
    name: bindparam(name) for name in ("id", "node", "dossier", "sequence", "kind", "body")
}))
_NODES = """\
SELECT DISTINCT node FROM outbox
WHERE state = 'waiting' AND (not_before IS NULL OR not_before <= now())
"""
# An envelope goes only when everything before it of its dossier has gone: a dead letter in between
# stops its dossier, and no other.
_CLAIM = f"""\
WITH ready AS (SELECT failures FROM node WHERE id = %(node)s AND {nodes.READY}),
found AS (
    SELECT o.id FROM outbox o
    WHERE o.node = %(node)s AND o.state = 'waiting' AND EXISTS (SELECT 1 FROM ready)
      AND (o.not_before IS NULL OR o.not_before <= now())
      AND NOT EXISTS (
        SELECT 1 FROM outbox b
        WHERE b.node = o.node AND b.dossier = o.dossier AND b.sequence < o.sequence
          AND (b.state = 'dead' OR (b.state = 'waiting' AND b.not_before > now())))
    ORDER BY o.position LIMIT (SELECT CASE WHEN failures = 0 THEN %(size)s ELSE 1 END FROM ready)
    FOR UPDATE SKIP LOCKED)
UPDATE outbox SET not_before = now() + %(lease)s::interval FROM found WHERE outbox.id = found.id
RETURNING outbox.position, outbox.id, outbox.dossier, outbox.sequence, outbox.kind, outbox.tries,
    outbox.created_at, outbox.body
"""  # noqa: S608 - a constant
_DELIVERED = """\
UPDATE outbox SET state = 'delivered', signature = %(sig)s, receipt = %(receipt)s,
    delivered_at = %(at)s, not_before = NULL, failure = NULL
WHERE id = %(id)s AND state <> 'delivered'
"""
_RELEASE = "UPDATE outbox SET not_before = NULL WHERE id = ANY (%(ids)s) AND state = 'waiting'"
_PUT_OFF = """\
UPDATE outbox SET tries = tries + 1, not_before = now() + %(pause)s::interval, failure = %(said)s
WHERE id = ANY (%(ids)s) AND state = 'waiting'
"""
_BURY = """\
UPDATE outbox SET state = 'dead', tries = tries + 1, not_before = NULL, failure = %(said)s
WHERE id = %(id)s AND state = 'waiting'
"""
_REDRIVE = """\
UPDATE outbox SET state = 'waiting', tries = 0, not_before = NULL WHERE id = %(id)s
    AND state = 'dead'
"""
_LIST = """\
SELECT position, id, node, dossier, sequence, kind, created_at, state, tries, not_before, failure,
    delivered_at, erasure IS NOT NULL
FROM outbox
WHERE position > %(after)s AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(node)s::text IS NULL OR node = %(node)s)
ORDER BY position LIMIT %(size)s
"""
_AGAIN = """\
UPDATE outbox SET state = 'waiting', tries = 0, not_before = NULL
WHERE node = %(node)s AND dossier = %(dossier)s AND state = 'delivered'
  AND sequence >= %(first)s AND sequence < %(below)s AND erasure IS NULL
"""
_ERASED = "SELECT dossier, erasure FROM outbox WHERE id = %(id)s AND erasure IS NOT NULL"
# What the receiver has under this number it keeps: those behind it may go.
_GIVE_UP = """\
UPDATE outbox SET state = 'given-up', not_before = NULL, failure = %(said)s
WHERE id = %(id)s AND state = 'dead' AND failure LIKE %(used)s
"""
_BACKLOG = text_of(
    select(t.c.node, t.c.state, func.count(), func.min(t.c.created_at))
    .where((t.c.state == "waiting") | (t.c.state == "dead"))
    .group_by(t.c.node, t.c.state).order_by(t.c.node, t.c.state),
)
