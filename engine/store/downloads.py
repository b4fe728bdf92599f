"""Downloads (tải giấy tờ): files of papers that another node handed over, until they are here.

Rows are the truth: one stands for each such paper, written in the transaction that took its
envelope in. The paper is known from then on, by its hash; the file follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import bindparam, func, insert, select

from engine.components.papers import Paper
from engine.store.outbox import FAILURE
from engine.store.paper_tables import paper_download as t
from engine.store.statements import text_of

Connection = psycopg.Connection[tuple[Any, ...]]
Write = tuple[str, Mapping[str, Any]]

#: Bytes that come in a second at least; how long a claim stands when its worker dies follows.
SLOWEST = 64 * 1024
#: Seconds that one download may take at most, whatever size an envelope states.
LONGEST = 600.0


@dataclass(frozen=True)
class Wanted:
    """A file that has been claimed for its download; `tries` counts those that failed."""

    position: int
    dossier: str
    number: int
    node: str
    envelope: str
    sha256: str
    size: int
    media_type: str
    link: str | None
    tries: int


@dataclass(frozen=True)
class Download:
    """How a file on its way stands, for an operator."""

    position: int
    dossier: str
    number: int
    node: str
    envelope: str
    sha256: str
    size: int
    created_at: datetime
    state: str
    tries: int
    not_before: datetime | None
    failure: str | None
    done_at: datetime | None


def adding(
    code: str, papers: tuple[Paper, ...], node: str, envelope: str, links: Mapping[str, str],
) -> Iterator[Write]:
    """Yield the writes that begin the downloads of papers that an envelope of a node has brought.

    `links` are those that came with it, by hash.
    """
    for paper in papers:
        if paper.source == "handed" and paper.revision == 1:
            yield _ADD, {
                "dossier": code, "number": paper.number, "node": node, "envelope": envelope,
                "sha256": paper.sha256, "size": paper.size, "media_type": paper.media_type,
                "link": links.get(paper.sha256 or ""),
            }


def states(connection: Connection, code: str) -> dict[int, tuple[str, str | None]]:
    """Return by number how the downloads of a dossier's papers stand: (state, failure)."""
    rows = connection.execute(_OF_DOSSIER, {"code": code})
    return {row[0]: (row[1], row[2]) for row in rows}


def nodes_waiting(connection: Connection) -> list[str]:
    """Return the active nodes from which something may be fetched now."""
    return [row[0] for row in connection.execute(_NODES)]


def claim(connection: Connection, node: str, lease: timedelta) -> Wanted | None:
    """Claim the oldest file that waits at a node, None when none does; commits.

    A worker that dies leaves its claim to others when the lease ends, to which the time is added
    that the slowest download of this size takes.
    """
    asked = {"node": node, "lease": lease, "slowest": SLOWEST, "longest": LONGEST}
    row = connection.execute(_CLAIM, asked).fetchone()
    connection.commit()
    return None if row is None else Wanted(*row)


def still_wanted(connection: Connection, wanted: Wanted) -> bool:
    """Tell whether a claimed file is still waited for; until the transaction ends that stays so."""
    return connection.execute(_WANTED, {"position": wanted.position}).fetchone() is not None


def done(connection: Connection, wanted: Wanted, at: datetime) -> None:
    """Note that a file is here."""
    connection.execute(_DONE, {"position": wanted.position, "at": at})


def release(connection: Connection, wanted: Wanted) -> None:
    """Give a claimed file back: its node gave no answer, which is not its fault."""
    connection.execute(_RELEASE, {"position": wanted.position})


def put_off(connection: Connection, wanted: Wanted, pause: timedelta, failure: str) -> None:
    """Note that a download failed and is not tried again before a pause is over."""
    connection.execute(_PUT_OFF, {
        "position": wanted.position, "pause": pause, "said": failure[:FAILURE]})


def bury(connection: Connection, wanted: Wanted, failure: str) -> None:
    """Note that a file cannot come, until an operator re-drives it."""
    connection.execute(_BURY, {"position": wanted.position, "said": failure[:FAILURE]})


