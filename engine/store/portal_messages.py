"""Messages to the national portal (tin gửi Cổng DVC quốc gia): one row for each change to tell of.

Rows are the truth, written in the transaction of the command that changed the status. They hold no
body: what is told is made, when it is sent, of the chain up to the row's entry, so that a row says
the same however late or often it is sent, and personal values stand in the history alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import bindparam, insert

from engine.law.status import CODES
from engine.store.link_tables import portal_message as t
from engine.store.rows import text
from engine.store.statements import one_row, text_of

if TYPE_CHECKING:
    from engine.proceed.outcome import Outcome

Connection = psycopg.Connection[tuple[Any, ...]]
Write = tuple[str, Mapping[str, Any]]

#: Characters of a failure that are kept.
FAILURE = 500


@dataclass(frozen=True)
class Message:
    """A message that has been claimed; `done` counts its calls that the portal took.

    `known` tells whether the portal has taken the dossier before, `told` the newest entry of which
    it has heard: it is never told an older state than that one.
    """

    position: int
    dossier: str
    entry: int
    statuses: tuple[int, ...]
    done: int
    tries: int
    known: bool
    told: int

    @property
    def state_entry(self) -> int:
        """The entry whose state of the dossier is told."""
        return max(self.entry, self.told)


@dataclass(frozen=True)
class Seen:
    """How a message stands, for an operator: no body."""

    position: int
    dossier: str
    entry: int
    statuses: tuple[int, ...]
    agency: str
    at: datetime
    state: str
    done: int
    tries: int
    not_before: datetime | None
    failure: str | None
    sent_at: datetime | None
    digest: str | None


@dataclass(frozen=True)
class Period:
    """Changes from an instant on and before another, of an agency or of all."""

    since: datetime
    before: datetime
    agency: str | None = None


@dataclass(frozen=True)
class Backlog:
    """How many messages wait and are dead, since when the oldest waits, and how the portal is."""

    waiting: int
    dead: int
    oldest: datetime | None
    failures: int


def adding(outcome: Outcome) -> Write:
    """Return the write that notes what the portal is to be told after a command."""
    dossier = outcome.dossier
    return _ADD, {
        "dossier": dossier.code, "entry": dossier.entries, "agency": dossier.receiving_agency,
        "statuses": text([CODES[status] for status in outcome.told]), "at": outcome.draft.at,
    }


def claim(connection: Connection, lease: timedelta) -> Message | None:
    """Claim the oldest message that may go, for the length of the lease; commits.

    It goes only when everything before it of its dossier has gone: a dead one stops its dossier,
    and no other. None while the portal is left alone. A worker that dies leaves its claim to others
    when the lease ends.
    """
    row = connection.execute(_CLAIM, {"lease": lease}).fetchone()
    connection.commit()
    return None if row is None else Message(**_named(row, Message))


def is_waiting(connection: Connection) -> bool:
    """Tell whether a message may go now."""
    return connection.execute(_WAITING).fetchone() is not None


def advance(connection: Connection, message: Message, done: int) -> None:
    """Note how many calls of a message the portal has taken; it answers again."""
    connection.execute(_ADVANCE, {"position": message.position, "done": done})
    connection.execute(_ANSWERED)


def sent(connection: Connection, message: Message, digest: str, at: datetime) -> None:
    """Note that the portal has taken all of a message."""
    connection.execute(_SENT, {"position": message.position, "digest": digest, "at": at})
    connection.execute(_ANSWERED)


def put_off(connection: Connection, message: Message, pause: timedelta, failure: str) -> None:
    """Note that a message got no answer, and is not tried again before a pause is over."""
    connection.execute(_PUT_OFF, {
        "position": message.position, "pause": pause, "said": failure[:FAILURE],
    })


def silent(connection: Connection, pause: timedelta, failure: str) -> None:
    """Note that the portal does not answer, and leave it alone for a while."""
    connection.execute(_SILENT, {"pause": pause, "said": failure[:FAILURE]})


def failures(connection: Connection) -> int:
    """Return how often in a row the portal did not answer."""
    row = connection.execute(_FAILURES).fetchone()
    return int(row[0]) if row else 0


def answered(connection: Connection) -> None:
    """Note that the portal answers again."""
    connection.execute(_ANSWERED)


def bury(connection: Connection, message: Message, failure: str) -> None:
    """Note that the portal, or our mapping, refuses a message: dead until it is re-driven."""
    connection.execute(_BURY, {"position": message.position, "said": failure[:FAILURE]})


def redrive(connection: Connection, position: int) -> bool:
    """Let a dead message be tried again; tell whether there was one of that number."""
    return connection.execute(_REDRIVE, {"position": position}).rowcount == 1


def resend(connection: Connection, period: Period) -> tuple[int, int]:
    """Let what was sent or refused in a period go again; return how many, and how many anew.

    Dossiers received in the period of which nothing was ever told, because they are older than
    this table, are told as they stand now.
    """
    asked = vars(period)
    again = connection.execute(_RESEND, asked).rowcount
    anew = connection.execute(_ENROL, asked).rowcount
    return again, anew


def listed(
    connection: Connection, *, state: str | None = None, after: int = 0, size: int = 50,
) -> list[Seen]:
    """Return messages in order, all or those of a state."""
    asked = {"state": state, "after": after, "size": size}
    return [Seen(**_named(row, Seen)) for row in connection.execute(_LIST, asked)]


def backlog(connection: Connection) -> Backlog:
    """Return how messages and the portal stand."""
    return Backlog(*one_row(connection, _BACKLOG))


def _named(row: tuple[Any, ...], kind: type[Message | Seen]) -> dict[str, Any]:
    found = dict(zip((f.name for f in fields(kind)), row, strict=True))
    return {**found, "statuses": tuple(found["statuses"])}


_ADD = text_of(insert(t).values({
    name: bindparam(name) for name in ("dossier", "entry", "statuses", "agency", "at")
}))
_MAY_GO = """\
m.state = 'waiting' AND (m.not_before IS NULL OR m.not_before <= now())
  AND NOT EXISTS (
    SELECT 1 FROM portal_message b
    WHERE b.dossier = m.dossier AND b.entry < m.entry AND b.state IN ('waiting', 'dead'))
  AND EXISTS (SELECT 1 FROM portal p WHERE p.not_before IS NULL OR p.not_before <= now())