def stopping(code: str, number: int, reason: str) -> Write:
    """Return the write by which a file that is not here yet is fetched no more."""
    return _STOP, {"dossier": code, "number": number, "said": reason[:FAILURE]}


def redrive(connection: Connection, position: int) -> bool:
    """Let a file that could not come be tried again; tell whether there was one."""
    return connection.execute(_REDRIVE, {"position": position}).rowcount == 1


def listed(
    connection: Connection, *, state: str | None = None, node: str | None = None,
    after: int = 0, size: int = 50,
) -> list[Download]:
    """Return downloads in order, all or those of a state or a node."""
    asked = {"state": state, "node": node, "after": after, "size": size}
    return [Download(*row) for row in connection.execute(_LIST, asked)]


def backlog(connection: Connection) -> list[tuple[str, str, int]]:
    """Return per node and state how many files wait or cannot come."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_BACKLOG)]


_ADD = text_of(insert(t).values({name: bindparam(name) for name in (
    "dossier", "number", "node", "envelope", "sha256", "size", "media_type", "link")}))
_OF_DOSSIER = text_of(
    select(t.c.number, t.c.state, t.c.failure).where(t.c.dossier == bindparam("code")))
_NODES = """\
SELECT DISTINCT d.node FROM paper_download d JOIN node n ON n.id = d.node
WHERE d.state = 'waiting' AND (d.not_before IS NULL OR d.not_before <= now())
  AND n.active = 1 AND (n.not_before IS NULL OR n.not_before <= now())
"""
_CLAIM = """\
WITH found AS (
    SELECT position FROM paper_download
    WHERE node = %(node)s AND state = 'waiting' AND (not_before IS NULL OR not_before <= now())
    ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE paper_download d
SET not_before = now() + %(lease)s::interval + make_interval(
    secs => least(d.size / %(slowest)s, %(longest)s))
FROM found WHERE d.position = found.position
RETURNING d.position, d.dossier, d.number, d.node, d.envelope, d.sha256, d.size, d.media_type,
    d.link, d.tries
"""
_WANTED = """\
SELECT 1 FROM paper_download WHERE position = %(position)s AND state = 'waiting' FOR UPDATE
"""
_DONE = """\
UPDATE paper_download SET state = 'done', done_at = %(at)s, not_before = NULL, failure = NULL,
    link = NULL
WHERE position = %(position)s AND state = 'waiting'
"""
_RELEASE = """\
UPDATE paper_download SET not_before = NULL WHERE position = %(position)s AND state = 'waiting'
"""
_PUT_OFF = """\
UPDATE paper_download SET tries = tries + 1, not_before = now() + %(pause)s::interval,
    failure = %(said)s
WHERE position = %(position)s AND state = 'waiting'
"""
_BURY = """\
UPDATE paper_download SET state = 'dead', tries = tries + 1, not_before = NULL, failure = %(said)s
WHERE position = %(position)s AND state = 'waiting'
"""
_REDRIVE = """\
UPDATE paper_download d SET state = 'waiting', tries = 0, not_before = NULL
WHERE position = %(position)s AND state = 'dead' AND NOT EXISTS (
    SELECT 1 FROM paper p
    WHERE p.dossier = d.dossier AND p.number = d.number AND p.state = 'erased')
"""
_STOP = """\
UPDATE paper_download SET state = 'dead', not_before = NULL, link = NULL, failure = %(said)s
WHERE dossier = %(dossier)s AND number = %(number)s AND state <> 'done'
"""
_LIST = """\
SELECT position, dossier, number, node, envelope, sha256, size, created_at, state, tries,
    not_before, failure, done_at
FROM paper_download
WHERE position > %(after)s AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(node)s::text IS NULL OR node = %(node)s)
ORDER BY position LIMIT %(size)s
"""
_BACKLOG = text_of(
    select(t.c.node, t.c.state, func.count())
    .where((t.c.state == "waiting") | (t.c.state == "dead"))
    .group_by(t.c.node, t.c.state).order_by(t.c.node, t.c.state),
)