"""
_CLAIM = f"""\
WITH found AS (
    SELECT m.position FROM portal_message m WHERE {_MAY_GO}
    ORDER BY m.position LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE portal_message o SET not_before = now() + %(lease)s::interval
FROM found WHERE o.position = found.position
RETURNING o.position, o.dossier, o.entry, o.statuses, o.done, o.tries,
    EXISTS (SELECT 1 FROM portal_message k WHERE k.dossier = o.dossier
        AND (k.sent_at IS NOT NULL OR k.done > 0)),
    COALESCE((SELECT max(k.entry) FROM portal_message k WHERE k.dossier = o.dossier
        AND k.sent_at IS NOT NULL), 0)
"""  # noqa: S608 - a constant
_WAITING = f"SELECT 1 FROM portal_message m WHERE {_MAY_GO} LIMIT 1"  # noqa: S608 - a constant
_ADVANCE = "UPDATE portal_message SET done = %(done)s WHERE position = %(position)s"
_SENT = """\
UPDATE portal_message SET state = 'sent', done = 0, tries = 0, not_before = NULL, failure = NULL,
    digest = %(digest)s, sent_at = %(at)s
WHERE position = %(position)s AND state = 'waiting'
"""
_PUT_OFF = """\
UPDATE portal_message SET tries = tries + 1, not_before = now() + %(pause)s::interval,
    failure = %(said)s
WHERE position = %(position)s AND state = 'waiting'
"""
_BURY = """\
UPDATE portal_message SET state = 'dead', tries = tries + 1, not_before = NULL, failure = %(said)s
WHERE position = %(position)s AND state = 'waiting'
"""
_REDRIVE = """\
UPDATE portal_message SET state = 'waiting', tries = 0, not_before = NULL
WHERE position = %(position)s AND state = 'dead'
"""
_IN_PERIOD = """\
at >= %(since)s AND at < %(before)s AND (%(agency)s::text IS NULL OR agency = %(agency)s)
"""
_RESEND = f"""\
UPDATE portal_message SET state = 'waiting', done = 0, tries = 0, not_before = NULL, failure = NULL
WHERE state IN ('sent', 'dead') AND {_IN_PERIOD}
"""  # noqa: S608 - a constant
_ENROL = """\
INSERT INTO portal_message (dossier, entry, statuses, agency, at)
SELECT d.code, d.entries, jsonb_build_array(d.status), d.receiving_agency, d.registered_at
FROM dossier d
WHERE d.registered_at >= %(since)s AND d.registered_at < %(before)s
  AND (%(agency)s::text IS NULL OR d.receiving_agency = %(agency)s)
  AND d.links::jsonb ->> 'origin' IS NULL
  AND NOT EXISTS (SELECT 1 FROM portal_message m WHERE m.dossier = d.code)
ORDER BY d.registered_at, d.code
ON CONFLICT DO NOTHING
"""
_LIST = """\
SELECT position, dossier, entry, statuses, agency, at, state, done, tries, not_before, failure,
    sent_at, digest
FROM portal_message
WHERE position > %(after)s AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY position LIMIT %(size)s
"""
_ANSWERED = """\
UPDATE portal SET failures = 0, not_before = NULL, failure = NULL WHERE failures > 0
"""
_SILENT = """\
UPDATE portal SET failures = failures + 1, not_before = now() + %(pause)s::interval,
    failure = %(said)s
"""
_FAILURES = "SELECT failures FROM portal"
_BACKLOG = """\
SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'dead'),
    min(at) FILTER (WHERE state = 'waiting'), (SELECT failures FROM portal)
FROM portal_message WHERE state IN ('waiting', 'dead')
"""
